// Siemens CSA headers (private elements 0029,xx10 and 0029,xx20): named lists of text values. Layout as described in the
// public documentation of nibabel ("The Siemens CSA header"): CSA2 begins with "SV10", CSA1 does not.
import { ReaderError } from '../../domain/errors.ts';
import { latin1Text } from '../../math/fortranText.ts';

/** Name → values, trimmed; empty ones at the end dropped. */
export type CsaHeader = ReadonlyMap<string, readonly string[]>;

const TAG_BYTES = 84;
const ITEM_HEADER_BYTES = 16;
/** Real headers have fewer than 200 tags and a few thousand items. */
const MAX_TAGS = 1000;
const MAX_ITEMS = 100_000;

/** Text up to the first NUL. */
function cText(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return latin1Text(end < 0 ? bytes : bytes.subarray(0, end));
}

function damaged(fileName: string): ReaderError {
  return new ReaderError('FORMAT_INVALID', `${fileName} has a damaged Siemens CSA header.`);
}

/**
 * Parses one CSA header.
 * @throws ReaderError FORMAT_INVALID where counts or lengths don't fit
 */
export function parseCsaHeader(bytes: Uint8Array, fileName: string): CsaHeader {
  const header = new Map<string, readonly string[]>();
  if (bytes.length < 16) throw damaged(fileName);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const second = cText(bytes.subarray(0, 4)) === 'SV10';
  let at = second ? 8 : 0;
  const tags = view.getUint32(at, true);
  at += 8;
  if (tags > MAX_TAGS) throw damaged(fileName);
  let firstItems: number | null = null;
  for (let tag = 0; tag < tags; tag++) {
    if (at + TAG_BYTES > bytes.length) throw damaged(fileName);
    const name = cText(bytes.subarray(at, at + 64));
    const items = view.getInt32(at + 76, true);
    at += TAG_BYTES;
    if (items < 0 || items > MAX_ITEMS) throw damaged(fileName);
    // CSA1 adds the number of items of its first filled tag to every length.
    if (items > 0) firstItems ??= items;
    const values: string[] = [];
    for (let item = 0; item < items; item++) {
      if (at + ITEM_HEADER_BYTES > bytes.length) throw damaged(fileName);
      const length = second ? view.getInt32(at + 4, true) : view.getInt32(at, true) - (firstItems ?? 0);
      at += ITEM_HEADER_BYTES;
      if (!second && length < 0) break; // CSA1 stores no further items then
      if (length < 0 || at + length > bytes.length) throw damaged(fileName);
      values.push(cText(bytes.subarray(at, at + length)).trim());
      at += (length + 3) & ~3;
    }
    while (values.at(-1) === '') values.pop();
    header.set(name, values);
  }
  return header;
}

/** First value of a tag as text; null where it is empty. */
export function csaText(header: CsaHeader, name: string): string | null {
  return header.get(name)?.[0] || null;
}

/** Value of a tag as a number; null where it is empty or not a number. */
export function csaNumber(header: CsaHeader, name: string): number | null {
  const text = csaText(header, name);
  const value = text === null ? NaN : Number(text);
  return Number.isFinite(value) ? value : null;
}

/** Exactly `count` numbers of a tag; null otherwise. */
export function csaVector(header: CsaHeader, name: string, count: number): number[] | null {
  const values = (header.get(name) ?? []).map(Number);
  return values.length === count && values.every(Number.isFinite) ? values : null;
}
