// Damage to what files are packed in: the content of a gzip stream; names, order, links, sizes and copies in a zip.
import { gunzipSync, gzipSync, strToU8, unzipSync, zipSync } from 'fflate';
import type { Zippable } from 'fflate';
import type { SeededRandom } from '../../../src/core/math/seededRandom.ts';
import type { Damage } from '../../fixtures/damages.ts';
import { below, joined, pick } from '../../fixtures/damages.ts';

/** Unpacked content above this is left alone, as it would take the fuzzer's time, not the program's. [bytes] */
const LARGEST_UNPACKED = 2 ** 22;

const LINK = { os: 3, attrs: 0o120777 << 16 } as const;
const HOSTILE_NAMES = ['../up', '/etc/passwd', 'C:\\x', '..\\..\\x', 'a/../../b', '.', '', 'a//b', 'con', 'é\u0301', '\u0000a', `${'deep/'.repeat(300)}x`, `${'n'.repeat(70_000)}`, '__proto__', 'a/', '~/.ssh/x']; // prettier-ignore

export const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;
export const isZip = (bytes: Uint8Array): boolean => bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 3;

/** @returns the stream of the damaged content; null where it is no stream of moderate size */
export function damagedInGzip(bytes: Uint8Array, random: SeededRandom, damage: Damage): Uint8Array | null {
  const claimed =
    bytes.length < 4 ? 0 : new DataView(bytes.buffer, bytes.byteOffset + bytes.length - 4).getUint32(0, true);
  if (claimed > LARGEST_UNPACKED) return null;
  try {
    const packed = gzipSync(damage(gunzipSync(bytes), random), { level: 1 });
    return random.uniform() < 0.1 ? joined(packed, packed) : packed;
  } catch {
    return null;
  }
}

function unpacked(bytes: Uint8Array): [string, Uint8Array][] | null {
  try {
    let sum = 0;
    const entries = unzipSync(bytes, { filter: ({ originalSize }) => (sum += originalSize) < LARGEST_UNPACKED });
    return Object.entries(entries);
  } catch {
    return null;
  }
}

function changeEntries(entries: [string, Uint8Array][], random: SeededRandom, damage: Damage): void {
  const at = below(random, entries.length);
  const [name, content] = entries[at] as [string, Uint8Array];
  const change = below(random, 8);
  if (change < 3 && content.length > 0) entries[at] = [name, damage(content, random)];
  else if (change === 3) entries[at] = [pick(random, HOSTILE_NAMES), content];
  else if (change === 4) entries.splice(at, 1);
  else if (change === 5) entries.push([`${pick(random, ['', 'b/', 'a/b/'])}${name}`, content]);
  else if (change === 6) entries.push([pick(random, ['bomb', 'a.nii', 'x.zip']), new Uint8Array(LARGEST_UNPACKED)]);
  else entries.push(['nested.zip', zipSync(Object.fromEntries(entries), { level: 1 })]);
}

/** The same name in two entries, which no packer of good will writes: the second's name is changed in place. */
function nameTwice(zip: Uint8Array, random: SeededRandom): Uint8Array {
  const out = zip.slice();
  const names: [at: number, length: number][] = [];
  for (let i = 0; i + 46 < out.length; i++) {
    const mark = out[i] === 0x50 && out[i + 1] === 0x4b ? `${out[i + 2]},${out[i + 3]}` : '';
    if (mark === '3,4') names.push([i + 30, (out[i + 26] as number) | ((out[i + 27] as number) << 8)]);
    if (mark === '1,2') names.push([i + 46, (out[i + 28] as number) | ((out[i + 29] as number) << 8)]);
  }
  if (names.length < 2) return out;
  const [[from, length], [to, other]] = [pick(random, names), pick(random, names)];
  out.copyWithin(to, from, from + Math.min(length, other));
  return out;
}

/** @returns null where the bytes are no archive that can be unpacked */
export function damagedInZip(bytes: Uint8Array, random: SeededRandom, damage: Damage): Uint8Array | null {
  const entries = unpacked(bytes);
  if (entries === null || entries.length === 0) return null;
  changeEntries(entries, random, damage);
  const content: Zippable = {};
  for (const [name, held] of entries) {
    const isLink = random.uniform() < 0.05;
    Object.defineProperty(content, name, { value: isLink ? [strToU8('../../etc/passwd'), LINK] : held, enumerable: true, configurable: true, writable: true }); // prettier-ignore
  }
  try {
    const zip = zipSync(content, { level: pick(random, [0, 1]) });
    return random.uniform() < 0.2 ? nameTwice(zip, random) : zip;
  } catch {
    return null;
  }
}
