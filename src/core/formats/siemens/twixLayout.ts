// File layout of Siemens raw data ("twix", .dat): VB holds one measurement from byte 0; VD, VE and XA hold a table of up
// to 64 measurements. Each begins with its header length, the number of header buffers, and the buffers.
// Layout as described by the public readers of the format (mapVBVD, suspect, siemens_to_ismrmrd).
import { ReaderError } from '../../domain/errors.ts';
import { latin1Text } from '../../math/fortranText.ts';
import type { ByteSource } from '../../domain/fileContent.ts';
import { protocolText } from './protocolText.ts';

/** "vb": 128-byte headers before every channel; "vd" (also VE and XA): 192-byte scan header, 32-byte channel headers. */
export type TwixVersion = 'vb' | 'vd';

export interface TwixMeasurement {
  readonly version: TwixVersion;
  /** Header buffers by name: Config, Dicom, Meas, MeasYaps, Phoenix, Spice. */
  readonly buffers: ReadonlyMap<string, string>;
  /** First byte of the first measurement data header. */
  readonly dataStart: number;
  /** First byte behind this measurement. */
  readonly dataEnd: number;
}

const TABLE_ENTRY_BYTES = 152;
const MAX_MEASUREMENTS = 64;
/** Longest header taken; real ones have about 0.5 MB (VB) to 2 MB (XA). [bytes] */
const MAX_HEADER_BYTES = 2 ** 25;
const MAX_BUFFERS = 32;
/** The first word of VD and later is 0, or at least small; in VB it is the header's length. */
const MAX_TABLE_MARK = 10000;

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Reads a 64-bit length; beyond 2^53 it loses digits, which no file reaches. */
const uint64 = (view: DataView, at: number): number =>
  view.getUint32(at, true) + view.getUint32(at + 4, true) * 2 ** 32;

/**
 * Whether a file begins as Siemens raw data does.
 * @param bytes at least the first 64 bytes
 * @param size length of the whole file where `bytes` is only its beginning. [bytes]
 */
export function isTwix(bytes: Uint8Array, size: number = bytes.length): boolean {
  if (bytes.length < 64) return false;
  const view = viewOf(bytes);
  const [first, second] = [view.getUint32(0, true), view.getUint32(4, true)];
  if (startsVbHeader(bytes)) return first >= 64 && first < size;
  const begins = uint64(view, 16);
  const plausible = begins >= 8 + TABLE_ENTRY_BYTES * second && begins < size;
  return first < MAX_TABLE_MARK && second >= 1 && second <= MAX_MEASUREMENTS && plausible;
}

/** VB files have their first buffer, Config, where later files have the table of measurements. */
const startsVbHeader = (bytes: Uint8Array): boolean => latin1Text(bytes.subarray(8, 15)) === 'Config\0';

function headerProblem(source: ByteSource, what: string): ReaderError {
  return new ReaderError('FORMAT_INVALID', `${source.name} has a damaged Siemens raw data header: ${what}.`);
}

function readUint32(source: ByteSource, offset: number): number {
  const bytes = source.read(offset, 4);
  if (bytes.length < 4) throw truncated(source);
  return viewOf(bytes).getUint32(0, true);
}

const truncated = (source: ByteSource): ReaderError =>
  new ReaderError('FILE_TRUNCATED', `${source.name} is cut short within its header.`, { foundBytes: source.size });

/** Length of the NUL-terminated name at `offset`, up to 64 characters. */
function readName(source: ByteSource, offset: number): string {
  const bytes = source.read(offset, 65);
  const end = bytes.indexOf(0);
  if (end < 0) throw headerProblem(source, 'the name of a buffer has no end');
  return latin1Text(bytes.subarray(0, end));
}

function readBuffers(source: ByteSource, start: number, headerBytes: number): Map<string, string> {
  const count = readUint32(source, start + 4);
  if (count < 1 || count > MAX_BUFFERS) throw headerProblem(source, `it claims ${count} buffers`);
  const buffers = new Map<string, string>();
  let at = start + 8;
  for (let i = 0; i < count; i++) {
    const name = readName(source, at);
    const length = readUint32(source, at + name.length + 1);
    at += name.length + 5;
    if (at + length > start + headerBytes) throw headerProblem(source, `a buffer of ${length} bytes exceeds it`);
    const bytes = source.read(at, length);
    if (bytes.length < length) throw truncated(source);
    buffers.set(name, protocolText(bytes));
    at += length;
  }
  return buffers;
}

function readMeasurement(source: ByteSource, version: TwixVersion, start: number, length: number): TwixMeasurement {
  const headerBytes = readUint32(source, start);
  if (headerBytes < 16 || headerBytes > MAX_HEADER_BYTES) {
    throw headerProblem(source, `it claims a length of ${headerBytes} bytes`);
  }
  if (start + headerBytes > source.size) throw truncated(source);
  return {
    version,
    buffers: readBuffers(source, start, headerBytes),
    dataStart: start + headerBytes,
    // An aborted scan may have left its length unwritten.
    dataEnd: length > headerBytes ? Math.min(start + length, source.size) : source.size,
  };
}

/** Where each measurement lies: one for VB, the table's entries for VD and later. */
export interface TwixTable {
  readonly version: TwixVersion;
  readonly entries: readonly { readonly start: number; readonly length: number }[];
}

/**
 * @throws ReaderError FILE_EMPTY, FILE_TRUNCATED, FORMAT_INVALID
 */
export function readTwixTable(source: ByteSource): TwixTable {
  if (source.size === 0) throw new ReaderError('FILE_EMPTY', `${source.name} is empty.`);
  const count = readUint32(source, 4);
  if (readUint32(source, 0) >= MAX_TABLE_MARK || startsVbHeader(source.read(0, 15))) {
    return { version: 'vb', entries: [{ start: 0, length: source.size }] };
  }
  if (count < 1 || count > MAX_MEASUREMENTS) throw headerProblem(source, `it claims ${count} measurements`);
  const table = source.read(8, count * TABLE_ENTRY_BYTES);
  if (table.length < count * TABLE_ENTRY_BYTES) throw truncated(source);
  const view = viewOf(table);
  const entries = Array.from({ length: count }, (_, i) => ({
    start: uint64(view, i * TABLE_ENTRY_BYTES + 8),
    length: uint64(view, i * TABLE_ENTRY_BYTES + 16),
  }));
  if (entries.some((e) => e.start < 8 + count * TABLE_ENTRY_BYTES)) {
    throw headerProblem(source, 'a measurement begins within the table');
  }
  return { version: 'vd', entries };
}

/**
 * Reads the header of one measurement.
 * @param index 0-based
 * @throws ReaderError FILE_TRUNCATED, FORMAT_INVALID
 */
export function readTwixMeasurement(source: ByteSource, table: TwixTable, index: number): TwixMeasurement {
  const entry = table.entries[index];
  if (entry === undefined) throw headerProblem(source, `it has no measurement ${index + 1}`);
  return readMeasurement(source, table.version, entry.start, entry.length);
}
