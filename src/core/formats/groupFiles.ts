// Files given together → groups that are read together: a scan with its header, a folder that is a scan, a DICOM series.
// Content decides; names only join what has no mark of its own (SDAT and SPAR, data and list) and share one stem.
import { bytesOf, headOf, identityOf, sizeOf } from '../domain/fileContent.ts';
import type { AppError } from '../domain/errors.ts';
import { ReaderError, UnsupportedDataError } from '../domain/errors.ts';
import { latin1Text } from '../math/fortranText.ts';
import type { FileGroup } from './fileGroup.ts';
import { fileGroup } from './fileGroup.ts';
import type { FormatId } from './formatTable.ts';
import { formatTitle, listFormats, sniffFile } from './formatTable.ts';
import { groupDicom } from './groupDicom.ts';
import type { SniffedFile } from './groupFolders.ts';
import { groupFolders } from './groupFolders.ts';
import { isGzip } from './gzip.ts';
import type { FileName, GivenFile } from './inputFile.ts';
import { folderOf, inMemory, stemOf } from './inputFile.ts';
import { parseLcmodelControl } from './lcmodelControl.ts';

/** Headers and control files: alone they are no scan. */
const COMPANION_FORMATS: readonly FormatId[] = [
  'lcmodel-control',
  'philips-spar',
  'philips-list',
  'bruker-parameters',
  'varian-procpar',
];

/** The one of the same stem, in the same folder first; else the only one there is. */
function partnerOf(file: FileName, candidates: readonly SniffedFile[]): SniffedFile | null {
  const sameStem = candidates.filter((c) => stemOf(c.name) === stemOf(file.name));
  const beside = sameStem.filter((c) => folderOf(c) === folderOf(file));
  const found = beside[0] ?? (sameStem.length === 1 ? sameStem[0] : undefined);
  return found ?? (candidates.length === 1 ? (candidates[0] as SniffedFile) : null);
}

const baseName = (path: string | null): string => (path ?? '').replace(/^.*[\\/]/, '').toLowerCase();

function namesInControl(control: SniffedFile): string[] {
  try {
    const { filraw, filh2o } = parseLcmodelControl(latin1Text(bytesOf(control)), control.name);
    return [baseName(filraw), baseName(filh2o)];
  } catch {
    return []; // damaged; the reader names it where it is the only one
  }
}

/** The control file that names this data file (in its folder first), else the only one of its folder or of all. */
function controlOf(file: FileName, controls: readonly SniffedFile[]): SniffedFile | null {
  const naming = controls.filter((c) => namesInControl(c).includes(file.name.toLowerCase()));
  const beside = (list: readonly SniffedFile[]): SniffedFile[] => list.filter((c) => folderOf(c) === folderOf(file));
  const own = beside(naming)[0] ?? naming[0];
  if (own !== undefined) return own;
  const [only, ...more] = beside(controls);
  if (only !== undefined && more.length === 0) return only;
  return controls.length === 1 ? (controls[0] as SniffedFile) : null;
}

const isCompanionOf =
  (...formats: FormatId[]) =>
  (file: SniffedFile): boolean =>
    formats.includes(file.format);

function lcmodelScan(file: SniffedFile, all: readonly SniffedFile[]): FileGroup {
  const control = controlOf(file, all.filter(isCompanionOf('lcmodel-control')));
  return fileGroup('scan', file.format, [file], { companions: control === null ? [] : [control] });
}

function sdatScan(file: SniffedFile, all: readonly SniffedFile[]): FileGroup {
  const spar = partnerOf(file, all.filter(isCompanionOf('philips-spar')));
  return fileGroup('scan', 'philips-sdat', [file], { companions: spar === null ? [] : [spar] });
}

/** Raw data have no mark: the list of the same stem beside them tells, and a SPAR of that stem completes them. */
function dataListScan(list: SniffedFile, all: readonly SniffedFile[]): FileGroup | null {
  const isBeside = (f: SniffedFile): boolean => folderOf(f) === folderOf(list) && stemOf(f.name) === stemOf(list.name);
  const data = all.find((f) => isBeside(f) && /\.data$/i.test(f.name));
  if (data === undefined) return null;
  const spar = all.find((f) => isBeside(f) && f.format === 'philips-spar');
  return fileGroup('scan', 'philips-data', [data, list, ...(spar === undefined ? [] : [spar])]);
}

function refusal(file: SniffedFile): AppError {
  const { name, format } = file;
  if (sizeOf(file) === 0) return new ReaderError('FILE_EMPTY', `${name} is empty.`);
  const unsupported = (what: string): AppError =>
    new UnsupportedDataError('UNSUPPORTED', `${name} ${what}.`, { format });
  switch (format) {
    case 'unknown':
      return new ReaderError('FORMAT_UNKNOWN', `${name} is in no format this program knows.`);
    case 'lcmodel-basis':
      return unsupported('is an LCModel basis set, not a scan');
    case 'lcmodel-result':
      return unsupported('is a result of LCModel, not a scan');
    case 'json':
      return unsupported('is a JSON file that holds no scan');
    case 'zip':
      return unsupported('is a zip archive within a zip archive within another; unpack it first');
    default:
      return unsupported(
        `is in the format "${formatTitle(format) ?? format}", which is recognised but not read as a scan`,
      );
  }
}

const lonely = (file: SniffedFile): AppError =>
  new ReaderError(
    'HEADER_MISSING',
    `${file.name} is only the header or control file of a scan; the data file is missing.`,
  );

const reads = (format: FormatId): boolean => listFormats().some((f) => f.id === format && f.reads);
const GZIP_MARK_BYTES = 16;
/** A cut NIfTI header or gzip stream shows no format; the NIfTI reader says what is wrong with it. */
const mayBeNifti = (file: SniffedFile): boolean =>
  sizeOf(file) > 0 && (isGzip(headOf(file, GZIP_MARK_BYTES)) || /\.nii$/i.test(file.name));

function singleGroup(file: SniffedFile, all: readonly SniffedFile[]): FileGroup {
  switch (file.format) {
    case 'lcmodel-raw':
      return lcmodelScan(file, all);
    case 'philips-sdat':
      return sdatScan(file, all);
    case 'nifti-image':
      return fileGroup('image', file.format, [file]);
    case 'truth-json':
      return fileGroup('truth', file.format, [file]);
    default: {
      const isScan = reads(file.format) || (file.format === 'unknown' && mayBeNifti(file));
      if (isScan) return fileGroup('scan', file.format, [file]);
      return fileGroup('refused', file.format, [file], { error: refusal(file) });
    }
  }
}

/** BIDS keeps a JSON beside each image that repeats its header. */
function isSidecar(file: SniffedFile, all: readonly SniffedFile[]): boolean {
  const isNifti = (f: SniffedFile): boolean => f.format === 'nifti-mrs' || f.format === 'nifti-image';
  const stem = stemOf(file.name);
  return (
    file.format === 'json' &&
    all.some((f) => isNifti(f) && folderOf(f) === folderOf(file) && stemOf(f.name.replace(/\.gz$/i, '')) === stem)
  );
}

const isCompanion = (file: SniffedFile): boolean => COMPANION_FORMATS.includes(file.format);

/** DICOM is grouped by what stands anywhere in its header: a large file of it is read here, once. */
function sniff(file: GivenFile): SniffedFile {
  const format = sniffFile(file);
  return { ...(format === 'dicom' ? inMemory(file) : file), format };
}

/**
 * Groups files that were given together; zip archives are to be unpacked before (expandZips).
 * @returns groups in the order of their first files; files that only go along with others are in an ignored group
 */
export function groupFiles(files: readonly GivenFile[]): FileGroup[] {
  const sniffed = files.map(sniff);
  const folders = groupFolders(sniffed.filter((f) => f.format !== 'dicom'));
  const others = folders.others;
  const raw = others
    .filter((f) => f.format === 'philips-list')
    .map((list) => dataListScan(list, others))
    .filter((g) => g !== null);
  const inRaw = new Set(raw.flatMap((g) => g.files.slice(0, 2)));
  const singles = others
    .filter((f) => !isCompanion(f) && !inRaw.has(f))
    .map((f) => (isSidecar(f, others) ? fileGroup('ignored', f.format, [f]) : singleGroup(f, others)));
  const used = new Set([...raw, ...singles].flatMap((g) => [...g.files, ...g.companions]));
  // Bruker keeps a parameter file of the whole study (subject) above its scans.
  const hasBruker = folders.groups.some((g) => g.format === 'bruker');
  const leftOver = others
    .filter((f) => isCompanion(f) && !used.has(f))
    .map((f) => {
      const isAbove = hasBruker && f.format === 'bruker-parameters';
      return isAbove ? fileGroup('ignored', f.format, [f]) : fileGroup('refused', f.format, [f], { error: lonely(f) });
    });
  const dicom = groupDicom(sniffed.filter((f) => f.format === 'dicom').map(inMemory));
  const order = new Map(sniffed.map((f, i) => [identityOf(f), i]));
  const at = ({ files: [first] }: FileGroup): number => (first === undefined ? 0 : (order.get(identityOf(first)) ?? 0));
  return [...folders.groups, ...raw, ...singles, ...leftOver, ...dicom].sort((a, b) => at(a) - at(b));
}

/** @returns whether the group holds only a header or control file whose data are missing */
export function isLonelyCompanion(group: FileGroup): boolean {
  return group.kind === 'refused' && COMPANION_FORMATS.includes(group.format);
}
