// The voxel on the image and the MRSI map: pixels and voxels against hand-made truths.
import { describe, expect, it } from 'vitest';
import {
  scanOutlines,
  sliceViewOf,
  svgPath,
  voxelCentreMm,
  voxelSizeWords,
} from '../../src/renderer/features/images/model.ts';
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

describe('voxel outline', () => {
  const c = Math.cos(Math.PI / 6);
  const s = Math.sin(Math.PI / 6);
  const turned = [20 * c, -30 * s, 0, 10, 20 * s, 30 * c, 0, -15, 0, 0, 20, 0, 0, 0, 0, 1];

  it('has the affine’s corners to half a pixel, turned by 30°', () => {
    const [outline] = scanOutlines(sliceViewOf(axial, 1)!, turned, [1, 1, 1], 0);
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
    const view = sliceViewOf(radiological, 0.5)!;
    const [outline] = scanOutlines(view, [20, 0, 0, 40, 0, 20, 0, 0, 0, 0, 20, 0, 0, 0, 0, 1], [1, 1, 1], 0);
    const xs = outline!.points.map((p) => p[0]);
    expect(Math.min(...xs)).toBeCloseTo(0.5 * (50 + 50), 9);
    expect(Math.max(...xs)).toBeCloseTo(0.5 * (50 + 70), 9);
  });

  it('is not drawn on a slice that misses the voxel', () => {
    expect(scanOutlines(sliceViewOf({ ...axial, AxyzMxy: [0, 0, 11, 0, 0] }, 1)!, turned, [1, 1, 1], 0)).toEqual([]);
  });

  it('draws each voxel of a grid thin, the grid’s border, and the chosen voxel last', () => {
    const affine = [10, 0, 0, -5, 0, 10, 0, -5, 0, 0, 20, 0, 0, 0, 0, 1];
    const outlines = scanOutlines(sliceViewOf(axial, 1)!, affine, [2, 2, 1], 3);
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
