// Puts a backup in the place of a database. What was there is kept beside it under another name.
import { copyFileSync, existsSync, linkSync, rmSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { AppError, StudyDbError } from '../../core/domain/errors.ts';
import { backupsToRestore } from './backups.ts';
import { closeAlone, openAlone, putInPlace, verifyFile } from './copies.ts';
import { fileError, syncFile } from './durableFiles.ts';
import { copyKeyFile, keyFilePath, readKeyFile, writeKeyFile } from './keys/keyFile.ts';
import type { KeyEntry } from './keys/keyFile.ts';
import type { DatabaseKey } from './keys/keyWraps.ts';
import { checkPlace } from './place.ts';
import { fileKind, unlockDatabase, wrapsFor } from './keys/unlock.ts';
import type { KeyAccess } from './keys/unlock.ts';

export interface Restored {
  /** The backup that was taken. */
  readonly backup: string;
  /** Where what was there before is now; null where there was nothing. */
  readonly kept: string | null;
}

/**
 * Brings a backup back: the one named, or the newest that is good.
 * @throws StudyDbError where there is none, it is damaged, or the database is in use; then nothing changed
 */
export async function restoreBackup(database: string, from: string | null, access: KeyAccess): Promise<Restored> {
  const path = resolve(database);
  checkPlace(path, false);
  const backup = from === null ? await newestGood(path, access) : resolve(from);
  const key = await verified(backup, access);
  const copy = `${path}.restored`;
  const entries = (readKeyFile(backup)?.keys ?? []).slice(0, 1).map((entry) => rewrapped(entry, key, access));
  rmSync(copy, { force: true });
  try {
    copyFileSync(backup, copy);
    syncFile(copy);
    verifyFile(copy, key);
    endOldLog(path, await oldKey(path, access));
    const kept = keepOld(path, access.now());
    // Until the exchange is done both keys are known, whichever file is found.
    writeKeys(path, [...(readKeyFile(path)?.keys.slice(0, 1) ?? []), ...entries]);
    for (const ending of ['-wal', '-shm']) rmSync(`${path}${ending}`, { force: true });
    putInPlace(copy, path, () => undefined);
    writeKeys(path, entries);
    return { backup, kept };
  } catch (error) {
    rmSync(copy, { force: true });
    throw error instanceof AppError ? error : fileError(path, error);
  }
}

/** A key that lay open, or under an older passphrase, is not brought back as it was where there is better. */
function rewrapped(entry: KeyEntry, key: DatabaseKey | null, access: KeyAccess): KeyEntry {
  if (key === null || (access.keychain === null && access.givenPassphrase === null)) return entry;
  const wraps = wrapsFor(key, access);
  const kept = entry.wraps.filter(({ method }) => method !== 'file' && !wraps.some((wrap) => wrap.method === method));
  return { ...entry, wraps: [...wraps, ...kept] };
}

async function newestGood(path: string, access: KeyAccess): Promise<string> {
  for (const backup of backupsToRestore(path, Date.parse(access.now()))) {
    const isGood = await verified(backup.path, access).then(
      () => true,
      () => false,
    );
    if (isGood) return backup.path;
  }
  const message = `There is no good backup of the study database ${basename(path)} in its backup folder.`;
  throw new StudyDbError('NOT_FOUND', message, { file: basename(path) });
}

/** @returns its key @throws StudyDbError where it isn't there, doesn't open or is damaged */
async function verified(backup: string, access: KeyAccess): Promise<DatabaseKey | null> {
  const kind = fileKind(backup);
  if (kind === 'none') throw new StudyDbError('NOT_FOUND', `The backup ${basename(backup)} does not exist.`);
  const key = kind === 'plain' ? null : (await unlockDatabase(backup, access)).key;
  verifyFile(backup, key);
  return key;
}

/** A damaged database may have lost its key too; it is kept as it is then. */
async function oldKey(path: string, access: KeyAccess): Promise<DatabaseKey | null> {
  if (fileKind(path) !== 'encrypted') return null;
  return unlockDatabase(path, access).then(
    ({ key }) => key,
    () => null,
  );
}

/** Refuses where another program has the database open. A damaged one's log is left to the copy that is kept. */
function endOldLog(path: string, key: DatabaseKey | null): void {
  if (!existsSync(path)) return;
  try {
    closeAlone(openAlone(path, key));
  } catch (error) {
    if (error instanceof AppError && error.code === 'STUDY_DB_FAILED') throw error;
  }
}

function keepOld(path: string, now: string): string | null {
  if (!existsSync(path)) return null;
  const stem = `${path}.before-restore-${now.slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
  let kept = stem;
  for (let n = 2; existsSync(kept); n++) kept = `${stem}-${n}`;
  linkSync(path, kept);
  if (existsSync(`${path}-wal`)) copyFileSync(`${path}-wal`, `${kept}-wal`);
  copyKeyFile(path, kept);
  return kept;
}

function writeKeys(path: string, entries: readonly KeyEntry[]): void {
  const different = entries.filter((entry, i) => entries.findIndex(({ id }) => id === entry.id) === i);
  if (different.length > 0) writeKeyFile(path, different);
  else rmSync(keyFilePath(path), { force: true });
}
