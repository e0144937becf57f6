// Several methods on one spectrum: each value with its 95 % interval, and whether the methods agree within them.
import type { MetaboliteEstimate, NetworkDoubt, QuantificationResult } from './quantification.ts';

/** Two-sided 95 % of the normal distribution, in standard deviations. */
const NORMAL_95 = 1.959963984540054;

export type MethodQuantity = 'ratio' | 'amplitude' | 'concentration';

/** Lowest and highest value. */
export type Interval95 = readonly [low: number, high: number];

/** A value with its 95 % interval; null where the method states none. */
export interface MethodValue {
  readonly value: number;
  readonly interval: Interval95 | null;
}

/** What of an estimate is compared; results that come over IPC have no more. */
export type ValuedEstimate = Pick<
  MetaboliteEstimate,
  'name' | 'amplitude' | 'crlbPercent' | 'crlbAbsolute' | 'ratioToTCr' | 'concentrationMM'
> & {
  readonly concentrations?: readonly { readonly value: number; readonly sd: number | null }[];
  readonly interval95?: { readonly low: number; readonly high: number };
  readonly ratios?: readonly { readonly reference: string; readonly value: number; readonly sd: number | null }[];
};

export interface ValuedResult {
  readonly metabolites: readonly ValuedEstimate[];
  readonly combined: readonly ValuedEstimate[];
}

/** beyondBoth: neither value lies in the other's interval. unknown: one has no value or no interval. */
export type IntervalVerdict = 'within' | 'beyondOne' | 'beyondBoth' | 'unknown';

const around = (value: number, sd: number | null): MethodValue => ({
  value,
  interval: sd === null || !Number.isFinite(sd) ? null : [value - NORMAL_95 * sd, value + NORMAL_95 * sd],
});

/** SD as part of the amplitude: by the method's own interval where it has one, else by the bound. */
function partOf(estimate: ValuedEstimate | undefined): number | null {
  if (estimate === undefined) return null;
  const { amplitude, interval95, crlbPercent } = estimate;
  if (interval95 === undefined || amplitude === 0) return crlbPercent === null ? null : crlbPercent / 100;
  return (interval95.high - interval95.low) / (2 * NORMAL_95 * Math.abs(amplitude));
}

/** Where the method gives no SD of the ratio: both errors as independent, which leaves out their covariance. */
function ratioValue(estimate: ValuedEstimate, tCr: ValuedEstimate | undefined): MethodValue | null {
  const value = estimate.ratioToTCr;
  if (value === null) return null;
  const own = estimate.ratios?.find((r) => r.reference === 'tCr')?.sd ?? null;
  if (own !== null) return around(value, own);
  const [part, reference] = [partOf(estimate), partOf(tCr)];
  return around(value, part === null || reference === null ? null : Math.abs(value) * Math.hypot(part, reference));
}

function concentrationValue(estimate: ValuedEstimate): MethodValue | null {
  const value = estimate.concentrationMM;
  if (value === null) return null;
  const own = estimate.concentrations?.find((c) => c.value === value)?.sd ?? null;
  const part = partOf(estimate);
  return around(value, own ?? (part === null ? null : Math.abs(value) * part));
}

function amplitudeValue({ amplitude, crlbAbsolute, interval95 }: ValuedEstimate): MethodValue {
  return interval95 === undefined
    ? around(amplitude, crlbAbsolute)
    : { value: amplitude, interval: [interval95.low, interval95.high] };
}

/**
 * A quantity of one estimate with its 95 % interval: the method's own where it has one, else ±1.96 of its bound.
 * @param result whose estimate it is
 * @returns null where the method has no such value
 */
export function methodValue(
  estimate: ValuedEstimate,
  result: ValuedResult,
  quantity: MethodQuantity,
): MethodValue | null {
  const valueOf = {
    ratio: () =>
      ratioValue(
        estimate,
        result.combined.find((e) => e.name === 'tCr'),
      ),
    concentration: () => concentrationValue(estimate),
    amplitude: () => amplitudeValue(estimate),
  }[quantity];
  const found = valueOf();
  return found !== null && Number.isFinite(found.value) ? found : null;
}

const lies = (value: number, [low, high]: Interval95): boolean => value >= low && value <= high;

/** Whether two values agree within their intervals. */
export function intervalVerdict(a: MethodValue | null, b: MethodValue | null): IntervalVerdict {
  if (a === null || b === null || a.interval === null || b.interval === null) return 'unknown';
  const [first, second] = [lies(a.value, b.interval), lies(b.value, a.interval)];
  if (first && second) return 'within';
  return first || second ? 'beyondOne' : 'beyondBoth';
}

/** One metabolite or sum by every method. */
export interface MethodRow {
  readonly name: string;
  readonly isSum: boolean;
  /** In the order of the methods; null where one has no value. */
  readonly values: readonly (MethodValue | null)[];
}

/**
 * All that any method has a value of, sums first; of ratios, tCr to itself says nothing and is left out.
 * @param results one a method; null where a method has none of this spectrum
 */
export function methodRows(results: readonly (ValuedResult | null)[], quantity: MethodQuantity): MethodRow[] {
  return (['combined', 'metabolites'] as const).flatMap((kind) => {
    const names = [...new Set(results.flatMap((result) => result?.[kind].map((e) => e.name) ?? []))];
    return names.flatMap((name): MethodRow[] => {
      if (quantity === 'ratio' && name === 'tCr') return [];
      const values = results.map((result) => {
        const estimate = result?.[kind].find((e) => e.name === name);
        return result === null || estimate === undefined ? null : methodValue(estimate, result, quantity);
      });
      return values.every((v) => v === null) ? [] : [{ name, isSum: kind === 'combined', values }];
    });
  });
}

/** How far two methods agree over all rows that both have a value and an interval of. */
export interface PairTally {
  /** Rows compared. */
  readonly compared: number;
  readonly within: number;
  /** Names of rows where one value lies beyond the other's interval. */
  readonly beyondOne: readonly string[];
  /** Names of rows where each value lies beyond the other's interval: the two contradict each other. */
  readonly beyondBoth: readonly string[];
}

/** @param a,b places of the two in the rows' values */
export function pairTally(rows: readonly MethodRow[], a: number, b: number): PairTally {
  const verdicts = rows.map(({ name, values }) => ({
    name,
    verdict: intervalVerdict(values[a] ?? null, values[b] ?? null),
  }));
  const namesOf = (verdict: IntervalVerdict): string[] =>
    verdicts.filter((v) => v.verdict === verdict).map((v) => v.name);
  const [within, beyondOne, beyondBoth] = [namesOf('within').length, namesOf('beyondOne'), namesOf('beyondBoth')];
  return { compared: within + beyondOne.length + beyondBoth.length, within, beyondOne, beyondBoth };
}

/** Model fits in the order in which networks are held against them. */
const REFERENCES: readonly string[] = ['nlls', 'lcmodel', 'quest', 'hybrid'];

/**
 * The fit that networks are held against.
 * @param methods ids, of those that have numbers of the spectrum
 * @returns the place of the fit among them; null where none is a fit of the whole spectrum
 */
export function referenceFit(methods: readonly string[]): number | null {
  const found = REFERENCES.find((method) => methods.includes(method));
  return found === undefined ? null : methods.indexOf(found);
}

/** Whether a result's numbers come from a network, and must not stand without interval, verdict and agreement. */
export const isOfNetwork = (result: Pick<QuantificationResult, 'doubt'>): boolean => result.doubt !== undefined;

/** Whether the spectrum is one of those the network knows, in one sentence and the reasons. */
export function distributionWords({ checks, onlyStarts }: Pick<NetworkDoubt, 'checks' | 'onlyStarts'>): string {
  const failed = checks.filter(({ passed }) => !passed);
  if (failed.length === 0) return 'The spectrum is like those the network was trained on.';
  const reasons = failed.map(({ message }) => message).join(' ');
  if (onlyStarts === true) {
    return `The spectrum is unlike those that the network which starts the fit was trained on; the numbers are the fit’s, and as good as it is. ${reasons}`;
  }
  return `The spectrum is unlike those the network was trained on; its values are not to be relied on. ${reasons}`;
}

/** The agreement of a network with a fit in one sentence. @param fit its name */
export function agreementWords({ compared, within, beyondBoth }: PairTally, fit: string): string {
  if (compared === 0) return `No value can be held against ${fit}: one of the two gives no interval.`;
  const share = `${within} of ${compared} values lie within both 95 % intervals of this network and ${fit}`;
  if (beyondBoth.length === 0) return `${share}; none lies beyond both.`;
  return `${share}; beyond both intervals: ${beyondBoth.join(', ')}.`;
}
