// A ByteSource that loads its content in blocks and keeps the last one, so that many small reads cost one load.
import type { ByteSource } from '../../core/domain/fileContent.ts';

export abstract class BlockSource implements ByteSource {
  readonly name: string;
  readonly size: number;
  readonly #blockBytes: number;
  #kept: { readonly index: number; readonly bytes: Uint8Array } | null = null;

  /**
   * @param name base name of the file
   * @param size of the file [bytes]
   * @param blockBytes length of each block but the last
   */
  constructor(name: string, size: number, blockBytes: number) {
    this.name = name;
    this.size = size;
    this.#blockBytes = blockBytes;
  }

  /** @returns the whole block, or a part where the file has become shorter */
  protected abstract load(index: number): Uint8Array;

  read(offset: number, length: number): Uint8Array {
    const start = Math.max(0, offset);
    const end = Math.min(this.size, offset + length);
    if (end <= start) return new Uint8Array(0);
    const index = Math.floor(start / this.#blockBytes);
    const first = this.#block(index).subarray(start - index * this.#blockBytes);
    if (end <= (index + 1) * this.#blockBytes) return first.subarray(0, end - start);
    return this.#joined(start, end);
  }

  #block(index: number): Uint8Array {
    if (this.#kept?.index !== index) this.#kept = { index, bytes: this.load(index) };
    return this.#kept.bytes;
  }

  /** What lies in several blocks. */
  #joined(start: number, end: number): Uint8Array {
    const joined = new Uint8Array(end - start);
    let at = start;
    while (at < end) {
      const index = Math.floor(at / this.#blockBytes);
      const from = at - index * this.#blockBytes;
      const part = this.#block(index).subarray(from, from + end - at);
      if (part.length === 0) break;
      joined.set(part, at - start);
      at += part.length;
    }
    return joined.subarray(0, at - start);
  }
}
