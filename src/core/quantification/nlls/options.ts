// Options of the NLLS fit, their defaults, and their reading from a recipe's JSON.
import type { JsonObject } from '../../domain/json.ts';
import { readOptions } from '../shared/optionReading.ts';
import type { OptionRule } from '../shared/optionReading.ts';
import type { Grouping } from './groups.ts';

export type BaselineMode = 'auto' | 'fixed' | 'none';

export interface NllsOptions {
  /**
   * Fitted window [ppm], or "auto": 0.2–4.2 where the basis brings its own macromolecules, 0.2–4.0 (LCModel's PPMEND and
   * PPMST, manual §9.1) where the fit adds them, since the added ones explain nothing of the hump at 3.9–4.2 ppm.
   */
  readonly ppmRange: readonly [number, number] | 'auto';
  /**
   * "real": real part of the twice zero-filled spectrum, which for a causal signal holds all its information with white
   * noise (Provencher 1993); "complex": real and imaginary part without zero filling.
   */
  readonly domain: 'real' | 'complex';
  /**
   * Shifts and widths: one for all, or a soft deviation from the common ones of each group of related molecules
   * (creatine with phosphocreatine, the cholines; groups.ts), or of each metabolite.
   */
  readonly grouping: Grouping;
  /** Whether Gaussian widths deviate as shifts and Lorentzian widths do. */
  readonly gaussianDeviations: 'free' | 'none';
  /** Phases: both orders, the zero order alone, or as the data come (phased before, or simulated without). */
  readonly phases: 'free' | 'zeroOrder' | 'fixed';
  /**
   * "voigt"; "lorentzian", for simulated lines that are no wider than T2 makes them; or "free": Voigt times a smooth common
   * shape with a prior (lineshape.ts), for eddy currents and poor shims.
   */
  readonly lineshape: 'voigt' | 'lorentzian' | 'free';
  /**
   * Whether the SD of shifts and Lorentzian widths about the common ones is learned from the spectrum (deviationSpread.ts)
   * or stands at the options below.
   */
  readonly deviationSpread: 'learned' | 'fixed';
  readonly baseline: BaselineMode;
  /** Knot intervals of the baseline spline per ppm. Source: ABfit (Wilson 2021, doi:10.1002/mrm.28385), 15. */
  readonly baselineKnotsPerPpm: number;
  /** Effective degrees of freedom per ppm where `baseline` is "fixed". */
  readonly baselineEdPerPpm: number;
  /**
   * Largest effective degrees of freedom per ppm that "auto" may choose. ABfit stops at 7; distorted water or outer-volume
   * lipid needs more, and the criterion, not this limit, is what keeps good spectra smooth.
   */
  readonly baselineMaxEdPerPpm: number;
  /** Weight of the effective degrees of freedom in the modified Akaike criterion of "auto". Source: ABfit, 5. */
  readonly baselineAicWeight: number;
  /** SD of a metabolite's shift about the common one, or the largest where it is learned. [ppm] Source: LCModel manual §11.14, DESDSH 0.004. */
  readonly shiftPriorSdPpm: number;
  /**
   * SD of a metabolite's Lorentzian FWHM about the common one, or the largest where it is learned. [Hz] What the T2 of
   * metabolites make it (150 to 270 ms at 3 T: 0.35 Hz); it grows with the misfit of a single shape (fit.ts).
   */
  readonly lorentzianPriorSdHz: number;
  /** SD of a metabolite's Gaussian FWHM about the common one, counted where the line is 4 Hz wide. [Hz] */
  readonly gaussianPriorSdHz: number;
  /**
   * SD of the first-order phase about zero. [deg/ppm] A FID whose points before the echo are dropped begins within half a
   * dwell time of it: ±0.125 ms at 4 kHz are ±5.5°/ppm at 3 T.
   */
  readonly phase1PriorSdDegPerPpm: number;
  /** Half width of the coarse shift search. [ppm] */
  readonly shiftSearchPpm: number;
  /** Adds Gaussian macromolecule and lipid signals to a basis that has none. */
  readonly addMacromolecules: 'auto' | 'none';
  /**
   * Soft ratios of weak metabolites to the strong ones: "lcmodel" takes those that LCModel takes by default. They make the
   * estimates of weak metabolites look surer than the spectrum makes them, and the result says so.
   */
  readonly ratioPriors: 'none' | 'lcmodel';
  /** Metabolites and sums whose 95 % interval is found by profile likelihood; some tens of milliseconds each. */
  readonly profileLikelihood: readonly string[];
  /** Fits with fresh noise added, for Monte Carlo intervals; 0 for none. */
  readonly monteCarloDraws: number;
  /** Metabolites of the basis that are left out. */
  readonly omit: readonly string[];
  readonly maxIterations: number;
}

export const DEFAULT_NLLS_OPTIONS: NllsOptions = {
  ppmRange: 'auto',
  domain: 'real',
  grouping: 'related',
  gaussianDeviations: 'none',
  phases: 'free',
  lineshape: 'voigt',
  deviationSpread: 'learned',
  baseline: 'auto',
  baselineKnotsPerPpm: 15,
  baselineEdPerPpm: 3,
  baselineMaxEdPerPpm: 12,
  baselineAicWeight: 5,
  shiftPriorSdPpm: 0.004,
  lorentzianPriorSdHz: 0.4,
  gaussianPriorSdHz: 1,
  phase1PriorSdDegPerPpm: 3,
  shiftSearchPpm: 0.35,
  addMacromolecules: 'auto',
  ratioPriors: 'none',
  profileLikelihood: [],
  monteCarloDraws: 0,
  omit: [],
  maxIterations: 60,
};

const RULES: Readonly<Record<keyof NllsOptions, OptionRule>> = {
  ppmRange: { kind: 'ppmRange' },
  domain: { kind: 'choice', choices: ['real', 'complex'] },
  grouping: { kind: 'choice', choices: ['common', 'related', 'perMetabolite'] },
  gaussianDeviations: { kind: 'choice', choices: ['free', 'none'] },
  phases: { kind: 'choice', choices: ['free', 'zeroOrder', 'fixed'] },
  lineshape: { kind: 'choice', choices: ['voigt', 'lorentzian', 'free'] },
  deviationSpread: { kind: 'choice', choices: ['learned', 'fixed'] },
  baseline: { kind: 'choice', choices: ['auto', 'fixed', 'none'] },
  baselineKnotsPerPpm: { kind: 'positive' },
  baselineEdPerPpm: { kind: 'positive' },
  baselineMaxEdPerPpm: { kind: 'positive' },
  baselineAicWeight: { kind: 'positive' },
  shiftPriorSdPpm: { kind: 'positive' },
  lorentzianPriorSdHz: { kind: 'positive' },
  gaussianPriorSdHz: { kind: 'positive' },
  phase1PriorSdDegPerPpm: { kind: 'positive' },
  shiftSearchPpm: { kind: 'positive' },
  addMacromolecules: { kind: 'choice', choices: ['auto', 'none'] },
  ratioPriors: { kind: 'choice', choices: ['none', 'lcmodel'] },
  profileLikelihood: { kind: 'names' },
  monteCarloDraws: { kind: 'notNegative' },
  omit: { kind: 'names' },
  maxIterations: { kind: 'count' },
};

/**
 * Reads fit options from a recipe.
 * @param json the recipe's `quantification.options`
 * @param method whose options they are
 * @throws UsageError naming the unknown or wrong option
 */
export function parseNllsOptions(json: JsonObject, method = 'nlls'): NllsOptions {
  return readOptions(method, json, DEFAULT_NLLS_OPTIONS, RULES);
}
