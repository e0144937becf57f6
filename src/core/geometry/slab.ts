// A slab between two parallel planes, as saturation bands are: what is drawn of it is a wide box.
import type { SaturationBand } from '../domain/scanPlacement.ts';
import type { Vec3 } from './affine.ts';

/** Farther than any image reaches. [mm] */
const REACH_MM = 600;

const cross = (a: Vec3, b: Vec3): Vec3 => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
];

const scaled = (v: Vec3, length: number): Vec3 => {
  const factor = length / Math.hypot(...v);
  return [v[0] * factor, v[1] * factor, v[2] * factor];
};

/** @returns eight corners in RAS mm, in boxCorners' order; the third axis is the band's normal */
export function slabCorners({ centreMm, normal, thicknessMm }: SaturationBand): readonly Vec3[] {
  const across = scaled(normal, thicknessMm / 2);
  // Any direction that is not along the normal.
  const other: Vec3 = Math.abs(normal[0]) < 0.9 * Math.hypot(...normal) ? [1, 0, 0] : [0, 1, 0];
  const u = scaled(cross(across, other), REACH_MM);
  const v = scaled(cross(across, u), REACH_MM);
  return Array.from({ length: 8 }, (_, c): Vec3 => {
    const [a, b, n] = [c & 1 ? 1 : -1, c & 2 ? 1 : -1, c & 4 ? 1 : -1];
    const at = (i: 0 | 1 | 2): number => centreMm[i] + a * u[i] + b * v[i] + n * across[i];
    return [at(0), at(1), at(2)];
  });
}
