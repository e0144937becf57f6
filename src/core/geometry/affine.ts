// Affine transforms between voxel indices and scanner RAS coordinates in mm (NIfTI convention: index n is a voxel's
// centre, so that voxel n spans n − ½ to n + ½).
import { ProcessingError } from '../domain/errors.ts';
import type { Affine } from '../domain/mrsDataset.ts';

export type Vec3 = readonly [number, number, number];

export const IDENTITY_AFFINE: Affine = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1];

/**
 * Image of a point.
 * @param affine 4 × 4, row-major
 * @param point index or mm coordinates
 */
export function applyAffine(affine: Affine, point: Vec3): Vec3 {
  const row = (r: number): number =>
    (affine[4 * r] as number) * point[0] +
    (affine[4 * r + 1] as number) * point[1] +
    (affine[4 * r + 2] as number) * point[2] +
    (affine[4 * r + 3] as number);
  return [row(0), row(1), row(2)];
}

/**
 * Image of a direction: as applyAffine, without the translation.
 * @param affine 4 × 4, row-major
 */
export function applyLinear(affine: Affine, direction: Vec3): Vec3 {
  const row = (r: number): number =>
    (affine[4 * r] as number) * direction[0] +
    (affine[4 * r + 1] as number) * direction[1] +
    (affine[4 * r + 2] as number) * direction[2];
  return [row(0), row(1), row(2)];
}

/** Determinant of the 3 × 3 part: the voxel's signed volume in mm³; negative where the index axes are left-handed. */
export function affineDeterminant(affine: Affine): number {
  const [a, b, c, , d, e, f, , g, h, i] = affine as number[] as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  return a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g);
}

/**
 * Inverse transform, by the adjugate of the 3 × 3 part.
 * @throws ProcessingError where the affine has no volume
 */
export function invertAffine(affine: Affine): Affine {
  const det = affineDeterminant(affine);
  if (!Number.isFinite(det) || Math.abs(det) < 1e-12) {
    throw new ProcessingError('PROCESSING_FAILED', 'The affine has no volume, so that it cannot be inverted.', {});
  }
  const m = (r: number, c: number): number => affine[4 * r + c] as number;
  const minor = (r: number, c: number): number => {
    const [r0, r1] = r === 0 ? [1, 2] : r === 1 ? [0, 2] : [0, 1];
    const [c0, c1] = c === 0 ? [1, 2] : c === 1 ? [0, 2] : [0, 1];
    return m(r0, c0) * m(r1, c1) - m(r0, c1) * m(r1, c0);
  };
  const inverse: number[] = [];
  for (let r = 0; r < 3; r++) {
    for (let c = 0; c < 3; c++) inverse[4 * r + c] = (((r + c) % 2 === 0 ? 1 : -1) * minor(c, r)) / det;
    inverse[4 * r + 3] = 0;
  }
  inverse.push(0, 0, 0, 1);
  const origin = applyLinear(inverse, [m(0, 3), m(1, 3), m(2, 3)]);
  for (let r = 0; r < 3; r++) inverse[4 * r + 3] = -(origin[r] as number);
  return inverse;
}

/** Product a·b: first b, then a. */
export function multiplyAffines(a: Affine, b: Affine): Affine {
  const product: number[] = [];
  for (let r = 0; r < 4; r++) {
    for (let c = 0; c < 4; c++) {
      let sum = 0;
      for (let k = 0; k < 4; k++) sum += (a[4 * r + k] as number) * (b[4 * k + c] as number);
      product.push(sum);
    }
  }
  return product;
}

/** Scanner RAS → fractional voxel index. @param mm RAS coordinates @throws ProcessingError for a flat affine */
export function mmToIndex(affine: Affine, mm: Vec3): Vec3 {
  return applyAffine(invertAffine(affine), mm);
}

/**
 * Index of the voxel a point lies in.
 * @param affine of the grid
 * @param grid voxels along x, y, z
 * @param mm RAS coordinates
 * @returns the voxel's index, or null outside the grid
 */
export function voxelAtMm(affine: Affine, grid: Vec3, mm: Vec3): Vec3 | null {
  const index = mmToIndex(affine, mm).map((v) => Math.floor(v + 0.5)) as unknown as Vec3;
  return index.every((v, axis) => v >= 0 && v < (grid[axis] as number)) ? index : null;
}

/**
 * C-order voxel number (x slowest, z fastest, as MrsDataset's shape [x, y, z, …]) → index.
 * @param voxel number over x, y, z
 */
export function voxelIndex(grid: Vec3, voxel: number): Vec3 {
  const [, ny, nz] = grid;
  return [Math.floor(voxel / (ny * nz)), Math.floor(voxel / nz) % ny, voxel % nz];
}

/** Index → C-order voxel number. */
export function voxelNumber(grid: Vec3, index: Vec3): number {
  return (index[0] * grid[1] + index[1]) * grid[2] + index[2];
}

/** One voxel of a grid as a box of its own. @returns index 0 → RAS mm */
export function gridVoxelAffine(affine: Affine, grid: Vec3, voxel: number): Affine {
  const index = voxelIndex(grid, voxel);
  return affine.map((value, i) =>
    i % 4 !== 3 || i > 11
      ? value
      : value + index.reduce((sum, n, axis) => sum + n * (affine[i - 3 + axis] as number), 0),
  );
}
