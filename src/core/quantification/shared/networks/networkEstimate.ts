// What a network, with whatever is solved behind it, says of one spectrum; in the data's units.

/** A spectrum on the band's grid taken apart, each part phased as the fit is; real parts. */
export interface BandFit {
  readonly data: Float64Array;
  /** Macromolecules, baseline: all that is no signal of the model. */
  readonly baseline: Float64Array;
  /** Sum of the model's signals. */
  readonly signals: Float64Array;
  /** One signal with its amplitude; the model is left as this fit has it until the next spectrum. */
  readonly component: (signal: number) => Float64Array;
  /** Names of those signals. */
  readonly componentNames: readonly string[];
  /** SD of what is left where the network looks. */
  readonly residualSd: number;
}

/** How an estimate is to be made. */
export interface EstimateOptions {
  /** Bins that hold what is no metabolite's, such as a line of reference: from the first to before the second; null for none. */
  readonly ignoredBins: readonly [from: number, to: number] | null;
  /** Whether correlations are wanted where they take time and nothing else needs them. */
  readonly withCorrelations: boolean;
}

/** How far off the model's failure to explain the spectrum leaves each amplitude, before calibration; units of the basis. */
export interface MisfitSpreads {
  readonly spreads: Float64Array;
  /** Of the sums of the card, in its order. */
  readonly sumSpreads: Float64Array;
}

export interface NetworkEstimate {
  /** Canonical names, in the order of the amplitudes. */
  readonly names: readonly string[];
  /** Units of the basis. */
  readonly amplitudes: Float64Array;
  /** Spread of each before calibration, in the same units. */
  readonly spreads: Float64Array;
  /** Of the sums of the card, in its order. */
  readonly sumSpreads: Float64Array;
  /** What the residual tells beyond the spreads, for cards that calibrate it apart. */
  readonly misfit?: MisfitSpreads;
  /** Covariance of the amplitudes up to the calibration, M × M; null where the network tells none. */
  readonly covariance: Float64Array | null;
  readonly phaseDeg: number;
  /** Positive: lines stand at higher ppm than the basis's. */
  readonly shiftPpm: number;
  readonly lorentzianHz: number;
  readonly gaussianHz: number;
  readonly fit: BandFit;
  /** Length of the output "latent"; null without. */
  readonly latentLength: number | null;
  /** Further figures for the result's diagnostics. */
  readonly diagnostics?: Readonly<Record<string, number | string | boolean | null>>;
}
