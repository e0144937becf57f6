// The T1-like image of the head phantom, and the little NIfTI-1 writer it needs.
import { gzip } from '../../src/core/formats/gzip.ts';
import type { SeededRandom } from '../../src/core/math/seededRandom.ts';
import { tissueAt } from './headPhantom.ts';
import type { Tissue } from './headPhantom.ts';

/** Grey values of a T1-weighted gradient echo, 0–255. */
const GREY: Readonly<Record<Tissue, number>> = {
  air: 0,
  scalp: 205,
  skull: 22,
  muscle: 82,
  csf: 32,
  gm: 112,
  wm: 168,
  lesion: 78,
};

const SIZE = [96, 112, 96] as const;
const VOXEL_MM = 2;
/** Sample points per voxel edge: partial volume smooths the borders. */
const SAMPLES = 2;
const NOISE_SD = 2.2;

/** Centre of voxel 0 of an axis, so that the volume's middle is the origin. [mm] */
const origin = (axis: number): number => (-(SIZE[axis]! - 1) / 2) * VOXEL_MM;

function greyAt(i: number, j: number, k: number): number {
  let sum = 0;
  for (let s = 0; s < SAMPLES ** 3; s++) {
    const sub = [s % 2, Math.floor(s / 2) % 2, Math.floor(s / 4)].map((b) => (b + 0.5) / SAMPLES - 0.5);
    sum +=
      GREY[
        tissueAt([
          origin(0) + (i + sub[0]!) * VOXEL_MM,
          origin(1) + (j + sub[1]!) * VOXEL_MM,
          origin(2) + (k + sub[2]!) * VOXEL_MM,
        ])
      ];
  }
  return sum / SAMPLES ** 3;
}

/** Receive-field inhomogeneity, about ±10 %. */
const bias = (j: number, k: number): number => 1 + 0.1 * Math.cos((j - 50) / 45) * Math.cos((k - 55) / 50) - 0.05;

/** Magnitude image with Rician noise. @returns x fastest */
function render(random: SeededRandom): Uint8Array {
  const [nx, ny, nz] = SIZE;
  const out = new Uint8Array(nx * ny * nz);
  for (let k = 0; k < nz; k++)
    for (let j = 0; j < ny; j++)
      for (let i = 0; i < nx; i++) {
        const signal = greyAt(i, j, k) * bias(j, k);
        const grey = Math.hypot(signal + NOISE_SD * random.normal(), NOISE_SD * random.normal());
        out[(k * ny + j) * nx + i] = Math.min(255, Math.round(grey));
      }
  return out;
}

const HEADER_BYTES = 352;

/** NIfTI-1, unsigned 8 bit, scanner coordinates by sform and qform. Layout: nifti1.h. */
function niftiHeader(): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES);
  const view = new DataView(bytes.buffer);
  view.setInt32(0, 348, true);
  [3, ...SIZE, 1, 1, 1, 1].forEach((n, i) => view.setInt16(40 + 2 * i, n, true));
  view.setInt16(70, 2, true); // uint8
  view.setInt16(72, 8, true);
  [1, VOXEL_MM, VOXEL_MM, VOXEL_MM, 1, 1, 1, 1].forEach((mm, i) => view.setFloat32(76 + 4 * i, mm, true));
  view.setFloat32(108, HEADER_BYTES, true);
  view.setFloat32(112, 1, true);
  view.setUint8(123, 2); // mm
  new TextEncoder().encode('Lineshape synthetic T1').forEach((b, i) => view.setUint8(148 + i, b));
  view.setInt16(252, 1, true);
  view.setInt16(254, 1, true);
  [0, 1, 2].forEach((axis) => {
    view.setFloat32(268 + 4 * axis, origin(axis), true);
    view.setFloat32(280 + 16 * axis + 4 * axis, VOXEL_MM, true);
    view.setFloat32(280 + 16 * axis + 12, origin(axis), true);
  });
  [0x6e, 0x2b, 0x31, 0].forEach((b, i) => view.setUint8(344 + i, b));
  return bytes;
}

/** The image as a .nii.gz file. */
export function t1ImageFile(random: SeededRandom): Uint8Array {
  const voxels = render(random);
  const file = new Uint8Array(HEADER_BYTES + voxels.length);
  file.set(niftiHeader());
  file.set(voxels, HEADER_BYTES);
  return gzip(file);
}
