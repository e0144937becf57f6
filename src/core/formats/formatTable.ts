// The formats this program knows and how each is told from a file's content. A new format: one line in FORMATS, one in
// SNIFFERS, its reader in registry.ts, and where it is of several files, its grouping in groupFiles.ts.
import { headOf, sizeOf } from '../domain/fileContent.ts';
import { latin1Text } from '../math/fortranText.ts';
import { isBrukerParameters } from './bruker/index.ts';
import { isDicom } from './dicom/index.ts';
import { isPfile } from './ge/index.ts';
import { gunzipStart, isGzip } from './gzip.ts';
import type { GivenFile } from './inputFile.ts';
import { isJmruiBinary } from './jmruiBinary.ts';
import { isJmruiText } from './jmruiText.ts';
import { isLcmodelControl } from './lcmodelControl.ts';
import { isLcmodelRaw } from './lcmodelRaw.ts';
import { niftiVersion } from './niftiHeader.ts';
import { COMPLEX128, COMPLEX64 } from './niftiMrs.ts';
import { isPhilipsList } from './philipsDataList.ts';
import { isSpar } from './philipsSdat.ts';
import { isPlainText } from './plainText.ts';
import { isRda } from './siemens/rda.ts';
import { isTwix } from './siemens/twixLayout.ts';
import { isProcpar } from './varian/index.ts';
import { isZip } from './zipArchive.ts';

export type FormatId =
  | 'nifti-mrs'
  | 'nifti-image'
  | 'lcmodel-raw'
  | 'lcmodel-control'
  | 'lcmodel-basis'
  | 'lcmodel-result'
  | 'jmrui-text'
  | 'jmrui-binary'
  | 'text'
  | 'philips-sdat'
  | 'philips-spar'
  | 'philips-data'
  | 'philips-list'
  | 'dicom'
  | 'dicom-image'
  | 'siemens-twix'
  | 'siemens-rda'
  | 'ge-pfile'
  | 'bruker'
  | 'bruker-parameters'
  | 'varian'
  | 'varian-procpar'
  | 'truth-json'
  | 'json'
  | 'zip'
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
  format('dicom', 'DICOM', ['.dcm', '.ima'], true),
  format('siemens-twix', 'Siemens twix', ['.dat'], true),
  format('siemens-rda', 'Siemens RDA', ['.rda'], true),
  format('philips-sdat', 'Philips SDAT', ['.sdat'], true),
  format('philips-data', 'Philips data/list', ['.data'], true),
  format('ge-pfile', 'GE P-file', ['.7'], true),
  format('bruker', 'Bruker ParaVision', [], true),
  format('varian', 'Varian/Agilent', [], true),
  format('lcmodel-raw', 'LCModel RAW', ['.raw', '.h2o', '.met', '.ref'], true, true),
  format('jmrui-text', 'jMRUI text', ['.txt'], true, true),
  format('jmrui-binary', 'jMRUI binary', ['.mrui'], true),
  format('text', 'plain text', ['.txt', '.dat'], true),
  format('nifti-image', 'NIfTI image', ['.nii', '.nii.gz']),
  format('dicom-image', 'DICOM image', ['.dcm', '.ima']),
  format('philips-spar', 'Philips SPAR', ['.spar']),
  format('philips-list', 'Philips list', ['.list']),
  format('bruker-parameters', 'Bruker parameters', []),
  format('varian-procpar', 'Varian procpar', []),
  format('lcmodel-control', 'LCModel control file', ['.control']),
  format('lcmodel-basis', 'LCModel basis set', ['.basis']),
  format('lcmodel-result', 'LCModel result', ['.table', '.coord', '.print', '.csv', '.ps']),
  format('truth-json', 'truth of a simulated study', ['.json']),
  format('json', 'JSON', ['.json']),
  format('zip', 'zip archive', ['.zip']),
  format('matlab', 'MATLAB', ['.mat']),
  format('hdf5', 'HDF5', ['.h5']),
];

/** @returns every format this program recognises, readable ones first */
export function listFormats(): readonly FormatInfo[] {
  return FORMATS;
}

/** @returns the format's name for the user, null where it is unknown */
export function formatTitle(id: string): string | null {
  return FORMATS.find((f) => f.id === id)?.title ?? null;
}

function sniffNifti(bytes: Uint8Array): FormatId | null {
  const version = niftiVersion(bytes);
  if (version === null) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const at = version === 2 ? 12 : 70;
  const datatype = [view.getInt16(at, true), view.getInt16(at, false)];
  return datatype.includes(COMPLEX64) || datatype.includes(COMPLEX128) ? 'nifti-mrs' : 'nifti-image';
}

/** Tables, coordinates, log, CSV and plot that LCModel writes (its manual, section 11, and version 6.3's own output). */
function isLcmodelResult(bytes: Uint8Array): boolean {
  const text = latin1Text(bytes.subarray(0, 4096));
  return (
    /\$\$(?:CONC|MISC|DIAG)\b/.test(text) ||
    /LCModel \(Version[^)]*\) Copyright/.test(text) ||
    /^\s*Row,\s*Col,.*%SD/i.test(text) ||
    /^%!PS[^]*%%Creator: LCModel/.test(text)
  );
}

const JSON_START = /^(?:\xef\xbb\xbf)?\s*\{\s*(?:"|\})/;
/** The schema that this program writes into the truth of its simulated studies. */
const TRUTH_SCHEMA = /"schema"\s*:\s*"[\w-]+\.[\w-]*truth\//;
const TRUTH_NAME = /(^|[-_.])truth\.json$/i;

function sniffJson(bytes: Uint8Array, fileName: string): FormatId | null {
  const text = latin1Text(bytes.subarray(0, 4096));
  if (TRUTH_NAME.test(fileName) || (JSON_START.test(text) && TRUTH_SCHEMA.test(text))) return 'truth-json';
  return JSON_START.test(text) ? 'json' : null;
}

/** In this order: marks that can't be mistaken first, names only where content has no mark. */
const SNIFFERS: readonly [FormatId, (bytes: Uint8Array, fileName: string, size: number) => boolean][] = [
  ['zip', isZip],
  ['dicom', isDicom],
  ['siemens-rda', isRda],
  ['matlab', (b) => latin1Text(b.subarray(0, 6)) === 'MATLAB'],
  ['hdf5', (b) => latin1Text(b.subarray(1, 4)) === 'HDF'],
  ['bruker-parameters', isBrukerParameters],
  ['varian-procpar', isProcpar],
  ['philips-list', isPhilipsList],
  ['philips-spar', isSpar],
  ['jmrui-text', isJmruiText],
  ['lcmodel-control', isLcmodelControl],
  ['lcmodel-basis', (b) => /[$&]BASIS1\b/i.test(latin1Text(b.subarray(0, 16384)))],
  ['lcmodel-raw', isLcmodelRaw],
  ['lcmodel-result', isLcmodelResult],
  ['text', isPlainText],
  // SDAT files are bare numbers: only their name and the SPAR beside them tell.
  ['philips-sdat', (_, name) => /\.sdat$/i.test(name)],
  ['siemens-twix', (b, _, size) => isTwix(b, size)],
  ['ge-pfile', isPfile],
  ['jmrui-binary', isJmruiBinary],
];

/**
 * Tells a file's format from its content (where a format has no mark of its own, from its name too).
 * @param bytes the file, or its first megabyte
 * @param fileName base name
 * @param size length of the whole file [bytes]
 */
export function sniffFormat(bytes: Uint8Array, fileName: string, size: number = bytes.length): FormatId {
  if (bytes.length === 0) return 'unknown';
  const start = isGzip(bytes) ? gunzipStart(bytes, 1024) : bytes;
  const nifti = sniffNifti(start);
  if (nifti !== null) return nifti;
  if (isGzip(bytes)) return 'unknown';
  return sniffJson(bytes, fileName) ?? SNIFFERS.find(([, matches]) => matches(bytes, fileName, size))?.[0] ?? 'unknown';
}

/** What a large file is told by; the longest header looked at, a P-file's, has 0.2 MB. [bytes] */
const SNIFFED_BYTES = 2 ** 20;

/** Tells a file's format as sniffFormat does, without reading more of a large one than its beginning. */
export function sniffFile(file: GivenFile): FormatId {
  return sniffFormat(headOf(file, SNIFFED_BYTES), file.name, sizeOf(file));
}
