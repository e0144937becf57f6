// Amounts and maps in the real app: tissue fractions into a fit, amounts with their unit and every factor behind them; a grid's
// map by another quantity and with a CRLB limit; all maps written into a folder, and read back.
import { mkdir, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Page } from '@playwright/test';
import { openNiftiVoxels } from '../../src/core/formats/niftiImage.ts';
import { answerOpenDialog } from './importing.ts';
import { expect, test } from './launch.ts';

/** Generous: test machines have two cores, which the window shares. */
const FITTED = { timeout: 90_000 };
test.describe.configure({ timeout: 180_000 });

const toggleTheme = (page: Page) => page.keyboard.press('Control+Shift+L');

async function openDemo(page: Page): Promise<void> {
  await page.getByTestId('open-demo').click();
  await expect(page.getByTestId('study-view')).toBeVisible();
}

test('tissue fractions into a fit: wrong ones said, amounts with unit, every factor with its source', async ({
  app,
}) => {
  const { window: page } = app;
  await openDemo(page);
  await page.getByTestId('preset-physics').click();
  await page.getByTestId('amount-options').locator('summary').click();
  await expect(page.getByTestId('amounts-changed')).toHaveText('all as usual');
  await page.getByTestId('option-tissueFrom').selectOption('given');
  await expect(page.getByTestId('run-fit')).toBeDisabled();
  await page.getByTestId('tissue-GM').fill('0.7');
  await page.getByTestId('tissue-WM').fill('0.5');
  await page.getByTestId('tissue-CSF').fill('0.1');
  await expect(page.getByTestId('amount-options')).toContainText('They add up to 1.3, more than the voxel');
  await app.screenshot('quantities-1-wrong');
  await page.getByTestId('tissue-GM').fill('0.6');
  await page.getByTestId('tissue-WM').fill('0.3');
  await page.getByTestId('option-convention').selectOption('molarity');
  await page.getByTestId('option-ratios-tNAA').uncheck();
  await page.getByTestId('option-quality').selectOption('consensus');
  await expect(page.getByTestId('amounts-changed')).toHaveText('5 changed');
  await page.getByTestId('run-fit').click();

  const table = page.getByTestId('results-table');
  await expect(table.locator('thead')).toContainText('Concentration (mmol/l tissue)', FITTED);
  await expect(table.locator('thead')).toContainText('Ratio to water');
  await expect(table.locator('thead')).not.toContainText('Ratio to tNAA');
  await expect(table.locator('[data-metabolite=tNAA] [data-column=concentration]')).toHaveText(/^1\d\.\d ± 0\.\d+$/);
  await expect(page.getByTestId('fitted-with')).toContainText('GM 0.6, WM 0.3, CSF 0.1, given');
  await expect(page.getByTestId('fitted-with')).toContainText('Experts’ consensus');
  await app.screenshot('quantities-2-amounts');

  await page.getByTestId('show-factors').click();
  const dialog = page.getByTestId('factors-dialog');
  await expect(dialog.getByTestId('factors-table')).toContainText('volume fraction of GM');
  await expect(dialog.getByTestId('factors-table')).toContainText('Wansapura');
  await expect(dialog.getByTestId('factors-result')).toContainText('mmol/l tissue');
  await app.screenshot('quantities-3-factors');
  await dialog.getByTestId('factors-name').selectOption('tNAA');
  await expect(dialog).toContainText('NAA + NAAG');
  await app.screenshot('quantities-4-sum');
  await page.keyboard.press('Escape');
  await toggleTheme(page);
  await app.screenshot('quantities-5-amounts-light');
  await page.getByTestId('show-factors').click();
  await app.screenshot('quantities-6-factors-light');
  await page.keyboard.press('Escape');

  await page.getByTestId('reset-amounts').click();
  await expect(page.getByTestId('amounts-changed')).toHaveText('all as usual');
});

test('a grid’s maps: another quantity, a CRLB limit counted in words, all of them as NIfTI', async ({
  app,
}, testInfo) => {
  const { window: page, electron } = app;
  const target = testInfo.outputPath('maps');
  await mkdir(target, { recursive: true });
  await openDemo(page);
  const mrsi = page.getByTestId('dataset').locator('option', { hasText: 'MRSI' });
  await page.getByTestId('dataset').selectOption((await mrsi.getAttribute('value')) as string);
  await page.getByTestId('preset-mrsi').click();
  await expect(page.getByTestId('export-maps')).toHaveCount(0);
  await page.getByTestId('run-fit').click();
  await expect(page.getByTestId('map-title')).toHaveText('tNAA / tCr', FITTED);
  const counts = page.getByTestId('map-counts');
  await expect(counts).toContainText('256 voxels');
  await expect(counts).not.toContainText('above the CRLB limit');

  await page.getByTestId('map-quantity').selectOption({ label: 'CRLB' });
  await expect(page.getByTestId('map-title')).toHaveText('CRLB of tNAA [%]');
  await page.getByTestId('map-quantity').selectOption({ label: 'Line width' });
  await expect(page.getByTestId('map-title')).toHaveText('Line width [Hz]');
  await expect(page.getByTestId('map-metabolite')).toHaveCount(0);
  await app.screenshot('quantities-7-map-width');
  await page.getByTestId('map-quantity').selectOption({ label: 'Amplitude' });
  await page.getByTestId('map-metabolite').selectOption('Gln');
  await page.getByTestId('map-limit').fill('20');
  await expect(counts).toContainText('above the CRLB limit');
  await app.screenshot('quantities-8-map-limit');
  await toggleTheme(page);
  await app.screenshot('quantities-9-map-limit-light');
  await page.getByTestId('map-limit').fill('a few');
  await expect(page.getByRole('alert')).toContainText('Give a CRLB above 0 %');
  await page.getByTestId('map-limit').fill('');
  await page.getByTestId('map-metabolite').selectOption('tNAA');
  const shown = Number((await page.getByTestId('map-told').innerText()).match(/: ([\d.]+) a\.u\.$/)?.[1]);
  const voxel = Number(await page.getByTestId('voxel-map').getAttribute('data-voxel'));

  await answerOpenDialog(electron, [target]);
  await page.getByTestId('export-maps').click();
  await expect(page.getByText('maps nlls')).toBeVisible();
  const folder = path.join(target, 'maps nlls');
  const files = await readdir(folder);
  expect(files).toEqual(expect.arrayContaining(['fwhmHz.nii.gz', 'snr.nii.gz', 'tNAA_ratioToTCr.nii.gz']));
  expect(files.every((name) => name.endsWith('.nii.gz'))).toBe(true);
  const read = openNiftiVoxels(await readFile(path.join(folder, 'tNAA_amplitude.nii.gz')), 'map')!;
  const [nx, ny] = read.matrix;
  expect([...read.matrix]).toEqual([16, 16, 1]);
  const [x, y] = [Math.floor(voxel / ny), voxel % ny];
  expect(read.at(y * nx + x)).toBeCloseTo(shown, 1);
});
