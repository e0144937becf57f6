// LCModel as one more method: the scan prepared by the recipe for the user's own LCModel, and its figures as an analysis.
import type { BasisSet } from '../domain/basisSet.ts';
import type { JsonObject } from '../domain/json.ts';
import type { MrsDataset } from '../domain/mrsDataset.ts';
import type { ProvenanceEntry, Warning } from '../domain/provenance.ts';
import { provenanceEntry } from '../domain/provenance.ts';
import type { VoxelQuantification } from '../domain/quantification.ts';
import type { Recipe } from '../domain/recipe.ts';
import type { Cancellation } from '../ports/cancellation.ts';
import type { ProgressListener } from '../ports/progress.ts';
import type { AnalysisRecord, StudyStore } from '../ports/studyStore.ts';
import { checkBasis } from '../quantification/index.ts';
import type { LcmodelSettings } from '../quantification/lcmodel/index.ts';
import { parseLcmodelSettings } from '../quantification/lcmodel/index.ts';
import type { AnalysisDeps, AnalysisOutcome } from './analyse.ts';
import type { PreprocessingOutcome } from './runPreprocessing.ts';
import type { StudyDeps } from './studyWorkflow.ts';
import { readForAnalysis, storeOutcome } from './studyWorkflow.ts';
import { undenoised } from './undenoised.ts';
import { voxelInputs } from './voxelInputs.ts';

export interface LcmodelInput {
  readonly dataset: MrsDataset;
  readonly water: MrsDataset | null;
  readonly basis: BasisSet;
  /** Its options are LCModel's settings; see lcmodelRecipe. */
  readonly recipe: Recipe;
  /** Voxels to analyse (index over x, y, z, C order); null: all with signal. */
  readonly voxels: readonly number[] | null;
}

/** What LCModel is given. */
export interface PreparedForLcmodel {
  readonly preprocessed: PreprocessingOutcome;
  readonly settings: LcmodelSettings;
  readonly voxels: readonly number[];
  readonly warnings: readonly Warning[];
}

/** One spectrum's result, with what LCModel wrote on its console. */
export interface LcmodelVoxelRun extends VoxelQuantification {
  readonly output: string;
}

/** Runs the user's LCModel; the adapter in src/node/lcmodel knows how. */
export type LcmodelRunner = (
  prepared: { readonly scan: MrsDataset; readonly water: MrsDataset | null } & Pick<
    PreparedForLcmodel,
    'settings' | 'voxels'
  >,
  basis: BasisSet,
  cancellation: Cancellation,
  onProgress: ProgressListener,
) => Promise<readonly LcmodelVoxelRun[]>;

export type LcmodelDeps = Pick<AnalysisDeps, 'preprocess' | 'stamp' | 'cancellation' | 'onProgress'>;

export interface LcmodelOutcome extends AnalysisOutcome {
  /** What LCModel wrote on its console, of all spectra. */
  readonly output: string;
}

const PREPROCESSING_SHARE = 0.2;
/** Kept of LCModel's console output with a stored result. [characters] */
const KEPT_OUTPUT = 2000;

/**
 * The preprocessing of a recipe with LCModel behind it.
 * @param options LCModel's settings (LcmodelSettings). Where they don't say whether LCModel adds its own macromolecules and
 *   lipids, it does so only for a basis set that has none: twice the same signals share their amount at random.
 */
export function lcmodelRecipe(base: Recipe, options: JsonObject, basis: BasisSet): Recipe {
  const hasOwn = basis.signals.some(({ kind }) => kind === 'macromolecule');
  const simulatedSignals = hasOwn ? { simulatedSignals: 'none' } : {};
  return { ...base, quantification: { method: 'lcmodel', options: { ...simulatedSignals, ...options } } };
}

/**
 * Preprocesses a scan for LCModel.
 * @throws ModelError (basis of another nucleus), UsageError (settings), ProcessingError, CancelledError
 */
export async function prepareForLcmodel(input: LcmodelInput, deps: LcmodelDeps): Promise<PreparedForLcmodel> {
  const { dataset, water, basis } = input;
  const { recipe, warnings: leftOut } = undenoised(input.recipe, 'LCModel');
  const settings = parseLcmodelSettings(recipe.quantification.options);
  const basisWarnings = checkBasis(basis, dataset);
  const preprocessed = await deps.preprocess(dataset, water, recipe, {
    stamp: deps.stamp,
    cancellation: deps.cancellation,
    onProgress: ({ fraction, message }) => deps.onProgress({ fraction: PREPROCESSING_SHARE * fraction, message }),
  });
  deps.cancellation.throwIfCancelled();
  const { inputs } = await voxelInputs(preprocessed.dataset, input.voxels, deps.cancellation);
  const warnings = [...preprocessed.warnings, ...basisWarnings, ...leftOut];
  return { preprocessed, settings, voxels: inputs.map(({ voxel }) => voxel), warnings };
}

/** LCModel's own line in the provenance, with the beginning of what it said. */
function lcmodelStep(deps: LcmodelDeps, runs: readonly LcmodelVoxelRun[], output: string): ProvenanceEntry {
  const version = runs.find(({ result }) => result.status !== 'refused')?.result.version ?? 'unknown';
  const details = { spectra: runs.length, output: output.slice(0, KEPT_OUTPUT) };
  return { ...provenanceEntry(deps.stamp, 'Quantification by LCModel', details), program: 'LCModel', version };
}

/**
 * Preprocesses a scan and has LCModel analyse it.
 * @throws what prepareForLcmodel and the runner throw
 */
export async function analyseWithLcmodel(
  input: LcmodelInput,
  run: LcmodelRunner,
  deps: LcmodelDeps,
): Promise<LcmodelOutcome> {
  const prepared = await prepareForLcmodel(input, deps);
  const { preprocessed, settings, voxels, warnings } = prepared;
  const { dataset: scan, water } = preprocessed;
  const runs = await run({ scan, water, settings, voxels }, input.basis, deps.cancellation, ({ fraction, message }) =>
    deps.onProgress({ fraction: PREPROCESSING_SHARE + (1 - PREPROCESSING_SHARE) * fraction, message }),
  );
  const output = runs.map((r) => r.output).join('');
  const provenance = [...scan.provenance, lcmodelStep(deps, runs, output)];
  return {
    basis: input.basis,
    preprocessed: { ...preprocessed, dataset: { ...scan, provenance } },
    voxels: runs.map(({ voxel, result, curves }) => ({ voxel, result, curves })),
    warnings,
    output,
  };
}

export interface LcmodelDatasetRequest {
  readonly store: StudyStore;
  readonly datasetId: string;
  readonly waterDatasetId: string | null;
  readonly basis: BasisSet;
  readonly recipe: Recipe;
  readonly voxels: readonly number[] | null;
}

/**
 * Has LCModel analyse a stored scan, and appends the result with every hash that went in.
 * @throws what analyseWithLcmodel throws, StudyDbError; then nothing was stored
 */
export async function analyseDatasetWithLcmodel(
  request: LcmodelDatasetRequest,
  run: LcmodelRunner,
  deps: LcmodelDeps & Pick<StudyDeps, 'parse' | 'hashRecipe'>,
): Promise<AnalysisRecord> {
  const { basis, recipe, voxels } = request;
  const scan = await readForAnalysis(request, deps);
  const { dataset, water } = scan;
  const outcome = await analyseWithLcmodel({ dataset, water, basis, recipe, voxels }, run, deps);
  deps.cancellation.throwIfCancelled();
  return storeOutcome(request, scan, outcome, deps);
}
