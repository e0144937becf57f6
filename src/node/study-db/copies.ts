// Whole copies of a database: made beside it, verified, and put in its place in one step. What backups, encryption and a
// change of key are made of.
import { chmodSync, existsSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { BugError } from '../../core/domain/errors.ts';
import { Connection } from './connection.ts';
import { fileError, OWNER_ONLY, syncFile, syncFolder } from './durableFiles.ts';
import type { DatabaseKey } from './keys/keyWraps.ts';
import { corruptError, inUseError } from './sqliteErrors.ts';
import { checkTexts } from './texts.ts';

/** How long taking a database for oneself waits for others that have it open. [ms] */
const EXCLUSIVE_TIMEOUT_MS = 5000;

/**
 * Copies a connected database, complete or not at all; others may read and write it meanwhile.
 * @param target file that is not there yet
 * @param newKey of the copy; null: the database's own, or none where it isn't encrypted
 * @param check looks at the finished copy before it gets its name
 * @throws StudyDbError, and what the check throws; then nothing remains of the copy
 */
export function copyDatabase(
  connection: Connection,
  target: string,
  newKey: DatabaseKey | null,
  check: (copy: string) => void = () => undefined,
): void {
  const partial = `${target}.partial`;
  rmSync(partial, { force: true });
  rmSync(`${partial}-journal`, { force: true });
  try {
    vacuumInto(connection, partial, newKey);
    chmodSync(partial, OWNER_ONLY);
    check(partial);
    syncFile(partial);
    renameSync(partial, target);
  } catch (error) {
    rmSync(partial, { force: true });
    throw connection.translate(error);
  }
  syncFolder(dirname(target));
}

/** The address holds the key: no error may carry it on. */
function vacuumInto(connection: Connection, partial: string, key: DatabaseKey | null): void {
  try {
    connection.run('VACUUM INTO ?', [key === null ? partial : `${pathToFileURL(partial).href}?key=${key}`]);
  } catch (error) {
    if (error instanceof Error) delete error.cause;
    throw error;
  }
}

/**
 * Checks a database file that nobody uses: every page of it, and that it opens with this key.
 * @returns the rows of each table @throws StudyDbError STUDY_DB_CORRUPT, STUDY_DB_KEY
 */
export function verifyFile(path: string, key: DatabaseKey | null): ReadonlyMap<string, number> {
  const connection = new Connection(`${pathToFileURL(path).href}?mode=ro`, basename(path), key);
  try {
    checkPages(connection, 'integrity_check');
    return rowCounts(connection);
  } finally {
    connection.close();
  }
}

/** @throws StudyDbError STUDY_DB_CORRUPT where SQLite finds anything wrong, or a text can't be read */
export function checkPages(connection: Connection, check: 'quick_check' | 'integrity_check'): void {
  const [first] = connection.all(`PRAGMA ${check}(1)`);
  if (first?.text(check) !== 'ok') throw corruptError(connection.fileName, `it is damaged (${check} found an error)`);
  checkTexts(connection);
}

function rowCounts(connection: Connection): Map<string, number> {
  const tables = connection.all("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name");
  return new Map(
    tables.map((row) => {
      const table = row.text('name');
      return [table, connection.get(`SELECT count(*) AS n FROM "${table}"`)?.number('n') ?? 0];
    }),
  );
}

/**
 * Puts a verified copy with another key in the place of a database. Killed at any moment, it leaves the old file whole or
 * the new one.
 * @param path absolute path
 * @param onAlone called once nobody else has the database open
 * @throws StudyDbError where others have the database open, the disk is full, or the copy isn't right; then nothing changed
 */
export function exchangeKey(
  path: string,
  from: DatabaseKey | null,
  to: DatabaseKey,
  onAlone: (connection: Connection) => void = () => undefined,
): void {
  const copy = `${path}.rekeyed`;
  const connection = openAlone(path, from);
  try {
    rmSync(copy, { force: true });
    onAlone(connection);
    copyDatabase(connection, copy, to);
    const [before, after] = [rowCounts(connection), verifyFile(copy, to)];
    const isSame = before.size === after.size && [...before].every(([table, rows]) => after.get(table) === rows);
    if (!isSame) throw new BugError('The encrypted copy of the study database does not hold what the database holds.');
    putInPlace(copy, path, () => closeAlone(connection));
  } catch (error) {
    rmSync(copy, { force: true });
    throw error;
  } finally {
    closeAlone(connection);
  }
}

/**
 * Opens a database that nobody else has open, and keeps others out until it is closed. Its write-ahead log is brought in
 * and ended: the log of one file must never be found beside another.
 * @throws StudyDbError where another has it open
 */
export function openAlone(path: string, key: DatabaseKey | null, timeoutMs = EXCLUSIVE_TIMEOUT_MS): Connection {
  const connection = new Connection(path, basename(path), key);
  try {
    connection.exec(`PRAGMA busy_timeout = ${timeoutMs}`);
    connection.exec('PRAGMA journal_mode = DELETE');
    connection.exec('PRAGMA locking_mode = EXCLUSIVE');
    connection.exec('BEGIN EXCLUSIVE; COMMIT');
    if (existsSync(`${path}-wal`)) throw inUseError(connection.fileName);
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}

/**
 * Lets others in and closes. The driver keeps a closed connection until its statements are collected: the lock has to be
 * given back before.
 */
export function closeAlone(connection: Connection): void {
  if (connection.isClosed) return;
  connection.exec('PRAGMA locking_mode = NORMAL; SELECT count(*) FROM sqlite_schema');
  connection.close();
}

/** Windows renames no open file; elsewhere the lock is kept until the new file is there. */
export function putInPlace(copy: string, path: string, release: () => void): void {
  if (process.platform === 'win32') release();
  try {
    renameSync(copy, path);
  } catch (error) {
    throw fileError(path, error);
  }
  syncFolder(dirname(path));
}

/** Removes what an interrupted exchange left. Under the database's write lock, as nobody can be exchanging it then. */
export function removeLeftovers(connection: Connection, path: string): void {
  const names = ['.rekeyed', '.rekeyed.partial', '.rekeyed.partial-journal'].map((ending) => `${path}${ending}`);
  if (!names.some((name) => existsSync(name))) return;
  connection.transaction(() => names.forEach((name) => rmSync(name, { force: true })));
}
