// Users in the real app: a login is required, users are added, wrong passwords wait, roles hold, the window locks by hand and
// by itself, a signature asks for the password, and the audit trail names who did what.
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import type { Page } from '@playwright/test';
import type { LineshapeApi } from '../../src/ipc/contract.ts';
import { inBothThemes } from './axe.ts';
import { fitByKey, openDemo } from './demo.ts';
import { expect, REPO_ROOT, test } from './launch.ts';

const ADMIN = { name: 'grace', fullName: 'Dr. Grace Admin', password: 'the first of all words' };
const READER = {
  name: 'anna',
  fullName: 'Dr. Anna Reader',
  first: 'chosen by an admin',
  password: 'a mild and sunny day',
};

type PageWindow = Window & { lineshape: LineshapeApi };

/** Asks the main process past every button. @returns the error's code, or "ok" */
const askPast = (page: Page, channel: 'study:list' | 'worklist:delete' | 'access:users'): Promise<string> =>
  page.evaluate(async (name) => {
    const { call } = (window as unknown as PageWindow).lineshape;
    const answer = await (name === 'worklist:delete' ? call[name]({ studyIds: ['none'] }) : call[name]({}));
    return answer.ok ? 'ok' : answer.error.code;
  }, channel);

async function newPassword(page: Page, password: string): Promise<void> {
  await page.getByTestId('new-password').fill(password);
  await page.getByTestId('repeat-password').fill(password);
}

async function logIn(page: Page, name: string, password: string): Promise<void> {
  await page.getByTestId('login-name').fill(name);
  await page.getByTestId('login-password').fill(password);
  await page.getByTestId('login-now').click();
}

async function requireLogin(page: Page): Promise<void> {
  await page.getByTestId('rail-settings').click();
  await page.getByTestId('login-mode').click();
  await page.getByTestId('admin-name').fill(ADMIN.name);
  await page.getByTestId('admin-full-name').fill(ADMIN.fullName);
  await newPassword(page, ADMIN.password);
  await page.getByTestId('confirm-login-mode').click();
  await expect(page.getByTestId('user-menu')).toContainText(ADMIN.name);
}

async function addReader(page: Page): Promise<void> {
  await page.getByTestId('add-user').click();
  await page.getByTestId('user-name').fill(READER.name);
  await page.getByTestId('user-full-name').fill(READER.fullName);
  await newPassword(page, READER.first);
  await page.getByTestId('save-user').click();
  await expect(page.getByTestId('user-row')).toHaveCount(2);
}

async function leave(page: Page, how: 'logout' | 'lock-now'): Promise<void> {
  await page.getByTestId('user-menu').click();
  await page.getByTestId(how).click();
  await expect(page.getByTestId('lock-screen')).toBeVisible();
}

test('users log in, do what their role allows, are locked out of sight, and sign with their password', async ({
  launchApp,
  userDataFolder,
}) => {
  test.setTimeout(300_000);
  const first = await launchApp();
  const { window: page } = first;
  await openDemo(page);
  await fitByKey(page);
  const patient = (await page.getByTestId('patient-name').textContent())!.trim();

  await requireLogin(page);
  await addReader(page);
  await page.getByTestId('idle-lock').selectOption('900');
  await first.screenshot('users-1-settings-dark');
  await inBothThemes(page, 'users in the settings');

  // Another user gets a new page; before that, nothing is answered.
  await leave(page, 'logout');
  expect(await askPast(page, 'study:list')).toBe('LOGGED_OUT');
  await first.screenshot('users-2-login-dark');
  await inBothThemes(page, 'the login');
  for (let n = 0; n < 3; n++) {
    await logIn(page, READER.name, `wrong number ${n}`);
    await expect(page.getByTestId('access-problem')).toContainText('Name or password is wrong.');
  }
  await logIn(page, READER.name, READER.first);
  await expect(page.getByTestId('access-problem')).toContainText('has to wait');
  await first.screenshot('users-3-wait-dark');
  await expect(async () => {
    await logIn(page, READER.name, READER.first);
    await expect(page.getByTestId('new-password')).toBeVisible({ timeout: 1500 });
  }).toPass({ timeout: 30_000 });

  // The first password is an administrator's.
  expect(await askPast(page, 'study:list')).toBe('LOGGED_OUT');
  await page.getByTestId('login-password').fill(READER.first);
  await newPassword(page, READER.password);
  await page.getByTestId('login-now').click();
  await expect(page.getByTestId('lock-screen')).toHaveCount(0);
  await expect(page.getByTestId('study-row')).toHaveCount(1);

  // What a reader may not do is grey, and refused past the buttons.
  await page.getByTestId('rail-basis').click();
  await expect(page.getByTestId('add-basis')).toBeDisabled();
  expect(await askPast(page, 'worklist:delete')).toBe('FORBIDDEN');
  expect(await askPast(page, 'access:users')).toBe('FORBIDDEN');
  await page.getByTestId('rail-settings').click();
  await expect(page.getByTestId('access-settings')).toHaveCount(0);
  await page.getByTestId('rail-worklist').click();
  await page.getByTestId('study-row').dblclick();
  await expect(page.getByTestId('patient-name')).toHaveText(patient);

  // Signing asks for the password; the name is the user's.
  await page.getByTestId('preset-report').click();
  await page.getByTestId('conclusion').fill('Normal.');
  await page.getByTestId('report-sign').click();
  await expect(page.getByTestId('signer-name')).toHaveValue(READER.fullName);
  await expect(page.getByTestId('signer-name')).not.toBeEditable();
  await page.getByTestId('signer-password').fill('not my password');
  await page.getByTestId('sign-now').click();
  await expect(page.getByText('The password is wrong.')).toBeVisible();
  await first.screenshot('users-4-sign-dark');

  // Under a lock nothing of the patient is seen, and an open dialog is beneath it.
  await page.keyboard.press('Escape');
  await page.getByTestId('report-sign').click();
  await expect(page.getByTestId('sign-dialog')).toBeVisible();
  await page.evaluate(() => (window as unknown as PageWindow).lineshape.call['access:lock']({}));
  await expect(page.getByTestId('lock-user')).toContainText(READER.fullName);
  await expect(page.getByTestId('sign-dialog')).toBeHidden();
  await expect(page.getByTestId('patient-name')).toBeHidden();
  expect(await page.evaluate(() => document.body.innerText)).not.toContain(patient);
  expect(await askPast(page, 'study:list')).toBe('LOGGED_OUT');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+k');
  await expect(page.getByTestId('lock-screen')).toBeVisible();
  await first.screenshot('users-5-locked-dark');
  await page.getByTestId('login-password').fill(READER.password);
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('lock-screen')).toHaveCount(0);
  await expect(page.getByTestId('sign-dialog')).toBeVisible();
  await page.getByTestId('signer-password').fill(READER.password);
  await page.getByTestId('sign-now').click();
  await expect(page.getByTestId('sign-dialog')).toBeHidden({ timeout: 30_000 });
  await expect(page.frameLocator('[data-testid=report-preview]').locator('body')).toContainText(READER.fullName);
  await first.close();

  // A restart asks again; the command line, too, and the trail names who did what.
  const second = await launchApp();
  await expect(second.window.getByTestId('login-name')).toBeVisible();
  await logIn(second.window, ADMIN.name, ADMIN.password);
  await expect(second.window.getByTestId('study-row')).toHaveCount(1);
  await second.close();
  const cli = (env: Record<string, string>): string =>
    execFileSync(
      process.execPath,
      [path.join(REPO_ROOT, 'bin/lineshape.mjs'), 'study', 'audit', '--db', path.join(userDataFolder, 'lineshape.db')],
      { encoding: 'utf8', env: { ...process.env, ...env }, stdio: 'pipe' },
    );
  expect(() => cli({})).toThrow(/requires a login/);
  const entries = cli({ LINESHAPE_USER: ADMIN.name, LINESHAPE_PASSWORD: ADMIN.password })
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { kind: string; action: string; user: string });
  const done = entries.map(({ kind, action, user }) => `${kind} ${action} ${user}`);
  for (const entry of [
    'login login anna',
    'login lock anna',
    'login unlock anna',
    'sign report anna',
    'login logout grace',
  ]) {
    expect(done).toContain(entry);
  }
  expect(done.filter((entry) => entry.startsWith('login refused')).length).toBeGreaterThanOrEqual(4);
});

test('a window that nobody touches locks by itself, and jobs go on', async ({ launchApp }) => {
  test.setTimeout(120_000);
  const { window: page, screenshot } = await launchApp();
  await openDemo(page);
  await requireLogin(page);
  await page.evaluate(() => (window as unknown as PageWindow).lineshape.call['access:set-idle-lock']({ seconds: 10 }));
  await page.getByTestId('rail-study').click();
  await page.keyboard.press('Control+r');
  await expect(page.getByTestId('lock-screen')).toBeVisible({ timeout: 40_000 });
  expect(await askPast(page, 'study:list')).toBe('LOGGED_OUT');
  await page.getByTestId('login-password').fill(ADMIN.password);
  await page.getByTestId('login-now').click();
  await expect(page.getByTestId('lock-screen')).toHaveCount(0);
  await expect(page.getByTestId('fit-status').first()).toBeVisible({ timeout: 60_000 });
  await screenshot('users-6-unlocked-dark');
});
