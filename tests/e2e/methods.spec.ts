// Several methods on one spectrum in the real app: picked together, read side by side, their agreement, and the report.
import type { ElectronApplication, Page } from '@playwright/test';
import { expect, test } from './launch.ts';

/** Generous: test machines have two cores, which the window shares. */
const FITTED = { timeout: 180_000 };

async function toggleTheme(page: Page, to: 'light' | 'dark'): Promise<void> {
  await page.keyboard.press('Control+Shift+L');
  await expect(page.locator('html')).toHaveAttribute('data-theme', to);
}

async function resize(electron: ElectronApplication, width: number, height: number): Promise<void> {
  await electron.evaluate(
    ({ BrowserWindow }, size) => BrowserWindow.getAllWindows()[0]?.setContentSize(size.width, size.height),
    { width, height },
  );
}

test('a fit with second opinions: values, intervals, agreement, card, report', async ({ app }) => {
  test.setTimeout(360_000);
  const { window: page, electron } = app;
  await page.getByTestId('open-demo').click();
  await expect(page.getByTestId('study-view')).toBeVisible(FITTED);
  await expect(page.getByTestId('basis')).not.toHaveValue('', FITTED);
  await resize(electron, 1280, 800);
  await page.getByTestId('preset-opinions').click();
  await expect(page.getByText('No method has been run yet')).toBeVisible();
  await app.screenshot('methods-0-empty');

  await page.getByTestId('preset-physics').click();
  await page.getByTestId('also-by').click();
  await page.getByTestId('also-quest').check();
  await page.getByTestId('all-networks').click();
  await app.screenshot('methods-1-picker');
  await toggleTheme(page, 'light');
  await app.screenshot('methods-1-picker-light');
  await toggleTheme(page, 'dark');
  await page.keyboard.press('Escape');
  await app.screenshot('methods-1-picked');
  await page.getByTestId('run-fit').click();
  await expect(page.getByTestId('analysis').locator('option').filter({ hasText: 'QUEST' })).toHaveCount(1, FITTED);
  await expect(page.getByTestId('results-table').locator('[data-metabolite=tNAA]').first()).toBeVisible(FITTED);

  await page.getByTestId('preset-opinions').click();
  const table = page.getByTestId('methods-table');
  await expect(table.locator('[data-metabolite=tNAA]')).toBeVisible(FITTED);
  await expect(page.getByTestId('methods-plot')).toBeVisible();
  await app.screenshot('methods-2-view');
  await toggleTheme(page, 'light');
  await app.screenshot('methods-2-view-light');
  await resize(electron, 1600, 1000);
  await app.screenshot('methods-2-view-large-light');
  await toggleTheme(page, 'dark');
  await app.screenshot('methods-2-view-large');
  await page.getByTestId('methods-tab-fits').click();
  await page.getByTestId('plot-relative').click();
  await expect(page.getByTestId('methods-curves')).toBeVisible();
  await app.screenshot('methods-3-fits');
  await page.getByTestId('methods-tab-residuals').click();
  await page.getByTestId('methods-all').click();
  await app.screenshot('methods-3-residuals');
  await page.getByTestId('methods-main').click();
  await page.getByTestId('methods-tab-agreement').click();
  const pair = page.getByTestId('agreement-matrix').locator('[data-pair="nlls quest"]');
  await expect(pair).toHaveText(/^\d+\/\d+/);

  // A network's head leads to its verdict, its agreement and its card; every number has an interval.
  const network = table.locator('thead [data-method="hatami-cnn"]');
  await network.click();
  const about = page.getByTestId('method-about');
  await expect(about).toContainText(/The spectrum is (un)?like those the network was trained on/);
  await expect(about).toContainText(/values lie within both 95 % intervals of this network and NLLS/);
  for (const cell of await table.locator('tbody td[data-method="hatami-cnn"]').allInnerTexts()) {
    expect(cell).toMatch(/^–|±| to /);
  }
  await expect(page.getByTestId('provider')).toContainText('CPU');
  await app.screenshot('methods-4-network');
  await page.getByTestId('methods-plot').focus();
  await page.keyboard.press('ArrowRight');
  await expect(page.getByTestId('methods-plot').getByRole('status')).toContainText('tNAA');

  await page.getByTestId('open-card').click();
  await expect(page.getByTestId('model-details')).toContainText('hatami-cnn@3t-press-30');
  await expect(page.getByTestId('model-design')).toBeVisible();
  await app.screenshot('methods-5-card');
  await page.getByTestId('model-amounts').scrollIntoViewIfNeeded();
  await toggleTheme(page, 'light');
  await app.screenshot('methods-5-card-light');

  await page.getByTestId('rail-study').click();
  await page.getByTestId('preset-report').click();
  const report = page.frameLocator('iframe');
  await expect(report.getByText('Second opinions')).toBeAttached();
  await expect(report.getByText('hatami-cnn@3t-press-30, version', { exact: false }).first()).toBeAttached();
  await report.getByText('Ratios to tCr by method').scrollIntoViewIfNeeded();
  await app.screenshot('methods-6-report');

  // A network's own report has its doubt on page one.
  await page.getByTestId('preset-opinions').click();
  await network.click();
  await page.getByTestId('open-result').click();
  await page.getByTestId('preset-report').click();
  await expect(report.locator('.first .doubt')).toContainText('the network was trained on');
  await app.screenshot('methods-7-own-report');
  await page.getByTestId('preset-physics').click();
  await expect(page.getByTestId('network-doubt')).toContainText('the network was trained on');
  await app.screenshot('methods-8-results');

  // Two of them in every detail.
  await page.getByTestId('preset-opinions').click();
  await pair.click();
  await expect(page.getByTestId('study-view')).toHaveAttribute('data-preset', 'methods');
  await expect(page.getByTestId('compare-a')).toBeVisible();
});

test('a network’s map of a grid marks the voxels that it does not know', async ({ app }) => {
  const { window: page } = app;
  await page.getByTestId('open-demo').click();
  await expect(page.getByTestId('study-view')).toBeVisible(FITTED);
  const mrsi = page.getByTestId('dataset').locator('option', { hasText: 'MRSI' });
  await page.getByTestId('dataset').selectOption((await mrsi.getAttribute('value')) as string);
  await page.getByTestId('preset-physics').click();
  await page.getByTestId('method').selectOption('dq-nmm');
  await page.getByTestId('preset-mrsi').click();
  await page.getByTestId('run-fit').click();
  await expect(page.getByTestId('map-title')).toHaveText('tNAA / tCr', FITTED);
  await expect(page.getByTestId('map-doubted')).toHaveText(/\d+ voxels unlike the network’s training/);
  await app.screenshot('methods-9-map');
});
