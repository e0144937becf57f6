// The study database as commands use it: opened for one piece of work, closed whatever happens.
import { existsSync } from 'node:fs';
import { ReaderError } from '../core/domain/errors.ts';
import type { StudyStore } from '../core/ports/studyStore.ts';
import { openStudyDb } from '../node/study-db/openStudyDb.ts';

const now = (): string => new Date().toISOString();

/** Opening for writing makes a database; commands that change what is there want one. @throws ReaderError NOT_FOUND */
export function requireStudyDb(path: string): void {
  if (!existsSync(path)) throw new ReaderError('NOT_FOUND', 'The study database does not exist.');
}

/** @throws StudyDbError as openStudyDb, and what the work throws */
export async function withStudyDb<T>(
  path: string,
  access: 'read' | 'write',
  work: (store: StudyStore) => T | Promise<T>,
): Promise<T> {
  const store = openStudyDb(path, { now, readOnly: access === 'read' });
  try {
    return await work(store);
  } finally {
    store.close();
  }
}
