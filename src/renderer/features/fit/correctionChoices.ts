// What transients may be corrected with and spectra denoised with: which choices this scan and recipe leave, in words.
import { t } from '../../app/i18n/index.ts';
import type { CorrectionChoice, DenoisingChoice } from '../../../core/domain/correctionMethods.ts';
import type { ChannelResponse } from '../../../ipc/contract.ts';

type RecipeCard = ChannelResponse<'recipe:list'>['recipes'][number];
export type Methods = Pick<ChannelResponse<'fit:methods'>, 'corrections' | 'denoisers'>;

/** What the choices hang on. */
export interface ProcessedScan {
  readonly nucleus: string;
  readonly transients: number;
  readonly voxels: number;
}

/** "recipe": as the recipe has it. */
export interface Choice<Value extends string> {
  readonly value: Value | 'recipe';
  readonly text: string;
  /** The method's paper, or why it can't be chosen. */
  readonly title: string;
  readonly disabled: boolean;
  readonly group: 'own' | 'classical' | 'network';
}

type Method = Methods['corrections'][number] | Methods['denoisers'][number];

/** @param obstacle why the method can't be taken for this scan */
function methodChoice<M extends Method>(method: M, obstacle: string | null): Choice<M['id']> {
  const { id, title, citation, isNetwork, isAvailable } = method;
  const why = isAvailable ? obstacle : t('fit.choice.notInstalled');
  return {
    value: id,
    text: why === null ? title : `${title} (${why})`,
    title: citation,
    disabled: why !== null,
    group: isNetwork ? 'network' : 'classical',
  };
}

const usual = <Value extends string>(value: Value | 'recipe', text: string): Choice<Value> => ({
  value,
  text,
  title: '',
  disabled: false,
  group: 'own',
});

/** Choices of the correction; none where there is nothing to correct. */
export function correctionChoices(
  recipe: RecipeCard | null,
  { nucleus, transients }: ProcessedScan,
  { corrections }: Methods,
): Choice<CorrectionChoice>[] {
  // The methods go by lines of proton spectra.
  if (recipe === null || recipe.correction === null || nucleus !== '1H' || transients < 2) return [];
  return [
    ...(recipe.correction === 'alignment' ? [usual<CorrectionChoice>('recipe', t('fit.correction.alignment'))] : []),
    usual<CorrectionChoice>('auto', t('fit.correction.automatic')),
    ...corrections.map((method) => methodChoice(method, null)),
    usual<CorrectionChoice>('none', t('fit.correction.none')),
  ];
}

/** Choices of the denoising; none where the recipe prepares nothing. */
export function denoisingChoices(
  recipe: RecipeCard | null,
  { nucleus, transients, voxels }: ProcessedScan,
  { denoisers }: Methods,
): Choice<DenoisingChoice>[] {
  if (recipe === null || recipe.denoising === null) return [];
  const obstacle = ({ id, isNetwork }: Methods['denoisers'][number]): string | null => {
    if (isNetwork && nucleus !== '1H') return t('fit.choice.protonOnly');
    return id === 'mp-pca' && transients < 2 && voxels < 2 ? t('fit.choice.needsSeveral') : null;
  };
  return [
    usual<DenoisingChoice>('none', t('fit.denoising.none')),
    ...denoisers.map((method) => methodChoice(method, obstacle(method))),
  ];
}

/**
 * What counts: the reader's choice where this scan leaves it, else the recipe's own.
 * @param own of the recipe; "recipe" where it has no name of its own
 */
export function choiceTaken<Value extends string>(
  choices: readonly Choice<Value>[],
  chosen: Value | 'recipe' | null,
  own: Value | 'recipe',
): Value | 'recipe' {
  return choices.find((c) => c.value === chosen && !c.disabled)?.value ?? own;
}
