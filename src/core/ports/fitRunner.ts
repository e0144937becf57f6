// FitRunner: runs many fits, wherever it likes (worker pool in the app and CLI, the same thread in unit tests).
import type { BasisSet } from '../domain/basisSet.ts';
import type { ComplexSignal } from '../domain/complexArray.ts';
import type { JsonObject } from '../domain/json.ts';
import type { FitCurves, QuantificationResult } from '../domain/quantification.ts';
import type { Cancellation } from './cancellation.ts';
import type { ProgressListener } from './progress.ts';

/** One voxel's averaged, preprocessed FID with what the fit needs to know of it. */
export interface FitInput {
  readonly voxel: number;
  readonly fid: ComplexSignal;
  readonly dwellTimeS: number;
  readonly spectrometerFrequencyMHz: number;
  readonly nucleus: string;
  /** Noise SD per real channel and time point; null to estimate it from the data. */
  readonly noiseSd: number | null;
}

export interface FitOutput {
  readonly voxel: number;
  readonly result: QuantificationResult;
  readonly curves: FitCurves;
}

export interface FitBatch {
  readonly method: string;
  readonly options: JsonObject;
  readonly basis: BasisSet;
  readonly inputs: readonly FitInput[];
}

export interface FitRunner {
  /**
   * Runs every input of the batch; the outputs are in the order of the inputs.
   * @throws CancelledError, ModelError (basis doesn't fit the data), ProcessingError
   */
  readonly run: (batch: FitBatch, cancellation: Cancellation, onProgress: ProgressListener) => Promise<FitOutput[]>;
}
