// Gzip (RFC 1952) in and out, with its checksum checked; decompression grows with the output, never with what a
// damaged trailer claims.
import { Gunzip, Gzip, gzipSync } from 'fflate';
import { ReaderError } from '../domain/errors.ts';

/** Compressed bytes handed over at once; keeps fflate's working copies small. */
const CHUNK_BYTES = 1 << 16;
/** Compressed bytes handed over at once where only the start is wanted. */
const START_CHUNK_BYTES = 1024;
/** No typed array in any supported runtime should be asked for more. [bytes] */
const MAX_OUTPUT_BYTES = 2 ** 32 - 1;
/** A mask of zeros may shrink a thousandfold, but nothing of this size that was measured does. */
const BOMB = { bytes: 1e8, ratio: 200 } as const;

/** @returns whether the bytes begin like a gzip stream */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes.length >= 3 && bytes[0] === 0x1f && bytes[1] === 0x8b && bytes[2] === 8;
}

/** Bytes that one step of the checksum takes. */
const CRC_STEP = 8;

/** Row k, column n: the CRC of byte n followed by k zero bytes. Signed, because that is a third as slow in V8. */
const CRC_TABLES = crcTables();

function crcTables(): Int32Array {
  const tables = new Int32Array(CRC_STEP * 256);
  for (let n = 0; n < 256; n++) {
    let c = n;
    for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
    tables[n] = c;
  }
  for (let i = 256; i < tables.length; i++) {
    const before = tables[i - 256] as number;
    tables[i] = (tables[before & 0xff] as number) ^ (before >>> 8);
  }
  return tables;
}

const crcAt = (row: number, column: number): number => CRC_TABLES[(row << 8) | column] as number;
const byteAt = (bytes: Uint8Array, i: number): number => bytes[i] as number;

/**
 * CRC-32 (ISO 3309), as gzip and zip use it, eight bytes at a time.
 * Kounavis & Berry, IEEE Trans Comput 2008;57:1550, doi:10.1109/TC.2008.85 ("slicing by 8").
 */
export function crc32(bytes: Uint8Array): number {
  const whole = bytes.length - (bytes.length % CRC_STEP);
  let crc = -1;
  for (let i = 0; i < whole; i += CRC_STEP) {
    const word =
      byteAt(bytes, i) | (byteAt(bytes, i + 1) << 8) | (byteAt(bytes, i + 2) << 16) | (byteAt(bytes, i + 3) << 24);
    const low = crc ^ word;
    crc = crcAt(7, low & 0xff) ^ crcAt(6, (low >>> 8) & 0xff) ^ crcAt(5, (low >>> 16) & 0xff) ^ crcAt(4, low >>> 24);
    crc ^= crcAt(3, byteAt(bytes, i + 4)) ^ crcAt(2, byteAt(bytes, i + 5));
    crc ^= crcAt(1, byteAt(bytes, i + 6)) ^ crcAt(0, byteAt(bytes, i + 7));
  }
  for (let i = whole; i < bytes.length; i++) crc = crcAt(0, (crc ^ byteAt(bytes, i)) & 0xff) ^ (crc >>> 8);
  return (crc ^ -1) >>> 0;
}

function join(chunks: readonly Uint8Array[], total: number): Uint8Array {
  const out = new Uint8Array(total);
  let at = 0;
  for (const chunk of chunks) {
    out.set(chunk, at);
    at += chunk.length;
  }
  return out;
}

/** fflate's error code for a stream that ends early. */
const FFLATE_UNEXPECTED_EOF = 0;

/** @throws ReaderError where the content grows beyond what it may be */
function checkGrowth(found: number, compressed: number, mostBytes: number, fileName: string): void {
  if (found > mostBytes) {
    throw new ReaderError(
      'FORMAT_INVALID',
      `${fileName} unpacks to more than the ${mostBytes} bytes that its header allows.`,
      { mostBytes },
    );
  }
  if (found > BOMB.bytes && found > BOMB.ratio * compressed) {
    throw new ReaderError(
      'FORMAT_INVALID',
      `${fileName} unpacks to over ${BOMB.ratio} times its size, as no measured data do; it is not opened.`,
    );
  }
}

/**
 * Decompresses a gzip file of one or more members.
 * @param bytes the whole compressed file
 * @param fileName base name, for messages
 * @param mostBytes what the content may grow to
 * @throws ReaderError FILE_TRUNCATED where the stream ends early, FORMAT_INVALID where it is damaged or too long
 */
export function gunzip(bytes: Uint8Array, fileName: string, mostBytes: number = MAX_OUTPUT_BYTES): Uint8Array {
  const chunks: Uint8Array[] = [];
  let total = 0;
  let members = 1;
  const stream = new Gunzip((chunk) => {
    chunks.push(chunk);
    total += chunk.length;
  });
  stream.onmember = () => {
    members++;
  };
  try {
    for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
      const end = Math.min(at + CHUNK_BYTES, bytes.length);
      // A copy: fflate keeps references into what it is given.
      stream.push(bytes.slice(at, end), end === bytes.length);
      checkGrowth(total, bytes.length, mostBytes, fileName);
    }
  } catch (error) {
    if (error instanceof ReaderError) throw error;
    const truncated = (error as { code?: unknown }).code === FFLATE_UNEXPECTED_EOF;
    throw truncated
      ? new ReaderError('FILE_TRUNCATED', `${fileName} ends in the middle of its gzip stream.`, {}, error)
      : new ReaderError('FORMAT_INVALID', `${fileName} is a damaged gzip file and can't be decompressed.`, {}, error);
  }
  const out = join(chunks, total);
  checkTrailer(bytes, out, members, fileName);
  return out;
}

/**
 * The first bytes of a gzip file's content, for telling what it holds; damage is not reported.
 * @returns up to `count` bytes, fewer where the stream is short or damaged
 */
export function gunzipStart(bytes: Uint8Array, count: number): Uint8Array {
  const chunks: Uint8Array[] = [];
  let total = 0;
  const stream = new Gunzip((chunk) => {
    chunks.push(chunk);
    total += chunk.length;
  });
  try {
    for (let at = 0; at < bytes.length && total < count; at += START_CHUNK_BYTES) {
      stream.push(bytes.slice(at, at + START_CHUNK_BYTES), false);
    }
  } catch {
    return join(chunks, total).subarray(0, count);
  }
  return join(chunks, total).subarray(0, count);
}

function checkTrailer(bytes: Uint8Array, out: Uint8Array, members: number, fileName: string): void {
  if (members > 1) return; // each member has its own trailer; fflate doesn't say where they end
  if (bytes.length < 18) throw new ReaderError('FILE_TRUNCATED', `${fileName} ends in the middle of its gzip stream.`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const expectedCrc = view.getUint32(bytes.length - 8, true);
  const expectedSize = view.getUint32(bytes.length - 4, true);
  if (expectedSize !== out.length || expectedCrc !== crc32(out)) {
    throw new ReaderError(
      'FORMAT_INVALID',
      `${fileName} is a damaged or cut gzip file: its checksum doesn't match its content (${expectedSize} bytes expected, ${out.length} found).`,
      { expectedBytes: expectedSize, foundBytes: out.length },
    );
  }
}

/** Compresses deterministically: no file name, time zero. */
export function gzip(bytes: Uint8Array): Uint8Array {
  return gzipSync(bytes, { level: 6, mtime: 0 });
}

/**
 * Compresses piece by piece, deterministically too; where the blocks end, the bytes are others than `gzip`'s.
 * @param pieces taken one at a time
 */
export function* gzipPieces(pieces: Iterable<Uint8Array>): Generator<Uint8Array> {
  const ready: Uint8Array[] = [];
  const stream = new Gzip({ level: 6, mtime: 0 }, (chunk) => ready.push(chunk));
  for (const piece of pieces) {
    stream.push(piece);
    yield* ready.splice(0);
  }
  stream.push(new Uint8Array(0), true);
  yield* ready;
}
