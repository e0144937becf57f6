// The shape every preprocessing step has, and the making of its outcome with provenance.
import type { ComplexArray, ComplexSignal } from '../domain/complexArray.ts';
import type { JsonObject } from '../domain/json.ts';
import type { HigherDimension, MrsDataset } from '../domain/mrsDataset.ts';
import type { ProvenanceStamp, Warning } from '../domain/provenance.ts';
import { provenanceEntry } from '../domain/provenance.ts';
import type { Cancellation } from '../ports/cancellation.ts';
import type { ModelLibrary } from '../ports/modelLibrary.ts';
import type { ProgressListener } from '../ports/progress.ts';

export interface StepContext {
  readonly stamp: ProvenanceStamp;
  readonly cancellation: Cancellation;
  readonly onProgress: ProgressListener;
  /** The water reference that goes with the dataset, in the state the steps before left it. */
  readonly water: MrsDataset | null;
  /** null: no networks at hand. */
  readonly models: ModelLibrary | null;
  /** Noise SD per real channel and time point of one FID of the scan, by the estimator that the fit uses. */
  readonly noiseSdOf: (fid: ComplexSignal, dataset: MrsDataset) => number;
}

export interface StepOutcome {
  readonly dataset: MrsDataset;
  readonly water: MrsDataset | null;
  /** Beside a difference spectrum: the edit-off spectra it was made of, in the same frame. */
  readonly editOff?: MrsDataset;
  /** The warnings of this step alone; they stand in `dataset.warnings` too. */
  readonly warnings: readonly Warning[];
  /** Options and measured outcome, as in the provenance; {skipped: reason} where nothing was done. */
  readonly details: JsonObject;
}

/**
 * A pure function: it returns a new dataset and never changes its input. Most steps return their outcome at once; those that
 * wait for a network return a promise of it.
 */
export type PreprocessingStep<O, R extends StepOutcome | Promise<StepOutcome> = StepOutcome> = (
  dataset: MrsDataset,
  options: O,
  context: StepContext,
) => R;

/** New data of a dataset after a step; `dimensions` where the step changed them. */
export interface ProcessedData {
  readonly data: ComplexArray;
  readonly dimensions?: readonly HigherDimension[];
}

/**
 * A dataset with new data and one more provenance entry.
 * @param method the NIfTI-MRS standard's name of the step
 */
export function processedDataset(
  dataset: MrsDataset,
  processed: ProcessedData,
  stamp: ProvenanceStamp,
  method: string,
  details: JsonObject,
  warnings: readonly Warning[] = [],
): MrsDataset {
  return {
    ...dataset,
    data: processed.data,
    dimensions: processed.dimensions ?? dataset.dimensions,
    provenance: [...dataset.provenance, provenanceEntry(stamp, method, details)],
    warnings: [...dataset.warnings, ...warnings],
  };
}

/**
 * The outcome of a step that has nothing to do: data and provenance unchanged.
 * @param reason in words
 * @param warnings where the user must know that the step was left out
 */
export function skippedOutcome(
  dataset: MrsDataset,
  context: StepContext,
  reason: string,
  warnings: readonly Warning[] = [],
): StepOutcome {
  const warned = warnings.length === 0 ? dataset : { ...dataset, warnings: [...dataset.warnings, ...warnings] };
  return { dataset: warned, water: context.water, warnings, details: { skipped: reason } };
}
