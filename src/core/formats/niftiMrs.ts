// NIfTI-MRS, the canonical format: reader and writer.
// Clarke et al., Magn Reson Med 2022;88:2358, doi:10.1002/mrm.29418.
import { strFromU8, strToU8 } from 'fflate';
import type { ComplexArray } from '../domain/complexArray.ts';
import { shapeSize, zeros } from '../domain/complexArray.ts';
import { BugError, ReaderError, UnsupportedDataError } from '../domain/errors.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Affine, MrsDataset } from '../domain/mrsDataset.ts';
import { pointCount, voxelSizeMm } from '../domain/mrsDataset.ts';
import type { Warning } from '../domain/provenance.ts';
import { gzip } from './gzip.ts';
import { affineToQuaternion } from './niftiAffine.ts';
import type { NiftiHeader } from './niftiHeader.ts';
import { checkDataLength, checkedDimensions, readNiftiHeader } from './niftiHeader.ts';
import { headerJson, mapHeader, parseHeaderJson, readHigherDimensions } from './niftiMrsHeader.ts';
import type { ReadOptions } from './readOptions.ts';

/** NIfTI datatype codes. Source: nifti1.h. */
export const COMPLEX64 = 32;
export const COMPLEX128 = 1792;
const COMPLEX256 = 2048;

/** NIfTI extension code of NIfTI-MRS. Source: the standard, and nifti1_io.h's list of registered codes. */
const MRS_EXTENSION_CODE = 44;
/** The standard's version this program writes. Source: definitions.json, nifti_mrs_version. */
const INTENT_NAME = 'mrs_v0_9';

/** Edge length the standard gives to a voxel of unknown position and size: 10 m. [mm] */
const UNLOCALISED_VOXEL_MM = 10000;

/** Dwell times outside this are no MRS: spectral widths of 10 Hz and 10 MHz. [s] */
const PLAUSIBLE_DWELL_S = [1e-7, 0.1] as const;

/** Every nucleus from 0.5 T (²H 3 MHz) to 21 T (¹H 900 MHz) lies within this. [MHz] */
const PLAUSIBLE_FREQUENCY_MHZ = [1, 1500] as const;

function requireComplex(header: NiftiHeader, fileName: string): void {
  const { datatype } = header;
  if (datatype === COMPLEX64 || datatype === COMPLEX128) return;
  if (datatype === COMPLEX256) {
    throw new UnsupportedDataError(
      'UNSUPPORTED',
      `${fileName} holds 256-bit complex numbers, which this program doesn't read; 64- and 128-bit ones are read.`,
    );
  }
  throw new ReaderError(
    'NOT_COMPLEX',
    `${fileName} is an image, not a spectrum: it holds real numbers (NIfTI datatype ${datatype}), where MRS data are complex.`,
    { datatype },
  );
}

function readJson(header: NiftiHeader, fileName: string, warnings: Warning[]): JsonObject | null {
  const extension = header.extensions.find((e) => e.code === MRS_EXTENSION_CODE);
  if (header.extensions.some((e) => e !== extension)) {
    warnings.push({
      code: 'extension-ignored',
      message: 'The file has further NIfTI header extensions that are not NIfTI-MRS; they are ignored.',
    });
  }
  return extension === undefined ? null : parseHeaderJson(strFromU8(extension.data), fileName);
}

/** xyzt_units bits of time → factor to seconds. Source: nifti1.h. */
const TIME_UNIT_S: Readonly<Record<number, number>> = { 0: 1, 8: 1, 16: 1e-3, 24: 1e-6 };

function readDwellTime(header: NiftiHeader, options: ReadOptions, fileName: string, warnings: Warning[]): number {
  const unit = header.xyztUnits & 0x38;
  const factor = TIME_UNIT_S[unit];
  if (factor === undefined) {
    throw new ReaderError(
      'FORMAT_INVALID',
      `${fileName} gives its fourth axis in a unit that is not time (xyzt_units ${header.xyztUnits}); NIfTI-MRS holds FIDs.`,
    );
  }
  const stated = header.pixDims[4] as number;
  if (!(stated > 0) || !Number.isFinite(stated)) {
    if (options.dwellTimeS !== undefined) return options.dwellTimeS;
    throw new ReaderError(
      'HEADER_MISSING',
      `${fileName} has no dwell time: pixdim[4] is ${stated}; give it as an option (--dwell-s).`,
    );
  }
  if (unit === 0) {
    warnings.push({
      code: 'time-unit-missing',
      message: `The header gives the dwell time (${stated}) without a unit; it is taken as seconds.`,
    });
  }
  const dwellTimeS = stated * factor;
  if (dwellTimeS < PLAUSIBLE_DWELL_S[0] || dwellTimeS > PLAUSIBLE_DWELL_S[1]) {
    warnings.push({
      code: 'dwell-time-implausible',
      message: `The header gives a dwell time of ${dwellTimeS} s, a spectral width of ${1 / dwellTimeS} Hz, which is implausible; it is kept as it stands.`,
    });
  }
  return dwellTimeS;
}

/** xyzt_units bits of space → factor to mm. Source: nifti1.h. */
const SPACE_UNIT_MM: Readonly<Record<number, number>> = { 1: 1000, 3: 1e-3 };

function determinant3(a: Affine): number {
  const [m00, m01, m02, , m10, m11, m12, , m20, m21, m22] = a as number[] as [
    number, number, number, number, number, number, number, number, number, number, number,
  ]; // prettier-ignore
  return m00 * (m11 * m22 - m12 * m21) - m01 * (m10 * m22 - m12 * m20) + m02 * (m10 * m21 - m11 * m20);
}

function readGeometry(header: NiftiHeader, warnings: Warning[]): Affine | null {
  const { affine } = header;
  if (affine === null) {
    warnings.push({ code: 'geometry-missing', message: 'The file does not say where its voxel lies.' });
    return null;
  }
  const determinant = determinant3(affine);
  if (!affine.every(Number.isFinite) || determinant === 0 || !Number.isFinite(determinant)) {
    warnings.push({
      code: 'geometry-invalid',
      message: "The file's voxel geometry is not a usable matrix; it is left out.",
    });
    return null;
  }
  const size = voxelSizeMm(affine);
  if (size !== null && size.every((mm) => mm === UNLOCALISED_VOXEL_MM)) {
    warnings.push({
      code: 'geometry-missing',
      message: 'The file does not say where its voxel lies (it has the standard’s 10 m dummy voxel).',
    });
    return null;
  }
  const toMm = SPACE_UNIT_MM[header.xyztUnits & 7];
  if (toMm === undefined) return affine;
  warnings.push({
    code: 'geometry-scaled',
    message: `The file gives its geometry in units of ${toMm} mm; it is converted.`,
  });
  return affine.map((v, i) => (i < 12 ? v * toMm : v));
}

/** The file's values in its own (Fortran) order; floats are widened, never rescaled. */
function readValues(header: NiftiHeader, count: number): { re: Float64Array; im: Float64Array } {
  const { bytes, dataOffset, littleEndian } = header;
  const view = new DataView(bytes.buffer, bytes.byteOffset + dataOffset, bytes.byteLength - dataOffset);
  const re = new Float64Array(count);
  const im = new Float64Array(count);
  if (header.datatype === COMPLEX64) {
    for (let i = 0; i < count; i++) {
      re[i] = view.getFloat32(8 * i, littleEndian);
      im[i] = view.getFloat32(8 * i + 4, littleEndian);
    }
  } else {
    for (let i = 0; i < count; i++) {
      re[i] = view.getFloat64(16 * i, littleEndian);
      im[i] = view.getFloat64(16 * i + 8, littleEndian);
    }
  }
  return { re, im };
}

/** Calls `visit(cIndex, fileIndex)` for every value, C order [x, y, z, d5…, t] against Fortran order x, y, z, t, d5…. */
function forEachValue(shape: readonly number[], visit: (cIndex: number, fileIndex: number) => void): void {
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
          const f = x + nx * (y + ny * z) + voxels * points * fileHigher;
          for (let t = 0; t < points; t++) visit(c + t, f + t * voxels);
        }
      }
    }
  }
}

function readData(header: NiftiHeader, shape: readonly number[], warnings: Warning[]): ComplexArray {
  const values = readValues(header, shapeSize(shape));
  const data = zeros(shape);
  let bad = 0;
  forEachValue(shape, (c, f) => {
    const re = values.re[f] as number;
    const im = values.im[f] as number;
    data.re[c] = re;
    data.im[c] = im;
    if (!Number.isFinite(re) || !Number.isFinite(im)) bad++;
  });
  if (bad > 0) {
    warnings.push({
      code: 'non-finite-data',
      message: `${bad} of ${shapeSize(shape)} samples are not finite numbers (NaN or infinite).`,
    });
  }
  return data;
}

/** Shape [x, y, z, d5…, t] and how many higher dimensions the data have. */
function readShape(header: NiftiHeader, json: JsonObject, options: ReadOptions, fileName: string): number[] {
  const lengths = checkedDimensions(header, fileName);
  if (lengths.length < 4) {
    throw new ReaderError(
      'FORMAT_INVALID',
      `${fileName} has no time axis: NIfTI-MRS data have at least 4 dimensions, and this file has ${lengths.length}.`,
    );
  }
  const higher = lengths.slice(4);
  // An untagged last dimension of one element says nothing.
  while (
    higher.length > 0 &&
    higher[higher.length - 1] === 1 &&
    json[`dim_${4 + higher.length}`] === undefined &&
    options.dimensionTags?.[higher.length - 1] === undefined
  ) {
    higher.pop();
  }
  return [...lengths.slice(0, 3), ...higher, lengths[3] as number];
}

function requireHeader(json: JsonObject | null, frequency: number | null, fileName: string): number {
  if (frequency !== null && frequency > 0) return frequency;
  throw new ReaderError(
    'HEADER_MISSING',
    json === null
      ? `${fileName} is complex NIfTI without the NIfTI-MRS header extension, so its spectrometer frequency is unknown; give it as an option (--frequency-mhz).`
      : `${fileName} has a NIfTI-MRS header without a valid SpectrometerFrequency; give it as an option (--frequency-mhz).`,
    { missing: 'SpectrometerFrequency' },
  );
}

function readNucleus(nucleus: string | null, options: ReadOptions, warnings: Warning[]): string {
  if (nucleus !== null) return nucleus;
  if (options.nucleus !== undefined) return options.nucleus;
  warnings.push({ code: 'nucleus-assumed', message: 'The file does not name its nucleus; 1H is assumed.' });
  return '1H';
}

function headerWarnings(header: NiftiHeader, json: JsonObject | null): Warning[] {
  const warnings: Warning[] = [];
  if (json === null) {
    warnings.push({
      code: 'mrs-header-missing',
      message:
        'The file has no NIfTI-MRS header; the given values are used, and the direction of its frequency axis is unverified.',
    });
  }
  if ((header.slope !== 0 && header.slope !== 1) || header.intercept !== 0) {
    warnings.push({
      code: 'scaling-ignored',
      message: 'The file has an intensity scaling, which NIfTI-MRS does not use; the data are kept as stored.',
    });
  }
  return warnings;
}

/**
 * Reads a NIfTI-MRS file, NIfTI-1 or -2, plain or gzipped. Data are neither conjugated nor rescaled.
 * @param file the whole file
 * @param fileName base name, for messages
 * @param options values for what the header lacks
 * @throws ReaderError FILE_EMPTY, FILE_TRUNCATED, FORMAT_UNKNOWN, FORMAT_INVALID, NOT_COMPLEX, DIMENSIONS_ABSURD,
 * HEADER_MISSING; UnsupportedDataError
 */
export function readNiftiMrs(file: Uint8Array, fileName: string, options: ReadOptions = {}): MrsDataset {
  const header = readNiftiHeader(file, fileName);
  requireComplex(header, fileName);
  const warnings: Warning[] = [];
  const json = readJson(header, fileName, warnings);
  const shape = readShape(header, json ?? {}, options, fileName);
  checkDataLength(header, shapeSize(shape) * (header.datatype === COMPLEX64 ? 8 : 16), fileName);
  const mapped = mapHeader(json ?? {});
  const frequency = requireHeader(
    json,
    mapped.spectrometerFrequencyMHz ?? options.spectrometerFrequencyMHz ?? null,
    fileName,
  );
  if (frequency < PLAUSIBLE_FREQUENCY_MHZ[0] || frequency > PLAUSIBLE_FREQUENCY_MHZ[1]) {
    warnings.push({
      code: 'frequency-implausible',
      message: `The header gives a spectrometer frequency of ${frequency} MHz, which is implausible (was another unit meant?); it is kept as it stands.`,
    });
  }
  const { dimensions, warnings: dimensionWarnings } = readHigherDimensions(
    json ?? {},
    shape.length - 4,
    options.dimensionTags ?? [],
  );
  warnings.push(...headerWarnings(header, json), ...mapped.warnings, ...dimensionWarnings);
  return {
    data: readData(header, shape, warnings),
    dimensions,
    dwellTimeS: readDwellTime(header, options, fileName, warnings),
    spectrometerFrequencyMHz: frequency,
    nucleus: readNucleus(mapped.nucleus, options, warnings),
    acquisition: {
      ...mapped.acquisition,
      echoTimeS: mapped.acquisition.echoTimeS ?? options.echoTimeS ?? null,
    },
    patient: mapped.patient,
    affine: readGeometry(header, warnings),
    format: 'nifti-mrs',
    header: mapped.header,
    provenance: mapped.provenance,
    warnings,
  };
}

export interface WriteNiftiMrsOptions {
  /** Gzip the file (.nii.gz); true unless said otherwise. */
  readonly compress?: boolean;
  /** Without it: complex64 where that loses nothing, else complex128. */
  readonly precision?: 'complex64' | 'complex128';
}

const NIFTI2_HEADER_BYTES = 540;

function fitsSinglePrecision(data: ComplexArray): boolean {
  const exact = (v: number): boolean => Object.is(Math.fround(v), v);
  return data.re.every(exact) && data.im.every(exact);
}

function writeGeometry(view: DataView, affine: Affine | null): void {
  const size = voxelSizeMm(affine) ?? [UNLOCALISED_VOXEL_MM, UNLOCALISED_VOXEL_MM, UNLOCALISED_VOXEL_MM];
  size.forEach((mm, i) => view.setFloat64(104 + 8 * (i + 1), mm, true));
  view.setFloat64(104, 1, true);
  const written = affine ?? [
    UNLOCALISED_VOXEL_MM, 0, 0, 0, 0, UNLOCALISED_VOXEL_MM, 0, 0, 0, 0, UNLOCALISED_VOXEL_MM, 0, 0, 0, 0, 1,
  ]; // prettier-ignore
  for (let i = 0; i < 12; i++) view.setFloat64(400 + 8 * i, written[i] as number, true);
  const code = affine === null ? 0 : 1; // 1: scanner coordinates
  view.setInt32(348, code, true);
  const quaternion = affine === null ? null : affineToQuaternion(affine);
  if (quaternion === null) return;
  view.setInt32(344, code, true);
  view.setFloat64(104, quaternion.qfac, true);
  quaternion.bcd.forEach((q, i) => view.setFloat64(352 + 8 * i, q, true));
  [3, 7, 11].forEach((at, i) => view.setFloat64(376 + 8 * i, written[at] as number, true));
}

/** Byte layout: nifti2.h. */
function writeFixedHeader(view: DataView, dataset: MrsDataset, datatype: number, dataOffset: number): void {
  const { shape } = dataset.data;
  const higher = shape.slice(3, -1);
  const lengths = [4 + higher.length, ...shape.slice(0, 3), pointCount(dataset), ...higher];
  view.setInt32(0, NIFTI2_HEADER_BYTES, true);
  [0x6e, 0x2b, 0x32, 0, 0x0d, 0x0a, 0x1a, 0x0a].forEach((byte, i) => view.setUint8(4 + i, byte));
  view.setInt16(12, datatype, true);
  view.setInt16(14, datatype === COMPLEX64 ? 64 : 128, true);
  for (let i = 0; i < 8; i++) {
    view.setBigInt64(16 + 8 * i, BigInt(lengths[i] ?? 1), true);
    view.setFloat64(104 + 8 * i, 1, true);
  }
  writeGeometry(view, dataset.affine);
  view.setFloat64(104 + 8 * 4, dataset.dwellTimeS, true);
  view.setBigInt64(168, BigInt(dataOffset), true);
  view.setFloat64(176, 1, true);
  view.setInt32(500, 2 | 8, true); // mm, s
  strToU8(INTENT_NAME).forEach((byte, i) => view.setUint8(508 + i, byte));
  view.setUint8(NIFTI2_HEADER_BYTES, 1); // extensions follow
}

/**
 * Writes a dataset as NIfTI-MRS (NIfTI-2, little-endian); the same dataset gives the same bytes.
 * @throws BugError where shape and dimensions disagree
 */
export function writeNiftiMrs(dataset: MrsDataset, options: WriteNiftiMrsOptions = {}): Uint8Array {
  const { data, dimensions } = dataset;
  if (data.shape.length !== 4 + dimensions.length || data.re.length !== shapeSize(data.shape)) {
    throw new BugError('The dataset’s shape and dimensions disagree.', { shape: [...data.shape] });
  }
  const precision = options.precision ?? (fitsSinglePrecision(data) ? 'complex64' : 'complex128');
  const json = strToU8(JSON.stringify(headerJson(dataset)));
  const extensionBytes = Math.ceil((json.length + 8) / 16) * 16;
  const dataOffset = NIFTI2_HEADER_BYTES + 4 + extensionBytes;
  const valueBytes = precision === 'complex64' ? 8 : 16;
  const bytes = new Uint8Array(dataOffset + data.re.length * valueBytes);
  const view = new DataView(bytes.buffer);
  writeFixedHeader(view, dataset, precision === 'complex64' ? COMPLEX64 : COMPLEX128, dataOffset);
  view.setInt32(NIFTI2_HEADER_BYTES + 4, extensionBytes, true);
  view.setInt32(NIFTI2_HEADER_BYTES + 8, MRS_EXTENSION_CODE, true);
  bytes.set(json, NIFTI2_HEADER_BYTES + 12);
  forEachValue(data.shape, (c, f) => {
    const at = dataOffset + f * valueBytes;
    if (precision === 'complex64') {
      view.setFloat32(at, data.re[c] as number, true);
      view.setFloat32(at + 4, data.im[c] as number, true);
    } else {
      view.setFloat64(at, data.re[c] as number, true);
      view.setFloat64(at + 8, data.im[c] as number, true);
    }
  });
  return options.compress === false ? bytes : gzip(bytes);
}
