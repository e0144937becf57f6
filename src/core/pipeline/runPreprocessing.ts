// Runs a recipe's preprocessing steps in their order over a dataset and its water reference.
import { ProcessingError } from '../domain/errors.ts';
import type { JsonObject } from '../domain/json.ts';
import type { MrsDataset } from '../domain/mrsDataset.ts';
import type { ProvenanceStamp, Warning } from '../domain/provenance.ts';
import type { Recipe, StepName } from '../domain/recipe.ts';
import { waterReferenceDoubts, waterReferenceObstacle } from '../formats/plausibility/waterReference.ts';
import type { Cancellation } from '../ports/cancellation.ts';
import type { ModelLibrary } from '../ports/modelLibrary.ts';
import type { ProgressListener } from '../ports/progress.ts';
import { PREPROCESSING_STEPS } from '../preprocessing/registry.ts';
import { fidNoiseSd } from './fidNoise.ts';

export interface RunContext {
  readonly stamp: ProvenanceStamp;
  readonly cancellation: Cancellation;
  readonly onProgress: ProgressListener;
  /** Absent or null: no networks at hand. A worker has its own, whatever is given here. */
  readonly models?: ModelLibrary | null;
}

export interface PreprocessingOutcome {
  readonly dataset: MrsDataset;
  readonly water: MrsDataset | null;
  /** Beside a difference spectrum: the edit-off spectra it was made of, in the same frame. */
  readonly editOff?: MrsDataset;
  /** What each step did, in order. */
  readonly steps: readonly { readonly step: StepName; readonly details: JsonObject }[];
  /** Warnings of the reading and of every step. */
  readonly warnings: readonly Warning[];
}

/**
 * What makes a water scan doubtful as the reference of a metabolite scan, in the words of the import.
 * @throws ProcessingError where it can't be one at all
 */
function waterWarnings(dataset: MrsDataset, water: MrsDataset): Warning[] {
  const obstacle = waterReferenceObstacle(dataset, water);
  if (obstacle !== null) throw new ProcessingError('PROCESSING_FAILED', obstacle.message, { code: obstacle.code });
  return waterReferenceDoubts(dataset, water);
}

/**
 * Runs the preprocessing of a recipe.
 * @param dataset metabolite scan
 * @param water its water reference, or null
 * @throws ProcessingError, UsageError (wrong step options), ModelError (a network that is missing or not for this scan),
 *   CancelledError
 */
export async function runPreprocessing(
  dataset: MrsDataset,
  water: MrsDataset | null,
  recipe: Recipe,
  context: RunContext,
): Promise<PreprocessingOutcome> {
  const warnings: Warning[] = [...dataset.warnings];
  if (water !== null) warnings.push(...waterWarnings(dataset, water));
  const steps: { step: StepName; details: JsonObject }[] = [];
  let current = dataset;
  let currentWater = water;
  let editOff: MrsDataset | undefined;
  for (const [index, { step, options }] of recipe.preprocessing.entries()) {
    await context.cancellation.letOthersRun?.();
    context.cancellation.throwIfCancelled();
    const { run, title } = PREPROCESSING_STEPS[step];
    const count = recipe.preprocessing.length;
    context.onProgress({ fraction: index / count, message: title });
    const outcome = await run(current, options, {
      ...context,
      water: currentWater,
      models: context.models ?? null,
      noiseSdOf: fidNoiseSd,
      onProgress: ({ fraction, message }) => context.onProgress({ fraction: (index + fraction) / count, message }),
    });
    current = outcome.dataset;
    currentWater = outcome.water;
    editOff = outcome.editOff;
    warnings.push(...outcome.warnings);
    steps.push({ step, details: outcome.details });
  }
  context.onProgress({ fraction: 1, message: 'Preprocessing done' });
  const beside = editOff === undefined ? {} : { editOff };
  return { dataset: current, water: currentWater, ...beside, steps, warnings };
}
