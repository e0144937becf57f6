// What happens when a database is found damaged: nothing is written to it any more, and the newest good backup is named.
import { statSync } from 'node:fs';
import { basename } from 'node:path';
import { AppError, StudyDbError } from '../../core/domain/errors.ts';
import { newestGoodBackup } from './backups.ts';
import { Connection } from './connection.ts';
import { checkPages } from './copies.ts';
import { checkTexts } from './texts.ts';
import { isDamaged } from './sqliteErrors.ts';
import type { DatabaseKey } from './keys/keyWraps.ts';

/** Up to this size a database is checked before it is opened (0.1 s); a larger one while it is open. [bytes] */
export const CHECKED_AT_OPENING_BYTES = 32 * 2 ** 20;

/** @throws StudyDbError STUDY_DB_CORRUPT where a database that isn't large is damaged */
export function refuseDamaged(connection: Connection, path: string, key: DatabaseKey | null): void {
  if (statSync(path).size > CHECKED_AT_OPENING_BYTES) return;
  const damage = damageOf(connection, path, key);
  if (damage !== null) throw damage;
}

/** Opens a database: damage may lie where it can't be opened at all. @throws StudyDbError, naming the newest good backup */
export function namingBackup<T>(path: string, key: DatabaseKey | null, open: () => T): T {
  try {
    return open();
  } catch (error) {
    if (error instanceof AppError && isDamaged(error)) throw damagedError(path, key, error);
    throw error;
  }
}

/** Before anything of a database is read that isn't checked as a whole. @throws StudyDbError STUDY_DB_CORRUPT */
export function refuseUnreadable(connection: Connection, path: string): void {
  if (statSync(path).size <= CHECKED_AT_OPENING_BYTES) checkTexts(connection);
}

/** Checks a large database, while others use it. @returns what is wrong with it, in a sentence; null: nothing */
export function checkLargeDatabase(path: string, key: DatabaseKey | null): StudyDbError | null {
  if (statSync(path).size <= CHECKED_AT_OPENING_BYTES) return null;
  const connection = new Connection(path, basename(path), key);
  try {
    return damageOf(connection, path, key);
  } finally {
    connection.close();
  }
}

function damageOf(connection: Connection, path: string, key: DatabaseKey | null): StudyDbError | null {
  try {
    checkPages(connection, 'quick_check');
    return null;
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'STUDY_DB_CORRUPT') throw error;
    return damagedError(path, key, error);
  }
}

function damagedError(path: string, key: DatabaseKey | null, cause: unknown): StudyDbError {
  const file = basename(path);
  const backup = newestGoodBackup(path, key);
  const way =
    backup === null
      ? 'and there is no good backup of it in its backup folder'
      : `but the backup of ${backup.madeAt.replace('T', ' ').replace('Z', '')} (UTC) is good and can be brought back with "lineshape study restore"`;
  const message = `The study database ${file} is damaged and nothing is written to it, ${way}.`;
  return new StudyDbError('STUDY_DB_CORRUPT', message, { file, backup: backup?.madeAt ?? null }, cause);
}
