// The export of a study in the real app: into a folder that the system's dialog names, without what identifies the patient,
// with a report of what was removed on screen and beside the files; with it only when the user says so.
import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import type { Page } from '@playwright/test';
import { answerOpenDialog, drop } from './importing.ts';
import { expect, REPO_ROOT, test } from './launch.ts';

const DEMO = path.join(REPO_ROOT, 'resources', 'demo');
const NAMES = /synthetic\^|\^demo|t1\.nii|svs_press/i;

const toggleTheme = (page: Page) => page.keyboard.press('Control+Shift+L');

async function openDemo(page: Page): Promise<void> {
  await page.getByTestId('open-demo').click();
  await expect(page.getByTestId('study-view')).toBeVisible();
}

/** What a folder holds, as text, gzip unpacked. */
async function allText(folder: string): Promise<string> {
  const names = await readdir(folder);
  const contents = await Promise.all(names.map((name) => readFile(path.join(folder, name))));
  return contents
    .map((bytes, i) => `${names[i]} ${(bytes[0] === 0x1f ? gunzipSync(bytes) : bytes).toString('latin1')}`)
    .join();
}

test('the demo study is exported without names, with a report on screen and beside the files', async ({
  app,
}, testInfo) => {
  const { window: page, electron } = app;
  const target = testInfo.outputPath('exports');
  await mkdir(target, { recursive: true });
  await openDemo(page);
  await answerOpenDialog(electron, [target]);

  await page.getByTestId('export-menu').click();
  await page.getByTestId('export-study').click();
  await expect(page.getByTestId('export-deidentify')).toBeChecked();
  await expect(page.getByTestId('export-start')).toBeFocused();
  await app.screenshot('export-1-dialog');
  await page.getByTestId('export-as-lcmodel').check();
  await expect(page.getByTestId('export-dataset').filter({ hasText: 'truth' })).toContainText('Left out');
  await page.getByTestId('export-as-as-imported').check();
  await page.getByTestId('export-start').click();

  await expect(page.getByTestId('removed-report')).toBeVisible();
  const [folder] = await readdir(target);
  expect(folder).toMatch(/^Patient-[0-9a-f]{8} as-imported$/);
  await expect(page.getByTestId('export-said')).toContainText(folder as string);
  const files = (await readdir(path.join(target, folder as string))).sort();
  expect(files).toEqual([
    'deidentification.txt',
    'image-1.nii.gz',
    'metabolite-1.nii.gz',
    'metabolite-2.nii.gz',
    'study.json',
    'water-1.nii.gz',
  ]);
  expect(await allText(path.join(target, folder as string))).not.toMatch(NAMES);
  await page.getByTestId('removed-file').first().locator('summary').click();
  await app.screenshot('export-2-report');
  await page.getByTestId('export-close').click();
  await toggleTheme(page);

  // Again, as BIDS, from the keyboard; the folder of before stays.
  await page.keyboard.press('Control+Shift+E');
  await page.getByTestId('export-as-bids').check();
  await app.screenshot('export-3-light');
  await page.getByTestId('export-start').click();
  await expect(page.getByTestId('removed-report')).toBeVisible();
  await app.screenshot('export-4-report-light');
  expect((await readdir(target)).sort()).toEqual([folder, (folder as string).replace('as-imported', 'bids')].sort());
});

test('names stay only where the user says so, and leaving the system’s dialog leaves nothing', async ({
  app,
}, testInfo) => {
  const { window: page, electron } = app;
  const target = testInfo.outputPath('exports');
  await mkdir(target, { recursive: true });
  await openDemo(page);
  await electron.evaluate(({ dialog }) => {
    dialog.showOpenDialog = () => Promise.resolve({ canceled: true, filePaths: [] });
  });
  await page.getByTestId('export-menu').click();
  await page.getByTestId('export-study').click();
  await page.getByTestId('export-start').click();
  await expect(page.getByTestId('export-start')).toBeEnabled();
  expect(await readdir(target)).toEqual([]);

  await answerOpenDialog(electron, [target]);
  await page.getByTestId('export-deidentify').uncheck();
  await expect(page.getByTestId('export-identified')).toContainText('name the patient');
  await expect(page.getByTestId('export-start')).toContainText('identity');
  await app.screenshot('export-5-identified');
  await page.getByTestId('export-start').click();
  await expect(page.getByTestId('export-close')).toBeVisible();
  const [folder] = await readdir(target);
  const files = await readdir(path.join(target, folder as string));
  expect(files).toContain('svs_press_te30.nii.gz');
  expect(files).not.toContain('deidentification.txt');
});

test('an import without names keeps the scanner’s own format, cleaned, and shows what was removed', async ({
  app,
}, testInfo) => {
  const { window: page } = app;
  const scan = testInfo.outputPath('Synthetic_Demo.dcm');
  const cli = path.join(REPO_ROOT, 'bin', 'lineshape.mjs');
  await promisify(execFile)('node', [cli, 'convert', path.join(DEMO, 'mrsi_press_te30.nii.gz'), scan]);
  await drop(page, [scan, path.join(DEMO, 't1.nii.gz')]);
  await page.getByTestId('import-deidentify').check();
  await page.getByTestId('import-commit').click();
  await expect(page.getByTestId('import-outcome')).toBeVisible();
  await expect(page.getByTestId('removed-file').filter({ hasText: '.dcm' })).toBeVisible();
  await page.getByTestId('removed-file').filter({ hasText: '.dcm' }).locator('summary').click();
  await app.screenshot('import-7-removed');
  await page.evaluate(() => document.documentElement.setAttribute('data-theme', 'light'));
  await app.screenshot('import-8-removed-light');
  await page.getByTestId('outcome-close').click();
  await expect(page.getByTestId('study-view')).toBeVisible();
  await expect(page.getByTestId('dataset')).toContainText('metabolite-1.dcm');
});
