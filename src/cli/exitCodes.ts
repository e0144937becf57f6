// Exit codes of the command line, told from an error's code.
import type { ErrorCode } from '../core/domain/errors.ts';

export const EXIT = { done: 0, bug: 1, usage: 2, input: 3, processing: 4, model: 5 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** @returns 2 usage, 3 input unreadable or unsupported, 4 processing failed or cancelled, 5 basis or model, 1 a bug */
export function exitCodeOf(code: ErrorCode): ExitCode {
  switch (code) {
    case 'USAGE':
      return EXIT.usage;
    case 'READ_FAILED':
    case 'FILE_EMPTY':
    case 'FILE_TRUNCATED':
    case 'FORMAT_UNKNOWN':
    case 'FORMAT_INVALID':
    case 'NOT_COMPLEX':
    case 'DIMENSIONS_ABSURD':
    case 'HEADER_MISSING':
    case 'UNSUPPORTED':
    case 'NOT_FOUND':
    case 'STUDY_DB_NEWER':
    case 'STUDY_DB_CORRUPT':
    case 'STUDY_DB_KEY':
    case 'LOGIN_REFUSED':
    case 'LOGGED_OUT':
    case 'FORBIDDEN':
      return EXIT.input;
    case 'PROCESSING_FAILED':
    case 'WRITE_FAILED':
    case 'DISK_FULL':
    case 'STUDY_DB_READ_ONLY':
    case 'STUDY_DB_FAILED':
    case 'NETWORK_FAILED':
    case 'CANCELLED':
      return EXIT.processing;
    case 'BASIS_MISSING':
    case 'BASIS_MISMATCH':
    case 'MODEL_MISSING':
    case 'MODEL_INVALID':
    case 'MODEL_MISMATCH':
      return EXIT.model;
    case 'BUG':
      return EXIT.bug;
  }
}
