// Zip archives (APPNOTE.TXT 6.3.10, PKWARE) in and out. The central directory is checked against limits before a byte is
// inflated, and inflating stops where an entry gives more than the directory says: a zip bomb is refused, not unpacked.
import { Inflate, strFromU8 } from 'fflate';
import { ReaderError, UnsupportedDataError } from '../domain/errors.ts';
import { latin1Text } from '../math/fortranText.ts';
import { crc32 } from './gzip.ts';
import type { InputFile } from './inputFile.ts';
import { pathOf } from './inputFile.ts';
import { storedZip } from './storedZip.ts';

export interface ZipLimits {
  readonly maxEntries: number;
  /** Of all entries together, unpacked. [bytes] */
  readonly maxBytes: number;
  /** Unpacked size over the archive's own. */
  readonly maxRatio: number;
  /** Below this unpacked size any ratio is taken: an empty image mask packs a thousandfold. [bytes] */
  readonly ratioFromBytes: number;
}

export const ZIP_LIMITS: ZipLimits = {
  maxEntries: 20_000,
  maxBytes: 2 * 2 ** 30,
  maxRatio: 200,
  ratioFromBytes: 16 * 2 ** 20,
};

/** A file of an archive. */
export interface ZipFile extends InputFile {
  readonly path: string;
}

interface Entry {
  readonly path: string;
  readonly isEncrypted: boolean;
  readonly isLink: boolean;
  readonly method: number;
  readonly crc: number;
  readonly packedSize: number;
  readonly size: number;
  readonly headerAt: number;
}

const LOCAL_HEADER = 0x04034b50;
const DIRECTORY_ENTRY = 0x02014b50;
const DIRECTORY_END = 0x06054b50;
const [LOCAL_BYTES, ENTRY_BYTES, END_BYTES] = [30, 46, 22];
/** An archive's comment can be this long. [bytes] */
const MAX_COMMENT = 0xffff;
const [STORED, DEFLATED] = [0, 8];
/** Office documents are zip archives that begin with this entry. */
const OFFICE_ENTRY = '[Content_Types].xml';
/** Packed bytes inflated at once. */
const CHUNK_BYTES = 1 << 16;

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** @returns whether the bytes begin like a zip archive (office documents aside); never throws */
export function isZip(bytes: Uint8Array): boolean {
  if (bytes.length < END_BYTES) return false;
  const signature = viewOf(bytes).getUint32(0, true);
  if (signature === DIRECTORY_END) return true;
  return (
    signature === LOCAL_HEADER && !latin1Text(bytes.subarray(LOCAL_BYTES, LOCAL_BYTES + 19)).startsWith(OFFICE_ENTRY)
  );
}

const damaged = (name: string): ReaderError =>
  new ReaderError('FORMAT_INVALID', `${name} is a damaged or cut zip archive: its directory can't be read.`);

/** Where the end-of-directory record is: the last one whose comment reaches the end of the file. */
function findEnd(bytes: Uint8Array, view: DataView, name: string): number {
  const first = Math.max(0, bytes.length - END_BYTES - MAX_COMMENT);
  for (let at = bytes.length - END_BYTES; at >= first; at--) {
    if (view.getUint32(at, true) === DIRECTORY_END && at + END_BYTES + view.getUint16(at + 20, true) <= bytes.length) {
      return at;
    }
  }
  throw damaged(name);
}

/** Sizes and offset that don't fit 32 bits stand in the zip64 extra field, in this order. */
function wideNumbers(extra: Uint8Array, numbers: readonly number[], name: string): number[] {
  if (!numbers.includes(0xffffffff)) return [...numbers];
  const view = viewOf(extra);
  for (let at = 0; at + 4 <= extra.length; at += 4 + view.getUint16(at + 2, true)) {
    if (view.getUint16(at, true) !== 1) continue;
    let next = at + 4;
    return numbers.map((n) => {
      if (n !== 0xffffffff) return n;
      if (next + 8 > extra.length) throw damaged(name);
      next += 8;
      return Number(view.getBigUint64(next - 8, true));
    });
  }
  throw damaged(name);
}

function readEntry(bytes: Uint8Array, at: number, name: string): { readonly entry: Entry; readonly next: number } {
  const view = viewOf(bytes);
  if (at + ENTRY_BYTES > bytes.length || view.getUint32(at, true) !== DIRECTORY_ENTRY) throw damaged(name);
  const [nameLength, extraLength, commentLength] = [28, 30, 32].map((o) => view.getUint16(at + o, true)) as [
    number,
    number,
    number,
  ];
  const nameAt = at + ENTRY_BYTES;
  const next = nameAt + nameLength + extraLength + commentLength;
  if (next > bytes.length) throw damaged(name);
  const flags = view.getUint16(at + 8, true);
  const rawName = bytes.subarray(nameAt, nameAt + nameLength);
  const extra = bytes.subarray(nameAt + nameLength, nameAt + nameLength + extraLength);
  const narrow = [24, 20, 42].map((o) => view.getUint32(at + o, true));
  const [size, packedSize, headerAt] = wideNumbers(extra, narrow, name) as [number, number, number];
  const entry = {
    path: strFromU8(rawName, (flags & 0x800) === 0).replaceAll('\\', '/'),
    isEncrypted: (flags & 0x2041) !== 0,
    // Unix file type in the upper half of the external attributes.
    isLink: ((view.getUint32(at + 38, true) >>> 16) & 0o170000) === 0o120000,
    method: view.getUint16(at + 10, true),
    crc: view.getUint32(at + 16, true),
    size,
    packedSize,
    headerAt,
  };
  return { entry, next };
}

function readDirectory(bytes: Uint8Array, name: string, limits: ZipLimits): Entry[] {
  const view = viewOf(bytes);
  const end = findEnd(bytes, view, name);
  const count = view.getUint16(end + 10, true);
  if (count > limits.maxEntries) {
    throw new UnsupportedDataError(
      'UNSUPPORTED',
      `${name} holds more than ${limits.maxEntries} files, more than this program unpacks.`,
      { entries: count },
    );
  }
  const entries: Entry[] = [];
  let at = view.getUint32(end + 16, true);
  for (let i = 0; i < count; i++) {
    const { entry, next } = readEntry(bytes, at, name);
    entries.push(entry);
    at = next;
  }
  return entries;
}

/** Longest name of a file or folder on the usual file systems. */
const LONGEST_NAME = 255;
/** Those of ASCII; above 127 an old archive may have letters of its own code page. */
const CONTROL_CHARACTER = /[\u0000-\u001f\u007f]/;

/** Names go into messages, lists and the database as they are. */
function checkPath({ path }: Entry, name: string): void {
  if (CONTROL_CHARACTER.test(path) || path.split('/').some((part) => part.length > LONGEST_NAME)) {
    const message = `${name} holds a name that no file has, too long or with control characters; it is not unpacked.`;
    throw new ReaderError('FORMAT_INVALID', message);
  }
  if (path.startsWith('/') || /^[A-Za-z]:/.test(path) || path.split('/').includes('..')) {
    throw new ReaderError('FORMAT_INVALID', `${name} holds a path that leads out of the archive; it is not unpacked.`);
  }
}

function checkSizes(entries: readonly Entry[], archiveBytes: number, name: string, limits: ZipLimits): void {
  const total = entries.reduce((sum, { size }) => sum + size, 0);
  const packed = entries.reduce((sum, { packedSize }) => sum + packedSize, 0);
  // Entries that share their packed data are how the worst zip bombs are made.
  if (packed > archiveBytes) throw damaged(name);
  const tooDense = total > limits.ratioFromBytes && total > limits.maxRatio * archiveBytes;
  if (total > limits.maxBytes || tooDense) {
    const megabytes = Math.ceil(total / 2 ** 20);
    throw new UnsupportedDataError(
      'UNSUPPORTED',
      `${name} would unpack to ${megabytes} MB, more than this program takes from an archive of its size.`,
      { bytes: total },
    );
  }
}

function packedBytes(bytes: Uint8Array, entry: Entry, name: string): Uint8Array {
  const view = viewOf(bytes);
  const { headerAt, packedSize } = entry;
  if (headerAt + LOCAL_BYTES > bytes.length || view.getUint32(headerAt, true) !== LOCAL_HEADER) throw damaged(name);
  const from = headerAt + LOCAL_BYTES + view.getUint16(headerAt + 26, true) + view.getUint16(headerAt + 28, true);
  if (from + packedSize > bytes.length) throw damaged(name);
  return bytes.subarray(from, from + packedSize);
}

/** @throws ReaderError FORMAT_INVALID where the data are damaged, or longer or shorter than the directory says */
function inflate(packed: Uint8Array, entry: Entry, name: string): Uint8Array {
  const out = new Uint8Array(entry.size);
  let length = 0;
  const stream = new Inflate((chunk) => {
    if (length + chunk.length > out.length) throw new RangeError('more than announced');
    out.set(chunk, length);
    length += chunk.length;
  });
  try {
    for (let at = 0; at < packed.length; at += CHUNK_BYTES) {
      const end = Math.min(at + CHUNK_BYTES, packed.length);
      // A copy: fflate keeps references into what it is given.
      stream.push(packed.slice(at, end), end === packed.length);
    }
  } catch (error) {
    throw new ReaderError('FORMAT_INVALID', `${name} is a damaged zip archive and can't be unpacked.`, {}, error);
  }
  if (length !== out.length) throw new ReaderError('FORMAT_INVALID', `${name} is a damaged or cut zip archive.`);
  return out;
}

function unpack(bytes: Uint8Array, entry: Entry, name: string): Uint8Array {
  if (entry.method !== STORED && entry.method !== DEFLATED) {
    throw new UnsupportedDataError(
      'UNSUPPORTED',
      `${name} is packed by a method (${entry.method}) that this program doesn't unpack; pack it as an ordinary zip.`,
    );
  }
  const packed = packedBytes(bytes, entry, name);
  if (entry.method === STORED && packed.length !== entry.size) throw damaged(name);
  // What is stored is not copied.
  const content = entry.method === STORED ? packed : inflate(packed, entry, name);
  if (crc32(content) !== entry.crc) {
    throw new ReaderError('FORMAT_INVALID', `${name} is a damaged zip archive: a checksum doesn't match its content.`);
  }
  return content;
}

/** Finder's copies of attributes, and files whose name begins with a dot. */
const isHidden = (path: string): boolean => path.split('/').some((part) => part.startsWith('.') || part === '__MACOSX');

/**
 * Unpacks a zip archive; folders, links and hidden files are left out, zips within it are left packed.
 * @param name base name, for messages
 * @returns its files in the archive's order; stored ones are views of `bytes`
 * @throws ReaderError FORMAT_INVALID (damaged, or a path that leads out of it); UnsupportedDataError (encrypted, packed by
 *   another method, more or bigger files than the limits allow)
 */
export function readZip(bytes: Uint8Array, name: string, limits: ZipLimits = ZIP_LIMITS): ZipFile[] {
  const entries = readDirectory(bytes, name, limits).filter((e) => !e.path.endsWith('/') && !e.isLink);
  for (const entry of entries) checkPath(entry, name);
  if (entries.some((entry) => entry.isEncrypted)) {
    throw new UnsupportedDataError('UNSUPPORTED', `${name} is encrypted; unpack it with its password first.`);
  }
  checkSizes(entries, bytes.length, name, limits);
  return entries
    .filter(({ path }) => path !== '' && !isHidden(path))
    .map((entry) => ({
      name: entry.path.replace(/^.*\//, ''),
      path: entry.path,
      bytes: unpack(bytes, entry, name),
    }));
}

/** Longest folder that all paths have in common. */
function commonFolder(paths: readonly string[]): string {
  const [first = [], ...others] = paths.map((path) => path.split('/').slice(0, -1));
  let length = first.length;
  for (const parts of others) {
    while (length > 0 && first.slice(0, length).some((part, i) => parts[i] !== part)) length--;
  }
  return first.slice(0, length).join('/');
}

/** The path, or "name (2).dcm" where that is taken. */
function freePath(path: string, taken: Readonly<Record<string, Uint8Array>>): string {
  const [, stem = path, extension = ''] = /^(.*?)(\.[^./]*)?$/.exec(path) ?? [];
  let free = path;
  for (let n = 2; Object.hasOwn(taken, free); n++) free = `${stem} (${n})${extension}`;
  return free;
}

/**
 * Packs files that make one scan or image: not compressed, sorted, without dates, so that the same files give the same
 * bytes wherever they were dropped from.
 */
export function packZip(files: readonly InputFile[]): Uint8Array {
  const folder = commonFolder(files.map(pathOf));
  // Without inherited properties: a file may be called "__proto__".
  const entries = Object.create(null) as Record<string, Uint8Array>;
  for (const file of files) {
    const path = folder === '' ? pathOf(file) : pathOf(file).slice(folder.length + 1);
    entries[freePath(path, entries)] = file.bytes;
  }
  const sorted = Object.keys(entries).sort();
  return storedZip(sorted.map((path) => [path, entries[path] as Uint8Array]));
}
