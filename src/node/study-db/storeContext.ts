// What every part of the store works with: the connection, the clock and the source of ids.
import type { AuditActor } from '../../core/domain/audit.ts';
import { StudyDbError } from '../../core/domain/errors.ts';
import { corruptError } from './sqliteErrors.ts';
import type { Connection } from './connection.ts';

export interface StoreContext {
  readonly connection: Connection;
  /** Absolute path of the database file. */
  readonly database: string;
  /** null where it isn't encrypted. */
  readonly key: string | null;
  /** @returns ISO 8601, UTC */
  readonly now: () => string;
  readonly newId: () => string;
  /** Who the audit trail names: whoever is at work when it is asked. */
  readonly actor: AuditActor;
}

/** @param what "study", "dataset" … */
export function notFound(what: string, id: string): StudyDbError {
  return new StudyDbError('NOT_FOUND', `There is no ${what} with the id ${id} in the study database.`, { what, id });
}

/** Runs a decoder of stored content; what it can't read is a damaged database. @throws StudyDbError */
export function decodeStored<T>(connection: Connection, what: string, decode: () => T): T {
  try {
    return decode();
  } catch (error) {
    throw corruptError(connection.fileName, `${what} in it can't be read`, error);
  }
}
