// Options of the NLLS fit, their defaults, and their reading from a recipe's JSON.
import { UsageError } from '../../domain/errors.ts';
import type { JsonObject, JsonValue } from '../../domain/json.ts';

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
  /** Shifts and Lorentzian widths: one for all, or a soft deviation of each metabolite from the common ones. */
  readonly grouping: 'common' | 'perMetabolite';
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
  /** SD of a metabolite's shift about the common one. [ppm] Source: LCModel manual §11.14, DESDSH 0.004. */
  readonly shiftPriorSdPpm: number;
  /** SD of a metabolite's Lorentzian FWHM about the common one. [Hz] */
  readonly lorentzianPriorSdHz: number;
  /** SD of the first-order phase about zero. [deg/ppm] */
  readonly phase1PriorSdDegPerPpm: number;
  /** Half width of the coarse shift search. [ppm] */
  readonly shiftSearchPpm: number;
  /** Adds Gaussian macromolecule and lipid signals to a basis that has none. */
  readonly addMacromolecules: 'auto' | 'none';
  /** Metabolites of the basis that are left out. */
  readonly omit: readonly string[];
  readonly maxIterations: number;
}

export const DEFAULT_NLLS_OPTIONS: NllsOptions = {
  ppmRange: 'auto',
  domain: 'real',
  grouping: 'perMetabolite',
  baseline: 'auto',
  baselineKnotsPerPpm: 15,
  baselineEdPerPpm: 3,
  baselineMaxEdPerPpm: 12,
  baselineAicWeight: 5,
  shiftPriorSdPpm: 0.004,
  lorentzianPriorSdHz: 1,
  phase1PriorSdDegPerPpm: 5,
  shiftSearchPpm: 0.35,
  addMacromolecules: 'auto',
  omit: [],
  maxIterations: 60,
};

const CHOICES: Readonly<Record<string, readonly string[]>> = {
  domain: ['real', 'complex'],
  grouping: ['common', 'perMetabolite'],
  baseline: ['auto', 'fixed', 'none'],
  addMacromolecules: ['auto', 'none'],
};

function checkedValue(key: string, value: JsonValue): JsonValue {
  const fallback = DEFAULT_NLLS_OPTIONS[key as keyof NllsOptions];
  const refuse = (expected: string): never => {
    throw new UsageError(`The fit option "${key}" must be ${expected}, not ${JSON.stringify(value)}.`);
  };
  const choices = CHOICES[key];
  if (choices !== undefined) {
    return typeof value === 'string' && choices.includes(value) ? value : refuse(`one of ${choices.join(', ')}`);
  }
  if (key === 'ppmRange') {
    if (value === 'auto') return value;
    const ok = Array.isArray(value) && value.length === 2 && value.every((v) => typeof v === 'number' && isFinite(v));
    if (!ok || value[0] === value[1]) return refuse('two different ppm values');
    return [Math.min(...(value as number[])), Math.max(...(value as number[]))];
  }
  if (key === 'omit') {
    return Array.isArray(value) && value.every((v) => typeof v === 'string') ? value : refuse('a list of names');
  }
  if (typeof fallback === 'number') {
    return typeof value === 'number' && value > 0 && isFinite(value) ? value : refuse('a positive number');
  }
  return refuse('known');
}

/**
 * Reads fit options from a recipe.
 * @param json the recipe's `quantification.options`
 * @throws UsageError naming the unknown or wrong option
 */
export function parseNllsOptions(json: JsonObject): NllsOptions {
  const parsed: Record<string, JsonValue> = {};
  for (const [key, value] of Object.entries(json)) {
    if (!(key in DEFAULT_NLLS_OPTIONS)) throw new UsageError(`The fit has no option "${key}".`);
    parsed[key] = checkedValue(key, value);
  }
  return { ...DEFAULT_NLLS_OPTIONS, ...(parsed as Partial<NllsOptions>) };
}
