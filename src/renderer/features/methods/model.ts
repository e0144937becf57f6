// Several methods on one spectrum as they are shown: a column a method, a row a metabolite, marks where doubt is due.
import { t } from '../../app/i18n/index.ts';
import {
  agreementWords,
  distributionWords,
  intervalVerdict,
  isOfNetwork,
  methodRows,
  pairTally,
  referenceFit,
  type MethodRow,
  type MethodValue,
  type PairTally,
} from '../../../core/domain/methodValues.ts';
import { methodLabel } from '../../../core/domain/methodNames.ts';
import { intervalText } from '../../../core/reports/intervalText.ts';
import { formatSignificant } from '../../../core/reports/tables.ts';
import type { MethodOfVoxelView } from '../../../ipc/contract.ts';
import { methodLook, methodRank, type MethodLook } from './looks.ts';

export type Tone = 'ok' | 'caution' | 'stop' | 'muted';
export type Quantity = 'ratio' | 'amplitude';
export type RowChoice = 'main' | 'all';

export const QUANTITIES: readonly Quantity[] = ['ratio', 'amplitude'];

/** Methods in the order of their columns: fits first. */
export function orderedMethods(methods: readonly MethodOfVoxelView[]): MethodOfVoxelView[] {
  return [...methods].sort((a, b) => methodRank(a.method) - methodRank(b.method));
}

/** What a method's head says. */
export interface MethodColumn {
  readonly view: MethodOfVoxelView;
  readonly title: string;
  readonly look: MethodLook;
  readonly isNetwork: boolean;
  /** In a word or two, with a symbol; nothing where a fit went as usual. */
  readonly state: { readonly tone: Tone; readonly symbol: string; readonly words: string } | null;
}

function stateOf(view: MethodOfVoxelView): MethodColumn['state'] {
  if (view.status === 'refused') return { tone: 'stop', symbol: '✕', words: t('methods.states.noResult') };
  if (isOfNetwork(view as Parameters<typeof isOfNetwork>[0])) {
    return view.inDistribution
      ? { tone: 'ok', symbol: '✓', words: t('methods.states.knows') }
      : { tone: 'caution', symbol: '⚠', words: t('methods.states.unlike') };
  }
  return view.status === 'notConverged'
    ? { tone: 'caution', symbol: '▲', words: t('methods.states.notConverged') }
    : null;
}

export function methodColumns(methods: readonly MethodOfVoxelView[]): MethodColumn[] {
  return methods.map((view) => ({
    view,
    title: methodLabel(view.method),
    look: methodLook(view.method),
    isNetwork: view.doubt !== undefined,
    state: stateOf(view),
  }));
}

/** Place of the fit that the others are held against; null where there is none. */
export function referenceOf(columns: readonly MethodColumn[]): number | null {
  const found = referenceFit(columns.filter((c) => c.view.status !== 'refused').map((c) => c.view.method));
  if (found === null) return null;
  const usable = columns.flatMap((c, i) => (c.view.status === 'refused' ? [] : [i]));
  return usable[found] ?? null;
}

/** A network's value without its interval is not shown. */
function withoutBareNumbers(value: MethodValue | null, isNetwork: boolean): MethodValue | null {
  return isNetwork && value?.interval === null ? null : value;
}

/** All rows; sums first, then metabolites by their rank. @param rank of a name in lists */
export function comparedRows(
  columns: readonly MethodColumn[],
  quantity: Quantity,
  rank: (name: string) => number,
): MethodRow[] {
  const results = columns.map(({ view }) => (view.status === 'refused' ? null : view));
  return methodRows(results, quantity)
    .map((row) => ({
      ...row,
      values: row.values.map((v, i) => withoutBareNumbers(v, columns[i]?.isNetwork ?? false)),
    }))
    .filter((row) => row.values.some((v) => v !== null))
    .sort((a, b) => Number(b.isSum) - Number(a.isSum) || rank(a.name) - rank(b.name));
}

/** Read in every report, besides the sums. */
const MAIN: readonly string[] = ['Glu', 'Gln', 'GSH', 'Lac', 'GABA'];

export const chosenRows = (rows: readonly MethodRow[], choice: RowChoice): MethodRow[] =>
  rows.filter(({ name, isSum }) => choice === 'all' || isSum || MAIN.includes(name));

export interface MethodCell {
  readonly value: string;
  /** "± 0.10", or the interval's ends where it is not symmetric; empty where a fit gives none. */
  readonly interval: string;
  /** Of a network that does not know such spectra, as its head says in words. */
  readonly isUnlike: boolean;
  /** Further words that warn. */
  readonly marks: readonly string[];
}

const fromTo = (low: string, high: string): string => t('methods.cell.fromTo', { low, high });

/** @param reference place of the fit that the value is held against */
export function methodCell(
  row: MethodRow,
  at: number,
  columns: readonly MethodColumn[],
  reference: number | null,
): MethodCell {
  const value = row.values[at] ?? null;
  const column = columns[at];
  if (value === null || column === undefined) return { value: '–', interval: '', isUnlike: false, marks: [] };
  const against = reference === null || reference === at ? null : (row.values[reference] ?? null);
  const fit = reference === null ? '' : (columns[reference]?.title ?? '');
  const isUnlike = column.isNetwork && !column.view.inDistribution;
  return {
    value: formatSignificant(value.value),
    interval: intervalText(value, fromTo),
    isUnlike,
    marks: [...(intervalVerdict(value, against) === 'beyondBoth' ? [t('methods.cell.beyond', { fit })] : [])],
  };
}

/** What is to be known of one method before its numbers are believed, in sentences. */
export function methodSentences(
  columns: readonly MethodColumn[],
  rows: readonly MethodRow[],
  at: number,
  reference: number | null,
): string[] {
  const column = columns[at];
  if (column === undefined) return [];
  const { view, title } = column;
  if (view.status === 'refused') return [view.reason ?? t('methods.sentences.gaveNone', { method: title })];
  const own = [
    ...(view.status === 'notConverged' ? [view.reason ?? t('methods.sentences.notConverged', { method: title })] : []),
    ...(view.doubt === undefined ? [] : [distributionWords(view.doubt)]),
  ];
  if (reference === null) {
    return column.isNetwork ? [...own, t('methods.sentences.noFit')] : own;
  }
  if (reference === at) return [...own, t('methods.sentences.isReference')];
  return [
    ...own,
    pairSentence(pairTally(rows, at, reference), title, columns[reference]?.title ?? '', column.isNetwork),
  ];
}

/** Methods without a result of this spectrum, each with its reason in one sentence. */
export const refusals = (columns: readonly MethodColumn[]): { readonly title: string; readonly reason: string }[] =>
  columns.flatMap(({ view, title }) =>
    view.status === 'refused' ? [{ title, reason: view.reason ?? t('methods.sentences.itGaveNone') }] : [],
  );

/** The agreement of any two in a sentence. */
export function pairSentence(tally: PairTally, a: string, b: string, isNetwork = false): string {
  const words = agreementWords(tally, b);
  return isNetwork ? words : words.replace('this network', a);
}

/** One cell of the agreement matrix. */
export interface MatrixCell {
  /** "9/12"; a symbol where one metabolite is looked at; a dash where nothing can be compared. */
  readonly text: string;
  /** Of the values that agree, 0 to 1; null where nothing can be compared. */
  readonly share: number | null;
  /** Values beyond both intervals. */
  readonly beyond: number;
  readonly title: string;
}

const SYMBOLS = { within: '●', beyondOne: '△', beyondBoth: '▲', unknown: '–' } as const;

/**
 * Methods × methods.
 * @param name of the one metabolite that is looked at; null: all rows
 */
export function agreementMatrix(
  columns: readonly MethodColumn[],
  rows: readonly MethodRow[],
  name: string | null,
): (MatrixCell | null)[][] {
  const row = name === null ? undefined : rows.find((r) => r.name === name);
  return columns.map((first, a) =>
    columns.map((second, b): MatrixCell | null => {
      if (a === b) return null;
      if (row !== undefined) {
        const verdict = intervalVerdict(row.values[a] ?? null, row.values[b] ?? null);
        const share = { within: 1, beyondOne: 0.5, beyondBoth: 0, unknown: null }[verdict];
        const title = t('methods.matrix.one', {
          name: row.name,
          a: first.title,
          b: second.title,
          words: t(`methods.matrix.${verdict}`),
        });
        return { text: SYMBOLS[verdict], share, beyond: verdict === 'beyondBoth' ? 1 : 0, title };
      }
      const tally = pairTally(rows, a, b);
      const { compared, within, beyondBoth } = tally;
      return {
        text: compared === 0 ? '–' : `${within}/${compared}`,
        share: compared === 0 ? null : within / compared,
        beyond: beyondBoth.length,
        title: pairSentence(tally, first.title, second.title),
      };
    }),
  );
}

/** Names of the methods that contradict the fit somewhere, or don't know the spectrum; for the view's head. */
export function doubtfulMethods(
  columns: readonly MethodColumn[],
  rows: readonly MethodRow[],
  reference: number | null,
): { readonly unlike: readonly string[]; readonly beyond: readonly string[] } {
  const usable = columns.filter((c) => c.view.status !== 'refused');
  return {
    unlike: usable.filter((c) => c.isNetwork && !c.view.inDistribution).map((c) => c.title),
    beyond: columns.flatMap((c, i) =>
      reference !== null && i !== reference && pairTally(rows, i, reference).beyondBoth.length > 0 ? [c.title] : [],
    ),
  };
}
