// A set with known truth, as a folder holds it: spectra.nii.gz and truth.csv; and the fit of every case of it.
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { readTruthTable } from '../core/basis/simulatedSets/index.ts';
import type { TruthTable } from '../core/basis/simulatedSets/index.ts';
import type { BasisSet } from '../core/domain/basisSet.ts';
import { signalAt } from '../core/domain/complexArray.ts';
import { CancelledError, ReaderError, toErrorRecord, UsageError } from '../core/domain/errors.ts';
import type { JsonObject } from '../core/domain/json.ts';
import { COMBINED_METABOLITES } from '../core/domain/metaboliteNames.ts';
import { pointCount } from '../core/domain/mrsDataset.ts';
import type { MrsDataset } from '../core/domain/mrsDataset.ts';
import { readNiftiMrs } from '../core/formats/index.ts';
import type { NetworkChoice } from '../core/domain/networkChoice.ts';
import type { QuantificationResult } from '../core/domain/quantification.ts';
import type { FitInput, FitOutput } from '../core/ports/fitRunner.ts';
import { slimEstimates } from '../core/quality/evaluation.ts';
import type { CaseEstimate } from '../core/quality/evaluation.ts';
import { estimateNoiseSd, isBatchMethod } from '../core/quantification/index.ts';
import { sha256OfContent } from '../node/files/hashing.ts';
import { readInputFiles, readWhole } from '../node/files/readInputFiles.ts';
import type { FoundFile } from '../node/files/readInputFiles.ts';
import { runInLanes } from '../node/workers/lanes.ts';
import { throttleProgress } from '../node/workers/throttle.ts';
import type { Session } from './session.ts';

export const SPECTRA_FILE = 'spectra.nii.gz';
export const TRUTH_FILE = 'truth.csv';
/** Key under which the spectra's header says how `simulate` made them. */
export const SIMULATION_KEY = 'LineshapeSimulation';
/** Fewer points than this are no spectrum that can be fitted. */
const LEAST_POINTS = 64;

export interface EvaluationSet {
  readonly folder: string;
  readonly dataset: MrsDataset;
  readonly truth: TruthTable;
  readonly sha256: { readonly spectra: string; readonly truth: string };
}

async function fileOf(folder: string, name: string): Promise<FoundFile> {
  if (!existsSync(folder)) {
    throw new ReaderError('READ_FAILED', `There is no folder "${basename(folder)}" with a set in it.`, { file: name });
  }
  const path = join(folder, name);
  if (!existsSync(path)) {
    throw new ReaderError('READ_FAILED', `The folder of a set should hold ${SPECTRA_FILE} and ${TRUTH_FILE}, and ${name} is not there.`, { file: name }); // prettier-ignore
  }
  const [file] = await readInputFiles([path]);
  return file as FoundFile;
}

/** @returns number of cases @throws ReaderError where the spectra are no list of cases */
function caseCount(dataset: MrsDataset): number {
  const { shape } = dataset.data;
  const higher = shape.slice(3, -1);
  const isList = dataset.dimensions.length === 1 && dataset.dimensions[0]?.tag === 'DIM_DYN';
  if (shape.slice(0, 3).some((n) => n !== 1) || (higher.length > 0 && !isList)) {
    const tags = dataset.dimensions.map((d) => d.tag).join(', ') || 'no further dimension';
    throw new ReaderError(
      'FORMAT_INVALID',
      `${SPECTRA_FILE} should hold one voxel with its cases along DIM_DYN; its shape is ${shape.join(' × ')} (${tags}).`,
    );
  }
  if (pointCount(dataset) < LEAST_POINTS) {
    throw new ReaderError('FORMAT_INVALID', `${SPECTRA_FILE} has ${pointCount(dataset)} points a case; at least ${LEAST_POINTS} are needed for a fit.`); // prettier-ignore
  }
  return higher[0] ?? 1;
}

/** No measured data shrink further, and no set is larger. */
const MOST_UNPACKED = { ratio: 200, bytes: 2 ** 31 } as const;

/**
 * Ten thousand spectra are 160 MB: Node's own gunzip holds them once, where the reader's, made for any runtime, holds them
 * twice. What it can't unpack is left to the reader, which says what is wrong.
 */
function unpacked(bytes: Uint8Array): Uint8Array {
  try {
    const most = Math.min(MOST_UNPACKED.bytes, 1e6 + MOST_UNPACKED.ratio * bytes.length);
    return gunzipSync(bytes, { maxOutputLength: most });
  } catch {
    return bytes;
  }
}

/**
 * Reads a set, whoever made it.
 * @throws ReaderError: one sentence on the first thing that is wrong
 */
export async function loadSet(folder: string): Promise<EvaluationSet> {
  const spectra = await fileOf(folder, SPECTRA_FILE);
  const table = await fileOf(folder, TRUTH_FILE);
  const sha256 = { spectra: sha256OfContent(spectra), truth: sha256OfContent(table) };
  const dataset = readNiftiMrs(unpacked(readWhole(spectra).bytes), SPECTRA_FILE);
  const truth = readTruthTable(new TextDecoder().decode(readWhole(table).bytes), caseCount(dataset));
  return { folder, dataset, truth, sha256 };
}

/** "truth": what the truth names; "all": whatever the basis has. */
export type FittedMetabolites = 'truth' | 'all';

/** What `simulate` made holds nothing beside its truth; of other sets the truth may name a part only. */
export const usualMetabolites = ({ dataset }: EvaluationSet): FittedMetabolites =>
  dataset.header[SIMULATION_KEY] === undefined ? 'all' : 'truth';

/**
 * The basis that a set is fitted with. A metabolite that the set has none of would take signal from the others: its estimate
 * is never negative, so that the mean of them all would be biased for a reason that lies in the set.
 * @returns with the names of what was left out; everything where the truth names none of the basis's metabolites
 */
export function basisOfSet<B extends BasisSet>(
  basis: B,
  { truth }: EvaluationSet,
  which: FittedMetabolites,
): { readonly basis: B; readonly leftOut: readonly string[] } {
  const isNamed = (name: string): boolean =>
    truth.metabolites.has(name) ||
    COMBINED_METABOLITES.some((sum) => truth.metabolites.has(sum.name) && sum.members.includes(name));
  const unnamed = basis.signals.filter(({ kind, name }) => kind === 'metabolite' && !isNamed(name));
  const isAll = unnamed.length === basis.signals.filter(({ kind }) => kind === 'metabolite').length;
  if (which === 'all' || isAll) return { basis, leftOut: [] };
  const signals = basis.signals.filter((signal) => !unnamed.includes(signal));
  return { basis: { ...basis, signals }, leftOut: unnamed.map((signal) => signal.name) };
}

/** A case that a method gave no estimate of, or one it calls not converged. */
export interface CaseFailure {
  readonly case: number;
  readonly status: 'failed' | 'refused' | 'notConverged';
  readonly reason: string;
}

export interface FittedSet {
  readonly method: string;
  readonly version: string;
  /** null where there is no estimate; those that are not converged count, as their user would have them. */
  readonly cases: readonly (CaseEstimate | null)[];
  /** Of one fit in its worker; null where none was done. */
  readonly msPerSpectrum: number | null;
  /** From the first fit's beginning to the last one's end, over the number of cases. */
  readonly wallMsPerSpectrum: number;
  readonly failures: readonly CaseFailure[];
}

/** The FID is copied only when it is asked for, so that a large set is held once. */
function inputOf(dataset: MrsDataset, index: number): FitInput {
  const { dwellTimeS, spectrometerFrequencyMHz, nucleus } = dataset;
  return {
    voxel: index,
    get fid() {
      return signalAt(dataset.data, index);
    },
    ...{ dwellTimeS, spectrometerFrequencyMHz, nucleus },
    noiseSd: null,
  };
}

function withNoise(input: FitInput): FitInput {
  const { fid, dwellTimeS, spectrometerFrequencyMHz, nucleus } = input;
  return { ...input, fid, noiseSd: estimateNoiseSd(fid, dwellTimeS, spectrometerFrequencyMHz, nucleus) };
}

/** What of a set is fitted, by what. */
export interface SetFit {
  /** Basis of the method; NO_BASIS where it takes none. */
  readonly basis: BasisSet;
  readonly method: string;
  /** For methods that run one. */
  readonly network: NetworkChoice | null;
  readonly options: JsonObject;
  /** How many cases from the first on. */
  readonly count: number;
}

/** Gathers what comes of the cases, in whatever order. */
class CaseBook {
  readonly cases: (CaseEstimate | null)[];
  readonly failures: CaseFailure[] = [];
  version = '';
  #elapsedMs = 0;
  #fitted = 0;
  readonly #startMs = performance.now();

  constructor(count: number) {
    this.cases = Array.from({ length: count }, () => null);
  }

  add(index: number, result: QuantificationResult): void {
    this.version = result.version;
    this.#elapsedMs += result.elapsedMs;
    this.#fitted++;
    if (result.status !== 'converged') {
      this.failures.push({ case: index, status: result.status, reason: result.reason ?? 'No reason was given.' });
    }
    this.cases[index] = result.status === 'refused' ? null : slimEstimates(result);
  }

  fail(index: number, error: unknown): void {
    this.failures.push({ case: index, status: 'failed', reason: toErrorRecord(error).message });
  }

  summary(method: string): FittedSet {
    return {
      method,
      version: this.version,
      cases: this.cases,
      msPerSpectrum: this.#fitted === 0 ? null : this.#elapsedMs / this.#fitted,
      wallMsPerSpectrum: (performance.now() - this.#startMs) / this.cases.length,
      failures: this.failures.sort((a, b) => a.case - b.case),
    };
  }
}

type Runner = Pick<Session['deps'], 'fitRunner' | 'cancellation' | 'onProgress'> & Pick<Session, 'threads'>;

/**
 * Fits every case on the session's workers. One that fails is named and leaves the others alone.
 * @throws CancelledError; UsageError for options that the method doesn't know; ModelError where its network is missing
 */
export async function fitSet(set: EvaluationSet, fit: SetFit, runner: Runner): Promise<FittedSet> {
  const book = new CaseBook(fit.count);
  const inputs = Array.from({ length: fit.count }, (_, i) => inputOf(set.dataset, i));
  await (isBatchMethod(fit.method) ? fitTogether : fitOneByOne)(inputs, fit, runner, book);
  return book.summary(fit.method);
}

async function fitOneByOne(
  inputs: readonly FitInput[],
  { basis, method, options, count }: SetFit,
  { fitRunner, cancellation, onProgress, threads }: Runner,
  book: CaseBook,
): Promise<void> {
  const report = throttleProgress(onProgress);
  let done = 0;
  await runInLanes(inputs, threads, cancellation, async (input, either) => {
    try {
      const batch = { method, options, basis, inputs: [withNoise(input)] };
      const [output] = await fitRunner.run(batch, either, () => undefined);
      book.add(input.voxel, (output as FitOutput).result);
    } catch (error) {
      if (error instanceof CancelledError || error instanceof UsageError) throw error;
      book.fail(input.voxel, error);
    } finally {
      done++;
      report({ fraction: done / count, message: `${method}: fitted ${done} of ${count} spectra` });
    }
  });
}

/** Noise is estimated by whoever quantifies: ten thousand spectra's takes longer than their network. */
async function fitTogether(
  inputs: readonly FitInput[],
  { basis, method, options, network }: SetFit,
  { fitRunner, cancellation, onProgress }: Runner,
  book: CaseBook,
): Promise<void> {
  const batch = {
    ...{ method, options, basis, inputs },
    ...(network === null ? {} : { network }),
    withCurves: false,
    withComponents: false,
    onVoxelFailure: (voxel: number, error: Error): void => book.fail(voxel, error),
  };
  for (const { voxel, result } of await fitRunner.run(batch, cancellation, onProgress)) book.add(voxel, result);
}
