// NIfTI orientation: quaternion form ⇄ 4 × 4 matrix (nifti1.h, "3D image orientation and location in space").
import type { Affine } from '../domain/mrsDataset.ts';

/** Below this the scalar part of a unit quaternion is taken as zero (a half turn), as in the NIfTI reference library. */
const HALF_TURN_LIMIT = 1e-7;
/** Largest cosine between two axes still written as a rotation; a shear beyond it exists only in the sform. */
const ORTHOGONAL_LIMIT = 1e-6;

/**
 * qform → matrix.
 * @param bcd quaternion parts b, c, d
 * @param offset position of voxel (0, 0, 0) in mm
 * @param pixDims pixdim[0..7]; [0] is the handedness qfac
 */
export function quaternionToAffine(
  bcd: readonly [number, number, number],
  offset: readonly [number, number, number],
  pixDims: readonly number[],
): Affine {
  let [b, c, d] = bcd;
  const rest = 1 - (b * b + c * c + d * d);
  let a = 0;
  if (rest < HALF_TURN_LIMIT) {
    const scale = 1 / Math.hypot(b, c, d);
    b *= scale;
    c *= scale;
    d *= scale;
  } else {
    a = Math.sqrt(rest);
  }
  const [dx, dy] = [pixDims[1] as number, pixDims[2] as number];
  const dz = (pixDims[3] as number) * ((pixDims[0] as number) < 0 ? -1 : 1);
  return [
    (a * a + b * b - c * c - d * d) * dx,
    2 * (b * c - a * d) * dy,
    2 * (b * d + a * c) * dz,
    offset[0],
    2 * (b * c + a * d) * dx,
    (a * a + c * c - b * b - d * d) * dy,
    2 * (c * d - a * b) * dz,
    offset[1],
    2 * (b * d - a * c) * dx,
    2 * (c * d + a * b) * dy,
    (a * a + d * d - c * c - b * b) * dz,
    offset[2],
    0,
    0,
    0,
    1,
  ];
}

export interface QuaternionForm {
  readonly bcd: readonly [number, number, number];
  /** pixdim[0]: −1 where the axes are left-handed. */
  readonly qfac: 1 | -1;
}

/**
 * Matrix → qform, where the matrix is a rotation with scales and perhaps a reflection.
 * @returns null for a sheared or singular matrix, which a quaternion can't hold
 */
export function affineToQuaternion(affine: Affine): QuaternionForm | null {
  const axes = [0, 1, 2].map((c) => [affine[c] as number, affine[4 + c] as number, affine[8 + c] as number] as const);
  const unit: number[][] = [];
  for (const axis of axes) {
    const length = Math.hypot(...axis);
    if (!(length > 0) || !Number.isFinite(length)) return null;
    unit.push(axis.map((v) => v / length));
  }
  const [x, y, z] = unit as [number[], number[], number[]];
  const dot = (p: number[], q: number[]): number => p.reduce((s, v, i) => s + v * (q[i] as number), 0);
  if (Math.max(Math.abs(dot(x, y)), Math.abs(dot(x, z)), Math.abs(dot(y, z))) > ORTHOGONAL_LIMIT) return null;
  const [x0, x1, x2] = x as [number, number, number];
  const [y0, y1, y2] = y as [number, number, number];
  const determinant = dot([x1 * y2 - x2 * y1, x2 * y0 - x0 * y2, x0 * y1 - x1 * y0], z);
  const qfac = determinant < 0 ? -1 : 1;
  const [z0, z1, z2] = z.map((v) => v * qfac) as [number, number, number];
  return { bcd: rotationToQuaternion([x0, y0, z0, x1, y1, z1, x2, y2, z2]), qfac };
}

/** Rotation (row-major 3 × 3) → b, c, d, with a ≥ 0; the largest part is solved for first, to keep its accuracy. */
function rotationToQuaternion(r: readonly number[]): [number, number, number] {
  const [r11, r12, r13, r21, r22, r23, r31, r32, r33] = r as [
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
  const trace = r11 + r22 + r33;
  let [a, b, c, d] = [0, 0, 0, 0];
  if (trace > 0) {
    a = 0.5 * Math.sqrt(1 + trace);
    [b, c, d] = [(0.25 * (r32 - r23)) / a, (0.25 * (r13 - r31)) / a, (0.25 * (r21 - r12)) / a];
  } else if (r11 >= r22 && r11 >= r33) {
    b = 0.5 * Math.sqrt(Math.max(0, 1 + r11 - r22 - r33));
    [a, c, d] = [(0.25 * (r32 - r23)) / b, (0.25 * (r12 + r21)) / b, (0.25 * (r13 + r31)) / b];
  } else if (r22 >= r33) {
    c = 0.5 * Math.sqrt(Math.max(0, 1 + r22 - r11 - r33));
    [a, b, d] = [(0.25 * (r13 - r31)) / c, (0.25 * (r12 + r21)) / c, (0.25 * (r23 + r32)) / c];
  } else {
    d = 0.5 * Math.sqrt(Math.max(0, 1 + r33 - r11 - r22));
    [a, b, c] = [(0.25 * (r21 - r12)) / d, (0.25 * (r13 + r31)) / d, (0.25 * (r23 + r32)) / d];
  }
  return a < 0 ? [-b, -c, -d] : [b, c, d];
}

/** Smallest volume of a voxel that can still be inverted, as geometry/affine.ts has it. [mm³] */
const LEAST_VOLUME = 1e-12;

/** Whether an affine is twelve finite numbers whose voxel has a volume: only then does a place in mm have an index. */
export function isUsableAffine(affine: Affine): boolean {
  const [a, b, c, , d, e, f, , g, h, i] = affine as number[] as [
    number, number, number, number, number, number, number, number, number, number, number,
  ]; // prettier-ignore
  const volume = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g);
  return affine.every(Number.isFinite) && Number.isFinite(volume) && Math.abs(volume) >= LEAST_VOLUME;
}
