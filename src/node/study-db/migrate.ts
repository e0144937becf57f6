// Brings a database file to the newest schema: identity and version checks, a backup beside it, then each migration in
// a transaction of its own.
import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import { basename } from 'node:path';
import { StudyDbError } from '../../core/domain/errors.ts';
import type { Connection } from './connection.ts';
import { copyDatabase } from './copies.ts';
import { copyKeyFile } from './keys/keyFile.ts';
import { MIGRATIONS } from './migrations/index.ts';
import type { Migration } from './migrations/index.ts';
import { corruptError } from './sqliteErrors.ts';

/** Marks a file as ours in SQLite's header ("LnSh"), so that another program's database is never altered. */
export const APPLICATION_ID = 0x4c6e5368;

/** Bytes of a database's header (SQLite file format, 1.3). */
const SQLITE_HEAD_BYTES = 100;
const NEWEST = MIGRATIONS.at(-1)?.version ?? 0;

/** @returns the schema version of a connected database; 0 for an empty one @throws StudyDbError */
export function checkSchema(connection: Connection, newest: number): number {
  // Emptiness first: another process may be making the schema, and an emptiness that is out of date does no harm.
  const isEmpty = connection.get('SELECT 1 AS one FROM sqlite_schema LIMIT 1') === null;
  const version = connection.pragmaNumber('user_version');
  const applicationId = connection.pragmaNumber('application_id');
  if (applicationId !== APPLICATION_ID && !(isEmpty && version === 0 && applicationId === 0)) {
    throw foreignError(connection.fileName);
  }
  if (version > newest) throw newerError(connection.fileName, version, newest);
  return version;
}

/**
 * Refuses an unencrypted file of another program, or of a newer version of this one, by its first page alone: a connection
 * would keep the file from being encrypted. What a pending log may hold is checked when it is opened.
 * @throws StudyDbError STUDY_DB_CORRUPT, STUDY_DB_NEWER
 */
export function requireOwn(path: string): void {
  const head = Buffer.alloc(SQLITE_HEAD_BYTES);
  const file = openSync(path, 'r');
  try {
    if (readSync(file, head, 0, head.length, 0) < head.length) return;
  } finally {
    closeSync(file);
  }
  const [version, applicationId] = [head.readUInt32BE(60), head.readUInt32BE(68)];
  if (applicationId !== APPLICATION_ID && applicationId + version !== 0) throw foreignError(basename(path));
  if (version > NEWEST) throw newerError(basename(path), version, NEWEST);
}

function foreignError(fileName: string): StudyDbError {
  return corruptError(fileName, 'it is a database of another program, not a Lineshape study database');
}

function newerError(fileName: string, found: number, newest: number): StudyDbError {
  return new StudyDbError(
    'STUDY_DB_NEWER',
    `The study database ${fileName} has schema version ${found}, but this program knows versions up to ${newest} only; ` +
      `please open it with a newer Lineshape.`,
    { found, supported: newest },
  );
}

/**
 * Applies what is missing. An existing database is first copied to `<path>.before-vN.bak`, N the version it gets.
 * @param path absolute path of the database file
 * @param migrations all of them, in order
 * @throws StudyDbError; the database is then as it was before the failing migration, and the backup remains
 */
export function migrate(connection: Connection, path: string, migrations: readonly Migration[]): void {
  const newest = migrations.at(-1)?.version ?? 0;
  const found = checkSchema(connection, newest);
  if (found === newest) return;
  if (found > 0) backUp(connection, path, newest);
  for (const migration of migrations) {
    connection.transaction(() => {
      // Read again under the write lock: another process may have migrated meanwhile.
      if (connection.pragmaNumber('user_version') >= migration.version) return;
      migration.up(connection);
      connection.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
      connection.exec(`PRAGMA user_version = ${migration.version}`);
    });
  }
}

/** With a copy of its key file, so that it opens whatever becomes of the key. */
function backUp(connection: Connection, path: string, newest: number): void {
  const target = freeBackupPath(path, newest);
  copyDatabase(connection, target, null);
  copyKeyFile(path, target);
}

/** An earlier backup is never overwritten: the next one gets a number. */
function freeBackupPath(path: string, newest: number): string {
  const first = `${path}.before-v${newest}.bak`;
  let candidate = first;
  for (let n = 2; existsSync(candidate); n++) candidate = first.replace(/\.bak$/, `.${n}.bak`);
  return candidate;
}
