// The window in its three languages: every main page, native menus and `lang` follow at once and after a restart.
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { ElectronApplication, Page } from '@playwright/test';
import { fitByKey, openDemo } from './demo.ts';
import { expect as usual, REPO_ROOT, test, type RunningApp } from './launch.ts';

const DIALOGS = [
  ['palette', 'Control+k'],
  ['shortcuts', '?'],
  ['export-dialog', 'Control+Shift+E'],
] as const;
const ARRANGEMENTS = 8;

/** Drawing in software on a busy machine takes its time. */
const expect = usual.configure({ timeout: 30_000 });

const PAGES = ['worklist', 'study', 'batch', 'comparison', 'basis', 'models', 'help', 'settings'] as const;

const menuLabels = (electron: ElectronApplication): Promise<string[]> =>
  electron.evaluate(({ Menu }) => Menu.getApplicationMenu()?.items.map(({ label }) => label.replace('&', '')) ?? []);

/** Every key of the window's texts. */
async function allKeys(): Promise<string[]> {
  const root = path.join(REPO_ROOT, 'src', 'renderer');
  const files = (await readdir(root, { recursive: true })).filter((file) =>
    file.endsWith(path.join('locales', 'en.json')),
  );
  const flat = (texts: object, prefix: string): string[] =>
    Object.entries(texts).flatMap(([key, value]: [string, unknown]) =>
      typeof value === 'string' ? [`${prefix}.${key}`] : flat(value as object, `${prefix}.${key}`),
    );
  const read = async (file: string): Promise<string[]> => {
    const folder = file.split(path.sep).at(-3) ?? '';
    return flat(JSON.parse(await readFile(path.join(root, file), 'utf8')) as object, folder);
  };
  return (await Promise.all(files.map(read))).flat();
}

/** Keys that stand in the window themselves, for want of their text. */
async function bareKeys(page: Page): Promise<string[]> {
  const words = new Set((await page.locator('body').innerText()).split(/\s+/));
  return (await allKeys()).filter((key) => words.has(key));
}

/** Words that are cut off by the box they stand in, though nothing scrolls or shortens them on purpose. */
async function cutOff(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('button, label, th, h1, h2, dt, .badge, .rail__item span')]
      .filter((element) => {
        const { overflow, textOverflow, whiteSpace, clipPath } = getComputedStyle(element);
        // What is clipped away altogether is only read out.
        const isReadOut = clipPath !== 'none' || element.classList.contains('visually-hidden');
        const shortened = textOverflow === 'ellipsis' || isReadOut;
        if (shortened || element.clientWidth === 0 || whiteSpace === 'normal') return false;
        return element.scrollWidth > element.clientWidth + 1 && overflow !== 'auto';
      })
      .map((element) => `${element.tagName} “${element.textContent?.trim().slice(0, 40)}”`),
  );
}

/** What is wrong with the words that are shown now: keys that have no text, texts that are cut off. */
async function expectWords(page: Page, where: string): Promise<void> {
  expect(await bareKeys(page), where).toEqual([]);
  expect(await cutOff(page), where).toEqual([]);
}

/** Pages and dialogs light and large, the arrangements of a fitted study in both sizes. */
async function lookThrough(app: RunningApp, code: string): Promise<void> {
  const { window: page } = app;
  await page.keyboard.press('Control+Shift+L');
  await page.setViewportSize({ width: 1920, height: 1080 });
  for (const name of PAGES.filter((one) => one !== 'study')) {
    await page.getByTestId(`rail-${name}`).click();
    await app.screenshot(`language-${code}-${name}-light-1920`);
    await expectWords(page, `${code}, ${name}, 1920`);
  }
  await page.getByTestId('rail-study').click();
  for (const [dialog, keys] of DIALOGS) {
    await page.keyboard.press(keys);
    await expect(page.getByTestId(dialog)).toBeVisible();
    await app.screenshot(`language-${code}-dialog-${dialog}-light-1920`);
    await expectWords(page, `${code}, ${dialog}`);
    await page.keyboard.press('Escape');
    await expect(page.getByTestId(dialog)).toBeHidden();
  }
  await page.keyboard.press('Control+Shift+L');
  await page.setViewportSize({ width: 1280, height: 800 });
  for (let i = 1; i <= ARRANGEMENTS; i++) {
    await page.keyboard.press(`Alt+${i}`);
    await page.waitForTimeout(600); // panes fetch what they show
    await app.screenshot(`language-${code}-arrangement-${i}`);
    await expectWords(page, `${code}, arrangement ${i}`);
  }
  await page.keyboard.press('Alt+1');
}

test('English, German, Czech: pages, menus, and the next start', async ({ launchApp }) => {
  test.setTimeout(300_000);
  const first = await launchApp();
  const { window: page, electron } = first;
  await page.setViewportSize({ width: 1280, height: 800 });
  await openDemo(page);
  await fitByKey(page);

  const expected = {
    en: { file: 'File', settings: 'Settings' },
    de: { file: 'Datei', settings: 'Einstellungen' },
    cs: { file: 'Soubor', settings: 'Nastavení' },
  } as const;
  for (const [code, words] of Object.entries(expected)) {
    await page.getByTestId('rail-settings').click();
    await page.getByTestId(`language-${code}`).click();
    await expect(page.locator('html')).toHaveAttribute('lang', code);
    await expect(page.getByRole('heading', { level: 1, name: words.settings })).toBeVisible();
    await expect.poll(() => menuLabels(electron)).toContain(words.file);
    for (const name of PAGES) {
      await page.getByTestId(`rail-${name}`).click();
      await page.mouse.move(640, 795);
      if (name === 'study') await expect(page.getByTestId('study-view')).toBeVisible();
      await first.screenshot(`language-${code}-${name}`);
      await expectWords(page, `${code}, ${name}`);
    }
    if (code !== 'en') await lookThrough(first, code);
  }

  await first.close();
  const { window: again } = await launchApp({ userData: first.userData });
  await expect(again.locator('html')).toHaveAttribute('lang', 'cs');
  await expect(again.getByTestId('rail-settings')).toHaveText('Nastavení');
});
