// The key file beside a database: the database's key, wrapped in one or more ways. Written whole or not at all, readable by
// its owner only. Two keys stand in it only while the database is being encrypted anew (rekey.ts).
import { randomUUID } from 'node:crypto';
import { existsSync, linkSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { basename } from 'node:path';
import { z } from 'zod';
import { StudyDbError } from '../../../core/domain/errors.ts';
import { writeDurably } from '../durableFiles.ts';

const base64 = z.string().regex(/^[A-Za-z0-9+/]+={0,2}$/);

const wrapSchema = z.discriminatedUnion('method', [
  /** By the keychain of the user's account, through Electron's safeStorage; `backend` as Electron names it. */
  z.object({ method: z.literal('safeStorage'), backend: z.string(), wrapped: base64 }),
  /** By AES-256-GCM under what scrypt derives from a passphrase. */
  z.object({
    method: z.literal('passphrase'),
    // Bounds keep an edited file from asking for hours or all memory.
    n: z
      .number()
      .int()
      .min(2)
      .max(2 ** 20),
    r: z.number().int().min(1).max(32),
    p: z.number().int().min(1).max(16),
    salt: base64,
    nonce: base64,
    wrapped: base64,
  }),
  /** Not wrapped at all: only the rights of this file protect it. */
  z.object({ method: z.literal('file'), key: base64 }),
]);

const keyFileSchema = z.object({
  schema: z.literal('lineshape.database-key/1'),
  keys: z
    .array(z.object({ id: z.string(), createdAt: z.string(), wraps: z.array(wrapSchema).min(1) }))
    .min(1)
    .max(2),
});

export type KeyWrap = z.infer<typeof wrapSchema>;
export type KeyMethod = KeyWrap['method'];
export type KeyFile = z.infer<typeof keyFileSchema>;
export type KeyEntry = KeyFile['keys'][number];

export const keyFilePath = (database: string): string => `${database}.key.json`;

/** @returns null where there is none @throws StudyDbError STUDY_DB_KEY where it is not a key file */
export function readKeyFile(database: string): KeyFile | null {
  const path = keyFilePath(database);
  if (!existsSync(path)) return null;
  try {
    return keyFileSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    const message = `The key file ${basename(path)} can't be read; put back the one that belongs to the study database.`;
    throw new StudyDbError('STUDY_DB_KEY', message, { file: basename(path) }, error);
  }
}

/** Writes or replaces it. @throws StudyDbError */
export function writeKeyFile(database: string, keys: readonly KeyEntry[]): void {
  const draft = writeDraft(database, keys);
  renameSync(draft, keyFilePath(database));
}

/** Writes it unless there is one already. @returns the one that is there now @throws StudyDbError */
export function createKeyFile(database: string, keys: readonly KeyEntry[]): KeyFile {
  const draft = writeDraft(database, keys);
  try {
    linkSync(draft, keyFilePath(database));
  } catch (error) {
    // Another program was faster: its key is the one.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(draft, { force: true });
  }
  const file = readKeyFile(database);
  if (file === null) throw new StudyDbError('STUDY_DB_KEY', 'The key file of the study database went away at once.');
  return file;
}

/** Puts a copy of a database's key file beside a copy of it; nothing where it has none. @throws StudyDbError */
export function copyKeyFile(database: string, copy: string): void {
  const file = readKeyFile(database);
  if (file !== null) writeKeyFile(copy, file.keys);
}

function writeDraft(database: string, keys: readonly KeyEntry[]): string {
  const draft = `${keyFilePath(database)}.${randomUUID()}.tmp`;
  const file: KeyFile = { schema: 'lineshape.database-key/1', keys: [...keys] };
  writeDurably(draft, `${JSON.stringify(file, null, 2)}\n`, keyFilePath(database));
  return draft;
}
