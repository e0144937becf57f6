// Varian/Agilent fid: a 32-byte file header, then blocks of a 28-byte header (or several) and traces of interleaved real and
// imaginary words, all big endian (VnmrJ User Programming manual, ch. 5, "data file header").
import type { ComplexArray } from '../../domain/complexArray.ts';
import { zeros } from '../../domain/complexArray.ts';
import { ReaderError, UnsupportedDataError } from '../../domain/errors.ts';

const FILE_HEADER_BYTES = 32;
const BLOCK_HEADER_BYTES = 28;
const STATUS_DATA = 0x1;
const STATUS_SPECTRUM = 0x2;
const STATUS_INT32 = 0x4;
const STATUS_FLOAT = 0x8;

interface FidHeader {
  readonly blocks: number;
  readonly traces: number;
  /** Words of a trace: twice its complex points. */
  readonly words: number;
  readonly wordBytes: number;
  readonly blockBytes: number;
  readonly blockHeaders: number;
  readonly status: number;
}

function readHeader(bytes: Uint8Array): FidHeader | null {
  if (bytes.length < FILE_HEADER_BYTES) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [blocks, traces, words, wordBytes, traceBytes, blockBytes] = [0, 4, 8, 12, 16, 20].map((at) =>
    view.getInt32(at),
  ) as [number, number, number, number, number, number];
  const status = view.getInt16(26);
  const blockHeaders = view.getInt32(28);
  const consistent =
    blocks >= 1 &&
    traces >= 1 &&
    words >= 2 &&
    words % 2 === 0 &&
    (wordBytes === 2 || wordBytes === 4) &&
    traceBytes === words * wordBytes &&
    blockHeaders >= 1 &&
    blockHeaders <= 9 &&
    blockBytes === traces * traceBytes + blockHeaders * BLOCK_HEADER_BYTES;
  return consistent ? { blocks, traces, words, wordBytes, blockBytes, blockHeaders, status } : null;
}

/** @returns whether the bytes begin with a Varian file header whose sizes agree with each other */
export function isVarianFid(bytes: Uint8Array): boolean {
  const header = readHeader(bytes);
  return header !== null && (header.status & STATUS_DATA) !== 0;
}

function wordReader(view: DataView, header: FidHeader): (at: number) => number {
  if ((header.status & STATUS_FLOAT) !== 0) return (at) => view.getFloat32(at);
  return (header.status & STATUS_INT32) !== 0 ? (at) => view.getInt32(at) : (at) => view.getInt16(at);
}

/**
 * Reads every trace.
 * @returns shape [blocks, traces, points], in the order of the file
 * @throws ReaderError FILE_EMPTY, FORMAT_INVALID, FILE_TRUNCATED; UnsupportedDataError for spectra
 */
export function readVarianTraces(bytes: Uint8Array, fileName: string): ComplexArray {
  if (bytes.length === 0) throw new ReaderError('FILE_EMPTY', `${fileName} is empty.`);
  const header = readHeader(bytes);
  if (header === null) {
    throw new ReaderError('FORMAT_INVALID', `${fileName} is no Varian fid: the sizes in its header don't agree.`);
  }
  if ((header.status & STATUS_SPECTRUM) !== 0) {
    throw new UnsupportedDataError('UNSUPPORTED', `${fileName} holds Varian spectra, not FIDs; give the fid file.`);
  }
  const wide = (header.status & (STATUS_FLOAT | STATUS_INT32)) !== 0;
  if (header.wordBytes !== (wide ? 4 : 2)) {
    throw new ReaderError('FORMAT_INVALID', `${fileName} claims words of ${header.wordBytes} bytes of another type.`);
  }
  const expected = FILE_HEADER_BYTES + header.blocks * header.blockBytes;
  if (expected > bytes.length) {
    throw new ReaderError(
      'FILE_TRUNCATED',
      `${fileName} is cut short: its header promises ${expected} bytes, ${bytes.length} are there.`,
      { expectedBytes: expected, foundBytes: bytes.length },
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const word = wordReader(view, header);
  const points = header.words / 2;
  const data = zeros([header.blocks, header.traces, points]);
  let to = 0;
  for (let block = 0; block < header.blocks; block++) {
    let at = FILE_HEADER_BYTES + block * header.blockBytes + header.blockHeaders * BLOCK_HEADER_BYTES;
    for (let i = 0; i < header.traces * points; i++) {
      data.re[to] = word(at);
      data.im[to] = word(at + header.wordBytes);
      at += 2 * header.wordBytes;
      to += 1;
    }
  }
  return data;
}
