// One stored scan by several methods: it is read and preprocessed once, and each method makes an analysis of its own.
import type { BasisSet } from '../domain/basisSet.ts';
import { toErrorRecord } from '../domain/errors.ts';
import { methodLabel } from '../domain/methodNames.ts';
import type { Recipe } from '../domain/recipe.ts';
import type { AnalysisRecord } from '../ports/studyStore.ts';
import type { ProgressListener } from '../ports/progress.ts';
import { analyse } from './analyse.ts';
import type { AnalysisDeps } from './analyse.ts';
import { readForAnalysis, storeOutcome } from './studyWorkflow.ts';
import type { AnalyseDatasetRequest, StudyDeps } from './studyWorkflow.ts';

/** A method as its recipe's quantification names it; the recipes of one request share their preprocessing. */
export interface AnalysisMethod {
  readonly recipe: Recipe;
  /** NO_BASIS where the method needs none. */
  readonly basis: BasisSet;
}

export interface AnalyseByMethodsRequest extends Omit<AnalyseDatasetRequest, 'recipe' | 'basis' | 'basisWarnings'> {
  /** The first is the one that must succeed; the others are second opinions. */
  readonly methods: readonly [AnalysisMethod, ...AnalysisMethod[]];
}

export interface AnalysesByMethods {
  /** Stored, in the order of the methods; the first is the first method's. */
  readonly records: readonly [AnalysisRecord, ...AnalysisRecord[]];
  /** Second opinions that could not be had, a sentence each. */
  readonly problems: readonly string[];
}

/** The same preprocessing is done once, whatever fits its outcome. */
function preprocessedOnce(preprocess: AnalysisDeps['preprocess']): AnalysisDeps['preprocess'] {
  const done = new Map<string, ReturnType<AnalysisDeps['preprocess']>>();
  return (dataset, water, recipe, context) => {
    const key = JSON.stringify(recipe.preprocessing);
    const known = done.get(key) ?? preprocess(dataset, water, recipe, context);
    done.set(key, known);
    return known;
  };
}

/** The part of the progress that is one method's. */
function progressOf(methods: readonly AnalysisMethod[], at: number, onProgress: ProgressListener): ProgressListener {
  if (methods.length === 1) return onProgress;
  const name = methodLabel(methods[at]?.recipe.quantification.method ?? '');
  return ({ fraction, message }) =>
    onProgress({ fraction: (at + fraction) / methods.length, message: `${name}: ${message}` });
}

/**
 * Analyses a stored dataset by every method and appends each result as it comes, with every hash that went in. What is
 * stored stays, also where a later method fails or the rest is cancelled.
 * @throws what the first method throws: ModelError, ProcessingError, UsageError, StudyDbError, CancelledError; then nothing
 *   was stored
 */
export async function analyseByMethods(request: AnalyseByMethodsRequest, deps: StudyDeps): Promise<AnalysesByMethods> {
  const { store, methods, voxels, segmentation } = request;
  const scan = await readForAnalysis(request, deps);
  const tissue = segmentation === undefined ? {} : { segmentation };
  const preprocess = preprocessedOnce(deps.preprocess);
  const analyseBy = async (method: AnalysisMethod, at: number): Promise<AnalysisRecord> => {
    const { dataset, water } = scan;
    const onProgress = progressOf(methods, at, deps.onProgress);
    const outcome = await analyse(
      { dataset, water, ...method, voxels, ...tissue },
      { ...deps, preprocess, onProgress },
    );
    deps.cancellation.throwIfCancelled();
    return storeOutcome({ store, ...method }, scan, outcome, deps);
  };
  const [first, ...others] = methods;
  const records: [AnalysisRecord, ...AnalysisRecord[]] = [await analyseBy(first, 0)];
  const problems: string[] = [];
  for (const [i, method] of others.entries()) {
    const name = methodLabel(method.recipe.quantification.method);
    try {
      records.push(await analyseBy(method, i + 1));
    } catch (error) {
      const { code, message } = toErrorRecord(error);
      if (code === 'CANCELLED') {
        problems.push(`The run was cancelled before ${name} was through; the results before it were kept.`);
        break;
      }
      problems.push(`${name} gave no result: ${message}`);
    }
  }
  return { records, problems };
}
