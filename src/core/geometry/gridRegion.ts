// The edge of a region of grid voxels where a plane cuts it: drawn on images.
import type { Affine } from '../domain/mrsDataset.ts';
import { voxelIndex, voxelNumber, type Vec3 } from './affine.ts';
import { voxelCorners, type Axis, type Plane } from './box.ts';

export type Segment = readonly [Vec3, Vec3];

/** Corners of the face of a box that lies low (0) or high (1) along an axis, in order around it. */
function faceCorners(corners: readonly Vec3[], axis: Axis, side: 0 | 1): readonly Vec3[] {
  const [a, b] = ([0, 1, 2] as const).filter((other) => other !== axis) as [Axis, Axis];
  const at = (first: 0 | 1, second: 0 | 1): Vec3 => corners[(side << axis) | (first << a) | (second << b)] as Vec3;
  return [at(0, 0), at(1, 0), at(1, 1), at(0, 1)];
}

/** Where a plane crosses a quadrilateral; null where it misses or only touches it. */
function crossing(quad: readonly Vec3[], { normal, offset }: Plane): Segment | null {
  const heights = quad.map((p) => normal[0] * p[0] + normal[1] * p[1] + normal[2] * p[2] - offset);
  const points = quad.flatMap((p, i) => {
    const next = (i + 1) % quad.length;
    const [from, to] = [heights[i] as number, heights[next] as number];
    // A corner in the plane belongs to the edge that rises from it, so that it is counted once.
    if (from >= 0 === to >= 0) return [];
    const t = from / (from - to);
    const q = quad[next] as Vec3;
    return [[p[0] + t * (q[0] - p[0]), p[1] + t * (q[1] - p[1]), p[2] + t * (q[2] - p[2])] as const];
  });
  return points.length === 2 ? [points[0] as Vec3, points[1] as Vec3] : null;
}

/**
 * The outline of a region on a plane.
 * @param affine of the grid, index → RAS mm
 * @param grid voxels along x, y, z
 * @param voxels numbers over the grid, C order
 * @returns the sections of the faces between the region and what is outside of it, RAS mm, in no order
 */
export function gridRegionSection(
  affine: Affine,
  grid: Vec3,
  voxels: readonly number[],
  plane: Plane,
): readonly Segment[] {
  const inside = new Set(voxels);
  const isOutside = (index: Vec3): boolean =>
    index.some((n, axis) => n < 0 || n >= (grid[axis] as number)) || !inside.has(voxelNumber(grid, index));
  return voxels.flatMap((voxel) => {
    const index = voxelIndex(grid, voxel);
    const corners = voxelCorners(affine, index);
    return ([0, 1, 2] as const).flatMap((axis) =>
      ([0, 1] as const).flatMap((side) => {
        const beside = index.map((n, a) => (a === axis ? n + 2 * side - 1 : n)) as unknown as Vec3;
        const found = isOutside(beside) ? crossing(faceCorners(corners, axis, side), plane) : null;
        return found === null ? [] : [found];
      }),
    );
  });
}
