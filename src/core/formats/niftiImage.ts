// Structural NIfTI images: what their header says, and their intensity range. The viewer draws the bytes itself.
import { ReaderError } from '../domain/errors.ts';
import type { Affine } from '../domain/mrsDataset.ts';
import { voxelSizeMm } from '../domain/mrsDataset.ts';
import type { Warning } from '../domain/provenance.ts';
import { isUsableAffine } from './niftiAffine.ts';
import type { NiftiHeader } from './niftiHeader.ts';
import { checkDataLength, checkedDimensions, readNiftiHeader } from './niftiHeader.ts';

type ReadValue = (view: DataView, offset: number, littleEndian: boolean) => number;

interface ValueType {
  readonly name: string;
  readonly bytes: number;
  /** null where one value is not one number (colours). */
  readonly read: ReadValue | null;
}

/** NIfTI datatype codes of images. Source: nifti1.h. */
const VALUE_TYPES: Readonly<Record<number, ValueType>> = {
  2: { name: 'uint8', bytes: 1, read: (v, o) => v.getUint8(o) },
  4: { name: 'int16', bytes: 2, read: (v, o, le) => v.getInt16(o, le) },
  8: { name: 'int32', bytes: 4, read: (v, o, le) => v.getInt32(o, le) },
  16: { name: 'float32', bytes: 4, read: (v, o, le) => v.getFloat32(o, le) },
  64: { name: 'float64', bytes: 8, read: (v, o, le) => v.getFloat64(o, le) },
  128: { name: 'rgb24', bytes: 3, read: null },
  256: { name: 'int8', bytes: 1, read: (v, o) => v.getInt8(o) },
  512: { name: 'uint16', bytes: 2, read: (v, o, le) => v.getUint16(o, le) },
  768: { name: 'uint32', bytes: 4, read: (v, o, le) => v.getUint32(o, le) },
  1024: { name: 'int64', bytes: 8, read: (v, o, le) => Number(v.getBigInt64(o, le)) },
  1280: { name: 'uint64', bytes: 8, read: (v, o, le) => Number(v.getBigUint64(o, le)) },
  2304: { name: 'rgba32', bytes: 4, read: null },
};

const COMPLEX_TYPES: readonly number[] = [32, 1792, 2048];

/** A structural image as its header describes it. */
export interface ImageDescription {
  readonly format: 'nifti-image';
  readonly niftiVersion: 1 | 2;
  /** Voxels along x, y, z. */
  readonly matrix: readonly [number, number, number];
  /** Product of the dimensions above the third. */
  readonly volumes: number;
  readonly voxelSizeMm: readonly [number, number, number];
  /** sform, else qform; null where there is none, or none whose voxels have a volume. */
  readonly affine: Affine | null;
  readonly datatype: string;
  /** Display range the file suggests (cal_min, cal_max); null where it suggests none. */
  readonly displayRange: readonly [number, number] | null;
  readonly warnings: readonly Warning[];
}

/** xyzt_units bits of space → factor to mm. Source: nifti1.h. */
const SPACE_UNIT_MM: Readonly<Record<number, number>> = { 1: 1000, 3: 1e-3 };

function valueType(header: NiftiHeader, fileName: string): ValueType {
  if (COMPLEX_TYPES.includes(header.datatype)) {
    throw new ReaderError(
      'FORMAT_INVALID',
      `${fileName} holds complex numbers: it is MRS data, where a structural image was expected.`,
    );
  }
  const type = VALUE_TYPES[header.datatype];
  if (type === undefined) {
    throw new ReaderError('FORMAT_INVALID', `${fileName} has the unknown NIfTI datatype ${header.datatype}.`);
  }
  return type;
}

function openImage(
  file: Uint8Array,
  fileName: string,
): { readonly header: NiftiHeader; readonly lengths: readonly number[]; readonly type: ValueType } {
  const header = readNiftiHeader(file, fileName);
  const type = valueType(header, fileName);
  const lengths = checkedDimensions(header, fileName);
  checkDataLength(header, lengths.reduce((p, n) => p * n, 1) * type.bytes, fileName);
  return { header, lengths, type };
}

/**
 * Describes a structural NIfTI image, plain or gzipped.
 * @param file the whole file
 * @param fileName base name, for messages
 * @throws ReaderError FILE_EMPTY, FILE_TRUNCATED, FORMAT_UNKNOWN, FORMAT_INVALID (also for MRS data), DIMENSIONS_ABSURD
 */
export function describeNiftiImage(file: Uint8Array, fileName: string): ImageDescription {
  const { header, lengths, type } = openImage(file, fileName);
  const toMm = SPACE_UNIT_MM[header.xyztUnits & 7] ?? 1;
  const affine = header.affine === null ? null : header.affine.map((v, i) => (i < 12 ? v * toMm : v));
  const warnings: Warning[] = [];
  const usable = affine !== null && isUsableAffine(affine) ? affine : null;
  if (usable === null) {
    warnings.push({
      code: 'geometry-missing',
      message: 'The image does not say where it lies; a voxel can’t be shown on it.',
    });
  }
  const fromHeader = [1, 2, 3].map((i) => Math.abs(header.pixDims[i] as number) * toMm) as [number, number, number];
  return {
    format: 'nifti-image',
    niftiVersion: header.version,
    matrix: [lengths[0] ?? 1, lengths[1] ?? 1, lengths[2] ?? 1],
    volumes: lengths.slice(3).reduce((p, n) => p * n, 1),
    voxelSizeMm: voxelSizeMm(usable) ?? fromHeader,
    affine: usable,
    datatype: type.name,
    displayRange: header.calMax > header.calMin ? [header.calMin, header.calMax] : null,
    warnings,
  };
}

/** Slope and intercept of the header; a slope of 0 stands for none. Source: nifti1.h. */
function scaling({ slope, intercept }: NiftiHeader): (stored: number) => number {
  const isScaled = slope !== 0 && Number.isFinite(slope) && Number.isFinite(intercept);
  return isScaled && (slope !== 1 || intercept !== 0) ? (stored) => stored * slope + intercept : (stored) => stored;
}

/** A volume whose voxels can be read. */
export interface NiftiVoxels extends ImageDescription {
  /** Value of one voxel as the header scales it; index with x fastest, over further volumes last. */
  readonly at: (index: number) => number;
}

/**
 * Opens an image for reading its voxels.
 * @returns null for colour images
 * @throws ReaderError as describeNiftiImage
 */
export function openNiftiVoxels(file: Uint8Array, fileName: string): NiftiVoxels | null {
  const { header, type } = openImage(file, fileName);
  const { read, bytes: size } = type;
  if (read === null) return null;
  const { bytes, dataOffset, littleEndian } = header;
  const view = new DataView(bytes.buffer, bytes.byteOffset + dataOffset, bytes.byteLength - dataOffset);
  const scaled = scaling(header);
  return { ...describeNiftiImage(bytes, fileName), at: (index) => scaled(read(view, index * size, littleEndian)) };
}

/**
 * Smallest and largest finite intensity, scaled as the header says; reads every voxel.
 * @returns null for colour images and images without a finite value
 */
export function niftiIntensityRange(file: Uint8Array, fileName: string): readonly [number, number] | null {
  const { header, lengths, type } = openImage(file, fileName);
  if (type.read === null) return null;
  const { bytes, dataOffset, littleEndian } = header;
  const view = new DataView(bytes.buffer, bytes.byteOffset + dataOffset, bytes.byteLength - dataOffset);
  const count = lengths.reduce((p, n) => p * n, 1);
  let low = Infinity;
  let high = -Infinity;
  for (let i = 0; i < count; i++) {
    const value = type.read(view, i * type.bytes, littleEndian);
    if (!Number.isFinite(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (low > high) return null;
  const ends = [low, high].map(scaling(header));
  return [Math.min(...ends), Math.max(...ends)];
}
