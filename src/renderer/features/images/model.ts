// What is drawn over the images: the voxel's outline and the MRSI grid, as polygons in pixels.
import {
  boxCentre,
  boxSection,
  gridCorners,
  mmToPixel,
  tiltedPlane,
  voxelCorners,
  voxelIndex,
  type SlicePlane,
  type SliceView,
  type Vec3,
} from '../../../core/geometry/index.ts';
import type { Affine } from '../../../core/domain/mrsDataset.ts';

export type Pixel = readonly [number, number];

export interface Outline {
  readonly kind: 'voxel' | 'grid' | 'gridVoxel';
  readonly points: readonly Pixel[];
}

/** A slice as NiiVue keeps it after drawing. */
export interface DrawnTile {
  readonly leftTopWidthHeight: readonly number[];
  readonly axCorSag: number;
  readonly AxyzMxy: readonly number[];
  readonly leftTopMM: readonly number[];
  readonly fovMM: readonly number[];
}

const PLANES: readonly SlicePlane[] = ['axial', 'coronal', 'sagittal'];

/** Our view of a tile; null for a rendering or before the first drawing. @param scale CSS pixels per canvas pixel */
export function sliceViewOf(tile: DrawnTile, scale: number): SliceView | null {
  const plane = PLANES[tile.axCorSag];
  const [left, top, width, height] = tile.leftTopWidthHeight.map((v) => v * scale);
  const [x0, y0, z0, slopeRight, slopeUp] = tile.AxyzMxy;
  if (plane === undefined || height === undefined || slopeUp === undefined || tile.fovMM.length < 2) return null;
  return {
    plane,
    rect: [left as number, top as number, width as number, height],
    originMm: [tile.leftTopMM[0] as number, tile.leftTopMM[1] as number],
    extentMm: [tile.fovMM[0] as number, tile.fovMM[1] as number],
    // NiiVue: z = z0 + m_y·(y − y0) − m_x·(x − x0).
    section: tiltedPlane(plane, [x0 as number, y0 as number, z0 as number], -(slopeRight as number), slopeUp),
  };
}

function polygon(view: SliceView, corners: readonly Vec3[]): Pixel[] {
  return boxSection(corners, view.section).map((p) => mmToPixel(view, p));
}

/**
 * Outlines of a scan's voxels on one slice.
 * @param affine of the scan, index → RAS mm
 * @param grid voxels along x, y, z
 * @param voxel the chosen voxel's number
 */
export function scanOutlines(view: SliceView, affine: Affine, grid: Vec3, voxel: number): Outline[] {
  const chosen = voxelCorners(affine, voxelIndex(grid, voxel));
  const outlines: Outline[] = [];
  const total = grid[0] * grid[1] * grid[2];
  if (total > 1) {
    for (let v = 0; v < total; v++) {
      const points = polygon(view, voxelCorners(affine, voxelIndex(grid, v)));
      if (points.length > 0) outlines.push({ kind: 'gridVoxel', points });
    }
    const whole = polygon(view, gridCorners(affine, grid));
    if (whole.length > 0) outlines.push({ kind: 'grid', points: whole });
  }
  const points = polygon(view, chosen);
  if (points.length > 0) outlines.push({ kind: 'voxel', points });
  return outlines;
}

/** Centre of the chosen voxel. @returns RAS mm */
export function voxelCentreMm(affine: Affine, grid: Vec3, voxel: number): Vec3 {
  return boxCentre(voxelCorners(affine, voxelIndex(grid, voxel)));
}

/** Edge lengths in words: "20 × 20 × 20 mm". */
export function voxelSizeWords(affine: Affine): string {
  const edge = (c: number): string =>
    String(Number(Math.hypot(affine[c] as number, affine[4 + c] as number, affine[8 + c] as number).toFixed(1)));
  return `${edge(0)} × ${edge(1)} × ${edge(2)} mm`;
}

/** SVG path of a closed polygon. */
export function svgPath(points: readonly Pixel[]): string {
  return points.length === 0 ? '' : `M${points.map(([x, y]) => `${x.toFixed(2)} ${y.toFixed(2)}`).join('L')}Z`;
}
