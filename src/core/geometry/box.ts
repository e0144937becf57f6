// The box a voxel (or a grid of voxels) fills in scanner space, and its sections with planes: what is drawn on images.
import type { Affine } from '../domain/mrsDataset.ts';
import { applyAffine, type Vec3 } from './affine.ts';

/** A plane: all p with normal·p = offset. */
export interface Plane {
  readonly normal: Vec3;
  readonly offset: number;
}

export type Axis = 0 | 1 | 2;

/** Corner c of a box has bit 0 of c along x, bit 1 along y, bit 2 along z; edges join corners that differ in one bit. */
const EDGES: readonly (readonly [number, number])[] = [
  [0, 1],
  [2, 3],
  [4, 5],
  [6, 7],
  [0, 2],
  [1, 3],
  [4, 6],
  [5, 7],
  [0, 4],
  [1, 5],
  [2, 6],
  [3, 7],
];

/**
 * Corners of the box that spans a range of indices, outer faces included.
 * @param affine index → RAS mm
 * @param first,last indices of the outermost voxels
 * @returns eight corners in RAS mm; bits 0, 1, 2 of a corner's number say low or high along x, y, z
 */
export function boxCorners(affine: Affine, first: Vec3, last: Vec3): readonly Vec3[] {
  return Array.from({ length: 8 }, (_, c) =>
    applyAffine(affine, [
      c & 1 ? last[0] + 0.5 : first[0] - 0.5,
      c & 2 ? last[1] + 0.5 : first[1] - 0.5,
      c & 4 ? last[2] + 0.5 : first[2] - 0.5,
    ]),
  );
}

/** Corners of one voxel in RAS mm. @param index its place in the grid */
export function voxelCorners(affine: Affine, index: Vec3): readonly Vec3[] {
  return boxCorners(affine, index, index);
}

/** Corners of a whole grid in RAS mm. @param grid voxels along x, y, z */
export function gridCorners(affine: Affine, grid: Vec3): readonly Vec3[] {
  return boxCorners(affine, [0, 0, 0], [grid[0] - 1, grid[1] - 1, grid[2] - 1]);
}

/** Centre of a box in RAS mm. */
export function boxCentre(corners: readonly Vec3[]): Vec3 {
  const mean = (axis: Axis): number => corners.reduce((sum, p) => sum + p[axis], 0) / corners.length;
  return [mean(0), mean(1), mean(2)];
}

/** The plane across one RAS axis. @param mm where it crosses the axis */
export function axisPlane(axis: Axis, mm: number): Plane {
  return { normal: [axis === 0 ? 1 : 0, axis === 1 ? 1 : 0, axis === 2 ? 1 : 0], offset: mm };
}

const dot = (a: Vec3, b: Vec3): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];

const cross = (a: Vec3, b: Vec3): Vec3 => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
];

const minus = (a: Vec3, b: Vec3): Vec3 => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];

function pushDistinct(points: Vec3[], p: Vec3, tolerance: number): void {
  if (!points.some((q) => Math.hypot(...minus(p, q)) <= tolerance)) points.push(p);
}

/** Orders the corners of a convex polygon by their angle around its centre, in the plane of `normal`. */
function orderAround(points: readonly Vec3[], normal: Vec3): Vec3[] {
  const centre = boxCentre(points);
  const u = minus(points[0] as Vec3, centre);
  const v = cross(normal, u);
  const angle = (p: Vec3): number => {
    const d = minus(p, centre);
    return Math.atan2(dot(d, v) * Math.hypot(...u), dot(d, u) * Math.hypot(...v));
  };
  return [...points].sort((a, b) => angle(a) - angle(b));
}

/**
 * Section of a box with a plane: a convex polygon of three to six corners.
 * @param corners eight corners as boxCorners gives them, RAS mm
 * @param plane in RAS mm
 * @returns the polygon's corners in order, RAS mm; empty where the plane misses the box or only touches it
 */
export function boxSection(corners: readonly Vec3[], plane: Plane): readonly Vec3[] {
  const scale = Math.hypot(...plane.normal);
  const heights = corners.map((p) => (dot(plane.normal, p) - plane.offset) / scale);
  const size = Math.hypot(...minus(corners[7] as Vec3, corners[0] as Vec3));
  // A corner this close to the plane counts as in it: otherwise rounding makes slivers of faces in the plane.
  const tolerance = 1e-9 * size;
  const points: Vec3[] = [];
  for (const [i, j] of EDGES) {
    const hi = heights[i] as number;
    const hj = heights[j] as number;
    const p = corners[i] as Vec3;
    const q = corners[j] as Vec3;
    if (Math.abs(hi) <= tolerance) pushDistinct(points, p, tolerance);
    if (Math.abs(hj) <= tolerance) pushDistinct(points, q, tolerance);
    if (Math.abs(hi) > tolerance && Math.abs(hj) > tolerance && hi * hj < 0) {
      const t = hi / (hi - hj);
      pushDistinct(points, [p[0] + t * (q[0] - p[0]), p[1] + t * (q[1] - p[1]), p[2] + t * (q[2] - p[2])], tolerance);
    }
  }
  return points.length < 3 ? [] : orderAround(points, plane.normal);
}

/** Area of a planar polygon. @param polygon corners in order, mm @returns mm² */
export function polygonArea(polygon: readonly Vec3[]): number {
  let sum: Vec3 = [0, 0, 0];
  for (let i = 0; i < polygon.length; i++) {
    const c = cross(polygon[i] as Vec3, polygon[(i + 1) % polygon.length] as Vec3);
    sum = [sum[0] + c[0], sum[1] + c[1], sum[2] + c[2]];
  }
  return Math.hypot(...sum) / 2;
}
