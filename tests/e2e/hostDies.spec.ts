// The thread that holds the database dies under the real app: the window says so in words, the program is started again by a
// button, what ran is marked as interrupted, and everything stored is there.
import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { startGridFit } from '../fixtures/appKills.ts';
import { inBothThemes } from './axe.ts';
import { openDemo } from './demo.ts';
import { expect, REPO_ROOT, test } from './launch.ts';

/** Requests that were under way are refused, and logged by the page. */
const CRASH = [/Target crashed/, /page has been closed/, /restart Lineshape/];

/**
 * The app with one line more: its host fails as soon as a file is there.
 * @returns its folder
 */
async function appThatFails(folder: string, sign: string): Promise<string> {
  const app = path.join(folder, 'app');
  await mkdir(app);
  for (const name of ['node_modules', 'resources']) await symlink(path.join(REPO_ROOT, name), path.join(app, name));
  await cp(path.join(REPO_ROOT, 'package.json'), path.join(app, 'package.json'));
  await cp(path.join(REPO_ROOT, 'dist'), path.join(app, 'dist'), { recursive: true });
  const host = path.join(app, 'dist', 'main', 'studyHost.worker.js');
  const fault = `import { existsSync as isThere } from 'node:fs';
    const watching = setInterval(() => {
      if (isThere(${JSON.stringify(sign)})) throw new Error('broken on purpose');
    }, 20);\n`;
  await writeFile(host, fault + (await readFile(host, 'utf8')));
  return app;
}

/** The process that holds this folder as its user data: Chromium notes it there; null while none does. */
async function holderOf(userData: string): Promise<number | null> {
  const link = await readlink(path.join(userData, 'SingletonLock')).catch(() => '');
  const pid = Number(/-(\d+)$/.exec(link)?.[1] ?? 0);
  return pid > 0 && existsSync(`/proc/${pid}`) ? pid : null;
}

test('a study host that dies ends in a dialog with a button that starts the program again', async ({
  launchApp,
  userDataFolder,
}, testInfo) => {
  test.setTimeout(180_000);
  const sign = testInfo.outputPath('fail');
  await mkdir(testInfo.outputDir, { recursive: true });
  const appFolder = await appThatFails(testInfo.outputDir, sign);
  const first = await launchApp({ appFolder, expectedProblems: CRASH });
  const page = first.window;
  await openDemo(page);
  await startGridFit(page);
  await writeFile(sign, '');
  await expect(page.getByTestId('must-restart')).toBeVisible({ timeout: 20_000 });
  await expect(page.getByTestId('restart')).toBeFocused();
  await page.keyboard.press('Escape');
  await inBothThemes(page, 'the host died');
  await first.screenshot('must-restart');

  const old = first.electron.process();
  const gone = new Promise((resolve) => old.once('exit', resolve));
  await rm(sign);
  await page
    .getByTestId('restart')
    .click()
    .catch(() => undefined); // the window may be gone before the answer
  await gone;
  // The one that was started in its place; the driver has no hold of it.
  const started = async (): Promise<boolean> => ![null, old.pid].includes(await holderOf(userDataFolder));
  await expect.poll(started, { timeout: 30_000 }).toBe(true);
  process.kill((await holderOf(userDataFolder)) ?? 0, 'SIGKILL');
  await expect.poll(() => holderOf(userDataFolder)).toBeNull();

  const again = await launchApp({ userData: userDataFolder });
  await again.window.getByTestId('restore-yes').click();
  await expect(again.window.getByTestId('study-view')).toBeVisible();
  await again.window.getByTestId('interrupted').click();
  await expect(again.window.getByTestId('interrupted-entry')).toContainText('Interrupted');
});
