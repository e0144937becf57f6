// The worklist's words and figures: states, quality, filters as remembered and as told, what an import brought.
import { searchWords } from '../../../core/domain/searchWords.ts';
import { WHOLE_WORKLIST, WORKLIST_SORT_KEYS } from '../../../core/domain/worklistQuery.ts';
import type { ImportResultView, WorklistQueryView, WorklistRowView } from '../../../ipc/contract.ts';
import { t } from '../../app/i18n/index.ts';
import type { Light } from '../../app/ui/light.ts';

export type SortKey = WorklistQueryView['sortBy'];
export type StudyState = WorklistRowView['state'];
export type QualityGrade = WorklistQueryView['grades'][number];
export type Filters = Pick<WorklistQueryView, 'states' | 'grades' | 'fieldsT' | 'from' | 'to' | 'withMrsi'>;
export type Sorting = Pick<WorklistQueryView, 'sortBy' | 'descending'>;

export const STATES: readonly StudyState[] = ['new', 'fitted', 'reviewed', 'signed'];
export const GRADES: readonly QualityGrade[] = ['good', 'average', 'borderline', 'fail', 'none'];

const STATE_LOOKS: Readonly<Record<StudyState, Pick<Light, 'symbol' | 'tone'>>> = {
  new: { symbol: '○', tone: 'muted' },
  fitted: { symbol: '◐', tone: 'caution' },
  reviewed: { symbol: '●', tone: 'ok' },
  signed: { symbol: '✓', tone: 'ok' },
};

const GRADE_LOOKS: Readonly<Record<QualityGrade, Pick<Light, 'symbol' | 'tone'>>> = {
  good: { symbol: '✓', tone: 'ok' },
  average: { symbol: '●', tone: 'ok' },
  borderline: { symbol: '▲', tone: 'caution' },
  fail: { symbol: '✕', tone: 'stop' },
  none: { symbol: '–', tone: 'muted' },
};

export const stateLight = (state: StudyState): Light => ({
  ...STATE_LOOKS[state],
  word: t(`worklist.states.${state}`),
});

/** @param grade null: no fit with a verdict */
export function qualityLight(grade: WorklistRowView['quality'] | 'none'): Light {
  const known = grade ?? 'none';
  return { ...GRADE_LOOKS[known], word: t(`worklist.grades.${known}`) };
}

export const NO_FILTERS: Filters = { states: [], grades: [], fieldsT: [], from: null, to: null, withMrsi: false };
export const USUAL_SORTING: Sorting = { sortBy: 'studyDate', descending: true };

/** What another click on a column's head asks for: dates begin with the newest, results and warnings with the most. */
export function sortedBy(sorting: Sorting, key: SortKey): Sorting {
  const fromHigh: readonly SortKey[] = ['studyDate', 'results', 'warnings', 'createdAt'];
  return { sortBy: key, descending: sorting.sortBy === key ? !sorting.descending : fromHigh.includes(key) };
}

/** Number of filters that leave something out. */
export function filterCount({ states, grades, fieldsT, from, to, withMrsi }: Filters): number {
  return [states.length > 0, grades.length > 0, fieldsT.length > 0, from !== null || to !== null, withMrsi].filter(
    Boolean,
  ).length;
}

/** Shorter words begin too many others. [letters] */
const SHORTEST_MEANING = 3;

/** What words of a search say of state and quality in the language of the window, from their first letters on. */
export function meaningsOf(search: string): WorklistQueryView['meanings'] {
  const begins = (word: string, { word: called }: Light): boolean =>
    searchWords(called).some((part) => part.startsWith(word));
  return [...new Set(searchWords(search))]
    .filter((word) => word.length >= SHORTEST_MEANING)
    .map((word) => ({
      word,
      states: STATES.filter((state) => begins(word, stateLight(state))),
      grades: GRADES.filter((grade) => begins(word, qualityLight(grade))),
    }))
    .filter(({ states, grades }) => states.length > 0 || grades.length > 0);
}

export function queryOf(search: string, filters: Filters, sorting: Sorting): WorklistQueryView {
  const text = search.trim().slice(0, 400);
  return { ...filters, ...sorting, search: text, meanings: meaningsOf(text) };
}

/** The list with a value in it, or without it where it was. */
export function toggled<T>(list: readonly T[], value: T): T[] {
  return list.includes(value) ? list.filter((other) => other !== value) : [...list, value];
}

const NOMINAL_FIELDS = [0.5, 1.5, 3, 4, 4.7, 7, 9.4, 10.5, 11.7, 14.1, 16.4];

/** Field strengths as they are called, each once, rising. [T] */
export function nominalFields(fieldsT: readonly number[]): number[] {
  const called = fieldsT.map(
    (field) =>
      NOMINAL_FIELDS.find((nominal) => Math.abs(field - nominal) <= 0.05 * nominal) ?? Number(field.toFixed(2)),
  );
  return [...new Set(called)].sort((a, b) => a - b);
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
const isDate = (value: unknown): value is string => typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value);
const among = <T>(value: unknown, known: readonly T[]): T[] =>
  Array.isArray(value) ? known.filter((one) => value.includes(one)) : [];

/** Sorting and filters as remembered; what is not understood counts as not set. */
export function parseView(text: string | null): { readonly sorting: Sorting; readonly filters: Filters } {
  let stored: unknown = null;
  try {
    stored = JSON.parse(text ?? 'null');
  } catch {
    // Written by nobody: the usual view.
  }
  const { sorting, filters } = isObject(stored) ? stored : {};
  const sortBy = isObject(sorting) ? WORKLIST_SORT_KEYS.find((key) => key === sorting['sortBy']) : undefined;
  const f = isObject(filters) ? filters : {};
  return {
    sorting:
      sortBy === undefined || !isObject(sorting)
        ? USUAL_SORTING
        : { sortBy, descending: sorting['descending'] === true },
    filters: {
      states: among(f['states'], STATES),
      grades: among(f['grades'], GRADES),
      fieldsT: Array.isArray(f['fieldsT'])
        ? f['fieldsT'].filter((x): x is number => typeof x === 'number' && x > 0)
        : [],
      from: isDate(f['from']) ? f['from'] : null,
      to: isDate(f['to']) ? f['to'] : null,
      withMrsi: f['withMrsi'] === true,
    },
  };
}

/** Asks for what a search finds, the newest examination first. */
export const searchQuery = (search: string): WorklistQueryView => queryOf(search, NO_FILTERS, USUAL_SORTING);

/** Asks for every study of the database. */
export const EVERY_STUDY = WHOLE_WORKLIST as WorklistQueryView;

/** Where warnings come from, for the figure's title; empty where there are none. */
export function warningWords({ importWarnings, fitWarnings }: WorklistRowView): string {
  const parts = [
    importWarnings > 0 ? t('worklist.warnings.import', { count: importWarnings }) : '',
    fitWarnings > 0 ? t('worklist.warnings.fit', { count: fitWarnings }) : '',
  ];
  return parts.filter((part) => part !== '').join('; ');
}

/** What an import brought, in words; null where nothing was chosen. */
export function importSentence(result: ImportResultView): string | null {
  const fresh = result.studies.filter((s) => s.isNew).length;
  const known = result.studies.length - fresh;
  const parts: string[] = [];
  if (fresh > 0) parts.push(t('worklist.imported.fresh', { count: fresh }));
  if (known > 0) parts.push(t('worklist.imported.known', { count: known }));
  return parts.length === 0 ? null : `${parts.join('; ')}.`;
}

/** Failures of an import, one line a file. */
export function failureLines(result: ImportResultView): string[] {
  return result.failures.map((f) =>
    f.error.message.includes(f.fileName) ? f.error.message : `${f.fileName}: ${f.error.message}`,
  );
}
