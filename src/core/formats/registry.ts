// The formats this program knows: told from the content, read through one entry, written through another.
import { strToU8 } from 'fflate';
import { ReaderError, UnsupportedDataError, UsageError } from '../domain/errors.ts';
import type { MrsDataset } from '../domain/mrsDataset.ts';
import { latin1Text } from '../math/fortranText.ts';
import { gunzipStart, isGzip } from './gzip.ts';
import { isJmruiText, readJmruiText, writeJmruiText } from './jmruiText.ts';
import type { LcmodelControl } from './lcmodelControl.ts';
import { isLcmodelControl, parseLcmodelControl } from './lcmodelControl.ts';
import { isLcmodelRaw, readLcmodelRaw, writeLcmodelRaw } from './lcmodelRaw.ts';
import { niftiVersion } from './niftiHeader.ts';
import { COMPLEX128, COMPLEX64, readNiftiMrs, writeNiftiMrs } from './niftiMrs.ts';
import type { WriteNiftiMrsOptions } from './niftiMrs.ts';
import { isSpar, readPhilipsSdat } from './philipsSdat.ts';
import { isPlainText, readPlainText } from './plainText.ts';
import type { ReadOptions } from './readOptions.ts';

export type FormatId =
  | 'nifti-mrs'
  | 'nifti-image'
  | 'lcmodel-raw'
  | 'lcmodel-control'
  | 'lcmodel-basis'
  | 'jmrui-text'
  | 'text'
  | 'philips-sdat'
  | 'philips-spar'
  | 'philips-list'
  | 'dicom'
  | 'siemens-twix'
  | 'siemens-rda'
  | 'ge-pfile'
  | 'bruker'
  | 'matlab'
  | 'hdf5'
  | 'unknown';

export interface FormatInfo {
  readonly id: FormatId;
  readonly title: string;
  readonly extensions: readonly string[];
  /** Whether it is read as an MRS scan. */
  readonly reads: boolean;
  readonly writes: boolean;
}

const format = (id: FormatId, title: string, extensions: string[], reads = false, writes = false): FormatInfo => ({
  id,
  title,
  extensions,
  reads,
  writes,
});

const FORMATS: readonly FormatInfo[] = [
  format('nifti-mrs', 'NIfTI-MRS', ['.nii', '.nii.gz'], true, true),
  format('lcmodel-raw', 'LCModel RAW', ['.raw', '.h2o', '.met', '.ref'], true, true),
  format('jmrui-text', 'jMRUI text', ['.txt'], true, true),
  format('philips-sdat', 'Philips SDAT', ['.sdat'], true),
  format('text', 'plain text', ['.txt', '.dat'], true),
  format('nifti-image', 'NIfTI image', ['.nii', '.nii.gz']),
  format('philips-spar', 'Philips SPAR', ['.spar']),
  format('philips-list', 'Philips data/list', ['.list']),
  format('dicom', 'DICOM', ['.dcm', '.ima']),
  format('siemens-twix', 'Siemens twix', ['.dat']),
  format('siemens-rda', 'Siemens RDA', ['.rda']),
  format('ge-pfile', 'GE P-file', ['.7']),
  format('bruker', 'Bruker ParaVision', []),
  format('lcmodel-control', 'LCModel control file', ['.control']),
  format('lcmodel-basis', 'LCModel basis set', ['.basis']),
  format('matlab', 'MATLAB', ['.mat']),
  format('hdf5', 'HDF5', ['.h5']),
];

/** @returns every format this program recognises, readable ones first */
export function listFormats(): readonly FormatInfo[] {
  return FORMATS;
}

function sniffNifti(bytes: Uint8Array): FormatId | null {
  const version = niftiVersion(bytes);
  if (version === null) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const at = version === 2 ? 12 : 70;
  const datatype = [view.getInt16(at, true), view.getInt16(at, false)];
  return datatype.includes(COMPLEX64) || datatype.includes(COMPLEX128) ? 'nifti-mrs' : 'nifti-image';
}

/** Headers of Siemens raw data: VB files begin with their header's length and "Config"; VD and later with 0 and the count of measurements. */
function isTwix(bytes: Uint8Array): boolean {
  if (bytes.length < 64) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [first, second] = [view.getUint32(0, true), view.getUint32(4, true)];
  if (first === 0) {
    // Entries of 152 bytes follow: measurement, file, then where the measurement begins, behind 10240 bytes of header.
    const begins = view.getUint32(16, true);
    return second >= 1 && second <= 64 && begins >= 10240 && begins < bytes.length;
  }
  return first < bytes.length && latin1Text(bytes.subarray(8, 32)).startsWith('Config');
}

/** Size of the smallest known P-file header (revision 9). [bytes] */
const PFILE_HEADER_BYTES = 61464;

/** P-files begin with their revision as a float and have no other mark, so their name must fit too. */
function isPfile(bytes: Uint8Array, fileName: string): boolean {
  if (bytes.length < PFILE_HEADER_BYTES || !/^P\d{4,5}|\.7$/i.test(fileName)) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return [true, false].some((le) => view.getFloat32(0, le) >= 5 && view.getFloat32(0, le) < 40);
}

const SNIFFERS: readonly [FormatId, (bytes: Uint8Array, fileName: string) => boolean][] = [
  ['dicom', (b) => latin1Text(b.subarray(128, 132)) === 'DICM'],
  ['siemens-rda', (b) => latin1Text(b.subarray(0, 64)).includes('>>> Begin of header <<<')],
  ['matlab', (b) => latin1Text(b.subarray(0, 6)) === 'MATLAB'],
  ['hdf5', (b) => latin1Text(b.subarray(1, 4)) === 'HDF'],
  ['bruker', (b) => latin1Text(b.subarray(0, 32)).startsWith('##TITLE=')],
  ['philips-list', (b) => /DATA DESCRIPTION FILE/i.test(latin1Text(b.subarray(0, 256)))],
  ['philips-spar', isSpar],
  ['jmrui-text', isJmruiText],
  ['lcmodel-control', isLcmodelControl],
  ['lcmodel-basis', (b) => /[$&]BASIS1\b/i.test(latin1Text(b.subarray(0, 16384)))],
  ['lcmodel-raw', isLcmodelRaw],
  ['text', isPlainText],
  // SDAT files are bare numbers: only their name tells.
  ['philips-sdat', (_, name) => /\.sdat$/i.test(name)],
  ['siemens-twix', isTwix],
  ['ge-pfile', isPfile],
];

/**
 * Tells a file's format from its content (where a format has no mark of its own, from its name too).
 * @param fileName base name
 */
export function sniffFormat(bytes: Uint8Array, fileName: string): FormatId {
  if (bytes.length === 0) return 'unknown';
  const start = isGzip(bytes) ? gunzipStart(bytes, 1024) : bytes;
  const nifti = sniffNifti(start);
  if (nifti !== null) return nifti;
  if (isGzip(bytes)) return 'unknown';
  return SNIFFERS.find(([, matches]) => matches(bytes, fileName))?.[0] ?? 'unknown';
}

/** A file as the caller read it; `name` is its base name. */
export interface InputFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

interface Sniffed extends InputFile {
  readonly format: FormatId;
}

/** Files that only go along with a scan's data. */
const COMPANIONS: readonly FormatId[] = ['lcmodel-control', 'philips-spar'];

const stem = (name: string): string => name.replace(/\.[^.]*$/, '').toLowerCase();

/** The control file that names this data file, or the only one there is. */
function controlFor(file: Sniffed, all: readonly Sniffed[]): LcmodelControl | null {
  const controls = all
    .filter((f) => f.format === 'lcmodel-control')
    .map((f) => parseLcmodelControl(latin1Text(f.bytes), f.name));
  const base = (path: string | null): string => (path ?? '').replace(/^.*[\\/]/, '').toLowerCase();
  const own = controls.find((c) => [base(c.filraw), base(c.filh2o)].includes(file.name.toLowerCase()));
  return own ?? (controls.length === 1 ? (controls[0] as LcmodelControl) : null);
}

function sparFor(file: Sniffed, all: readonly Sniffed[]): Uint8Array {
  const spars = all.filter((f) => f.format === 'philips-spar');
  const own = spars.find((f) => stem(f.name) === stem(file.name)) ?? (spars.length === 1 ? spars[0] : undefined);
  if (own === undefined) {
    throw new ReaderError('HEADER_MISSING', `${file.name} needs its .SPAR header file beside it, and it is not there.`);
  }
  return own.bytes;
}

function refuse(file: Sniffed): never {
  if (file.bytes.length === 0) throw new ReaderError('FILE_EMPTY', `${file.name} is empty.`);
  const known = FORMATS.find((f) => f.id === file.format);
  if (known === undefined) {
    throw new ReaderError('FORMAT_UNKNOWN', `${file.name} is in no format this program knows.`);
  }
  const what =
    file.format === 'lcmodel-basis'
      ? 'is an LCModel basis set, not a scan'
      : `is in the format "${known.title}", which is recognised but not read yet`;
  throw new UnsupportedDataError('UNSUPPORTED', `${file.name} ${what}.`, { format: file.format });
}

/** The scan, and the water reference that the same file holds. */
export interface Scan {
  readonly dataset: MrsDataset;
  readonly water: MrsDataset | null;
}

function readOne(file: Sniffed, all: readonly Sniffed[], options: ReadOptions): Scan {
  const alone = (dataset: MrsDataset): Scan => ({ dataset, water: null });
  switch (file.format) {
    case 'nifti-mrs':
    case 'nifti-image': // refused by the reader, in words
      return alone(readNiftiMrs(file.bytes, file.name, options));
    case 'lcmodel-raw':
      return alone(readLcmodelRaw(file.bytes, file.name, options, controlFor(file, all)));
    case 'jmrui-text':
      return alone(readJmruiText(file.bytes, file.name, options));
    case 'philips-sdat':
      return alone(readPhilipsSdat(file.bytes, sparFor(file, all), file.name, options));
    case 'text': {
      const { metabolite, water } = readPlainText(file.bytes, file.name, options);
      return { dataset: metabolite, water };
    }
    default:
      // A gzip file that shows no NIfTI may be a damaged one; its reader says which.
      if (isGzip(file.bytes)) return alone(readNiftiMrs(file.bytes, file.name, options));
      // So may a cut NIfTI header.
      if (/\.nii$/i.test(file.name)) return alone(readNiftiMrs(file.bytes, file.name, options));
      return refuse(file);
  }
}

/**
 * Reads one scan with the water signal its file may hold (four-column text).
 * @param files the scan's file, with the header or control file that goes with it
 * @throws ReaderError, UnsupportedDataError (naming the format), UsageError where several scans are given
 */
export function readScan(files: readonly InputFile[], options: ReadOptions = {}): Scan {
  const sniffed: Sniffed[] = files.map((f) => ({ ...f, format: sniffFormat(f.bytes, f.name) }));
  const mains = sniffed.filter((f) => !COMPANIONS.includes(f.format));
  const [main, ...others] = mains;
  if (main === undefined) {
    const [companion] = sniffed;
    if (companion === undefined) throw new UsageError('No file was given.');
    throw new ReaderError(
      'HEADER_MISSING',
      `${companion.name} is only the header or control file of a scan; the data file is missing.`,
    );
  }
  if (others.length > 0) {
    throw new UsageError(`One scan at a time is read; ${mains.map((f) => f.name).join(', ')} were given.`);
  }
  return readOne(main, sniffed, options);
}

/**
 * Reads one scan, whatever readable format it is in; see readScan.
 * @throws ReaderError, UnsupportedDataError, UsageError
 */
export function readMrs(files: readonly InputFile[], options: ReadOptions = {}): MrsDataset {
  return readScan(files, options).dataset;
}

export type WritableFormat = 'nifti-mrs' | 'lcmodel-raw' | 'jmrui-text';

/**
 * Writes a dataset in the format named.
 * @throws UnsupportedDataError where the format can't hold the dataset
 */
export function writeMrs(dataset: MrsDataset, target: WritableFormat, options: WriteNiftiMrsOptions = {}): Uint8Array {
  switch (target) {
    case 'nifti-mrs':
      return writeNiftiMrs(dataset, options);
    case 'lcmodel-raw':
      return strToU8(writeLcmodelRaw(dataset));
    case 'jmrui-text':
      return strToU8(writeJmruiText(dataset));
  }
}
