// The selected volume as Philips describes it in its private sequence (2005,xx85): sizes, angulations and offsets along
// ap, hf and lr. RAS = (−lr, −ap, +hf); turned about lr, then the turned ap, then hf (intrinsic), as spec2nii ≥ 0.7 has it.
import type { Affine } from '../../domain/mrsDataset.ts';
import type { DicomDataset } from './dicomFile.ts';
import { sizesOf, vector3 } from './dicomGeometry.ts';
import { philipsTag } from './philipsPrivate.ts';

type Matrix3 = readonly (readonly number[])[];

function turn(axis: 0 | 1 | 2, deg: number): Matrix3 {
  const c = Math.cos((deg * Math.PI) / 180);
  const s = Math.sin((deg * Math.PI) / 180);
  if (axis === 0) return [[1, 0, 0], [0, c, -s], [0, s, c]]; // prettier-ignore
  if (axis === 1) return [[c, 0, s], [0, 1, 0], [-s, 0, c]]; // prettier-ignore
  return [[c, -s, 0], [s, c, 0], [0, 0, 1]]; // prettier-ignore
}

const product = (a: Matrix3, b: Matrix3): Matrix3 =>
  a.map((row) => [0, 1, 2].map((j) => row.reduce((sum, v, k) => sum + v * ((b[k] as number[])[j] as number), 0)));

/** Rotation (RAS) of Philips' angulations. [deg] */
export const philipsRotation = (ap: number, hf: number, lr: number): Matrix3 =>
  product(turn(0, -lr), product(turn(1, -ap), turn(2, hf)));

/** @returns voxel index → RAS mm; null where the volume is not described */
export function philipsVolumeAffine(dataset: DicomDataset): Affine | null {
  const [volume] = dataset.sequence(philipsTag(dataset, 0x1085, 'SQ'));
  if (volume === undefined) return null;
  const number = (element: number): number => volume.number(philipsTag(volume, element, 'FL')) ?? NaN;
  // Elements come in the order ap, hf, lr.
  const [angleAp, angleHf, angleLr] = [number(0x1054), number(0x1055), number(0x1056)];
  const sizeMm = sizesOf(number(0x1059), number(0x1057), number(0x1058));
  const centre = vector3([-number(0x105c), -number(0x105a), number(0x105b)]);
  if (sizeMm === null || centre === null || ![angleAp, angleHf, angleLr].every(Number.isFinite)) return null;
  const rotation = philipsRotation(angleAp, angleHf, angleLr);
  const rows = rotation.flatMap((row, i) => [...row.map((v, j) => v * (sizeMm[j] as number)), centre[i] as number]);
  return [...rows, 0, 0, 0, 1];
}
