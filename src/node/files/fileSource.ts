// A file on disk as a ByteSource: opened for each block and closed again, so that nothing has to be closed by its user.
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { Stats } from 'node:fs';
import { basename } from 'node:path';
import { ReaderError } from '../../core/domain/errors.ts';
import { BlockSource } from './blockSource.ts';
import { readError } from './readErrors.ts';

const BLOCK_BYTES = 2 ** 20;

export class FileSource extends BlockSource {
  /** For opening it in another thread, not for messages. */
  readonly absolutePath: string;
  readonly #modifiedMs: number;
  readonly #block = new Uint8Array(BLOCK_BYTES);

  /** @param stats of the file; one that has changed since is no longer read */
  constructor(absolutePath: string, stats: Pick<Stats, 'size' | 'mtimeMs'>) {
    super(basename(absolutePath), stats.size, BLOCK_BYTES);
    this.absolutePath = absolutePath;
    this.#modifiedMs = stats.mtimeMs;
  }

  /** @throws ReaderError READ_FAILED (gone, not readable, changed) */
  protected load(index: number): Uint8Array {
    const file = this.#open();
    try {
      const { size, mtimeMs } = fstatSync(file);
      if (size !== this.size || mtimeMs !== this.#modifiedMs) throw this.#changed();
      return this.#block.subarray(0, this.#fill(file, index * BLOCK_BYTES));
    } finally {
      closeSync(file);
    }
  }

  #open(): number {
    try {
      return openSync(this.absolutePath, 'r');
    } catch (error) {
      throw readError(this.absolutePath, error);
    }
  }

  /** @returns bytes read into the block */
  #fill(file: number, start: number): number {
    const wanted = Math.min(BLOCK_BYTES, this.size - start);
    try {
      let filled = 0;
      while (filled < wanted) {
        const read = readSync(file, this.#block, filled, wanted - filled, start + filled);
        if (read === 0) break;
        filled += read;
      }
      return filled;
    } catch (error) {
      throw readError(this.absolutePath, error);
    }
  }

  #changed(): ReaderError {
    const message = `${this.name} was changed after it was opened; please give it again.`;
    return new ReaderError('READ_FAILED', message, { file: this.name });
  }
}
