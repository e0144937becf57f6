// Files that must be on the disk before the next step: written and synced, and their folder with them.
import { closeSync, fsyncSync, openSync, rmSync, writeSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { StudyDbError } from '../../core/domain/errors.ts';
import { readOnlyError } from './sqliteErrors.ts';

/** Rights of every file that holds patients' data or a key. */
export const OWNER_ONLY = 0o600;

/**
 * Makes a new file that its owner alone may read.
 * @param meant the file that it becomes, for messages
 * @throws StudyDbError; then nothing of it remains
 */
export function writeDurably(path: string, text: string, meant = path): void {
  try {
    const file = openSync(path, 'wx', OWNER_ONLY);
    try {
      writeSync(file, text);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    rmSync(path, { force: true });
    throw fileError(meant, error);
  }
  syncFolder(dirname(path));
}

/** Waits until a file's content is on the disk. */
export function syncFile(path: string): void {
  const file = openSync(path, 'r+');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Makes a new name durable. Not every system can (Windows opens no folders), and the content is safe already. */
export function syncFolder(folder: string): void {
  try {
    const handle = openSync(folder, 'r');
    try {
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
  } catch {
    return;
  }
}

/** What went wrong with a file of the study database, in words. */
export function fileError(path: string, error: unknown): StudyDbError {
  const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
  const file = basename(path);
  if (['EACCES', 'EPERM', 'EROFS'].includes(code)) return readOnlyError(file, error);
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new StudyDbError('DISK_FULL', `${file} was not written: the disk is full.`, { file }, error);
  }
  return new StudyDbError('STUDY_DB_FAILED', `${file} can't be written (${code}).`, { file, system: code }, error);
}
