// How a database's key is wrapped: by the account's keychain, by a passphrase (scrypt, RFC 7914, then AES-256-GCM), or not.
import { createCipheriv, createDecipheriv, createHash, randomBytes, scryptSync } from 'node:crypto';
import { StudyDbError, UsageError } from '../../../core/domain/errors.ts';
import type { KeyEntry, KeyWrap } from './keyFile.ts';

/** 32 random bytes in hex: what the database's cipher is given. */
export type DatabaseKey = string;

/** The keychain of the user's account; Electron's safeStorage in the app, none in the command line. */
export interface Keychain {
  /** As the system calls it: "keychain", "dpapi", "gnome_libsecret"… */
  readonly backend: string;
  readonly wrap: (secret: string) => Uint8Array;
  /** @throws where it isn't this account's */
  readonly unwrap: (wrapped: Uint8Array) => string;
}

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** About 0.4 s and 128 MiB for each guess. OWASP Password Storage Cheat Sheet, 2024. */
const SCRYPT = { n: 2 ** 17, r: 8, p: 1 } as const;
export const SHORTEST_PASSPHRASE = 12;

export const newDatabaseKey = (): DatabaseKey => randomBytes(KEY_BYTES).toString('hex');

/** Tells keys apart without telling anything of them. */
export function keyId(key: DatabaseKey): string {
  return createHash('sha256').update(`lineshape database key ${key}`).digest('hex').slice(0, 16);
}

export function keyEntry(key: DatabaseKey, createdAt: string, wraps: readonly KeyWrap[]): KeyEntry {
  return { id: keyId(key), createdAt, wraps: [...wraps] };
}

export const fileWrap = (key: DatabaseKey): KeyWrap => ({
  method: 'file',
  key: Buffer.from(key, 'hex').toString('base64'),
});

export const keychainWrap = (key: DatabaseKey, keychain: Keychain): KeyWrap => ({
  method: 'safeStorage',
  backend: keychain.backend,
  wrapped: Buffer.from(keychain.wrap(key)).toString('base64'),
});

/** @throws UsageError where the passphrase is too short */
export function passphraseWrap(key: DatabaseKey, passphrase: string): KeyWrap {
  if ([...passphrase].length < SHORTEST_PASSPHRASE) {
    throw new UsageError(`A passphrase for the study database has at least ${SHORTEST_PASSPHRASE} characters.`);
  }
  const [salt, nonce] = [randomBytes(KEY_BYTES), randomBytes(NONCE_BYTES)];
  const cipher = createCipheriv('aes-256-gcm', derived(passphrase, salt, SCRYPT), nonce);
  const wrapped = Buffer.concat([cipher.update(Buffer.from(key, 'hex')), cipher.final(), cipher.getAuthTag()]);
  return {
    method: 'passphrase',
    ...SCRYPT,
    salt: salt.toString('base64'),
    nonce: nonce.toString('base64'),
    wrapped: wrapped.toString('base64'),
  };
}

function derived(passphrase: string, salt: Buffer, { n, r, p }: { n: number; r: number; p: number }): Buffer {
  // Typed on another keyboard, the same letters may come composed otherwise.
  return scryptSync(passphrase.normalize('NFC'), salt, KEY_BYTES, { N: n, r, p, maxmem: 256 * n * r });
}

/** @throws StudyDbError STUDY_DB_KEY where the passphrase is another */
export function unwrapByPassphrase(wrap: KeyWrap & { method: 'passphrase' }, passphrase: string): DatabaseKey {
  const [salt, nonce, wrapped] = [wrap.salt, wrap.nonce, wrap.wrapped].map((text) => Buffer.from(text, 'base64'));
  try {
    const decipher = createDecipheriv('aes-256-gcm', derived(passphrase, salt as Buffer, wrap), nonce as Buffer);
    decipher.setAuthTag((wrapped as Buffer).subarray(-TAG_BYTES));
    const key = Buffer.concat([decipher.update((wrapped as Buffer).subarray(0, -TAG_BYTES)), decipher.final()]);
    return key.toString('hex');
  } catch (error) {
    throw new StudyDbError('STUDY_DB_KEY', 'The passphrase of the study database is wrong.', {}, error);
  }
}

/** @throws StudyDbError STUDY_DB_KEY where the keychain is another account's or computer's */
export function unwrapByKeychain(wrap: KeyWrap & { method: 'safeStorage' }, keychain: Keychain): DatabaseKey {
  try {
    return keychain.unwrap(Buffer.from(wrap.wrapped, 'base64'));
  } catch (error) {
    const message =
      'The keychain of this account does not hold the key of the study database; open it in the account that made it, ' +
      'or with its passphrase in LINESHAPE_PASSPHRASE.';
    throw new StudyDbError('STUDY_DB_KEY', message, {}, error);
  }
}

export const unwrapFromFile = (wrap: KeyWrap & { method: 'file' }): DatabaseKey =>
  Buffer.from(wrap.key, 'base64').toString('hex');
