// Quantification results: what every method returns, as `lineshape quantify --json` prints it and the database keeps it.
import type { Warning } from './provenance.ts';
import type { SpectrumQuality } from './spectrumQuality.ts';

export type QuantificationStatus = 'converged' | 'notConverged' | 'refused';

/** A number that a factor was made from: a T1, a tissue fraction … */
export interface FactorInput {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** Citation, or where in the scan or the settings it comes from. */
  readonly source: string;
}

/** One step of the arithmetic from an amplitude to a concentration. */
export interface QuantityFactor {
  readonly name: string;
  readonly operation: 'times' | 'over';
  readonly value: number;
  readonly unit: string;
  /** Formula or origin of the value. */
  readonly source: string;
  /** What the value was computed from; empty where it is itself given. */
  readonly inputs: readonly FactorInput[];
  /** No value fitted the scan, so that the factor counts as 1; a warning says so too. */
  readonly assumedOne: boolean;
}

/**
 * How water-scaled amounts are expressed: mol per kg of tissue water, mol per litre of tissue, or LCModel's
 * WCONC · ATTH2O / ATTMET.
 */
export type ConcentrationConvention = 'molality' | 'molarity' | 'lcmodel';

/** An amount in one convention. */
export interface ConcentrationEstimate {
  readonly convention: ConcentrationConvention;
  readonly value: number;
  readonly unit: string;
  /** From the CRLB of the amplitude and the SD of the water amplitude; null where either is unknown. */
  readonly sd: number | null;
  /**
   * This metabolite's own factors, after the convention's common ones (see WaterScaling); empty for a sum, and in a grid
   * where they are those of the first fitted voxel.
   */
  readonly factors: readonly QuantityFactor[];
  /** A sum's members, whose amounts add up to it; null for a single signal. */
  readonly members: readonly string[] | null;
}

/** A ratio of amplitudes. */
export interface RatioEstimate {
  /** Name of the denominator: "tCr", "water" … */
  readonly reference: string;
  readonly value: number;
  /** By first-order propagation of the amplitudes' covariance; null where it is unknown. */
  readonly sd: number | null;
}

/** The water reference's amplitude, extrapolated to the start of the signal. */
export interface WaterReferenceAmplitude {
  /** Data units: |s(0)| of the water line alone. */
  readonly amplitude: number;
  /** Of the fit's scatter and of the disagreement of two ways to measure it. */
  readonly sd: number;
  readonly fwhmHz: number | null;
  /** In words. */
  readonly method: string;
}

/** What all metabolites' concentrations of one result share. */
export interface WaterScaling {
  readonly water: WaterReferenceAmplitude;
  readonly conventions: readonly {
    readonly convention: ConcentrationConvention;
    readonly unit: string;
    /** In order of application. concentration = (common factors) then (the estimate's own), each times or over. */
    readonly factors: readonly QuantityFactor[];
  }[];
}

/** A 95 % interval of an amplitude, in amplitude units, by a method that does not assume a parabola. */
export interface AmplitudeInterval95 {
  readonly low: number;
  readonly high: number;
  readonly method: 'profileLikelihood' | 'monteCarlo' | 'calibratedSpread';
}

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
  /** Amount in the convention chosen for display; `concentrations` says which and how. */
  readonly concentrationMM: number | null;
  /** Absent in results without water scaling and in those stored before it existed. */
  readonly concentrations?: readonly ConcentrationEstimate[];
  /** Absent where none was asked for. */
  readonly interval95?: AmplitudeInterval95;
  /** Ratios with their uncertainty; absent where none were asked for. */
  readonly ratios?: readonly RatioEstimate[];
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

/** One reason to believe or not to believe a network on this spectrum. */
export interface DistributionCheck {
  readonly check: 'protocol' | 'residual' | 'latent' | 'range' | 'snr';
  readonly passed: boolean;
  /** What was measured and the limit it is held against; null where the check is no number. */
  readonly value: number | null;
  readonly limit: number | null;
  /** One sentence. */
  readonly message: string;
}

/** What a network's numbers come from, and whether the spectrum is one of those it knows. */
export interface NetworkDoubt {
  readonly model: { readonly id: string; readonly version: number; readonly sha256: string };
  /** `inDistribution` of the result: all passed. */
  readonly checks: readonly DistributionCheck[];
  /** The network only told where a model fit began: the numbers are the fit's. */
  readonly onlyStarts?: true;
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
  /** False where a network met a spectrum unlike those it knows (see `doubt`); true for fits. */
  readonly inDistribution: boolean;
  /** For networks only. */
  readonly doubt?: NetworkDoubt;
  readonly executionProvider: string;
  readonly warnings: readonly Warning[];
  /** Correlation of the amplitude estimates, row-major, order of `metabolites`; null where not computed. */
  readonly correlation: readonly number[] | null;
  /** Absent where no water reference was used. */
  readonly waterScaling?: WaterScaling;
  /** Absent in refused results and in those stored before it existed. */
  readonly quality?: SpectrumQuality;
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
