// Accessibility by axe-core on every page, arrangement and dialog, in both themes: no serious or critical violation of
// WCAG 2.1 A and AA.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Page } from '@playwright/test';
import { fitByKey, openDemo } from './demo.ts';
import { expect as usual, REPO_ROOT, test } from './launch.ts';

/** Drawing in software on a busy machine takes its time. */
const expect = usual.configure({ timeout: 30_000 });

interface Violation {
  readonly id: string;
  readonly impact: string | null;
  readonly help: string;
  readonly nodes: readonly { readonly target: readonly unknown[]; readonly failureSummary?: string }[];
}

interface AxeWindow {
  readonly axe: {
    readonly run: (context: unknown, options: unknown) => Promise<{ readonly violations: readonly Violation[] }>;
  };
}

/** Serious and critical violations of what is shown now, a line each. */
async function violations(page: Page): Promise<string[]> {
  // The page's policy forbids scripts from elsewhere; the driver's own evaluation is exempt.
  if (!(await page.evaluate(() => 'axe' in window))) {
    await page.evaluate(await readFile(path.join(REPO_ROOT, 'node_modules', 'axe-core', 'axe.min.js'), 'utf8'));
  }
  return page.evaluate(async () => {
    const { axe } = window as unknown as AxeWindow;
    const found = await axe.run(document, {
      runOnly: { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21aa'] },
      resultTypes: ['violations'],
      // The report's frame takes no script; its page is tested as a report.
      iframes: false,
    });
    return found.violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .flatMap(({ id, help, nodes }) =>
        nodes.map(({ target, failureSummary }) => `${id}: ${help} – ${target.join(' ')}\n${failureSummary ?? ''}`),
      );
  });
}

async function both(page: Page, where: string): Promise<void> {
  for (const theme of ['dark', 'light']) {
    await page.evaluate((name) => (document.documentElement.dataset['theme'] = name), theme);
    expect.soft(await violations(page), `${where}, ${theme}`).toEqual([]);
  }
}

test('every page', async ({ app }) => {
  test.setTimeout(420_000);
  const { window: page } = app;
  await expect(page.getByTestId('open-demo-empty')).toBeVisible();
  await both(page, 'empty worklist');
  await openDemo(page);
  for (const name of ['worklist', 'batch', 'comparison', 'basis', 'models', 'help', 'settings']) {
    await page.getByTestId(`rail-${name}`).click();
    await expect(page.locator('main h1')).toBeVisible();
    await both(page, name);
  }
});

test('the study in each arrangement, before and after a fit', async ({ app }) => {
  test.setTimeout(420_000);
  const { window: page } = app;
  await openDemo(page);
  await both(page, 'study before a fit');
  await fitByKey(page);
  const presets = await page.getByRole('radiogroup').first().getByRole('radio').count();
  for (let i = 1; i <= presets; i++) {
    await page.keyboard.press(`Alt+${i}`);
    await page.waitForTimeout(600); // panes fetch what they show
    await both(page, `arrangement ${(await page.getByTestId('study-view').getAttribute('data-preset')) ?? i}`);
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
    await both(page, name);
    await page.keyboard.press('Escape');
    await expect(page.getByTestId(testId)).toBeHidden();
  }
  await page.keyboard.press('F1');
  await page.getByTestId('start-tour').click();
  await expect(page.getByTestId('tour')).toBeVisible();
  await both(page, 'tour');
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
