// A follow-up: three scans of one patient on three days, drawn with one another, brought to one height, stacked, named by their
// day; still there after a restart.
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { UNKNOWN_ACQUISITION, UNKNOWN_PATIENT } from '../../src/core/domain/mrsDataset.ts';
import { writeSimulatedScans } from '../fixtures/simulatedStudies.ts';
import { importDropped } from './importing.ts';
import { expect, test } from './launch.ts';

/** Each scan is first prepared, which takes a loaded machine long. */
const PREPARED = { timeout: 60_000 };
const DAYS = ['2025-03-04', '2025-09-02', '2026-03-03'];
const PATIENT = { ...UNKNOWN_PATIENT, name: 'Simulated Follow', id: 'SIM-F', sex: 'F', ageYears: 51 };

test('follow-up overlay: three studies of one patient', async ({ launchApp }) => {
  test.setTimeout(240_000);
  const folder = await mkdtemp(path.join(os.tmpdir(), 'lineshape-follow-up-'));
  try {
    const scans = await writeSimulatedScans(folder, 4, (n) =>
      n > DAYS.length
        ? {}
        : {
            patient: PATIENT,
            acquisition: {
              ...UNKNOWN_ACQUISITION,
              ...{ echoTimeS: 0.03, repetitionTimeS: 2, sequence: 'PRESS', acquiredAt: `${DAYS[n - 1]}T09:00:00` },
            },
          },
    );
    const first = await launchApp();
    const { window: page } = first;
    for (const scan of scans) await importDropped(page, [scan]);
    await page.getByTestId('rail-worklist').click();
    await expect(page.getByTestId('study-row')).toHaveCount(4);
    await page.getByTestId('study-row').filter({ hasText: DAYS[2]! }).dblclick();
    const chart = page.getByTestId('spectrum-chart');
    await expect(chart).toHaveAttribute('data-lines', '1', PREPARED);

    // The patient's other studies are offered, not a stranger's.
    await page.getByTestId('overlay-options').click();
    const offered = page.getByTestId('offered-study');
    await expect(offered).toHaveCount(2);
    await first.screenshot('follow-up-1-offer');
    await offered.filter({ hasText: DAYS[0]! }).click();
    await offered.filter({ hasText: DAYS[1]! }).click();
    await expect(page.getByTestId('overlaid-row')).toHaveCount(2);
    await expect(chart).toHaveAttribute('data-lines', '3', PREPARED);
    // A search finds the others.
    await page.getByTestId('overlay-search').fill('SIM-04');
    await expect(offered).toHaveCount(1);
    await page.getByTestId('overlay-search').fill('');
    await first.screenshot('follow-up-2-chosen');
    await page.keyboard.press('Escape');
    for (const day of DAYS) await expect(chart.locator('.chart__end').filter({ hasText: day })).toHaveCount(1);
    await first.screenshot('follow-up-3-stacked-dark');
    await page.keyboard.press('Control+Shift+L');
    await expect(page.locator('html')).toHaveAttribute('data-theme', 'light');
    await first.screenshot('follow-up-4-stacked-light');

    await page.getByTestId('overlay-options').click();
    await page.getByTestId('arrange-overlaid').click();
    // None of them has a water reference: said, and nothing is scaled in silence.
    await page.getByTestId('scaling-water').click();
    await expect(page.getByText('could not be measured')).toContainText(DAYS[0]!);
    await page.getByTestId('scaling-tCr').click();
    await page.keyboard.press('Escape');
    await expect(page.getByText('could not be measured')).toHaveCount(0);
    await first.screenshot('follow-up-5-overlaid');
    await first.close();

    const second = await launchApp({ userData: first.userData });
    await second.window.getByTestId('rail-worklist').click();
    await second.window.getByTestId('study-row').filter({ hasText: DAYS[2]! }).dblclick();
    await expect(second.window.getByTestId('spectrum-chart')).toHaveAttribute('data-lines', '3', PREPARED);
    await second.window.getByTestId('overlay-options').click();
    await second.window.getByTestId('remove-overlaid').first().click();
    await expect(second.window.getByTestId('spectrum-chart')).toHaveAttribute('data-lines', '2');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
