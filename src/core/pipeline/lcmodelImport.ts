// Results that LCModel made elsewhere, as an analysis of a stored scan: which voxel each is of, and where they come from.
import { ProcessingError, ReaderError } from '../domain/errors.ts';
import type { ProvenanceEntry, ProvenanceStamp, Warning } from '../domain/provenance.ts';
import { provenanceEntry } from '../domain/provenance.ts';
import type { VoxelQuantification } from '../domain/quantification.ts';
import type { Recipe } from '../domain/recipe.ts';
import { parseFortranReal } from '../math/fortranText.ts';
import type { AnalysisRecord, DatasetRecord, StudyStore } from '../ports/studyStore.ts';
import type {
  LcmodelFileSet,
  LcmodelRunResults,
  LcmodelVoxel,
  PlacedLcmodelFile,
} from '../quantification/lcmodel/index.ts';
import { analysisParameters, readLcmodelFileSet } from '../quantification/lcmodel/index.ts';

export interface ForeignRun extends LcmodelFileSet, LcmodelRunResults {
  /** Of the result files. */
  readonly sha256: string;
  /** Its content is known only where the file that LCModel names was given too. */
  readonly basis: { readonly id: string; readonly sha256: string | null };
}

/** SHA-256 of a set of files. */
type HashFiles = (files: readonly { readonly name: string; readonly bytes: Uint8Array }[]) => string;

const UNKNOWN_BASIS = 'not stated';
const baseName = (path: string): string => path.split(/[/\\]/).at(-1) ?? path;

/**
 * Reads one run with what lies beside it.
 * @param given all files, among which the basis set that LCModel names may be
 * @throws ReaderError of the readers
 */
export function readForeignRun(
  set: LcmodelFileSet,
  given: readonly PlacedLcmodelFile[],
  spectrometerFrequencyMHz: number | null,
  hashFiles: HashFiles,
): ForeignRun {
  const read = readLcmodelFileSet(set, { spectrometerFrequencyMHz });
  const basisFile = baseName(read.changes.get('FILBAS') ?? '');
  const found = given.find(({ name }) => name === basisFile);
  const id = basisFile.replace(/\.basis$/i, '') || UNKNOWN_BASIS;
  return {
    ...set,
    ...read,
    sha256: hashFiles(set.files),
    basis: { id, sha256: found === undefined ? null : hashFiles([found]) },
  };
}

/** What a reader of these figures must know of their origin. */
export function foreignWarnings(run: ForeignRun): Warning[] {
  const origin: Warning = {
    code: 'lcmodel-result-read',
    message: 'The figures were read from LCModel’s result files; that it analysed this very scan can’t be verified.',
  };
  if (run.basis.sha256 !== null) return [origin];
  return [
    origin,
    {
      code: 'lcmodel-basis-unknown',
      message: 'The basis set that LCModel used was not given, so its content is not known.',
    },
  ];
}

/** Where the figures come from. */
export function foreignStep(run: ForeignRun, stamp: ProvenanceStamp): ProvenanceEntry {
  const version = run.voxels[0]?.result.version ?? 'not stated';
  return provenanceEntry(stamp, `Read from LCModel output ${run.name}, version ${version}`, {
    files: run.files.map(({ name }) => name),
    sha256: run.sha256,
    controlParameters: analysisParameters(run.changes),
  });
}

/** Stands for what LCModel did, with the control parameters that differ from its defaults. */
export function foreignRecipe(run: ForeignRun): Recipe {
  return {
    schema: 'lineshape.recipe/1',
    id: 'lcmodel-import',
    title: 'Read from LCModel’s result files',
    version: 1,
    preprocessing: [],
    quantification: { method: 'lcmodel', options: { controlParameters: analysisParameters(run.changes) } },
  };
}

/**
 * Voxel of a scan (index over x, y, z, C order) that LCModel calls slice, row and column: its columns run along x, its rows
 * along y (see formats/lcmodelRaw.ts).
 * @throws ProcessingError where the scan has no such voxel, or the result doesn't say which of many it is of
 */
export function voxelIndexOf(place: LcmodelVoxel | null, grid: readonly number[], name: string): number {
  const [nx = 1, ny = 1, nz = 1] = grid;
  if (place === null) {
    if (nx * ny * nz === 1) return 0;
    throw new ProcessingError(
      'PROCESSING_FAILED',
      `${name} is of a single voxel, and the scan has ${nx} × ${ny} × ${nz}; it doesn't say which one it is of.`,
    );
  }
  const [x, y, z] = [place.column - 1, place.row - 1, (place.slice ?? 1) - 1];
  const inside = x >= 0 && x < nx && y >= 0 && y < ny && z >= 0 && z < nz && (place.slice !== null || nz === 1);
  if (inside) return (x * ny + y) * nz + z;
  const slice = place.slice === null ? '' : `slice ${place.slice}, `;
  throw new ProcessingError(
    'PROCESSING_FAILED',
    `${name} has a result for ${slice}row ${place.row}, column ${place.column}, which the scan of ${nx} × ${ny} × ${nz} voxels doesn't have.`,
  );
}

/** The results in the order of their voxels. @throws ProcessingError, ReaderError for two results of one voxel */
export function foreignVoxels(run: ForeignRun, grid: readonly number[]): VoxelQuantification[] {
  const voxels = run.voxels.map(({ place, result, curves }) => ({
    voxel: voxelIndexOf(place, grid, run.name),
    result,
    curves,
  }));
  const seen = new Set(voxels.map(({ voxel }) => voxel));
  if (seen.size === voxels.length) return voxels.sort((a, b) => a.voxel - b.voxel);
  throw new ReaderError('FORMAT_INVALID', `${run.name} has two results for one voxel, so they are of different runs.`);
}

/** Field strengths differ by far more, one scanner's frequency from day to day by far less. */
const SAME_FREQUENCY = 0.01;

/** @throws ProcessingError where LCModel analysed data of another spectrometer frequency */
function requireSameFrequency(run: ForeignRun, { description, fileName }: DatasetRecord): void {
  const stated = parseFortranReal(run.changes.get('HZPPPM') ?? '');
  const own = description.spectrometerFrequencyMHz;
  if (own === null || !(stated > 0) || Math.abs(stated / own - 1) < SAME_FREQUENCY) return;
  throw new ProcessingError(
    'PROCESSING_FAILED',
    `${run.name} is not of ${fileName}: LCModel analysed data of ${stated} MHz, and the scan has ${own.toFixed(3)} MHz.`,
  );
}

/**
 * Stores a run's results beside those of the scan's other methods.
 * @throws ProcessingError, ReaderError where they are not of this scan's grid; StudyDbError; then nothing was stored
 */
export function storeForeignRun(
  store: StudyStore,
  dataset: DatasetRecord,
  run: ForeignRun,
  deps: { readonly stamp: ProvenanceStamp; readonly hashRecipe: (recipe: Recipe) => string },
): AnalysisRecord {
  if (dataset.role === 'image' || dataset.role === 'truth') {
    throw new ProcessingError(
      'PROCESSING_FAILED',
      `${dataset.fileName} is not a spectroscopy scan, so it can't have results of LCModel.`,
    );
  }
  requireSameFrequency(run, dataset);
  const recipe = foreignRecipe(run);
  return store.addAnalysis({
    studyId: dataset.studyId,
    datasetId: dataset.id,
    waterDatasetId: null,
    method: 'lcmodel',
    recipe,
    basisId: run.basis.id,
    // Of the result files: what LCModel was given is not known here.
    inputSha256: run.sha256,
    waterSha256: null,
    recipeSha256: deps.hashRecipe(recipe),
    basisSha256: run.basis.sha256 ?? run.sha256,
    appVersion: deps.stamp.version,
    provenance: [foreignStep(run, deps.stamp)],
    warnings: foreignWarnings(run),
    voxels: foreignVoxels(run, dataset.description.grid),
  });
}
