// Options of the Gaussian fit of edited spectra.
import type { JsonObject } from '../../domain/json.ts';
import { readOptions } from '../shared/optionReading.ts';
import type { OptionRule } from '../shared/optionReading.ts';

export interface EditedGaussianOptions {
  /** "GABAGlx": GABA+ and the two Glx lines over 2.79–4.1 ppm; "GABA": GABA+ alone over 2.79–3.55 ppm. Source: Gannet. */
  readonly target: 'GABAGlx' | 'GABA';
  /** "linear", or "nonlinear": to the third power, where Gannet adds a sine and a cosine to the straight line. */
  readonly baseline: 'linear' | 'nonlinear';
  /** Creatine and choline: "lorentzian" as in Gannet, whose wings make areas of Gaussian-shimmed lines a quarter too large, or "voigt". */
  readonly singlets: 'voigt' | 'lorentzian';
  /** Damping of the data and of the model alike. [Hz] Source: Gannet, 3 Hz. */
  readonly dampingHz: number;
  /** Half width of the search for creatine and choline in the reference spectrum. [ppm] */
  readonly shiftSearchPpm: number;
  readonly maxIterations: number;
}

export const DEFAULT_EDITED_GAUSSIAN_OPTIONS: EditedGaussianOptions = {
  target: 'GABAGlx',
  baseline: 'nonlinear',
  singlets: 'voigt',
  dampingHz: 3,
  shiftSearchPpm: 0.2,
  maxIterations: 100,
};

const RULES: Readonly<Record<keyof EditedGaussianOptions, OptionRule>> = {
  target: { kind: 'choice', choices: ['GABAGlx', 'GABA'] },
  baseline: { kind: 'choice', choices: ['linear', 'nonlinear'] },
  singlets: { kind: 'choice', choices: ['voigt', 'lorentzian'] },
  dampingHz: { kind: 'notNegative' },
  shiftSearchPpm: { kind: 'positive' },
  maxIterations: { kind: 'count' },
};

/** @throws UsageError naming the unknown or wrong option */
export const parseEditedGaussianOptions = (json: JsonObject): EditedGaussianOptions =>
  readOptions('edited-gaussian', json, DEFAULT_EDITED_GAUSSIAN_OPTIONS, RULES);
