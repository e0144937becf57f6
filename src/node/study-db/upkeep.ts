// What is done for a database while it is open: a large one is checked, and once a day a backup is made.
import { resolve } from 'node:path';
import type { ErrorRecord } from '../../core/domain/errors.ts';
import { toErrorRecord } from '../../core/domain/errors.ts';
import { isBackupDue, makeBackup, pruneBackups } from './backups.ts';
import { checkLargeDatabase } from './damage.ts';
import type { DatabaseKey } from './keys/keyWraps.ts';

export interface UpkeepTask {
  readonly database: string;
  readonly key: DatabaseKey | null;
  /** Checks a large database too; done once, at the start. */
  readonly isStart: boolean;
}

export interface UpkeepResult {
  /** What is wrong with the database; null: nothing is known. */
  readonly damage: ErrorRecord | null;
  readonly backedUp: boolean;
  /** Why a backup that was due was not made. */
  readonly failure: ErrorRecord | null;
}

/** A damaged database is not backed up: the good backups must not give way to it. */
export function keepUp({ database, key, isStart }: UpkeepTask, nowMs: number): UpkeepResult {
  const path = resolve(database);
  try {
    const damage = isStart ? checkLargeDatabase(path, key) : null;
    if (damage !== null) return { damage: toErrorRecord(damage), backedUp: false, failure: null };
    if (!isBackupDue(path, nowMs)) return { damage: null, backedUp: false, failure: null };
    makeBackup(path, key, { now: new Date(nowMs).toISOString(), isDaily: true });
    pruneBackups(path, nowMs);
    return { damage: null, backedUp: true, failure: null };
  } catch (error) {
    return { damage: null, backedUp: false, failure: toErrorRecord(error) };
  }
}
