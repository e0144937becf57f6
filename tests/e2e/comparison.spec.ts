// Two methods compared in the real app: one scan's results side by side, a grid's voxels, and all studies of the worklist.
import { readFile } from 'node:fs/promises';
import type { ElectronApplication, Page } from '@playwright/test';
import type { LineshapeApi } from '../../src/ipc/contract.ts';
import { expect, test } from './launch.ts';

type PageWindow = Window & { lineshape: LineshapeApi };

/** Generous: test machines have two cores, which the window shares. */
const FITTED = { timeout: 120_000 };

interface Fitted {
  readonly datasetId: string;
  readonly basisId: string;
  readonly recipeId: string;
  readonly voxels: readonly number[] | null;
}

/** Fits a dataset of the open study with options of its own, and waits until the job has ended. */
async function fit(page: Page, fitted: Fitted, method: string, options: object = {}): Promise<void> {
  const state = await page.evaluate(
    async (request) => {
      const { call, on } = (window as unknown as PageWindow).lineshape;
      const ended = new Promise<string>((resolve) => {
        const stop = on['job:finished']((end) => {
          stop();
          resolve(end.error?.message ?? end.state);
        });
      });
      const started = await call['fit:start'](request as never);
      return started.ok ? ended : started.error.message;
    },
    { ...fitted, waterDatasetId: null, method, options },
  );
  expect(state).toBe('done');
}

async function datasetNamed(page: Page, words: RegExp): Promise<string> {
  const id = await page
    .getByTestId('dataset')
    .locator('option')
    .filter({ hasText: words })
    .first()
    .getAttribute('value');
  expect(id).not.toBeNull();
  return id ?? '';
}

/** The next save dialog answers with this path. */
async function answerSaveDialog(electron: ElectronApplication, filePath: string): Promise<void> {
  await electron.evaluate(({ dialog }, chosen) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath: chosen });
  }, filePath);
}

async function openDemo(page: Page): Promise<void> {
  await page.getByTestId('open-demo').click();
  await expect(page.getByTestId('study-view')).toBeVisible();
  await expect(page.getByTestId('basis')).not.toHaveValue('');
}

/** The demo's single-voxel scan, and the basis set that was found to fit it. */
async function singleVoxel(page: Page): Promise<Fitted> {
  const datasetId = await page.getByTestId('dataset').inputValue();
  const basisId = await page.getByTestId('basis').inputValue();
  return { datasetId, basisId, recipeId: 'svs-default', voxels: null };
}

/** Twelve voxels in the middle of the demo's grid of 16 × 16. */
const MIDDLE = [6, 7, 8].flatMap((x) => [6, 7, 8, 9].map((y) => 16 * x + y));

test('two results of the demo scan: values, residuals, files', async ({ app }, testInfo) => {
  test.setTimeout(240_000);
  const { window: page, electron } = app;
  await openDemo(page);
  await page.getByTestId('preset-methods').click();
  await expect(page.getByText('Two results are needed')).toBeVisible();
  await app.screenshot('compare-0-empty');

  await page.getByTestId('preset-read').click();
  const scan = await singleVoxel(page);
  await fit(page, scan, 'nlls');
  await fit(page, scan, 'nlls', { baseline: 'none' });
  await page.getByTestId('preset-methods').click();

  const table = page.getByTestId('pair-table');
  await expect(table.locator('[data-metabolite=tNAA][data-sum=true]')).toBeVisible(FITTED);
  await expect(page.getByTestId('residual-chart')).toBeVisible();
  await expect(page.getByTestId('compare-notes')).toContainText('Residual SD');
  await expect(page.getByTestId('compare-settings')).toContainText('baseline');
  // tCr to itself says nothing; of amplitudes it is there.
  await expect(table.locator('[data-metabolite=tCr]')).toHaveCount(0);
  await app.screenshot('compare-1-study');

  // The verdict stands in words, and sorting by difference puts the largest first.
  const words = { within: 'within both', beyondOne: 'beyond one', beyondBoth: 'beyond both', unknown: 'no interval' };
  const verdict = await table.locator('tbody tr').first().getAttribute('data-verdict');
  await expect(table.locator('tbody tr').first()).toContainText(words[verdict as keyof typeof words]);
  await page.getByTestId('sort-difference').click();
  const differences = await table
    .locator('tbody tr td:nth-child(4)')
    .evaluateAll((cells) =>
      cells.map((cell) =>
        Math.abs(Number((cell.firstChild?.textContent ?? '').trim().replace('−', '-').replace('–', 'NaN'))),
      ),
    );
  const known = differences.filter((v) => !Number.isNaN(v));
  expect(known.length).toBeGreaterThan(5);
  expect(known).toEqual([...known].sort((x, y) => y - x));
  await page.getByTestId('quantity-amplitude').click();
  await expect(table.locator('[data-metabolite=tCr]')).toHaveCount(1);
  await page.getByTestId('at-data-scale').check();
  await page.keyboard.press('Control+Shift+L');
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'light');
  await app.screenshot('compare-1-study-light');

  const csv = testInfo.outputPath('pairs.csv');
  await answerSaveDialog(electron, csv);
  await page.getByTestId('save-pairs-csv').click();
  await expect.poll(() => readFile(csv, 'utf8').catch(() => '')).toMatch(/^metabolite,a,a_low,a_high,b.*\n.+,/);
  const png = testInfo.outputPath('residuals.png');
  await answerSaveDialog(electron, png);
  await page.getByTestId('save-residuals-png').click();
  await expect
    .poll(async () => (await readFile(png).catch(() => Buffer.alloc(0))).subarray(1, 4).toString())
    .toBe('PNG');
  const svg = testInfo.outputPath('residuals.svg');
  await answerSaveDialog(electron, svg);
  await page.getByTestId('save-residuals-svg').click();
  await expect.poll(() => readFile(svg, 'utf8').catch(() => '')).toContain('Chemical shift (ppm)');
});

test('voxels of a grid and studies of the worklist: scatter and Bland–Altman', async ({ app }, testInfo) => {
  test.setTimeout(300_000);
  const { window: page, electron } = app;
  await openDemo(page);
  const scan = await singleVoxel(page);
  const grid = { ...scan, datasetId: await datasetNamed(page, /MRSI/), recipeId: 'mrsi-default', voxels: MIDDLE };
  await page.getByTestId('dataset').selectOption(grid.datasetId);
  await fit(page, grid, 'nlls');
  await fit(page, grid, 'quest');
  await page.getByTestId('preset-methods').click();
  await page.getByTestId('compare-all-voxels').click();
  const scatter = page.getByTestId('scatter-chart');
  await expect(scatter).toBeVisible(FITTED);
  await expect(page.getByTestId('agreement-facts')).toContainText('Bias A − B');
  const points = Number(await scatter.getAttribute('data-points'));
  expect(points).toBeGreaterThan(3);
  await app.screenshot('compare-2-grid');

  // A strict limit leaves pairs out, and says how many and why.
  await page.getByTestId('agreement-crlb').fill('2');
  await page.getByTestId('agreement-crlb').press('Tab');
  await expect(page.getByTestId('agreement-left')).toContainText('with a CRLB above 2 %');
  await page.getByTestId('agreement-crlb').fill('');
  await page.getByTestId('agreement-crlb').press('Tab');

  // By keyboard: a point is picked, read out without a name, and chosen.
  const voxel = page.getByTestId('bland-altman-chart');
  await voxel.focus();
  await voxel.press('ArrowRight');
  await expect(voxel.getByRole('status')).toContainText(/^Voxel \d+ +tNAA +A .+ B /);
  await app.screenshot('compare-3-picked');

  await fit(page, scan, 'nlls');
  await fit(page, scan, 'quest');
  await page.getByTestId('rail-comparison').click();
  await expect(page.getByTestId('comparison-page')).toBeVisible();
  await expect(page.getByTestId('method-a')).toHaveValue('nlls');
  await expect(page.getByTestId('method-b')).toHaveValue('quest');
  await expect(scatter).toBeVisible();
  await expect.poll(async () => Number(await scatter.getAttribute('data-points'))).toBe(points + 1);
  await app.screenshot('compare-4-studies');
  await page.keyboard.press('Control+Shift+L');
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'light');
  await app.screenshot('compare-4-studies-light');

  const csv = testInfo.outputPath('agreement.csv');
  await answerSaveDialog(electron, csv);
  await page.getByTestId('save-agreement-csv').click();
  await expect.poll(() => readFile(csv, 'utf8').catch(() => '')).toMatch(/\ntNAA,1,\d+,NLLS,QUEST,/);
  const svg = testInfo.outputPath('bland-altman.svg');
  await answerSaveDialog(electron, svg);
  await page.getByTestId('save-bland-altman-svg').click();
  await expect.poll(() => readFile(svg, 'utf8').catch(() => '')).toContain('+1.96 SD');

  // A chosen point opens its study with the two results side by side.
  await scatter.focus();
  await scatter.press('ArrowLeft');
  await expect(scatter.getByRole('status')).toContainText(/^Study 1/);
  await scatter.press('Enter');
  await expect(page.getByTestId('study-view')).toHaveAttribute('data-preset', 'methods');
  await expect(page.getByTestId('pair-table')).toBeVisible();
});
