// Networks and what they serve in the real app: the models page with its self-tests, a fit with a chosen correction, and
// denoising with what it does not do said beside it.
import path from 'node:path';
import type { Page } from '@playwright/test';
import { importDropped } from './importing.ts';
import { expect, REPO_ROOT, test } from './launch.ts';

const DEMO = path.join(REPO_ROOT, 'resources', 'demo');
const SCANS = ['svs_press_te30.nii.gz', 'svs_water.nii.gz'].map((name) => path.join(DEMO, name));

/** Generous: test machines have two cores, which the window shares. */
const FITTED = { timeout: 120_000 };

async function toggleTheme(page: Page, to: 'light' | 'dark'): Promise<void> {
  await page.keyboard.press('Control+Shift+L');
  await expect(page.locator('html')).toHaveAttribute('data-theme', to);
}

test('the models page: cards with figures and limits, and every self-test passed', async ({ app }) => {
  const { window: page } = app;
  await page.getByTestId('rail-models').click();
  await expect(page.getByTestId('model-count')).toContainText(/^\d+ installed$/);
  const row = page.locator('[data-testid=model-row][data-id=dsrf]');
  await expect(row).toContainText('Not verified yet');
  await row.click();
  const details = page.getByTestId('model-details');
  await expect(details).toContainText('Shamaei');
  await expect(page.getByTestId('model-protocol')).toContainText(/1H spectra; 1.4 to 9.5\sT/);
  await expect(details.getByTestId('metrics-table').filter({ hasText: 'Precision (Hz)' }).first()).toBeVisible();
  await expect(details).toContainText(/[0-9a-f]{64}/);
  await app.screenshot('models-1-card');

  await page.getByTestId('verify-models').click();
  await expect(page.getByTestId('verify-outcome')).toContainText(/All \d+ networks are in order/, { timeout: 60_000 });
  await expect(page.getByTestId('model-provider')).toContainText('processor (CPU)');
  await expect(page.getByTestId('model-state')).toContainText('self-test passed');
  await app.screenshot('models-2-verified');
  // The list is walked through with arrows.
  await row.focus();
  await page.keyboard.press('End');
  await expect(page.locator('[data-testid=model-row]').last()).toHaveAttribute('aria-selected', 'true');
  await page.locator('[data-testid=model-row][data-id=relstm]').click();
  await expect(details).toContainText('adds no information');
  // Names of metabolites stand as they are.
  await expect(details.getByTestId('metrics-table').filter({ hasText: 'tCho' }).first()).toBeAttached();
  await toggleTheme(page, 'light');
  await app.screenshot('models-3-light');
  await details.getByTestId('metrics-table').first().scrollIntoViewIfNeeded();
  await app.screenshot('models-4-figures');
  await details.getByText('Origin', { exact: true }).scrollIntoViewIfNeeded();
  await app.screenshot('models-5-origin');
});

test('a fit with a chosen correction, and denoised: marked wherever it is read', async ({ app }) => {
  const { window: page } = app;
  await importDropped(page, SCANS);
  await expect(page.getByTestId('study-view')).toBeVisible();
  await page.getByTestId('preset-physics').click();
  await expect(page.getByTestId('correction')).toHaveValue('auto');
  await expect(page.getByTestId('denoising')).toHaveValue('none');
  await expect(page.getByTestId('denoising-note')).toHaveCount(0);

  await page.getByTestId('correction').selectOption('rats');
  await page.getByTestId('run-fit').click();
  await expect(page.getByTestId('fitted-with')).toContainText('RATS', FITTED);
  await expect(page.getByTestId('denoised-mark')).toHaveCount(0);

  await page.getByTestId('correction').selectOption('dsrf');
  await page.getByTestId('denoising').selectOption('low-rank-hankel');
  await expect(page.getByTestId('denoising-note')).toContainText('Denoising creates no information');
  await expect(page.getByTestId('denoising-note')).toContainText('doi:10.1002/mrm.29561');
  await app.screenshot('denoising-1-note');
  await page.getByTestId('run-fit').click();
  await expect(page.getByTestId('fitted-with')).toContainText('dSRF', FITTED);
  // In the table's head, and above the curves.
  await expect(page.getByTestId('denoised-mark')).toHaveCount(2);
  await expect(page.getByTestId('denoised-mark').filter({ hasText: 'Low-rank Hankel' })).toHaveCount(1);
  await expect(page.getByTestId('results-table').locator('[data-metabolite=tNAA]')).toBeVisible();
  await app.screenshot('denoising-2-fitted');
  await page.getByTestId('fitted-with').scrollIntoViewIfNeeded();
  await toggleTheme(page, 'light');
  await app.screenshot('denoising-3-light');
  await page.getByTestId('preset-read').click();
  await expect(page.getByTestId('denoised-mark')).toBeVisible();
  await expect(page.getByTestId('before-denoising')).toBeVisible();
  await app.screenshot('denoising-4-read');

  // The earlier result is of the data as they were measured, and is not marked.
  await page.getByTestId('denoising').selectOption('none');
  await expect(page.getByTestId('denoising-note')).toHaveCount(0);
});
