// The worklist with ten thousand studies, for bench ui: a database of them, and how the page moves with it.
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright';
import type { JsonObject } from '../../src/core/domain/json.ts';
import { openStudyDb } from '../../src/node/study-db/openStudyDb.ts';
import { fillWorklist } from '../../tests/fixtures/simulatedStudies.ts';
import { during, scroll } from './window.ts';

export const STUDIES = 10_000;
/** As a reader types them: each narrows the list further. */
const SEARCHES = ['m', 'müller', 'müller prisma', 'müller prisma slaser', '', '2025-03', 'thalamus 3'];
const SCROLL_SECONDS = 4;

/** Linux keeps this in memory: thirty thousand transactions that need not wait for a disk. */
const IN_MEMORY = '/dev/shm';

/** Fills the database of an app that is not running. @param userData its folder */
export function fillDatabase(userData: string): void {
  const folder = mkdtempSync(join(existsSync(IN_MEMORY) ? IN_MEMORY : tmpdir(), 'lineshape-ui-'));
  try {
    let clock = Date.UTC(2026, 0, 1);
    const file = join(folder, 'lineshape.db');
    const store = openStudyDb(file, { now: () => new Date((clock += 1000)).toISOString() });
    fillWorklist(store, STUDIES);
    store.close();
    copyFileSync(file, join(userData, 'lineshape.db'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** From the click on the rail to the frame in which the rows stand with their contents. @returns ms */
async function open(page: Page): Promise<number> {
  await page.getByTestId('rail-settings').click();
  await page.getByTestId('study-row').first().waitFor({ state: 'detached' });
  return page.evaluate(async () => {
    const frame = (): Promise<number> => new Promise((resolve) => requestAnimationFrame(resolve));
    const began = performance.now();
    (document.querySelector('[data-testid=rail-worklist]') as HTMLElement).click();
    const stands = (): boolean => (document.querySelector('[data-testid=study-row]')?.textContent ?? '').trim() !== '';
    while (!stands()) {
      if (performance.now() - began > 60_000) throw new Error('The worklist did not come.');
      await frame();
    }
    await frame();
    return (await frame()) - began;
  });
}

/** From the entry of a search to the frame in which its count stands. @returns ms */
async function search(page: Page, words: string): Promise<number> {
  return page.evaluate(async (text) => {
    const frame = (): Promise<number> => new Promise((resolve) => requestAnimationFrame(resolve));
    const count = (): string => document.querySelector('[data-testid=worklist-count]')?.textContent ?? '';
    const field = document.querySelector('[data-testid=worklist-search]') as HTMLInputElement;
    const before = count();
    const began = performance.now();
    field.value = text;
    field.dispatchEvent(new Event('input', { bubbles: true }));
    while (count() === before) {
      if (performance.now() - began > 60_000) throw new Error(`The search for "${text}" found as many as before.`);
      await frame();
    }
    return (await frame()) - began;
  }, words);
}

/** Opens the page, searches and scrolls. @returns times in ms, frames a second and long tasks of each */
export async function measureWorklist(page: Page): Promise<JsonObject> {
  const openMs: number[] = [];
  const opening = await during(page, 'worklistOpen', async () => {
    for (let i = 0; i < 5; i++) openMs.push(Math.round(await open(page)));
  });
  const searches: JsonObject = {};
  const searching = await during(page, 'worklistSearch', async () => {
    for (const words of SEARCHES) searches[words || 'all again'] = Math.round(await search(page, words));
    await search(page, '');
  });
  let frames = {};
  const scrolling = await during(page, 'worklistScroll', async () => {
    frames = { ...(await scroll(page, 'study-row', SCROLL_SECONDS)) };
  });
  return {
    studies: STUDIES,
    openMs,
    searchMs: searches,
    scroll: frames,
    longTasks: { open: { ...opening }, search: { ...searching }, scroll: { ...scrolling } },
  };
}
