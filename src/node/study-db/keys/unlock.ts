// Finds the key of a database, or makes one for a new or still unencrypted database; and adds ways to reach it.
import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { StudyDbError } from '../../../core/domain/errors.ts';
import { keyFits } from '../connection.ts';
import { closeAlone, openAlone } from '../copies.ts';
import { corruptError, wrongKeyError } from '../sqliteErrors.ts';
import { createKeyFile, keyFilePath, readKeyFile, writeKeyFile } from './keyFile.ts';
import type { KeyEntry, KeyMethod, KeyWrap } from './keyFile.ts';
import {
  fileWrap,
  keychainWrap,
  keyEntry,
  newDatabaseKey,
  passphraseWrap,
  unwrapByKeychain,
  unwrapByPassphrase,
  unwrapFromFile,
} from './keyWraps.ts';
import type { DatabaseKey, Keychain } from './keyWraps.ts';

/** By what means a key can be reached. */
export interface KeyAccess {
  /** null where the account has none that protects. */
  readonly keychain: Keychain | null;
  /** Asked only where a passphrase is needed; null where nobody gives one. */
  readonly passphrase: () => string | null | Promise<string | null>;
  /** Given without asking; wraps the key of a new database. */
  readonly givenPassphrase: string | null;
  /** @returns ISO 8601, UTC */
  readonly now: () => string;
}

export interface Unlocked {
  readonly key: DatabaseKey;
  /** How the key is kept: 'file' alone protects a database no better than the rights of its folder. */
  readonly methods: readonly KeyMethod[];
  readonly isNewKey: boolean;
}

export type FileKind = 'none' | 'plain' | 'encrypted' | 'foreign';

const SQLITE_HEADER = 'SQLite format 3\0';

/**
 * What a database file is, by its first bytes. The cipher leaves bytes 16 to 23 as they are (SQLite file format, 1.3:
 * page size, versions, and the payload fractions 64, 32, 32), so that an encrypted file is told from any other.
 */
export function fileKind(path: string): FileKind {
  if (!existsSync(path)) return 'none';
  const head = Buffer.alloc(24);
  const file = openSync(path, 'r');
  try {
    const length = readSync(file, head, 0, head.length, 0);
    if (length === 0) return 'none';
    if (head.toString('latin1', 0, 16) === SQLITE_HEADER) return 'plain';
    const pageSize = head.readUInt16BE(16);
    const isPageSize = pageSize === 1 || (pageSize >= 512 && (pageSize & (pageSize - 1)) === 0);
    return isPageSize && head[21] === 64 && head[22] === 32 && head[23] === 32 ? 'encrypted' : 'foreign';
  } finally {
    closeSync(file);
  }
}

/**
 * The key of a database. A database without one gets it here, kept on the disk before anything is encrypted with it.
 * @param path of the database, which need not be there yet
 * @throws StudyDbError STUDY_DB_KEY, STUDY_DB_CORRUPT, or where the key file can't be written; nothing was touched then
 */
export async function unlockDatabase(path: string, access: KeyAccess): Promise<Unlocked> {
  const database = resolve(path);
  const kind = fileKind(database);
  const file = readKeyFile(database);
  if (kind === 'foreign') throw corruptError(basename(path), 'it is damaged or is not a Lineshape study database');
  if (file === null) {
    if (kind === 'encrypted') throw keyFileMissing(database);
    return newKey(database, access);
  }
  const entry = await fittingEntry(database, kind, file.keys, access);
  if (file.keys.length > 1) forgetOtherKey(database, entry);
  return { key: entry.key, methods: entry.entry.wraps.map(({ method }) => method), isNewKey: false };
}

function keyFileMissing(database: string): StudyDbError {
  const [name, keyName] = [basename(database), basename(keyFilePath(database))];
  const message = `The study database ${name} is encrypted, and its key file ${keyName} is not beside it.`;
  return new StudyDbError('STUDY_DB_KEY', message, { file: keyName });
}

async function newKey(database: string, access: KeyAccess): Promise<Unlocked> {
  const key = newDatabaseKey();
  const made = keyEntry(key, access.now(), wrapsFor(key, access));
  const { keys } = createKeyFile(database, [made]);
  const [entry] = keys as [KeyEntry];
  const methods = entry.wraps.map(({ method }) => method);
  if (entry.id === made.id) return { key, methods, isNewKey: true };
  return { key: await unwrapped(entry, access), methods, isNewKey: false };
}

/** Every protected way that there is, and only where there is none the bare key. */
export function wrapsFor(key: DatabaseKey, { keychain, givenPassphrase }: KeyAccess): KeyWrap[] {
  const wraps = [
    ...(keychain === null ? [] : [keychainWrap(key, keychain)]),
    ...(givenPassphrase === null ? [] : [passphraseWrap(key, givenPassphrase)]),
  ];
  return wraps.length > 0 ? wraps : [fileWrap(key)];
}

/** Ends an interrupted change of the key; one that is still going on in another program has the database to itself. */
function forgetOtherKey(database: string, { entry, key }: { entry: KeyEntry; key: DatabaseKey }): void {
  try {
    const alone = openAlone(database, key, 0);
    writeKeyFile(database, [entry]);
    closeAlone(alone);
  } catch (error) {
    if (!(error instanceof StudyDbError) || error.code !== 'STUDY_DB_FAILED') throw error;
  }
}

async function fittingEntry(
  database: string,
  kind: FileKind,
  entries: readonly KeyEntry[],
  access: KeyAccess,
): Promise<{ entry: KeyEntry; key: DatabaseKey }> {
  for (const entry of entries) {
    const key = await unwrapped(entry, access);
    // With one key alone, opening the database tells as much.
    if (entries.length === 1 || kind !== 'encrypted' || keyFits(database, key)) return { entry, key };
  }
  throw wrongKeyError(basename(database));
}

/** The bare key before the keychain before the passphrase, which costs time and perhaps a question. */
async function unwrapped({ wraps }: KeyEntry, access: KeyAccess): Promise<DatabaseKey> {
  const bare = wraps.find((wrap) => wrap.method === 'file');
  if (bare !== undefined) return unwrapFromFile(bare);
  const kept = wraps.find((wrap) => wrap.method === 'safeStorage');
  const byPassphrase = wraps.find((wrap) => wrap.method === 'passphrase');
  if (kept !== undefined && access.keychain !== null) {
    if (byPassphrase === undefined || access.givenPassphrase === null) return unwrapByKeychain(kept, access.keychain);
  }
  if (byPassphrase === undefined) {
    throw new StudyDbError(
      'STUDY_DB_KEY',
      'The key of this study database is in the keychain of the account that uses the app; start the app with ' +
        '--add-passphrase and LINESHAPE_PASSPHRASE set, and the command line can open it with that passphrase.',
    );
  }
  const passphrase = await access.passphrase();
  if (passphrase === null) {
    const message = 'The study database is protected by a passphrase; set LINESHAPE_PASSPHRASE.';
    throw new StudyDbError('STUDY_DB_KEY', message);
  }
  return unwrapByPassphrase(byPassphrase, passphrase);
}

/** Whether anything but the rights of its folder keeps the key of a database. */
export const isProtected = (methods: readonly KeyMethod[]): boolean => !methods.includes('file');

/** Makes the key reachable by a passphrase, in the place of an earlier one and of a bare key. @throws StudyDbError, UsageError */
export async function setPassphrase(
  path: string,
  access: KeyAccess,
  passphrase: string,
): Promise<readonly KeyMethod[]> {
  const database = resolve(path);
  const { key } = await unlockDatabase(database, access);
  const entry = readKeyFile(database)?.keys[0];
  if (entry === undefined) throw keyFileMissing(database);
  const kept = entry.wraps.filter(({ method }) => method === 'safeStorage');
  const wraps = [...kept, passphraseWrap(key, passphrase)];
  writeKeyFile(database, [{ ...entry, wraps }]);
  return wraps.map(({ method }) => method);
}
