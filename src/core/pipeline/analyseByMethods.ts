// One stored scan by several methods: it is read and preprocessed once, and each method makes an analysis of its own. One that
// can't quantify the scan stands among them as refused, with the reason.
import type { BasisSet } from '../domain/basisSet.ts';
import { CancelledError, toErrorRecord } from '../domain/errors.ts';
import { methodLabel } from '../domain/methodNames.ts';
import type { Recipe } from '../domain/recipe.ts';
import { refusedResult } from '../domain/refusedResult.ts';
import type { AnalysisRecord } from '../ports/studyStore.ts';
import type { ProgressListener } from '../ports/progress.ts';
import { analyse } from './analyse.ts';
import { preprocessedOnce } from './preprocessedOnce.ts';
import { allRefused, isRefusal } from './refusedMethods.ts';
import type { RefusedMethod } from './refusedMethods.ts';
import { readForAnalysis, storeOutcome } from './studyWorkflow.ts';
import type { AnalyseDatasetRequest, StoredScan, StudyDeps } from './studyWorkflow.ts';

/** A method as its recipe's quantification names it; the recipes of one request share their preprocessing. */
export interface AnalysisMethod {
  readonly recipe: Recipe;
  /** NO_BASIS where the method needs none. */
  readonly basis: BasisSet;
}

export interface AnalyseByMethodsRequest extends Omit<AnalyseDatasetRequest, 'recipe' | 'basis' | 'basisWarnings'> {
  readonly methods: readonly [AnalysisMethod, ...AnalysisMethod[]];
}

export interface AnalysesByMethods {
  /** Stored, in the order of the methods, without those that were refused; the first is the one to show. */
  readonly records: readonly [AnalysisRecord, ...AnalysisRecord[]];
  /** Methods that gave no result, a sentence each. */
  readonly problems: readonly string[];
}

/** The part of the progress that is one method's. */
function progressOf(methods: readonly AnalysisMethod[], at: number, onProgress: ProgressListener): ProgressListener {
  if (methods.length === 1) return onProgress;
  const name = methodLabel(methods[at]?.recipe.quantification.method ?? '');
  return ({ fraction, message }) =>
    onProgress({ fraction: (at + fraction) / methods.length, message: `${name}: ${message}` });
}

/** Of a method that failed when results of others were stored already. */
function leftOver(method: string, error: unknown): string {
  const name = methodLabel(method);
  return error instanceof CancelledError
    ? `The run was cancelled before ${name} was through; the results before it were kept.`
    : `${name} gave no result: ${toErrorRecord(error).message}`;
}

/** What the methods made of a scan so far. */
interface Done {
  readonly records: AnalysisRecord[];
  readonly refused: (RefusedMethod & { readonly by: AnalysisMethod })[];
}

/** The refusals as analyses without numbers, so that the reasons stand beside the other methods' values. */
function storeRefusals(
  { records, refused }: Done,
  scan: StoredScan,
  { store }: Pick<AnalyseByMethodsRequest, 'store'>,
  deps: StudyDeps,
): void {
  const shown = records[0] as AnalysisRecord;
  for (const { method, error, by } of refused) {
    const result = refusedResult(method, error.message);
    const voxels = shown.voxels.map(({ voxel }) => ({ voxel, result, curves: null }));
    const { provenance } = shown;
    const outcome = { basis: by.basis, voxels, warnings: [], preprocessed: { dataset: { provenance } } };
    storeOutcome({ store, recipe: by.recipe }, scan, outcome, deps);
  }
}

/**
 * Analyses a stored dataset by every method and appends each result as it comes, with every hash that went in. What is
 * stored stays, also where the rest is cancelled; a method that can't quantify the scan is stored as refused.
 * @throws ModelError, ProcessingError (no method can quantify the scan); UsageError, StudyDbError, CancelledError where nothing
 *   was stored before
 */
export async function analyseByMethods(request: AnalyseByMethodsRequest, deps: StudyDeps): Promise<AnalysesByMethods> {
  const { store, methods, voxels, segmentation } = request;
  const scan = await readForAnalysis(request, deps);
  const { dataset, water } = scan;
  const tissue = segmentation === undefined ? {} : { segmentation };
  const preprocess = preprocessedOnce(deps.preprocess);
  const done: Done = { records: [], refused: [] };
  const problems: string[] = [];
  for (const [at, by] of methods.entries()) {
    const { method } = by.recipe.quantification;
    const onProgress = progressOf(methods, at, deps.onProgress);
    try {
      const outcome = await analyse({ dataset, water, ...by, voxels, ...tissue }, { ...deps, preprocess, onProgress });
      deps.cancellation.throwIfCancelled();
      done.records.push(storeOutcome({ store, recipe: by.recipe }, scan, outcome, deps));
    } catch (error) {
      if (isRefusal(error)) {
        done.refused.push({ method, error, by });
        problems.push(`${methodLabel(method)} gave no result: ${error.message}`);
        continue;
      }
      if (done.records.length === 0) throw error;
      problems.push(leftOver(method, error));
      if (error instanceof CancelledError) break;
    }
  }
  const [first, ...others] = done.records;
  if (first === undefined) throw allRefused(done.refused);
  storeRefusals(done, scan, request, deps);
  return { records: [first, ...others], problems };
}
