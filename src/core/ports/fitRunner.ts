// FitRunner: runs many fits, wherever it likes (worker pool in the app and CLI, the same thread in unit tests).
import type { BasisSet } from '../domain/basisSet.ts';
import type { ComplexSignal } from '../domain/complexArray.ts';
import type { JsonObject } from '../domain/json.ts';
import type { NetworkChoice } from '../domain/networkChoice.ts';
import type { FitCurves, QuantificationResult } from '../domain/quantification.ts';
import type { QuantitySettings } from '../domain/quantitySettings.ts';
import type { TissueFractions } from '../domain/tissueFractions.ts';
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
  /** Whether the FID was denoised: `noiseSd` is then that of the original, and can't be seen in the FID any more. */
  readonly isDenoised?: true;
  /** Where `fid` is the difference spectrum's of an edited scan: its edit-off spectrum's FID, in the same frame. */
  readonly editOff?: ComplexSignal;
  /** Where the fit may begin; methods with a start of their own pass it by. */
  readonly start?: FitStart;
  /** The voxel's water reference, averaged and combined as the FID, for amounts; absent without one. */
  readonly water?: ComplexSignal;
  /** Absent where unknown. */
  readonly tissue?: TissueFractions;
}

/** Values of the common parameters near which a fit is expected to end, as a result gives them. */
export interface FitStart {
  readonly phase0Deg: number;
  readonly phase1DegPerPpm: number;
  readonly shiftHz: number;
  readonly lorentzianHz: number;
  readonly gaussianHz: number;
}

export interface FitOutput {
  readonly voxel: number;
  readonly result: QuantificationResult;
  /** All empty where none were asked for. */
  readonly curves: FitCurves;
  /** Noise SD of one point of the curves, where it is not that of a sum of all samples. */
  readonly curveNoiseSd?: number;
}

export interface FitBatch {
  readonly method: string;
  readonly options: JsonObject;
  readonly basis: BasisSet;
  readonly inputs: readonly FitInput[];
  /** Whether curves come in full; else in single precision and without a component a signal. True where not given. */
  readonly withComponents?: boolean;
  /**
   * False where neither curves nor correlations are wanted, as of ten thousand spectra: batch methods then leave them out. True
   * where not given.
   */
  readonly withCurves?: boolean;
  /** The network that the method is to run; for methods that run one. */
  readonly network?: NetworkChoice;
  /** Ratios, amounts and quality figures that come with each result; without it, the bare fit. */
  readonly quantities?: QuantitySettings;
  /**
   * Told of a voxel whose own fit failed (no signal, a worker that died); that voxel has no output then. Without it, and
   * for what concerns every voxel (a wrong basis, a cancellation), the first failure ends the batch.
   */
  readonly onVoxelFailure?: (voxel: number, error: Error) => void;
}

export interface FitRunner {
  /**
   * Runs every input of the batch; the outputs are in the order of the inputs.
   * @throws CancelledError, ModelError (basis doesn't fit the data), ProcessingError
   */
  readonly run: (batch: FitBatch, cancellation: Cancellation, onProgress: ProgressListener) => Promise<FitOutput[]>;
}
