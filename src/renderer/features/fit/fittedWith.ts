// What a stored result was fitted with, in words, from the recipe kept with it.
import { t } from '../../app/i18n/index.ts';
import { recipeTitle } from '../../app/recipeTitle.ts';
import type { JsonObject, JsonValue } from '../../../core/domain/json.ts';
import { methodLabel } from '../../../core/domain/methodNames.ts';
import type { AnalysisDetailView, BasisCardView, QuantificationResultView } from '../../../ipc/contract.ts';
import type { Methods } from './correctionChoices.ts';
import { correctedBy, denoisedBy } from './denoised.ts';
import { quantityFacts } from './quantityFacts.ts';
import { optionWords } from './optionForm.ts';

export interface FittedFact {
  readonly label: string;
  readonly value: string;
}

const objectOf = (value: JsonValue | undefined): JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};

const whereTold = (label: string, value: string | null): FittedFact[] => (value === null ? [] : [{ label, value }]);

/** The background that QUEST's "auto" came to with this basis. */
function backgroundTaken(
  { method, diagnostics }: QuantificationResultView,
  { background: asked = 'auto' }: JsonObject,
): FittedFact[] {
  const { background } = diagnostics;
  if (method !== 'quest' || asked !== 'auto' || background === undefined) return [];
  return optionWords(method, { background }).map(({ value }) => ({ label: t('fit.with.backgroundTaken'), value }));
}

/**
 * @param bases to say a set's title; one that is gone is named by its id
 * @param processing methods of correction and denoising, for their titles
 * @returns method, basis, recipe, correction, denoising, what the fit chose itself, then each option that the recipe or the reader set, for the fit and
 *   for the amounts
 */
export function fittedWith(
  analysis: AnalysisDetailView,
  result: QuantificationResultView,
  bases: readonly BasisCardView[],
  processing: Methods,
): FittedFact[] {
  const { summary, recipe } = analysis;
  const { method, version } = result;
  const quantification = objectOf((recipe as JsonObject)['quantification']);
  const options = objectOf(quantification['options']);
  const title = (recipe as JsonObject)['title'];
  const basis = bases.find((b) => b.id === summary.basisId)?.title ?? summary.basisId;
  const set = optionWords(method, options);
  return [
    { label: t('fit.setup.method'), value: `${methodLabel(method)} ${version}` },
    ...(summary.basisId === 'none' ? [] : [{ label: t('fit.setup.basis'), value: basis }]),
    {
      label: t('fit.setup.recipe'),
      value: typeof title === 'string' ? recipeTitle({ id: summary.recipeId, title }) : summary.recipeId,
    },
    ...(result.doubt === undefined
      ? []
      : [{ label: t('fit.with.network'), value: t('fit.with.networkOn', { id: result.doubt.model.id, version: result.doubt.model.version, provider: result.executionProvider.toUpperCase() }) }]), // prettier-ignore
    ...whereTold(t('fit.correction.label'), correctedBy(analysis, processing)),
    ...whereTold(t('fit.denoising.label'), denoisedBy(analysis, processing)),
    ...backgroundTaken(result, options),
    ...(set.length === 0 ? [{ label: t('fit.options.title'), value: t('fit.options.allUsual') }] : set),
    ...quantityFacts(objectOf((recipe as JsonObject)['quantities']), result),
  ];
}
