// The database at rest: encrypted, its key kept in one of three ways, changed, and refused where it is another's.
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'; // prettier-ignore
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import type { StudyStore } from '../../src/core/ports/studyStore.ts';
import { Connection } from '../../src/node/study-db/connection.ts';
import { keyFilePath, readKeyFile, writeKeyFile } from '../../src/node/study-db/keys/keyFile.ts';
import { fileWrap, keyEntry, newDatabaseKey } from '../../src/node/study-db/keys/keyWraps.ts';
import type { Keychain } from '../../src/node/study-db/keys/keyWraps.ts';
import { rekeyDatabase } from '../../src/node/study-db/keys/protect.ts';
import { fileKind, setPassphrase, unlockDatabase } from '../../src/node/study-db/keys/unlock.ts';
import type { KeyAccess } from '../../src/node/study-db/keys/unlock.ts';
import { findKey, openProtected } from '../../src/node/study-db/openProtected.ts';
import { openStudyDb, verifyStudyDb } from '../../src/node/study-db/openStudyDb.ts';
import { collectConnections } from '../fixtures/collectConnections.ts';
import { newAnalysis, newDataset, newStudy } from '../fixtures/studies.ts';
import { asOrdinaryUser, makeTempFolder, mountSmallDisk } from '../fixtures/tempFolder.ts';

const root = makeTempFolder();
const disk = mountSmallDisk(root, 4096);
const now = (): string => '2026-01-01T00:00:00.000Z';
const PASSPHRASE = 'correct horse battery';
let serial = 0;
let folder = '';
let path = '';

beforeEach(() => {
  folder = join(root, `case${serial++}`);
  mkdirSync(folder);
  path = join(folder, 'studies.db');
});
afterAll(() => {
  disk?.unmount();
  rmSync(root, { recursive: true });
});

const bare: KeyAccess = { keychain: null, givenPassphrase: null, passphrase: () => null, now };
const byPassphrase = (passphrase: string): KeyAccess => ({
  ...bare,
  givenPassphrase: passphrase,
  passphrase: () => passphrase,
});

/** Another account's keychain has another secret. */
function accountKeychain(): Keychain {
  const secret = randomBytes(32);
  return {
    backend: 'test account',
    wrap: (text) => {
      const nonce = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', secret, nonce);
      return Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
    },
    unwrap: (wrapped) => {
      const decipher = createDecipheriv('aes-256-gcm', secret, wrapped.subarray(0, 12));
      decipher.setAuthTag(wrapped.subarray(-16));
      return Buffer.concat([decipher.update(wrapped.subarray(12, -16)), decipher.final()]).toString('utf8');
    },
  };
}

async function openAt(at: string, access: KeyAccess): Promise<StudyStore> {
  return openProtected(at, await findKey(at, access, false), { now });
}

/** With one study whose file says who it is of. */
async function makeAt(at: string, access: KeyAccess): Promise<void> {
  const store = await openAt(at, access);
  fill(store);
  store.close();
}

/** Long enough not to be met by chance among random bytes. */
const TOLD = ['Test Person', 'HOSPITAL-4711', '1970-01-01', 'Muster^Erika', '2026-01-02'];

function fill(store: StudyStore): void {
  const bytes = new TextEncoder().encode(`PatientName: Muster^Erika\n${'header '.repeat(5000)}`);
  const { study, datasets } = store.importStudy(newStudy({ patient: { ...newStudy().patient, id: 'HOSPITAL-4711' } }), [
    newDataset(1, { bytes }),
  ]);
  store.addAnalysis(newAnalysis(study.id, datasets[0]!.id));
}

/** Every byte of every file there but the key file. */
const bytesIn = (where: string): string =>
  readdirSync(where, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.key.json'))
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
    .join('\n');

const oneSentence = (code: string): unknown =>
  expect.objectContaining({ code, message: expect.stringMatching(/^[^\n]+\.$/) });

describe('a database at rest', () => {
  it('tells nothing of its patients, neither in the file nor in its log', async () => {
    const store = await openAt(path, bare);
    fill(store);
    expect(statSync(`${path}-wal`).size).toBeGreaterThan(0);
    for (const text of TOLD) expect(bytesIn(folder)).not.toContain(text);
    store.close();
    for (const text of [...TOLD, 'SQLite format 3', 'patients']) expect(bytesIn(folder)).not.toContain(text);
    expect(fileKind(path)).toBe('encrypted');
    const plain = openStudyDb(join(folder, 'plain.db'), { now });
    fill(plain);
    plain.close();
    // The search above finds what is there to be found.
    for (const text of [...TOLD, 'SQLite format 3']) expect(bytesIn(folder)).toContain(text);
  });

  it('has a key file that its owner alone reads', async () => {
    await makeAt(path, bare);
    expect(statSync(keyFilePath(path)).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder).filter((name) => name.includes('.tmp'))).toEqual([]);
  });

  it('is opened by the worker threads with its key', async () => {
    await makeAt(path, bare);
    const { key } = await findKey(path, bare, true);
    const reader = openStudyDb(path, { now, key, readOnly: true });
    expect(reader.listStudies()).toHaveLength(1);
    reader.close();
  });
});

describe('the key', () => {
  it('is wrapped by the keychain where there is one, and another account is refused', async () => {
    const keychain = accountKeychain();
    await makeAt(path, { ...bare, keychain });
    expect(readKeyFile(path)?.keys[0]?.wraps.map(({ method }) => method)).toEqual(['safeStorage']);
    const store = await openAt(path, { ...bare, keychain });
    expect(store.listStudies()).toHaveLength(1);
    store.close();
    await expect(findKey(path, { ...bare, keychain: accountKeychain() }, false)).rejects.toEqual(oneSentence('STUDY_DB_KEY')); // prettier-ignore
    await expect(findKey(path, byPassphrase(PASSPHRASE), false)).rejects.toThrow(/--add-passphrase/);
  });

  it('is wrapped by a passphrase too, so that app and command line open the same database', async () => {
    const keychain = accountKeychain();
    await makeAt(path, { ...bare, keychain });
    expect(await setPassphrase(path, { ...bare, keychain }, PASSPHRASE)).toEqual(['safeStorage', 'passphrase']);
    const [app, cli] = [
      await findKey(path, { ...bare, keychain }, true),
      await findKey(path, byPassphrase(PASSPHRASE), true),
    ];
    expect(cli.key).toBe(app.key);
    await expect(findKey(path, byPassphrase('another passphrase'), false)).rejects.toThrow(
      'The passphrase of the study database is wrong.',
    );
    await expect(findKey(path, bare, false)).rejects.toThrow(/LINESHAPE_PASSPHRASE/);
  });

  it('lies open only until a passphrase is set, which is long enough', async () => {
    await makeAt(path, bare);
    expect(readKeyFile(path)?.keys[0]?.wraps[0]?.method).toBe('file');
    await expect(setPassphrase(path, bare, 'short')).rejects.toMatchObject({ code: 'USAGE' });
    await setPassphrase(path, bare, PASSPHRASE);
    const { key } = await findKey(path, byPassphrase(PASSPHRASE), false);
    const text = readFileSync(keyFilePath(path), 'utf8');
    expect(text).not.toContain(Buffer.from(key ?? '', 'hex').toString('base64'));
    expect(text).not.toContain(key);
    await expect(findKey(path, bare, false)).rejects.toEqual(oneSentence('STUDY_DB_KEY'));
  });

  it('of another database is refused, and nothing is touched', async () => {
    await makeAt(path, bare);
    writeKeyFile(path, [keyEntry('0'.repeat(64), now(), [fileWrap('0'.repeat(64))])]);
    const before = readFileSync(path);
    for (const readOnly of [false, true]) {
      const found = await findKey(path, bare, readOnly);
      expect(() => openProtected(path, found, { now, readOnly })).toThrow(oneSentence('STUDY_DB_KEY') as Error);
    }
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  it.each(['gone', 'text', 'another schema'])('file that is %s is said in a sentence', async (what) => {
    await makeAt(path, bare);
    if (what === 'gone') rmSync(keyFilePath(path));
    else writeFileSync(keyFilePath(path), what === 'text' ? 'no JSON' : '{"schema":"lineshape.database-key/9"}');
    const before = readFileSync(path);
    await expect(findKey(path, bare, false)).rejects.toEqual(oneSentence('STUDY_DB_KEY'));
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  it('is one, though two programs make it at once', async () => {
    const found = await Promise.all([1, 2, 3, 4].map(() => unlockDatabase(path, byPassphrase(PASSPHRASE))));
    expect(new Set(found.map(({ key }) => key)).size).toBe(1);
    expect(found.filter(({ isNewKey }) => isNewKey)).toHaveLength(1);
  });
});

describe('an unencrypted database', () => {
  it('is encrypted at the first opening for writing, with what it holds and the backups beside it', async () => {
    const plain = openStudyDb(path, { now });
    fill(plain);
    const studies = plain.listStudies();
    plain.close();
    writeFileSync(`${path}.before-v5.bak`, readFileSync(path));
    await collectConnections();
    expect((await findKey(path, bare, true)).key).toBeNull();
    expect(existsSync(keyFilePath(path))).toBe(false);
    const store = await openAt(path, bare);
    expect(store.listStudies()).toEqual(studies);
    store.close();
    for (const text of TOLD) expect(bytesIn(folder)).not.toContain(text);
    const { key } = await findKey(path, bare, true);
    expect(verifyStudyDb(path, { now, key })).toMatchObject({ ok: true, isEncrypted: true });
    expect(verifyStudyDb(`${path}.before-v5.bak`, { now, key }).ok).toBe(true);
  });

  it('of another program, or of a newer version, gets no key and is left as it was', async () => {
    for (const [name, sql] of Object.entries({ theirs: 'CREATE TABLE t (a); PRAGMA user_version = 1', newer: '' })) {
      const at = join(folder, `${name}.db`);
      const { default: Database } = await import('libsql');
      if (name === 'newer') openStudyDb(at, { now }).close();
      await collectConnections();
      const other = new Database(at);
      other.exec(sql || 'PRAGMA user_version = 987');
      other.close();
      const before = readFileSync(at);
      const code = name === 'newer' ? 'STUDY_DB_NEWER' : 'STUDY_DB_CORRUPT';
      await expect(findKey(at, bare, false)).rejects.toEqual(oneSentence(code));
      expect(readFileSync(at).equals(before)).toBe(true);
      expect(existsSync(keyFilePath(at))).toBe(false);
    }
  });

  it.skipIf(disk === null)('stays as it was where the disk has no room for the encrypted one', async () => {
    const at = join(disk!.path, 'full.db');
    const plain = openStudyDb(at, { now });
    plain.importStudy(newStudy(), [newDataset(1, {}, 1_400_000)]);
    plain.close();
    await collectConnections();
    const before = readFileSync(at);
    await expect(openAt(at, bare)).rejects.toEqual(oneSentence('DISK_FULL'));
    expect(fileKind(at)).toBe('plain');
    expect(readFileSync(at).subarray(100).equals(before.subarray(100))).toBe(true);
    expect(readdirSync(disk!.path).filter((name) => /rekeyed/.test(name))).toEqual([]);
  });
});

describe('a change of the key', () => {
  it('leaves no byte under the old one, and everything as it was', async () => {
    await makeAt(path, bare);
    const old = await findKey(path, bare, true);
    await collectConnections();
    await rekeyDatabase(path, bare);
    const found = await findKey(path, bare, true);
    expect(found.key).not.toBe(old.key);
    expect(() => openStudyDb(path, { now, key: old.key })).toThrow(oneSentence('STUDY_DB_KEY') as Error);
    expect(verifyStudyDb(path, { now, key: found.key }).ok).toBe(true);
  });

  it('keeps the ways to reach it, and is refused where one of them can’t be kept', async () => {
    const keychain = accountKeychain();
    await makeAt(path, { ...bare, keychain });
    await setPassphrase(path, { ...bare, keychain }, PASSPHRASE);
    await collectConnections();
    await expect(rekeyDatabase(path, byPassphrase(PASSPHRASE))).rejects.toThrow(/--rekey/);
    await expect(rekeyDatabase(path, { ...bare, keychain })).rejects.toThrow(/LINESHAPE_PASSPHRASE/);
    expect(await rekeyDatabase(path, { ...byPassphrase(PASSPHRASE), keychain })).toEqual(['safeStorage', 'passphrase']);
    const store = await openAt(path, { ...bare, keychain });
    expect(store.listStudies()).toHaveLength(1);
    store.close();
  });

  it('is refused while another program has the database open', async () => {
    const store = await openAt(path, bare);
    fill(store);
    const before = readKeyFile(path);
    await expect(rekeyDatabase(path, bare)).rejects.toThrow(/in use by another program/);
    expect(readKeyFile(path)).toEqual(before);
    expect(store.listStudies()).toHaveLength(1);
    store.close();
  });

  it.each(['before', 'after'])('that was interrupted %s the exchange opens all the same', async (when) => {
    await makeAt(path, bare);
    const { key } = await findKey(path, bare, true);
    const other = newDatabaseKey();
    const [real, never] = [
      keyEntry(key ?? '', now(), [fileWrap(key ?? '')]),
      keyEntry(other, now(), [fileWrap(other)]),
    ];
    await collectConnections();
    writeKeyFile(path, when === 'before' ? [real, never] : [never, real]);
    const store = await openAt(path, bare);
    expect(store.listStudies()).toHaveLength(1);
    store.close();
    expect(readKeyFile(path)?.keys.map(({ id }) => id)).toEqual([real.id]);
  });
});

describe('an encrypted file', () => {
  it('that is cut short is refused in a sentence', async () => {
    await makeAt(path, bare);
    truncateSync(path, statSync(path).size - 3 * 16384);
    await expect(openAt(path, bare)).rejects.toEqual(oneSentence('STUDY_DB_CORRUPT'));
  });

  it('whose every page was changed in one byte is refused, or its content is found changed', async () => {
    await makeAt(path, bare);
    const { key } = await findKey(path, bare, true);
    const whole = readFileSync(path);
    const pages = whole.length / 16384;
    const found: number[] = [];
    for (let page = 0; page < pages; page++) {
      const copy = Buffer.from(whole);
      // The end of a page, where SQLite puts its content; in the middle of a page there may be nothing.
      const at = page * 16384 + 16384 - 40;
      copy[at] = (copy[at] ?? 0) ^ 1;
      writeFileSync(path, copy);
      found.push(isFoundChanged(key) ? 1 : 0);
    }
    // Patients' rows have no hash of their own: see SECURITY.md. Everything with a hash or a structure is found.
    writeFileSync(path, whole);
    expect(found.filter(Boolean).length).toBeGreaterThan((2 / 3) * (pages - emptyPages(key)));
  });

  /** First pages of tables without a row and of their indexes: nothing in them can be changed. */
  function emptyPages(key: string | null): number {
    const connection = new Connection(path, 'studies.db', key);
    const parts = connection.all('SELECT tbl_name FROM sqlite_schema WHERE rootpage > 0');
    const isEmpty = (table: string): boolean => connection.get(`SELECT 1 FROM "${table}" LIMIT 1`) === null;
    const empty = parts.filter((row) => isEmpty(row.text('tbl_name'))).length;
    connection.close();
    return empty;
  }

  function isFoundChanged(key: string | null): boolean {
    try {
      return !verifyStudyDb(path, { now, key }).ok;
    } catch {
      return true;
    }
  }

  // File permissions, as an ordinary user meets them.
  it('in a folder that may not be written is read, and not written', async () => {
    await makeAt(path, bare);
    const { key } = await findKey(path, bare, true);
    chmodSync(folder, 0o555);
    chmodSync(path, 0o444);
    asOrdinaryUser(() => {
      expect(() => openStudyDb(path, { now, key })).toThrow(oneSentence('STUDY_DB_READ_ONLY') as Error);
      const reader = openStudyDb(path, { now, key, readOnly: true });
      expect(reader.listStudies()).toHaveLength(1);
      reader.close();
    });
    chmodSync(folder, 0o755);
  });
});
