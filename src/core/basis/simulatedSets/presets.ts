// The protocols of published simulated sets, as data: concentrations, shifts, widths, phases, macromolecules, SNR. What a
// paper leaves open is said at the field. Sources: each preset's own.
import { BugError } from '../../domain/errors.ts';

/** Drawn uniformly from low to high. */
export type Range = readonly [low: number, high: number];

/** One value for the spectrum, or one of its own for each metabolite. */
export type Spread = 'spectrum' | 'metabolite';

export type PresetId = 'qnet' | 'dq' | 'hatami' | 'rizzo' | 'brain';

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
 * What SNR means, noise SD σ per real channel: NAA's line height over the SD of the real spectrum; the tallest point of the
 * magnitude spectrum over the same; |s(0)| of the noiseless signal, or of the water reference alone, over σ of the FID.
 */
export type SimulatedSnr = 'naaHeight' | 'largestPeak' | 'firstPoint' | 'waterReference';

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
}

const NONE: Range = [0, 0];
const UNIT: Range = [0, 1];

/**
 * QNet. The paper's imperfection factors have one frequency shift for each metabolite (its Δf_k), one Lorentzian linewidth
 * and one phase. "Ratio of the intensity" of macromolecules to metabolites is taken as that of the tallest points.
 */
const QNET: SimulationPreset = {
  id: 'qnet',
  title: 'QNet: 17 metabolites, SNR 3 to 80',
  source: 'Chen D et al., IEEE Trans Biomed Eng 2024;71:1841, doi:10.1109/TBME.2024.3354123 (section IV A)',
  concentrations: {
    NAA: [7.5, 17], Glu: [6, 12.5], Cr: [4.5, 10.5], Ins: [4, 9], Gln: [3, 6], Tau: [2, 6], PCr: [3, 5.5], GSH: [1.5, 3],
    Asp: [1, 2], GABA: [1, 2], Glc: [1, 2], NAAG: [0.5, 2.5], GPC: [0.5, 2], PCho: [0.5, 2], Ala: [0.1, 1.5],
    Lac: [0.2, 1], Scyllo: [0.3, 0.6],
  }, // prettier-ignore
  sums: {},
  shift: { range: [-0.08, 0.08], unit: 'ppm', per: 'metabolite' },
  lorentzian: { kind: 'range', range: [0.04, 0.12], unit: 'ppm', includesBasis: true, per: 'spectrum' },
  gaussianHz: NONE,
  phaseDeg: [-5, 5],
  macromolecules: { unit: 'heightRatio', range: [0.15 * 0.75, 0.15 * 1.25], shape: 'varied', follows: false },
  snr: { definition: 'naaHeight', distribution: { kind: 'uniform', range: [3, 80] } },
  waterReference: null,
};

/**
 * FID amplitude of one unit of the fitting challenge's macromolecule signal (40.1, its first point being halved in the file)
 * over that of one unit here (32.4): what turns the DQ paper's amounts into ours.
 */
const CHALLENGE_MAC_UNIT = 40.1 / 32.4;

const DQ: SimulationPreset = {
  id: 'dq',
  title: 'DQ: 20 metabolites, one shift, width and phase, SNR 67 ± 15',
  source:
    'Shamaei A et al., Comput Biol Med 2023;158:106837, doi:10.1016/j.compbiomed.2023.106837 (section 4.1.1, Table 2)',
  concentrations: {
    Ala: [0.1, 1.8], Asc: [0.2, 1.8], Asp: [1, 2], Cr: [4.5, 10.5], GABA: [1, 2], Glc: [1, 2], Gln: [3, 6], Glu: [6, 12.5],
    GPC: [0.5, 1.8], GSH: [1.5, 3], Gly: [0.2, 1], Ins: [4, 9], Lac: [0.2, 1], NAA: [7.5, 17], NAAG: [0.5, 2.5],
    PCho: [0.2, 1], PCr: [3, 5.5], PE: [1, 2], Scyllo: [0.2, 0.5], Tau: [3, 6],
  }, // prettier-ignore
  sums: {},
  shift: { range: [-3, 3], unit: 'Hz', per: 'spectrum' },
  lorentzian: { kind: 'range', range: [0, 15], unit: '1/s', includesBasis: false, per: 'spectrum' },
  gaussianHz: NONE,
  phaseDeg: [-18, 18],
  macromolecules: {
    unit: 'amount',
    range: [14 * CHALLENGE_MAC_UNIT, 17 * CHALLENGE_MAC_UNIT],
    shape: 'pattern',
    follows: true,
  },
  // The tails are cut at four standard deviations below the mean.
  snr: { definition: 'largestPeak', distribution: { kind: 'normal', mean: 67, sd: 15, least: 7 } },
  waterReference: null,
};

/**
 * The first CNN. Its dampings reach from −10 to 10 /s about the basis's own; here from 0 to 20 /s, which is the same spread:
 * basis signals of 1 Hz width (3 /s) would grow with time at −10 /s.
 */
const HATAMI: SimulationPreset = {
  id: 'hatami',
  title: 'Hatami: 20 metabolites, 0 to 1, each with its own shift and damping, SNR 10',
  source:
    'Hatami N et al., MICCAI 2018, LNCS 11070:467, doi:10.1007/978-3-030-00928-1_53 (sections 2.1 and 3, Table 1)',
  concentrations: {
    Ala: UNIT, Asc: UNIT, Asp: UNIT, Cr: UNIT, GABA: UNIT, GPC: UNIT, GSH: UNIT, Glc: UNIT, Gln: UNIT, Glu: UNIT, Gly: UNIT,
    Ins: UNIT, Lac: UNIT, NAA: UNIT, NAAG: UNIT, PCho: UNIT, PCr: UNIT, PE: UNIT, Tau: UNIT, Scyllo: UNIT,
  }, // prettier-ignore
  sums: {},
  shift: { range: [-10, 10], unit: 'Hz', per: 'metabolite' },
  lorentzian: { kind: 'range', range: [0, 20], unit: '1/s', includesBasis: false, per: 'metabolite' },
  gaussianHz: NONE,
  phaseDeg: NONE,
  macromolecules: { unit: 'amount', range: [0, CHALLENGE_MAC_UNIT], shape: 'pattern', follows: true },
  snr: { definition: 'firstPoint', distribution: { kind: 'uniform', range: [10, 10] } },
  waterReference: null,
};

/** Creatine's two groups differ in T2 (CH3 169, CH2 111 ms); a signal has one here, that of its tallest line. */
const RIZZO: SimulationPreset = {
  id: 'rizzo',
  title: 'Rizzo: 16 metabolites from 0 to twice normal, Voigt lines, water reference at 0.5 ppm, SNR 5 to 40',
  source: 'Rizzo R et al., Magn Reson Med 2023;89:1707, doi:10.1002/mrm.29561 (section 2.1.1)',
  concentrations: {
    NAA: [0, 25.8], tCr: [0, 18.5], Ins: [0, 14.7], Glu: [0, 20], Glc: [0, 2], NAAG: [0, 2.8], Gln: [0, 5.8], GSH: [0, 2],
    Scyllo: [0, 0.6], Gly: [0, 2], Asp: [0, 3.5], PE: [0, 3.3], Tau: [0, 2], Lac: [0, 1], GABA: [0, 1.8], tCho: [0, 5],
  }, // prettier-ignore
  sums: { tCr: ['Cr', 'PCr'], tCho: ['GPC', 'PCho'] },
  shift: { range: NONE, unit: 'Hz', per: 'spectrum' },
  lorentzian: { kind: 't2', t2S: { NAA: 0.289, Cr: 0.169, PCr: 0.169 }, otherT2S: 0.185 },
  gaussianHz: [2, 5],
  phaseDeg: NONE,
  // The paper gives the spread (±33 %), not the amount: the middle is that of preset "brain".
  macromolecules: { unit: 'amount', range: [11 * 0.67, 11 * 1.33], shape: 'pattern', follows: true },
  snr: { definition: 'waterReference', distribution: { kind: 'uniform', range: [5, 40] } },
  waterReference: { ppm: 0.5, amplitude: 2 * 64.5 },
};

/** Healthy adult brain as the demo study has it, ±30 %; shifts, widths and SNR as single-voxel scans at 3 T have them. */
const BRAIN: SimulationPreset = {
  id: 'brain',
  title: 'Brain: healthy concentrations ± 30 %, Voigt lines, one shift and phase, SNR 10 to 100',
  source: 'concentrations within the ranges of Chen 2023 (QNet); widths and SNR as in Kreis R et al., NMR Biomed 2021;34:e4347, doi:10.1002/nbm.4347', // prettier-ignore
  concentrations: {
    Ala: [0.28, 0.52], Asc: [0.63, 1.17], Asp: [1.12, 2.08], Cr: [3.5, 6.5], GABA: [0.98, 1.82], Glc: [0.84, 1.56],
    Gln: [2.03, 3.77], Glu: [6.3, 11.7], GPC: [0.84, 1.56], GSH: [1.26, 2.34], Gly: [0.35, 0.65], Ins: [4.9, 9.1],
    Lac: [0.42, 0.78], NAA: [7.98, 14.82], NAAG: [0.98, 1.82], PCho: [0.42, 0.78], PCr: [2.45, 4.55], PE: [0.84, 1.56],
    Scyllo: [0.245, 0.455], Tau: [1.12, 2.08],
  }, // prettier-ignore
  sums: {},
  shift: { range: [-5, 5], unit: 'Hz', per: 'spectrum' },
  lorentzian: { kind: 'range', range: [0.5, 4], unit: 'Hz', includesBasis: false, per: 'spectrum' },
  gaussianHz: [1, 6],
  phaseDeg: [-10, 10],
  macromolecules: { unit: 'amount', range: [8, 14], shape: 'pattern', follows: false },
  snr: { definition: 'naaHeight', distribution: { kind: 'logUniform', range: [10, 100] } },
  waterReference: null,
};

export const SIMULATION_PRESETS: Readonly<Record<PresetId, SimulationPreset>> = {
  qnet: QNET,
  dq: DQ,
  hatami: HATAMI,
  rizzo: RIZZO,
  brain: BRAIN,
};

export const PRESET_IDS = Object.keys(SIMULATION_PRESETS) as readonly PresetId[];

/**
 * The seeds that stand for a preset's three sets, so that networks are never tested on what they learnt: every seed has a
 * stream of its own. Larger training sets take a larger `n`, not another seed.
 */
export function presetSeeds(id: PresetId): {
  readonly training: number;
  readonly validation: number;
  readonly test: number;
} {
  const at = PRESET_IDS.indexOf(id);
  if (at < 0) throw new BugError(`There is no preset "${id}".`);
  const first = 1000 * (at + 1);
  return { training: first + 1, validation: first + 2, test: first + 3 };
}
