// The batch page's words and figures: what is asked for, how a batch and its studies stand.
import { methodLabel } from '../../../core/domain/methodNames.ts';
import type {
  BatchItemStateView,
  BatchItemView,
  BatchSettingsView,
  BatchSummaryView,
  BatchView,
} from '../../../ipc/contract.ts';
import { t } from '../../app/i18n/index.ts';
import type { Light } from '../../app/ui/light.ts';

export type ItemState = BatchItemView['state'];
export type BatchState = BatchView['state'];
/** Which studies a new batch is of. */
export type Source = 'chosen' | 'listed' | 'new';

export const SOURCES: readonly Source[] = ['chosen', 'listed', 'new'];
/** null everywhere: what suits each scan. */
export const WHAT_SUITS: BatchSettingsView = { recipeId: null, method: null, alsoBy: [], basisId: null };

const ITEM_LOOKS: Readonly<Record<ItemState, Pick<Light, 'symbol' | 'tone'>>> = {
  waiting: { symbol: '○', tone: 'muted' },
  running: { symbol: '◐', tone: 'caution' },
  done: { symbol: '✓', tone: 'ok' },
  failed: { symbol: '✕', tone: 'stop' },
  cancelled: { symbol: '–', tone: 'muted' },
  interrupted: { symbol: '▲', tone: 'caution' },
};

const partlyLight = (): Light => ({ symbol: '▲', tone: 'caution', word: t('batch.items.partly') });

/** "Done" with the mark of caution where not every method gave a result. */
export function itemLight({ state, message }: Pick<BatchItemView, 'state' | 'message'>): Light {
  if (state === 'done' && message !== null) return partlyLight();
  return { ...ITEM_LOOKS[state], word: t(`batch.items.${state}`) };
}

/** "Done" only where every study is; an end with failures is told as one. */
export function batchLight(state: BatchState, counts: Counts): Light {
  if (state === 'done' && counts.done === 0 && undone(counts) > 0) {
    return { ...ITEM_LOOKS.failed, word: t('batch.items.failed') };
  }
  if (state === 'done' && undone(counts) > 0) return partlyLight();
  return { ...ITEM_LOOKS[state], word: t(`batch.states.${state}`) };
}

/** A batch with some of its studies as they stand now; the others are the same objects. @param changes by study id */
export function withItems(batch: BatchView, changes: ReadonlyMap<string, BatchItemStateView>): BatchView {
  const items = batch.items.map((item) => {
    const change = changes.get(item.studyId);
    return change === undefined ? item : { ...item, ...change };
  });
  return { ...batch, items };
}

/** What is called how in the window. */
export interface SetupNames {
  readonly recipe: (id: string) => string;
  readonly basis: (id: string) => string;
}

const nameOr = (choice: string | null, name: (id: string) => string): string =>
  choice === null ? t('batch.suits') : name(choice);

/** "What suits each scan; NLLS, also by QNet": a set-up in one line. */
export function settingsWords({ recipeId, method, alsoBy, basisId }: BatchSettingsView, names: SetupNames): string {
  const parts = [
    t('batch.says.recipe', { recipe: nameOr(recipeId, names.recipe) }),
    method === null ? t('batch.says.ownMethod') : methodLabel(method),
    alsoBy.length === 0 ? '' : t('batch.says.alsoBy', { methods: alsoBy.map(methodLabel).join(', ') }),
    basisId === null ? '' : t('batch.says.basis', { basis: names.basis(basisId) }),
  ];
  return parts.filter((part) => part !== '').join('; ');
}

type Counts = BatchSummaryView['counts'];

/** Studies that a retry would run. */
export const undone = ({ failed, cancelled, interrupted }: Counts): number => failed + cancelled + interrupted;

export function countsOf(items: readonly Pick<BatchItemView, 'state'>[]): Counts {
  const counts = { waiting: 0, running: 0, done: 0, failed: 0, cancelled: 0, interrupted: 0 };
  for (const { state } of items) counts[state] += 1;
  return counts;
}

/** Share of a batch that is through, each running study by its own share. @param fractions by study id */
export function overallFraction(
  items: readonly Pick<BatchItemView, 'studyId' | 'state'>[],
  fractions: ReadonlyMap<string, number>,
): number {
  if (items.length === 0) return 1;
  const share = ({ studyId, state }: (typeof items)[number]): number => {
    if (state === 'waiting') return 0;
    return state === 'running' ? (fractions.get(studyId) ?? 0) : 1;
  };
  return items.reduce((sum, item) => sum + share(item), 0) / items.length;
}

/** "9 of 12 done, 2 failed, 1 waiting" */
export function countWords(counts: Counts): string {
  const all = Object.values(counts).reduce((sum, n) => sum + n, 0);
  const others = (['failed', 'interrupted', 'cancelled', 'running', 'waiting'] as const)
    .filter((state) => counts[state] > 0)
    .map((state) => t(`batch.counts.${state}`, { count: counts[state] }));
  return [t('batch.counts.done', { done: counts.done, count: all }), ...others].join(', ');
}

/** Settings as remembered; what is not understood suits. */
export function parseSettings(text: string | null): BatchSettingsView {
  try {
    const value = JSON.parse(text ?? 'null') as Partial<Record<keyof BatchSettingsView, unknown>> | null;
    const choice = (one: unknown): string | null => (typeof one === 'string' && one !== '' ? one : null);
    const also = value?.alsoBy;
    return {
      recipeId: choice(value?.recipeId),
      method: choice(value?.method),
      alsoBy: Array.isArray(also) ? also.filter((id): id is string => typeof id === 'string') : [],
      basisId: choice(value?.basisId),
    };
  } catch {
    return WHAT_SUITS;
  }
}

/** Choices that are still there; the others suit. */
export function usableSettings(
  { recipeId, method, alsoBy, basisId }: BatchSettingsView,
  known: {
    readonly recipes: readonly string[];
    readonly methods: readonly string[];
    readonly bases: readonly string[];
  },
): BatchSettingsView {
  const kept = (choice: string | null, ids: readonly string[]): string | null =>
    choice !== null && ids.includes(choice) ? choice : null;
  return {
    recipeId: kept(recipeId, known.recipes),
    method: kept(method, known.methods),
    alsoBy: alsoBy.filter((id) => known.methods.includes(id)),
    basisId: kept(basisId, known.bases),
  };
}
