// How far several methods agree on one spectrum: every pair's difference, whether it lies beyond both 95 % intervals, and the
// share of figures on which a pair agrees.
import { COMBINED_METABOLITES } from '../domain/metaboliteNames.ts';
import { methodLabel } from '../domain/methodNames.ts';
import { intervalVerdict, methodRows, pairTally, referenceFit } from '../domain/methodValues.ts';
import type { IntervalVerdict, MethodRow, MethodValue } from '../domain/methodValues.ts';
import type { Warning } from '../domain/provenance.ts';
import type { QuantificationResult } from '../domain/quantification.ts';

/** Two methods on one metabolite or sum. */
export interface AgreementPair {
  readonly first: string;
  readonly second: string;
  /** Second minus first, and over their mean; null where the mean is zero. */
  readonly difference: number;
  readonly differencePercent: number | null;
  readonly verdict: IntervalVerdict;
}

export interface MetaboliteAgreement {
  readonly name: string;
  readonly isSum: boolean;
  /** Those that estimate it, in the order of the methods. */
  readonly values: readonly ({ readonly method: string } & MethodValue)[];
  readonly pairs: readonly AgreementPair[];
}

export interface MethodAgreement {
  /** Ratios to each method's own tCr, or amplitudes where one has none. */
  readonly quantity: 'ratio' | 'amplitude';
  readonly methods: readonly string[];
  readonly metabolites: readonly MetaboliteAgreement[];
  /**
   * methods × methods, row by row: share of the figures with known intervals on which the two agree (0 to 1), each within the
   * other's 95 % interval; null where they share none.
   */
  readonly matrix: readonly (readonly (number | null)[])[];
  /** "methods-disagree", one for each method that contradicts the reference fit (without a fit, the first method). */
  readonly warnings: readonly Warning[];
}

const hasTCr = ({ combined }: QuantificationResult): boolean =>
  combined.some(({ name, amplitude }) => name === 'tCr' && amplitude > 0);

/** Every two of a list, as places. */
function pairsOf(count: number): (readonly [number, number])[] {
  const places = Array.from({ length: count }, (_, i) => i);
  return places.flatMap((a) => places.slice(a + 1).map((b) => [a, b] as const));
}

function agreementOf({ name, isSum, values }: MethodRow, methods: readonly string[]): MetaboliteAgreement {
  const pairs = pairsOf(methods.length).flatMap(([a, b]): AgreementPair[] => {
    const [first, second] = [values[a] ?? null, values[b] ?? null];
    if (first === null || second === null) return [];
    const difference = second.value - first.value;
    const mean = (first.value + second.value) / 2;
    const differencePercent = mean === 0 ? null : (100 * difference) / Math.abs(mean);
    const verdict = intervalVerdict(first, second);
    return [{ first: methods[a] as string, second: methods[b] as string, difference, differencePercent, verdict }];
  });
  const known = values.flatMap((value, i) => (value === null ? [] : [{ method: methods[i] as string, ...value }]));
  return { name, isSum, values: known, pairs };
}

/** The matrix has every pair; in words, each method is held against one. */
function warningsOf(rows: readonly MethodRow[], methods: readonly string[]): Warning[] {
  const reference = referenceFit(methods) ?? 0;
  const sums = new Set(rows.filter(({ isSum }) => isSum).map(({ name }) => name));
  const repeated = (single: string): boolean =>
    COMBINED_METABOLITES.some(({ name, members }) => sums.has(name) && members.length === 1 && members[0] === single);
  const once = rows.filter(({ name }) => !repeated(name));
  return methods.flatMap((method, at) => {
    if (at === reference) return [];
    const { beyondBoth } = pairTally(once, reference, at);
    if (beyondBoth.length === 0) return [];
    const [first, second] = [methods[reference] ?? '', method].map(methodLabel);
    const message = `${first} and ${second} disagree beyond both their 95 % intervals on ${beyondBoth.join(', ')}.`;
    return [{ code: 'methods-disagree', message }];
  });
}

/**
 * @param results of one spectrum, one a method; refused ones are left out
 * @returns null where fewer than two have numbers
 */
export function methodAgreement(results: readonly QuantificationResult[]): MethodAgreement | null {
  const taken = results.filter(({ status }) => status !== 'refused');
  if (taken.length < 2) return null;
  const methods = taken.map(({ method }) => method);
  const quantity = taken.every(hasTCr) ? 'ratio' : 'amplitude';
  const rows = methodRows(taken, quantity).filter(({ values }) => values.filter((v) => v !== null).length > 1);
  const share = (a: number, b: number): number | null => {
    const { compared, within } = pairTally(rows, a, b);
    return compared === 0 ? null : within / compared;
  };
  return {
    quantity,
    methods,
    metabolites: rows.map((row) => agreementOf(row, methods)),
    matrix: methods.map((_, a) => methods.map((_method, b) => (a === b ? 1 : share(a, b)))),
    warnings: warningsOf(rows, methods),
  };
}
