// The worklist in the real app with sixty studies: searched, filtered, sorted, walked through and changed by keyboard.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { ElectronApplication, Locator, Page } from '@playwright/test';
import { openStudyDb } from '../../src/node/study-db/openStudyDb.ts';
import { collectConnections } from '../fixtures/collectConnections.ts';
import { fillWorklist } from '../fixtures/simulatedStudies.ts';
import { expect, test } from './launch.ts';

const STUDIES = 60;

async function fill(userData: string, count: number): Promise<void> {
  let clock = Date.UTC(2026, 0, 1);
  const store = openStudyDb(path.join(userData, 'lineshape.db'), {
    now: () => new Date((clock += 1000)).toISOString(),
  });
  fillWorklist(store, count);
  store.close();
  await collectConnections();
}

const current = (page: Page): Locator => page.locator('tr[data-current="true"]');
const rows = (page: Page): Locator => page.getByTestId('study-row');

/** The texts of a column of the rows on screen, from 1. */
const column = (page: Page, n: number): Promise<string[]> =>
  rows(page)
    .locator(`td:nth-child(${n})`)
    .evaluateAll((cells) => cells.map((cell) => cell.textContent?.trim() ?? ''));

async function resize(electron: ElectronApplication, width: number, height: number): Promise<void> {
  await electron.evaluate(
    ({ BrowserWindow }, [w, h]) => BrowserWindow.getAllWindows()[0]?.setContentSize(w!, h!),
    [width, height],
  );
}

async function answerSaveDialog(electron: ElectronApplication, filePath: string): Promise<void> {
  await electron.evaluate(({ dialog }, chosen) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath: chosen });
  }, filePath);
}

test('sixty studies by keyboard: search, sort, filters, marks, and what a restart remembers', async ({
  launchApp,
  userDataFolder,
}, testInfo) => {
  await fill(userDataFolder, STUDIES);
  const app = await launchApp();
  const { window: page, electron } = app;
  await expect(page.getByTestId('worklist-count')).toHaveText('60 studies');
  await expect(current(page)).toHaveCount(1);
  const dates = await column(page, 3);
  expect(dates).toEqual([...dates].sort().reverse());
  await app.screenshot('worklist-1-sixty');

  // A key whose command can't be used yet says why, in the status line.
  await page.keyboard.press('Control+r');
  await expect(page.getByTestId('notice-note')).toContainText('“Run fit” is not available now. Open a study');

  // As one types, over every field, without case or diacritics; then down into the list.
  await page.getByTestId('worklist-search').focus();
  await page.keyboard.type('muller prisma');
  await expect(page.getByTestId('worklist-count')).toHaveText('2 of 60 studies');
  await expect(rows(page)).toHaveCount(2);
  await expect(rows(page).first()).toContainText('Müller');
  await page.keyboard.press('ArrowDown');
  await expect(current(page)).toBeFocused();
  await app.screenshot('worklist-2-search');
  await page.getByTestId('worklist-search').fill('');
  await expect(page.getByTestId('worklist-count')).toHaveText('60 studies');

  // Sorted by quality, from the least.
  await page.getByTestId('sort-quality').click();
  await expect(page.locator('th[aria-sort="ascending"]')).toContainText('Quality');
  await expect(rows(page).first()).toContainText('Insufficient');
  await page.getByTestId('sort-quality').press('Enter');
  await expect(rows(page).first()).toContainText('Good');

  // Home, End, Page keys: only the rows on screen are drawn, and the current one has the focus.
  await rows(page).first().click();
  await page.keyboard.press('End');
  await expect(current(page)).toHaveAttribute('aria-rowindex', '61');
  await expect(current(page)).toBeFocused();
  await expect(current(page)).toBeInViewport();
  await page.keyboard.press('PageUp');
  await page.keyboard.press('ArrowUp');
  await expect(current(page)).toBeFocused();
  expect(Number(await current(page).getAttribute('aria-rowindex'))).toBeLessThan(59);
  await page.keyboard.press('Home');
  await expect(current(page)).toHaveAttribute('aria-rowindex', '2');

  // Chosen by Space and Shift; reviewed by R, and back.
  await page.keyboard.press('Space');
  await page.keyboard.press('Shift+ArrowDown');
  await page.keyboard.press('Shift+ArrowDown');
  await expect(page.getByTestId('chosen-count')).toHaveText('3 studies chosen');
  await app.screenshot('worklist-3-chosen');
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('chosen-count')).toHaveCount(0);

  await page.getByTestId('worklist-filters').click();
  await page.getByTestId('filter-state-fitted').check();
  await page.getByTestId('filter-fieldT-3').check();
  await page.getByTestId('filter-quality-good').check();
  await page.getByTestId('filter-from').fill('last year');
  await page.getByTestId('filter-from').press('Tab');
  await expect(page.getByTestId('filter-no-date')).toBeVisible();
  await page.getByTestId('filter-from').fill('2025');
  await page.getByTestId('filter-from').press('Tab');
  await expect(page.getByTestId('filter-from')).toHaveValue('2025-01-01');
  await expect(page.getByTestId('filter-no-date')).toHaveCount(0);
  await app.screenshot('worklist-4-filters');
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('filter-count')).toHaveText('4');
  const fitted = await rows(page).count();
  expect(fitted).toBeGreaterThan(0);
  for (const text of await rows(page).allTextContents()) {
    expect(text).toContain('Fitted');
    expect(text).toContain('3 T');
    expect(text).toContain('Good');
  }
  await rows(page).first().click();
  await page.keyboard.press('r');
  await expect(rows(page)).toHaveCount(fitted - 1);
  await page.getByTestId('worklist-filters').click();
  await page.getByTestId('filter-clear').click();
  await page.keyboard.press('Escape');

  // The menu of a row, by its key.
  await page.getByTestId('worklist-search').fill('T-1003');
  await expect(rows(page)).toHaveCount(1);
  await page.keyboard.press('Enter');
  await expect(current(page)).toBeFocused();
  await current(page).click({ button: 'right' });
  await expect(page.getByTestId('study-menu')).toBeVisible();
  await app.screenshot('worklist-5-menu');
  await page.getByTestId('menu-review').click();
  await expect(current(page)).toContainText('Reviewed');
  await page.getByTestId('worklist-search').fill('');

  // All listed ratios as one table, without names.
  await rows(page).first().click();
  await page.keyboard.press('Control+a');
  await expect(page.getByTestId('chosen-count')).toHaveText('60 studies chosen');
  const csv = testInfo.outputPath('ratios.csv');
  await answerSaveDialog(electron, csv);
  await page.getByTestId('chosen-ratios').click();
  await page.getByTestId('chosen-ratios-pseudonym').click();
  await expect
    .poll(() => readFile(csv, 'utf8').catch(() => ''))
    .toMatch(/^patient,sex,age_years,study_date.*\r\nPatient-/);
  expect(await readFile(csv, 'utf8')).not.toMatch(/Müller|T-10\d\d/);

  // Deleted with confirmation.
  await page.keyboard.press('Escape');
  await page.getByTestId('worklist-search').fill('muller');
  await expect(rows(page)).toHaveCount(6);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Shift+End');
  await page.keyboard.press('Delete');
  await expect(page.getByText('Delete 6 studies from the database?')).toBeVisible();
  await app.screenshot('worklist-6-delete');
  await page.getByTestId('confirm').click();
  await expect(page.getByTestId('no-match')).toBeVisible();
  await app.screenshot('worklist-7-no-match');
  await page.getByTestId('show-all').click();
  await expect(page.getByTestId('worklist-count')).toHaveText('54 studies');

  // What was opened lately can be opened again from here, by keyboard.
  await expect(page.getByTestId('recent-studies')).toHaveCount(0);
  const name = (await column(page, 2))[0] ?? '';
  await rows(page).first().click();
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('study-view')).toBeVisible();
  await page.getByTestId('rail-worklist').click();
  await expect(page.getByTestId('recent-study')).toHaveCount(1);
  await page.getByTestId('recent-study').focus();
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('patient-name')).toBeVisible();
  expect(name).toContain((await page.getByTestId('patient-name').textContent()) ?? '?');
  // These scans hold nothing that could be drawn, which is told until it is closed.
  const told = page.getByTestId('error-banner');
  await expect(told.filter({ hasText: 'in no format' })).toBeVisible();
  // Closed with the pointer while a dialog stands open, which stays.
  await page.getByTestId('rail-help').focus();
  await page.keyboard.press('?');
  await expect(page.getByTestId('shortcuts')).toBeVisible();
  while ((await told.count()) > 0) await told.first().getByRole('button').click();
  await expect(page.getByTestId('shortcuts')).toBeVisible();
  await page.keyboard.press('Escape');
  await page.getByTestId('rail-worklist').click();

  await page.keyboard.press('Control+Shift+L');
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'light');
  await app.screenshot('worklist-8-light');
  await resize(electron, 1920, 1080);
  await app.screenshot('worklist-9-1920');
  await app.close();

  const again = await launchApp({ userData: app.userData });
  await expect(again.window.locator('th[aria-sort="descending"]')).toContainText('Quality');
  await expect(again.window.getByTestId('worklist-count')).toHaveText('54 studies');
  await again.window.evaluate(() => window.lineshape.call['settings:set']({ key: 'language', value: 'de' }));
  await again.close();

  const german = await launchApp({ userData: app.userData });
  await resize(german.electron, 1280, 800);
  await expect(german.window.getByTestId('worklist-count')).toHaveText('54 Studien');
  await rows(german.window).first().click();
  await german.window.keyboard.press('Control+a');
  await expect(german.window.getByTestId('chosen-count')).toHaveText('54 Studien gewählt');
  await german.screenshot('worklist-10-german-1280');
  await german.window.getByTestId('chosen-batch').click();
  await expect(german.window.getByTestId('batch-start')).toHaveText(/54 Studien anpassen/);
  await german.screenshot('batch-7-german-1280');
});

test('two thousand studies scroll, with no more rows drawn than are seen', async ({ launchApp, userDataFolder }) => {
  test.setTimeout(240_000);
  await fill(userDataFolder, 2000);
  const app = await launchApp();
  const { window: page } = app;
  await expect(page.getByTestId('worklist-count')).toHaveText('2000 studies');
  expect(await rows(page).count()).toBeLessThan(80);
  await rows(page).first().click();
  await page.keyboard.press('End');
  await expect(current(page)).toHaveAttribute('aria-rowindex', '2001');
  await expect(current(page)).toContainText('Brain MRS');
  expect(await rows(page).count()).toBeLessThan(80);
  await page.getByTestId('worklist-search').fill('T-2999');
  await expect(rows(page)).toHaveCount(1);
  await page.getByTestId('worklist-search').fill('');

  // All of them as a batch (none of these scans can be read): again only the rows on screen are drawn.
  await expect(page.getByTestId('worklist-count')).toHaveText('2000 studies');
  await rows(page).first().click();
  await page.keyboard.press('Control+a');
  await page.getByTestId('chosen-batch').click();
  await page.getByTestId('batch-start').click();
  const items = page.getByTestId('batch-item');
  await expect(page.locator('[data-testid=batch-item][data-state=failed]').first()).toBeVisible();
  expect(await items.count()).toBeLessThan(80);
  await items.first().evaluate((row) => row.closest('.pane__body')?.scrollTo(0, 1e9));
  await expect(page.locator('tr[data-testid=batch-item][aria-rowindex="2001"]')).toBeInViewport();
  expect(await items.count()).toBeLessThan(80);
  await page.getByTestId('batch-cancel').click();
  await expect(page.getByTestId('batch-state')).toContainText('Cancelled');
});
