// Habits: native menus and palette run the same commands, undo takes a view back, the window scales, the tour leaves
// no trace, a picture of a pane can be taken along.
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ElectronApplication } from '@playwright/test';
import { openDemo } from './demo.ts';
import { expect as usual, test, type RunningApp } from './launch.ts';

/** Drawing in software on a busy machine takes its time. */
const expect = usual.configure({ timeout: 30_000 });

interface Item {
  readonly enabled: boolean;
  readonly label: string;
}

const menuItem = (electron: ElectronApplication, id: string): Promise<Item | null> =>
  electron.evaluate(({ Menu }, wanted) => {
    const item = Menu.getApplicationMenu()?.getMenuItemById(wanted);
    return item === null || item === undefined ? null : { enabled: item.enabled, label: item.label };
  }, id);

const choose = (electron: ElectronApplication, id: string): Promise<void> =>
  electron.evaluate(({ Menu }, wanted) => {
    Menu.getApplicationMenu()?.getMenuItemById(wanted)?.click();
  }, id);

/** The window as it is on the screen: the driver's own pictures know no scale. */
async function scaledScreenshot(app: RunningApp, name: string): Promise<void> {
  const file = await app.screenshot(name);
  const png = await app.electron.evaluate(async ({ BrowserWindow }) => {
    const image = await BrowserWindow.getAllWindows()[0]?.webContents.capturePage();
    return image?.toPNG().toString('base64') ?? '';
  });
  await writeFile(file, Buffer.from(png, 'base64'));
}

test('menus, palette and keys run the same commands; undo takes a view back', async ({ app }) => {
  const { window: page, electron } = app;
  await expect.poll(() => menuItem(electron, 'export-pdf')).toMatchObject({ enabled: false });
  await choose(electron, 'open-demo');
  await expect(page.getByTestId('study-view')).toBeVisible();
  await expect.poll(() => menuItem(electron, 'reset-panes')).toMatchObject({ enabled: true });

  await choose(electron, 'page-models');
  await expect(page.getByRole('heading', { level: 1, name: 'Models' })).toBeVisible();

  // Settings and studies by name.
  const palette = page.getByTestId('palette');
  await page.keyboard.press('Control+k');
  await palette.getByRole('combobox').fill('theme light');
  await expect(palette.getByRole('option')).toHaveCount(1);
  await page.keyboard.press('Enter');
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'light');
  await page.keyboard.press('Control+k');
  await palette.getByRole('combobox').fill('demo');
  await expect(palette.getByRole('option').filter({ hasText: '·' }).first()).toBeVisible();
  await app.screenshot('palette-studies');
  await palette.getByRole('option').filter({ hasText: '·' }).first().click();
  await expect(page.getByTestId('study-view')).toBeVisible();

  const view = page.getByTestId('study-view');
  await expect(view).toHaveAttribute('data-preset', 'read');
  await page.keyboard.press('Alt+2');
  await expect(view).toHaveAttribute('data-preset', 'physics');
  await expect.poll(() => menuItem(electron, 'undo')).toMatchObject({ enabled: true });
  await page.keyboard.press('Control+z');
  await expect(view).toHaveAttribute('data-preset', 'read');
  await page.keyboard.press('Control+Shift+Z');
  await expect(view).toHaveAttribute('data-preset', 'physics');
  await choose(electron, 'undo');
  await expect(view).toHaveAttribute('data-preset', 'read');

  await page.keyboard.press('?');
  await expect(page.getByTestId('shortcuts')).toBeVisible();
  await app.screenshot('shortcuts');
});

test('the window scales from 100 to 200 % and remembers it', async ({ launchApp }) => {
  const first = await launchApp();
  const { window: page, electron } = first;
  const zoom = (): Promise<number> =>
    electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.getZoomFactor() ?? 0);
  await electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.setContentSize(1920, 1080));
  await openDemo(page);
  await page.keyboard.press('Control+=');
  await expect.poll(zoom).toBeCloseTo(1.1);
  for (let i = 0; i < 6; i++) await page.keyboard.press('Control++');
  await expect.poll(zoom).toBe(2);
  await scaledScreenshot(first, 'scale-200-study');
  for (const name of ['worklist', 'settings', 'basis', 'help']) {
    await page.getByTestId(`rail-${name}`).click();
    await scaledScreenshot(first, `scale-200-${name}`);
  }
  await first.close();
  const second = await launchApp({ userData: first.userData });
  const factor = (): Promise<number> =>
    second.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.getZoomFactor() ?? 0);
  await expect.poll(factor).toBe(2);
  await second.window.getByTestId('rail-settings').click();
  await expect(second.window.getByTestId('scale-200')).toHaveAttribute('aria-checked', 'true');
  await second.window.keyboard.press('Control+0');
  await expect.poll(factor).toBe(1);
});

test('the tour goes through the demo study by keyboard and leaves no trace', async ({ app }) => {
  const { window: page } = app;
  await page.keyboard.press('F1');
  await page.getByTestId('start-tour').focus();
  for (const time of [1, 2]) {
    await page.keyboard.press('Enter');
    const card = page.getByTestId('tour');
    for (const step of ['worklist', 'images', 'spectrum', 'fit', 'report']) {
      await expect(card).toHaveAttribute('data-step', step);
      await expect(page.locator(`[data-tour="${step}"]`)).toBeVisible();
      await expect(page.locator('.tour-ring')).toBeVisible();
      if (time === 1) await app.screenshot(`tour-${step}`);
      if (time === 2 && step === 'images') break;
      await page.keyboard.press('ArrowRight');
    }
    if (time === 2) await page.keyboard.press('Escape');
    await expect(card).toBeHidden();
    await expect(page.getByRole('heading', { level: 1, name: 'Help' })).toBeVisible();
    await page.getByTestId('start-tour').focus();
  }
  await page.getByTestId('rail-worklist').click();
  await expect(page.getByTestId('open-demo-empty')).toBeVisible();
});

/** Part of an area of the window that is brighter than its dark ground. */
async function brightPart(app: RunningApp, testId: string): Promise<number> {
  const png = (await app.window.getByTestId(testId).screenshot()).toString('base64');
  return app.electron.evaluate(({ nativeImage }, data) => {
    const pixels = nativeImage.createFromBuffer(Buffer.from(data, 'base64')).toBitmap();
    let bright = 0;
    for (let i = 0; i < pixels.length; i += 4) if ((pixels[i + 1] ?? 0) > 100) bright++;
    return bright / (pixels.length / 4);
  }, png);
}

test('the image stands after every change of page, however quick', async ({ app }) => {
  const { window: page } = app;
  await openDemo(page);
  await expect(page.getByTestId('image-view')).not.toHaveAttribute('data-loaded', '');
  await expect.poll(() => brightPart(app, 'image-view')).toBeGreaterThan(0.05);
  for (let i = 0; i < 10; i++) {
    await page.getByTestId('rail-worklist').click();
    await page.getByTestId('rail-study').click();
    if (i % 3 === 2) await expect.poll(() => brightPart(app, 'image-view')).toBeGreaterThan(0.05);
  }
  await expect.poll(() => brightPart(app, 'image-view')).toBeGreaterThan(0.05);
  await app.screenshot('image-after-page-changes');
});

test('a picture of a pane is copied by a press, and dragged out as a file that goes with the program', async ({
  app,
}) => {
  const { window: page, electron } = app;
  await openDemo(page);
  await expect(page.getByTestId('image-view')).not.toHaveAttribute('data-loaded', '');
  const handle = page.getByTestId('picture-image');
  await electron.evaluate(({ clipboard }) => clipboard.clear());
  await handle.click();
  await expect(handle).toHaveAttribute('title', 'Picture copied');
  const copied = await electron.evaluate(({ clipboard }) => {
    // Its types are the pinned Electron's; the runtime of the tests is an older one, whose clipboard reads pictures itself.
    const board = clipboard as unknown as { readImage: () => Electron.NativeImage };
    return board.readImage().getSize();
  });
  const pane = await page.locator('.pane', { has: handle }).boundingBox();
  expect(Math.abs(copied.width - (pane?.width ?? NaN))).toBeLessThanOrEqual(1);
  expect(Math.abs(copied.height - (pane?.height ?? NaN))).toBeLessThanOrEqual(1);

  // The desktop's own part of a drag can't be done by a driver: it is taken at the last call of Electron.
  await electron.evaluate(({ BrowserWindow }) => {
    const contents = BrowserWindow.getAllWindows()[0]!.webContents;
    contents.startDrag = ({ file, icon }) => {
      const size = typeof icon === 'string' ? { width: 0, height: 0 } : icon.getSize();
      (globalThis as { dragged?: unknown }).dragged = { file, iconWidth: size.width };
    };
  });
  await handle.dispatchEvent('pointerdown');
  await handle.dispatchEvent('dragstart');
  const dragged = (): Promise<{ file: string; iconWidth: number } | null> =>
    electron.evaluate(() => (globalThis as { dragged?: { file: string; iconWidth: number } }).dragged ?? null);
  await expect.poll(dragged).not.toBeNull();
  const { file, iconWidth } = (await dragged())!;
  expect(path.basename(file)).toMatch(/^image-\d+\.png$/);
  expect(iconWidth).toBe(128);
  expect((await readFile(file)).subarray(1, 4).toString()).toBe('PNG');
  await app.close();
  await expect(readFile(file)).rejects.toThrow(/ENOENT/);
});

test('a picture of a pane is a PNG of its size', async ({ app }) => {
  const { window: page } = app;
  await openDemo(page);
  const handle = page.getByTestId('picture-spectrum');
  await expect(handle).toBeVisible();
  const size = await page.evaluate(async () => {
    const pane = document.querySelector('[data-testid="picture-spectrum"]')?.closest('.pane') as HTMLElement;
    const { left, top, width, height } = pane.getBoundingClientRect();
    const [x, y, w, h] = [left, top, width, height].map(Math.round) as [number, number, number, number];
    const { call } = window.lineshape;
    const answer = await call['picture:take']({ area: { x, y, width: w, height: h }, name: 'spectrum' });
    if (!answer.ok) throw new Error(answer.error.message);
    const bitmap = await createImageBitmap(new Blob([new Uint8Array(answer.value.png)], { type: 'image/png' }));
    return { drawn: [bitmap.width, bitmap.height], pane: [w, h], scale: window.devicePixelRatio };
  });
  expect(size.drawn).toEqual(size.pane.map((length) => Math.round(length * size.scale)));
});
