// The spectrum viewer and the fit pane in the real app: phase and shift by hand and keys, cursors, scale, figures, all
// transients; components lit up from the table and back.
import type { ElectronApplication, Page } from '@playwright/test';
import { expect, test, type RunningApp } from './launch.ts';

async function openDemo(page: Page): Promise<void> {
  await page.getByTestId('open-demo').or(page.getByTestId('open-demo-empty')).first().click();
  await expect(page.getByTestId('study-view')).toBeVisible();
  // The scan is first prepared, which takes a loaded machine long.
  await expect(page.getByTestId('spectrum-chart')).toBeVisible({ timeout: 60_000 });
}

async function resize(electron: ElectronApplication, width: number, height: number): Promise<void> {
  await electron.evaluate(
    ({ BrowserWindow }, size) => BrowserWindow.getAllWindows()[0]?.setContentSize(size[0]!, size[1]!),
    [width, height] as const,
  );
}

async function option(page: Page, testId: string): Promise<void> {
  await page.getByTestId('view-options').click();
  await page.getByTestId(testId).click();
  await page.keyboard.press('Escape');
}

async function visibleRange(page: Page, chart = 'spectrum-chart'): Promise<number[]> {
  const text = await page.getByTestId(chart).getAttribute('data-range');
  return (text ?? '').split(' ').map(Number);
}

/** Both sizes that a reading room has, in both themes. */
async function look(app: RunningApp, name: string): Promise<void> {
  for (const theme of ['dark', 'light'] as const) {
    await expect(app.window.locator('html')).toHaveAttribute('data-theme', theme);
    for (const [width, height] of [
      [1280, 800],
      [1920, 1080],
    ] as const) {
      await resize(app.electron, width, height);
      await app.window.waitForTimeout(300);
      await app.screenshot(`${name}-${theme}-${width}`);
    }
    await app.window.keyboard.press('Control+Shift+L');
  }
}

test('zoom, height, phase, shift, cursors and figures of a spectrum', async ({ app }) => {
  const { window: page } = app;
  await openDemo(page);
  const chart = page.getByTestId('spectrum-chart');
  await expect(page.getByTestId('spectrum-figures').locator('[data-figure=fwhm-water]')).toContainText('Hz');
  await expect(page.getByTestId('spectrum-figures').locator('[data-figure=snr-consensus]')).not.toHaveText('–');
  await look(app, 'spectrum-1-read');

  // Wheel about the pointer, drag, double click.
  const box = (await chart.boundingBox())!;
  const middle = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  const usual = await visibleRange(page);
  await page.mouse.move(middle.x, middle.y);
  await page.mouse.wheel(0, -240);
  await expect.poll(async () => (await visibleRange(page))[0]).toBeLessThan(usual[0]!);
  const zoomed = await visibleRange(page);
  await page.mouse.down();
  await page.mouse.move(middle.x + 80, middle.y, { steps: 4 });
  await page.mouse.up();
  await expect.poll(async () => (await visibleRange(page))[0]).toBeGreaterThan(zoomed[0]!);
  await page.mouse.dblclick(middle.x, middle.y);
  await expect.poll(() => visibleRange(page)).toEqual(usual);

  // Height by keys.
  await chart.focus();
  await page.keyboard.press('ArrowUp');
  await expect(chart).toHaveAttribute('data-gain', '1.250');
  await page.keyboard.press('0');
  await expect(chart).toHaveAttribute('data-gain', '1.000');

  // Phase by keys and by dragging; the pivot by keys.
  await page.getByTestId('drag-phase').click();
  await chart.focus();
  await page.keyboard.press('Shift+ArrowRight');
  await expect(page.getByTestId('phase0')).toHaveValue('10');
  await page.keyboard.press('ArrowUp');
  await expect(page.getByTestId('phase1')).toHaveValue('0.5');
  await page.mouse.move(middle.x, middle.y);
  await page.mouse.down();
  await page.mouse.move(middle.x + 40, middle.y, { steps: 4 });
  await page.mouse.up();
  await expect(page.getByTestId('phase0')).toHaveValue('30');
  await expect(page.getByTestId('drag-handle')).toContainText('30.0°');
  const pivot = page.getByTestId('pivot');
  await pivot.focus();
  await pivot.press('Shift+ArrowLeft');
  await expect(pivot).toHaveAttribute('aria-valuetext', '2.110 ppm');
  await app.screenshot('spectrum-2-phase');
  await page.getByTestId('reset-view').click();
  await expect(page.getByTestId('phase0')).toHaveValue('0');

  // Shift by keys.
  await page.getByTestId('drag-shift').click();
  await chart.focus();
  await page.keyboard.press('Shift+ArrowLeft');
  await expect(page.getByTestId('shift-number')).toHaveValue('0.02');
  await page.getByTestId('reset-view').click();
  await page.getByTestId('drag-pan').click();

  // Cursors read ppm, Hz and height, and their difference.
  await option(page, 'show-cursors');
  await option(page, 'show-scale-bar');
  const readings = page.getByTestId('cursor-readings');
  await expect(readings.locator('tr').nth(2)).toContainText('B − A');
  await page.getByTestId('cursor-A').focus();
  const before = await page.getByTestId('cursor-A').getAttribute('aria-valuetext');
  await page.keyboard.press('ArrowLeft');
  await expect(page.getByTestId('cursor-A')).not.toHaveAttribute('aria-valuetext', before!);
  await app.screenshot('spectrum-3-cursors');
  await option(page, 'show-cursors');
});

test('all transients together, power, and heights that stay', async ({ app }) => {
  const { window: page } = app;
  await openDemo(page);
  await page.getByTestId('source-raw').click();
  await page.getByTestId('transient').selectOption('all');
  await expect(page.getByTestId('transient-step')).toBeVisible();
  await expect(page.getByTestId('spectrum-chart')).toHaveAttribute('data-lines', '64', { timeout: 30_000 });
  await app.screenshot('spectrum-4-transients');
  await page.getByTestId('transient-step').fill('0');
  await app.screenshot('spectrum-5-transients-overlaid');
  await page.getByTestId('next-transient').click();
  await expect(page.getByTestId('transient')).toHaveValue('0');
  await page.getByTestId('source-processed').click();
  await page.getByTestId('part-power').click();
  await app.screenshot('spectrum-6-power');
});

test('a component is lit up from the table and from the plot', async ({ app }) => {
  const { window: page } = app;
  await openDemo(page);
  await expect(page.getByTestId('basis')).not.toHaveValue('');
  await page.getByTestId('run-fit').click();
  const table = page.getByTestId('results-table');
  await expect(table.locator('[data-metabolite=tNAA]')).toBeVisible({ timeout: 60_000 });
  await look(app, 'fit-1-overlay');
  const row = table.locator('tr[data-metabolite=tNAA][data-sum=true]');
  await row.hover();
  await expect(page.locator('[data-component=NAA]')).toHaveClass(/component--lit/);
  await app.screenshot('fit-2-lit');
  await page.locator('[data-component=NAA]').hover();
  await expect(table.locator('tr[data-metabolite=NAA]')).toHaveClass(/lit/);
  await expect(row).not.toHaveClass(/lit/);
  await page.getByTestId('preset-physics').click();
  await look(app, 'fit-3-physics');
  // What is hidden is remembered with the study.
  await page.locator('[data-component=NAA]').click();
  await expect(page.locator('[data-component=NAA]')).toHaveAttribute('aria-pressed', 'false');
});
