// NIfTI-1 and NIfTI-2 headers (nifti1.h, nifti2.h; NIfTI DFWG) of single files, plain or gzipped, either byte order.
// nifti-reader-js parses the fixed fields; extensions and the sform are read here, because version 0.8.0 can loop
// for ever on a negative extension size and gives the qform of a NIfTI-1 file where both forms are present.
import { NIFTI1, NIFTI2 } from 'nifti-reader-js';
import { ReaderError, UnsupportedDataError } from '../domain/errors.ts';
import type { Affine } from '../domain/mrsDataset.ts';
import { gunzip, gunzipStart, isGzip } from './gzip.ts';
import { quaternionToAffine } from './niftiAffine.ts';

export interface NiftiExtension {
  readonly code: number;
  readonly data: Uint8Array;
}

export interface NiftiHeader {
  readonly version: 1 | 2;
  readonly littleEndian: boolean;
  /** dim[0..7] as they stand. */
  readonly dims: readonly number[];
  /** pixdim[0..7] as they stand. */
  readonly pixDims: readonly number[];
  readonly datatype: number;
  readonly bitsPerVoxel: number;
  /** First byte of the data. */
  readonly dataOffset: number;
  readonly slope: number;
  readonly intercept: number;
  readonly calMin: number;
  readonly calMax: number;
  readonly xyztUnits: number;
  readonly intentName: string;
  readonly description: string;
  /** sform where its code is set, else qform, else null; floats as the file has them. */
  readonly affine: Affine | null;
  readonly extensions: readonly NiftiExtension[];
  /** The whole file, decompressed. */
  readonly bytes: Uint8Array;
}

/** Larger than any MRS or structural file, smaller than what a typed array may hold. */
const MAX_FILE_BYTES = 2 ** 31;
const HEADER_SIZE = { 1: 348, 2: 540 } as const;
const SFORM_OFFSET = { 1: 280, 2: 400 } as const;
const MAGIC_OFFSET = { 1: 344, 2: 4 } as const;

function magicAt(bytes: Uint8Array, offset: number): string {
  return String.fromCharCode(...bytes.subarray(offset, offset + 3));
}

/** @returns the NIfTI version the bytes begin with, "pair" for a detached header, null for anything else */
export function niftiVersion(bytes: Uint8Array): 1 | 2 | 'pair' | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (const version of [1, 2] as const) {
    const size = HEADER_SIZE[version];
    if (bytes.length < size) continue;
    if (view.getInt32(0, true) !== size && view.getInt32(0, false) !== size) continue;
    const magic = magicAt(bytes, MAGIC_OFFSET[version]);
    if (magic === `n+${version}`) return version;
    if (magic === `ni${version}`) return 'pair';
  }
  return null;
}

function checkedVersion(bytes: Uint8Array, fileName: string): 1 | 2 {
  const version = niftiVersion(bytes);
  if (version === 'pair') {
    throw new UnsupportedDataError(
      'UNSUPPORTED',
      `${fileName} is the header of a NIfTI pair (.hdr and .img); only single NIfTI files (.nii, .nii.gz) are read.`,
    );
  }
  if (version !== null) return version;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const first = bytes.length >= 4 ? [view.getInt32(0, true), view.getInt32(0, false)] : [];
  for (const size of [HEADER_SIZE[1], HEADER_SIZE[2]]) {
    if (first.includes(size) && bytes.length < size + 4) {
      throw new ReaderError(
        'FILE_TRUNCATED',
        `${fileName} ends inside its NIfTI header: ${size} bytes expected, ${bytes.length} found.`,
        { expectedBytes: size, foundBytes: bytes.length },
      );
    }
  }
  throw new ReaderError('FORMAT_UNKNOWN', `${fileName} is not a NIfTI file: its first bytes are not a NIfTI header.`);
}

function readSform(view: DataView, version: 1 | 2, littleEndian: boolean): Affine {
  const rows = Array.from({ length: 12 }, (_, i) =>
    version === 1
      ? view.getFloat32(SFORM_OFFSET[1] + 4 * i, littleEndian)
      : view.getFloat64(SFORM_OFFSET[2] + 8 * i, littleEndian),
  );
  return [...rows, 0, 0, 0, 1];
}

function readAffine(fields: NIFTI1 | NIFTI2, view: DataView, version: 1 | 2): Affine | null {
  if (fields.sform_code > 0) return readSform(view, version, fields.littleEndian);
  if (fields.qform_code > 0) {
    return quaternionToAffine(
      [fields.quatern_b, fields.quatern_c, fields.quatern_d],
      [fields.qoffset_x, fields.qoffset_y, fields.qoffset_z],
      fields.pixDims,
    );
  }
  return null;
}

/** Walks the extensions between header and data; every step moves forward, so it ends. */
function readExtensions(
  bytes: Uint8Array,
  version: 1 | 2,
  dataOffset: number,
  littleEndian: boolean,
  fileName: string,
): NiftiExtension[] {
  const flagAt = HEADER_SIZE[version];
  if (bytes[flagAt] === 0 || bytes[flagAt] === undefined) return [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const extensions: NiftiExtension[] = [];
  let at = flagAt + 4;
  while (at + 8 <= dataOffset) {
    const size = view.getInt32(at, littleEndian);
    if (size === 0) break;
    if (size < 8 || at + size > dataOffset) {
      throw new ReaderError(
        'FORMAT_INVALID',
        `${fileName} has a damaged NIfTI header extension: it claims ${size} bytes where ${dataOffset - at} are left before the data.`,
      );
    }
    extensions.push({ code: view.getInt32(at + 4, littleEndian), data: bytes.subarray(at + 8, at + size) });
    at += size;
  }
  return extensions;
}

function checkedDataOffset(claimed: number, version: 1 | 2, fileLength: number, fileName: string): number {
  const first = HEADER_SIZE[version] + 4;
  if (claimed === 0) return first; // written by some programs for "right after the header"
  if (!Number.isInteger(claimed) || claimed < first) {
    throw new ReaderError(
      'FORMAT_INVALID',
      `${fileName} has an invalid NIfTI header: its data would begin at byte ${claimed}, inside the header.`,
    );
  }
  if (claimed > fileLength) {
    throw new ReaderError(
      'FILE_TRUNCATED',
      `${fileName} is cut short: its data should begin at byte ${claimed}, but it has only ${fileLength} bytes.`,
      { expectedBytes: claimed, foundBytes: fileLength },
    );
  }
  return claimed;
}

/** What may follow the data that a header promises: padding, and notes of some programs. [bytes] */
const TRAILING_BYTES = 1 << 24;
/** Complex numbers of double precision; some programs leave the field "bits per voxel" empty. [bytes] */
const LARGEST_VALUE_BYTES = 16;

/**
 * What a gzipped NIfTI file may unpack to.
 * @param start its first bytes
 * @returns by the header; where they are no NIfTI header, enough to say so
 */
function mostBytes(start: Uint8Array): number {
  const version = niftiVersion(start);
  if (version === null || version === 'pair' || start.length < HEADER_SIZE[version]) return TRAILING_BYTES;
  const fields = version === 1 ? new NIFTI1() : new NIFTI2();
  fields.readHeader(start.slice(0, HEADER_SIZE[version]).buffer);
  const count = Math.min(Math.max(fields.dims[0] ?? 0, 0), 7);
  const values = fields.dims.slice(1, 1 + count).reduce((product, n) => product * Math.max(1, n), 1);
  const promised = Math.max(0, fields.vox_offset) + values * LARGEST_VALUE_BYTES;
  return Math.min(Number.isFinite(promised) ? promised : 0, MAX_FILE_BYTES) + TRAILING_BYTES;
}

/**
 * Reads the header of a NIfTI file; the data are not touched.
 * @param file the whole file, plain or gzipped
 * @param fileName base name, for messages
 * @throws ReaderError FILE_EMPTY, FILE_TRUNCATED, FORMAT_UNKNOWN, FORMAT_INVALID; UnsupportedDataError for pairs
 */
export function readNiftiHeader(file: Uint8Array, fileName: string): NiftiHeader {
  if (file.length === 0) throw new ReaderError('FILE_EMPTY', `${fileName} is empty.`);
  const bytes = isGzip(file) ? gunzip(file, fileName, mostBytes(gunzipStart(file, HEADER_SIZE[2]))) : file;
  if (bytes.length === 0) throw new ReaderError('FILE_EMPTY', `${fileName} holds an empty gzip stream.`);
  const version = checkedVersion(bytes, fileName);
  // Exactly the fixed header: the library then leaves the extensions alone, and its DataView starts at byte 0.
  const fixed = bytes.slice(0, HEADER_SIZE[version]);
  const fields = version === 1 ? new NIFTI1() : new NIFTI2();
  fields.readHeader(fixed.buffer);
  const dataOffset = checkedDataOffset(fields.vox_offset, version, bytes.length, fileName);
  return {
    version,
    littleEndian: fields.littleEndian,
    dims: fields.dims,
    pixDims: fields.pixDims,
    datatype: fields.datatypeCode,
    bitsPerVoxel: fields.numBitsPerVoxel,
    dataOffset,
    slope: fields.scl_slope,
    intercept: fields.scl_inter,
    calMin: fields.cal_min,
    calMax: fields.cal_max,
    xyztUnits: fields.xyzt_units,
    intentName: fields.intent_name,
    description: fields.description,
    affine: readAffine(fields, new DataView(fixed.buffer), version),
    extensions: readExtensions(bytes, version, dataOffset, fields.littleEndian, fileName),
    bytes,
  };
}

/** Largest number of values a file may claim. */
const MAX_VALUES = 2 ** 31;

/**
 * Axis lengths dim[1..dim[0]], checked.
 * @throws ReaderError DIMENSIONS_ABSURD
 */
export function checkedDimensions(header: NiftiHeader, fileName: string): number[] {
  const count = header.dims[0] as number;
  if (!Number.isInteger(count) || count < 1 || count > 7) {
    throw new ReaderError('DIMENSIONS_ABSURD', `${fileName} claims ${count} dimensions; a NIfTI file has 1 to 7.`, {
      dimensions: count,
    });
  }
  const lengths = header.dims.slice(1, 1 + count);
  const product = lengths.reduce((p, n) => p * n, 1);
  if (lengths.some((n) => !Number.isInteger(n) || n < 1) || product > MAX_VALUES) {
    throw new ReaderError(
      'DIMENSIONS_ABSURD',
      `${fileName} claims impossible dimensions ${lengths.join(' × ')}; each must be at least 1 and their product at most 2³¹.`,
      { dimensions: lengths },
    );
  }
  return lengths;
}

/**
 * Checks that the data the header promises are there.
 * @throws ReaderError FILE_TRUNCATED with both byte counts
 */
export function checkDataLength(header: NiftiHeader, expectedBytes: number, fileName: string): void {
  const found = header.bytes.length - header.dataOffset;
  if (found < expectedBytes) {
    throw new ReaderError(
      'FILE_TRUNCATED',
      `${fileName} is cut short: its header promises ${expectedBytes} bytes of data, but ${found} are there.`,
      { expectedBytes, foundBytes: found },
    );
  }
}
