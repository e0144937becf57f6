// Writes a file whole or not at all: to a temporary file in the same folder, synced, then renamed into place.
import { randomUUID } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { AppError, ProcessingError } from '../../core/domain/errors.ts';

/** What is to be written; pieces are taken one at a time. */
export type FileOutput = string | Uint8Array | Iterable<Uint8Array>;

/**
 * Writes or replaces a file. Until the new content is safely on the disk, the old file stays as it is.
 * @param path the file; its folder must exist
 * @throws ProcessingError DISK_FULL or WRITE_FAILED; then the old file, if any, is untouched and no part of the new remains
 */
export async function atomicWrite(path: string, content: FileOutput): Promise<void> {
  const target = resolve(path);
  const temporary = join(dirname(target), `.${basename(target)}.${randomUUID()}.tmp`);
  try {
    const file = await open(temporary, 'wx');
    try {
      // A file handle goes on writing where it stopped.
      for (const piece of piecesOf(content)) await file.writeFile(piece);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error instanceof AppError ? error : writeError(target, error);
  }
  await syncFolder(dirname(target));
}

function piecesOf(content: FileOutput): Iterable<string | Uint8Array> {
  return typeof content === 'string' || content instanceof Uint8Array ? [content] : content;
}

/** Makes the new name durable too. Not every system can (Windows can't open a folder), and the content is safe already. */
async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch {
    return;
  }
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the disk is read-only',
  ENOENT: 'its folder does not exist',
  ENOTDIR: 'its folder does not exist',
  EISDIR: 'a folder of this name is in the way',
  EEXIST: 'a folder of this name is in the way',
  ENOTEMPTY: 'a folder of this name is in the way',
  ENAMETOOLONG: 'its name is too long',
};

function writeError(path: string, error: unknown): ProcessingError {
  const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
  const name = basename(path);
  const details = { file: name, system: code };
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new ProcessingError('DISK_FULL', `${name} was not written: the disk is full.`, details, error);
  }
  const reason = REASONS[code] ?? code;
  return new ProcessingError('WRITE_FAILED', `${name} can't be written: ${reason}.`, details, error);
}
