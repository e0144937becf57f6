// The errors a user can meet. Messages are one clear sentence: what was expected, what was found, in which
// file (its base name only); never a patient identifier.
import type { JsonObject } from './json.ts';

export type ErrorCode =
  | 'READ_FAILED'
  | 'FILE_EMPTY'
  | 'FILE_TRUNCATED'
  | 'FORMAT_UNKNOWN'
  | 'FORMAT_INVALID'
  | 'NOT_COMPLEX'
  | 'DIMENSIONS_ABSURD'
  | 'HEADER_MISSING'
  | 'UNSUPPORTED'
  | 'PROCESSING_FAILED'
  | 'WRITE_FAILED'
  | 'DISK_FULL'
  | 'BASIS_MISSING'
  | 'BASIS_MISMATCH'
  | 'MODEL_MISSING'
  | 'MODEL_INVALID'
  | 'MODEL_MISMATCH'
  | 'STUDY_DB_READ_ONLY'
  | 'STUDY_DB_NEWER'
  | 'STUDY_DB_CORRUPT'
  | 'STUDY_DB_KEY'
  | 'STUDY_DB_FAILED'
  | 'NETWORK_FAILED'
  | 'NOT_FOUND'
  | 'LOGIN_REFUSED'
  | 'LOGGED_OUT'
  | 'FORBIDDEN'
  | 'CANCELLED'
  | 'USAGE'
  | 'BUG';

/** Control characters, and halves of characters: what a message quotes of a file may hold any, and stays one line of text. */
const UNPRINTABLE = /[\p{Cc}\p{Cs}]/gu;

/** Base of every expected failure. `details` must be safe to log. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly details: JsonObject;

  constructor(code: ErrorCode, message: string, details: JsonObject = {}, cause?: unknown) {
    super(message.replace(UNPRINTABLE, '\ufffd'), cause === undefined ? undefined : { cause });
    this.name = new.target.name;
    this.code = code;
    this.details = details;
  }
}

/** The file can't be read as what it claims to be. */
export class ReaderError extends AppError {}
/** The file is sound, but its content is outside what this program handles. */
export class UnsupportedDataError extends AppError {}
/** A processing or fitting step could not be carried out on this input. */
export class ProcessingError extends AppError {}
/** A basis set or a network is missing or does not fit the data. */
export class ModelError extends AppError {}
/** The study database refused. */
export class StudyDbError extends AppError {}
/** Name or password are wrong, nobody is logged in, or the user's role doesn't allow it. */
export class AccessError extends AppError {}
/** Another DICOM node can't be reached, refuses, or breaks off; or this one can't listen. */
export class NetworkError extends AppError {
  constructor(message: string, details: JsonObject = {}, cause?: unknown) {
    super('NETWORK_FAILED', message, details, cause);
  }
}
/** The caller asked wrongly (unknown option, contradictory arguments). */
export class UsageError extends AppError {
  constructor(message: string, details: JsonObject = {}) {
    super('USAGE', message, details);
  }
}
/** The user cancelled. */
export class CancelledError extends AppError {
  constructor(message = 'The job was cancelled.') {
    super('CANCELLED', message);
  }
}
/** A broken invariant of this program. */
export class BugError extends AppError {
  constructor(message: string, details: JsonObject = {}, cause?: unknown) {
    super('BUG', message, details, cause);
  }
}

/** An error as it crosses process and worker borders and stands in `--json` output. */
export interface ErrorRecord {
  readonly code: ErrorCode;
  readonly message: string;
  readonly details: JsonObject;
}

/** Told by its shape, not by its class: a benchmark or worker is a bundle of its own, with its own copy of the class. */
function isAppError(error: unknown): error is AppError {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && 'details' in error;
}

const FULL = { code: 'DISK_FULL', message: 'The disk is full; make room and try again.' } as const;
/** What the system says of a disk, wherever something is written there: of temporary files too. */
const DISK_FAULTS: Readonly<Record<string, Pick<ErrorRecord, 'code' | 'message'>>> = {
  ENOSPC: FULL,
  EDQUOT: FULL,
  EROFS: { code: 'WRITE_FAILED', message: 'The disk is read-only; nothing was written.' },
};

/** What JavaScript's engines say where an array is larger than what is left. */
const NO_MEMORY = /array buffer allocation failed|invalid (typed )?array (buffer )?length/i;

/**
 * Turns anything thrown into a record fit for the user; unexpected errors become code BUG.
 * @param error whatever was caught
 */
export function toErrorRecord(error: unknown): ErrorRecord {
  if (isAppError(error)) return { code: error.code, message: error.message, details: error.details };
  const text = error instanceof Error ? error.message : String(error);
  if (error instanceof RangeError && NO_MEMORY.test(text)) {
    const message = 'There is too little memory for this; close other programs, or try fewer spectra at a time.';
    return { code: 'PROCESSING_FAILED', message, details: {} };
  }
  const onDisk = error instanceof Error && 'code' in error ? DISK_FAULTS[String(error.code)] : undefined;
  if (onDisk !== undefined) return { ...onDisk, details: {} };
  return { code: 'BUG', message: `Internal error: ${text}`, details: {} };
}

/** Rebuilds the error class from a record that crossed a border. */
export function fromErrorRecord(record: ErrorRecord): AppError {
  const { code, message, details } = record;
  switch (code) {
    case 'CANCELLED':
      return new CancelledError(message);
    case 'BUG':
      return new BugError(message, details);
    case 'USAGE':
      return new UsageError(message, details);
    case 'UNSUPPORTED':
      return new UnsupportedDataError(code, message, details);
    case 'PROCESSING_FAILED':
    case 'WRITE_FAILED':
    case 'DISK_FULL':
      return new ProcessingError(code, message, details);
    case 'BASIS_MISSING':
    case 'BASIS_MISMATCH':
    case 'MODEL_MISSING':
    case 'MODEL_INVALID':
    case 'MODEL_MISMATCH':
      return new ModelError(code, message, details);
    case 'STUDY_DB_READ_ONLY':
    case 'STUDY_DB_NEWER':
    case 'STUDY_DB_CORRUPT':
    case 'STUDY_DB_KEY':
    case 'STUDY_DB_FAILED':
    case 'NOT_FOUND':
      return new StudyDbError(code, message, details);
    case 'NETWORK_FAILED':
      return new NetworkError(message, details);
    case 'LOGIN_REFUSED':
    case 'LOGGED_OUT':
    case 'FORBIDDEN':
      return new AccessError(code, message, details);
    default:
      return new ReaderError(code, message, details);
  }
}
