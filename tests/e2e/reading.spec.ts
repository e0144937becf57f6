// A reader's day in the real app: drop a scan, fit it, turn the phase, save the page, come back to it tomorrow; and the
// command line gives the same numbers.
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { ElectronApplication, Page } from '@playwright/test';
import type { LineshapeApi } from '../../src/ipc/contract.ts';
import { lcmodelBasisText } from '../fixtures/basisFiles.ts';
import { answerOpenDialog, importDropped } from './importing.ts';
import { expect, REPO_ROOT, test } from './launch.ts';

type PageWindow = Window & { lineshape: LineshapeApi };

const DEMO = path.join(REPO_ROOT, 'resources', 'demo');
const SCAN = path.join(DEMO, 'svs_press_te30.nii.gz');
const WATER = path.join(DEMO, 'svs_water.nii.gz');
const IMAGE = path.join(DEMO, 't1.nii.gz');
const BASIS = 'lineshape-3t-press-te30-123mhz';

interface Estimate {
  readonly name: string;
  readonly amplitude: number;
  readonly crlbPercent: number | null;
}

/** The next save dialog answers with this path. */
async function answerSaveDialog(electron: ElectronApplication, filePath: string): Promise<void> {
  await electron.evaluate(({ dialog }, chosen) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath: chosen });
  }, filePath);
}

/** Estimates of the newest analysis, as the app stores them. */
async function storedEstimates(page: Page): Promise<Estimate[]> {
  return page.evaluate(async () => {
    const { call } = (window as unknown as PageWindow).lineshape;
    const unwrap = <T>(answer: { ok: true; value: T } | { ok: false; error: { message: string } }): T => {
      if (!answer.ok) throw new Error(answer.error.message);
      return answer.value;
    };
    const [study] = unwrap(await call['study:list']({}));
    const { analyses } = unwrap(await call['study:open']({ studyId: study!.id }));
    const { voxels } = unwrap(await call['analysis:open']({ analysisId: analyses[0]!.id }));
    return voxels[0]!.result.metabolites.map(({ name, amplitude, crlbPercent }) => ({ name, amplitude, crlbPercent }));
  });
}

/** Runs `lineshape quantify` on the demo scan under the given engine (Node, or Electron as Node). */
async function onCommandLine(engine: string): Promise<Estimate[]> {
  const cli = path.join(REPO_ROOT, 'bin', 'lineshape.mjs');
  const args = [cli, 'quantify', SCAN, '--water', WATER, '--basis', BASIS, '--json'];
  const env = { ...process.env, ELECTRON_RUN_AS_NODE: '1' };
  const { stdout } = await promisify(execFile)(engine, args, { env, maxBuffer: 1 << 26 });
  const document = JSON.parse(stdout) as { results: { metabolites: Estimate[] }[] };
  return document.results[0]!.metabolites.map(({ name, amplitude, crlbPercent }) => ({ name, amplitude, crlbPercent }));
}

async function openFirstStudy(page: Page): Promise<void> {
  await page.getByTestId('rail-worklist').click();
  await page.getByTestId('study-row').first().dblclick();
  await expect(page.getByTestId('study-view')).toBeVisible();
}

test('drop, fit, phase, report, restart: the study is there', async ({ launchApp }) => {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'lineshape-report-'));
  const pdf = path.join(folder, 'report.pdf');
  try {
    const first = await launchApp();
    const { window: page } = first;
    await expect(page.getByTestId('open-demo-empty').or(page.getByTestId('open-demo')).first()).toBeVisible();
    await first.screenshot('1-empty-worklist');

    await importDropped(page, [SCAN, WATER, IMAGE]);
    // One dropped study opens by itself.
    await expect(page.getByTestId('study-view')).toBeVisible();
    await page.getByTestId('rail-worklist').click();
    await expect(page.getByTestId('study-row')).toHaveCount(1);
    await first.screenshot('2-worklist');
    await openFirstStudy(page);
    await expect(page.getByTestId('spectrum-chart')).toBeVisible();
    await expect(page.getByTestId('image-view').locator('canvas').first()).toBeVisible();

    await page.getByTestId('run-fit').click();
    await expect(page.getByTestId('results-table').locator('[data-metabolite=tNAA]')).toBeVisible();
    await first.screenshot('3-fitted');

    await page.getByTestId('tab-spectrum').click();
    const phase = page.getByTestId('phase0-number');
    await phase.fill('35');
    await phase.press('Enter');
    await expect(page.getByTestId('phase0')).toHaveValue('35');
    await first.screenshot('4-phase-turned');

    await answerSaveDialog(first.electron, pdf);
    await page.getByTestId('export-menu').click();
    await page.getByTestId('export-pdf').click();
    await expect
      .poll(() =>
        readFile(pdf).then(
          (b) => b.subarray(0, 5).toString(),
          () => '',
        ),
      )
      .toBe('%PDF-');
    const before = await storedEstimates(page);
    await first.close();

    const second = await launchApp({ userData: first.userData });
    await expect(second.window.getByTestId('study-row')).toHaveCount(1);
    await openFirstStudy(second.window);
    await expect(second.window.getByTestId('results-table').locator('[data-metabolite=tNAA]')).toBeVisible();
    expect(await storedEstimates(second.window)).toEqual(before);
    await second.window.getByTestId('tab-spectrum').click();
    await expect(second.window.getByTestId('phase0')).toHaveValue('35');
    await second.screenshot('5-after-restart');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test('the command line gives the same numbers as the app', async ({ launchApp }) => {
  const { window: page } = await launchApp();
  await importDropped(page, [SCAN, WATER]);
  await expect(page.getByTestId('study-view')).toBeVisible();
  await page.getByTestId('run-fit').click();
  await expect(page.getByTestId('results-table').locator('[data-metabolite=tNAA]')).toBeVisible();
  const inApp = await storedEstimates(page);

  expect(inApp.length).toBeGreaterThan(15);
  // In the app's own engine, to the last bit.
  expect(await onCommandLine(process.env['LINESHAPE_ELECTRON']!)).toEqual(inApp);
  // In this machine's Node, whose V8 may round sines and exponentials otherwise in the last place: 1e-9 is far below
  // anything a table shows, and far above what such rounding does to a fit.
  const inNode = await onCommandLine(process.execPath);
  expect(inNode.map((m) => m.name)).toEqual(inApp.map((m) => m.name));
  inNode.forEach(({ amplitude }, i) => {
    expect(Math.abs(amplitude - inApp[i]!.amplitude)).toBeLessThanOrEqual(1e-9 * Math.abs(inApp[i]!.amplitude));
  });
});

test('a basis set of the user’s own is added, offered for the fit, and still there after a restart', async ({
  launchApp,
}, testInfo) => {
  const shipped = (await readdir('resources/basis')).filter((name) => name.endsWith('.json')).length;
  const file = testInfo.outputPath('own.basis');
  await writeFile(file, lcmodelBasisText());
  const first = await launchApp();
  await answerOpenDialog(first.electron, [file]);
  await first.window.getByTestId('rail-basis').click();
  await expect(first.window.getByTestId('basis-row')).toHaveCount(shipped);
  await first.window.getByTestId('add-basis').click();
  await expect(first.window.getByTestId('basis-row')).toHaveCount(shipped + 1);
  await first.screenshot('6-own-basis');
  await importDropped(first.window, [SCAN, WATER]);
  await expect(first.window.getByTestId('study-view')).toBeVisible();
  await expect(first.window.getByTestId('basis').locator('option')).toHaveCount(shipped + 1);
  // The set that fits best is still the one chosen.
  await expect(first.window.getByTestId('basis')).toHaveValue(BASIS);
  await first.close();

  const second = await launchApp({ userData: first.userData });
  await second.window.getByTestId('rail-basis').click();
  await expect(second.window.getByTestId('basis-row')).toHaveCount(shipped + 1);
});
