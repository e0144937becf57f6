// Options of the QUEST fit, their defaults, and their reading from a recipe's JSON.
import type { JsonObject } from '../../domain/json.ts';
import { readOptions } from '../shared/optionReading.ts';
import type { OptionRule } from '../shared/optionReading.ts';

/**
 * "subtract": metabolites without the first samples, background from what they leave, subtracted, metabolites again.
 * "none": the basis alone. "inbase": macromolecules as signals of the basis, its own or LCModel's Gaussians.
 */
export type BackgroundStrategy = 'subtract' | 'none' | 'inbase';

export interface QuestOptions {
  /**
   * "auto": "inbase" where the basis has macromolecules of its own, "subtract" else. A background taken from what the
   * metabolites leave of the first samples knows less than measured macromolecules do.
   */
  readonly background: BackgroundStrategy | 'auto';
  /** What the lines decay by beyond the basis: the paper's exponential, or also one Gaussian common to all. */
  readonly lineshape: 'lorentzian' | 'voigt';
  /** Shift and damping: one for all, or of each metabolite within the bounds about the common ones. */
  readonly grouping: 'common' | 'perMetabolite';
  /** "subtract" leaves out this much of the FID's start at first. [s] */
  readonly truncationS: number;
  /** Exponentials that the residual is decomposed into. */
  readonly backgroundComponents: number;
  /** Half width of the range of a metabolite's shift about the common one. [ppm] */
  readonly shiftBoundPpm: number;
  /** Half width of the range of a metabolite's Lorentzian FWHM about the common one. [Hz] */
  readonly lorentzianBoundHz: number;
  /** Time from the basis signals' first sample to the data's, a whole number of dwell times. [s] */
  readonly beginTimeS: number;
  /** Half width of the coarse shift search. [ppm] */
  readonly shiftSearchPpm: number;
  /** Window of the curves; the fit looks at the whole FID. [ppm] */
  readonly ppmRange: readonly [number, number] | 'auto';
  /** Metabolites of the basis that are left out. */
  readonly omit: readonly string[];
  readonly maxIterations: number;
}

/** With the strategy that a basis was found to call for. */
export interface SettledQuestOptions extends QuestOptions {
  readonly background: BackgroundStrategy;
}

export const DEFAULT_QUEST_OPTIONS: QuestOptions = {
  background: 'auto',
  lineshape: 'lorentzian',
  grouping: 'perMetabolite',
  truncationS: 0.03,
  backgroundComponents: 20,
  shiftBoundPpm: 0.02,
  lorentzianBoundHz: 5,
  beginTimeS: 0,
  shiftSearchPpm: 0.35,
  ppmRange: 'auto',
  omit: [],
  maxIterations: 60,
};

const RULES: Readonly<Record<keyof QuestOptions, OptionRule>> = {
  background: { kind: 'choice', choices: ['auto', 'subtract', 'none', 'inbase'] },
  lineshape: { kind: 'choice', choices: ['lorentzian', 'voigt'] },
  grouping: { kind: 'choice', choices: ['common', 'perMetabolite'] },
  truncationS: { kind: 'positive' },
  backgroundComponents: { kind: 'count' },
  shiftBoundPpm: { kind: 'positive' },
  lorentzianBoundHz: { kind: 'positive' },
  beginTimeS: { kind: 'notNegative' },
  shiftSearchPpm: { kind: 'positive' },
  ppmRange: { kind: 'ppmRange' },
  omit: { kind: 'names' },
  maxIterations: { kind: 'count' },
};

/** @throws UsageError naming the unknown or wrong option */
export const parseQuestOptions = (json: JsonObject): QuestOptions =>
  readOptions('quest', json, DEFAULT_QUEST_OPTIONS, RULES);
