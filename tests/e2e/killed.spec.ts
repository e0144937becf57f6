// kill -9 of the real app while it fits, works through a batch, compares corrections, imports and signs: at the next start the
// work is marked as interrupted, is taken up again with a press, and nothing is lost or done twice. `bench faults` does it
// more often.
import path from 'node:path';
import { seededRandom } from '../../src/core/math/seededRandom.ts';
import { APP_WORK, killApp, startGridFit } from '../fixtures/appKills.ts';
import type { AppRun } from '../fixtures/appKills.ts';
import { writeSimulatedScans } from '../fixtures/simulatedStudies.ts';
import { inBothThemes } from './axe.ts';
import { openDemo } from './demo.ts';
import { expect, REPO_ROOT, test } from './launch.ts';
import type { LaunchOptions, RunningApp } from './launch.ts';

const CRASH = [/Target crashed/, /page has been closed/];
const CLI = path.join(REPO_ROOT, 'bin', 'lineshape.mjs');
/** Before the shortest of these works is over. [ms] */
const LONGEST_MS = 250;

async function killed({ electron }: RunningApp): Promise<void> {
  const child = electron.process();
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
}

/** As the fixture starts it. */
async function run(
  launchApp: (options?: LaunchOptions) => Promise<RunningApp>,
  files: readonly string[],
): Promise<AppRun> {
  const app = await launchApp({ args: files, expectedProblems: CRASH });
  return { page: app.window, kill: () => killed(app), close: () => app.close() };
}

for (const [index, work] of APP_WORK.entries()) {
  test(`killed at work: ${work}`, async ({ launchApp, userDataFolder }, testInfo) => {
    test.setTimeout(300_000);
    const needsScans = work === 'batch' || work === 'import' || work === 'sign';
    const scans = needsScans ? await writeSimulatedScans(testInfo.outputDir, work === 'sign' ? 1 : 6) : [];
    const afterMs = Math.floor(seededRandom(index + 1).uniform() * LONGEST_MS);
    const plan = { userData: userDataFolder, scans, cli: CLI, afterMs };
    const outcome = await killApp((files = []) => run(launchApp, files), work, plan);
    expect(outcome.problems).toEqual([]);
    // A signature is one transaction and may be there already.
    if (work !== 'sign') expect(outcome.wasAtWork).toBe(true);
  });
}

test('what was interrupted is shown in words and taken up with one press', async ({ launchApp, userDataFolder }) => {
  test.setTimeout(300_000);
  const first = await launchApp({ expectedProblems: CRASH });
  await openDemo(first.window);
  await startGridFit(first.window);
  await killed(first);

  const second = await launchApp({ userData: userDataFolder });
  const page = second.window;
  await page.getByTestId('restore-no').click();
  await page.getByTestId('interrupted').click();
  const entry = page.getByTestId('interrupted-entry');
  await expect(entry).toHaveCount(1);
  await expect(entry).toContainText('Fit');
  await expect(entry).toContainText('Interrupted');
  await inBothThemes(page, 'interrupted work');
  await second.screenshot('interrupted');
  await entry.getByTestId('interrupted-resume').click();
  await expect(page.getByText(/Taken up again and finished: Fit/)).toBeVisible({ timeout: 120_000 });
  await expect(page.getByTestId('interrupted')).toHaveCount(0);
  await expect(page.getByTestId('study-row').filter({ hasText: 'Fitted' })).toHaveCount(1);
});
