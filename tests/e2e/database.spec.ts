// The study database as the app keeps it: encrypted from the first start, an older unencrypted one made so, a wrong key
// refused, passphrase and change of key by the app's own options.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { keyFilePath, readKeyFile, writeKeyFile } from '../../src/node/study-db/keys/keyFile.ts';
import { fileWrap, keyEntry } from '../../src/node/study-db/keys/keyWraps.ts';
import { fileKind } from '../../src/node/study-db/keys/unlock.ts';
import { openStudyDb } from '../../src/node/study-db/openStudyDb.ts';
import { appCommand, expect, REPO_ROOT, test } from './launch.ts';
import { collectConnections } from '../fixtures/collectConnections.ts';
import { newDataset, newStudy } from '../fixtures/studies.ts';

const PASSPHRASE = 'correct horse battery';
const now = (): string => '2026-01-01T00:00:00.000Z';

/** Starts the app for one piece of work without a window. @returns its exit code and what it said */
function maintain(userData: string, option: string, passphrase: string): { code: number; said: string } {
  const { executable, args } = appCommand([option]);
  const env = {
    ...process.env,
    LINESHAPE_USER_DATA: userData,
    LINESHAPE_NO_DIALOGS: '1',
    LINESHAPE_PASSPHRASE: passphrase,
  };
  try {
    const said = execFileSync(executable, args, { env, encoding: 'utf8', stdio: 'pipe' });
    return { code: 0, said };
  } catch (error) {
    const { status, stderr } = error as { status: number; stderr: string };
    return { code: status, said: stderr };
  }
}

test('is encrypted from the first start, and tells how its key is kept', async ({ launchApp }) => {
  const first = await launchApp();
  const info = await first.window.evaluate(async () => window.lineshape.call['app:info']({}));
  const database = path.join(first.userData, 'lineshape.db');
  await first.close();
  expect(fileKind(database)).toBe('encrypted');
  const methods = readKeyFile(database)?.keys[0]?.wraps.map(({ method }) => method) ?? [];
  expect(info).toMatchObject({ ok: true, value: { databaseProtection: { methods } } });
  // This machine has no keychain: the key lies open, and the app says so.
  expect(methods).toEqual(['file']);
});

test('encrypts what an earlier version left, and shows it', async ({ launchApp, userDataFolder }) => {
  const database = path.join(userDataFolder, 'lineshape.db');
  const plain = openStudyDb(database, { now });
  plain.importStudy(newStudy({ title: 'From before' }), [newDataset(1)]);
  plain.close();
  await collectConnections();
  const app = await launchApp();
  await expect(app.window.getByText('Test Person').first()).toBeVisible();
  await app.close();
  expect(fileKind(database)).toBe('encrypted');
  const files = readdirSync(userDataFolder).filter((name) => name.startsWith('lineshape.db'));
  for (const name of files) {
    if (name.endsWith('.backups')) continue;
    expect(readFileSync(path.join(userDataFolder, name), 'latin1')).not.toContain('Test Person');
  }
});

test('takes a passphrase, opens with it and refuses another; a new key keeps it', async ({ launchApp }) => {
  const first = await launchApp();
  const { userData } = first;
  const database = path.join(userData, 'lineshape.db');
  await first.close();
  const added = maintain(userData, '--add-passphrase', PASSPHRASE);
  expect(added.code).toBe(0);
  expect(added.said).toContain('kept by: passphrase');
  expect(maintain(userData, '--rekey', 'another passphrase').code).toBe(1);
  const before = readKeyFile(database)?.keys[0]?.id;
  expect(maintain(userData, '--rekey', PASSPHRASE)).toMatchObject({ code: 0 });
  expect(readKeyFile(database)?.keys[0]?.id).not.toBe(before);
  const cli = [path.join(REPO_ROOT, 'bin', 'lineshape.mjs'), 'study', 'verify', '--db', database, '--json'];
  const verdict = JSON.parse(
    execFileSync('node', cli, { env: { ...process.env, LINESHAPE_PASSPHRASE: PASSPHRASE }, encoding: 'utf8' }),
  ) as unknown;
  expect(verdict).toMatchObject({ ok: true, isEncrypted: true, keyKeptBy: ['passphrase'] });
  const again = await launchApp({ userData, env: { LINESHAPE_PASSPHRASE: PASSPHRASE } });
  await expect(again.window.getByRole('button').first()).toBeVisible();
  await again.close();
});

test('says in one sentence that the key is another’s, and touches nothing', async ({ launchApp }) => {
  const first = await launchApp();
  const { userData } = first;
  const database = path.join(userData, 'lineshape.db');
  await first.close();
  const before = readFileSync(database);
  const other = '0'.repeat(64);
  writeKeyFile(database, [keyEntry(other, now(), [fileWrap(other)])]);
  const wrong = startedBadly(userData);
  expect(wrong.said).toMatch(
    /can't be opened with this key: it is another database's key, or the database is damaged\./,
  );
  rmSync(keyFilePath(database));
  expect(startedBadly(userData).said).toMatch(
    /is encrypted, and its key file lineshape\.db\.key\.json is not beside it\./,
  );
  expect(readFileSync(database).equals(before)).toBe(true);
});

/** The app gives up before a window stays. */
function startedBadly(userData: string): { code: number; said: string } {
  const result = maintain(userData, '--disable-gpu', '');
  expect(result.code).toBe(1);
  return result;
}
