// A day without a mouse: open the demo study, fit it, read the table, change the arrangement, export the report.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Page } from '@playwright/test';
import { fitByKey, openDemo } from './demo.ts';
import { expect as usual, test } from './launch.ts';

/** Drawing in software on a busy machine takes its time. */
const expect = usual.configure({ timeout: 30_000 });

/** Goes on with Tab until an element has the focus. @throws where it never has */
async function tabTo(page: Page, testId: string): Promise<void> {
  for (let i = 0; i < 120; i++) {
    const at = await page.evaluate(() => document.activeElement?.getAttribute('data-testid') ?? null);
    if (at === testId) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`Tab never came to ${testId}.`);
}

test('keyboard only', async ({ app }) => {
  test.setTimeout(240_000);
  const { window: page, electron } = app;
  const folder = await mkdtemp(path.join(os.tmpdir(), 'lineshape-keyboard-'));
  const target = path.join(folder, 'report.pdf');
  try {
    await openDemo(page);
    await fitByKey(page);
    await app.screenshot('keyboard-1-fitted');

    // The table is reached with Tab and copied.
    await tabTo(page, 'copy-table');
    await page.keyboard.press('Enter');
    const table = page.getByRole('table').filter({ hasText: 'tNAA' }).first();
    await expect(table).toBeVisible();
    await expect(table.getByRole('columnheader').first()).toBeVisible();
    await expect(table.getByRole('rowheader', { name: /tNAA/ }).first()).toBeVisible();

    // Arrangements: by key, and by arrows within their group.
    await page.keyboard.press('Alt+2');
    await expect(page.getByTestId('study-view')).toHaveAttribute('data-preset', 'physics');
    await tabTo(page, 'preset-physics');
    await page.keyboard.press('ArrowRight');
    await expect(page.getByTestId('study-view')).not.toHaveAttribute('data-preset', 'physics');
    await page.keyboard.press('Alt+1');
    await expect(page.getByTestId('study-view')).toHaveAttribute('data-preset', 'read');

    // The worklist by arrows, and back with Enter.
    await page.keyboard.press('Control+1');
    await tabTo(page, 'study-row');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await expect(page.getByTestId('study-view')).toBeVisible();

    await electron.evaluate(({ dialog }, filePath) => {
      dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath });
    }, target);
    await page.keyboard.press('Control+e');
    await expect
      .poll(async () => (await readFile(target).catch(() => Buffer.alloc(0))).subarray(0, 5).toString(), {
        timeout: 60_000,
      })
      .toBe('%PDF-');
    await app.screenshot('keyboard-2-exported');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
