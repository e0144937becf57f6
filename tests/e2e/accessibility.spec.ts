// Accessibility by axe-core on every page, arrangement and dialog, in both themes: no serious or critical violation of
// WCAG 2.1 A and AA.
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Locator } from '@playwright/test';
import { writeSimulatedScans } from '../fixtures/simulatedStudies.ts';
import { inBothThemes } from './axe.ts';
import { fitByKey, openDemo } from './demo.ts';
import { drop } from './importing.ts';
import { expect as usual, test } from './launch.ts';

/** Drawing in software on a busy machine takes its time. */
const expect = usual.configure({ timeout: 30_000 });

test('every page', async ({ app }) => {
  test.setTimeout(420_000);
  const { window: page } = app;
  await expect(page.getByTestId('open-demo-empty')).toBeVisible();
  await inBothThemes(page, 'empty worklist');
  await openDemo(page);
  for (const name of ['worklist', 'batch', 'comparison', 'basis', 'models', 'help', 'settings']) {
    await page.getByTestId(`rail-${name}`).click();
    await expect(page.locator('main h1')).toBeVisible();
    await inBothThemes(page, name);
  }
});

test('the study in each arrangement, before and after a fit', async ({ app }) => {
  test.setTimeout(420_000);
  const { window: page } = app;
  await openDemo(page);
  await inBothThemes(page, 'study before a fit');
  await fitByKey(page);
  const presets = await page.getByRole('radiogroup').first().getByRole('radio').count();
  for (let i = 1; i <= presets; i++) {
    await page.keyboard.press(`Alt+${i}`);
    await page.waitForTimeout(600); // panes fetch what they show
    await inBothThemes(page, `arrangement ${(await page.getByTestId('study-view').getAttribute('data-preset')) ?? i}`);
  }
});

test('dialogs', async ({ app }) => {
  test.setTimeout(300_000);
  const { window: page } = app;
  await openDemo(page);
  const dialogs: readonly (readonly [string, string, string])[] = [
    ['palette', 'Control+k', 'palette'],
    ['shortcuts', '?', 'shortcuts'],
    ['export', 'Control+Shift+E', 'export-dialog'],
  ];
  for (const [name, keys, testId] of dialogs) {
    await page.keyboard.press(keys);
    await expect(page.getByTestId(testId)).toBeVisible();
    await inBothThemes(page, name);
    await page.keyboard.press('Escape');
    await expect(page.getByTestId(testId)).toBeHidden();
  }
  await page.keyboard.press('F1');
  await page.getByTestId('start-tour').click();
  await expect(page.getByTestId('tour')).toBeVisible();
  await inBothThemes(page, 'tour');
});

test('signing, reference ranges and reports of several studies', async ({ app }) => {
  test.setTimeout(300_000);
  const { window: page } = app;
  await openDemo(page);
  await fitByKey(page);
  await page.getByTestId('preset-report').click();
  await expect(page.getByTestId('report-sign')).toBeEnabled();
  await page.getByTestId('report-sign').click();
  await expect(page.getByTestId('sign-dialog')).toBeVisible();
  await inBothThemes(page, 'sign');
  await page.keyboard.press('Escape');
  await page.getByTestId('open-ranges').click();
  await expect(page.getByTestId('ranges-table')).toBeVisible();
  await inBothThemes(page, 'ranges');
  await page.getByTestId('add-range').click();
  await page.getByTestId('save-range').click();
  await expect(page.locator('.form__problem').first()).toBeVisible();
  await inBothThemes(page, 'a range with problems');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await page.getByTestId('rail-worklist').click();
  await page.getByTestId('study-row').first().click();
  await page.keyboard.press('Control+a');
  await page.getByTestId('chosen-reports').click();
  await expect(page.getByTestId('reports-dialog')).toBeVisible();
  await inBothThemes(page, 'reports');
});

test('import, its queue, deletion and the set-up of a batch', async ({ app }, testInfo) => {
  test.setTimeout(300_000);
  const { window: page } = app;
  const scans = await writeSimulatedScans(testInfo.outputDir, 2);
  const broken = path.join(testInfo.outputDir, 'broken.nii');
  await writeFile(broken, 'this is no NIfTI file');
  await drop(page, [...scans, broken]);
  await expect(page.getByTestId('import-commit')).toBeFocused();
  await inBothThemes(page, 'import');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('study-row')).toHaveCount(2);
  // The file that was not read is told until it is closed, and covers neither page nor status line.
  const banner = page.getByTestId('error-banner');
  await expect(banner).toContainText('broken.nii');
  const box = async (which: Locator): Promise<{ y: number; height: number }> =>
    (await which.boundingBox()) ?? { y: NaN, height: NaN };
  const [told, main, status] = [await box(banner), await box(page.locator('main')), await box(page.getByTestId('status-line'))]; // prettier-ignore
  expect(main.y + main.height).toBeLessThanOrEqual(told.y + 1);
  expect(told.y + told.height).toBeLessThanOrEqual(status.y + 1);
  await inBothThemes(page, 'an error');
  await page.getByTestId('import-queue').click();
  await expect(page.getByTestId('queue-entry')).toBeVisible();
  await inBothThemes(page, 'import queue');
  await page.keyboard.press('Escape');
  await page.getByTestId('study-row').first().click();
  await page.keyboard.press('Control+a');
  await inBothThemes(page, 'studies chosen');
  await page.keyboard.press('Delete');
  await expect(page.getByTestId('confirm')).toBeVisible();
  await inBothThemes(page, 'deletion');
  await page.keyboard.press('Escape');
  await page.getByTestId('worklist-filters').click();
  await inBothThemes(page, 'filters');
  await page.keyboard.press('Escape');
  await page.getByTestId('chosen-batch').click();
  await expect(page.getByTestId('batch-start')).toBeEnabled();
  await page.locator('[data-testid=batch-page] summary').click();
  await inBothThemes(page, 'batch set-up');
});

test('the focus is seen wherever it goes', async ({ app }) => {
  const { window: page } = app;
  await openDemo(page);
  for (const name of ['worklist', 'study', 'settings']) {
    await page.getByTestId(`rail-${name}`).focus();
    await page.keyboard.press('Enter');
    const unseen: string[] = [];
    for (let i = 0; i < 40; i++) {
      await page.keyboard.press('Tab');
      const where = await page.evaluate(() => {
        const element = document.activeElement;
        if (!(element instanceof HTMLElement) || element === document.body) return null;
        const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element);
        const seen = (outlineStyle !== 'none' && parseFloat(outlineWidth) >= 1) || boxShadow !== 'none';
        // The splitters colour a bar of their own.
        const bar = getComputedStyle(element, '::after');
        const hasBar = bar.content !== 'none' && !/rgba\(0, 0, 0, 0\)|transparent/.test(bar.backgroundColor);
        return seen || hasBar
          ? null
          : `${element.tagName} ${element.className} ${element.getAttribute('aria-label') ?? ''}`;
      });
      if (where !== null) unseen.push(where);
    }
    expect(unseen, name).toEqual([]);
  }
});
