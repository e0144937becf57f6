// Runs the user's own installed LCModel: each spectrum in a folder of its own under one temporary folder, which is removed
// whatever happens; the control file on stdin, the result files read back.
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lcmodelNames } from '../../core/basis/files/lcmodelNames.ts';
import { writeLcmodelBasis } from '../../core/basis/files/write/index.ts';
import type { BasisSet } from '../../core/domain/basisSet.ts';
import { shapeSize, signalAt } from '../../core/domain/complexArray.ts';
import {
  AppError,
  CancelledError,
  ProcessingError,
  ReaderError,
  UnsupportedDataError,
} from '../../core/domain/errors.ts';
import type { MrsDataset } from '../../core/domain/mrsDataset.ts';
import { pointCount, voxelCount } from '../../core/domain/mrsDataset.ts';
import type { Warning } from '../../core/domain/provenance.ts';
import type { FitCurves, QuantificationResult, VoxelQuantification } from '../../core/domain/quantification.ts';
import { refusedResult } from '../../core/domain/refusedResult.ts';
import { lcmodelFiles } from '../../core/formats/index.ts';
import type { WrittenFile } from '../../core/formats/index.ts';
import type { NamelistEntry } from '../../core/math/fortranText.ts';
import { latin1Bytes, latin1Text } from '../../core/math/fortranText.ts';
import type { Cancellation } from '../../core/ports/cancellation.ts';
import type { ProgressListener } from '../../core/ports/progress.ts';
import type { LcmodelPrint, LcmodelSettings } from '../../core/quantification/lcmodel/index.ts';
import {
  LCMODEL_SNR_DEFINITION,
  lcmodelControlEntries,
  lcmodelResult,
  readLcmodelCoord,
  readLcmodelPrint,
} from '../../core/quantification/lcmodel/index.ts';
import { runInLanes } from '../workers/lanes.ts';
import { throttleProgress } from '../workers/throttle.ts';
import { requireExecutable, runFailure } from './failures.ts';
import type { ProcessOutcome } from './runProcess.ts';
import { runProcess } from './runProcess.ts';

export interface LcmodelRequest {
  /** Path of the user's LCModel. */
  readonly executable: string;
  /** Preprocessed, one FID a voxel: shape [x, y, z, points]. */
  readonly scan: MrsDataset;
  /** Unsuppressed water of the same points, dwell time and voxels, or null. */
  readonly water: MrsDataset | null;
  /** A basis set, or the content of a .BASIS file as LCModel is to read it. */
  readonly basis: BasisSet | Uint8Array;
  readonly settings: LcmodelSettings;
  /** Voxels to analyse, C order over x, y, z. @default all */
  readonly voxels?: readonly number[];
  /** For one spectrum. @default 120 */
  readonly timeLimitS?: number;
  /** LCModels at a time. @default 1 */
  readonly parallel?: number;
  /** Whether all files of each run come back (control, data, results, plot). @default false */
  readonly keepFiles?: boolean;
}

export interface LcmodelRun extends VoxelQuantification {
  /** What LCModel wrote on the console: the first 64 KiB. */
  readonly output: string;
  /** Empty unless asked for. */
  readonly files: readonly WrittenFile[];
}

export const DEFAULT_TIME_LIMIT_S = 120;
/** Name of every run's files, and of the basis beside the runs' folders: short, and nobody's. */
const STEM = 'spectrum';
const BASIS_FILE = 'basis.BASIS';
/** Larger than any result of LCModel: 12 000 points and 100 curves make 16 MB. [bytes] */
export const LARGEST_RESULT = 64 * 2 ** 20;
const RESULT_SUFFIXES = ['coord', 'table', 'csv', 'print', 'ps'] as const;

/** What all spectra of a request share. */
interface Shared {
  readonly request: LcmodelRequest;
  readonly entries: readonly NamelistEntry[];
  readonly names: ReadonlyMap<string, string> | undefined;
  readonly root: string;
  readonly timeLimitMs: number;
}

function basisNames(basis: BasisSet | Uint8Array): ReadonlyMap<string, string> | undefined {
  if (basis instanceof Uint8Array) return undefined;
  const ours = basis.signals.map(({ name }) => name);
  return new Map(lcmodelNames(ours, basis.nucleus).map((name, i) => [name, ours[i] as string]));
}

/** @throws UnsupportedDataError where coils or transients are not combined, or the water has other voxels */
function requireOneFidPerVoxel({ scan, water }: LcmodelRequest): void {
  for (const dataset of water === null ? [scan] : [scan, water]) {
    if (shapeSize(dataset.data.shape.slice(3, -1)) === 1) continue;
    const tags = dataset.dimensions.map((d) => d.tag).join(', ');
    const which = dataset === scan ? 'scan' : 'water reference';
    throw new UnsupportedDataError(
      'UNSUPPORTED',
      `LCModel takes one FID per voxel; the ${which} still has ${tags}: combine or average it first.`,
    );
  }
  if (water === null || voxelCount(water) === voxelCount(scan)) return;
  throw new UnsupportedDataError(
    'UNSUPPORTED',
    `LCModel needs a water reference with the scan's own voxels; this one has ${voxelCount(water)}, the scan ${voxelCount(scan)}.`,
  );
}

/** One voxel as a dataset of its own. */
function voxelOf(dataset: MrsDataset, voxel: number): MrsDataset {
  const { re, im } = signalAt(dataset.data, voxel);
  return { ...dataset, dimensions: [], data: { re, im, shape: [1, 1, 1, pointCount(dataset)] } };
}

/** Content of a result file; null where LCModel did not write it. @throws ProcessingError where it is absurdly large */
async function readResult(folder: string, suffix: string): Promise<Uint8Array | null> {
  const path = join(folder, `${STEM}.${suffix}`);
  const size = await stat(path).then(
    (found) => found.size,
    () => null,
  );
  if (size === null) return null;
  if (size > LARGEST_RESULT) {
    throw new ProcessingError('PROCESSING_FAILED', `LCModel's .${suffix} file has ${size} bytes, which no result has.`);
  }
  return new Uint8Array(await readFile(path));
}

/** The .print adds correlations and broadenings; the numbers are in the .coord, so a damaged one is only worth a warning. */
function readPrint(bytes: Uint8Array | null): { readonly print: LcmodelPrint | null; readonly warnings: Warning[] } {
  const missing = (why: string): Warning => ({
    code: 'lcmodel-print-missing',
    message: `Correlations and broadenings are not known: ${why}`,
  });
  if (bytes === null) return { print: null, warnings: [missing('LCModel wrote no .print file.')] };
  try {
    return { print: readLcmodelPrint(bytes, `${STEM}.print`), warnings: [] };
  } catch (error) {
    if (error instanceof ReaderError) return { print: null, warnings: [missing(error.message)] };
    throw error;
  }
}

async function keptFiles(folder: string, written: readonly WrittenFile[]): Promise<WrittenFile[]> {
  const results: WrittenFile[] = [];
  for (const suffix of RESULT_SUFFIXES) {
    const bytes = await readResult(folder, suffix);
    if (bytes !== null) results.push({ path: `${STEM}.${suffix}`, bytes });
  }
  return [...written, ...results];
}

async function outcomeOf(
  shared: Shared,
  folder: string,
  process: ProcessOutcome,
  elapsedMs: number,
): Promise<{ result: QuantificationResult; curves: FitCurves | null }> {
  const printBytes = await readResult(folder, 'print');
  const failure = (): ProcessingError =>
    runFailure(process, printBytes === null ? null : latin1Text(printBytes), shared.timeLimitMs);
  const coord = process.timedOut || process.startError !== null ? null : await readResult(folder, 'coord');
  if (coord === null) throw failure();
  const tables = readLcmodelCoord(coord, `${STEM}.coord`);
  if (tables.estimates === null) throw failure();
  const { print, warnings } = readPrint(printBytes);
  const { result, curves } = lcmodelResult(tables, {
    fileName: `${STEM}.coord`,
    curves: tables.curves,
    print,
    spectrometerFrequencyMHz: shared.request.scan.spectrometerFrequencyMHz,
    ...(shared.names === undefined ? {} : { names: shared.names }),
    elapsedMs,
  });
  return { result: { ...result, warnings: [...result.warnings, ...warnings] }, curves };
}

async function runVoxel(shared: Shared, voxel: number, cancellation: Cancellation): Promise<LcmodelRun> {
  const { request, entries, root, timeLimitMs } = shared;
  const folder = join(root, `${voxel}`);
  await mkdir(folder);
  try {
    const written = lcmodelFiles({
      scan: voxelOf(request.scan, voxel),
      water: request.water === null ? null : voxelOf(request.water, voxel),
      stem: STEM,
      basisFile: `../${BASIS_FILE}`,
      title: 'Lineshape',
      settings: entries,
    });
    for (const { path, bytes } of written) await writeFile(join(folder, path), bytes);
    const control = written.find(({ path }) => path.endsWith('.CONTROL')) as WrittenFile;
    const begun = performance.now();
    const process = await runProcess(
      { executable: request.executable, folder, input: latin1Text(control.bytes), timeLimitMs },
      cancellation,
    );
    const outcome = await outcomeOf(shared, folder, process, performance.now() - begun);
    const files = request.keepFiles === true ? await keptFiles(folder, written) : [];
    return { voxel, ...outcome, output: [process.stdout, process.stderr].join(''), files };
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** A voxel of many that LCModel refused: the map shows why, and the others go on. */
function refused(voxel: number, error: AppError): LcmodelRun {
  const result: QuantificationResult = {
    ...refusedResult('lcmodel', error.message),
    version: 'unknown',
    snr: { value: 0, definition: LCMODEL_SNR_DEFINITION },
    inDistribution: true,
  };
  return { voxel, result, curves: null, output: '', files: [] };
}

/** Of one spectrum a failure is thrown; of many it is that spectrum's result, unless LCModel can't be started at all. */
async function runOrRefuse(
  shared: Shared,
  voxel: number,
  many: boolean,
  cancellation: Cancellation,
): Promise<LcmodelRun> {
  try {
    return await runVoxel(shared, voxel, cancellation);
  } catch (error) {
    const ofThisVoxel = error instanceof AppError && !(error instanceof CancelledError);
    if (!many || !ofThisVoxel || error.details['reason'] === 'notStarted') throw error;
    return refused(voxel, error);
  }
}

/**
 * Analyses the voxels, each by a run of its own: LCModel can't run twice in one folder.
 * @returns the runs in the order of the voxels; of several voxels those that failed have the status "refused"
 * @throws ProcessingError (executable missing or unfit; of a single voxel also time limit, no result), UsageError (settings),
 *   UnsupportedDataError (scan or water not fit for LCModel), ModelError (basis can't be written), CancelledError
 */
export async function runLcmodel(
  request: LcmodelRequest,
  cancellation: Cancellation,
  onProgress: ProgressListener = () => undefined,
): Promise<LcmodelRun[]> {
  requireExecutable(request.executable);
  requireOneFidPerVoxel(request);
  const { scan, basis } = request;
  const voxels = request.voxels ?? Array.from({ length: voxelCount(scan) }, (_, i) => i);
  const entries = lcmodelControlEntries(request.settings, request.water !== null);
  const basisBytes = basis instanceof Uint8Array ? basis : latin1Bytes(writeLcmodelBasis(basis));
  const timeLimitMs = (request.timeLimitS ?? DEFAULT_TIME_LIMIT_S) * 1000;
  const root = await mkdtemp(join(tmpdir(), 'lineshape-lcmodel-'));
  const report = throttleProgress(onProgress);
  let done = 0;
  try {
    await writeFile(join(root, BASIS_FILE), basisBytes);
    const shared: Shared = { request, entries, names: basisNames(basis), root, timeLimitMs };
    return await runInLanes(voxels, request.parallel ?? 1, cancellation, async (voxel, either) => {
      const run = await runOrRefuse(shared, voxel, voxels.length > 1, either);
      done++;
      report({ fraction: done / voxels.length, message: `LCModel analysed ${done} of ${voxels.length} spectra` });
      return run;
    });
  } finally {
    await rm(root, { recursive: true, force: true, maxRetries: 3 });
  }
}
