// Files → a zip archive whose entries are stored, not compressed (APPNOTE.TXT 6.3.10, PKWARE, sections 4.3.7, 4.3.12 and
// 4.3.16). Written in one pass into one array: a series of images is hundreds of megabytes.
import { strToU8 } from 'fflate';
import { UnsupportedDataError } from '../domain/errors.ts';
import { crc32 } from './gzip.ts';

const [LOCAL_HEADER, DIRECTORY_ENTRY, DIRECTORY_END] = [0x04034b50, 0x02014b50, 0x06054b50];
const [LOCAL_BYTES, ENTRY_BYTES, END_BYTES] = [30, 46, 22];
const VERSION_NEEDED = 20;
/** General purpose bit 11: the name is UTF-8. */
const UTF8_NAME = 0x800;
/** 1 January 1980, 0:00, the earliest: no date of the files gets in. */
const DOS_DATE = 0x210000;
/** Without the zip64 extension, sizes and offsets have 32 bits and the number of entries 16. */
const MAX_BYTES = 2 ** 32 - 1;
const MAX_ENTRIES = 2 ** 16 - 1;

interface Entry {
  readonly name: Uint8Array;
  readonly flags: number;
  readonly bytes: Uint8Array;
  readonly crc: number;
}

function entryOf([path, bytes]: readonly [string, Uint8Array]): Entry {
  const name = strToU8(path);
  return { name, flags: name.length === path.length ? 0 : UTF8_NAME, bytes, crc: crc32(bytes) };
}

/** The 26 bytes that local header and directory entry have in common, from "version needed" on. */
function writeCommon(view: DataView, at: number, { name, flags, bytes, crc }: Entry): void {
  view.setUint16(at, VERSION_NEEDED, true);
  view.setUint16(at + 2, flags, true);
  view.setUint32(at + 6, DOS_DATE, true);
  view.setUint32(at + 10, crc, true);
  view.setUint32(at + 14, bytes.length, true);
  view.setUint32(at + 18, bytes.length, true);
  view.setUint16(at + 22, name.length, true);
}

/**
 * @param files path and content, in the order they are to stand in; paths '/'-separated, each once
 * @throws UnsupportedDataError for more than a zip archive can hold (4 GB, 65 535 files)
 */
export function storedZip(files: readonly (readonly [path: string, bytes: Uint8Array])[]): Uint8Array {
  const entries = files.map(entryOf);
  const sum = (length: (entry: Entry) => number): number => entries.reduce((total, e) => total + length(e), 0);
  const directoryAt = sum(({ name, bytes }) => LOCAL_BYTES + name.length + bytes.length);
  const endAt = directoryAt + sum(({ name }) => ENTRY_BYTES + name.length);
  if (endAt + END_BYTES > MAX_BYTES || entries.length > MAX_ENTRIES) {
    throw new UnsupportedDataError(
      'UNSUPPORTED',
      'The files are more than one zip archive can hold (4 GB, 65 535 files).',
    );
  }
  const zip = new Uint8Array(endAt + END_BYTES);
  const view = new DataView(zip.buffer);
  let [localAt, entryAt] = [0, directoryAt];
  for (const entry of entries) {
    const { name, bytes } = entry;
    view.setUint32(localAt, LOCAL_HEADER, true);
    writeCommon(view, localAt + 4, entry);
    zip.set(name, localAt + LOCAL_BYTES);
    zip.set(bytes, localAt + LOCAL_BYTES + name.length);
    view.setUint32(entryAt, DIRECTORY_ENTRY, true);
    view.setUint16(entryAt + 4, VERSION_NEEDED, true);
    writeCommon(view, entryAt + 6, entry);
    view.setUint32(entryAt + 42, localAt, true);
    zip.set(name, entryAt + ENTRY_BYTES);
    localAt += LOCAL_BYTES + name.length + bytes.length;
    entryAt += ENTRY_BYTES + name.length;
  }
  view.setUint32(endAt, DIRECTORY_END, true);
  view.setUint16(endAt + 8, entries.length, true);
  view.setUint16(endAt + 10, entries.length, true);
  view.setUint32(endAt + 12, endAt - directoryAt, true);
  view.setUint32(endAt + 16, directoryAt, true);
  return zip;
}
