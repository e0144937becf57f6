// The report in the real app: read, conclude, sign, save, come back to it locked, amend it; a reference range of the
// site's own marks a value on screen and on paper.
import { execFileSync } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import type { ElectronApplication, Page } from '@playwright/test';
import { dicomElements } from '../fixtures/dicomElements.ts';
import { importDropped } from './importing.ts';
import { expect, REPO_ROOT, test } from './launch.ts';

const DEMO = path.join(REPO_ROOT, 'resources', 'demo');
const SCANS = ['svs_press_te30.nii.gz', 'svs_water.nii.gz', 't1.nii.gz'].map((name) => path.join(DEMO, name));

async function answerSaveDialog(electron: ElectronApplication, filePath: string): Promise<void> {
  await electron.evaluate(({ dialog }, chosen) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath: chosen });
  }, filePath);
}

async function fitDemo(page: Page): Promise<void> {
  await importDropped(page, SCANS);
  await expect(page.getByTestId('study-view')).toBeVisible();
  await page.getByTestId('run-fit').click();
  await expect(page.getByTestId('results-table').locator('[data-metabolite=tNAA]')).toBeVisible();
}

/** The window's size; the screen of the tests may be smaller than the largest. */
async function resize(electron: ElectronApplication, width: number, height: number): Promise<void> {
  await electron.evaluate(
    ({ BrowserWindow }, size) => BrowserWindow.getAllWindows()[0]?.setContentSize(size[0]!, size[1]!),
    [width, height],
  );
}

/** Saves by a button, and gives the bytes once they are there. */
async function saved(electron: ElectronApplication, page: Page, button: string, file: string): Promise<Buffer> {
  await answerSaveDialog(electron, file);
  await page.getByTestId(button).click();
  await expect
    .poll(
      () =>
        stat(file).then(
          ({ size }) => size > 0,
          () => false,
        ),
      { timeout: 30_000 },
    )
    .toBe(true);
  await expect(page.getByTestId(button)).toBeEnabled({ timeout: 30_000 });
  return readFile(file);
}

const textOf = (pdf: string, ...options: string[]): string =>
  execFileSync('pdftotext', ['-layout', ...options, pdf, '-'], { encoding: 'utf8' });

test('quality, voxel, fit, methods, conclusion, signature, PDF; after a restart it is locked', async ({
  launchApp,
}, testInfo) => {
  test.setTimeout(240_000);
  const first = await launchApp();
  const { window: page, electron } = first;
  await fitDemo(page);
  await expect(page.getByTestId('image-view').locator('canvas').first()).toBeVisible();
  await page.getByTestId('preset-opinions').click();
  await expect(page.getByTestId('methods-view')).toBeVisible();

  await page.getByTestId('preset-report').click();
  const report = page.frameLocator('[data-testid=report-preview]');
  await expect(report.getByText('DRAFT', { exact: true })).toBeVisible();
  await expect(report.locator('.images figure')).toHaveCount(3);
  await page.getByTestId('template').selectOption('limited');
  await page.getByTestId('insert-template').click();
  const conclusion = page.getByTestId('conclusion');
  await expect(conclusion).toHaveValue(/quality of the spectrum is limited/);
  await conclusion.press('Control+End');
  await conclusion.pressSequentially('\nSeen with Dr. Second.');
  await expect(report.locator('.conclusion')).toContainText('Seen with Dr. Second.');
  await first.screenshot('report-1-draft-dark');

  await page.getByTestId('report-sign').click();
  await page.getByTestId('signer-name').fill('Dr. Test Reader');
  await page.getByTestId('signer-role').fill('radiologist');
  await first.screenshot('report-2-sign');
  await page.getByTestId('sign-now').click();
  await expect(page.getByTestId('report-locked')).toBeVisible({ timeout: 30_000 });
  await expect(report.getByText('SIGNED, version 1')).toBeVisible();
  await expect(page.getByTestId('conclusion')).toHaveCount(0);
  await first.screenshot('report-3-signed');

  const pdf = testInfo.outputPath('signed.pdf');
  const bytes = await saved(electron, page, 'export-pdf', pdf);
  const text = textOf(pdf, '-l', '1');
  expect(text).toMatch(/tNAA\s+1\.\d/);
  expect(text).toContain('Signed by Dr. Test Reader, radiologist');
  expect(text).toContain('Seen with Dr. Second.');
  expect(textOf(pdf, '-f', '2', '-l', '2')).toContain('Method and provenance');

  // In DICOM it is the very same PDF.
  const dicom = await saved(electron, page, 'export-dicom-pdf', testInfo.outputPath('signed.dcm'));
  const elements = dicomElements(dicom);
  expect(Buffer.from(elements.bytes('x00420011')).subarray(0, bytes.length).equals(bytes)).toBe(true);
  expect(elements.text('x0040a493')).toBe('VERIFIED');
  const picture = dicomElements(await saved(electron, page, 'export-dicom-sc', testInfo.outputPath('page.dcm')));
  expect([picture.number('x00280011'), picture.number('x00280010')]).toEqual([1588, 2246]);
  const json = JSON.parse(
    (await saved(electron, page, 'export-json', testInfo.outputPath('signed.json'))).toString(),
  ) as { schema: string; signature: { name: string } };
  expect([json.schema, json.signature.name]).toEqual(['lineshape.report/1', 'Dr. Test Reader']);
  await first.close();

  const second = await launchApp({ userData: first.userData });
  const { window: again } = second;
  await again.getByTestId('rail-worklist').click();
  await again.getByTestId('study-row').first().dblclick();
  await again.getByTestId('preset-report').click();
  await expect(again.getByTestId('report-locked')).toBeVisible();
  expect((await saved(second.electron, again, 'export-pdf', testInfo.outputPath('again.pdf'))).equals(bytes)).toBe(
    true,
  );
  await second.screenshot('report-4-locked-after-restart');

  await again.getByTestId('report-amend').click();
  await again.getByTestId('confirm').click();
  await expect(again.getByTestId('conclusion')).toHaveValue(/Seen with Dr. Second/);
  await expect(again.frameLocator('[data-testid=report-preview]').getByText('Amends version 1.')).toBeAttached();
  await again.getByTestId('version-1').click();
  await expect(again.frameLocator('[data-testid=report-preview]').getByText('SIGNED, version 1')).toBeVisible();
  await second.screenshot('report-5-amending');
  await again.keyboard.press('Control+Shift+L');
  await resize(second.electron, 1280, 800);
  await second.screenshot('report-6-light-1280');
  await resize(second.electron, 1920, 1080);
  await second.screenshot('report-7-light-1920');
});

test('a reference range of the site marks the value in table and report', async ({ launchApp }, testInfo) => {
  test.setTimeout(180_000);
  const app = await launchApp();
  const { window: page, electron } = app;
  await fitDemo(page);
  const head = page.getByTestId('range-head');
  await expect(head).toContainText('No reference range');
  await head.getByRole('button').click();
  // The published ones are there; none is of this scan's conditions.
  const published = page.getByTestId('range-row').filter({ hasText: 'doi:10.1002/nbm.4482' });
  await expect(published).toHaveCount(3);
  await expect(published.filter({ hasText: '✓' })).toHaveCount(0);
  await app.screenshot('ranges-0-published');
  await page.getByTestId('add-range').click();
  await page.getByTestId('save-range').click();
  // Nothing was stored; every gap is named, and the first has the focus.
  await expect(page.locator('.form__problem').first()).toBeVisible();
  await expect(page.getByTestId('range-metabolite')).toBeFocused();
  await app.screenshot('ranges-1-problems');
  // Invented numbers, far below what the demo has.
  const fields = { metabolite: 'tNAA', mean: '0.5', sd: '0.05', n: '20', citation: 'Invented for this test' };
  for (const [name, value] of Object.entries(fields)) await page.getByTestId(`range-${name}`).fill(value);
  await page.getByTestId('save-range').click();
  const own = page.getByTestId('range-row').filter({ hasText: 'Invented for this test' });
  await expect(own).toContainText('fits');
  await expect(page.getByTestId('range-row')).toHaveCount(4);
  await app.screenshot('ranges-2-list');
  await page.keyboard.press('Control+Shift+L');
  await app.screenshot('ranges-2-list-light');
  await page.keyboard.press('Control+Shift+L');
  const csv = testInfo.outputPath('ranges.csv');
  const table = await saved(electron, page, 'export-ranges', csv);
  expect(table.toString()).toContain('Invented for this test');
  await page.getByTestId('ranges-close').click();

  const cell = page.locator('[data-metabolite=tNAA] [data-column=reference]');
  await expect(cell).toHaveAttribute('data-place', 'above');
  await expect(cell).toContainText('▲');
  await expect(cell).toContainText('above');
  await app.screenshot('ranges-3-marked');
  await page.getByTestId('preset-report').click();
  const report = page.frameLocator('[data-testid=report-preview]');
  await expect(report.locator('.warnings')).toContainText('Outside the reference range: tNAA/tCr');
  await app.screenshot('ranges-4-report');
  const pdf = testInfo.outputPath('marked.pdf');
  await saved(electron, page, 'export-pdf', pdf);
  const text = textOf(pdf, '-l', '1');
  expect(text).toMatch(/tNAA.*0\.400–0\.600 ▲/);
  expect(text).toContain('Invented for this test');
  expect(textOf(pdf, '-f', '2', '-l', '2')).toContain('Method and provenance');
});
