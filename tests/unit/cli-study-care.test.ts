// lineshape study backup, restore, verify, passphrase, rekey and audit, as a user types them.
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { bundleCli } from '../fixtures/bundleCli.ts';
import type { CliBundle, CliRun } from '../fixtures/bundleCli.ts';
import { makeTempFolder } from '../fixtures/tempFolder.ts';

const SCAN = join(import.meta.dirname, '../../resources/demo/mrsi_press_te30.nii.gz');
const PASSPHRASE = 'correct horse battery';
const folder = makeTempFolder();
let cli: CliBundle;
let serial = 0;

beforeAll(async () => {
  cli = await bundleCli();
});
afterEach(() => {
  delete process.env['LINESHAPE_PASSPHRASE'];
  delete process.env['LINESHAPE_NEW_PASSPHRASE'];
});
afterAll(() => {
  cli.remove();
  rmSync(folder, { recursive: true });
});

/** A database with one study. */
async function makeDatabase(): Promise<string> {
  const db = join(folder, `studies${serial++}.db`);
  expect((await cli.run(['study', 'import', SCAN, '--db', db])).code).toBe(0);
  return db;
}

const study = (db: string, ...args: string[]): Promise<CliRun> => {
  const [command = '', ...rest] = args;
  return cli.run(['study', command, '--db', db, ...rest]);
};

async function json<T>(run: Promise<CliRun>, code = 0): Promise<T> {
  const { stdout, stderr, code: found } = await run;
  expect([found, stderr]).toEqual([code, expect.any(String)]);
  return JSON.parse(stdout) as T;
}

interface Verdict {
  readonly ok: boolean;
  readonly isEncrypted: boolean;
  readonly keyKeptBy: readonly string[];
  readonly audit: { readonly entries: number; readonly head: string };
}

describe('lineshape study', () => {
  it('encrypts a new database and says where its key is', async () => {
    const db = join(folder, 'new.db');
    const { code, stderr } = await cli.run(['study', 'import', SCAN, '--db', db]);
    expect([code, readFileSync(db).toString('latin1', 0, 15)]).not.toContain('SQLite format 3');
    expect(stderr).toContain('its key lies open beside it in new.db.key.json');
    const verdict = await json<Verdict>(study(db, 'verify', '--json'));
    expect(verdict).toMatchObject({ ok: true, isEncrypted: true, keyKeptBy: ['file'] });
  });

  it('protects a database with a passphrase, and opens it with no other', async () => {
    const db = await makeDatabase();
    expect((await study(db, 'passphrase')).code).toBe(2);
    process.env['LINESHAPE_NEW_PASSPHRASE'] = PASSPHRASE;
    expect(await json(study(db, 'passphrase', '--json'))).toEqual({ keyKeptBy: ['passphrase'] });
    delete process.env['LINESHAPE_NEW_PASSPHRASE'];
    const without = await json<{ error: unknown }>(study(db, 'list', '--json'), 3);
    expect(without.error).toMatchObject({ code: 'STUDY_DB_KEY', message: expect.stringContaining('LINESHAPE_PASSPHRASE') }); // prettier-ignore
    process.env['LINESHAPE_PASSPHRASE'] = 'another passphrase';
    expect((await study(db, 'list')).stderr).toContain('The passphrase of the study database is wrong.');
    process.env['LINESHAPE_PASSPHRASE'] = PASSPHRASE;
    expect((await study(db, 'list')).code).toBe(0);
    expect((await study(db, 'rekey')).code).toBe(0);
    expect(await json(study(db, 'verify', '--json'))).toMatchObject({ ok: true, keyKeptBy: ['passphrase'] });
  });

  it('backs up, restores, and enters it in the audit trail', async () => {
    const db = await makeDatabase();
    const { backup } = await json<{ backup: string }>(study(db, 'backup', '--json'));
    expect(await json(study(db, 'backups', '--json'))).toMatchObject({ backups: [{ path: backup, isDaily: false }] });
    const list = await json<{ studies: { id: string }[] }>(study(db, 'list', '--json'));
    expect((await study(db, 'delete', list.studies[0]?.id ?? '', '--yes')).code).toBe(0);
    expect((await study(db, 'restore')).code).toBe(2);
    const restored = await json<{ kept: string }>(study(db, 'restore', '--yes', '--json'));
    expect(existsSync(restored.kept)).toBe(true);
    expect((await json<{ studies: unknown[] }>(study(db, 'list', '--json'))).studies).toHaveLength(1);
    const { entries } = await json<{ entries: { kind: string; action: string }[] }>(study(db, 'audit', '--json'));
    expect(entries.at(-1)).toMatchObject({ kind: 'settings', action: 'restore' });
    const named = join(folder, 'named.db');
    expect((await study(db, 'backup', '-o', named)).code).toBe(0);
    expect((await study(db, 'backup', '-o', named)).code).toBe(2);
  });

  it('verifies, and tells that the end of the trail was taken away', async () => {
    const db = await makeDatabase();
    const backup = join(folder, 'early.db');
    expect((await study(db, 'backup', '-o', backup)).code).toBe(0);
    const id = (await json<{ studies: { id: string }[] }>(study(db, 'list', '--json'))).studies[0]?.id ?? '';
    expect((await study(db, 'show', id)).code).toBe(0);
    const { audit } = await json<Verdict>(study(db, 'verify', '--json'));
    expect(audit.entries).toBe(2);
    expect((await study(db, 'verify', '--head', audit.head)).code).toBe(0);
    const cut = await study(backup, 'verify', '--head', audit.head);
    expect([cut.code, cut.stdout]).toEqual([3, expect.stringContaining('were taken away')]);
  });

  it('writes the audit trail as JSON lines and as audit messages, and notes that', async () => {
    const db = await makeDatabase();
    const [lines, messages] = [join(folder, 'trail.jsonl'), join(folder, 'trail.xml')];
    expect((await study(db, 'audit', '-o', lines)).code).toBe(0);
    expect((await study(db, 'audit', '--format', 'atna', '-o', messages)).code).toBe(0);
    expect(readFileSync(lines, 'utf8').trim().split('\n').map((line) => (JSON.parse(line) as { kind: string }).kind)).toEqual(['import']); // prettier-ignore
    const [first, second, ...others] = readFileSync(messages, 'utf8').trim().split('\n');
    expect([first, second]).toEqual([expect.stringContaining('110107'), expect.stringContaining('110101')]);
    expect(others).toEqual([]);
    expect((await study(db, 'audit', '-o', lines)).code).toBe(2);
    expect((await study(db, 'audit', '--format', 'csv')).code).toBe(2);
  });

  it('says in one sentence what is damaged, and exits with 3', async () => {
    const db = await makeDatabase();
    const bytes = readFileSync(db);
    for (let i = 16384; i < bytes.length; i += 512) bytes[i] = (bytes[i] ?? 0) ^ 0xff;
    writeFileSync(db, bytes);
    for (const args of [['list'], ['delete', 'x', '--yes'], ['verify']]) {
      const { code, stdout, stderr } = await study(db, ...args);
      expect(code).toBe(3);
      expect(`${stdout}${stderr}`).toMatch(/damaged/);
      expect(`${stdout}${stderr}`).not.toMatch(/at .*\.ts|panicked/);
    }
  });

  it.each(['backup', 'verify', 'rekey', 'passphrase', 'audit'])(
    '%s wants a database that is there',
    async (command) => {
      const db = join(folder, 'none.db');
      const { code, stderr } = await study(db, command);
      expect([code, stderr]).toEqual([3, expect.stringContaining('does not exist')]);
      expect(existsSync(db)).toBe(false);
      expect(existsSync(`${db}.key.json`)).toBe(false);
    },
  );
});
