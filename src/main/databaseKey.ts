// The app's way to the database's key: the keychain of the account, where the system has one that protects.
import type { SafeStorage } from 'electron';
import { UsageError } from '../core/domain/errors.ts';
import type { Keychain } from '../node/study-db/keys/keyWraps.ts';
import { rekeyDatabase } from '../node/study-db/keys/protect.ts';
import { setPassphrase } from '../node/study-db/keys/unlock.ts';
import type { KeyAccess } from '../node/study-db/keys/unlock.ts';
import type { Maintenance } from './commandLine.ts';

/** Backends of Electron on Linux that encrypt with a password everyone knows. */
const UNPROTECTED = ['basic_text', 'unknown'];

/** @returns the keychain; null where the system has none that protects */
export function systemKeychain(safeStorage: SafeStorage, platform: NodeJS.Platform): Keychain | null {
  if (!safeStorage.isEncryptionAvailable()) return null;
  const backend = backendName(safeStorage, platform);
  if (UNPROTECTED.includes(backend)) return null;
  return {
    backend,
    wrap: (secret) => safeStorage.encryptString(secret),
    unwrap: (wrapped) => safeStorage.decryptString(Buffer.from(wrapped)),
  };
}

function backendName(safeStorage: SafeStorage, platform: NodeJS.Platform): string {
  if (platform === 'linux') return safeStorage.getSelectedStorageBackend();
  return platform === 'win32' ? 'dpapi' : 'keychain';
}

/** @param environment process.env; the passphrase is taken out of it, so that no program started from here sees it */
export function appKeyAccess(keychain: Keychain | null, environment: NodeJS.ProcessEnv): KeyAccess {
  const passphrase = environment['LINESHAPE_PASSPHRASE'] || null;
  delete environment['LINESHAPE_PASSPHRASE'];
  return {
    keychain,
    givenPassphrase: passphrase,
    passphrase: () => passphrase,
    now: () => new Date().toISOString(),
  };
}

/** @returns one sentence that says what was done @throws StudyDbError, UsageError; then nothing has changed */
export async function maintain(what: Maintenance, database: string, access: KeyAccess): Promise<string> {
  if (what === 'rekey') {
    const methods = await rekeyDatabase(database, access);
    return `The study database has a new key, kept by: ${methods.join(', ')}.`;
  }
  if (access.givenPassphrase === null) throw new UsageError('Set LINESHAPE_PASSPHRASE to the passphrase to add.');
  // With the keychain, the passphrase given is the new one, not the one to open with.
  const opening: KeyAccess = { ...access, givenPassphrase: null };
  const methods = await setPassphrase(database, opening, access.givenPassphrase);
  return `The key of the study database is kept by: ${methods.join(', ')}.`;
}
