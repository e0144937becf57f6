// After a crash: a page that fails comes back with its study and view; a program that was killed offers to reopen.
import { inBothThemes } from './axe.ts';
import { fitByKey, openDemo } from './demo.ts';
import { expect as usual, test } from './launch.ts';

/** Drawing in software on a busy machine takes its time. */
const expect = usual.configure({ timeout: 30_000 });

const CONCLUSION = 'Typed, not signed, and there after a crash.';
const CRASH = [/Target crashed/, /page has been closed/];

test('a failed page comes back with study, arrangement and unsigned conclusion', async ({ launchApp }) => {
  test.setTimeout(240_000);
  const app = await launchApp({ expectedProblems: CRASH });
  const { electron } = app;
  const page = app.window;
  await openDemo(page);
  await fitByKey(page);
  await page.getByTestId('preset-report').click();
  await page.getByTestId('conclusion').fill(CONCLUSION);
  await page.waitForTimeout(2500); // view, layout and draft are written a moment after the last change

  await electron.evaluate(({ BrowserWindow }) => {
    BrowserWindow.getAllWindows()[0]?.webContents.forcefullyCrashRenderer();
  });
  /** What stands in the window, asked past the driver, which holds a crashed page for lost. */
  const shown = (): Promise<unknown> =>
    electron.evaluate(async ({ BrowserWindow }) => {
      const contents = BrowserWindow.getAllWindows()[0]?.webContents;
      if (contents === undefined || contents.isCrashed()) return null;
      const asked = contents.executeJavaScript(
        `({ preset: document.querySelector('[data-testid="study-view"]')?.dataset.preset ?? null,
            patient: document.querySelector('[data-testid="patient-name"]')?.textContent ?? null,
            conclusion: document.querySelector('[data-testid="conclusion"]')?.value ?? null,
            notice: document.querySelector('[data-testid="notice-caution"]') !== null })`,
      ) as Promise<unknown>;
      // A page that fails meanwhile never answers.
      return Promise.race([asked, new Promise((resolve) => setTimeout(() => resolve(null), 1000))]);
    });
  await expect
    .poll(shown, { timeout: 20_000 })
    .toMatchObject({ preset: 'report', patient: expect.any(String), conclusion: CONCLUSION, notice: true });
});

test('a program that was killed offers to open what was open, once', async ({ launchApp, userDataFolder }) => {
  const first = await launchApp({ expectedProblems: CRASH });
  await openDemo(first.window);
  await first.window.waitForTimeout(500); // where the user is, is written at once, but not in no time
  first.electron.process().kill('SIGKILL');

  const second = await launchApp({ userData: userDataFolder });
  const dialog = second.window.getByTestId('restore');
  await expect(dialog).toBeVisible();
  await inBothThemes(second.window, 'the offer');
  await second.screenshot('restore-offer-light');
  await second.window.evaluate(() => (document.documentElement.dataset['theme'] = 'dark'));
  await second.screenshot('restore-offer');
  await expect(second.window.getByTestId('restore-yes')).toBeFocused();
  await second.window.keyboard.press('Enter');
  await expect(second.window.getByTestId('study-view')).toBeVisible();
  await second.close();

  const third = await launchApp({ userData: userDataFolder });
  await expect(third.window.getByTestId('study-row')).toHaveCount(1);
  await expect(third.window.getByTestId('restore')).toBeHidden();
});
