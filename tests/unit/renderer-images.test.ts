// The voxel on the image and the MRSI map: pixels and voxels against hand-made truths.
import { describe, expect, it } from 'vitest';
import { gridVoxelAffine, shiftedBox, voxelCorners } from '../../src/core/geometry/index.ts';
import {
  coordinateWords,
  DEFAULT_IMAGES_VIEW,
  levelOf,
  parseImagesView,
  widthOf,
  windowOf,
  zoomed,
} from '../../src/renderer/features/images/imagesView.ts';
import {
  axisLetters,
  sceneOutlines,
  sliceViewOf,
  svgPath,
  voxelCentreMm,
  voxelSizeWords,
  type Outline,
  type Scene,
} from '../../src/renderer/features/images/model.ts';
import { basisPulses } from '../../src/renderer/features/images/shiftChoices.ts';
import { mapColour } from '../../src/renderer/charts/colourMaps.ts';
import { gridDrawing, gridOrientation, neighbour } from '../../src/renderer/features/mrsi/model.ts';

/** An axial tile of 200 × 200 canvas pixels over 200 × 200 mm around the origin, at z = 5. */
const axial = {
  leftTopWidthHeight: [50, 20, 200, 200],
  axCorSag: 0,
  AxyzMxy: [0, 0, 5, 0, 0],
  leftTopMM: [-100, -100],
  fovMM: [200, 200],
};

const EMPTY: Scene = { scan: null, showGrid: true, others: [], bands: [], excited: null, shifted: null };
const scanOutlines = (
  view: ReturnType<typeof sliceViewOf>,
  affine: readonly number[],
  grid: readonly [number, number, number],
  voxel: number,
): Outline[] => sceneOutlines(view!, { ...EMPTY, scan: { affine, grid, voxel } });

describe('voxel outline', () => {
  const c = Math.cos(Math.PI / 6);
  const s = Math.sin(Math.PI / 6);
  const turned = [20 * c, -30 * s, 0, 10, 20 * s, 30 * c, 0, -15, 0, 0, 20, 0, 0, 0, 0, 1];

  it('has the affine’s corners to half a pixel, turned by 30°', () => {
    const [outline] = scanOutlines(sliceViewOf(axial, 1), turned, [1, 1, 1], 0);
    expect(outline!.points).toHaveLength(4);
    for (const [i, j] of [
      [-0.5, -0.5],
      [0.5, -0.5],
      [0.5, 0.5],
      [-0.5, 0.5],
    ] as const) {
      const x = turned[0]! * i + turned[1]! * j + 10;
      const y = turned[4]! * i + turned[5]! * j - 15;
      // One pixel a mm; y grows downwards.
      const wanted = [50 + x + 100, 20 + 100 - y] as const;
      const nearest = Math.min(...outline!.points.map((p) => Math.hypot(p[0] - wanted[0], p[1] - wanted[1])));
      expect(nearest).toBeLessThan(1e-6);
    }
  });

  it('exchanges left and right in radiological convention, and scales to CSS pixels', () => {
    const radiological = { ...axial, leftTopMM: [100, -100], fovMM: [-200, 200] };
    const view = sliceViewOf(radiological, 0.5);
    const [outline] = scanOutlines(view, [20, 0, 0, 40, 0, 20, 0, 0, 0, 0, 20, 0, 0, 0, 0, 1], [1, 1, 1], 0);
    const xs = outline!.points.map((p) => p[0]);
    expect(Math.min(...xs)).toBeCloseTo(0.5 * (50 + 50), 9);
    expect(Math.max(...xs)).toBeCloseTo(0.5 * (50 + 70), 9);
  });

  it('is not drawn on a slice that misses the voxel', () => {
    expect(scanOutlines(sliceViewOf({ ...axial, AxyzMxy: [0, 0, 11, 0, 0] }, 1), turned, [1, 1, 1], 0)).toEqual([]);
  });

  it('draws each voxel of a grid thin, the grid’s border, and the chosen voxel last', () => {
    const affine = [10, 0, 0, -5, 0, 10, 0, -5, 0, 0, 20, 0, 0, 0, 0, 1];
    const outlines = scanOutlines(sliceViewOf(axial, 1), affine, [2, 2, 1], 3);
    expect(outlines.map((o) => o.kind)).toEqual(['gridVoxel', 'gridVoxel', 'gridVoxel', 'gridVoxel', 'grid', 'voxel']);
    expect(voxelCentreMm(affine, [2, 2, 1], 3)).toEqual([5, 5, 0]);
  });

  it('says its size, and makes closed paths', () => {
    expect(voxelSizeWords(turned)).toBe('20 × 30 × 20 mm');
    expect(
      svgPath([
        [0, 1],
        [2, 3],
        [4, 5],
      ]),
    ).toBe('M0.00 1.00L2.00 3.00L4.00 5.00Z');
    expect(svgPath([])).toBe('');
    expect(sliceViewOf({ ...axial, axCorSag: 4 }, 1)).toBeNull();
  });
});

describe('what else is drawn', () => {
  const view = sliceViewOf(axial, 1)!;
  const cube = [20, 0, 0, 40, 0, 20, 0, 0, 0, 0, 20, 0, 0, 0, 0, 1];

  it('is a saturation band as the part of the slice between its planes', () => {
    const band = { centreMm: [0, 60, 0], normal: [0, 3, 0], thicknessMm: 30 } as const;
    const [outline] = sceneOutlines(view, { ...EMPTY, bands: [band] });
    expect(outline!.kind).toBe('band');
    const ys = outline!.points.map((p) => p[1]);
    // y = 45 … 75 mm, one pixel a mm, downwards from 20.
    expect(Math.min(...ys)).toBeCloseTo(20 + 100 - 75, 6);
    expect(Math.max(...ys)).toBeCloseTo(20 + 100 - 45, 6);
    const xs = outline!.points.map((p) => p[0]);
    expect(Math.max(...xs) - Math.min(...xs)).toBeGreaterThan(1000);
  });

  it('is in the order in which it must be seen: the chosen voxel on top', () => {
    const scene: Scene = {
      scan: { affine: cube, grid: [2, 1, 1], voxel: 1 },
      showGrid: true,
      others: [cube],
      bands: [{ centreMm: [0, 0, 5], normal: [1, 0, 0], thicknessMm: 5 }],
      excited: cube,
      shifted: cube,
    };
    expect(sceneOutlines(view, scene).map((o) => o.kind)).toEqual(['band', 'gridVoxel', 'gridVoxel', 'grid', 'excited', 'other', 'shifted', 'voxel']); // prettier-ignore
    expect(sceneOutlines(view, { ...scene, showGrid: false }).map((o) => o.kind)).not.toContain('gridVoxel');
  });

  it('is one voxel of a grid as a box of its own', () => {
    const grid = [3, 2, 2] as const;
    const one = gridVoxelAffine(cube, grid, 7);
    expect(voxelCorners(one, [0, 0, 0])).toEqual(voxelCorners(cube, [1, 1, 1]));
  });

  it('names the sides of a box by their nearest directions', () => {
    expect([0, 1, 2].map((axis) => axisLetters(cube, axis as 0 | 1 | 2))).toEqual([['R', 'L'], ['A', 'P'], ['S', 'I']]); // prettier-ignore
    const turned = [0, -20, 1, 0, -18, 0, 0, 0, 5, 0, 20, 0, 0, 0, 0, 1];
    expect([0, 1, 2].map((axis) => axisLetters(turned, axis as 0 | 1 | 2))).toEqual([['P', 'A'], ['L', 'R'], ['S', 'I']]); // prettier-ignore
  });
});

describe('the voxel for another chemical shift', () => {
  const cube = [20, 0, 0, 40, 0, 20, 0, 0, 0, 0, 20, 0, 0, 0, 0, 1];
  const unknown = { bandwidthHz: null, direction: null };
  const settings = {
    shown: true,
    ppm: 2.01,
    carrierPpm: null,
    axes: [{ bandwidthHz: 1200, direction: 1 }, { bandwidthHz: 1200, direction: null }, unknown],
  } as const;

  it('moves along axes of known bandwidth and direction, and no other', () => {
    const { affine, displacementMm, carrierPpm } = shiftedBox(settings, cube, 4.65, 123.25);
    // 2.64 ppm at 123.25 MHz are 325.38 Hz below the carrier: 0.271 of the slice towards the higher field.
    expect(displacementMm[0]).toBeCloseTo((20 * 2.64 * 123.25) / 1200, 9);
    expect(displacementMm.slice(1)).toEqual([null, null]);
    expect(affine![3]).toBeCloseTo(40 + displacementMm[0]!, 9);
    expect([affine![7], affine![11]]).toEqual([0, 0]);
    expect(carrierPpm).toBe(4.65);
  });

  it('prefers the carrier given by hand, and draws nothing without one, a place, or an axis', () => {
    const byHand = shiftedBox({ ...settings, carrierPpm: 2.01 }, cube, 4.65, 123.25);
    expect(byHand.displacementMm[0]).toBeCloseTo(0, 12);
    expect(shiftedBox(settings, cube, null, 123.25).affine).toBeNull();
    expect(shiftedBox(settings, null, 4.65, 123.25).affine).toBeNull();
    expect(shiftedBox(settings, cube, 4.65, null).affine).toBeNull();
    expect(shiftedBox({ ...settings, axes: [unknown, unknown, unknown] }, cube, 4.65, 123.25).affine).toBeNull();
  });

  it('offers bandwidths of the basis’s pulses, and none of ideal ones', () => {
    expect(basisPulses(null)).toEqual([]);
    const request = { sequence: { excitation: { shape: 'slr', bandwidthHz: 2400 }, refocusing: { shape: 'ideal' } } };
    expect(basisPulses(request as never)).toEqual([{ role: 'excitation', bandwidthHz: 2400 }]);
  });
});

describe('the view of the images', () => {
  it('is read back as it was stored, and is as usual where that makes no sense', () => {
    const view = {
      ...DEFAULT_IMAGES_VIEW,
      plane: 'coronal',
      window: { imageId: 'a', low: 3, high: 90 },
      panZoom: [1, -2, 3, 2],
      crosshairMm: [1, 2, 3],
      coordinates: 'LPS',
      opacity: 0.3,
      interpolated: true,
    } as const;
    expect(parseImagesView(JSON.parse(JSON.stringify(view)))).toEqual(view);
    for (const wrong of [null, 3, 'x', [], {}]) expect(parseImagesView(wrong)).toEqual(DEFAULT_IMAGES_VIEW);
    const nonsense = {
      plane: 'oblique',
      window: { imageId: 'a', low: 9, high: 1 },
      panZoom: [0, 0, 0, 1e6],
      crosshairMm: [1, 'a', 2],
      opacity: 7,
      grid: 'yes',
      shift: { ppm: Infinity, axes: [{ bandwidthHz: -3, direction: 2 }] },
    };
    expect(parseImagesView(nonsense)).toEqual(DEFAULT_IMAGES_VIEW);
  });

  it('magnifies about a point that stays, within limits', () => {
    const at = ([x, , , zoom]: readonly number[], mm: number): number => mm * zoom! + x!;
    const next = zoomed([0, 0, 0, 1], 2, [30, 0, 0]);
    expect(next[3]).toBe(2);
    expect(at(next, 30)).toBe(at([0, 0, 0, 1], 30));
    expect(zoomed([0, 0, 0, 10], 5, [0, 0, 0])[3]).toBe(12);
  });

  it('says coordinates in the convention named', () => {
    expect(coordinateWords([23.12, -4, 0.04], 'RAS')).toBe('23.1 −4.0 0.0');
    expect(coordinateWords([23.12, -4, -0.04], 'LPS')).toBe('−23.1 4.0 0.0');
  });

  it('sets level and width, never to a window without grey', () => {
    const full = { low: 0, high: 1000 };
    expect(windowOf(300, 200, full)).toEqual({ low: 200, high: 400 });
    expect(widthOf(windowOf(300, 0, full))).toBeCloseTo(1, 9);
    expect(levelOf(windowOf(300, -5, full))).toBe(300);
  });
});

describe('MRSI map', () => {
  it('draws the patient’s right on the left in radiological convention', () => {
    // Rising x index goes to the patient's left, as in scanners' axial slices stored L+.
    const toPatientLeft = [-10, 0, 0, 75, 0, 10, 0, -75, 0, 0, 10, 0, 0, 0, 0, 1];
    expect(gridOrientation(toPatientLeft, true)).toEqual({ xToRight: true, yUp: true });
    expect(gridOrientation(toPatientLeft, false)).toEqual({ xToRight: false, yUp: true });
    const ras = [10, 0, 0, -75, 0, -10, 0, 75, 0, 0, 10, 0, 0, 0, 0, 1];
    expect(gridOrientation(ras, true)).toEqual({ xToRight: false, yUp: false });
  });

  it('moves to the neighbour on screen and stops at the border', () => {
    const drawing = gridDrawing([4, 3, 1], 0, false, true);
    const corner = drawing.voxelAt(0, 0);
    expect(drawing.placeOf(corner)).toEqual({ column: 0, row: 0, slice: 0 });
    expect(corner).toBe(3 * 3 + 2);
    expect(drawing.placeOf(neighbour(drawing, corner, 1, 1))).toEqual({ column: 1, row: 1, slice: 0 });
    expect(neighbour(drawing, corner, -1, -1)).toBe(corner);
  });

  it('has maps that grow brighter from end to end', () => {
    const luminance = ([r, g, b]: readonly number[]): number => 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
    for (const name of ['cividis', 'viridis'] as const) {
      let before = -1;
      for (let t = 0; t <= 1; t += 0.02) {
        const now = luminance(mapColour(name, t));
        expect(now).toBeGreaterThanOrEqual(before);
        before = now;
      }
      expect(mapColour(name, 7)).toEqual(mapColour(name, 1));
    }
  });
});
