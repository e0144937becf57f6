// Voxels of a grid that a mask chooses: a NIfTI image on the scan's own grid, or of any other grid laid over it.
import { ReaderError, UsageError } from '../domain/errors.ts';
import type { MrsDataset } from '../domain/mrsDataset.ts';
import type { NiftiVoxels } from '../formats/niftiImage.ts';
import { openNiftiVoxels } from '../formats/niftiImage.ts';
import { tissueFractions, voxelIndex } from '../geometry/index.ts';
import type { Vec3 } from '../geometry/index.ts';

/** A voxel counts as inside with at least this part of its volume. */
const LEAST_INSIDE = 0.5;
/** Two headers of one grid may differ by rounding. [mm] */
const SAME_PLACE_MM = 1e-2;

/** 1 inside, 0 outside, x fastest: of whole numbers all but zero are inside, of others those from one half. */
function insideValues({ at, matrix }: NiftiVoxels): Uint8Array {
  const count = matrix[0] * matrix[1] * matrix[2];
  const values = Float32Array.from({ length: count }, (_, i) => at(i));
  const isWhole = values.every(Number.isInteger);
  return Uint8Array.from(values, (v) => ((isWhole ? v !== 0 : v >= LEAST_INSIDE) ? 1 : 0));
}

function isSameGrid(mask: NiftiVoxels, grid: Vec3, affine: MrsDataset['affine']): boolean {
  if (!mask.matrix.every((n, axis) => n === grid[axis])) return false;
  // A mask that doesn't say where it lies can only mean the scan's own voxels.
  if (mask.affine === null || affine === null) return true;
  return mask.affine.every((v, i) => Math.abs(v - (affine[i] as number)) <= SAME_PLACE_MM);
}

/**
 * Voxels of a scan inside a mask: with the same grid its own voxels, else those of which at least half lies inside.
 * @param scan the scan: its grid and its place
 * @param file the mask, a NIfTI image
 * @returns voxel numbers over x, y, z, C order, rising
 * @throws ReaderError (no mask, or no place to lay it over the scan), UsageError (no voxel lies inside)
 */
export function voxelsInMask(
  scan: Pick<MrsDataset, 'data' | 'affine'>,
  file: { readonly name: string; readonly bytes: Uint8Array },
): number[] {
  const mask = openNiftiVoxels(file.bytes, file.name);
  if (mask === null) throw new ReaderError('FORMAT_INVALID', `${file.name} is a colour image, no mask.`);
  const [nx = 1, ny = 1, nz = 1] = scan.data.shape;
  const grid: Vec3 = [nx, ny, nz];
  const inside = insideValues(mask);
  const voxels = Array.from({ length: nx * ny * nz }, (_, voxel) => voxel);
  const chosen = isSameGrid(mask, grid, scan.affine)
    ? voxels.filter((voxel) => {
        const [x, y, z] = voxelIndex(grid, voxel);
        return inside[(z * ny + y) * nx + x] === 1;
      })
    : overlaid(mask, inside, { affine: scan.affine, grid }, file.name);
  if (chosen.length === 0) throw new UsageError(`No voxel of the scan lies inside the mask ${file.name}.`);
  return chosen;
}

function overlaid(
  mask: NiftiVoxels,
  inside: Uint8Array,
  scan: { readonly affine: MrsDataset['affine']; readonly grid: Vec3 },
  name: string,
): number[] {
  if (mask.affine === null || scan.affine === null) {
    const who = mask.affine === null ? `The mask ${name}` : 'The scan';
    const message = `${who} does not say where it lies, and the mask's ${mask.matrix.join(' × ')} voxels are not the scan's ${scan.grid.join(' × ')}.`;
    throw new ReaderError('FORMAT_INVALID', message);
  }
  const mapping = { name: 'mask', tissueOf: (label: number) => (label === 1 ? ('GM' as const) : null) };
  const fractions = tissueFractions(
    { affine: scan.affine, shape: scan.grid },
    { affine: mask.affine, shape: mask.matrix },
    { kind: 'labels', labels: inside, mapping },
    name,
  );
  return fractions.flatMap(({ gm }, voxel) => (gm >= LEAST_INSIDE ? voxel : []));
}
