// An edited scan in the real app: recognised, fitted by its basis set and by Gaussians, and its edit-off spectrum alone.
import { writeFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import { writeMrs } from '../../src/core/formats/index.ts';
import { areaOf, COEDITED, MEGA_BRAIN, megaTransients } from '../fixtures/megaScan.ts';
import { importDropped } from './importing.ts';
import { expect, test } from './launch.ts';

const STEM = 'lineshape-3t-mega-press-te68-123mhz';
/** Generous: test machines have two cores, which the window shares. */
const FITTED = { timeout: 90_000 };

const CREATINE = MEGA_BRAIN['Cr']! + MEGA_BRAIN['PCr']!;
const GABA_AREA = areaOf('GABA', [2.75, 3.25]);
const GABA_PLUS = MEGA_BRAIN['GABA']! + COEDITED.amplitude / GABA_AREA;
/** GABA+/tCr: of amounts with the basis set, of areas with Gaussians (three protons of creatine's methyl group). */
const TRUTH = { nlls: GABA_PLUS / CREATINE, 'edited-gaussian': (GABA_PLUS * GABA_AREA) / (3 * CREATINE) } as const;

/** The ratio to tCr in a row of the results. */
async function ratioOf(page: Page, name: string): Promise<number> {
  const row = page.getByTestId('results-table').locator(`[data-metabolite="${name}"]`);
  // With its SD behind it.
  return Number.parseFloat(await row.locator('[data-column=ratio]').innerText());
}

test('an edited scan: its recipe and basis set, GABA+ over creatine by both methods, OFF alone', async ({
  app,
}, testInfo) => {
  const { window: page } = app;
  const scan = testInfo.outputPath('edited.nii.gz');
  await writeFile(scan, writeMrs(megaTransients({ seed: 3, count: 16, noiseSd: 0.3 }), 'nifti-mrs'));
  await importDropped(page, [scan]);
  await expect(page.getByTestId('study-view')).toBeVisible();
  await expect(page.getByTestId('recipe')).toHaveValue('mega-difference');
  await expect(page.getByTestId('basis')).toHaveValue(`${STEM}-difference`);
  await expect(page.getByTestId('basis-offer')).toHaveCount(0);
  await expect(page.getByTestId('spectrum-chart')).toBeVisible(FITTED);
  await app.screenshot('edited-1-recognised');

  const gabaPlus = page.getByTestId('results-table').locator('[data-metabolite="GABA+"]');
  await page.getByTestId('run-fit').click();
  await expect(gabaPlus).toBeVisible(FITTED);
  // Measured SD: 4 %; the table rounds.
  expect(Math.abs((await ratioOf(page, 'GABA+')) / TRUTH.nlls - 1)).toBeLessThan(0.15);
  await expect(gabaPlus).toContainText('GABA + MM3co');
  await app.screenshot('edited-2-basis');

  await page.getByTestId('method').selectOption('edited-gaussian');
  await expect(page.getByTestId('basis')).toHaveCount(0);
  await page.getByTestId('run-fit').click();
  await expect(page.getByTestId('fitted-with')).toContainText(/gaussian/i, FITTED);
  await expect(gabaPlus).toBeVisible();
  expect(Math.abs((await ratioOf(page, 'GABA+')) / TRUTH['edited-gaussian'] - 1)).toBeLessThan(0.15);
  await app.screenshot('edited-3-gaussians');
  await page.keyboard.press('Control+Shift+L');
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'light');
  await app.screenshot('edited-4-gaussians-light');

  // Another recipe of the same scan fits another sub-spectrum: its basis set comes with it.
  await page.getByTestId('method').selectOption('nlls');
  await page.getByTestId('recipe').selectOption('mega-off');
  await expect(page.getByTestId('basis')).toHaveValue(`${STEM}-off`);
  await page.getByTestId('run-fit').click();
  await expect(page.getByTestId('results-table').locator('[data-metabolite=tCho]')).toBeVisible(FITTED);
  await expect(gabaPlus).toHaveCount(0);
  await app.screenshot('edited-5-off-light');
  await page.getByTestId('recipe').selectOption('mega-difference');
  await expect(page.getByTestId('basis')).toHaveValue(`${STEM}-difference`);
});
