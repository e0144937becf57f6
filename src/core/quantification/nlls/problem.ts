// What the fit minimises: the model against the data, with bounds and priors.
import type { Baseline } from './baseline.ts';
import type { SpectralModel } from './model.ts';

export interface ParameterRule {
  readonly lower: number;
  readonly upper: number;
  readonly priorMean: number;
  /** Infinity: no prior. */
  readonly priorSd: number;
}

/** A Gaussian prior on a linear combination of amplitudes, Σ weight·a ~ N(mean, sd²): soft ratios between signals. */
export interface AmplitudePrior {
  readonly terms: readonly { readonly signal: number; readonly weight: number }[];
  readonly mean: number;
  readonly sd: number;
}

export interface Problem {
  readonly model: SpectralModel;
  readonly baseline: Baseline | null;
  /** Data rows. */
  readonly y: Float64Array;
  /** Noise SD of a row. */
  readonly sigma: number;
  readonly rules: readonly ParameterRule[];
  readonly amplitudePriors: readonly AmplitudePrior[];
  /** Indices of the parameters that move. */
  readonly free: readonly number[];
}
