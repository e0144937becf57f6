// Quantification results: what every method returns, as `lineshape quantify --json` prints it and the database keeps it.
import type { Warning } from './provenance.ts';

export type QuantificationStatus = 'converged' | 'notConverged' | 'refused';

/** One metabolite's (or sum's) estimate. */
export interface MetaboliteEstimate {
  readonly name: string;
  /** Amplitude in units of the basis signal; never rescaled. */
  readonly amplitude: number;
  /** Cramér–Rao lower bound as % of the amplitude; null where the amplitude is zero or bound. [%] */
  readonly crlbPercent: number | null;
  /** Absolute Cramér–Rao lower bound, in amplitude units; null where it can't be computed. */
  readonly crlbAbsolute: number | null;
  readonly ratioToTCr: number | null;
  readonly concentrationMM: number | null;
}

/** Curves of one fit over the fitted ppm range, spectrum domain, phased and shifted to the reference as fitted. */
export interface FitCurves {
  /** Falling ppm axis of the fit range. */
  readonly ppm: Float64Array;
  /** Real part of the phased data, and of the model's parts on the same scale. */
  readonly data: Float64Array;
  readonly fit: Float64Array;
  readonly baseline: Float64Array;
  readonly residual: Float64Array;
  readonly components: readonly { readonly name: string; readonly curve: Float64Array }[];
}

export interface QuantificationResult {
  /** Method id of cli.md: "nlls", "lcmodel", "qnet" … */
  readonly method: string;
  readonly version: string;
  readonly status: QuantificationStatus;
  /** In words, where the status is not "converged". */
  readonly reason: string | null;
  readonly metabolites: readonly MetaboliteEstimate[];
  readonly combined: readonly MetaboliteEstimate[];
  readonly phase0Deg: number;
  readonly phase1DegPerPpm: number;
  /** Frequency shift of the data against the basis, e^{+2πi·shift·t}. [Hz] */
  readonly shiftHz: number;
  /** Amplitude-weighted mean Lorentzian broadening (FWHM) beyond the basis. [Hz] */
  readonly lorentzianHz: number;
  /** Gaussian broadening (FWHM) beyond the basis. [Hz] */
  readonly gaussianHz: number;
  readonly snr: { readonly value: number; readonly definition: string };
  /** Full width at half maximum of the fitted tNAA (or the largest singlet) line. [Hz] */
  readonly fwhmHz: number;
  /** SD of the residual in the fit range, data units. */
  readonly residualSd: number;
  readonly elapsedMs: number;
  readonly inDistribution: boolean;
  readonly executionProvider: string;
  readonly warnings: readonly Warning[];
  /** Correlation of the amplitude estimates, row-major, order of `metabolites`; null where not computed. */
  readonly correlation: readonly number[] | null;
  /** Further method-specific figures (iterations, objective, knots …). */
  readonly diagnostics: Readonly<Record<string, number | string | boolean | null>>;
}

/** A voxel's result with its curves. */
export interface VoxelQuantification {
  /** Index over x, y, z, C order. */
  readonly voxel: number;
  readonly result: QuantificationResult;
  readonly curves: FitCurves | null;
}
