// What leaves the program on a page: the displaced box of the images, the reports of several studies in a folder with one
// that fails, the results as text on the clipboard, and paper through the system's own dialog.
import { execFileSync } from 'node:child_process';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { ElectronApplication } from '@playwright/test';
import { writeSimulatedScans } from '../fixtures/simulatedStudies.ts';
import { fitByKey, openDemo } from './demo.ts';
import { answerOpenDialog, importDropped } from './importing.ts';
import { expect as usual, test } from './launch.ts';

/** Drawing and printing in software on a busy machine take their time. */
const expect = usual.configure({ timeout: 60_000 });

/** The system's printing dialog, answered with "print"; what it was asked to print is kept. */
async function answerPrintDialog(electron: ElectronApplication): Promise<void> {
  await electron.evaluate(({ app }) => {
    app.on('web-contents-created', (_event, contents) => {
      contents.print = (options, done) => {
        Object.assign(globalThis, { printed: { pageSize: options?.pageSize, title: contents.getTitle() } });
        done?.(true, '');
      };
    });
  });
}

test('the displaced box is on the page as on the images; the table goes to the clipboard, the page to a printer', async ({
  app,
}) => {
  test.setTimeout(240_000);
  const { window: page, electron } = app;
  await openDemo(page);
  await fitByKey(page);
  await page.getByTestId('copy-table').click();
  await expect.poll(() => electron.evaluate(({ clipboard }) => clipboard.readText())).toMatch(/^tNAA\t/m);

  await page.getByTestId('preset-report').click();
  const report = page.frameLocator('[data-testid=report-preview]');
  await expect(report.locator('.images figure')).toHaveCount(3);
  await expect(report.locator('.legend')).toHaveCount(0);
  await page.keyboard.press('Alt+1');
  await page.getByTestId('image-options').click();
  await page.getByTestId('show-shifted').check();
  for (const [field, value] of [
    ['shift-carrier', '4.65'],
    ['shift-bandwidth-0', '1200'],
  ] as const) {
    // prettier-ignore
    await page.getByTestId(field).fill(value);
    await page.getByTestId(field).press('Enter');
  }
  await page.getByTestId('shift-direction-0').selectOption('1');
  await page.keyboard.press('Escape');
  await page.getByTestId('preset-report').click();
  await expect(report.locator('.legend')).toContainText('voxel for 2.01 ppm (chemical shift displacement)');
  await app.screenshot('reports-out-1-displaced');

  await answerPrintDialog(electron);
  await page.getByTestId('report-print').click();
  const printed = () => electron.evaluate(() => (globalThis as { printed?: unknown }).printed);
  await expect.poll(printed).toEqual({ pageSize: 'A4', title: 'MR spectroscopy report' });
});

test('the reports of several studies go into one folder; the study without a result is named', async ({
  app,
}, testInfo) => {
  test.setTimeout(300_000);
  const { window: page, electron } = app;
  await openDemo(page);
  await fitByKey(page);
  const scans = await writeSimulatedScans(testInfo.outputDir, 1);
  await page.getByTestId('rail-worklist').click();
  await importDropped(page, scans);
  await page.getByTestId('rail-worklist').click();
  await expect(page.getByTestId('study-row')).toHaveCount(2);
  await page.getByTestId('study-row').first().click();
  await page.keyboard.press('Control+a');
  await app.screenshot('reports-out-2-chosen');
  await page.getByTestId('chosen-reports').click();
  await expect(page.getByTestId('reports-start')).toBeFocused();
  await app.screenshot('reports-out-3-dialog');

  const target = testInfo.outputPath('out');
  await mkdir(target, { recursive: true });
  await answerOpenDialog(electron, [target]);
  await page.getByTestId('reports-start').click();
  await expect(page.getByTestId('reports-said')).toContainText('1 report was written to the folder “Reports ');
  await expect(page.getByTestId('reports-said')).toContainText('1 study failed.');
  await expect(page.getByTestId('reports-failures')).toContainText('The study has no result; fit it first.');
  await app.screenshot('reports-out-4-done');
  await page.keyboard.press('Control+Shift+L');
  await app.screenshot('reports-out-5-done-light');
  const [folder] = await readdir(target);
  const [file, ...others] = await readdir(path.join(target, folder as string));
  expect(others).toEqual([]);
  const pdf = path.join(target, folder as string, file as string);
  expect((await readFile(pdf)).subarray(0, 5).toString()).toBe('%PDF-');
  expect(execFileSync('pdftotext', ['-layout', '-l', '1', pdf, '-'], { encoding: 'utf8' })).toMatch(/tNAA\s+1\.\d/);
  await page.getByTestId('reports-close').click();
  await expect(page.getByTestId('reports-dialog')).toHaveCount(0);
});
