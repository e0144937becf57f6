// Where a GE voxel or grid lies: the prescribed image's corners give the axes, user variables the size and centre.
// GE's coordinates are right-anterior-superior, as NIfTI's. Facts from SIVIC, Gannet and spec2nii 0.8.15; on real files
// (revision 9) equal to spec2nii's affine.
import type { Affine } from '../../domain/mrsDataset.ts';
import type { PfileHeader, Triple } from './pfileHeader.ts';

type Axes = readonly [Triple, Triple, Triple];

/** Up to this revision sizes are roilen in image order; later ones have them in opuser8–10, by anatomical axis. */
const LAST_REVISION_WITH_ROI_LENGTHS = 9;

function direction(from: Triple, to: Triple): Triple | null {
  const d = to.map((v, i) => v - (from[i] as number)) as [number, number, number];
  const length = Math.hypot(...d);
  return length > 0 && Number.isFinite(length) ? [d[0] / length, d[1] / length, d[2] / length] : null;
}

/** Unit vectors along the image's rows, its columns, and the negative of their vector product. */
function imageAxes(header: PfileHeader): Axes | null {
  const { topLeft, topRight, bottomRight } = header.corners;
  const x = direction(topLeft, topRight);
  const y = direction(topRight, bottomRight);
  if (x === null || y === null) return null;
  return [x, y, [x[2] * y[1] - x[1] * y[2], x[0] * y[2] - x[2] * y[0], x[1] * y[0] - x[0] * y[1]]];
}

/** Whether frequency encoding runs along the image's columns, which exchanges x and y. */
export const axesAreSwapped = (header: PfileHeader): boolean => header.frequencyDirection !== 1;

const swapped = ([x, y, z]: Triple, swap: boolean): Triple => (swap ? [y, x, z] : [x, y, z]);

/** Which of the three axes lies closest to an anatomical direction (0 right, 1 anterior, 2 superior). */
function closestAxis(axes: Axes, anatomical: 0 | 1 | 2): number {
  let best = 0;
  axes.forEach((axis, i) => {
    if (Math.abs(axis[anatomical]) > Math.abs((axes[best] as Triple)[anatomical])) best = i;
  });
  return best;
}

function voxelSize(header: PfileHeader, axes: Axes): Triple | null {
  let size: number[];
  if (header.revision > LAST_REVISION_WITH_ROI_LENGTHS) {
    size = [0, 0, 0];
    for (const anatomical of [0, 1, 2] as const) {
      size[closestAxis(axes, anatomical)] = header.imageUser[8 + anatomical] as number;
    }
  } else {
    size = [...swapped(header.roiLengthMm, axesAreSwapped(header))];
  }
  return size.every((v) => v > 0 && Number.isFinite(v)) ? (size as unknown as Triple) : null;
}

function affineOf(axes: Axes, size: Triple, origin: readonly number[]): Affine | null {
  const rows = [0, 1, 2].flatMap((r) => [
    ...axes.map((axis, c) => (axis[r] as number) * (size[c] as number) + 0),
    (origin[r] as number) + 0,
  ]);
  return rows.every(Number.isFinite) ? [...rows, 0, 0, 0, 1] : null;
}

const voxelCentre = (header: PfileHeader): number[] => [11, 12, 13].map((i) => header.imageUser[i] as number);

/** Affine of a single voxel; null where the header has no corners or no size. */
export function singleVoxelAffine(header: PfileHeader): Affine | null {
  const axes = imageAxes(header);
  const size = axes === null ? null : voxelSize(header, axes);
  return axes === null || size === null ? null : affineOf(axes, size, voxelCentre(header));
}

/** Voxels along x, y, z after the exchange of axes; 1 × 1 × 1 for a single voxel. */
export function gridOf(header: PfileHeader): Triple {
  if (header.fileContents === 0) return [1, 1, 1];
  const [x, y, z] = header.csiGrid.map((n) => Math.max(1, n)) as [number, number, number];
  return swapped([x, y, z], axesAreSwapped(header));
}

/** Field of view along each axis. [mm] */
function fieldOfView(header: PfileHeader, grid: Triple): Triple {
  const swap = axesAreSwapped(header);
  if (header.revision <= LAST_REVISION_WITH_ROI_LENGTHS) {
    return swapped([header.rawUser[7] as number, header.rawUser[8] as number, header.rawUser[9] as number], swap);
  }
  const field = header.fieldOfViewMm;
  const flat = (header.csiDims === 0 ? header.csiGrid.filter((n) => n >= 0).length : header.csiDims) === 2;
  const depth = flat ? (header.imageUser[10] as number) : header.sliceSpacingMm * (header.csiGrid[2] as number);
  if (grid[0] === grid[1]) return [field, field, depth];
  // Other than square: voxels are square, and the field of view belongs to the next power of two of the longer side.
  const power = (n: number): number => 2 ** Math.ceil(Math.log2(n));
  const voxel = field / Math.max(power(grid[0]), power(grid[1]));
  return [voxel * power(grid[0]), voxel * power(grid[1]), depth];
}

/** Affine of an MRSI grid: voxel (0, 0, 0) half a grid from the centre of the selected box. */
export function gridAffine(header: PfileHeader): Affine | null {
  const axes = imageAxes(header);
  if (axes === null) return null;
  const grid = gridOf(header);
  const isotropic = header.imageUser[19] as number;
  const field = fieldOfView(header, grid);
  const size = (isotropic > 0 && header.revision > LAST_REVISION_WITH_ROI_LENGTHS
    ? [isotropic, isotropic, isotropic]
    : field.map((length, i) => length / (grid[i] as number))) as unknown as Triple;
  if (!size.every((v) => v > 0 && Number.isFinite(v))) return null;
  const origin = voxelCentre(header).map((centre, r) =>
    axes.reduce(
      (at, axis, c) => at - (axis[r] as number) * (size[c] as number) * ((grid[c] as number) / 2 - 0.5),
      centre,
    ),
  );
  return affineOf(axes, size, origin);
}
