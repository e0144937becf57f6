// What reader and writer of NIfTI-MRS share: datatype codes, the extension's code, and the order of the values in the file.
import { shapeSize } from '../domain/complexArray.ts';

/** NIfTI datatype codes. Source: nifti1.h. */
export const COMPLEX64 = 32;
export const COMPLEX128 = 1792;

/** NIfTI extension code of NIfTI-MRS. Source: the standard, and nifti1_io.h's list of registered codes. */
export const MRS_EXTENSION_CODE = 44;

/** Edge length the standard gives to a voxel of unknown position and size: 10 m. [mm] */
export const UNLOCALISED_VOXEL_MM = 10000;

/**
 * Calls `visit` for every signal: the C order [x, y, z, d5…, t] of its first value, and the file's (Fortran order
 * x, y, z, t, d5…) with the distance between its values there.
 */
export function forEachSignal(
  shape: readonly number[],
  visit: (cStart: number, fileStart: number, fileStride: number) => void,
): void {
  const [nx, ny, nz] = shape as [number, number, number];
  const points = shape[shape.length - 1] as number;
  const higher = shape.slice(3, -1);
  const voxels = nx * ny * nz;
  const block = shapeSize(higher);
  for (let h = 0; h < block; h++) {
    // h counts in C order; its place in the file counts with the first higher dimension fastest.
    let fileHigher = 0;
    let rest = h;
    let stride = block;
    for (let d = higher.length - 1; d >= 0; d--) {
      const n = higher[d] as number;
      stride /= n;
      fileHigher += (rest % n) * stride;
      rest = Math.floor(rest / n);
    }
    for (let x = 0; x < nx; x++) {
      for (let y = 0; y < ny; y++) {
        for (let z = 0; z < nz; z++) {
          const c = (((x * ny + y) * nz + z) * block + h) * points;
          visit(c, x + nx * (y + ny * z) + voxels * points * fileHigher, voxels);
        }
      }
    }
  }
}
