// lineshape study users, and the study commands where a login is required, as a user types them.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { commandAccess } from '../../src/cli/databaseAccess.ts';
import { hashPassword } from '../../src/node/access/passwords.ts';
import { findKey } from '../../src/node/study-db/openProtected.ts';
import { openStudyDb } from '../../src/node/study-db/openStudyDb.ts';
import { bundleCli } from '../fixtures/bundleCli.ts';
import type { CliBundle, CliRun } from '../fixtures/bundleCli.ts';
import { makeTempFolder } from '../fixtures/tempFolder.ts';

const SCAN = join(import.meta.dirname, '../../resources/demo/mrsi_press_te30.nii.gz');
const VARIABLES = ['LINESHAPE_USER', 'LINESHAPE_PASSWORD', 'LINESHAPE_NEW_PASSWORD'] as const;
const ADMIN = { LINESHAPE_USER: 'admin', LINESHAPE_PASSWORD: 'the first of all words' };
const READER = { LINESHAPE_USER: 'anna', LINESHAPE_PASSWORD: 'a mild and sunny day' };
const folder = makeTempFolder();
const db = join(folder, 'studies.db');
let cli: CliBundle;

const clear = (): void => VARIABLES.forEach((name) => delete process.env[name]);

beforeAll(async () => {
  cli = await bundleCli();
});
afterEach(clear);
afterAll(() => {
  cli.remove();
  rmSync(folder, { recursive: true });
});

/** Runs a command with the variables of a user. */
async function as(variables: Partial<Record<(typeof VARIABLES)[number], string>>, ...args: string[]): Promise<CliRun> {
  clear();
  Object.assign(process.env, variables);
  return cli.run(['study', ...args, '--db', db]);
}

const users = (...args: string[]): string[] => ['users', ...args];
const codeOf = ({ stdout }: CliRun): string => (JSON.parse(stdout) as { error: { code: string } }).error.code;

describe('lineshape study users', () => {
  it('makes users, and a login required of everybody', async () => {
    expect((await cli.run(['study', 'import', SCAN, '--db', db])).code).toBe(0);
    expect((await as({}, ...users('login', 'on'))).stderr).toContain('There must be an administrator');
    expect((await as({}, ...users('add', 'admin', '--full-name', 'The Admin', '--role', 'administrator'))).code).toBe(
      2,
    );
    const short = { LINESHAPE_NEW_PASSWORD: 'short' };
    const refused = await as(short, ...users('add', 'admin', '--full-name', 'The Admin', '--role', 'administrator'));
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('at least 12 characters')]);
    const first = { LINESHAPE_NEW_PASSWORD: ADMIN.LINESHAPE_PASSWORD };
    const added = await as(first, ...users('add', 'admin', '--full-name', 'The Admin', '--role', 'administrator'));
    expect([added.code, added.stdout]).toEqual([
      0,
      expect.stringMatching(/admin +The Admin +administrator +may log in/),
    ]);
    const anna = { LINESHAPE_NEW_PASSWORD: 'chosen by the admin' };
    expect((await as(anna, ...users('add', 'anna', '--full-name', 'Dr. Anna', '--role', 'reader'))).code).toBe(0);
    const on = await as({}, ...users('login', 'on'));
    expect([on.code, on.stdout]).toEqual([0, expect.stringContaining('A login is required.')]);
  });

  it('refuses every command without a login, or with a wrong password, in a sentence', async () => {
    const without = await as({}, 'list', '--json');
    expect([without.code, codeOf(without)]).toEqual([3, 'LOGGED_OUT']);
    expect(without.stderr).toContain('set LINESHAPE_USER and LINESHAPE_PASSWORD');
    const wrong = await as({ ...ADMIN, LINESHAPE_PASSWORD: 'not this one' }, 'list', '--json');
    expect([wrong.code, codeOf(wrong), wrong.stdout.includes('not this one')]).toEqual([3, 'LOGIN_REFUSED', false]);
    const list = await as(ADMIN, 'list');
    expect([list.code, list.stdout]).toEqual([0, expect.stringContaining('Title')]);
  });

  it('asks for a password of one’s own before anything else', async () => {
    const chosen = { LINESHAPE_USER: 'anna', LINESHAPE_PASSWORD: 'chosen by the admin' };
    expect(codeOf(await as(chosen, 'list', '--json'))).toBe('LOGGED_OUT');
  });

  it('keeps a reader from what is an administrator’s or a physicist’s', async () => {
    const { key } = await findKey(db, commandAccess(), false);
    const store = openStudyDb(db, { now: () => new Date().toISOString(), key });
    const anna = store.listUsers().find(({ name }) => name === 'anna')!;
    store.setPassword(anna.id, await hashPassword(READER.LINESHAPE_PASSWORD, 'anna'), false);
    const study = store.listStudies()[0]!;
    store.close();
    expect((await as(READER, 'list')).code).toBe(0);
    expect(codeOf(await as(READER, 'users', 'list', '--json'))).toBe('FORBIDDEN');
    expect(codeOf(await as(READER, 'audit', '--json'))).toBe('FORBIDDEN');
    expect(codeOf(await as(READER, 'delete', study.id, '--yes', '--json'))).toBe('FORBIDDEN');
    expect((await as(READER, 'show', study.id)).code).toBe(0);
  });

  it('names the user in the audit trail, whose chain is whole', async () => {
    const { stdout } = await as(ADMIN, 'audit');
    const entries = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { kind: string; action: string; user: string });
    expect(entries.findLast(({ kind }) => kind === 'view')?.user).toBe('anna');
    expect(entries.at(-1)).toMatchObject({ kind: 'login', action: 'login', user: 'admin' });
    expect((await as({}, 'verify')).stdout).toContain('chain whole');
  });

  it('keeps the last administrator, and lets one in again by the key of the database', async () => {
    const out = await as(ADMIN, ...users('change', 'admin', '--state', 'out'));
    expect([out.code, out.stderr]).toEqual([4, expect.stringContaining('There must be an administrator')]);
    const next = { LINESHAPE_NEW_PASSWORD: 'another set of words' };
    expect((await as(next, ...users('recover', 'admin'))).code).toBe(2);
    expect((await as(next, ...users('recover', 'admin', '--yes'))).code).toBe(0);
    expect((await as(ADMIN, 'list')).code).toBe(3);
  });
});
