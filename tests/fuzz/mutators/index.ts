// One change to a case: told from each file's content, damage that knows its form, or damage that knows none.
import type { SeededRandom } from '../../../src/core/math/seededRandom.ts';
import type { Damage } from '../../fixtures/damages.ts';
import { below, damaged, joined, pick } from '../../fixtures/damages.ts';
import type { FuzzCase, FuzzFile } from '../engine/fuzzCase.ts';
import { damagedInGzip, damagedInZip, isGzip, isZip } from './containerDamages.ts';
import { damagedDicom, isDicomFile } from './dicomDamages.ts';
import { damagedJson } from './jsonDamages.ts';
import { damagedNifti, isNifti } from './niftiDamages.ts';
import { withLinesMoved, withOtherValue, withWord } from './textDamages.ts';

/** Larger cases are not kept, and changes that make them are undone. [bytes] */
export const LARGEST_CASE = 2 ** 22;

/** How often the form of a file is minded where it has one. */
const FORM_MINDED = 0.6;

const looksLikeJson = (bytes: Uint8Array): boolean => {
  const first = bytes.find((byte) => byte > 0x20);
  return first === 0x7b || first === 0x5b;
};

const isText = (bytes: Uint8Array): boolean =>
  bytes.subarray(0, 512).every((byte) => byte > 31 || (byte > 8 && byte < 14));

function formDamage(bytes: Uint8Array, random: SeededRandom, words: readonly string[]): Uint8Array | null {
  const inner: Damage = (content) => damagedBytes(content, random, words);
  if (isGzip(bytes)) return damagedInGzip(bytes, random, inner);
  if (isZip(bytes)) return damagedInZip(bytes, random, inner);
  if (isDicomFile(bytes)) return damagedDicom(bytes, random, words);
  if (isNifti(bytes)) return damagedNifti(bytes, random, words);
  if (looksLikeJson(bytes)) {
    const text = damagedJson(new TextDecoder().decode(bytes), random, words);
    if (text !== null) return new TextEncoder().encode(text);
  }
  return isText(bytes) ? withOtherValue(bytes, random, words) : null;
}

/** The gentlest: what a case has reached so far it mostly reaches still. */
function oneByteChanged(bytes: Uint8Array, random: SeededRandom): Uint8Array {
  const out = bytes.slice();
  const at = below(random, out.length);
  const held = out[at] as number;
  out[at] = random.uniform() < 0.5 ? below(random, 256) : held ^ (1 << below(random, 8));
  return out;
}

/** One damage to a file that is not empty. */
function damagedBytes(bytes: Uint8Array, random: SeededRandom, words: readonly string[]): Uint8Array {
  if (bytes.length === 0) return bytes;
  if (random.uniform() < FORM_MINDED) {
    const changed = formDamage(bytes, random, words);
    if (changed !== null) return changed;
  }
  const kind = random.uniform();
  if (kind >= 0.25 && kind < 0.4) return oneByteChanged(bytes, random);
  if (kind < 0.15) return withWord(bytes, random, words);
  if (kind < 0.25) return withLinesMoved(bytes, random);
  return damaged(bytes, random);
}

/** A piece of another file in the place of a piece of this one. */
function spliced(bytes: Uint8Array, other: Uint8Array, random: SeededRandom): Uint8Array {
  if (other.length === 0) return bytes;
  const from = below(random, other.length);
  const piece = other.subarray(from, from + 1 + below(random, Math.min(4096, other.length)));
  const at = below(random, bytes.length + 1);
  const over = random.uniform() < 0.7 ? piece.length : 0;
  return joined(bytes.subarray(0, at), piece, bytes.subarray(Math.min(bytes.length, at + over)));
}

function changedFile(file: FuzzFile, other: FuzzCase, random: SeededRandom, words: readonly string[]): FuzzFile {
  const donor = other.files.find(({ name }) => name === file.name) ?? pick(random, other.files);
  if (random.uniform() < 0.1) return { ...file, bytes: spliced(file.bytes, donor.bytes, random) };
  return { ...file, bytes: damagedBytes(file.bytes, random, words) };
}

/**
 * A changed copy of a case.
 * @param other another case, which pieces and files are taken from
 * @param words worth putting in
 */
export function changedCase(
  input: FuzzCase,
  other: FuzzCase,
  random: SeededRandom,
  words: readonly string[],
): FuzzCase {
  const files = [...input.files];
  for (let n = pick(random, [1, 1, 1, 2, 3]); n > 0; n--) {
    const at = below(random, files.length);
    const whole = random.uniform();
    if (whole < 0.02 && files.length > 1) files.splice(at, 1);
    else if (whole < 0.03 && files.length < 20) files.push(pick(random, other.files));
    else files[at] = changedFile(files[at] as FuzzFile, other, random, words);
  }
  const size = files.reduce((sum, { bytes }) => sum + bytes.length, 0);
  return size > LARGEST_CASE ? input : { files };
}
