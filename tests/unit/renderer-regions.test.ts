// Regions drawn on a grid: their voxels, names, table and drawing; and how a grid's view is remembered.
import { describe, expect, it } from 'vitest';
import type { AnalysisDetailView, GridSpectraView } from '../../src/ipc/contract.ts';
import { mapQuantities } from '../../src/renderer/features/mrsi/mapQuantities.ts';
import { gridDrawing, NO_MASK } from '../../src/renderer/features/mrsi/model.ts';
import { DEFAULT_MRSI_VIEW, parseMrsiView } from '../../src/renderer/features/mrsi/mrsiView.ts';
import { borderEdges, openPath } from '../../src/renderer/features/mrsi/regionDrawing.ts';
import {
  freeName,
  parseRegions,
  regionRows,
  voxelsInside,
  withVoxels,
  type Region,
} from '../../src/renderer/features/mrsi/regions.ts';
import { regionTsv } from '../../src/renderer/features/mrsi/regionTsv.ts';
import { spectraScale } from '../../src/renderer/features/mrsi/spectraDrawing.ts';

const region: Region = { id: 'a', name: 'Region 1', voxels: [1, 4], meanDatasetId: 'd' };
/** 4 × 3 voxels, x to the right, y up: voxel = 3 x + y. */
const drawing = gridDrawing([4, 3, 1], 0, true, true);

describe('a region', () => {
  it('is sorted without doubles, and loses its mean when its voxels change', () => {
    expect(withVoxels(region, [4, 1, 4])).toBe(region);
    expect(withVoxels(region, [9, 1])).toEqual({ ...region, voxels: [1, 9], meanDatasetId: null });
  });

  it('is read back as stored; what makes no sense is left out', () => {
    expect(parseRegions(JSON.parse(JSON.stringify([region])), 12)).toEqual([region]);
    expect(parseRegions([region, region], 12)).toHaveLength(1);
    expect(parseRegions([{ ...region, voxels: [4, 99, -1, 2.5, 'x'] }], 12)).toEqual([
      { ...region, voxels: [4], meanDatasetId: null },
    ]);
    for (const wrong of [null, 'x', [null], [{ id: 3 }], [{ id: 'a', name: 'b' }]])
      expect(parseRegions(wrong, 12)).toEqual([]);
  });

  it('gets a name that is free', () => {
    expect(freeName([], 'Region')).toBe('Region 1');
    expect(freeName([region, { ...region, name: 'Region 2' }], 'Region')).toBe('Region 3');
  });

  it('takes the voxels whose centres a polygon holds', () => {
    // The two left columns, upper two rows: x 0–1, y 2–1.
    const square = [[0, 0], [2, 0], [2, 2], [0, 2]] as const; // prettier-ignore
    expect(voxelsInside(drawing, square).sort((a, b) => a - b)).toEqual([1, 2, 4, 5]);
    const triangle = [[0, 0], [4, 0], [0, 3]] as const; // prettier-ignore
    expect(voxelsInside(drawing, triangle)).toContain(drawing.voxelAt(0, 0));
    expect(voxelsInside(drawing, triangle)).not.toContain(drawing.voxelAt(3, 2));
    expect(voxelsInside(drawing, [[0, 0], [9, 9]])).toEqual([]); // prettier-ignore
    // Concave, and set the other way round.
    const notch = [[0, 0], [0, 3], [4, 3], [4, 0], [2, 2.9]] as const; // prettier-ignore
    expect(voxelsInside(drawing, notch)).not.toContain(drawing.voxelAt(2, 1));
  });

  it('is drawn by the edges that it shares with no voxel of its own', () => {
    const two = [drawing.voxelAt(1, 1), drawing.voxelAt(2, 1)];
    expect(borderEdges(two, drawing)).toHaveLength(6);
    expect(borderEdges(two, drawing)).not.toContainEqual([[2, 1], [2, 2]]); // prettier-ignore
    expect(borderEdges([], drawing)).toEqual([]);
    expect(openPath([[0, 0], [1, 0]], [1, 1], 10)).toBe('M0.0 0.0L10.0 0.0L10.0 10.0'); // prettier-ignore
    expect(openPath([], null, 10)).toBe('');
  });
});

const estimate = (name: string, amplitude: number, crlbPercent: number | null) => ({
  name,
  amplitude,
  crlbPercent,
  crlbAbsolute: null,
  ratioToTCr: amplitude / 4,
  concentrationMM: null,
});
const voxel = (index: number, tNAA: number, crlb: number, status = 'converged') => ({
  voxel: index,
  result: {
    status,
    combined: status === 'refused' ? [] : [estimate('tNAA', tNAA, crlb), estimate('tCr', 4, 5)],
    metabolites: [],
    fwhmHz: 5,
    snr: { value: 10 * index, definition: '' },
  },
});
const analysis = {
  voxels: [voxel(0, 1, 1), voxel(1, 6, 5), voxel(2, 8, 6), voxel(3, 40, 90), voxel(4, 1, 1, 'refused')],
} as unknown as AnalysisDetailView;
const quantity = mapQuantities(analysis).find(({ id }) => id === 'amplitude')!;
const choice = { quantity, crlbLimitPercent: null, mask: NO_MASK };

describe('a region’s table', () => {
  it('is mean and SD of its voxels with a value, and how many they are', () => {
    const [tNAA, tCr] = regionRows(analysis, { voxels: [1, 2, 4, 11] }, choice, null);
    expect(tNAA).toEqual({ name: 'tNAA', n: 2, mean: 7, sd: Math.SQRT2, ofMean: null });
    expect(tCr).toMatchObject({ name: 'tCr', n: 2, mean: 4, sd: 0 });
  });

  it('counts no voxel above the limit or outside the mask', () => {
    const [limited] = regionRows(analysis, { voxels: [1, 2, 3] }, { ...choice, crlbLimitPercent: 20 }, null);
    expect(limited).toMatchObject({ n: 2, mean: 7 });
    const mask = { minimumSnr: 15, maximumFwhmHz: null };
    expect(regionRows(analysis, { voxels: [1, 2] }, { ...choice, mask }, null)[0]).toMatchObject({
      n: 1,
      mean: 8,
      sd: NaN,
    });
  });

  it('has no mean without voxels, and no rows without a fit', () => {
    expect(regionRows(analysis, { voxels: [] }, choice, null)[0]).toMatchObject({ n: 0, mean: NaN, sd: NaN });
    expect(regionRows(null, { voxels: [1] }, choice, null)).toEqual([]);
  });

  it('sets the fit of the mean spectrum beside it; a refused one is none', () => {
    const fit = voxel(0, 7.2, 2).result as never;
    expect(regionRows(analysis, { voxels: [1, 2] }, choice, fit)[0]?.ofMean).toEqual({ value: 7.2, crlbPercent: 2 });
    const refused = voxel(0, 7.2, 2, 'refused').result as never;
    expect(regionRows(analysis, { voxels: [1, 2] }, choice, refused)[0]?.ofMean).toBeNull();
  });

  it('is copied with all digits, empty where there is none', () => {
    const rows = regionRows(analysis, { voxels: [1, 2] }, choice, voxel(0, 7.2, 2).result as never);
    const lines = regionTsv(rows, 'Amplitude [a.u.]').split('\n');
    expect(lines[0]).toBe('Metabolite\tMean of: Amplitude [a.u.]\tSD\tn\tMean spectrum\tCRLB [%]');
    expect(lines[1]).toBe(`tNAA\t7\t${Math.SQRT2}\t2\t7.2\t2`);
    expect(regionTsv(regionRows(analysis, { voxels: [] }, choice, null), 'x').split('\n')[1]).toBe('tNAA\t\t\t0\t\t');
  });
});

describe('the spectra of a grid', () => {
  it('share a scale that one wild voxel does not stretch', () => {
    const voxels = Array.from({ length: 100 }, (_, i) => i);
    const values = Float64Array.from({ length: 400 }, (_, i) => (i % 4 === 1 ? 1 + i / 400 : i % 4 === 2 ? -0.2 : 0));
    values[9] = 1e6;
    const scale = spectraScale({ voxels, points: 4, values } as GridSpectraView);
    expect(scale.high).toBeLessThan(2);
    expect(scale.high).toBeGreaterThan(1.9);
    expect(scale.low).toBeCloseTo(-0.2, 12);
  });

  it('have a scale where all are zero', () => {
    expect(spectraScale({ voxels: [0], points: 2, values: new Float64Array(2) })).toEqual({ low: 0, high: 1 });
  });
});

it('the view of a grid is read back, and is as usual where it makes no sense', () => {
  const view = {
    ...DEFAULT_MRSI_VIEW,
    mode: 'both',
    colourMap: 'viridis',
    ppm: [3.5, 1],
    regionId: 'a',
    table: 'region',
  };
  expect(parseMrsiView(JSON.parse(JSON.stringify(view)))).toEqual(view);
  for (const wrong of [null, 7, {}, { mode: 'x', ppm: [1, 3], colourMap: 'jet', metabolite: 5, regionId: 1 }]) {
    expect(parseMrsiView(wrong)).toEqual(DEFAULT_MRSI_VIEW);
  }
});
