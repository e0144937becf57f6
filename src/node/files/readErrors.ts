// What goes wrong when a file is read, in words.
import { basename } from 'node:path';
import { ReaderError } from '../../core/domain/errors.ts';

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  ENOTDIR: 'does not exist',
  EACCES: "can't be read: permission denied",
  EPERM: "can't be read: permission denied",
  EISDIR: 'is a folder, where a file is expected',
  ERR_FS_FILE_TOO_LARGE: 'is larger than 2 GB, more than this program reads of a file of its kind',
};

/** @param error of Node's file system */
export function readError(path: string, error: unknown): ReaderError {
  const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
  const name = basename(path);
  const reason = REASONS[code] ?? `can't be read (${code})`;
  return new ReaderError('READ_FAILED', `${name} ${reason}.`, { file: name, system: code }, error);
}
