// The window in its three languages: every main page, native menus and `lang` follow at once and after a restart.
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { ElectronApplication, Page } from '@playwright/test';
import { openDemo } from './demo.ts';
import { expect as usual, REPO_ROOT, test } from './launch.ts';

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
        const { overflow, textOverflow, whiteSpace } = getComputedStyle(element);
        const shortened = textOverflow === 'ellipsis' || element.classList.contains('visually-hidden');
        if (shortened || element.clientWidth === 0 || whiteSpace === 'normal') return false;
        return element.scrollWidth > element.clientWidth + 1 && overflow !== 'auto';
      })
      .map((element) => `${element.tagName} “${element.textContent?.trim().slice(0, 40)}”`),
  );
}

test('English, German, Czech: pages, menus, and the next start', async ({ launchApp }) => {
  const first = await launchApp();
  const { window: page, electron } = first;
  await page.setViewportSize({ width: 1280, height: 800 });
  await openDemo(page);

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
      expect(await bareKeys(page), `${code}, ${name}`).toEqual([]);
      expect(await cutOff(page), `${code}, ${name}`).toEqual([]);
    }
  }

  await first.close();
  const { window: again } = await launchApp({ userData: first.userData });
  await expect(again.locator('html')).toHaveAttribute('lang', 'cs');
  await expect(again.getByTestId('rail-settings')).toHaveText('Nastavení');
});
