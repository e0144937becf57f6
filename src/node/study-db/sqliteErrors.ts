// Turns what SQLite and its driver throw into StudyDbError, in words and without the statement's values.
import { AppError, BugError, StudyDbError } from '../../core/domain/errors.ts';
import type { JsonObject } from '../../core/domain/json.ts';

// Primary result codes and one extended one. Source: https://www.sqlite.org/rescode.html
const SQLITE_BUSY = 5;
const SQLITE_LOCKED = 6;
const SQLITE_READONLY = 8;
const SQLITE_CORRUPT = 11;
const SQLITE_FULL = 13;
const SQLITE_CANTOPEN = 14;
const SQLITE_TOOBIG = 18;
const SQLITE_CONSTRAINT = 19;
const SQLITE_NOTADB = 26;
const SQLITE_IOERR_SHMSIZE = 4874;

/** @returns SQLite's extended result code, or null where the error didn't come from SQLite */
function resultCode(error: unknown): number | null {
  if (!(error instanceof Error)) return null;
  const { rawCode } = error as Error & { rawCode?: unknown };
  if (typeof rawCode === 'number') return rawCode;
  // The driver reports a failed open as plain text that ends in the code.
  const failedOpen = /^ConnectionFailed\(.*: (\d+)"?\)$/s.exec(error.message);
  return failedOpen === null ? null : Number(failedOpen[1]);
}

/**
 * @param error whatever the driver threw; an AppError passes unchanged
 * @param fileName base name of the database file
 */
export function toStudyDbError(error: unknown, fileName: string): AppError {
  if (error instanceof AppError) return error;
  const code = resultCode(error);
  const system = (error as NodeJS.ErrnoException | null)?.code;
  if (code === null && (system === 'ENOSPC' || system === 'EDQUOT')) return fullError(fileName, error, {});
  if (code === null && system === 'EROFS') return readOnlyError(fileName, error);
  if (code === null) return new BugError(`The study database ${fileName} failed unexpectedly.`, {}, error);
  const details = { file: fileName, sqliteCode: code };
  switch (code === SQLITE_IOERR_SHMSIZE ? SQLITE_FULL : code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return inUseError(fileName, error, code);
    case SQLITE_READONLY:
      return readOnlyError(fileName, error);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: {
      const { message } = corruptError(fileName, 'it is damaged or is not a Lineshape study database');
      return new StudyDbError('STUDY_DB_CORRUPT', message, details, error);
    }
    case SQLITE_FULL:
      return fullError(fileName, error, { sqliteCode: code });
    case SQLITE_TOOBIG:
      return new StudyDbError('STUDY_DB_FAILED', 'A file is larger than the study database can hold (1 GB).', details);
    case SQLITE_CANTOPEN:
      return new StudyDbError('STUDY_DB_FAILED', `The study database ${fileName} can't be opened.`, details, error);
    case SQLITE_CONSTRAINT:
      return new BugError(`The study database ${fileName} refused a record that breaks its rules.`, details, error);
    default:
      return new StudyDbError(
        'STUDY_DB_FAILED',
        `The study database ${fileName} failed (SQLite code ${code}).`,
        details,
        error,
      );
  }
}

function fullError(fileName: string, cause: unknown, details: JsonObject): StudyDbError {
  const message = `The disk that holds the study database ${fileName} is full; nothing was written.`;
  return new StudyDbError('DISK_FULL', message, { file: fileName, ...details }, cause);
}

/** Another program has it open, or writes to it for longer than this one waits. */
export function inUseError(fileName: string, cause?: unknown, sqliteCode = SQLITE_BUSY): StudyDbError {
  const message = `The study database ${fileName} is in use by another program; nothing was written, please try again.`;
  return new StudyDbError('STUDY_DB_FAILED', message, { file: fileName, sqliteCode }, cause);
}

/** The database or its folder can't be written. */
export function readOnlyError(fileName: string, cause?: unknown): StudyDbError {
  const message = `The study database ${fileName} can't be written: the file or its folder is read-only.`;
  return new StudyDbError('STUDY_DB_READ_ONLY', message, { file: fileName }, cause);
}

/** The database's content is not what it must be. @param reason completes "… can't be used: <reason>." */
export function corruptError(fileName: string, reason: string, cause?: unknown): StudyDbError {
  const message = `The study database ${fileName} can't be used: ${reason}.`;
  return new StudyDbError('STUDY_DB_CORRUPT', message, { file: fileName }, cause);
}

/** SQLite finds no database there: another file, or another key. */
export function isNotADatabase({ details }: AppError): boolean {
  return details['sqliteCode'] === SQLITE_NOTADB;
}

/** SQLite finds pages that can't be what it wrote. */
export function isDamaged({ details }: AppError): boolean {
  const code = details['sqliteCode'];
  return typeof code === 'number' && (code & 0xff) === SQLITE_CORRUPT;
}

/** The file is encrypted with another key, or damaged at its very beginning. */
export function wrongKeyError(fileName: string, cause?: unknown): StudyDbError {
  const message = `The study database ${fileName} can't be opened with this key: it is another database's key, or the database is damaged.`; // prettier-ignore
  return new StudyDbError('STUDY_DB_KEY', message, { file: fileName }, cause);
}
