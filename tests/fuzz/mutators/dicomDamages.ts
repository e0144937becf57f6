// Damage to single DICOM elements: their value, length, representation and tag; elements gone, twice, or from elsewhere.
import dicomParser from 'dicom-parser';
import type { DataSet, Element } from 'dicom-parser';
import type { SeededRandom } from '../../../src/core/math/seededRandom.ts';
import { ABSURD_TEXTS, below, joined, pick } from '../../fixtures/damages.ts';

const PREAMBLE = 128;
const REPRESENTATIONS = ['SQ', 'UN', 'OB', 'OF', 'DS', 'IS', 'FD', 'US', 'UI', 'CS', 'LO', 'AT', 'ZZ'];
/** Longest header of an element: tag, representation, reserved, length. [bytes] */
const LONG_HEADER = 12;
const SHORT_HEADER = 8;

export const isDicomFile = (bytes: Uint8Array): boolean =>
  bytes.length > PREAMBLE + 4 && String.fromCharCode(...bytes.subarray(PREAMBLE, PREAMBLE + 4)) === 'DICM';

function elementsOf(set: DataSet, found: Element[] = []): Element[] {
  for (const element of Object.values(set.elements)) {
    found.push(element);
    for (const { dataSet } of element.items ?? []) if (dataSet !== undefined) elementsOf(dataSet, found);
  }
  return found;
}

/** [start of the header, end of the value) */
function rangeOf({ vr, dataOffset, length }: Element): [number, number] {
  const isLong = vr !== undefined && ['OB', 'OW', 'OF', 'OD', 'SQ', 'UC', 'UR', 'UT', 'UN'].includes(vr);
  return [dataOffset - (isLong ? LONG_HEADER : SHORT_HEADER), dataOffset + length];
}

/** Text of any kind in the place of the value, as long as it, padded. */
function otherValue(
  bytes: Uint8Array,
  { dataOffset, length }: Element,
  random: SeededRandom,
  words: readonly string[],
): Uint8Array {
  // prettier-ignore
  const out = bytes.slice();
  const text = new TextEncoder().encode(pick(random, [...ABSURD_TEXTS, '\\', '1\\2\\3', 'NaN\\NaN', ...words]));
  out.fill(0x20, dataOffset, dataOffset + length);
  out.set(text.subarray(0, length), dataOffset);
  return out;
}

/** @returns null where dicom-parser finds no element */
export function damagedDicom(bytes: Uint8Array, random: SeededRandom, words: readonly string[]): Uint8Array | null {
  let elements: Element[];
  try {
    const isInside = ({ length, dataOffset }: Element): boolean => length >= 0 && dataOffset + length <= bytes.length;
    elements = elementsOf(dicomParser.parseDicom(bytes)).filter(isInside);
  } catch {
    return null;
  }
  if (elements.length === 0) return null;
  const chosen = pick(random, elements);
  const [start, end] = rangeOf(chosen);
  const view = (out: Uint8Array): DataView => new DataView(out.buffer, out.byteOffset);
  const out = bytes.slice();
  switch (below(random, 8)) {
    case 0:
      return joined(bytes.subarray(0, start), bytes.subarray(end));
    case 1:
      return joined(bytes.subarray(0, end), bytes.subarray(start));
    case 2: {
      const [from, to] = rangeOf(pick(random, elements));
      return joined(bytes.subarray(0, start), bytes.subarray(from, to), bytes.subarray(end));
    }
    case 3:
      view(out).setUint16(chosen.dataOffset - 2, pick(random, [0, 1, 0xffff, chosen.length + 2, 2 * chosen.length]) & 0xffff, true); // prettier-ignore
      return out;
    case 4:
      out.set(new TextEncoder().encode(pick(random, REPRESENTATIONS)), start + 4);
      return out;
    case 5: {
      const [tagAt] = rangeOf(pick(random, elements));
      out.set(bytes.subarray(tagAt, tagAt + 4), start);
      return out;
    }
    default:
      return otherValue(bytes, chosen, random, words);
  }
}
