// A grid as a physicist clicks through it: voxels by mouse and keys, spectra in their voxels, maps with limits and over the
// image, a region drawn by hand with its mean spectrum, its table, and the fit of the mean; and all of it there tomorrow.
import type { Page } from '@playwright/test';
import { expect, test, type RunningApp } from './launch.ts';

/** 256 spectra on two slow cores. */
const FITTED = { timeout: 180_000 };

async function openGrid(page: Page): Promise<void> {
  await page.getByTestId('open-demo-empty').or(page.getByTestId('open-demo')).first().click();
  await expect(page.getByTestId('study-view')).toBeVisible({ timeout: 60_000 });
  const mrsi = page.getByTestId('dataset').locator('option', { hasText: 'MRSI' });
  await page.getByTestId('dataset').selectOption((await mrsi.getAttribute('value')) as string);
  await page.getByTestId('preset-mrsi').click();
}

const chosenVoxel = async (page: Page): Promise<number> =>
  Number(await page.getByTestId('voxel-map').getAttribute('data-voxel'));

/** A voxel's middle on the map. */
async function cellCentre(page: Page, column: number, row: number): Promise<{ x: number; y: number }> {
  const cell = Number(await page.getByTestId('voxel-map').getAttribute('data-cell'));
  return { x: (column + 0.5) * cell, y: (row + 0.5) * cell };
}

async function clickVoxel(page: Page, column: number, row: number): Promise<void> {
  await page.getByTestId('voxel-map').click({ position: await cellCentre(page, column, row) });
}

async function toggleTheme(page: Page): Promise<void> {
  await page.keyboard.press('Control+Shift+L');
}

/** At both sizes in both themes. */
async function photograph(app: RunningApp, name: string): Promise<void> {
  for (const theme of ['dark', 'light']) {
    for (const [width, height] of [
      [1280, 800],
      [1920, 1080],
    ] as const) {
      // prettier-ignore
      await app.window.setViewportSize({ width, height });
      await app.window.waitForTimeout(300); // canvases follow the window's size
      await app.screenshot(`${name}-${theme}-${width}`);
    }
    await toggleTheme(app.window);
  }
  await app.window.setViewportSize({ width: 1280, height: 800 });
}

test('MRSI click-through', async ({ launchApp }) => {
  test.setTimeout(420_000);
  const app = await launchApp();
  const { window: page } = app;
  await page.setViewportSize({ width: 1280, height: 800 });
  await openGrid(page);

  // Voxels by pointer and by keys; the image's crosshair follows, and picks voxels itself.
  await clickVoxel(page, 5, 6);
  await expect(page.getByTestId('map-told')).toContainText('Column 6, row 7');
  const clicked = await chosenVoxel(page);
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowDown');
  await expect(page.getByTestId('map-told')).toHaveText(/^Column/);
  expect(await chosenVoxel(page)).not.toBe(clicked);
  const view = page.getByTestId('image-view');
  await expect(view).not.toHaveAttribute('data-loaded', '', { timeout: 30_000 });
  // The grid is tilted: an axial slice cuts most of its 256 voxels.
  await expect.poll(() => view.locator('[data-plane=axial] [data-outline=gridVoxel]').count()).toBeGreaterThan(200);
  const before = await chosenVoxel(page);
  const axial = (await page.locator('[data-plane=axial]').getAttribute('data-rect'))!.split(' ').map(Number);
  const [left, top, width, height] = axial as [number, number, number, number];
  await view
    .locator('canvas')
    .first()
    .click({ position: { x: left + 0.5 * width, y: top + 0.4 * height } });
  await expect.poll(() => chosenVoxel(page)).not.toBe(before);

  // Spectra in their voxels, before any fit.
  await page.getByTestId('map-mode-spectra').click();
  await expect(page.getByTestId('voxel-map')).toHaveAttribute('data-spectra', '256', { timeout: 60_000 });
  await photograph(app, 'mrsi-1-spectra');

  // Voxels large enough to read a spectrum in, smaller ones, and the whole grid; the chosen one stays in sight.
  const map = page.getByTestId('voxel-map');
  const cellSize = async (): Promise<number> => Number(await map.getAttribute('data-cell'));
  const readable = await cellSize();
  expect(readable).toBeGreaterThanOrEqual(24);
  await map.focus();
  await page.keyboard.press('0');
  await expect.poll(cellSize).toBeLessThan(readable);
  const whole = await cellSize();
  await page.keyboard.press('+');
  await page.keyboard.press('+');
  await page.getByTestId('grid-larger').click();
  await expect.poll(cellSize).toBeGreaterThan(1.5 * whole);
  await map.focus();
  for (let i = 0; i < 8; i++) await page.keyboard.press('ArrowDown');
  const inSight = await map.evaluate((canvas) => {
    const cell = Number(canvas.dataset['cell']);
    const told = /(\d+)\D+(\d+)/.exec(canvas.getAttribute('aria-label') ?? '');
    const [grid, frame] = [
      canvas.getBoundingClientRect(),
      canvas.parentElement!.parentElement!.getBoundingClientRect(),
    ];
    const row = grid.top + (Number(told?.[2]) - 1) * cell;
    return row >= frame.top && row + cell <= frame.bottom;
  });
  expect(inSight).toBe(true);
  await app.screenshot('mrsi-1-larger');
  await page.getByTestId('grid-whole').click();
  await expect.poll(cellSize).toBe(whole);

  await page.getByTestId('run-fit').click();
  await page.getByTestId('map-mode-map').click();
  await expect(page.getByTestId('map-title')).toHaveText('tNAA / tCr', FITTED);

  // Any pair of names makes a ratio.
  await page.getByTestId('map-quantity').selectOption({ label: 'Ratio to tNAA' });
  await page.getByTestId('map-metabolite').selectOption('tCho');
  await expect(page.getByTestId('map-title')).toHaveText('tCho / tNAA');
  // Over the image, with its colour bar.
  await expect(page.getByTestId('image-map-legend')).toContainText('tCho / tNAA');
  await photograph(app, 'mrsi-2-map');
  await page.getByTestId('plane-axial').click();
  await page.getByTestId('image-options').click();
  await page.getByTestId('interpolate-map').check();
  await page.keyboard.press('Escape');
  await page.getByTestId('map-mode-both').click();
  await photograph(app, 'mrsi-3-interpolated');

  // The mask leaves spectra out, in words.
  await page.getByTestId('map-options').click();
  await page.getByTestId('mask-snr').fill('40');
  await page.getByTestId('mask-fwhm').fill('nonsense');
  await expect(page.getByRole('alert')).toContainText('Give limits of SNR and line width');
  await page.getByTestId('mask-fwhm').fill('');
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('map-counts')).toContainText('outside the quality mask');
  await page.getByTestId('map-options').click();
  await page.getByTestId('mask-snr').fill('');
  await page.keyboard.press('Escape');

  // A region: brush, then a polygon, then the keys.
  await page.getByTestId('map-mode-map').click();
  await page.getByTestId('table-region').click();
  await page.getByTestId('region-new').click();
  await map.hover({ position: await cellCentre(page, 4, 7) });
  await page.mouse.down();
  await map.hover({ position: await cellCentre(page, 5, 7) });
  await map.hover({ position: await cellCentre(page, 6, 7) });
  await page.mouse.up();
  await expect(page.getByTestId('region').locator('option:checked')).toContainText('Region 1, 3 voxels');
  await page.getByTestId('map-tool-polygon').click();
  for (const [x, y] of [
    [4, 8],
    [7, 8],
    [7, 9],
    [4, 9],
  ] as const) {
    // prettier-ignore
    const cell = Number(await map.getAttribute('data-cell'));
    await map.click({ position: { x: x * cell, y: y * cell } });
  }
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('region').locator('option:checked')).toContainText('6 voxels');
  await page.getByTestId('map-tool-brush').click();
  await map.focus();
  await page.keyboard.press(' ');
  await expect(page.getByTestId('region').locator('option:checked')).toContainText(/Region 1, [57] voxels/);
  await page.keyboard.press(' ');
  await page.getByTestId('region-name').fill('White matter left');
  await page.getByTestId('region-name').press('Enter');
  await expect(page.getByTestId('region-about')).toContainText('Mean of 6 spectra', { timeout: 60_000 });
  const row = page.getByTestId('region-table').locator('[data-metabolite=tCr]');
  await expect(row.locator('td').nth(2)).toHaveText('6');
  await expect(row.locator('td').nth(1)).toContainText('±');
  await page.getByTestId('map-tool-choose').click();
  await photograph(app, 'mrsi-4-region');

  // Its mean becomes a scan of the study, fitted as any other; the region's table tells the result.
  await page.getByTestId('region-open-mean').click();
  await expect(page.getByTestId('dataset').locator('option:checked')).toContainText('White matter left');
  await expect(page.getByTestId('study-view')).toHaveAttribute('data-preset', 'read');
  await page.getByTestId('run-fit').click();
  await expect(page.getByTestId('results-table').locator('[data-metabolite=tNAA]')).toBeVisible(FITTED);
  await app.screenshot('mrsi-5-mean-fitted');
  await page.waitForTimeout(600); // the view is written shortly after its last change
  await app.close();

  const again = await launchApp({ userData: app.userData });
  await again.window.getByTestId('study-row').first().dblclick();
  const mrsi = again.window.getByTestId('dataset').locator('option', { hasText: 'MRSI' });
  await again.window.getByTestId('dataset').selectOption((await mrsi.getAttribute('value')) as string);
  await expect(again.window.getByTestId('region').locator('option:checked')).toContainText(
    'White matter left, 6 voxels',
  );
  const kept = again.window.getByTestId('region-table').locator('[data-metabolite=tNAA] td').nth(3);
  await expect(kept).toHaveText(/\d/, { timeout: 30_000 });
  // The whole grid, as it was left.
  await again.window.getByTestId('map-mode-spectra').click();
  await expect(again.window.getByTestId('grid-whole')).toBeDisabled();
  await again.screenshot('mrsi-6-remembered');
});
