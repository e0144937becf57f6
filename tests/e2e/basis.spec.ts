// Basis sets in the real app: looked at, simulated, compared, saved, removed; and made for a scan that none suits.
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { ElectronApplication, Locator, Page } from '@playwright/test';
import { importDropped } from './importing.ts';
import { expect, REPO_ROOT, test } from './launch.ts';

const SCAN = path.join(REPO_ROOT, 'resources', 'demo', 'svs_press_te30.nii.gz');
/** Generous: test machines have two cores, which the window shares. */
const SIMULATED = { timeout: 90_000 };

/** The next save dialog answers with this path. */
async function answerSaveDialog(electron: ElectronApplication, filePath: string): Promise<void> {
  await electron.evaluate(({ dialog }, chosen) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath: chosen });
  }, filePath);
}

/** The next open dialog answers with this path. */
async function answerOpenDialog(electron: ElectronApplication, filePath: string): Promise<void> {
  await electron.evaluate(({ dialog }, chosen) => {
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [chosen] });
  }, filePath);
}

async function openBasisPage(page: Page): Promise<Locator> {
  await page.getByTestId('rail-basis').click();
  const rows = page.getByTestId('basis-row');
  await expect(rows.first()).toBeVisible();
  return rows;
}

/** Leaves only these metabolites ticked in the form. */
async function chooseMetabolites(page: Page, names: readonly string[]): Promise<void> {
  await page.getByRole('button', { name: 'None of Brain' }).click();
  for (const name of names) await page.locator(`[data-metabolite="${name}"]`).check();
}

async function simulate(page: Page, title: string): Promise<void> {
  await page.getByTestId('sim-title').fill(title);
  await page.getByTestId('simulate').click();
  await expect(page.getByTestId('basis-details').getByRole('heading', { name: title })).toBeVisible(SIMULATED);
}

test('the list is searched and walked through, and spectra are shown as asked', async ({ app }) => {
  const { window: page } = app;
  const rows = await openBasisPage(page);
  const count = await rows.count();
  await page.getByTestId('basis-search').fill('press te 30');
  await expect.poll(() => rows.count()).toBeLessThan(count);
  await expect(rows.first()).toContainText('TE 30 ms');
  await page.getByTestId('basis-search').fill('no such set');
  await expect(rows).toHaveCount(0);
  await page.getByRole('button', { name: 'Show all' }).click();
  await expect(rows).toHaveCount(count);

  await rows.first().click();
  await rows.first().press('ArrowDown');
  await expect(rows.nth(1)).toHaveAttribute('aria-selected', 'true');
  await expect(rows.nth(1)).toBeFocused();
  await expect(page.getByTestId('basis-chart')).toHaveAttribute('data-range', '4.400 0.200');
  await app.screenshot('basis-1-spectra');

  await page.getByTestId('basis-stack').click();
  await page.getByTestId('signals-all').click();
  await app.screenshot('basis-2-stack');
  await page.keyboard.press('Control+Shift+L');
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'light');
  await app.screenshot('basis-2-stack-light');
  await page.getByTestId('signals-none').click();
  await expect(page.getByTestId('basis-chart')).toHaveCount(0);
  await page.getByTestId('signal-search').fill('gaba');
  await page.locator('[data-signal=GABA] input').check();
  await expect(page.getByTestId('basis-chart')).toBeVisible();
});

test('a set is simulated, compared, saved, and removed', async ({ app }, testInfo) => {
  const { window: page, electron } = app;
  const rows = await openBasisPage(page);
  const count = await rows.count();
  await page.getByTestId('open-simulation').click();
  await expect(page.getByRole('heading', { name: 'Simulate a basis set' })).toBeFocused();
  await page.getByTestId('sim-preset').selectOption({ label: '3 T PRESS TE 144, Siemens' });
  await expect(page.getByTestId('sim-te')).toHaveValue('144');
  await expect(page.getByTestId('sim-title')).toHaveValue(/3 T PRESS TE 144 ms, .*shaped pulses/);
  await expect(page.getByTestId('pulse-refocusing').getByTestId('pulse-preview')).toBeVisible();
  await app.screenshot('basis-3-form');

  // Wrong input is said beside its field, and nothing starts.
  await page.getByTestId('sim-te1').fill('150');
  await expect(page.getByText('TE1 must lie between 0 and TE (144 ms)')).toBeVisible();
  await expect(page.getByTestId('simulate')).toBeDisabled();
  await page.getByTestId('sim-te1').fill('16.4');

  // What only the simulation knows is said in the form, which keeps its input.
  await page.getByTestId('sim-te').fill('20');
  await page.getByTestId('sim-te1').fill('2');
  await page.getByTestId('simulate').click();
  await expect(page.getByTestId('simulate-failure')).toContainText('TE');
  await expect(page.getByTestId('sim-te1')).toHaveValue('2');
  await app.screenshot('basis-4-too-short');

  await page.getByTestId('sim-te').fill('144');
  await page.getByTestId('sim-te1').fill('16.4');
  await page.getByTestId('sim-ideal').click();
  await chooseMetabolites(page, ['NAA', 'Cr', 'Lac', 'Suc']);
  await simulate(page, 'Mine at 144');
  await expect(rows).toHaveCount(count + 1);
  await expect(page.getByTestId('basis-chart')).toBeVisible();

  await page.getByTestId('tab-basis-compare').click();
  await page.getByTestId('compare-with').selectOption({ label: '3 T PRESS TE 30 ms, 123.25 MHz (Siemens)' });
  const table = page.getByTestId('comparison-table');
  await expect(table.locator('tbody tr')).toHaveCount(3, SIMULATED);
  // Singlets of creatine know no echo time; lactate at 144 ms is another thing than at 30 ms.
  await expect(table.locator('[data-metabolite=Cr]')).toContainText('agrees');
  await expect(page.getByText('Only in “Mine at 144”:')).toBeVisible();
  await expect(page.getByTestId('compare-chart')).toBeVisible();
  await app.screenshot('basis-5-compare');

  const file = testInfo.outputPath('mine.basis');
  await answerSaveDialog(electron, file);
  await page.getByTestId('export-basis').click();
  await page.getByTestId('export-lcmodel').click();
  await expect.poll(() => readFile(file, 'utf8').catch(() => '')).toContain('$BASIS');

  await page.getByTestId('remove-basis').click();
  await page.getByTestId('confirm').click();
  await expect(rows).toHaveCount(count);

  // Added again from the file that was saved.
  await answerOpenDialog(electron, file);
  await page.getByTestId('add-basis').click();
  await expect(rows).toHaveCount(count + 1);
});

test('a long simulation shows how far it is and can be cancelled; an edited one gives three sets', async ({ app }) => {
  const { window: page } = app;
  const rows = await openBasisPage(page);
  const count = await rows.count();
  await page.getByTestId('open-simulation').click();
  await page.getByTestId('sim-preset').selectOption({ label: '3 T MEGA-PRESS TE 68 (GABA)' });
  await page.getByTestId('sim-positions').fill('256');
  await page.getByTestId('simulate').click();
  await expect(page.getByTestId('simulate-message')).toContainText('Simulat');
  await page.getByTestId('simulate-cancel').click();
  await expect(page.getByTestId('simulate')).toBeVisible({ timeout: 30_000 });
  await expect(page.getByTestId('sim-positions')).toHaveValue('256');
  await expect(rows).toHaveCount(count);

  // The same with instant pulses takes moments, and gives the spectra of both conditions and their difference.
  await page.getByTestId('sim-ideal').click();
  await chooseMetabolites(page, ['GABA', 'Cr']);
  await page.getByTestId('simulate').click();
  await expect(rows).toHaveCount(count + 3, SIMULATED);
  await expect(page.getByTestId('basis-details')).toBeVisible();
  await expect(rows.filter({ hasText: 'difference' }).first()).toBeVisible();
});

test('where no set suits the scan, the right one is simulated and fits', async ({ launchApp }, testInfo) => {
  // The demo scan, said to be measured at TE 80 ms, for which nothing is shipped.
  const scan = testInfo.outputPath('te80.nii.gz');
  const text = gunzipSync(await readFile(SCAN)).toString('latin1');
  const changed = text.replace('"EchoTime":0.03,', '"EchoTime":0.08,');
  expect(changed).not.toBe(text);
  await writeFile(scan, gzipSync(Buffer.from(changed, 'latin1')));

  const app = await launchApp();
  const { window: page } = app;
  await importDropped(page, [scan]);
  await expect(page.getByTestId('study-view')).toBeVisible();
  const offer = page.getByTestId('basis-offer');
  await expect(offer).toContainText('TE');
  await app.screenshot('basis-6-offer');
  await page.getByTestId('simulate-right-basis').click();
  await expect(page.getByTestId('sim-te')).toHaveValue('80');
  await expect(page.getByTestId('sim-frequency')).toHaveValue('123.25');
  await expect(page.getByTestId('assumptions').locator('li').first()).toBeVisible();
  await app.screenshot('basis-7-suggested');

  await page.getByTestId('sim-ideal').click();
  await chooseMetabolites(page, ['NAA', 'Cr', 'GPC', 'Ins', 'Glu']);
  await simulate(page, 'For this scan');
  const id = await page.locator('[data-testid=basis-row][aria-selected=true]').getAttribute('data-id');
  await page.getByTestId('rail-study').click();
  await expect(page.getByTestId('basis')).toHaveValue(id!);
  await expect(offer).toHaveCount(0);
  await app.screenshot('basis-8-suits');
});
