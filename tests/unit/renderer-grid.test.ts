// How a grid is drawn and filled: the size of its voxels, what is scrolled, the order in which spectra come.
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { gridDrawing } from '../../src/renderer/features/mrsi/model.ts';
import { DEFAULT_MRSI_VIEW, MOST_ZOOM, parseMrsiView } from '../../src/renderer/features/mrsi/mrsiView.ts';
import { loadSpectra, nearestFirst } from '../../src/renderer/features/mrsi/spectraLoading.ts';
import { cellSize, scrollFor } from '../../src/renderer/features/mrsi/useGridZoom.ts';
import type { GridSpectraView } from '../../src/ipc/contract.ts';

describe('the size of a voxel', () => {
  const room = { width: 320, height: 260 };
  const grid = { columns: 16, rows: 16 };

  it('is the whole grid’s in a map, and readable where there are spectra', () => {
    expect(cellSize({ ...grid, mode: 'map', zoom: null }, room)).toBe(16);
    expect(cellSize({ ...grid, mode: 'spectra', zoom: null }, room)).toBe(32);
    expect(cellSize({ ...grid, mode: 'both', zoom: null }, room)).toBe(32);
    // Where the whole grid is larger than that, nothing is scrolled.
    expect(cellSize({ columns: 4, rows: 4, mode: 'spectra', zoom: null }, room)).toBe(65);
  });

  it('follows the zoom between the whole grid and the largest voxel', () => {
    expect(cellSize({ ...grid, mode: 'spectra', zoom: 1 }, room)).toBe(16);
    expect(cellSize({ ...grid, mode: 'map', zoom: 2.5 }, room)).toBe(40);
    expect(cellSize({ ...grid, mode: 'map', zoom: MOST_ZOOM }, room)).toBe(128);
    expect(cellSize({ columns: 500, rows: 500, mode: 'map', zoom: 1 }, room)).toBe(4);
  });

  it('is remembered, and nonsense is not', () => {
    expect(parseMrsiView({ zoom: 2 }).zoom).toBe(2);
    for (const zoom of [0.5, MOST_ZOOM + 1, 'large', NaN, undefined]) {
      expect(parseMrsiView({ zoom })).toEqual(DEFAULT_MRSI_VIEW);
    }
  });
});

describe('scrolling', () => {
  it('goes to the nearer edge, and nowhere where all is in sight', () => {
    expect(scrollFor(10, 50, 100)).toBe(0);
    expect(scrollFor(-30, 10, 100)).toBe(-30);
    expect(scrollFor(90, 130, 100)).toBe(30);
    // What is larger than the room begins at its beginning.
    expect(scrollFor(20, 180, 100)).toBe(20);
  });
});

describe('spectra of a slice', () => {
  const drawing = gridDrawing([16, 16, 2], 1, true, true);
  let nowMs = 0;

  beforeEach(() => {
    nowMs = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => nowMs);
  });

  it('are those of the drawn slice, each once, from the chosen voxel outwards', () => {
    const chosen = drawing.voxelAt(5, 9);
    const order = nearestFirst(drawing, chosen);
    expect(order[0]).toBe(chosen);
    expect(new Set(order.slice(1, 5))).toEqual(
      new Set([drawing.voxelAt(4, 9), drawing.voxelAt(6, 9), drawing.voxelAt(5, 8), drawing.voxelAt(5, 10)]),
    );
    expect(order).toHaveLength(256);
    expect(new Set(order).size).toBe(256);
    expect(order.every((voxel) => drawing.placeOf(voxel).slice === 1)).toBe(true);
  });

  /** Each voxel's spectrum is its number, twice; a piece takes `pieceMs`. */
  const asking = (pieceMs: number) => {
    const shown: GridSpectraView[] = [];
    const load = (isWanted: () => boolean = () => true): Promise<void> =>
      loadSpectra({
        voxels: nearestFirst(drawing, drawing.voxelAt(0, 0)),
        ask: async (voxels) => {
          nowMs += pieceMs;
          return { voxels, points: 2, values: Float64Array.from(voxels.flatMap((voxel) => [voxel, voxel])) };
        },
        isWanted,
        onSpectra: (spectra) => shown.push(spectra),
      });
    return { shown, load };
  };

  it('are shown at once where they are there at once', async () => {
    const { shown, load } = asking(10);
    await load();
    expect(shown).toHaveLength(1);
    expect(shown[0]?.voxels).toHaveLength(256);
    expect([...shown[0]!.values]).toEqual(shown[0]!.voxels.flatMap((voxel) => [voxel, voxel]));
  });

  it('are shown as they come where they take long', async () => {
    const { shown, load } = asking(200);
    await load();
    expect(shown.map(({ voxels }) => voxels.length)).toEqual([64, 96, 128, 160, 192, 224, 256]);
    for (const { voxels, values } of shown) expect([...values]).toEqual(voxels.flatMap((voxel) => [voxel, voxel]));
  });

  it('end when they are wanted no longer', async () => {
    const { shown, load } = asking(200);
    await load(() => nowMs < 1000);
    expect(shown.map(({ voxels }) => voxels.length)).toEqual([64, 96, 128]);
  });
});
