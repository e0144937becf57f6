// Whether a database can be where it is said to be: its folder, the file, and the right to write there.
import { randomUUID } from 'node:crypto';
import { closeSync, existsSync, openSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { StudyDbError } from '../../core/domain/errors.ts';
import { readOnlyError } from './sqliteErrors.ts';

/**
 * Says in words what SQLite would only call "unable to open database file".
 * @param path absolute path of the database
 * @throws StudyDbError NOT_FOUND (no such folder, or no such file to read), STUDY_DB_READ_ONLY, STUDY_DB_FAILED
 */
export function checkPlace(path: string, readOnly: boolean): void {
  const file = basename(path);
  const refuse = (message: string): never => {
    throw new StudyDbError('NOT_FOUND', message, { file });
  };
  if (!existsSync(dirname(path))) refuse(`The folder of the study database ${file} does not exist.`);
  if (!existsSync(path)) {
    if (readOnly) refuse(`The study database ${file} does not exist.`);
  } else if (!statSync(path).isFile()) {
    throw new StudyDbError('STUDY_DB_FAILED', `The study database ${file} is not a file.`, { file });
  }
  // SQLite keeps its write-ahead log beside the file.
  if (!readOnly && !isWritableFolder(dirname(path))) throw readOnlyError(file);
}

/** Tries it: permission bits alone tell neither of read-only media nor of access lists. */
function isWritableFolder(folder: string): boolean {
  const probe = join(folder, `.lineshape-${randomUUID()}`);
  try {
    closeSync(openSync(probe, 'wx'));
    rmSync(probe);
    return true;
  } catch (error) {
    return !['EACCES', 'EPERM', 'EROFS'].includes((error as NodeJS.ErrnoException).code ?? '');
  }
}
