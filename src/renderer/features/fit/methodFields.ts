// The methods in words, and the settings of each.
import { t } from '../../app/i18n/index.ts';
import { methodLabel } from '../../../core/domain/methodNames.ts';
import { networkMethod } from '../../../core/domain/networkMethods.ts';
import { nllsGroups } from './nllsFields.ts';
import type { OptionGroup } from './optionFields.ts';
import { amaresGroups, editedGaussianGroups, questGroups } from './otherFields.ts';

const FIELDS: Readonly<Record<string, () => readonly OptionGroup[]>> = {
  nlls: nllsGroups,
  hybrid: nllsGroups,
  quest: questGroups,
  amares: amaresGroups,
  'edited-gaussian': editedGaussianGroups,
};

/** Fits that are described in words; networks bring theirs. */
const DESCRIBED: readonly string[] = ['nlls', 'quest', 'amares', 'edited-gaussian', 'hybrid'];

/** Options of a method in groups; those that this page has no words for are left to recipes. */
export function optionGroups(method: string): readonly OptionGroup[] {
  return FIELDS[method]?.() ?? [];
}

/** Whether a method has options that this page has words for. */
export const hasOptions = (method: string): boolean => method in FIELDS;

/** A method's name and what it is, for a list. */
export function methodWords(method: string): string {
  if (DESCRIBED.includes(method)) return t(`fit.methodWords.${method}`);
  return networkMethod(method)?.title ?? methodLabel(method);
}
