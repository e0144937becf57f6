// Every format through one entry: files → scan, dataset → file. Which files belong together is groupFiles.ts's; how a
// format is told from its content is formatTable.ts's.
import { strToU8 } from 'fflate';
import { ReaderError, UnsupportedDataError, UsageError } from '../domain/errors.ts';
import { sourceOf } from '../domain/fileContent.ts';
import type { MrsDataset } from '../domain/mrsDataset.ts';
import { latin1Text } from '../math/fortranText.ts';
import { readBruker } from './bruker/index.ts';
import { readDicomSeries } from './dicom/index.ts';
import { expandZips } from './expandZips.ts';
import type { FileGroup } from './fileGroup.ts';
import type { FormatId } from './formatTable.ts';
import { readPfile } from './ge/index.ts';
import { groupFiles, isLonelyCompanion } from './groupFiles.ts';
import type { GivenFile, InputFile } from './inputFile.ts';
import { inMemory } from './inputFile.ts';
import { readJmruiBinary } from './jmruiBinary.ts';
import { readJmruiText, writeJmruiText } from './jmruiText.ts';
import { parseLcmodelControl } from './lcmodelControl.ts';
import { readLcmodelRaw, writeLcmodelRaw } from './lcmodelRaw.ts';
import { readNiftiMrs, writeNiftiMrs } from './niftiMrs.ts';
import type { WriteNiftiMrsOptions } from './niftiMrs.ts';
import { readPhilipsDataList } from './philipsDataList.ts';
import { readPhilipsSdat } from './philipsSdat.ts';
import { readPlainText } from './plainText.ts';
import { repairUnitSlips } from './plausibility.ts';
import type { ReadOptions } from './readOptions.ts';
import { readRda } from './siemens/rda.ts';
import { readTwixScan } from './siemens/twix.ts';
import { readVarian } from './varian/index.ts';

export { listFormats, sniffFile, sniffFormat } from './formatTable.ts';
export type { FormatId, FormatInfo } from './formatTable.ts';
export type { GivenFile, InputFile } from './inputFile.ts';

/** The scan, and the water reference that the same file holds. */
export interface Scan {
  readonly dataset: MrsDataset;
  readonly water: MrsDataset | null;
}

/** A group whose files are in memory. */
interface WholeGroup extends FileGroup {
  readonly files: readonly InputFile[];
  readonly companions: readonly InputFile[];
}

type GroupReader = (group: WholeGroup, options: ReadOptions) => Scan;
/** A reader that holds nothing of a large file but what it makes of it. */
type PieceReader = (group: FileGroup, options: ReadOptions) => Scan;

const mainOf = (group: WholeGroup): InputFile => group.files[0] as InputFile;

/** A reader of one file that holds one signal. */
function single(read: (bytes: Uint8Array, fileName: string, options: ReadOptions) => MrsDataset): GroupReader {
  return (group, options) => {
    const { bytes, name } = mainOf(group);
    return { dataset: read(bytes, name, options), water: null };
  };
}

function readSdatGroup(group: WholeGroup, options: ReadOptions): Scan {
  const { bytes, name } = mainOf(group);
  const [spar] = group.companions;
  if (spar === undefined) {
    throw new ReaderError('HEADER_MISSING', `${name} needs its .SPAR header file beside it, and it is not there.`);
  }
  return { dataset: readPhilipsSdat(bytes, spar.bytes, name, options), water: null };
}

function readRawGroup(group: WholeGroup, options: ReadOptions): Scan {
  const { bytes, name } = mainOf(group);
  const [control] = group.companions;
  const said = control === undefined ? null : parseLcmodelControl(latin1Text(control.bytes), control.name);
  return { dataset: readLcmodelRaw(bytes, name, options, said), water: null };
}

function readDataListGroup(group: FileGroup, options: ReadOptions): Scan {
  const [data, list, spar] = group.files as [GivenFile, GivenFile, GivenFile?];
  const sparBytes = spar === undefined ? null : inMemory(spar).bytes;
  return readPhilipsDataList(sourceOf(data.name, data), inMemory(list).bytes, sparBytes, options);
}

function readDicomGroup(group: WholeGroup, options: ReadOptions): Scan {
  const scans = readDicomSeries(group.files, options);
  const [scan] = scans;
  if (scan === undefined || scans.length > 1) {
    throw new UnsupportedDataError(
      'UNSUPPORTED',
      `The series ${group.name} holds ${scans.length} scans that don't fit each other; give their files one scan at a time.`,
      { scans: scans.length },
    );
  }
  return { dataset: scan.dataset, water: scan.water };
}

function readTextGroup(group: WholeGroup, options: ReadOptions): Scan {
  const { bytes, name } = mainOf(group);
  const { metabolite, water } = readPlainText(bytes, name, options);
  return { dataset: metabolite, water };
}

function readTwixGroup(group: FileGroup, options: ReadOptions): Scan {
  const [file] = group.files as [GivenFile];
  return readTwixScan(sourceOf(file.name, file), options);
}

function readVarianGroup(group: WholeGroup, options: ReadOptions): Scan {
  const [fid, procpar] = group.files as [InputFile, InputFile];
  return { dataset: readVarian(fid.bytes, procpar.bytes, fid.name, options), water: null };
}

const PIECE_READERS: Partial<Record<FormatId, PieceReader>> = {
  'philips-data': readDataListGroup,
  'siemens-twix': readTwixGroup,
};

/** How a group of each other readable format is read. */
const READERS: Partial<Record<FormatId, GroupReader>> = {
  'nifti-mrs': single(readNiftiMrs),
  // Refused by the reader, in words.
  'nifti-image': single(readNiftiMrs),
  // What may be a damaged NIfTI file; its reader says what is wrong.
  unknown: single(readNiftiMrs),
  'lcmodel-raw': readRawGroup,
  'jmrui-text': single(readJmruiText),
  'jmrui-binary': single(readJmruiBinary),
  'philips-sdat': readSdatGroup,
  dicom: readDicomGroup,
  'siemens-rda': single(readRda),
  'ge-pfile': (group, options) => readPfile(mainOf(group).bytes, mainOf(group).name, options),
  bruker: (group, options) => ({
    dataset: readBruker(mainOf(group).bytes, mainOf(group).name, group.files.slice(1), options),
    water: null,
  }),
  varian: readVarianGroup,
  text: readTextGroup,
};

/** Warning of a scan whose own file holds its water reference; readMrs gives that with `part: 'water'`. */
export const WATER_INSIDE = 'water-reference-inside';

/** Sizes and angles of a header may each be sound and still be too large to be multiplied. */
function withSoundPlace(dataset: MrsDataset): MrsDataset {
  if (dataset.affine === null || dataset.affine.every(Number.isFinite)) return dataset;
  const message = 'The header places the voxel where no voxel can be; its place is left out.';
  return { ...dataset, affine: null, warnings: [...dataset.warnings, { code: 'geometry-missing', message }] };
}

function withNotes(scan: Scan, group: FileGroup): Scan {
  const dataset = withSoundPlace(repairUnitSlips(scan.dataset));
  const water = scan.water === null ? null : withSoundPlace(repairUnitSlips(scan.water));
  const note = {
    code: WATER_INSIDE,
    message: 'The file also holds the water reference of this scan; an analysis uses it.',
  };
  const warnings = [...dataset.warnings, ...group.warnings, ...(water === null ? [] : [note])];
  return { dataset: warnings.length === dataset.warnings.length ? dataset : { ...dataset, warnings }, water };
}

/** @returns null for a format that is not read */
function readerOf(format: FormatId): PieceReader | null {
  const byPieces = PIECE_READERS[format];
  if (byPieces !== undefined) return byPieces;
  const read = READERS[format];
  if (read === undefined) return null;
  return (group, options) =>
    read({ ...group, files: group.files.map(inMemory), companions: group.companions.map(inMemory) }, options);
}

/**
 * Reads the scan that a group of files makes.
 * @throws ReaderError, UnsupportedDataError
 */
export function readGroup(group: FileGroup, options: ReadOptions = {}): Scan {
  if (group.error !== null) throw group.error;
  const read = readerOf(group.format);
  if (read === null || (group.kind !== 'scan' && group.format !== 'nifti-image')) {
    throw new UnsupportedDataError('UNSUPPORTED', `${group.name} is not a spectroscopy scan.`, {
      format: group.format,
    });
  }
  return withNotes(read(group, options), group);
}

/** Of a folder with hundreds of scans the first tell as much. */
const MOST_NAMED = 5;

/** The one group that is meant: leftover headers and controls don't count beside data. */
function onlyGroup(files: readonly GivenFile[]): FileGroup {
  const { files: unpacked, failures } = expandZips(files);
  const [failure] = failures;
  if (failure !== undefined) throw failure.error;
  const groups = groupFiles(unpacked).filter((g) => g.kind !== 'ignored');
  const mains = groups.filter((g) => !isLonelyCompanion(g));
  const [main, ...others] = mains;
  if (others.length > 0) {
    const names = mains.slice(0, MOST_NAMED).map((group) => group.name);
    const more = mains.length > names.length ? ` and ${mains.length - names.length} more` : '';
    throw new UsageError(`One scan at a time is read; ${names.join(', ')}${more} were given.`);
  }
  const chosen = main ?? groups[0];
  if (chosen === undefined) throw new UsageError('No file was given.');
  return chosen;
}

/**
 * Reads one scan with the water signal its files may hold.
 * @param files the scan's files with the header or control file that goes with them, or a zip of them
 * @throws ReaderError, UnsupportedDataError (naming the format), UsageError where several scans are given
 */
export function readScan(files: readonly GivenFile[], options: ReadOptions = {}): Scan {
  return readGroup(onlyGroup(files), options);
}

/**
 * Reads one scan, whatever readable format it is in, or with `part: 'water'` the water reference within it; see readScan.
 * @throws ReaderError, UnsupportedDataError, UsageError
 */
export function readMrs(files: readonly GivenFile[], options: ReadOptions = {}): MrsDataset {
  const { dataset, water } = readScan(files, options);
  if (options.part !== 'water') return dataset;
  if (water === null) {
    throw new ReaderError('NOT_FOUND', `${files[0]?.name ?? 'The scan'} holds no water reference of its own.`);
  }
  return water;
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
