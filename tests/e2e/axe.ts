// axe-core on the window as it stands: serious and critical violations of WCAG 2.1 A and AA.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Page } from '@playwright/test';
import { expect, REPO_ROOT } from './launch.ts';

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

/** Expects none of what is shown now, dark and light. @param where for the message */
export async function inBothThemes(page: Page, where: string): Promise<void> {
  for (const theme of ['dark', 'light']) {
    await page.evaluate((name) => (document.documentElement.dataset['theme'] = name), theme);
    expect.soft(await violations(page), `${where}, ${theme}`).toEqual([]);
  }
}
