// The study database as the program opens it: encrypted, made so where an earlier version left it otherwise.
import { resolve } from 'node:path';
import type { StudyStore } from '../../core/ports/studyStore.ts';
import type { KeyMethod } from './keys/keyFile.ts';
import type { DatabaseKey } from './keys/keyWraps.ts';
import { encryptInPlace } from './keys/protect.ts';
import { fileKind, unlockDatabase } from './keys/unlock.ts';
import type { KeyAccess } from './keys/unlock.ts';
import { requireOwn } from './migrate.ts';
import { openStudyDb } from './openStudyDb.ts';
import type { StudyDbOptions } from './openStudyDb.ts';
import { checkPlace } from './place.ts';

export interface ProtectedKey {
  /** null: the database isn't encrypted, and was asked for reading only. */
  readonly key: DatabaseKey | null;
  readonly methods: readonly KeyMethod[];
  readonly isNewKey: boolean;
}

/**
 * The key of a database whose place is sound; made where it has none and may be written.
 * @throws StudyDbError; then nothing was written
 */
export async function findKey(path: string, access: KeyAccess, readOnly: boolean): Promise<ProtectedKey> {
  const database = resolve(path);
  checkPlace(database, readOnly);
  if (fileKind(database) === 'plain') {
    if (readOnly) return { key: null, methods: [], isNewKey: false };
    requireOwn(database);
  }
  return unlockDatabase(database, access);
}

/**
 * Opens a database with the key that findKey gave; encrypts it first where it isn't yet.
 * @throws StudyDbError as openStudyDb
 */
export function openProtected(path: string, { key }: Pick<ProtectedKey, 'key'>, options: StudyDbOptions): StudyStore {
  if (key !== null && options.readOnly !== true) encryptInPlace(path, key);
  return openStudyDb(path, { ...options, key });
}
