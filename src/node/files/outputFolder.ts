// Writes several files into a folder: all of them, or none.
import { existsSync } from 'node:fs';
import { mkdir, rm, rmdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { ProcessingError } from '../../core/domain/errors.ts';
import type { FileOutput } from './atomicWrite.ts';
import { atomicWrite } from './atomicWrite.ts';

export type OutputFiles = ReadonlyMap<string, FileOutput>;
/** @param name base name, or folder and base name */
export type WriteFile = (name: string, content: FileOutput) => Promise<void>;

/** Folders that `mkdir -p` would make, outermost first. */
function missingFolders(folder: string): string[] {
  const missing: string[] = [];
  for (let f = resolve(folder); !existsSync(f); f = dirname(f)) missing.unshift(f);
  return missing;
}

/** @returns false where it has come to be there meanwhile */
async function makeOne(folder: string): Promise<boolean> {
  try {
    await mkdir(folder);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/**
 * Has files written into a folder, which is made where it is missing. If the work fails or is cancelled, the files written
 * before and the folders made are taken away again (a file that was there before and has been replaced stays replaced).
 * @param work writes the files one by one
 * @returns what the work returns
 * @throws ProcessingError WRITE_FAILED, DISK_FULL, and what the work throws
 */
export async function fillFolder<T>(folder: string, work: (write: WriteFile) => Promise<T>): Promise<T> {
  const made: string[] = [];
  const written: string[] = [];
  const makeFolder = async (path: string): Promise<void> => {
    try {
      // One by one: of a read-only disk Node says ENOENT where it makes several at once.
      for (const missing of missingFolders(path)) {
        if (await makeOne(missing)) made.push(missing);
      }
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
      if (code === 'ENOSPC' || code === 'EDQUOT') {
        throw new ProcessingError('DISK_FULL', "The output folder can't be made: the disk is full.", {}, error);
      }
      throw new ProcessingError('WRITE_FAILED', `The output folder can't be made (${code}).`, { system: code }, error);
    }
  };
  try {
    await makeFolder(folder);
    return await work(async (name, content) => {
      const path = join(folder, name);
      await makeFolder(dirname(path));
      const existed = existsSync(path);
      await atomicWrite(path, content);
      if (!existed) written.push(path);
    });
  } catch (error) {
    for (const path of written) await rm(path, { force: true });
    for (const f of made.reverse()) await rmdir(f).catch(() => undefined);
    throw error;
  }
}

/**
 * Writes files into a folder; see fillFolder.
 * @param files by base name, or by folder and base name
 * @throws ProcessingError WRITE_FAILED, DISK_FULL
 */
export async function writeOutputs(folder: string, files: OutputFiles): Promise<void> {
  await fillFolder(folder, async (write) => {
    for (const [name, content] of files) await write(name, content);
  });
}
