// What a stored result was fitted with, in words, from the recipe kept with it.
import type { JsonObject, JsonValue } from '../../../core/domain/json.ts';
import type { AnalysisDetailView, BasisCardView, QuantificationResultView } from '../../../ipc/contract.ts';
import { optionWords } from './optionForm.ts';

export interface FittedFact {
  readonly label: string;
  readonly value: string;
}

const objectOf = (value: JsonValue | undefined): JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};

/**
 * @param bases to say a set's title; one that is gone is named by its id
 * @returns method, basis, recipe, then each option that the recipe or the reader set
 */
export function fittedWith(
  { summary, recipe }: AnalysisDetailView,
  { method, version }: QuantificationResultView,
  bases: readonly BasisCardView[],
): FittedFact[] {
  const quantification = objectOf((recipe as JsonObject)['quantification']);
  const options = objectOf(quantification['options']);
  const title = (recipe as JsonObject)['title'];
  const basis = bases.find((b) => b.id === summary.basisId)?.title ?? summary.basisId;
  const set = optionWords(method, options);
  return [
    { label: 'Method', value: `${method.toUpperCase()} ${version}` },
    ...(summary.basisId === 'none' ? [] : [{ label: 'Basis set', value: basis }]),
    { label: 'Recipe', value: typeof title === 'string' ? title : summary.recipeId },
    ...(set.length === 0 ? [{ label: 'Options', value: 'all as usual' }] : set),
  ];
}
