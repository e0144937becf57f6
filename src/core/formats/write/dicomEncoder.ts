// Encodes DICOM data sets: elements in ascending order, explicit or implicit value representation, either byte order,
// sequences of defined length, and the Part 10 file around them (PS3.5, 7.1 to 7.5; PS3.10, 7.1).
import { strToU8 } from 'fflate';
import { BugError } from '../../domain/errors.ts';
import type { DicomTag } from '../dicom/dicomTags.ts';
import { dicomTag, TAG } from '../dicom/dicomTags.ts';

export interface DicomEncoding {
  readonly explicit: boolean;
  readonly littleEndian: boolean;
}

export type DicomItem = readonly DicomElement[];

/** `key` as in DicomTag; `value` is encoded bytes or items; `raw` (header and value as they stand in a file) goes before both. */
export interface DicomElement {
  readonly key: string;
  readonly vr: string;
  readonly value: Uint8Array | readonly DicomItem[];
  readonly raw?: Uint8Array;
}

export const EXPLICIT_LITTLE_ENDIAN: DicomEncoding = { explicit: true, littleEndian: true };
const EXPLICIT_LITTLE_ENDIAN_UID = '1.2.840.10008.1.2.1';

/** Representations whose explicit header has a 32-bit length (PS3.5, table 7.1-1). */
const LONG_VRS: ReadonlySet<string> = new Set(['OB', 'OD', 'OF', 'OL', 'OV', 'OW', 'SQ', 'SV', 'UC', 'UN', 'UR', 'UT', 'UV']); // prettier-ignore
/** Padded with a zero byte; other text with a blank (PS3.5, 6.2). */
const ZERO_PADDED: ReadonlySet<string> = new Set(['UI', 'OB', 'UN']);
const MAX_SHORT_LENGTH = 0xfffe;

/** A value of even length, as every DICOM value must have. */
export function evenBytes(value: Uint8Array, vr: string): Uint8Array {
  if (value.length % 2 === 0) return value;
  const padded = new Uint8Array(value.length + 1);
  padded.set(value);
  padded[value.length] = ZERO_PADDED.has(vr) ? 0 : 0x20;
  return padded;
}

/** A text attribute; several values are joined by backslashes, null gives an empty value. */
export function textElement(tag: DicomTag, value: string | readonly string[] | null): DicomElement {
  const text = value === null ? '' : typeof value === 'string' ? value : value.join('\\');
  return { key: tag.key, vr: tag.vr, value: evenBytes(strToU8(text), tag.vr) };
}

const NUMBER_BYTES: Readonly<Record<string, number>> = { US: 2, UL: 4, AT: 4, FD: 8, OF: 4, FL: 4 };

/** A binary numeric attribute, little-endian. An attribute tag (AT) is given as group × 65536 + element. */
export function numberElement(tag: DicomTag, ...values: readonly number[]): DicomElement {
  const size = NUMBER_BYTES[tag.vr];
  if (size === undefined) throw new BugError(`DICOM numbers of type ${tag.vr} are not written.`);
  const bytes = new Uint8Array(values.length * size);
  const view = new DataView(bytes.buffer);
  values.forEach((value, i) => {
    const at = i * size;
    if (tag.vr === 'US') view.setUint16(at, value, true);
    else if (tag.vr === 'UL') view.setUint32(at, value, true);
    else if (tag.vr === 'FD') view.setFloat64(at, value, true);
    else if (tag.vr === 'AT') {
      view.setUint16(at, Math.floor(value / 0x10000), true);
      view.setUint16(at + 2, value % 0x10000, true);
    } else view.setFloat32(at, value, true);
  });
  return { key: tag.key, vr: tag.vr, value: bytes };
}

/** Longest decimal string (PS3.5, table 6.2-1). */
const MAX_DECIMAL_LENGTH = 16;

function decimal(value: number): string {
  for (let digits = 15; digits > 0; digits--) {
    const rounded = Number(value.toPrecision(digits));
    // Of small numbers the form with an exponent has room for more digits.
    const text = [String(rounded), rounded.toExponential()].find(({ length }) => length <= MAX_DECIMAL_LENGTH);
    if (text !== undefined) return text;
  }
  throw new BugError('A number has no decimal string of 16 characters.', { value });
}

/** A decimal text attribute (DS, IS). */
export function decimalElement(tag: DicomTag, ...values: readonly number[]): DicomElement {
  return textElement(tag, values.map(decimal));
}

/** A sequence of items. */
export function sequenceElement(tag: DicomTag, ...items: readonly DicomItem[]): DicomElement {
  return { key: tag.key, vr: 'SQ', value: items };
}

const isItems = (value: DicomElement['value']): value is readonly DicomItem[] => Array.isArray(value);

const sizeOf = (chunks: readonly Uint8Array[]): number => chunks.reduce((sum, chunk) => sum + chunk.length, 0);

function tagBytes(key: string, view: DataView, littleEndian: boolean): void {
  view.setUint16(0, parseInt(key.slice(1, 5), 16), littleEndian);
  view.setUint16(2, parseInt(key.slice(5, 9), 16), littleEndian);
}

function elementHeader(key: string, vr: string, length: number, encoding: DicomEncoding): Uint8Array {
  const { explicit, littleEndian } = encoding;
  const long = explicit && LONG_VRS.has(vr);
  const header = new Uint8Array(long ? 12 : 8);
  const view = new DataView(header.buffer);
  tagBytes(key, view, littleEndian);
  if (!explicit) view.setUint32(4, length, littleEndian);
  else {
    header.set(strToU8(vr), 4);
    if (long) view.setUint32(8, length, littleEndian);
    else if (length <= MAX_SHORT_LENGTH) view.setUint16(6, length, littleEndian);
    else throw new BugError(`A DICOM value of type ${vr} is too long.`, { tag: key, length });
  }
  return header;
}

function itemChunks(item: DicomItem, encoding: DicomEncoding): Uint8Array[] {
  const chunks = elementChunks(item, encoding);
  // Item headers have no value representation, whatever the encoding.
  const header = elementHeader('xfffee000', '', sizeOf(chunks), { ...encoding, explicit: false });
  return [header, ...chunks];
}

function elementChunks(elements: DicomItem, encoding: DicomEncoding): Uint8Array[] {
  const sorted = [...elements].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  return sorted.flatMap(({ key, vr, value, raw }) => {
    if (raw !== undefined) return [raw];
    const chunks = isItems(value) ? value.flatMap((item) => itemChunks(item, encoding)) : [evenBytes(value, vr)];
    return [elementHeader(key, vr, sizeOf(chunks), encoding), ...chunks];
  });
}

/** Joins pieces into one array. */
export function concatBytes(chunks: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(sizeOf(chunks));
  let at = 0;
  for (const chunk of chunks) {
    joined.set(chunk, at);
    at += chunk.length;
  }
  return joined;
}

/** Encodes the elements of a data set, in ascending order. */
export function encodeElements(elements: DicomItem, encoding: DicomEncoding): Uint8Array {
  return concatBytes(elementChunks(elements, encoding));
}

/** This program's Implementation Class UID and version name; the UID is the decimal form of a random UUID (PS3.5, B.2). */
export const IMPLEMENTATION_CLASS_UID = '2.25.207688858768218576403144942148553062711';
export const IMPLEMENTATION_VERSION_NAME = 'LINESHAPE';
const PREAMBLE_BYTES = 128;

/** File meta information (PS3.10, 7.1), always explicit and little-endian, behind preamble and "DICM". */
export function filePrefix(sopClassUid: string, sopInstanceUid: string, transferSyntaxUid: string): Uint8Array {
  const meta = encodeElements(
    [
      { key: 'x00020001', vr: 'OB', value: new Uint8Array([0, 1]) },
      textElement(TAG.mediaStorageSopClassUid, sopClassUid),
      textElement(dicomTag(0x0002, 0x0003, 'UI'), sopInstanceUid),
      textElement(TAG.transferSyntaxUid, transferSyntaxUid),
      textElement(dicomTag(0x0002, 0x0012, 'UI'), IMPLEMENTATION_CLASS_UID),
      textElement(dicomTag(0x0002, 0x0013, 'SH'), IMPLEMENTATION_VERSION_NAME),
    ],
    EXPLICIT_LITTLE_ENDIAN,
  );
  const length = encodeElements([numberElement(dicomTag(0x0002, 0x0000, 'UL'), meta.length)], EXPLICIT_LITTLE_ENDIAN);
  return concatBytes([new Uint8Array(PREAMBLE_BYTES), strToU8('DICM'), length, meta]);
}

/**
 * A whole DICOM file, explicit little-endian.
 * @param elements the data set, in any order
 */
export function encodeDicomFile(sopClassUid: string, sopInstanceUid: string, elements: DicomItem): Uint8Array {
  const prefix = filePrefix(sopClassUid, sopInstanceUid, EXPLICIT_LITTLE_ENDIAN_UID);
  return concatBytes([prefix, encodeElements(elements, EXPLICIT_LITTLE_ENDIAN)]);
}
