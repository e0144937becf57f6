// Before and after the correction of frequency and phase in the real app: every method on the demo scan's transients.
import { readFile } from 'node:fs/promises';
import type { ElectronApplication, Page } from '@playwright/test';
import { expect, test } from './launch.ts';

/** Generous: test machines have two cores, and networks are loaded for the first time. */
const COMPARED = { timeout: 120_000 };
/** Moved on purpose, counted from 0 (see resources/demo/README.md). */
const MOVED = 41;

/** The next save dialog answers with this path. */
async function answerSaveDialog(electron: ElectronApplication, filePath: string): Promise<void> {
  await electron.evaluate(({ dialog }, chosen) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath: chosen });
  }, filePath);
}

async function openDemo(page: Page): Promise<void> {
  await page.getByTestId('open-demo').click();
  await expect(page.getByTestId('study-view')).toBeVisible();
  await expect(page.getByTestId('basis')).not.toHaveValue('');
}

/** A figure of a method's row, by the column's place. */
async function figureOf(page: Page, method: string, column: number): Promise<number> {
  const cell = page.getByTestId('correction-table').locator(`[data-method="${method}"] td.number`).nth(column);
  return Number.parseFloat(await cell.innerText());
}

test('the demo scan: methods in figures, spectra, drift, similarity, files', async ({ app }, testInfo) => {
  test.setTimeout(300_000);
  const { window: page, electron } = app;
  await openDemo(page);
  await page.getByTestId('preset-corrections').click();
  const table = page.getByTestId('correction-table');
  await expect(table).toBeVisible(COMPARED);
  await app.screenshot('corrections-1-overlay');

  // "auto" has taken a method, said which and why, and it is better than nothing.
  const chosen = await table.locator('tr.chosen').getAttribute('data-method');
  expect(chosen).not.toBe('none');
  await expect(page.getByTestId('auto-reason')).toContainText('was taken');
  expect(await figureOf(page, chosen ?? '', 0)).toBeGreaterThan(await figureOf(page, 'none', 0));
  expect(await figureOf(page, chosen ?? '', 2)).toBeLessThan(await figureOf(page, 'none', 2));
  // Networks are among the methods, and what fails says so.
  await expect(table.locator('[data-method=dsrf]')).toContainText('network');
  const rejected = table.locator('[data-method=sr] td.number').last();
  await expect(rejected).toHaveAttribute('title', new RegExp(`Transient ${MOVED + 1}:`));

  for (const mode of ['waterfall', 'means', 'wipe']) {
    await page.getByTestId(`spectra-${mode}`).click();
    await app.screenshot(`corrections-2-${mode}`);
  }

  // The wiping line by keyboard and by pointer.
  const wipe = page.getByTestId('wipe');
  const place = async (): Promise<number> => Number(await wipe.getAttribute('aria-valuenow'));
  const before = await place();
  await wipe.focus();
  await wipe.press('ArrowRight');
  expect(await place()).toBeLessThan(before);
  const box = (await wipe.boundingBox())!;
  await page.mouse.move(box.x + 0.5 * box.width, box.y + 40);
  await page.mouse.down();
  await page.mouse.move(box.x + 0.25 * box.width, box.y + 40, { steps: 4 });
  await page.mouse.up();
  expect(Math.abs((await place()) - 3.2)).toBeLessThan(0.1);

  // Two methods side by side; rejected transients can be left out; a narrower window.
  await page.getByTestId('correction-a').selectOption('water-peak');
  await page.getByTestId('correction-b').selectOption('robust-sr');
  await page.getByTestId('spectra-overlay').click();
  await page.getByTestId('with-rejected').uncheck();
  await expect(page.getByTestId('correction-drift')).toHaveAttribute('aria-label', /Water peak: SD .+Robust SR: SD/);
  await table.locator('[data-method=ma]').scrollIntoViewIfNeeded();
  await app.screenshot('corrections-3-two-methods');
  await page.getByTestId('correction-window-index').click();
  await page.getByTestId('with-rejected').check();
  await page.keyboard.press('Control+Shift+L');
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'light');
  await app.screenshot('corrections-4-index-window-light');
  await page.getByTestId('correction-window-whole').click();
  await page.getByTestId('correction-table').getByLabel('Show As measured as A').check();
  for (const mode of ['overlay', 'waterfall', 'means', 'wipe']) {
    await page.getByTestId(`spectra-${mode}`).click();
    await app.screenshot(`corrections-5-${mode}-light`);
  }

  const save = async (button: string, name: string): Promise<string> => {
    const file = testInfo.outputPath(name);
    await answerSaveDialog(electron, file);
    await page.getByTestId(button).click();
    return file;
  };
  const text = (file: string) => () => readFile(file, 'utf8').catch(() => '');
  await expect.poll(text(await save('save-transients-svg', 'transients.svg'))).toContain('Chemical shift (ppm)');
  await expect.poll(text(await save('save-similarity-svg', 'similarity.svg'))).toContain('data:image/png;base64,');
  await expect.poll(text(await save('save-drift-svg', 'drift.svg'))).toContain('Frequency (Hz)');
  await expect.poll(text(await save('save-corrections-csv', 'corrections.csv'))).toMatch(/^method,.+\nnone,/);
  const png = await save('save-similarity-png', 'similarity.png');
  await expect
    .poll(async () => (await readFile(png).catch(() => Buffer.alloc(0))).subarray(1, 4).toString())
    .toBe('PNG');
});

test('a scan without transients says why, and the palette leads here', async ({ app }) => {
  const { window: page } = app;
  await openDemo(page);
  const grid = await page.getByTestId('dataset').locator('option').filter({ hasText: /MRSI/ }).getAttribute('value');
  await page.getByTestId('dataset').selectOption(grid ?? '');
  await page.keyboard.press('Control+K');
  await page.keyboard.type('Arrange: Transients');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('corrections')).toContainText('This scan has no separate transients');
  await app.screenshot('corrections-6-empty');
});

test('the report takes a page on the correction where it is asked for', async ({ app }) => {
  test.setTimeout(240_000);
  const { window: page } = app;
  await openDemo(page);
  await page.getByTestId('run-fit').click();
  await expect(page.getByTestId('results-table').locator('[data-metabolite=tNAA]')).toBeVisible(COMPARED);
  await page.getByTestId('preset-report').click();
  const report = page.frameLocator('[data-testid=report-preview]');
  await expect(report.getByText('Conclusion').first()).toBeVisible();
  await expect(report.locator('section.correction')).toHaveCount(0);
  await page.getByTestId('report-correction').check();
  const section = report.locator('section.correction');
  await expect(section).toHaveCount(1);
  await expect(section).toContainText(`Rejected (×): ${MOVED + 1}`);
  await section.scrollIntoViewIfNeeded();
  await app.screenshot('corrections-7-report');
});
