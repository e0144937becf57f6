// A batch in the real app: twelve simulated studies dropped together with a file that can't be read, fitted by one set-up;
// a study that fails keeps no other out; and what a restart still knows.
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ElectronApplication, Page } from '@playwright/test';
import { writeSimulatedScans } from '../fixtures/simulatedStudies.ts';
import { drop } from './importing.ts';
import { expect, test } from './launch.ts';

/** Generous: test machines have two cores, which the window shares. */
const FITTED = { timeout: 360_000 };

async function answerSaveDialog(electron: ElectronApplication, filePath: string): Promise<void> {
  await electron.evaluate(({ dialog }, chosen) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath: chosen });
  }, filePath);
}

/** Imports what is asked about as it was recognised. */
async function commit(page: Page): Promise<void> {
  await expect(page.getByTestId('import-commit')).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('import-dialog')).toHaveCount(0);
}

test('twelve studies and a broken file: imported, fitted as a batch, one failure told, tabled, and there after a restart', async ({
  launchApp,
}, testInfo) => {
  test.setTimeout(600_000);
  // No basis set is near a scan at 0.5 T; the others are the simulated ones.
  const scans = await writeSimulatedScans(testInfo.outputDir, 12, (n) =>
    n === 5 ? { spectrometerFrequencyMHz: 21.3 } : {},
  );
  const broken = path.join(testInfo.outputDir, 'broken.nii');
  await writeFile(broken, 'this is no NIfTI file');
  const app = await launchApp();
  const { window: page, electron } = app;
  await drop(page, [...scans, broken]);
  await expect(page.getByTestId('import-study')).toHaveCount(12);
  await expect(page.getByTestId('import-failure')).toContainText('broken.nii');
  await app.screenshot('batch-1-import');
  await commit(page);
  await expect(page.getByTestId('study-row')).toHaveCount(12);
  await expect(page.getByTestId('import-queue')).toBeVisible();
  await page.getByTestId('import-queue').click();
  await expect(page.getByTestId('queue-entry')).toContainText('Imported in part');
  await expect(page.getByTestId('queue-entry')).toContainText('broken.nii');
  await app.screenshot('batch-2-queue');
  await page.keyboard.press('Escape');

  await page.getByTestId('study-row').first().click();
  await page.keyboard.press('Control+a');
  await page.getByTestId('chosen-batch').click();
  await expect(page.getByTestId('batch-source-chosen')).toBeChecked();
  await expect(page.getByTestId('batch-start')).toHaveText(/Fit 12 studies/);
  await app.screenshot('batch-3-setup');
  await page.getByTestId('batch-start').click();
  await expect(page.getByTestId('batch-item')).toHaveCount(12);
  await expect(page.locator('[data-testid=batch-item][data-state=running]').first()).toBeVisible();
  await expect(page.getByTestId('batch-bar')).toBeVisible();
  await app.screenshot('batch-4-running');
  // The window is free meanwhile.
  await page.getByTestId('rail-worklist').click();
  await expect(page.getByTestId('study-row').filter({ hasText: 'Fitted' }).first()).toBeVisible(FITTED);
  await page.getByTestId('rail-batch').click();
  await expect(page.getByTestId('batch-state')).toContainText('Done', FITTED);
  await expect(page.getByTestId('batch-counts')).toHaveText('11 of 12 done, 1 failed');
  const failed = page.locator('[data-testid=batch-item][data-state=failed]');
  await expect(failed).toContainText('Simulated 05');
  await expect(failed).toContainText('No basis set');
  await app.screenshot('batch-5-done');

  const csv = testInfo.outputPath('ratios.csv');
  await answerSaveDialog(electron, csv);
  await page.getByTestId('batch-ratios').click();
  await page.getByTestId('batch-ratios-number').click();
  await expect.poll(() => readFile(csv, 'utf8').catch(() => '')).toMatch(/^patient,sex,.*\r\nSIM-\d\d,/);
  const table = await readFile(csv, 'utf8');
  const patients = new Set(table.split('\r\n').slice(1, -1).map((line) => line.split(',')[0])); // prettier-ignore
  expect(patients.size).toBe(11);

  // The failed one again: it fails for the same reason, and nothing else is fitted.
  await page.getByTestId('batch-retry').click();
  await expect(page.getByTestId('batch-state')).toContainText('Done', FITTED);
  await expect(page.getByTestId('batch-counts')).toHaveText('11 of 12 done, 1 failed');

  // A result opens by click.
  await page.locator('[data-testid=batch-item][data-state=done]').first().getByTestId('batch-open').click();
  await expect(page.getByTestId('study-view')).toBeVisible();
  await expect(page.getByTestId('results-table').locator('[data-metabolite=tNAA]')).toBeVisible();

  // A follow-up: the spectra of three studies over one another.
  await page.getByTestId('rail-worklist').click();
  await page.getByTestId('study-row').first().click();
  await page.keyboard.press('Escape');
  await page.keyboard.press('Space');
  await page.keyboard.press('Shift+ArrowDown');
  await page.keyboard.press('Shift+ArrowDown');
  await page.getByTestId('chosen-overlay').click();
  await expect(page.getByTestId('study-view')).toBeVisible();
  await page.getByTestId('tab-spectrum').click();
  await page.getByTestId('overlay-options').click();
  await expect(page.getByTestId('overlaid-row')).toHaveCount(2);
  await page.keyboard.press('Escape');
  await app.screenshot('worklist-11-follow-up');

  // Another one, left running by closing the program.
  await page.getByTestId('rail-batch').click();
  await page.getByTestId('batch-source-listed').check();
  await page.getByTestId('batch-start').click();
  await expect(page.locator('[data-testid=batch-item][data-state=running]').first()).toBeVisible();
  await app.close();

  const again = await launchApp({ userData: app.userData });
  const { window } = again;
  await window.getByTestId('rail-batch').click();
  await expect(window.getByTestId('batch-state')).toContainText('Interrupted');
  await expect(window.getByTestId('batch-retry')).toBeVisible();
  await expect(window.getByTestId('batch-choice').locator('option')).toHaveCount(2);
  await window.keyboard.press('Control+Shift+L');
  await expect(window.locator('html')).toHaveAttribute('data-theme', 'light');
  await again.screenshot('batch-6-interrupted-light');
  // Cancelled by hand.
  await window.getByTestId('batch-retry').click();
  await expect(window.locator('[data-testid=batch-item][data-state=running]').first()).toBeVisible();
  await window.getByTestId('batch-cancel').click();
  await expect(window.getByTestId('batch-state')).toContainText('Cancelled', FITTED);
});

test('drops while one is asked about wait in the queue, can be taken out, and are asked about in turn', async ({
  app,
}, testInfo) => {
  const { window: page } = app;
  const scans = await writeSimulatedScans(testInfo.outputDir, 6);
  for (const scan of scans.slice(0, 5)) await drop(page, [scan]);
  await expect(page.getByTestId('import-study')).toHaveCount(1);
  await expect(page.getByTestId('import-others').getByTestId('queue-entry')).toHaveCount(4);
  await app.screenshot('import-10-queue');
  const waiting = page.getByTestId('import-others').locator('[data-at=waiting]');
  await expect(waiting).toHaveCount(2);
  await waiting.first().getByTestId('queue-cancel').click();
  await expect(waiting).toHaveCount(1);
  for (let left = 4; left > 0; left--) {
    await expect(page.getByTestId('import-commit')).toBeFocused();
    await expect(page.getByTestId('import-others').getByTestId('queue-entry')).toHaveCount(left - 1);
    await page.keyboard.press('Enter');
  }
  await expect(page.getByTestId('import-dialog')).toHaveCount(0);
  await page.getByTestId('rail-worklist').click();
  await expect(page.getByTestId('study-row')).toHaveCount(4);
  await page.getByTestId('import-queue').click();
  await expect(page.getByTestId('queue-entry')).toHaveCount(5);
  await expect(page.getByTestId('queue-entry').filter({ hasText: 'Not imported' })).toHaveCount(1);
  await page.getByTestId('queue-forget').click();
  await expect(page.getByTestId('import-queue')).toHaveCount(0);
});
