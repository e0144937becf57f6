// What a file holds: a small one's bytes lie in memory, a large one is read piece by piece, so that nothing holds the whole
// of it but what is made of it.
import { ReaderError } from './errors.ts';

/** Random access to a file's bytes. Node hands in files and stored files, tests and the browser hand in bytes. */
export interface ByteSource {
  /** Base name of the file, for messages. */
  readonly name: string;
  /** Length of the file. [bytes] */
  readonly size: number;
  /**
   * @param offset first byte wanted
   * @param length number of bytes wanted
   * @returns the bytes, fewer where the file ends before; valid until the next call (an implementation may reuse its buffer)
   */
  read(offset: number, length: number): Uint8Array;
}

/** Content in memory. */
export interface BytesContent {
  readonly bytes: Uint8Array;
  readonly source?: undefined;
}

/** Content that is read when needed. */
export interface SourceContent {
  readonly source: ByteSource;
  readonly bytes?: undefined;
}

/** Exactly one of the two, so that none can be left over from another file when an object is copied. */
export type FileContent = BytesContent | SourceContent;

/** A file of at least this size is handed on as a source. [bytes] */
export const LARGE_FILE_BYTES = 32 * 2 ** 20;

/** Most that is read into one array. [bytes] */
const MOST_BYTES_AT_ONCE = 2 ** 31 - 1;

/** What is read of a source at once where all of it is gone through. [bytes] */
const PIECE_BYTES = 2 ** 20;

/** A ByteSource over bytes in memory; its reads are views, not copies. */
export function bytesSource(name: string, bytes: Uint8Array): ByteSource {
  return {
    name,
    size: bytes.length,
    read: (offset, length) => bytes.subarray(Math.max(0, offset), Math.max(0, offset + length)),
  };
}

/** @returns length of the content [bytes] */
export function sizeOf(content: FileContent): number {
  return content.source === undefined ? content.bytes.length : content.source.size;
}

/**
 * The beginning of the content, or all of it where it is in memory.
 * @param length bytes wanted of a source
 * @returns bytes of their own, or a view of those in memory
 */
export function headOf(content: FileContent, length: number): Uint8Array {
  return content.source === undefined ? content.bytes : content.source.read(0, length).slice();
}

/**
 * The whole content: for a source a copy that is made by each call, so ask for it only where pieces don't do.
 * @throws ReaderError READ_FAILED where it is larger than 2 GB, and what the source throws
 */
export function bytesOf(content: FileContent): Uint8Array {
  if (content.source === undefined) return content.bytes;
  const { name, size } = content.source;
  if (size > MOST_BYTES_AT_ONCE) {
    const message = `${name} is larger than 2 GB, more than this program reads of a file of its kind.`;
    throw new ReaderError('READ_FAILED', message, { file: name });
  }
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const piece of piecesOf(content)) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return at === bytes.length ? bytes : bytes.slice(0, at);
}

/** @returns the content for reading by pieces */
export function sourceOf(name: string, content: FileContent): ByteSource {
  return content.source ?? bytesSource(name, content.bytes);
}

/**
 * Goes through the content from its beginning to its end.
 * @param pieceBytes length of each piece but the last
 * @returns pieces, each valid until the next
 */
export function* piecesOf(content: FileContent, pieceBytes: number = PIECE_BYTES): Generator<Uint8Array> {
  const source = sourceOf('', content);
  for (let at = 0; at < source.size;) {
    const piece = source.read(at, Math.min(pieceBytes, source.size - at));
    if (piece.length === 0) return;
    yield piece;
    at += piece.length;
  }
}

/** The content alone, of an object that has more to it. */
export function contentOf(content: FileContent): FileContent {
  return content.source === undefined ? { bytes: content.bytes } : { source: content.source };
}

/** The object that stays the same through every copy of a file's description: what tells two files apart. */
export function identityOf(content: FileContent): object {
  return content.source ?? content.bytes;
}
