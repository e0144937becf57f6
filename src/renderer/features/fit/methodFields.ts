// The methods in words, and the settings of each.
import { methodLabel } from '../../../core/domain/methodNames.ts';
import { networkMethod } from '../../../core/domain/networkMethods.ts';
import { NLLS } from './nllsFields.ts';
import type { OptionGroup } from './optionFields.ts';
import { AMARES, EDITED_GAUSSIAN, QUEST } from './otherFields.ts';

const FIELDS: Readonly<Record<string, readonly OptionGroup[]>> = {
  nlls: NLLS,
  hybrid: NLLS,
  quest: QUEST,
  amares: AMARES,
  'edited-gaussian': EDITED_GAUSSIAN,
};

const METHOD_WORDS: Readonly<Record<string, string>> = {
  nlls: 'NLLS: basis set and spline baseline',
  quest: 'QUEST: basis set in the time domain',
  amares: 'AMARES: single lines with prior knowledge',
  'edited-gaussian': 'Gaussians of edited spectra',
  hybrid: 'Hybrid: NLLS from the universal network’s start',
};

/** Options of a method in groups; those that this page has no words for are left to recipes. */
export function optionGroups(method: string): readonly OptionGroup[] {
  return FIELDS[method] ?? [];
}

/** A method's name and what it is, for a list. */
export function methodWords(method: string): string {
  return METHOD_WORDS[method] ?? networkMethod(method)?.title ?? methodLabel(method);
}
