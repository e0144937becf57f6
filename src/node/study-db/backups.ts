// Backups: whole, verified copies in a folder beside the database, each with its key file; one a day, of which 7 are kept.
import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { basename, extname, join, resolve } from 'node:path';
import { AppError, StudyDbError, UsageError } from '../../core/domain/errors.ts';
import { Connection } from './connection.ts';
import { copyDatabase, verifyFile } from './copies.ts';
import { fileError } from './durableFiles.ts';
import { copyKeyFile, keyFilePath } from './keys/keyFile.ts';
import type { DatabaseKey } from './keys/keyWraps.ts';
import { checkPlace } from './place.ts';

export const KEPT_BACKUPS = 7;
const DAY_MS = 24 * 3600 * 1000;
/** What a killed backup left is taken away after that; a younger one may still be growing. [ms] */
const STALE_MS = 6 * 3600 * 1000;
const WAIT_MS = 10_000;

export interface Backup {
  /** Absolute. */
  readonly path: string;
  /** When it was made; ISO 8601, UTC. */
  readonly madeAt: string;
  /** Made by the program once a day: these are replaced. */
  readonly isDaily: boolean;
  readonly sizeBytes: number;
}

export const backupFolder = (database: string): string => `${resolve(database)}.backups`;

/** Newest first. */
export function listBackups(database: string): Backup[] {
  const folder = backupFolder(database);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .flatMap((name) => {
      const parts = /-(daily-)?(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z(?:-\d+)?\.db$/.exec(name);
      if (parts === null) return [];
      const [, daily, year, month, day, hour, minute, second] = parts;
      const path = join(folder, name);
      const madeAt = `${year}-${month}-${day}T${hour}:${minute}:${second}Z`;
      return { path, madeAt, isDaily: daily !== undefined, sizeBytes: statSync(path).size };
    })
    .sort((a, b) => (a.madeAt < b.madeAt ? 1 : -1));
}

/** Dated by a clock that was wrong: no backup is made in the future. */
const isAhead = ({ madeAt }: Backup, nowMs: number): boolean => Date.parse(madeAt) - nowMs >= DAY_MS;

/** Whether no daily backup is less than a day away: of a clock that was wrong, some may lie years ahead. */
export function isBackupDue(database: string, nowMs: number): boolean {
  return !listBackups(database).some(({ isDaily, madeAt }) => isDaily && Math.abs(nowMs - Date.parse(madeAt)) < DAY_MS);
}

/**
 * Makes a backup while others may use the database, and reads it through before it counts.
 * @param target a new file; absent: one in the backup folder
 * @returns its path
 * @throws StudyDbError, UsageError where the file is there already; then nothing of the backup remains
 */
export function makeBackup(
  database: string,
  key: DatabaseKey | null,
  { now, target, isDaily = false }: { readonly now: string; readonly target?: string; readonly isDaily?: boolean },
): string {
  const path = resolve(database);
  if (!existsSync(path)) throw new StudyDbError('NOT_FOUND', `The study database ${basename(path)} does not exist.`);
  const backup = target === undefined ? freeName(path, now, isDaily) : resolve(target);
  if (existsSync(backup)) throw new UsageError(`The file ${basename(backup)} exists already; name a new one.`);
  checkPlace(path, false);
  const connection = new Connection(path, basename(path), key);
  try {
    connection.exec(`PRAGMA busy_timeout = ${WAIT_MS}`);
    // The key file first: a backup that has its name has its key.
    copyKeyFile(path, backup);
    copyDatabase(connection, backup, null, (copy) => void verifyFile(copy, key));
  } catch (error) {
    for (const made of [backup, keyFilePath(backup)]) rmSync(made, { force: true });
    throw error;
  } finally {
    connection.close();
  }
  return backup;
}

function freeName(database: string, now: string, isDaily: boolean): string {
  const folder = backupFolder(database);
  try {
    // Not recursively: Node would call a read-only disk a missing folder.
    if (!existsSync(folder)) mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    throw fileError(folder, error);
  }
  const stamp = `${now.slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
  const stem = join(folder, `${basename(database, extname(database))}-${isDaily ? 'daily-' : ''}${stamp}`);
  let free = `${stem}.db`;
  for (let n = 2; existsSync(free); n++) free = `${stem}-${n}.db`;
  return free;
}

/**
 * Takes away the daily backups beyond the newest 7, and what killed backups left. Those made by hand stay. Those that a wrong
 * clock dated ahead are counted apart: they must not push out the ones that are made now.
 */
export function pruneBackups(database: string, nowMs: number): void {
  const daily = listBackups(database).filter(({ isDaily }) => isDaily);
  const old = [true, false].flatMap((ahead) =>
    daily.filter((one) => isAhead(one, nowMs) === ahead).slice(KEPT_BACKUPS),
  );
  for (const { path } of old) for (const file of [path, keyFilePath(path)]) rmSync(file, { force: true });
  const folder = backupFolder(database);
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (!/\.partial(-journal)?$|\.tmp$/.test(name)) continue;
    if (nowMs - statSync(path).mtimeMs > STALE_MS) rmSync(path, { force: true });
  }
}

/** Newest first, as they are to be tried: those that a wrong clock dated ahead come last. */
export function backupsToRestore(database: string, nowMs: number): Backup[] {
  const all = listBackups(database);
  return [...all.filter((one) => !isAhead(one, nowMs)), ...all.filter((one) => isAhead(one, nowMs))];
}

/** The newest backup that opens with this key and has no damaged page; null where there is none. */
export function newestGoodBackup(database: string, key: DatabaseKey | null, nowMs = Date.now()): Backup | null {
  return backupsToRestore(database, nowMs).find(({ path }) => isGood(path, key)) ?? null;
}

function isGood(path: string, key: DatabaseKey | null): boolean {
  try {
    verifyFile(path, key);
    return true;
  } catch (error) {
    if (error instanceof AppError) return false;
    throw error;
  }
}
