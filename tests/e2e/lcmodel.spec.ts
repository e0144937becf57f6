// LCModel beside our fit in the real app: a real run's results read into a study, the program set, refused and tried in the
// settings, and a run with progress and cancel. A real LCModel is not here; a script stands for the program where the app's
// own part (start, stop, messages) is meant.
import { chmod, copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Page } from '@playwright/test';
import { formatSignificant } from '../../src/core/reports/index.ts';
import { readLcmodelTable } from '../../src/core/quantification/lcmodel/index.ts';
import { DATA_FOLDER, dataAvailable } from '../fixtures/realData.ts';
import { answerOpenDialog, importDropped } from './importing.ts';
import { expect, test } from './launch.ts';

const RUN = path.join(DATA_FOLDER, 'lcmodel_runs', 'press35_sub-01');
/** LCModel's names of rows in the study's table, as ours. */
const SUMS: Readonly<Record<string, string>> = {
  'NAA+NAAG': 'tNAA',
  'Cr+PCr': 'tCr',
  'PCh+GPC': 'tCho',
  'Glu+Gln': 'Glx',
};

if (!dataAvailable) process.stderr.write('skipped: results of a real LCModel, for ../shared/data is not there\n');

async function openLcmodelPanel(page: Page): Promise<void> {
  await page.getByTestId('side-lcmodel').click();
  await expect(page.getByTestId('lcmodel-panel')).toBeVisible();
}

const cell = (page: Page, name: string, isSum: boolean, column: string) =>
  page.locator(`tr[data-metabolite="${name}"][data-sum="${isSum}"] [data-column="${column}"]`);

test('a real run of LCModel is read into a study, with the figures of its table', async ({ app }, testInfo) => {
  test.skip(!dataAvailable, 'the real data are not here');
  const { window: page, electron } = app;
  const folder = testInfo.outputPath('scan');
  await mkdir(folder, { recursive: true });
  for (const name of ['met.RAW', 'control.file']) await copyFile(path.join(RUN, name), path.join(folder, name));
  await importDropped(page, [path.join(folder, 'met.RAW')]);
  await expect(page.getByTestId('study-view')).toBeVisible();
  await openLcmodelPanel(page);
  await expect(page.getByTestId('lcmodel-absent')).toContainText('No LCModel is set');
  await app.screenshot('lcmodel-1-absent');

  await answerOpenDialog(electron, [path.join(RUN, 'basis.BASIS')]);
  await page.getByTestId('lcmodel-read-files').click();
  await expect(page.getByTestId('lcmodel-failure')).toContainText('no result file of LCModel');

  await answerOpenDialog(electron, [RUN]);
  await page.getByTestId('lcmodel-read-folder').click();
  await expect(page.getByTestId('lcmodel-said')).toContainText('version 6.3-1N');
  await expect(page.getByTestId('lcmodel-said')).toContainText('Read from out.coord, out.csv, out.print, out.table');
  await expect(page.getByTestId('analysis')).toContainText('LCModel, lcmodel-import');
  const table = readLcmodelTable(new Uint8Array(await readFile(path.join(RUN, 'out.table'))), 'out.table');
  for (const { name, concentration, percentSd } of table.estimates ?? []) {
    const ours = SUMS[name] ?? { PCh: 'PCho' }[name] ?? name;
    const isSum = name in SUMS;
    await expect(cell(page, ours, isSum, 'amplitude'), name).toHaveText(formatSignificant(concentration, 3));
    if (percentSd < 999) await expect(cell(page, ours, isSum, 'crlb'), name).toContainText(String(percentSd));
  }
  await expect(page.getByTestId('fit-chart')).toBeVisible();
  await app.screenshot('lcmodel-2-read');
  await page.keyboard.press('Control+Shift+L');
  await app.screenshot('lcmodel-3-read-light');
  await page.getByTestId('preset-report').click();
  const report = page.frameLocator('iframe');
  await expect(report.getByText('6.3-1N').first()).toBeVisible();
  await app.screenshot('lcmodel-8-report-light');
});

test('a wrong program is refused in words, and one that is none is told as such', async ({ app }, testInfo) => {
  test.skip(process.platform === 'win32', 'scripts stand for the program');
  const { window: page, electron } = app;
  const folder = testInfo.outputPath('programs');
  await mkdir(folder, { recursive: true });
  const plain = path.join(folder, 'lcmodel.txt');
  await writeFile(plain, 'no program');
  await chmod(plain, 0o644);
  const other = path.join(folder, 'other');
  await writeFile(other, '#!/bin/sh\necho I am something else\n');
  await chmod(other, 0o755);

  await page.getByTestId('rail-settings').click();
  await expect(page.getByTestId('lcmodel-path')).toHaveText('None is set');
  await expect(page.getByTestId('lcmodel-test')).toBeDisabled();
  await answerOpenDialog(electron, [plain]);
  await page.getByTestId('lcmodel-choose').click();
  await expect(page.getByTestId('lcmodel-problem')).toContainText('may not be executed');
  await expect(page.getByTestId('lcmodel-path')).toHaveText('None is set');
  await app.screenshot('lcmodel-4-refused');

  await answerOpenDialog(electron, [other]);
  await page.getByTestId('lcmodel-choose').click();
  await expect(page.getByTestId('lcmodel-path')).toHaveText(other);
  await page.getByTestId('lcmodel-test').click();
  await expect(page.getByTestId('lcmodel-probe')).toContainText('not what LCModel says');
  await expect(page.getByText('I am something else')).toBeVisible();
  await page.getByTestId('lcmodel-limit').fill('30');
  await page.getByTestId('lcmodel-limit').press('Tab');
  await app.screenshot('lcmodel-5-tested');
  await page.getByTestId('lcmodel-forget').click();
  await expect(page.getByTestId('lcmodel-path')).toHaveText('None is set');
  await expect(page.getByTestId('lcmodel-limit')).toHaveValue('30');
});

test('a run shows its progress, is cancelled, and says why it failed', async ({ app }, testInfo) => {
  test.skip(process.platform === 'win32', 'scripts stand for the program');
  const { window: page, electron } = app;
  const folder = testInfo.outputPath('programs');
  await mkdir(folder, { recursive: true });
  const slow = path.join(folder, 'slow');
  await writeFile(slow, '#!/bin/sh\ncat > /dev/null\nsleep 60\n');
  await chmod(slow, 0o755);
  await page.getByTestId('rail-settings').click();
  await answerOpenDialog(electron, [slow]);
  await page.getByTestId('lcmodel-choose').click();
  await expect(page.getByTestId('lcmodel-path')).toHaveText(slow);
  await page.getByTestId('rail-worklist').click();
  await page.getByTestId('open-demo').click();
  await expect(page.getByTestId('study-view')).toBeVisible();
  await openLcmodelPanel(page);
  await page.getByTestId('lcmodel-run').click();
  await expect(page.getByTestId('lcmodel-cancel')).toBeVisible();
  await app.screenshot('lcmodel-6-running');
  await page.getByTestId('lcmodel-cancel').click();
  await expect(page.getByText('LCModel was stopped; nothing was stored.')).toBeVisible();

  await page.getByTestId('lcmodel-control').fill('nonsense=1');
  await page.getByTestId('lcmodel-run').click();
  await expect(page.getByTestId('lcmodel-failure')).toContainText('no control parameter "nonsense"');
  await page.getByTestId('lcmodel-control').fill('');
  await writeFile(slow, '#!/bin/sh\ncat > /dev/null\necho "***      FATAL ERROR  MYCONT  2,"\n');
  await page.getByTestId('lcmodel-run').click();
  await expect(page.getByTestId('lcmodel-failure')).toContainText('fatal error MYCONT 2');
  await app.screenshot('lcmodel-7-failed');
});
