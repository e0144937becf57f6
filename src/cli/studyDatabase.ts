// The study database as commands use it: opened for one piece of work, closed whatever happens.
import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import type { AuditEvent } from '../core/domain/audit.ts';
import type { Role } from '../core/domain/access.ts';
import { AppError, ReaderError } from '../core/domain/errors.ts';
import type { StudyStore } from '../core/ports/studyStore.ts';
import { keyFilePath } from '../node/study-db/keys/keyFile.ts';
import { isProtected } from '../node/study-db/keys/unlock.ts';
import { findKey, openProtected } from '../node/study-db/openProtected.ts';
import type { ProtectedKey } from '../node/study-db/openProtected.ts';
import { commandAccess } from './databaseAccess.ts';
import { loggedInName, logIn } from './databaseLogin.ts';
import { VERSION } from './session.ts';
import { say } from './terminal.ts';

const now = (): string => new Date().toISOString();

/** Opening for writing makes a database; commands that change what is there want one. @throws ReaderError NOT_FOUND */
export function requireStudyDb(path: string): void {
  if (!existsSync(path)) throw new ReaderError('NOT_FOUND', 'The study database does not exist.');
}

export interface StudyDbUse {
  /** That the work needs where a login is required; null: none, for work on the whole file by whoever has its key. */
  readonly role?: Role | null;
  /** In the place of the one given, after it was changed. */
  readonly passphrase?: string | null;
}

/**
 * Opens, asks for a login where one is required, works, closes.
 * @param use a reader's work unless said otherwise
 * @throws StudyDbError as findKey and openStudyDb, AccessError as logIn, and what the work throws
 */
export async function withStudyDb<T>(
  path: string,
  access: 'read' | 'write',
  work: (store: StudyStore) => T | Promise<T>,
  { role = 'reader', passphrase = null }: StudyDbUse = {},
): Promise<T> {
  const readOnly = access === 'read';
  const found = await findKey(path, commandAccess(passphrase), readOnly);
  const store = open(path, found, readOnly);
  if (found.isNewKey && !isProtected(found.methods)) sayUnprotected(path);
  try {
    if (role !== null && store.accessRules().loginRequired) await logInTo(path, found, store, readOnly, role);
    return await work(store);
  } finally {
    store.close();
  }
}

function open(path: string, found: ProtectedKey, readOnly: boolean): StudyStore {
  const actor = { program: 'lineshape', version: VERSION };
  return openProtected(path, found, { now, readOnly, actor, userName: loggedInName });
}

/** A login is written down, also for work that only reads. */
async function logInTo(
  path: string,
  found: ProtectedKey,
  store: StudyStore,
  readOnly: boolean,
  role: Role,
): Promise<void> {
  // prettier-ignore
  if (!readOnly) {
    await logIn(store, role);
    return;
  }
  const writing = open(path, found, false);
  try {
    await logIn(writing, role);
  } finally {
    writing.close();
  }
}

/**
 * Enters in the audit trail what was done outside a transaction. A database that can't be written is said, not refused: what
 * the user asked for was done.
 * @param passphrase the new one, where it was just changed
 */
export async function recordInStudyDb(
  path: string,
  event: AuditEvent,
  passphrase: string | null = null,
): Promise<void> {
  try {
    await withStudyDb(path, 'write', (store) => void store.recordAudit(event), { role: null, passphrase });
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'STUDY_DB_READ_ONLY') throw error;
    say('The database can’t be written, so that its audit trail does not tell of this.');
  }
}

function sayUnprotected(path: string): void {
  const file = basename(keyFilePath(path));
  say(
    `The database is encrypted, but its key lies open beside it in ${file}: keep both, or set a passphrase with "lineshape study passphrase".`,
  );
}
