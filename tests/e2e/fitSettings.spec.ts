// Fit settings in the real app: another method with an option of its own, what is wrong said before the fit, and a phosphorus
// scan with prior knowledge from a file.
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Page } from '@playwright/test';
import { writeMrs } from '../../src/core/formats/index.ts';
import { P31_TABLE, phosphorusScan } from '../fixtures/phosphorusScan.ts';
import { answerOpenDialog, importDropped } from './importing.ts';
import { expect, REPO_ROOT, test } from './launch.ts';

const DEMO = path.join(REPO_ROOT, 'resources', 'demo');
const SCANS = ['svs_press_te30.nii.gz', 'svs_water.nii.gz'].map((name) => path.join(DEMO, name));

/** Generous: test machines have two cores, which the window shares. */
const FITTED = { timeout: 60_000 };

async function openOptions(page: Page): Promise<void> {
  await page.getByTestId('fit-options').locator('summary').first().click();
}

/** The window in the other theme. */
async function toggleTheme(page: Page): Promise<void> {
  await page.keyboard.press('Control+Shift+L');
}

test('another method and an option: marked, fitted, told beside the result, and reset', async ({ app }) => {
  const { window: page } = app;
  await importDropped(page, SCANS);
  await expect(page.getByTestId('study-view')).toBeVisible();
  await expect(page.getByTestId('method')).toHaveValue('nlls');
  await page.getByTestId('preset-physics').click();
  await openOptions(page);
  await app.screenshot('fit-settings-1-nlls');

  // Said beside the option, and the fit waits.
  await page.getByTestId('option-profileLikelihood').fill('tNAA, Nothing');
  await page.getByTestId('option-profileLikelihood').press('Tab');
  await expect(page.getByTestId('fit-options')).toContainText('The basis set has no Nothing');
  await expect(page.getByTestId('run-fit')).toBeDisabled();
  await app.screenshot('fit-settings-2-wrong');
  await page.getByTestId('option-profileLikelihood').fill('tNAA, GABA');
  await page.getByTestId('option-profileLikelihood').press('Tab');
  await page.getByTestId('option-ratioPriors').selectOption('lcmodel');
  await expect(page.getByTestId('options-changed')).toContainText('2 changed');
  await page.getByTestId('run-fit').click();
  const table = page.getByTestId('results-table');
  await expect(table.locator('[data-metabolite=tNAA] [data-column=interval]')).toContainText('–', FITTED);
  await expect(page.getByTestId('fitted-with')).toContainText('As LCModel');
  await app.screenshot('fit-settings-3-intervals');

  await page.getByTestId('reset-ratioPriors').click();
  await expect(page.getByTestId('options-changed')).toContainText('1 changed');
  await page.getByTestId('reset-options').click();
  await expect(page.getByTestId('options-changed')).toContainText('all as usual');

  await page.getByTestId('method').selectOption('quest');
  await page.getByTestId('option-background').selectOption('inbase');
  await page.getByTestId('run-fit').click();
  await expect(page.getByTestId('fitted-with')).toContainText('QUEST', FITTED);
  await expect(page.getByTestId('fitted-with')).toContainText('Signals of the basis');
  await expect(table.locator('[data-metabolite=tNAA]')).toBeVisible();
  await app.screenshot('fit-settings-4-quest');
  await toggleTheme(page);
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'light');
  await app.screenshot('fit-settings-5-quest-light');

  // The choice of one method is not lost by looking at another.
  await page.getByTestId('method').selectOption('nlls');
  await page.getByTestId('method').selectOption('quest');
  await expect(page.getByTestId('option-background')).toHaveValue('inbase');
});

test('a phosphorus scan: its axis, its peaks, AMARES, and prior knowledge from a file', async ({ app }, testInfo) => {
  const { window: page, electron } = app;
  const scan = testInfo.outputPath('phosphorus.nii.gz');
  const table = testInfo.outputPath('lines.csv');
  const raw = { coils: 2, transients: 16, noiseSd: 0.6, seed: 12, phase0: 0.8 };
  await writeFile(scan, writeMrs(phosphorusScan(raw), 'nifti-mrs'));
  await writeFile(table, P31_TABLE);
  await importDropped(page, [scan]);
  await expect(page.getByTestId('study-view')).toBeVisible();
  await expect(page.getByTestId('method')).toHaveValue('amares');
  await expect(page.getByTestId('recipe')).toHaveValue('x-nucleus');
  await expect(page.getByTestId('basis')).toHaveCount(0);
  await expect(page.getByTestId('basis-offer')).toHaveCount(0);
  await expect(page.getByTestId('spectrum-chart')).toHaveAttribute('data-range', '10.000 -20.000');
  await app.screenshot('fit-settings-6-phosphorus');

  await page.getByTestId('run-fit').click();
  const results = page.getByTestId('results-table');
  await expect(results.locator('[data-metabolite=PCr]')).toBeVisible(FITTED);
  await expect(results.locator('[data-metabolite=PME]')).toBeVisible();
  await app.screenshot('fit-settings-7-phosphorus-fit');

  await openOptions(page);
  await answerOpenDialog(electron, [table]);
  await page.getByTestId('option-priorKnowledge').selectOption({ label: 'From a file…' });
  await expect(page.getByTestId('option-priorKnowledge')).toHaveValue('held');
  await page.getByTestId('run-fit').click();
  await expect(results.locator('[data-metabolite=BATP2]')).toBeVisible(FITTED);
  await expect(page.getByTestId('fitted-with')).toContainText('14 lines');
  await toggleTheme(page);
  await app.screenshot('fit-settings-8-phosphorus-file-light');
});
