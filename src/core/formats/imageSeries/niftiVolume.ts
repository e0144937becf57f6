// A stack of slices → NIfTI-1 bytes (nifti1.h): stored integers with the scaling in the header where they fit int16 and
// all slices share it, scaled float32 otherwise. No text of the files goes in.
import { ReaderError } from '../../domain/errors.ts';
import type { Affine } from '../../domain/mrsDataset.ts';
import { voxelSizeMm } from '../../domain/mrsDataset.ts';
import { affineToQuaternion } from '../niftiAffine.ts';
import type { Slice } from './sliceOf.ts';
import { pixelReader } from './sliceOf.ts';
import type { SliceStack } from './stackSlices.ts';

const [INT16, FLOAT32] = [4, 16];
/** Fixed header and the four bytes that say that no extension follows. */
const DATA_OFFSET = 352;
const MM = 2;
const MAX_VOLUME_BYTES = 2 ** 30;
const SCANNER_ANATOMICAL = 1;

interface Scaling {
  readonly datatype: typeof INT16 | typeof FLOAT32;
  readonly slope: number;
  readonly intercept: number;
}

function fitsInt16(slice: Slice): boolean {
  const { bitsStored, isSigned, rows, columns } = slice.format;
  if (isSigned || bitsStored < 16) return true;
  const at = pixelReader(slice);
  for (let i = 0; i < rows * columns; i++) if (at(i) > 32767) return false;
  return true;
}

function scalingOf(slices: readonly Slice[]): Scaling {
  const { slope, intercept } = slices[0] as Slice;
  const isShared = slices.every((s) => s.slope === slope && s.intercept === intercept);
  // A slope of 0 means "not scaled" in NIfTI.
  const canScale = isShared && slope !== 0 && slices.every(fitsInt16);
  return canScale ? { datatype: INT16, slope, intercept } : { datatype: FLOAT32, slope: 1, intercept: 0 };
}

function writeHeader(view: DataView, { matrix, affine }: SliceStack, scaling: Scaling): void {
  const isInt = scaling.datatype === INT16;
  view.setInt32(0, 348, true);
  [3, ...matrix, 1, 1, 1, 1].forEach((n, i) => view.setInt16(40 + 2 * i, n, true));
  view.setInt16(70, scaling.datatype, true);
  view.setInt16(72, isInt ? 16 : 32, true);
  const size = voxelSizeMm(affine) as readonly [number, number, number];
  const quaternion = affineToQuaternion(affine);
  [quaternion?.qfac ?? 1, ...size].forEach((v, i) => view.setFloat32(76 + 4 * i, v, true));
  view.setFloat32(108, DATA_OFFSET, true);
  view.setFloat32(112, scaling.slope, true);
  view.setFloat32(116, scaling.intercept, true);
  view.setUint8(123, MM);
  if (quaternion !== null) writeQform(view, quaternion.bcd, affine);
  view.setInt16(254, SCANNER_ANATOMICAL, true);
  affine.slice(0, 12).forEach((v, i) => view.setFloat32(280 + 4 * i, v, true));
  [0x6e, 0x2b, 0x31, 0].forEach((byte, i) => view.setUint8(344 + i, byte));
}

function writeQform(view: DataView, bcd: readonly number[], affine: Affine): void {
  view.setInt16(252, SCANNER_ANATOMICAL, true);
  const offsets = [affine[3], affine[7], affine[11]] as number[];
  [...bcd, ...offsets].forEach((v, i) => view.setFloat32(256 + 4 * i, v, true));
}

/**
 * @param name of the series, for messages
 * @throws ReaderError DIMENSIONS_ABSURD for a volume over 1 GB
 */
export function niftiVolume(stack: SliceStack, name: string): Uint8Array {
  const present = stack.slices.filter((s) => s !== null);
  const scaling = scalingOf(present);
  const valueBytes = scaling.datatype === INT16 ? 2 : 4;
  const [columns, rows, count] = stack.matrix;
  const sliceBytes = columns * rows * valueBytes;
  if (sliceBytes * count > MAX_VOLUME_BYTES) {
    throw new ReaderError('DIMENSIONS_ABSURD', `${name} would be a volume of more than 1 GB.`);
  }
  const bytes = new Uint8Array(DATA_OFFSET + sliceBytes * count);
  const view = new DataView(bytes.buffer);
  writeHeader(view, stack, scaling);
  stack.slices.forEach((slice, k) => {
    if (slice === null) return;
    const at = pixelReader(slice);
    const offset = DATA_OFFSET + k * sliceBytes;
    for (let i = 0; i < columns * rows; i++) {
      if (scaling.datatype === INT16) view.setInt16(offset + 2 * i, at(i), true);
      else view.setFloat32(offset + 4 * i, at(i) * slice.slope + slice.intercept, true);
    }
  });
  return bytes;
}
