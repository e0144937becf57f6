// What is drawn over the images: voxels, MRSI grid, saturation bands and displaced boxes, as polygons in pixels.
import {
  boxCentre,
  boxSection,
  gridCorners,
  mmToPixel,
  SLICE_AXES,
  slabCorners,
  tiltedPlane,
  voxelCorners,
  voxelIndex,
  type SlicePlane,
  type SliceView,
  type Vec3,
} from '../../../core/geometry/index.ts';
import type { Affine } from '../../../core/domain/mrsDataset.ts';
import type { SaturationBand } from '../../../core/domain/scanPlacement.ts';

export type Pixel = readonly [number, number];

/** `voxel` is the chosen one; `other` another single voxel of the study. */
export type OutlineKind = 'voxel' | 'shifted' | 'other' | 'grid' | 'gridVoxel' | 'excited' | 'band';

export interface Outline {
  readonly kind: OutlineKind;
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

/** All that may be drawn over the slices. */
export interface Scene {
  /** The chosen scan: its grid (1 × 1 × 1 for a single voxel) and the chosen voxel in it. */
  readonly scan: { readonly affine: Affine; readonly grid: Vec3; readonly voxel: number } | null;
  readonly showGrid: boolean;
  /** Single voxels of other scans. */
  readonly others: readonly Affine[];
  readonly bands: readonly SaturationBand[];
  /** The volume that was excited for a grid. */
  readonly excited: Affine | null;
  /** The chosen voxel for another chemical shift. */
  readonly shifted: Affine | null;
}

const PLANES: readonly SlicePlane[] = ['axial', 'coronal', 'sagittal'];
const FIRST: Vec3 = [0, 0, 0];

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

function section(kind: OutlineKind, view: SliceView, corners: readonly Vec3[]): Outline[] {
  const points = boxSection(corners, view.section).map((p) => mmToPixel(view, p));
  return points.length === 0 ? [] : [{ kind, points }];
}

/** The grid's voxels thin, then its border. */
function gridOutlines(view: SliceView, affine: Affine, grid: Vec3): Outline[] {
  const total = grid[0] * grid[1] * grid[2];
  const voxels = Array.from({ length: total }, (_, v) =>
    section('gridVoxel', view, voxelCorners(affine, voxelIndex(grid, v))),
  );
  return [...voxels.flat(), ...section('grid', view, gridCorners(affine, grid))];
}

/** Outlines of a scene on one slice, the most important last, on top. */
export function sceneOutlines(view: SliceView, scene: Scene): Outline[] {
  const { scan, others, bands, excited, shifted } = scene;
  const isGrid = scan !== null && scan.grid[0] * scan.grid[1] * scan.grid[2] > 1;
  return [
    ...bands.flatMap((band) => section('band', view, slabCorners(band))),
    ...(isGrid && scene.showGrid ? gridOutlines(view, scan.affine, scan.grid) : []),
    ...(excited === null ? [] : section('excited', view, voxelCorners(excited, FIRST))),
    ...others.flatMap((affine) => section('other', view, voxelCorners(affine, FIRST))),
    ...(shifted === null ? [] : section('shifted', view, voxelCorners(shifted, FIRST))),
    ...(scan === null ? [] : section('voxel', view, voxelCorners(scan.affine, voxelIndex(scan.grid, scan.voxel)))),
  ];
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

const LETTERS = [
  ['R', 'L'],
  ['A', 'P'],
  ['S', 'I'],
] as const;

export interface OrientationLetter {
  readonly letter: string;
  readonly x: number;
  readonly y: number;
}

/** From a slice's border to the middle of a letter. [CSS pixels] */
const LETTER_INSET = 10;

/** Where the patient's sides are on a slice: left, right, top, bottom. */
export function orientationLetters({ plane, rect, extentMm }: SliceView): readonly OrientationLetter[] {
  const [left, top, width, height] = rect;
  const { right, up } = SLICE_AXES[plane];
  const [toRight, toLeft] = extentMm[0] > 0 ? LETTERS[right] : [LETTERS[right][1], LETTERS[right][0]];
  const [x, y] = [left + width / 2, top + height / 2];
  return [
    { letter: toLeft, x: left + LETTER_INSET, y },
    { letter: toRight, x: left + width - LETTER_INSET, y },
    { letter: LETTERS[up][0], x, y: top + LETTER_INSET },
    { letter: LETTERS[up][1], x, y: top + height - LETTER_INSET },
  ];
}

/** Nearest anatomical direction of a box's axis: letter of its rising and of its falling index. */
export function axisLetters(affine: Affine, axis: 0 | 1 | 2): readonly [string, string] {
  const parts = [affine[axis] as number, affine[4 + axis] as number, affine[8 + axis] as number];
  const main = parts.reduce((best, v, i) => (Math.abs(v) > Math.abs(parts[best] as number) ? i : best), 0);
  const [plus, minus] = LETTERS[main] as readonly [string, string];
  return (parts[main] as number) >= 0 ? [plus, minus] : [minus, plus];
}
