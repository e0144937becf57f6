// Voxel ⇄ image geometry against analytic truths: rotations, flips, sections of cubes.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  affineDeterminant,
  applyAffine,
  IDENTITY_AFFINE,
  invertAffine,
  mmToIndex,
  multiplyAffines,
  voxelAtMm,
  voxelIndex,
  voxelNumber,
  type Vec3,
} from '../../src/core/geometry/affine.ts';
import {
  axisPlane,
  boxCentre,
  boxSection,
  gridCorners,
  polygonArea,
  voxelCorners,
} from '../../src/core/geometry/box.ts';
import { mmToPixel, tiltedPlane, type SliceView } from '../../src/core/geometry/sliceView.ts';

/** Rotation about z by `deg`, scaled to `size` mm, centred on `centre`. */
function rotatedVoxel(deg: number, size: Vec3, centre: Vec3): number[] {
  const c = Math.cos((deg * Math.PI) / 180);
  const s = Math.sin((deg * Math.PI) / 180);
  return [
    c * size[0],
    -s * size[1],
    0,
    centre[0],
    s * size[0],
    c * size[1],
    0,
    centre[1],
    0,
    0,
    size[2],
    centre[2],
    0,
    0,
    0,
    1,
  ];
}

describe('affine', () => {
  it('undoes itself to rounding for any turned, stretched, flipped and shifted grid', () => {
    const mm = fc.double({ min: -100, max: 100, noNaN: true });
    const edge = fc.double({ min: 0.5, max: 40, noNaN: true });
    const deg = fc.double({ min: 0, max: 360, noNaN: true });
    const point = fc.tuple(mm, mm, mm);
    fc.assert(
      fc.property(fc.tuple(edge, edge, edge), point, point, deg, deg, fc.boolean(), (size, centre, p, a, b, flip) => {
        const tilt = [0, 0, 1, 0, 1, 0, 0, 0, 0, flip ? -1 : 1, 0, 0, 0, 0, 0, 1];
        const about = multiplyAffines(tilt, rotatedVoxel(b, [1, 1, 1], [0, 0, 0]));
        const affine = multiplyAffines(about, rotatedVoxel(a, size, centre));
        expect(Math.abs(affineDeterminant(affine) / (size[0] * size[1] * size[2]))).toBeCloseTo(1, 9);
        const back = applyAffine(invertAffine(affine), applyAffine(affine, p));
        // Entries to 100 mm and edges from 0.5 mm: rounding stays below 1e-11, an error of sign or index does not.
        back.forEach((v, i) => expect(v).toBeCloseTo(p[i] as number, 8));
      }),
    );
  });

  it('multiplies in the order written', () => {
    const shift = [1, 0, 0, 5, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1];
    const turn = rotatedVoxel(90, [1, 1, 1], [0, 0, 0]);
    const shiftAfterTurn = applyAffine(multiplyAffines(shift, turn), [1, 0, 0]);
    expect(shiftAfterTurn[0]).toBeCloseTo(5, 12);
    expect(shiftAfterTurn[1]).toBeCloseTo(1, 12);
    const inverse = multiplyAffines(turn, invertAffine(turn));
    inverse.forEach((v, i) => expect(v).toBeCloseTo(IDENTITY_AFFINE[i] as number, 12));
  });

  it('finds the voxel a point lies in, with a flipped axis too', () => {
    const flipped = [-10, 0, 0, 75, 0, 10, 0, -75, 0, 0, 10, 0, 0, 0, 0, 1];
    expect(affineDeterminant(flipped)).toBeCloseTo(-1000, 9);
    expect(mmToIndex(flipped, [75, -75, 0])).toEqual([0, 0, 0]);
    expect(voxelAtMm(flipped, [16, 16, 1], [66, -75, 4])).toEqual([1, 0, 0]);
    expect(voxelAtMm(flipped, [16, 16, 1], [81, -75, 0])).toBeNull();
  });

  it('numbers voxels in C order, both ways', () => {
    const grid: Vec3 = [3, 4, 5];
    expect(voxelNumber(grid, [1, 2, 3])).toBe(1 * 20 + 2 * 5 + 3);
    for (let v = 0; v < 60; v++) expect(voxelNumber(grid, voxelIndex(grid, v))).toBe(v);
  });

  it('refuses a flat affine in words', () => {
    expect(() => invertAffine([1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1])).toThrow(/no volume/);
  });
});

describe('boxes', () => {
  it('a voxel reaches half a voxel around its centre', () => {
    const corners = voxelCorners(rotatedVoxel(0, [20, 30, 40], [1, 2, 3]), [0, 0, 0]);
    expect(corners[0]).toEqual([-9, -13, -17]);
    expect(corners[7]).toEqual([11, 17, 23]);
    expect(boxCentre(corners)).toEqual([1, 2, 3]);
  });

  it('a grid spans its outer faces', () => {
    const corners = gridCorners([10, 0, 0, -75, 0, 10, 0, -75, 0, 0, 15, 0, 0, 0, 0, 1], [16, 16, 1]);
    expect(corners[0]).toEqual([-80, -80, -7.5]);
    expect(corners[7]).toEqual([80, 80, 7.5]);
  });

  it('cuts a box turned by 45° into a true square, not its bounding box', () => {
    const corners = voxelCorners(rotatedVoxel(45, [20, 20, 20], [0, 0, 0]), [0, 0, 0]);
    const section = boxSection(corners, axisPlane(2, 3));
    expect(section).toHaveLength(4);
    expect(polygonArea(section)).toBeCloseTo(400, 9);
    const half = 10 * Math.SQRT2;
    expect(Math.max(...section.map((p) => p[0]))).toBeCloseTo(half, 9);
    section.forEach((p) => expect(Math.abs(p[0]) + Math.abs(p[1])).toBeCloseTo(half, 9));
  });

  it('cuts it across x = d into a rectangle of the chord: width 2(h − |d|)', () => {
    const corners = voxelCorners(rotatedVoxel(45, [20, 20, 20], [0, 0, 0]), [0, 0, 0]);
    const section = boxSection(corners, axisPlane(0, 4));
    expect(polygonArea(section)).toBeCloseTo(2 * (10 * Math.SQRT2 - 4) * 20, 9);
  });

  it('cuts a cube across its diagonal into a regular hexagon', () => {
    const corners = voxelCorners(IDENTITY_AFFINE, [0, 0, 0]);
    const section = boxSection(corners, { normal: [1, 1, 1], offset: 0 });
    expect(section).toHaveLength(6);
    // Side √2/2, area 3√3/2 · side².
    expect(polygonArea(section)).toBeCloseTo((3 * Math.sqrt(3)) / 4, 12);
  });

  it('gives the whole face where the plane lies in it, and nothing beyond', () => {
    const corners = voxelCorners(IDENTITY_AFFINE, [0, 0, 0]);
    expect(polygonArea(boxSection(corners, axisPlane(1, 0.5)))).toBeCloseTo(1, 12);
    expect(boxSection(corners, axisPlane(1, 0.500001))).toEqual([]);
    expect(boxSection(corners, { normal: [1, 1, 1], offset: 1.5 })).toEqual([]);
  });

  it('has the volume of the box as the integral of its sections, however it is turned', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 180, noNaN: true }), fc.constantFrom<0 | 1 | 2>(0, 1, 2), (deg, axis) => {
        const corners = voxelCorners(rotatedVoxel(deg, [12, 20, 8], [3, -4, 5]), [0, 0, 0]);
        const low = Math.min(...corners.map((p) => p[axis]));
        const high = Math.max(...corners.map((p) => p[axis]));
        const n = 400;
        const step = (high - low) / n;
        let volume = 0;
        for (let i = 0; i < n; i++)
          volume += step * polygonArea(boxSection(corners, axisPlane(axis, low + (i + 0.5) * step)));
        // Where the box is all but parallel to the planes, its area jumps at the ends: half a section of 400 at each.
        expect(Math.abs(volume / (12 * 20 * 8) - 1)).toBeLessThan(1 / n);
      }),
      { numRuns: 20 },
    );
  });
});

describe('slices on screen', () => {
  const view: SliceView = {
    plane: 'coronal',
    rect: [100, 50, 200, 100],
    originMm: [100, -50],
    extentMm: [-200, 100],
    section: axisPlane(1, 0),
  };

  it('puts the patient’s right on the left in radiological convention, and up upwards', () => {
    expect(mmToPixel(view, [100, 7, -50])).toEqual([100, 150]);
    expect(mmToPixel(view, [-100, 7, 50])).toEqual([300, 50]);
    expect(mmToPixel(view, [50, 7, 0])).toEqual([150, 100]);
  });

  it('makes the plane of an oblique slice through its point, with its slopes', () => {
    const plane = tiltedPlane('sagittal', [10, 20, 5], 0.5, -0.25);
    const height = (y: number, z: number): number => 5 + 0.5 * (y - 10) - 0.25 * (z - 20);
    for (const [y, z] of [
      [10, 20],
      [-3, 4],
    ] as const) {
      const p: Vec3 = [height(y, z), y, z];
      expect(plane.normal[0] * p[0] + plane.normal[1] * p[1] + plane.normal[2] * p[2]).toBeCloseTo(plane.offset, 12);
    }
  });
});
