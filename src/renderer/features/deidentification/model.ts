// A report of what was taken out, counted and put in words.
import { t } from '../../app/i18n/index.ts';
import type { CleanedFile, DeidentificationReport, RemovalAction } from '../../../core/domain/deidentification.ts';
import { REMOVAL_ACTIONS } from '../../../core/domain/deidentification.ts';

export interface ActionGroup {
  readonly action: RemovalAction;
  readonly places: readonly string[];
}

/** @returns what was done to a file, in the order of the actions; none where nothing was to be done */
export function actionGroups({ removals }: Pick<CleanedFile, 'removals'>): ActionGroup[] {
  return REMOVAL_ACTIONS.map((action) => ({
    action,
    places: removals.filter((removal) => removal.action === action).map(({ place }) => place),
  })).filter(({ places }) => places.length > 0);
}

/** The word beside a count of it. */
const countWord = (action: RemovalAction, count: number): string => t(`deidentification.counts.${action}`, { count });

/** @returns "12 removed, 1 date moved" */
export function countsSentence(file: Pick<CleanedFile, 'removals'>): string {
  const parts = actionGroups(file).map(({ action, places }) => `${places.length} ${countWord(action, places.length)}`);
  return parts.length === 0 ? t('deidentification.nothing') : parts.join(', ');
}

/** @returns how often each was done in all files together, none left out */
export function totals({ files }: DeidentificationReport): { action: RemovalAction; word: string; count: number }[] {
  const all = files.flatMap(({ removals }) => removals);
  return REMOVAL_ACTIONS.map((action) => {
    const count = all.filter((removal) => removal.action === action).length;
    return { action, word: countWord(action, count), count };
  });
}
