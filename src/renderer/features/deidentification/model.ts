// A report of what was taken out, counted and put in words.
import type { CleanedFile, DeidentificationReport, RemovalAction } from '../../../core/domain/deidentification.ts';
import { REMOVAL_ACTIONS } from '../../../core/domain/deidentification.ts';

export const ACTION_WORDS: Readonly<Record<RemovalAction, string>> = {
  removed: 'removed',
  emptied: 'emptied',
  replaced: 'replaced',
  shifted: 'dates moved',
};

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

const countWord = (action: RemovalAction, count: number): string =>
  action === 'shifted' && count === 1 ? 'date moved' : ACTION_WORDS[action];

/** @returns "12 removed, 1 date moved" */
export function countsSentence(file: Pick<CleanedFile, 'removals'>): string {
  const parts = actionGroups(file).map(({ action, places }) => `${places.length} ${countWord(action, places.length)}`);
  return parts.length === 0 ? 'nothing to take out' : parts.join(', ');
}

/** @returns how often each was done in all files together, none left out */
export function totals({ files }: DeidentificationReport): { action: RemovalAction; word: string; count: number }[] {
  const all = files.flatMap(({ removals }) => removals);
  return REMOVAL_ACTIONS.map((action) => {
    const count = all.filter((removal) => removal.action === action).length;
    return { action, word: countWord(action, count), count };
  });
}
