// Local users in the study database: passwords, roles, tries to log in with their delays, and what the audit trail tells.
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'libsql';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loginDelayS, passwordFault } from '../../src/core/domain/access.ts';
import { auditMessageXml } from '../../src/core/domain/auditMessage.ts';
import type { StudyStore } from '../../src/core/ports/studyStore.ts';
import { createLogins } from '../../src/node/access/logins.ts';
import type { Logins } from '../../src/node/access/logins.ts';
import { hashPassword, isPassword } from '../../src/node/access/passwords.ts';
import { openStudyDb } from '../../src/node/study-db/openStudyDb.ts';
import { newDataset, newStudy } from '../fixtures/studies.ts';
import { makeTempFolder } from '../fixtures/tempFolder.ts';

const PASSWORD = 'a mild and sunny day';
const root = makeTempFolder();
let serial = 0;
let path = '';
let clockMs = 0;
let store: StudyStore;
let logins: Logins;
/** Who is at work. */
let userName: string | null = null;

beforeEach(() => {
  const folder = join(root, `case${serial++}`);
  mkdirSync(folder);
  path = join(folder, 'studies.db');
  clockMs = Date.UTC(2026, 0, 1);
  userName = null;
  store = openStudyDb(path, { now: () => new Date(clockMs).toISOString(), userName: () => userName });
  logins = createLogins(store);
});
afterEach(() => store.close());
afterAll(() => rmSync(root, { recursive: true }));

async function addUser(name: string, role: 'reader' | 'physicist' | 'administrator' = 'reader') {
  return store.addUser({ name, fullName: `Full ${name}`, role }, await hashPassword(PASSWORD, name), false);
}

const refusal = (name: string, password: string): Promise<string> =>
  logins.check(name, password, 'login').then(
    () => 'let in',
    (error: Error & { code: string }) => `${error.code}: ${error.message}`,
  );

describe('passwords', () => {
  it('are kept as argon2id hashes with a salt each, never as they are', async () => {
    const [one, other] = [await hashPassword(PASSWORD, ''), await hashPassword(PASSWORD, '')];
    expect(one).toMatch(/^\$argon2id\$v=19\$m=65536,t=3,p=4\$/);
    expect(one).not.toBe(other);
    expect(await isPassword(PASSWORD, one)).toBe(true);
    expect(await isPassword(`${PASSWORD} `, one)).toBe(false);
    expect(await isPassword(PASSWORD, 'no hash')).toBe(false);
    await addUser('anna');
    store.close();
    expect(readFileSync(path).includes(PASSWORD)).toBe(false);
    store = openStudyDb(path, { now: () => new Date(clockMs).toISOString() });
  });

  it('are the same however their accents are composed', async () => {
    const hash = await hashPassword('Prˇíliš žlutý kůň'.normalize('NFC'), '');
    expect(await isPassword('Prˇíliš žlutý kůň'.normalize('NFD'), hash)).toBe(true);
  });

  it.each([
    ['short', 'eleven char', 'at least 12'],
    ['long', 'x1y2z'.repeat(60), 'at most 256'],
    ['with the name in it', 'please let Anna in', 'user’s name'],
    ['of few characters', 'abababababab', 'different characters'],
  ])('that are %s are refused in a sentence', async (_what, password, words) => {
    expect(passwordFault(password, 'anna')).toContain(words);
    await expect(hashPassword(password, 'anna')).rejects.toMatchObject({ code: 'USAGE' });
  });
});

describe('logging in', () => {
  it('lets in with the right password, whatever the case of the name, and says so in the audit trail', async () => {
    const anna = await addUser('Anna');
    clockMs += 5000;
    expect((await logins.check('anna', PASSWORD, 'login')).id).toBe(anna.id);
    expect(store.listUsers()[0]).toMatchObject({ lastLoginAt: '2026-01-01T00:00:05.000Z', role: 'reader' });
    const last = store.listAudit().at(-1)!;
    expect(last).toMatchObject({ kind: 'login', action: 'login', user: 'Anna', details: { userId: anna.id } });
    expect(auditMessageXml(last, 'here', (text) => text)).toContain('csd-code="110122"');
  });

  it('tells a wrong name and a wrong password by one sentence, and enters both as refused', async () => {
    const anna = await addUser('anna');
    const wrong = await refusal('anna', 'not the password');
    expect(wrong).toBe('LOGIN_REFUSED: Name or password is wrong.');
    expect(await refusal('nobody', 'not the password')).toBe(wrong);
    const refused = store.listAudit().filter(({ action }) => action === 'refused');
    expect(refused.map(({ details }) => details['userId'])).toEqual([anna.id, null]);
    expect(JSON.stringify(refused)).not.toContain('nobody');
    expect(auditMessageXml(refused[0]!, 'here', (text) => text)).toContain('EventOutcomeIndicator="4"');
  });

  it('makes wait longer and longer after wrong passwords, also the right one, and after a restart', async () => {
    await addUser('anna');
    for (let n = 0; n < 3; n++) expect(await refusal('anna', `wrong number ${n}`)).toContain('password is wrong');
    expect(await refusal('anna', PASSWORD)).toContain('has to wait 2 seconds');
    store.close();
    store = openStudyDb(path, { now: () => new Date(clockMs).toISOString() });
    logins = createLogins(store);
    expect(await refusal('anna', PASSWORD)).toContain('has to wait 2 seconds');
    clockMs += 2000;
    expect(await refusal('anna', 'wrong again')).toContain('password is wrong');
    clockMs += 3000;
    expect(await refusal('anna', PASSWORD)).toContain('has to wait 1 second.');
    clockMs += 1000;
    expect(await refusal('anna', PASSWORD)).toBe('let in');
    expect(await refusal('anna', 'wrong once')).toContain('password is wrong');
    expect([0, 1, 2, 3, 4, 5, 30].map(loginDelayS)).toEqual([0, 0, 0, 2, 4, 8, 900]);
  });

  it('makes unknown names wait as known ones', async () => {
    for (let n = 0; n < 3; n++) expect(await refusal('nobody', 'whatever it is')).toContain('password is wrong');
    expect(await refusal('NOBODY', 'whatever it is')).toContain('has to wait');
  });

  it('counts tries made at once, so that they gain nothing', async () => {
    await addUser('anna');
    const tries = await Promise.all(Array.from({ length: 8 }, (_, n) => refusal('anna', `guess number ${n}`)));
    expect(tries.filter((said) => said.includes('has to wait'))).toHaveLength(5);
  });

  it('does not make wait for years where the clock was set back', async () => {
    await addUser('anna');
    for (let n = 0; n < 3; n++) await refusal('anna', `wrong number ${n}`);
    clockMs -= 3 * 365 * 86_400_000;
    expect(await refusal('anna', PASSWORD)).toContain('has to wait 2 seconds');
    clockMs += 2000;
    expect(await refusal('anna', PASSWORD)).toBe('let in');
  });

  it('is refused to whoever is kept out, as if nobody had the name', async () => {
    const anna = await addUser('anna');
    store.changeUser(anna.id, { fullName: 'Anna', role: 'reader', isDisabled: true });
    expect(await refusal('anna', PASSWORD)).toBe('LOGIN_REFUSED: Name or password is wrong.');
  });

  it('asks a locked window and a signature for the password, too', async () => {
    await addUser('anna');
    await expect(logins.check('anna', 'wrong', 'sign')).rejects.toThrow('The password is wrong.');
    await logins.check('anna', PASSWORD, 'sign');
    await logins.check('anna', PASSWORD, 'unlock');
    const actions = store.listAudit().filter(({ kind }) => kind === 'login');
    expect(actions.map(({ action, details }) => [action, details['purpose'] ?? null])).toEqual([
      ['refused', 'sign'],
      ['unlock', null],
    ]);
  });
});

describe('users', () => {
  it('have names of their own, of letters and digits', async () => {
    await addUser('anna');
    await expect(addUser('ANNA')).rejects.toThrow('There is a user of this name already');
    for (const name of ['', 'two words', '<b>', 'x'.repeat(65), '-dash']) {
      await expect(addUser(name)).rejects.toMatchObject({ code: 'USAGE' });
    }
    expect(store.listUsers().map(({ name }) => name)).toEqual(['anna']);
  });

  it('are never deleted or renamed, not even past the program', async () => {
    const { id } = await addUser('anna');
    const other = new Database(path);
    expect(() => other.exec(`DELETE FROM users WHERE id = '${id}'`)).toThrow(/never deleted/);
    expect(() => other.exec(`UPDATE users SET name = 'ben' WHERE id = '${id}'`)).toThrow(/keeps id and name/);
    expect(() => other.exec("UPDATE users SET password_hash = 'plain'")).toThrow(/CHECK/);
    other.close();
  });

  it('get a new password from an administrator, which ends their delay', async () => {
    const { id } = await addUser('anna');
    for (let n = 0; n < 4; n++) await refusal('anna', `wrong number ${n}`);
    const changed = store.setPassword(id, await hashPassword('quite another day', 'anna'), true);
    expect(changed.mustChangePassword).toBe(true);
    expect(await refusal('anna', 'quite another day')).toBe('let in');
    clockMs += 60_000;
    expect(await refusal('anna', PASSWORD)).toContain('password is wrong');
  });

  it('are named by the audit trail in what they do', async () => {
    await addUser('anna');
    userName = 'anna';
    store.importStudy(newStudy(), [newDataset(1)]);
    userName = null;
    const trail = store.listAudit();
    expect(trail.filter(({ kind }) => kind === 'import').map(({ user }) => user)).toEqual(['anna']);
    expect(trail[0]).toMatchObject({ kind: 'settings', action: 'userAdded', details: { role: 'reader' } });
    expect(trail[0]!.user).not.toBe('anna');
    expect(store.verifyAudit().firstBroken).toBeNull();
  });
});

describe('the rules of access', () => {
  it('are one user without login at first', () => {
    expect(store.accessRules()).toEqual({ loginRequired: false, idleLockS: 600 });
  });

  it('can require a login only where an administrator can log in', async () => {
    const rules = { loginRequired: true, idleLockS: 60 };
    expect(() => store.setAccessRules(rules)).toThrow('There must be an administrator');
    const admin = await addUser('admin', 'administrator');
    store.setAccessRules(rules);
    expect(store.accessRules()).toEqual(rules);
    const isLast = 'There must be an administrator who can log in; nothing was changed.';
    expect(() => store.changeUser(admin.id, { fullName: 'Admin', role: 'reader', isDisabled: false })).toThrow(isLast);
    expect(() => store.changeUser(admin.id, { fullName: 'Admin', role: 'administrator', isDisabled: true })).toThrow(
      isLast,
    );
    expect(store.listUsers()[0]).toMatchObject({ role: 'administrator', isDisabled: false });
    store.setAccessRules({ loginRequired: false, idleLockS: null });
    expect(store.accessRules()).toEqual({ loginRequired: false, idleLockS: null });
    const changes = store.listAudit().filter(({ kind }) => kind === 'settings');
    expect(changes.map(({ action }) => action)).toEqual([
      'userAdded',
      'loginRequired',
      'idleLock',
      'loginRequired',
      'idleLock',
    ]);
  });
});
