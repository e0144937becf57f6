// The protocols of published simulated sets: concentrations, shifts, widths, phases, macromolecules, SNR. The data are the JSON
// files in protocols/, which training/ (Python) reads too; what a paper leaves open is said below or at the field. Sources: each
// preset's own.
import { BugError } from '../../domain/errors.ts';
import brain from './protocols/brain.json';
import dq from './protocols/dq.json';
import hatami from './protocols/hatami.json';
import qnet from './protocols/qnet.json';
import rizzo from './protocols/rizzo.json';
import tumour from './protocols/tumour.json';
import tumourClinical from './protocols/tumour-clinical.json';

/** Drawn uniformly from low to high. */
export type Range = readonly [low: number, high: number];

/** One value for the spectrum, or one of its own for each metabolite. */
export type Spread = 'spectrum' | 'metabolite';

export type PresetId = 'qnet' | 'dq' | 'hatami' | 'rizzo' | 'brain' | 'tumour' | 'tumour-clinical';

/** Lorentzian width: drawn, or told by the T2 of each metabolite. */
export type LorentzianRule =
  | {
      readonly kind: 'range';
      readonly range: Range;
      /** FWHM in Hz or ppm, or a damping in 1/s (FWHM · π). */
      readonly unit: 'Hz' | 'ppm' | '1/s';
      /** Whether the basis signals' own width is part of it, not added to it. */
      readonly includesBasis: boolean;
      readonly per: Spread;
    }
  | { readonly kind: 't2'; readonly t2S: Readonly<Record<string, number>>; readonly otherT2S: number };

/**
 * Macromolecules. An amount of 1 has the line at 0.90 ppm as one CH3 group at 1 mM, as "Mac" of the shipped sets.
 * "heightRatio": tallest point of their real spectrum over that of the metabolites.
 */
export interface MacromoleculeRule {
  readonly unit: 'amount' | 'heightRatio';
  readonly range: Range;
  /** "pattern": fixed ratios, the basis's own signal where it has one; "varied": Chen's 17 lines, each drawn anew. */
  readonly shape: MacromoleculeShape;
  /** Whether the rules of the metabolites' shifts and widths hold for them too; the common shift does anyway. */
  readonly follows: boolean;
}

export type MacromoleculeShape = 'pattern' | 'varied';

/**
 * What SNR means, noise SD σ per real channel: NAA's line height over the SD of the real spectrum; the height that 12.25 mM of
 * NAA would have over the same, where a disease has left little of it; the tallest point of the magnitude spectrum over the same;
 * |s(0)| of the noiseless signal, or of the water reference alone, over σ of the FID.
 */
export const SIMULATED_SNRS = ['naaHeight', 'healthyNaaHeight', 'largestPeak', 'firstPoint', 'waterReference'] as const;
export type SimulatedSnr = (typeof SIMULATED_SNRS)[number];

export interface SnrRule {
  readonly definition: SimulatedSnr;
  readonly distribution:
    | { readonly kind: 'uniform' | 'logUniform'; readonly range: Range }
    | { readonly kind: 'normal'; readonly mean: number; readonly sd: number; readonly least: number };
}

export interface SimulationPreset {
  readonly id: PresetId;
  readonly title: string;
  readonly source: string;
  /** mM by name, or units of the basis signal. Sums are shared equally among `sums`' members. */
  readonly concentrations: Readonly<Record<string, Range>>;
  readonly sums: Readonly<Record<string, readonly string[]>>;
  readonly shift: { readonly range: Range; readonly unit: 'Hz' | 'ppm'; readonly per: Spread };
  readonly lorentzian: LorentzianRule;
  /** FWHM of a Gaussian on top, one for the spectrum. [Hz] */
  readonly gaussianHz: Range;
  readonly phaseDeg: Range;
  readonly macromolecules: MacromoleculeRule;
  readonly snr: SnrRule;
  /** A line of known amount beside the metabolites. `amplitude`: protons × mM. */
  readonly waterReference: { readonly ppm: number; readonly amplitude: number } | null;
  readonly seeds: PresetSeeds;
}

/**
 * The streams of a preset's three sets, so that networks are never tested on what they learnt. Larger training sets take a
 * larger `n`, not another seed.
 */
export interface PresetSeeds {
  readonly training: number;
  readonly validation: number;
  readonly test: number;
}

// JSON's types have number[] where a preset has pairs; the tests check every file against this type.
const asPreset = (json: unknown): SimulationPreset => json as SimulationPreset;

/**
 * - qnet: the paper's imperfection factors have one frequency shift for each metabolite (its Δf_k), one Lorentzian linewidth and
 *   one phase. "Ratio of the intensity" of macromolecules to metabolites is taken as that of the tallest points.
 * - dq: macromolecules of 14 to 17 units of the fitting challenge's signal, whose FID amplitude is 40.1 (its first point being
 *   halved in the file) where one unit here has 32.4. Gaussian SNR, cut at four standard deviations below the mean.
 * - hatami: dampings reach from −10 to 10 /s about the basis's own; here from 0 to 20 /s, which is the same spread: basis signals
 *   of 1 Hz width (3 /s) would grow with time at −10 /s. Macromolecules up to one unit of the challenge's signal, as dq.
 * - rizzo: creatine's two groups differ in T2 (CH3 169, CH2 111 ms); a signal has one here, that of its tallest line. The paper
 *   gives the spread of macromolecules (±33 %), not the amount: the middle is that of preset "brain".
 * - brain: healthy adult brain as the demo study has it, ±30 %; shifts, widths and SNR as single-voxel scans at 3 T have them.
 * - tumour: preset qnet but for its three sums, whose members share the paper's ranges so that every sum lies within its own
 *   (tNAA 0.5 to 2, tCho 5 to 12, tCr 0.5 to 3 mM). The paper says "SNR (~80)": by its own definition, of what is left of NAA.
 * - tumour-clinical: the same sums under preset brain's scan, noise of a healthy brain's scan, with lactate and glycine;
 *   lipids are a change ("lipids").
 */
export const SIMULATION_PRESETS: Readonly<Record<PresetId, SimulationPreset>> = {
  qnet: asPreset(qnet),
  dq: asPreset(dq),
  hatami: asPreset(hatami),
  rizzo: asPreset(rizzo),
  brain: asPreset(brain),
  tumour: asPreset(tumour),
  'tumour-clinical': asPreset(tumourClinical),
};

export const PRESET_IDS = Object.keys(SIMULATION_PRESETS) as readonly PresetId[];

/** @throws BugError where there is no such preset */
export function presetSeeds(id: PresetId): PresetSeeds {
  const preset: SimulationPreset | undefined = SIMULATION_PRESETS[id];
  if (preset === undefined) throw new BugError(`There is no preset "${id}".`);
  return preset.seeds;
}
