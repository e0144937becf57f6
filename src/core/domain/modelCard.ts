// The card beside a network, `resources/models/<id>.json`: what it is, what it was trained for, how, and how well it does.
// Its self-test lies in a file of its own, `<id>.selftest.json`.
import type { JsonObject } from './json.ts';

export const MODEL_TASKS = ['fpc', 'denoising', 'quantification'] as const;
export type ModelTask = (typeof MODEL_TASKS)[number];

/** An input or output of a network. */
export interface TensorSpec {
  readonly name: string;
  readonly dtype: 'float32';
  /** null: any length. A leading null is the batch. */
  readonly shape: readonly (number | null)[];
  /** In words, with axes and units: "batch × (real, imaginary) × time points, scaled to …". */
  readonly meaning: string;
}

/** Lowest and highest value, both allowed. */
export type ValueRange = readonly [number, number];

/** Which scans a network was trained for; a scan outside is refused (see modelProtocol.ts). */
export interface ModelProtocol {
  /** "1H" */
  readonly nucleus: string;
  /** Static field in T; null: any. */
  readonly fieldT: ValueRange | null;
  /** Families as `sequenceFamily` names them ("PRESS", "MEGA-PRESS"); null: any. */
  readonly sequences: readonly string[] | null;
  /** Echo time in ms; null: any. */
  readonly echoTimeMs: ValueRange | null;
  /**
   * Further ranges, unit in the name. Those that a scan's header answers are checked with the others: dwellTimeS,
   * bandwidthHz, bandwidthPpm, points, durationS. The rest (snr, shiftHz …) is for the method that runs the network.
   */
  readonly limits: Readonly<Record<string, ValueRange>>;
}

/** How the network was made, so that it can be made again. */
export interface ModelTraining {
  /** Folder or file of `training/` that says it all. */
  readonly recipe: string;
  /** JSON presets of the simulated data, as paths from the repository's root. */
  readonly presetFiles: readonly string[];
  /** SHA-256 of every basis set that was used, by id; empty without one. */
  readonly basisSha256: Readonly<Record<string, string>>;
  /** By what they are for: "training", "validation", "test", "weights". */
  readonly seeds: Readonly<Record<string, number>>;
  readonly epochs: number;
  readonly hardware: string;
  readonly minutes: number;
  /** The one command that does it all. */
  readonly command: string;
}

/** What a network's first input is made of, see quantification/shared/networks. */
export const NETWORK_INPUTS = ['spectrum', 'scalogram', 'scattering'] as const;
export type NetworkInput = (typeof NETWORK_INPUTS)[number];

/**
 * How amounts come out of a network: "amplitudes": it gives them; "decoder": it gives them with the parameters of the signal model
 * it was trained through; "linearSolve": it gives the parameters, and amounts are solved for with a basis.
 */
export const NETWORK_DESIGNS = ['amplitudes', 'decoder', 'linearSolve'] as const;
export type NetworkDesign = (typeof NETWORK_DESIGNS)[number];

/**
 * From a network's own spread (or the bound of its linear solve) to an SD that keeps its word: √((factor·spread)² + floor²), and
 * (misfit·misfitSpread)² beside them where the method tells apart what noise and what an unexplained residual leave open.
 */
export interface SpreadCalibration {
  readonly factor: number;
  readonly misfit?: number;
  /** In the unit of amplitudes as the network has them, over its input's scale. */
  readonly floor: number;
}

/** Amounts over the input's scale, by metabolite: mean of the training set and its 1st and 99th percentile. */
export type TrainedAmounts = Readonly<Record<string, { readonly mean: number; readonly range: ValueRange }>>;

/** A line of the water reference that a network's training set has in its spectra. */
export interface WaterReferenceLine {
  readonly ppm: number;
  /** At t = 0, units of the basis, where the metabolites' amounts are in mM. */
  readonly amplitude: number;
  /** Its Gaussian FWHM, beside the Lorentzian one of the basis signals. [Hz] */
  readonly gaussianHz: ValueRange;
  /** `trainedAmounts` of the spectra of the training set that have no such line. */
  readonly trainedAmountsWithout: TrainedAmounts;
}

/** What there is to say of a network for quantification beyond any network. */
export interface QuantificationCard {
  /** Method id of cli.md; the card's id is this one, or this one with a protocol: "qnet@3t-press-30". */
  readonly method: string;
  readonly design: NetworkDesign;
  readonly input: NetworkInput;
  /** Names of the basis signals, in the order of the output "amplitudes" (or of the linear solve); empty: the basis's own. */
  readonly metabolites: readonly string[];
  /** Sums for which the output "sd" has columns after the metabolites' ("tNAA" …). */
  readonly sums: readonly string[];
  /** Columns of the output "parameters", unit in the name: "phaseDeg", "shiftPpm", "shiftPpm.NAA", "lorentzianHz" … */
  readonly parameters: readonly string[];
  /** Basis set it was trained with, and is to be used with; null: any that has the metabolites. */
  readonly basis: { readonly id: string; readonly sha256: string } | null;
  /** Amounts it has seen. */
  readonly trainedAmounts: TrainedAmounts;
  /** For networks whose input holds a line of the water reference. */
  readonly waterReference?: WaterReferenceLine;
  /** By metabolite and sum; measured on simulated data of their own seed. */
  readonly calibration: Readonly<Record<string, SpreadCalibration>>;
  readonly inDistribution: {
    /** 99th percentile of the length of the output "latent" on simulated data of the calibration's seed; null without. */
    readonly latentLimit: number | null;
    /** 99th percentile of residual SD over noise SD of the reconstructed spectrum, on the same data; null without. */
    readonly residualLimit: number | null;
  };
}

export interface ModelCard {
  /** As in the names of the files. */
  readonly id: string;
  readonly title: string;
  /** Raised by one with every change of the weights. */
  readonly version: number;
  /** Base name of the ONNX file beside the card: `<id>.onnx`. */
  readonly file: string;
  /** SHA-256 of that file, lower-case hex. */
  readonly sha256: string;
  /** Of the weights, as an SPDX name. */
  readonly licence: string;
  /** The paper whose method it is, with DOI. */
  readonly citation: string;
  readonly task: ModelTask;
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
  readonly protocol: ModelProtocol;
  readonly training: ModelTraining;
  /** For the task "quantification" only. */
  readonly quantification?: QuantificationCard;
  /** Measured on the test set, with their units in their names. */
  readonly metrics: JsonObject;
  /** In plain words: what it is not fit for, and figures that miss the published ones with their reason. */
  readonly limits: readonly string[];
}

/** A tensor as JSON holds it. */
export interface StoredTensor {
  readonly shape: readonly number[];
  /** C order. */
  readonly data: readonly number[];
}

/** Fixed inputs and the outputs that the network gave for them when it was exported, by tensor name. */
export interface ModelSelfTest {
  readonly inputs: Readonly<Record<string, StoredTensor>>;
  readonly outputs: Readonly<Record<string, StoredTensor>>;
  /** Largest allowed absolute difference of an output value (processors round differently). */
  readonly tolerance: number;
}
