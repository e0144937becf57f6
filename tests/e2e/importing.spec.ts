// The import dialog in the real app: what was recognised is shown, changed, imported or not; nothing is stored unasked.
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Page } from '@playwright/test';
import { answerOpenDialog, drop } from './importing.ts';
import { expect, REPO_ROOT, test } from './launch.ts';

const DEMO = path.join(REPO_ROOT, 'resources', 'demo');
const SCAN = path.join(DEMO, 'svs_press_te30.nii.gz');
const WATER = path.join(DEMO, 'svs_water.nii.gz');
const IMAGE = path.join(DEMO, 't1.nii.gz');

const row = (page: Page, name: string) => page.getByTestId('import-item').filter({ hasText: name });
const roleOf = (page: Page, name: string) => row(page, name).getByTestId('import-role');

/** Roles by file name of the one study there is. */
async function storedRoles(page: Page): Promise<Record<string, string>> {
  return page.evaluate(async () => {
    const { call } = window.lineshape;
    const studies = await call['study:list']({});
    if (!studies.ok || studies.value.length !== 1) throw new Error('not one study');
    const detail = await call['study:open']({ studyId: studies.value[0]!.id });
    if (!detail.ok) throw new Error(detail.error.message);
    return Object.fromEntries(detail.value.datasets.map(({ fileName, role }) => [fileName, role]));
  });
}

test('dropped files are shown, a role is changed, another file left out, and the rest imported', async ({ app }) => {
  const { window: page } = app;
  await drop(page, [SCAN, WATER, IMAGE]);
  const dialog = page.getByTestId('import-dialog');
  await expect(dialog.getByTestId('import-item')).toHaveCount(3);
  await expect(roleOf(page, 'svs_press_te30')).toHaveValue('metabolite');
  await expect(roleOf(page, 'svs_water')).toHaveValue('water');
  await expect(roleOf(page, 't1.nii.gz')).toHaveValue('image');
  await expect(row(page, 'svs_press_te30')).toContainText('TE 30 ms');
  await expect(page.getByTestId('import-commit')).toBeFocused();
  await app.screenshot('import-1-dialog');

  // Without a scan there is no study.
  await roleOf(page, 'svs_press_te30').selectOption('skip');
  await roleOf(page, 'svs_water').selectOption('skip');
  await expect(page.getByTestId('import-commit')).toBeDisabled();
  await expect(page.getByTestId('import-obstacle')).toContainText('No spectroscopy scan');
  await app.screenshot('import-2-obstacle');
  await roleOf(page, 'svs_press_te30').selectOption('metabolite');
  await roleOf(page, 'svs_water').selectOption('metabolite');
  await roleOf(page, 't1.nii.gz').selectOption('skip');
  await page.getByTestId('import-commit').click();

  await expect(page.getByTestId('study-view')).toBeVisible();
  await expect(dialog).toHaveCount(0);
  expect(await storedRoles(page)).toEqual({
    [path.basename(SCAN)]: 'metabolite',
    [path.basename(WATER)]: 'metabolite',
  });
});

test('a folder with a broken file shows the failure and imports the rest', async ({ app }, testInfo) => {
  const { window: page, electron } = app;
  const folder = testInfo.outputPath('examination');
  await mkdir(path.join(folder, 'spectra'), { recursive: true });
  await copyFile(SCAN, path.join(folder, 'spectra', 'press.nii.gz'));
  await copyFile(WATER, path.join(folder, 'spectra', 'water.nii.gz'));
  await writeFile(path.join(folder, 'broken.nii'), 'this is no NIfTI file');
  await answerOpenDialog(electron, [folder]);
  await page.getByTestId('open-folder').first().click();

  await expect(page.getByTestId('import-item')).toHaveCount(2);
  await expect(page.getByTestId('import-failure')).toHaveCount(1);
  await expect(page.getByTestId('import-failure')).toContainText('broken.nii');
  await app.screenshot('import-3-failure');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('study-view')).toBeVisible();
  expect(await storedRoles(page)).toEqual({ 'press.nii.gz': 'metabolite', 'water.nii.gz': 'water' });
});

test('many files of one reason share a line, and can all be shown', async ({ app }, testInfo) => {
  const { window: page, electron } = app;
  const folder = testInfo.outputPath('mixed');
  await mkdir(folder, { recursive: true });
  await copyFile(SCAN, path.join(folder, 'press.nii.gz'));
  for (let i = 0; i < 37; i++) await writeFile(path.join(folder, `notes-${i}.log`), Buffer.from([1, 2, 3, 254]));
  await answerOpenDialog(electron, [folder]);
  await page.getByTestId('open-folder').first().click();
  await expect(page.getByTestId('import-failure')).toHaveCount(1);
  await expect(page.getByTestId('import-failure')).toContainText('37 files: each is in no format');
  await expect(page.getByText('notes-36.log', { exact: true })).toBeHidden();
  await app.screenshot('import-9-folded');
  await page.getByTestId('import-failure').locator('summary').click();
  await expect(page.getByText('notes-36.log', { exact: true })).toBeVisible();
});

test('cancel leaves nothing, by button and by Escape, and the window takes files again', async ({ app }) => {
  const { window: page } = app;
  for (const leave of [() => page.getByTestId('import-cancel').click(), () => page.keyboard.press('Escape')]) {
    await drop(page, [SCAN]);
    await expect(page.getByTestId('import-item')).toHaveCount(1);
    await leave();
    await expect(page.getByTestId('import-dialog')).toHaveCount(0);
  }
  await expect(page.getByTestId('study-row')).toHaveCount(0);
  await drop(page, [SCAN]);
  await expect(page.getByTestId('import-item')).toHaveCount(1);
});

test('names are taken out before anything is stored, where the box is ticked', async ({ app }) => {
  const { window: page } = app;
  await drop(page, [SCAN, WATER, IMAGE]);
  await page.getByTestId('import-deidentify').check();
  await page.getByTestId('import-commit').click();
  await expect(page.getByTestId('import-outcome').getByTestId('removed-file')).toHaveCount(3);
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('import-outcome')).toHaveCount(0);
  await expect(page.getByTestId('study-view')).toBeVisible();
  expect(await storedRoles(page)).toEqual({
    'metabolite-1.nii.gz': 'metabolite',
    'water-1.nii.gz': 'water',
    'image-1.nii.gz': 'image',
  });
  await expect(page.getByTestId('image-view').locator('canvas').first()).toBeVisible();
  await page.getByTestId('rail-worklist').click();
  await expect(page.getByTestId('study-row')).toContainText(/Patient-[0-9a-f]{8}/);
  await expect(page.getByTestId('study-row')).not.toContainText('Synthetic');
  await app.screenshot('import-6-pseudonym');
});

test('where nothing can be imported, the dialog says why and only closes', async ({ app }, testInfo) => {
  const { window: page } = app;
  const notes = testInfo.outputPath('notes.nii');
  await writeFile(notes, 'not a scan');
  await drop(page, [notes]);
  await expect(page.getByTestId('import-failure')).toContainText('notes.nii');
  await expect(page.getByTestId('import-commit')).toBeDisabled();
  await expect(page.getByTestId('import-cancel')).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('import-dialog')).toHaveCount(0);
});

test('two hundred items scroll inside the dialog, in the light theme too', async ({ app }, testInfo) => {
  const { window: page, electron } = app;
  const folder = testInfo.outputPath('many');
  await mkdir(folder);
  for (let i = 0; i < 200; i++) await copyFile(SCAN, path.join(folder, `scan-${String(i).padStart(3, '0')}.nii.gz`));
  await answerOpenDialog(electron, [folder]);
  await page.evaluate(() => document.documentElement.setAttribute('data-theme', 'light'));
  await page.getByTestId('open-folder').first().click();
  await expect(page.getByTestId('import-progress')).toBeVisible();
  await app.screenshot('import-4-reading');
  await expect(page.getByTestId('import-item')).toHaveCount(200, { timeout: 60_000 });
  await expect(page.getByTestId('import-commit')).toBeInViewport();
  await row(page, 'scan-199').scrollIntoViewIfNeeded();
  await expect(page.getByTestId('import-commit')).toBeInViewport();
  await app.screenshot('import-5-many');
});

test('a reading is cancelled on its way', async ({ app }, testInfo) => {
  const { window: page, electron } = app;
  const folder = testInfo.outputPath('many');
  await mkdir(folder);
  for (let i = 0; i < 200; i++) await copyFile(SCAN, path.join(folder, `scan-${String(i).padStart(3, '0')}.nii.gz`));
  await answerOpenDialog(electron, [folder]);
  await page.getByTestId('open-folder').first().click();
  await expect(page.getByTestId('import-progress')).toBeVisible();
  await page.getByTestId('import-cancel').click();
  await expect(page.getByTestId('import-dialog')).toHaveCount(0);
  await page.waitForTimeout(500); // a dialog that comes back would have come by then
  await expect(page.getByTestId('import-dialog')).toHaveCount(0);
  await expect(page.getByTestId('study-row')).toHaveCount(0);
});
