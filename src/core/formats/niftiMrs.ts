// NIfTI-MRS, the canonical format: the reader (the writer stands in niftiMrsWriter.ts).
// Clarke et al., Magn Reson Med 2022;88:2358, doi:10.1002/mrm.29418.
import { strFromU8 } from 'fflate';
import type { ComplexArray } from '../domain/complexArray.ts';
import { shapeSize, zeros } from '../domain/complexArray.ts';
import { ReaderError, UnsupportedDataError } from '../domain/errors.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Affine, MrsDataset } from '../domain/mrsDataset.ts';
import { voxelSizeMm } from '../domain/mrsDataset.ts';
import type { Warning } from '../domain/provenance.ts';
import { isUsableAffine } from './niftiAffine.ts';
import type { NiftiHeader } from './niftiHeader.ts';
import { checkDataLength, checkedDimensions, readNiftiHeader } from './niftiHeader.ts';
import { mapHeader, parseHeaderJson, readHigherDimensions } from './niftiMrsHeader.ts';
import { COMPLEX128, COMPLEX64, forEachSignal, MRS_EXTENSION_CODE, UNLOCALISED_VOXEL_MM } from './niftiMrsLayout.ts';
import { niftiMrsHeaderProblems } from './niftiMrsValidation.ts';
import type { ReadOptions } from './readOptions.ts';

export { COMPLEX128, COMPLEX64 } from './niftiMrsLayout.ts';
export { niftiMrsOfSignals, niftiMrsPieces, writeNiftiMrs } from './niftiMrsWriter.ts';
export type { WriteNiftiMrsOptions } from './niftiMrsWriter.ts';

const COMPLEX256 = 2048;

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

function readGeometry(header: NiftiHeader, warnings: Warning[]): Affine | null {
  const { affine } = header;
  if (affine === null) {
    warnings.push({ code: 'geometry-missing', message: 'The file does not say where its voxel lies.' });
    return null;
  }
  if (!isUsableAffine(affine)) {
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

/** Reads the file's values into C order; floats are widened, never rescaled. */
function readData(header: NiftiHeader, shape: readonly number[], warnings: Warning[]): ComplexArray {
  const { bytes, dataOffset, littleEndian } = header;
  const view = new DataView(bytes.buffer, bytes.byteOffset + dataOffset, bytes.byteLength - dataOffset);
  const data = zeros(shape);
  const { re, im } = data;
  const points = shape[shape.length - 1] as number;
  const isDouble = header.datatype === COMPLEX128;
  let bad = 0;
  forEachSignal(shape, (start, fileStart, fileStride) => {
    for (let t = 0; t < points; t++) {
      const at = fileStart + t * fileStride;
      const real = isDouble ? view.getFloat64(16 * at, littleEndian) : view.getFloat32(8 * at, littleEndian);
      const imaginary = isDouble
        ? view.getFloat64(16 * at + 8, littleEndian)
        : view.getFloat32(8 * at + 4, littleEndian);
      re[start + t] = real;
      im[start + t] = imaginary;
      if (!Number.isFinite(real) || !Number.isFinite(imaginary)) bad++;
    }
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

/** A frequency or nucleus outside a list says the same as in one. */
const AXIS_KEYS = ['SpectrometerFrequency', 'ResonantNucleus'] as const;

/** Breaches of the standard that could mislead; dimension tags have warnings of their own. */
function standardWarnings(json: JsonObject): Warning[] {
  const tolerated: JsonObject = { ...json };
  for (const key of AXIS_KEYS) {
    const value = json[key];
    if (value !== undefined && !Array.isArray(value)) tolerated[key] = [value];
  }
  // The frequency has checks of its own, and may be given as an option.
  const problems = niftiMrsHeaderProblems(tolerated, null).filter(
    (p) => p.kind !== 'missing' && p.key !== 'SpectrometerFrequency' && p.kind !== 'value',
  );
  if (problems.length === 0) return [];
  return [
    {
      code: 'header-not-standard',
      message: `The header departs from the NIfTI-MRS standard: ${problems.map((p) => p.message).join(' ')}`,
    },
  ];
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
  if (json !== null) warnings.push(...standardWarnings(json));
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
