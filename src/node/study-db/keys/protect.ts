// Encrypts a database that an earlier version left unencrypted, and changes the key of an encrypted one.
import { readdirSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { StudyDbError } from '../../../core/domain/errors.ts';
import { keyFits } from '../connection.ts';
import { exchangeKey } from '../copies.ts';
import { checkSchema, requireOwn } from '../migrate.ts';
import { MIGRATIONS } from '../migrations/index.ts';
import { checkPlace } from '../place.ts';
import { copyKeyFile, readKeyFile, writeKeyFile } from './keyFile.ts';
import type { KeyMethod } from './keyFile.ts';
import { keyEntry, newDatabaseKey } from './keyWraps.ts';
import type { DatabaseKey } from './keyWraps.ts';
import { fileKind, unlockDatabase, wrapsFor } from './unlock.ts';
import type { KeyAccess } from './unlock.ts';

/**
 * Encrypts an unencrypted database, and the backups that migrations left beside it. The old file is there until the new one
 * was read through and holds as many rows in every table; then the new one takes its name.
 * @returns whether there was anything to encrypt
 * @throws StudyDbError where others have it open, or the disk is full; then nothing changed
 */
export function encryptInPlace(path: string, key: DatabaseKey): boolean {
  const database = resolve(path);
  const plain = [database, ...migrationBackups(database)].filter((file) => fileKind(file) === 'plain');
  for (const file of plain) {
    requireOwn(file);
    exchangeKey(file, null, key, (connection) => checkSchema(connection, MIGRATIONS.at(-1)?.version ?? 0));
    if (file !== database) copyKeyFile(database, file);
  }
  return plain.length > 0;
}

function migrationBackups(database: string): string[] {
  const folder = dirname(database);
  const start = `${basename(database)}.before-v`;
  return readdirSync(folder)
    .filter((name) => name.startsWith(start) && name.endsWith('.bak'))
    .map((name) => join(folder, name));
}

/**
 * Gives a database a new key and encrypts all of it with that. Both keys are in the key file until the new database is in
 * place, so that it opens whenever this is interrupted.
 * @throws StudyDbError, UsageError; then the old key is still the key
 */
export async function rekeyDatabase(path: string, access: KeyAccess): Promise<readonly KeyMethod[]> {
  const database = resolve(path);
  if (fileKind(database) !== 'encrypted') {
    throw new StudyDbError('NOT_FOUND', `The study database ${basename(path)} is not there, or is not encrypted yet.`);
  }
  checkPlace(database, false);
  const { key: old } = await unlockDatabase(database, access);
  const [current] = readKeyFile(database)?.keys ?? [];
  if (current === undefined) throw new StudyDbError('STUDY_DB_KEY', 'The key file of the study database is gone.');
  const lost = current.wraps.map(({ method }) => method).find((method) => !canWrap(method, access));
  if (lost !== undefined) throw cannotWrap(lost);
  const key = newDatabaseKey();
  const next = keyEntry(key, access.now(), wrapsFor(key, access));
  try {
    exchangeKey(database, old, key, () => writeKeyFile(database, [current, next]));
  } catch (error) {
    if (keyFits(database, old)) writeKeyFile(database, [current]);
    throw error;
  }
  writeKeyFile(database, [next]);
  return next.wraps.map(({ method }) => method);
}

function canWrap(method: KeyMethod, { keychain, givenPassphrase }: KeyAccess): boolean {
  if (method === 'safeStorage') return keychain !== null;
  return method === 'file' || givenPassphrase !== null;
}

function cannotWrap(method: KeyMethod): StudyDbError {
  const words =
    method === 'safeStorage'
      ? 'This database’s key is in the keychain of the account that uses the app too; change it there, by starting the app with --rekey.'
      : 'This database’s key is protected by a passphrase too; set LINESHAPE_PASSPHRASE to change it.';
  return new StudyDbError('STUDY_DB_KEY', words);
}
