// What a method is that quantifies many spectra at once, as networks do.
import type { BasisSet } from '../../../domain/basisSet.ts';
import type { ProcessingError } from '../../../domain/errors.ts';
import type { JsonObject } from '../../../domain/json.ts';
import type { NetworkChoice } from '../../../domain/networkChoice.ts';
import type { Cancellation } from '../../../ports/cancellation.ts';
import type { FitInput, FitOutput } from '../../../ports/fitRunner.ts';
import type { ModelLibrary } from '../../../ports/modelLibrary.ts';

/** Unsuppressed water on the scale of a spectrum's metabolites. */
export interface WaterSignal {
  /** Amplitude, in units of the basis, that a metabolite of 1 mmol per litre of tissue has in the scan. */
  readonly perMillimolar: number;
  /** Gaussian FWHM of the water line. [Hz] */
  readonly gaussianHz: number;
}

export interface BatchContext {
  readonly models: ModelLibrary;
  /** As the pipeline chose it by the scan's header. */
  readonly network: NetworkChoice;
  readonly cancellation: Cancellation;
  /** The water of a spectrum's voxel, or in one sentence why there is none; absent: none is at hand. */
  readonly waterOf?: (input: FitInput) => WaterSignal | string;
  /** Else all curves are empty, and no correlations are given. */
  readonly withCurves: boolean;
}

/** A spectrum that could not be quantified; the others of its batch are. */
export interface VoxelFailure {
  readonly voxel: number;
  readonly error: ProcessingError;
}

/**
 * Quantifies spectra of one scan. `result.elapsedMs` is 0: the caller, who has a clock, sets it.
 * @param basis of the network's card, or the user's
 * @returns in the order of the inputs
 * @throws UsageError (options), ModelError (no such network; the basis lacks a signal), CancelledError, ProcessingError (the
 *   network could not be run)
 */
export type BatchMethod = (
  inputs: readonly FitInput[],
  basis: BasisSet,
  options: JsonObject,
  context: BatchContext,
) => Promise<(FitOutput | VoxelFailure)[]>;

export const isFailure = (output: FitOutput | VoxelFailure): output is VoxelFailure => 'error' in output;
