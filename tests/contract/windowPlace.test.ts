// Where the window opens: as remembered, but never off the screen or smaller than its minimum.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_PLACE, fitToScreens, readWindowPlace, writeWindowPlace } from '../../src/main/settings.ts';

const SCREEN = { x: 0, y: 0, width: 1920, height: 1080 };
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lineshape-window-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('window place', () => {
  it('is remembered', () => {
    const place = { position: { x: 10, y: 20 }, width: 1300, height: 800, maximized: true };
    expect(writeWindowPlace(join(folder, 'new', 'window.json'), place)).toBe(true);
    expect(readWindowPlace(join(folder, 'new', 'window.json'))).toEqual(place);
  });

  it('is the default without memory, or with one that is not readable', async () => {
    expect(readWindowPlace(join(folder, 'none.json'))).toEqual(DEFAULT_PLACE);
    await writeFile(join(folder, 'bad.json'), '{"width":"wide"}');
    expect(readWindowPlace(join(folder, 'bad.json'))).toEqual(DEFAULT_PLACE);
  });

  it('keeps its place on a screen that is there, and gives it up for one that is gone', () => {
    const place = { position: { x: 2000, y: 50 }, width: 1300, height: 800, maximized: false };
    const second = { x: 1920, y: 0, width: 1920, height: 1080 };
    expect(fitToScreens(place, [SCREEN, second]).position).toEqual({ x: 2000, y: 50 });
    expect(fitToScreens(place, [SCREEN]).position).toBeNull();
  });

  it('never opens smaller than its minimum', () => {
    const tiny = { position: null, width: 10, height: 10, maximized: false };
    expect(fitToScreens(tiny, [SCREEN])).toMatchObject({ width: 1024, height: 700 });
  });
});
