// Result files that were given together, sorted into runs of LCModel: the files of one spectrum have one name before the
// suffix; those of a grid differ by the voxel that each heading gives, and may have one .csv for all.
import { ReaderError } from '../../domain/errors.ts';
import type { FitCurves, QuantificationResult } from '../../domain/quantification.ts';
import { latin1Text } from '../../math/fortranText.ts';
import { readLcmodelCsv } from './csvFile.ts';
import type { LcmodelFile } from './readRun.ts';
import { lcmodelFileKind, readLcmodelRun } from './readRun.ts';
import type { LcmodelResultContext } from './result.ts';
import { lcmodelCsvResults } from './result.ts';
import type { LcmodelVoxel } from './resultTypes.ts';
import { parseVoxel } from './tables.ts';

/** A file with the folder it lies in, so that equal names in two folders stay apart. */
export interface PlacedLcmodelFile extends LcmodelFile {
  /** Place within what was given, '/'-separated; the name where there is no folder. */
  readonly path?: string;
}

/** Result files of one run. */
export interface LcmodelFileSet {
  /** Name that the files share, without suffix. */
  readonly name: string;
  readonly files: readonly LcmodelFile[];
}

/** What one run of LCModel found, in the order of its files. */
export interface LcmodelRunResults {
  readonly voxels: readonly {
    /** Null for a single voxel. */
    readonly place: LcmodelVoxel | null;
    readonly result: QuantificationResult;
    readonly curves: FitCurves | null;
  }[];
  /** Control parameters that differ from the defaults, of the first spectrum; empty where only a .csv is there. */
  readonly changes: ReadonlyMap<string, string>;
}

type RunContext = Omit<LcmodelResultContext, 'fileName' | 'curves' | 'print'>;

/** The heading with the voxel stands at the beginning. [bytes] */
const HEAD_BYTES = 2048;
/** What LCModel puts before or into the name of a grid's files: slice, row, column. */
const VOXEL_IN_NAME = /_?sl\d+_\d+-\d+_?/i;
const RESULT_SUFFIX = /\.(coord|table|print)$/i;

const stemOf = (name: string): string => name.replace(/\.[^.]*$/, '');
const folderOf = (file: PlacedLcmodelFile): string => (file.path ?? file.name).split('/').slice(0, -1).join('/');

const placeIn = (file: LcmodelFile): LcmodelVoxel | null =>
  parseVoxel(latin1Text(file.bytes.subarray(0, HEAD_BYTES)).split('\n').slice(0, 3).join('\n'));

interface GrowingSet {
  readonly name: string;
  readonly folder: string;
  readonly isGrid: boolean;
  readonly files: LcmodelFile[];
}

/** The .csv of a grid has another name than its spectra's files: it joins the one grid of its folder. */
function joinTables(sets: readonly GrowingSet[]): LcmodelFileSet[] {
  const isTable = ({ files }: GrowingSet): boolean => files.every(({ bytes }) => lcmodelFileKind(bytes) === 'csv');
  const left: GrowingSet[] = [];
  for (const set of sets) {
    const grids = sets.filter(({ isGrid, folder }) => isGrid && folder === set.folder);
    if (!set.isGrid && isTable(set) && grids.length === 1) grids[0]?.files.push(...set.files);
    else left.push(set);
  }
  return left.map(({ name, files }) => ({ name, files }));
}

/**
 * Finds the runs among files; what is no result of LCModel (data, basis set, control file, plot) is passed over.
 * @throws ReaderError FORMAT_UNKNOWN for a .coord, .table or .print that is none, and where there is no result at all
 */
export function lcmodelFileSets(files: readonly PlacedLcmodelFile[]): LcmodelFileSet[] {
  const sets = new Map<string, GrowingSet>();
  for (const file of files) {
    const kind = lcmodelFileKind(file.bytes);
    if (kind === null) {
      if (!RESULT_SUFFIX.test(file.name)) continue;
      throw new ReaderError('FORMAT_UNKNOWN', `${file.name} is named as a result of LCModel, but it is none.`);
    }
    const own = stemOf(file.name);
    const isOfGrid = kind !== 'csv' && placeIn(file) !== null;
    const name = isOfGrid ? own.replace(VOXEL_IN_NAME, '') || 'grid' : own;
    const folder = folderOf(file);
    const key = `${folder}/${name.toLowerCase()}/${isOfGrid ? 'grid' : ''}`;
    const set = sets.get(key) ?? { name, folder, isGrid: isOfGrid, files: [] };
    set.files.push(file);
    sets.set(key, set);
  }
  if (sets.size === 0) {
    throw new ReaderError(
      'FORMAT_UNKNOWN',
      `There is no result file of LCModel (.coord, .table, .print or .csv) among ${files.length === 1 ? (files[0]?.name ?? '') : `the ${files.length} files given`}.`,
    );
  }
  return joinTables([...sets.values()]);
}

const placeKey = (place: LcmodelVoxel | null): string =>
  place === null ? '' : `${place.slice ?? 1}/${place.row}/${place.column}`;

/** Spectra of one set: its files without the .csv, by the voxel their headings give. */
function spectraOf(files: readonly LcmodelFile[]): Map<string, LcmodelFile[]> {
  const spectra = new Map<string, LcmodelFile[]>();
  for (const file of files) {
    const key = placeKey(placeIn(file));
    spectra.set(key, [...(spectra.get(key) ?? []), file]);
  }
  return spectra;
}

type VoxelResult = LcmodelRunResults['voxels'][number];

function tableVoxels(files: readonly LcmodelFile[], context: RunContext): VoxelResult[] {
  return files.flatMap(({ name, bytes }) => {
    const rows = lcmodelCsvResults(readLcmodelCsv(bytes, name), { ...context, fileName: name });
    return rows.map(({ row, column, result }) => ({ place: { slice: null, row, column }, result, curves: null }));
  });
}

/**
 * Reads the files of one run. A .csv, which holds concentrations only, counts for those voxels of a grid of which no other
 * file is there.
 * @param context what the files may not say: the scan's frequency, the basis set's names
 * @throws ReaderError of the readers
 */
export function readLcmodelFileSet(set: LcmodelFileSet, context: RunContext = {}): LcmodelRunResults {
  const isTable = ({ bytes }: LcmodelFile): boolean => lcmodelFileKind(bytes) === 'csv';
  const spectra = spectraOf(set.files.filter((file) => !isTable(file)));
  const runs = [...spectra.values()].map((files) => readLcmodelRun(files, context));
  const voxels: VoxelResult[] = runs.map(({ voxel, result, curves }) => ({ place: voxel, result, curves }));
  const isSingle = voxels.some(({ place }) => place === null);
  const rest = isSingle ? [] : tableVoxels(set.files.filter(isTable), context);
  const isKnown = ({ place: a }: VoxelResult): boolean =>
    voxels.some(({ place: b }) => a?.row === b?.row && a?.column === b?.column);
  return {
    voxels: [...voxels, ...rest.filter((voxel) => !isKnown(voxel))],
    changes: runs[0]?.changes ?? new Map<string, string>(),
  };
}
