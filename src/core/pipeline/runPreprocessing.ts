// Runs a recipe's preprocessing steps in their order over a dataset and its water reference.
import { ProcessingError } from '../domain/errors.ts';
import type { JsonObject } from '../domain/json.ts';
import type { MrsDataset } from '../domain/mrsDataset.ts';
import { pointCount, voxelCount } from '../domain/mrsDataset.ts';
import type { ProvenanceStamp, Warning } from '../domain/provenance.ts';
import type { Recipe, StepName } from '../domain/recipe.ts';
import type { Cancellation } from '../ports/cancellation.ts';
import type { ProgressListener } from '../ports/progress.ts';
import { PREPROCESSING_STEPS } from '../preprocessing/registry.ts';

export interface RunContext {
  readonly stamp: ProvenanceStamp;
  readonly cancellation: Cancellation;
  readonly onProgress: ProgressListener;
}

export interface PreprocessingOutcome {
  readonly dataset: MrsDataset;
  readonly water: MrsDataset | null;
  /** What each step did, in order. */
  readonly steps: readonly { readonly step: StepName; readonly details: JsonObject }[];
  /** Warnings of the reading and of every step. */
  readonly warnings: readonly Warning[];
}

/** Half a millisecond: TEs are written with at most one decimal of a millisecond. */
const SAME_ECHO_TIME_S = 5e-4;

/**
 * What keeps a water scan from being the reference of a metabolite scan, or makes it doubtful.
 * @throws ProcessingError where it can't be one at all
 */
function checkWaterReference(dataset: MrsDataset, water: MrsDataset): Warning[] {
  const frequencyRatio = water.spectrometerFrequencyMHz / dataset.spectrometerFrequencyMHz;
  if (water.nucleus !== dataset.nucleus || Math.abs(frequencyRatio - 1) > 0.01) {
    throw new ProcessingError(
      'PROCESSING_FAILED',
      `The water reference was measured at ${water.spectrometerFrequencyMHz.toFixed(2)} MHz (${water.nucleus}), the metabolites at ${dataset.spectrometerFrequencyMHz.toFixed(2)} MHz (${dataset.nucleus}): they don't belong together.`,
    );
  }
  if (voxelCount(water) !== voxelCount(dataset)) {
    throw new ProcessingError(
      'PROCESSING_FAILED',
      `The water reference has ${voxelCount(water)} voxels, the metabolite scan ${voxelCount(dataset)}: they don't belong together.`,
    );
  }
  const warnings: Warning[] = [];
  const te = dataset.acquisition.echoTimeS;
  const waterTe = water.acquisition.echoTimeS;
  if (te !== null && waterTe !== null && Math.abs(te - waterTe) > SAME_ECHO_TIME_S) {
    warnings.push({
      code: 'water-reference-echo-time',
      message: `The water reference has TE ${(1e3 * waterTe).toFixed(1)} ms, the metabolite scan ${(1e3 * te).toFixed(1)} ms.`,
    });
  }
  if (pointCount(water) !== pointCount(dataset) || Math.abs(water.dwellTimeS / dataset.dwellTimeS - 1) > 1e-6) {
    warnings.push({
      code: 'water-reference-sampling',
      message: `The water reference is sampled otherwise (${pointCount(water)} points of ${(1e6 * water.dwellTimeS).toFixed(1)} µs) than the metabolite scan (${pointCount(dataset)} points of ${(1e6 * dataset.dwellTimeS).toFixed(1)} µs).`,
    });
  }
  return warnings;
}

/**
 * Runs the preprocessing of a recipe.
 * @param dataset metabolite scan
 * @param water its water reference, or null
 * @throws ProcessingError, UsageError (wrong step options), CancelledError
 */
export function runPreprocessing(
  dataset: MrsDataset,
  water: MrsDataset | null,
  recipe: Recipe,
  context: RunContext,
): PreprocessingOutcome {
  const warnings: Warning[] = [...dataset.warnings];
  if (water !== null) warnings.push(...checkWaterReference(dataset, water));
  const steps: { step: StepName; details: JsonObject }[] = [];
  let current = dataset;
  let currentWater = water;
  recipe.preprocessing.forEach(({ step, options }, index) => {
    context.cancellation.throwIfCancelled();
    const { run, title } = PREPROCESSING_STEPS[step];
    const count = recipe.preprocessing.length;
    context.onProgress({ fraction: index / count, message: title });
    const outcome = run(current, options, {
      ...context,
      water: currentWater,
      onProgress: ({ fraction, message }) => context.onProgress({ fraction: (index + fraction) / count, message }),
    });
    current = outcome.dataset;
    currentWater = outcome.water;
    warnings.push(...outcome.warnings);
    steps.push({ step, details: outcome.details });
  });
  context.onProgress({ fraction: 1, message: 'Preprocessing done' });
  return { dataset: current, water: currentWater, steps, warnings };
}
