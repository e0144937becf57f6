// Edited scans by a basis: what the pipeline needs to fit the difference spectrum with the method nlls.
import type { EditingCondition } from '../../domain/basisRequest.ts';
import type { JsonObject } from '../../domain/json.ts';
import { DEFAULT_DIFFERENCE_BASIS_OPTIONS } from './differenceBasis.ts';

export { COEDITED_NAME, DEFAULT_DIFFERENCE_BASIS_OPTIONS, GABA_PLUS, differenceBasis } from './differenceBasis.ts';
export type { CoeditedModel, DifferenceBasisOptions } from './differenceBasis.ts';
export { joinEditedResults } from './joinResults.ts';

/** Basis that belongs to an output of the editing step; the sum's is not made. */
export const BASIS_OF_OUTPUT: Readonly<Record<'difference' | 'off' | 'on', EditingCondition>> = {
  difference: 'difference',
  off: 'off',
  on: 'on',
};

/**
 * Options of nlls for a difference spectrum, under what the user sets: its window; no macromolecules but those of the basis;
 * a short search, since the scan was referenced by the strong lines of OFF, which the difference lacks.
 */
export const differenceFitOptions = (options: JsonObject): JsonObject => ({
  ppmRange: [...DEFAULT_DIFFERENCE_BASIS_OPTIONS.ppmRange],
  addMacromolecules: 'none',
  shiftSearchPpm: 0.05,
  ...options,
});
