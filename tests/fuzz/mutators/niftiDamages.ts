// Damage to single fields of a NIfTI-1 header (nifti1.h), and to the JSON of its header extension.
import type { SeededRandom } from '../../../src/core/math/seededRandom.ts';
import { below, joined, pick } from '../../fixtures/damages.ts';
import { damagedJson } from './jsonDamages.ts';

const HEADER_BYTES = 348;
const EXTENSION_AT = 352;
/** Of the size and the code before an extension's content. [bytes] */
const EXTENSION_HEAD = 8;
const INT16_FIELDS = [40, 42, 44, 46, 48, 50, 52, 54, 68, 70, 72, 74, 252, 254];
const FLOAT_FIELDS = [
  76, 80, 84, 88, 92, 96, 100, 108, 112, 116, 256, 260, 264, 268, 280, 284, 288, 292, 296, 312, 324,
];
const INT16_VALUES = [-1, 0, 1, 2, 3, 4, 7, 8, 16, 32, 64, 512, 1792, 2048, 32767, -32768];
const FLOAT_VALUES = [0, -1, 1, 352, NaN, Infinity, -Infinity, 1e-30, 1e30, 353, 1e9, 0.5];
const UNIT_BYTES = [0, 2, 8, 10, 16, 24, 26, 32, 40, 48, 255];

export const isNifti = (bytes: Uint8Array): boolean =>
  bytes.length > EXTENSION_AT && new DataView(bytes.buffer, bytes.byteOffset).getInt32(0, true) === HEADER_BYTES;

function damagedField(bytes: Uint8Array, random: SeededRandom): Uint8Array {
  const out = bytes.slice();
  const view = new DataView(out.buffer);
  const kind = below(random, 5);
  if (kind < 2) view.setInt16(pick(random, INT16_FIELDS), pick(random, INT16_VALUES), true);
  else if (kind < 4) view.setFloat32(pick(random, FLOAT_FIELDS), pick(random, FLOAT_VALUES), true);
  else out[123] = pick(random, UNIT_BYTES);
  return out;
}

/** @returns null where there is no extension with JSON in it */
function damagedExtension(bytes: Uint8Array, random: SeededRandom, words: readonly string[]): Uint8Array | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const size = view.getInt32(EXTENSION_AT, true);
  const dataAt = view.getFloat32(108, true);
  if (bytes[348] !== 1 || size <= EXTENSION_HEAD || EXTENSION_AT + size > bytes.length || dataAt < EXTENSION_AT + size) return null; // prettier-ignore
  const start = EXTENSION_AT + EXTENSION_HEAD;
  const text = new TextDecoder().decode(bytes.subarray(start, EXTENSION_AT + size)).replace(/\0+$/, '');
  const changed = damagedJson(text, random, words);
  if (changed === null) return null;
  const content = new TextEncoder().encode(changed);
  const padded = new Uint8Array(Math.ceil((content.length + EXTENSION_HEAD) / 16) * 16 - EXTENSION_HEAD);
  padded.set(content);
  const out = joined(bytes.subarray(0, start), padded, bytes.subarray(dataAt));
  const outView = new DataView(out.buffer);
  outView.setInt32(EXTENSION_AT, padded.length + EXTENSION_HEAD, true);
  outView.setFloat32(108, start + padded.length, true);
  return out;
}

/** @param words worth putting into the extension's JSON */
export function damagedNifti(bytes: Uint8Array, random: SeededRandom, words: readonly string[]): Uint8Array {
  if (random.uniform() < 0.6) return damagedExtension(bytes, random, words) ?? damagedField(bytes, random);
  return damagedField(bytes, random);
}
