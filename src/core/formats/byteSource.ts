// ByteSource: a file read piece by piece, so that a reader of large files never holds the whole of it.

/** Random access to a file's bytes. Node hands in an open file, tests and the browser hand in bytes. */
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

/** A ByteSource over bytes in memory; its reads are views, not copies. */
export function bytesSource(name: string, bytes: Uint8Array): ByteSource {
  return {
    name,
    size: bytes.length,
    read: (offset, length) => bytes.subarray(Math.max(0, offset), Math.max(0, offset + length)),
  };
}
