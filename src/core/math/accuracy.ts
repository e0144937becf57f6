// Estimates against known truth: errors, regression, and how well the stated bounds describe them. Every definition stands
// at its field; n counts the pairs, e = estimate − truth.

/** Half width of the 95 % interval of a normal distribution, in SD: Φ⁻¹(0.975). */
export const NORMAL_95 = 1.959963984540054;

export interface EstimateWithTruth {
  readonly estimate: number;
  readonly truth: number;
  /** SD that the method itself states (its Cramér–Rao bound); null where it states none. */
  readonly bound: number | null;
  /** 95 % interval that the method states; null: estimate ± 1.96 · bound. */
  readonly interval: readonly [low: number, high: number] | null;
}

export interface Accuracy {
  readonly n: number;
  /** Mean of |e| / |truth| over pairs whose truth is not 0; null without one. [%] */
  readonly mape: number | null;
  /** Σ|e| / Σ(|estimate| + |truth|), a ratio of sums (Hatami 2018, doi:10.1007/978-3-030-00928-1_53); null for 0/0. [%] */
  readonly smape: number | null;
  /** Mean of |e| / (|estimate| + |truth|), 0/0 counting as 0 (Chen 2024, doi:10.1109/TBME.2024.3354123, section V C). [%] */
  readonly smapeMean: number;
  /** Of the regression line below: squared correlation; null where the truth or the estimates don't vary or n < 3. */
  readonly r2: number | null;
  /** Of the identity line: 1 − Σe² / Σ(truth − mean truth)², which bias and wrong slope lower; null likewise. */
  readonly r2Identity: number | null;
  /** Ordinary least squares, estimate = slope · truth + intercept; null where the truth doesn't vary or n < 3. */
  readonly slope: number | null;
  readonly intercept: number | null;
  /** Mean of e. */
  readonly bias: number;
  /** SD of e (n − 1) / √n; null for n < 2. */
  readonly biasSe: number | null;
  /** √ mean of e². */
  readonly rmse: number;
  /** SD of e (n − 1), which no bias is part of; null for n < 2. */
  readonly errorSd: number | null;
  /** Mean of the bounds, in the estimates' unit; null where there are none. */
  readonly meanCrlb: number | null;
  /** 100 · mean bound / mean |truth|. [%] */
  readonly meanCrlbPercent: number | null;
  /** √(Σe² / Σbound²) over pairs with a bound: 1 for an efficient, unbiased method with true bounds. */
  readonly rmseOverCrlb: number | null;
  /** SD of e over √ mean bound², over pairs with a bound: below 1 where an estimate is pulled to a mean; null for n < 2. */
  readonly sdOverCrlb: number | null;
  /** Part of the truths within the stated 95 % interval, over pairs that have one. [%] */
  readonly coverage95: number | null;
  /** How many pairs have a bound. */
  readonly bounded: number;
}

const sum = (values: readonly number[]): number => values.reduce((total, v) => total + v, 0);
const mean = (values: readonly number[]): number => sum(values) / values.length;
const percent = (part: number, whole: number): number | null => (whole === 0 ? null : (100 * part) / whole);

/** @returns SD about the mean (n − 1); null for n < 2 */
function spreadOf(values: readonly number[]): number | null {
  if (values.length < 2) return null;
  const middle = mean(values);
  return Math.sqrt(sum(values.map((v) => (v - middle) ** 2)) / (values.length - 1));
}

interface Line {
  readonly slope: number | null;
  readonly intercept: number | null;
  readonly r2: number | null;
  readonly r2Identity: number | null;
}

function regression(pairs: readonly EstimateWithTruth[]): Line {
  const none = { slope: null, intercept: null, r2: null, r2Identity: null };
  if (pairs.length < 3) return none;
  const x = mean(pairs.map((p) => p.truth));
  const y = mean(pairs.map((p) => p.estimate));
  const xx = sum(pairs.map((p) => (p.truth - x) ** 2));
  const yy = sum(pairs.map((p) => (p.estimate - y) ** 2));
  const xy = sum(pairs.map((p) => (p.truth - x) * (p.estimate - y)));
  if (xx === 0) return none;
  const slope = xy / xx;
  return {
    slope,
    intercept: y - slope * x,
    r2: yy === 0 ? null : xy ** 2 / (xx * yy),
    r2Identity: 1 - sum(pairs.map((p) => (p.estimate - p.truth) ** 2)) / xx,
  };
}

const isCovered = ({ estimate, truth, bound, interval }: EstimateWithTruth): boolean => {
  if (interval !== null) return truth >= interval[0] && truth <= interval[1];
  return bound !== null && Math.abs(estimate - truth) <= NORMAL_95 * bound;
};

function boundFigures(
  pairs: readonly EstimateWithTruth[],
): Pick<Accuracy, 'meanCrlb' | 'meanCrlbPercent' | 'rmseOverCrlb' | 'sdOverCrlb' | 'coverage95' | 'bounded'> {
  const withBound = pairs.flatMap((p) => (p.bound === null ? [] : [{ ...p, bound: p.bound }]));
  const withInterval = pairs.filter((p) => p.bound !== null || p.interval !== null);
  const covered =
    withInterval.length === 0 ? null : percent(withInterval.filter(isCovered).length, withInterval.length);
  if (withBound.length === 0) {
    const none = { meanCrlb: null, meanCrlbPercent: null, rmseOverCrlb: null, sdOverCrlb: null };
    return { ...none, coverage95: covered, bounded: 0 };
  }
  const meanCrlb = mean(withBound.map((p) => p.bound));
  const squares = sum(withBound.map((p) => p.bound ** 2));
  const spread = spreadOf(withBound.map((p) => p.estimate - p.truth));
  return {
    meanCrlb,
    meanCrlbPercent: percent(meanCrlb, mean(withBound.map((p) => Math.abs(p.truth)))),
    rmseOverCrlb: squares === 0 ? null : Math.sqrt(sum(withBound.map((p) => (p.estimate - p.truth) ** 2)) / squares),
    sdOverCrlb: squares === 0 || spread === null ? null : spread / Math.sqrt(squares / withBound.length),
    coverage95: covered,
    bounded: withBound.length,
  };
}

/** What symmetric percentages are of. */
const sizeOf = ({ estimate, truth }: EstimateWithTruth): number => Math.abs(estimate) + Math.abs(truth);

/**
 * How far estimates fall back to a value, such as the mean of what a network was trained on: least-squares k of
 * e = k · (value − truth); 0 for a faithful method, 1 for one that always gives the value, whatever the spectrum
 * (the bias that Rizzo 2023, doi:10.1002/mrm.29561, warns of).
 * @returns null where every truth is the value
 */
export function pullTowards(value: number, pairs: readonly EstimateWithTruth[]): number | null {
  const squares = sum(pairs.map((p) => (value - p.truth) ** 2));
  return squares === 0 ? null : sum(pairs.map((p) => (p.estimate - p.truth) * (value - p.truth))) / squares;
}

/**
 * @param pairs at least one
 * @returns null for none
 */
export function accuracyOf(pairs: readonly EstimateWithTruth[]): Accuracy | null {
  const n = pairs.length;
  if (n === 0) return null;
  const errors = pairs.map((p) => p.estimate - p.truth);
  const bias = mean(errors);
  const spread = spreadOf(errors);
  const present = pairs.filter((p) => p.truth !== 0);
  return {
    n,
    mape: present.length === 0 ? null : 100 * mean(present.map((p) => Math.abs((p.estimate - p.truth) / p.truth))),
    smape: percent(sum(errors.map(Math.abs)), sum(pairs.map(sizeOf))),
    smapeMean: 100 * mean(pairs.map((p, i) => (sizeOf(p) === 0 ? 0 : Math.abs(errors[i] as number) / sizeOf(p)))),
    ...regression(pairs),
    bias,
    biasSe: spread === null ? null : spread / Math.sqrt(n),
    rmse: Math.sqrt(mean(errors.map((e) => e ** 2))),
    errorSd: spread,
    ...boundFigures(pairs),
  };
}
