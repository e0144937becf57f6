// Two analyses of one spectrum: each metabolite's values with their intervals, the difference, and whether they agree.
import { t } from '../../app/i18n/index.ts';
import { methodLabel } from '../../../core/domain/methodNames.ts';
import { intervalVerdict, methodRows } from '../../../core/domain/methodValues.ts';
import type { IntervalVerdict, MethodValue } from '../../../core/domain/methodValues.ts';
import type { ComparedQuantityView, ComparedSideView } from '../../../ipc/contract.ts';

export type Result = NonNullable<ComparedSideView['result']>;

export type ComparedValue = MethodValue;
export type Verdict = IntervalVerdict;

const VERDICT_LOOKS: Readonly<Record<Verdict, { readonly symbol: string; readonly tone: string }>> = {
  within: { symbol: '●', tone: 'ok' },
  beyondOne: { symbol: '△', tone: 'caution' },
  beyondBoth: { symbol: '▲', tone: 'stop' },
  unknown: { symbol: '–', tone: 'muted' },
};

/** What two intervals say of each other, as symbol and words. */
export function verdictLook(verdict: Verdict): { symbol: string; tone: string; word: string; title: string } {
  return {
    ...VERDICT_LOOKS[verdict],
    word: t(`comparison.verdicts.${verdict}`),
    title: t(`comparison.verdictTitles.${verdict}`),
  };
}

export interface PairRow {
  readonly name: string;
  readonly isSum: boolean;
  readonly a: ComparedValue | null;
  readonly b: ComparedValue | null;
  /** A − B; null where one lacks. */
  readonly difference: ComparedValue | null;
  /** The difference as part of the mean of both; null where either is not above 0. [%] */
  readonly differencePercent: number | null;
  readonly verdict: Verdict;
}

export const QUANTITIES: readonly ComparedQuantityView[] = ['ratio', 'amplitude', 'concentration'];

/** The quantities in words. */
export const quantityChoices = (): { readonly value: ComparedQuantityView; readonly text: string }[] =>
  QUANTITIES.map((value) => ({ value, text: t(`comparison.quantities.${value}`) }));

/**
 * The difference A − B. Its interval is recovered from the two (MOVER: Zou & Donner, Stat Med 2008;27:1693,
 * doi:10.1002/sim.3095), as if the errors were independent; both methods saw the same noise, so that it is rather too wide.
 */
export function differenceOf(a: ComparedValue, b: ComparedValue): ComparedValue {
  const value = a.value - b.value;
  if (a.interval === null || b.interval === null) return { value, interval: null };
  const below = Math.hypot(a.value - a.interval[0], b.interval[1] - b.value);
  const above = Math.hypot(a.interval[1] - a.value, b.value - b.interval[0]);
  return { value, interval: [value - below, value + above] };
}

/** Rows of all that either has, sums first, in the order of A; of ratios, tCr to itself says nothing and is left out. */
export function pairRows(a: Result, b: Result, quantity: ComparedQuantityView): PairRow[] {
  return methodRows([a, b], quantity).map(({ name, isSum, values: [va = null, vb = null] }) => {
    const positive = va !== null && vb !== null && va.value > 0 && vb.value > 0;
    return {
      name,
      isSum,
      a: va,
      b: vb,
      difference: va === null || vb === null ? null : differenceOf(va, vb),
      differencePercent: positive ? (200 * (va.value - vb.value)) / (va.value + vb.value) : null,
      verdict: intervalVerdict(va, vb),
    };
  });
}

/** Quantities that both have a value of. */
export function commonQuantities(a: Result, b: Result): ComparedQuantityView[] {
  return QUANTITIES.filter((quantity) => pairRows(a, b, quantity).some((row) => row.difference !== null));
}

export type PairSort = 'name' | 'difference' | 'percent';

/** @param rank of a name in lists; sums stay first where sorted by it */
export function sortedPairs(rows: readonly PairRow[], sort: PairSort, rank: (name: string) => number): PairRow[] {
  if (sort === 'name') {
    return [...rows].sort((x, y) => Number(y.isSum) - Number(x.isSum) || rank(x.name) - rank(y.name));
  }
  const size = (row: PairRow): number => {
    const value = sort === 'difference' ? row.difference?.value : row.differencePercent;
    return value === null || value === undefined ? -1 : Math.abs(value);
  };
  return [...rows].sort((x, y) => size(y) - size(x));
}

export interface RecipeDifference {
  readonly name: string;
  readonly a: string;
  readonly b: string;
}

function flat(value: unknown, path: string, into: Map<string, string>): void {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    for (const [key, inner] of Object.entries(value)) flat(inner, path === '' ? key : `${path} ${key}`, into);
  } else into.set(path, typeof value === 'string' ? value : JSON.stringify(value));
}

/** What a recipe sets: each step with its options, then method and options of the fit. */
function settings(recipe: Readonly<Record<string, unknown>>): Map<string, string> {
  const into = new Map<string, string>();
  const steps = Array.isArray(recipe['preprocessing']) ? (recipe['preprocessing'] as unknown[]) : [];
  for (const each of steps) {
    const { step, options } = each as { readonly step?: unknown; readonly options?: unknown };
    into.set(String(step), t('comparison.bar.on'));
    flat(options ?? {}, String(step), into);
  }
  const quantification = (recipe['quantification'] ?? {}) as { readonly method?: unknown; readonly options?: unknown };
  into.set('method', methodLabel(String(quantification.method)));
  flat(quantification.options ?? {}, '', into);
  return into;
}

/** Settings that two recipes don't share; what one leaves to its default is said to be that. */
export function recipeDifferences(
  a: Readonly<Record<string, unknown>>,
  b: Readonly<Record<string, unknown>>,
): RecipeDifference[] {
  const [first, second] = [settings(a), settings(b)];
  const names = [...new Set([...first.keys(), ...second.keys()])];
  return names
    .map((name) => ({
      name,
      a: first.get(name) ?? t('comparison.bar.default'),
      b: second.get(name) ?? t('comparison.bar.default'),
    }))
    .filter((d) => d.a !== d.b);
}

/** The analysis set beside the one on screen: the newest other one, of another method if there is one. */
export function otherAnalysis(
  analyses: readonly { readonly id: string; readonly method: string; readonly createdAt: string }[],
  a: string,
): string | null {
  const method = analyses.find((x) => x.id === a)?.method;
  const others = analyses.filter((x) => x.id !== a).sort((x, y) => (x.createdAt < y.createdAt ? 1 : -1));
  return (others.find((x) => x.method !== method) ?? others[0])?.id ?? null;
}

/** Titles of a list told apart: those that stand twice are counted, in the order they were made. */
export function distinctTitles(titles: readonly string[]): string[] {
  return titles.map((title, i) => {
    if (titles.indexOf(title) === titles.lastIndexOf(title)) return title;
    return `(${titles.slice(0, i + 1).filter((other) => other === title).length}) ${title}`;
  });
}
