// A method's estimates of a set with known truth → accuracy of every metabolite and sum.
import { COMBINED_METABOLITES } from '../domain/metaboliteNames.ts';
import type { DistributionCheck, MetaboliteEstimate, QuantificationResult } from '../domain/quantification.ts';
import { accuracyOf, pullTowards } from '../math/accuracy.ts';
import type { Accuracy, EstimateWithTruth } from '../math/accuracy.ts';
import { median } from '../math/robustStatistics.ts';

/** What a result's metabolites are compared by; the curves and the rest of it need not be kept. */
export interface CaseEstimate {
  readonly metabolites: readonly SlimEstimate[];
  readonly combined: readonly SlimEstimate[];
  /** Checks by which a network found the spectrum unlike those it knows; absent for methods without such checks. */
  readonly failedChecks?: readonly DistributionCheck['check'][];
}

type SlimEstimate = Pick<MetaboliteEstimate, 'name' | 'amplitude' | 'crlbAbsolute'> &
  Partial<Pick<MetaboliteEstimate, 'interval95'>>;

/**
 * "none": amplitudes as they are; "tCr": each case's so that its total creatine is the true one (which then says nothing
 * of tCr itself); "common": all of a method's by one factor, the median of true over estimated tCr.
 */
export type TruthScale = 'none' | 'tCr' | 'common';

export interface AccuracyRow extends Accuracy {
  readonly name: string;
}

export interface MethodEvaluation {
  readonly metabolites: readonly AccuracyRow[];
  readonly combined: readonly AccuracyRow[];
  /** Estimated, but not in the truth. */
  readonly withoutTruth: readonly string[];
  /** In the truth, but not estimated. */
  readonly notEstimated: readonly string[];
}

/** @returns what an evaluation keeps of a result */
export function slimEstimates({ metabolites, combined, doubt }: QuantificationResult): CaseEstimate {
  const slim = ({ name, amplitude, crlbAbsolute, interval95 }: MetaboliteEstimate): SlimEstimate => ({
    name,
    amplitude,
    crlbAbsolute,
    ...(interval95 === undefined ? {} : { interval95 }),
  });
  const failedChecks = doubt?.checks.filter(({ passed }) => !passed).map(({ check }) => check);
  return {
    metabolites: metabolites.map(slim),
    combined: combined.map(slim),
    ...(failedChecks === undefined ? {} : { failedChecks }),
  };
}

/**
 * The truth of a metabolite or sum: its own column, else for a sum the sum of its members' columns, a member without one
 * counting as 0.
 * @returns null where nothing is known of it
 */
export function truthOf(truth: ReadonlyMap<string, Float64Array>, name: string): Float64Array | null {
  const own = truth.get(name);
  if (own !== undefined) return own;
  const members = COMBINED_METABOLITES.find((sum) => sum.name === name)?.members ?? [];
  const columns = members.flatMap((member) => truth.get(member) ?? []);
  const [first] = columns;
  if (first === undefined) return null;
  return first.map((_, i) => columns.reduce((total, column) => total + (column[i] as number), 0));
}

/** Factor on every case's amplitudes; null where its tCr can't be told. */
function scaleFactors(
  cases: readonly (CaseEstimate | null)[],
  truth: ReadonlyMap<string, Float64Array>,
  scale: TruthScale,
): (number | null)[] {
  if (scale === 'none') return cases.map(() => 1);
  const trueTCr = truthOf(truth, 'tCr');
  const own = cases.map((estimates, i) => {
    const tCr = estimates?.combined.find((c) => c.name === 'tCr')?.amplitude ?? 0;
    return tCr > 0 && trueTCr !== null ? (trueTCr[i] as number) / tCr : null;
  });
  if (scale === 'tCr') return own;
  const known = own.filter((factor) => factor !== null);
  return cases.map(() => (known.length === 0 ? null : median(known)));
}

function pairOf(estimate: SlimEstimate, truth: number, factor: number): EstimateWithTruth {
  const { amplitude, crlbAbsolute, interval95 } = estimate;
  return {
    estimate: factor * amplitude,
    truth,
    bound: crlbAbsolute === null ? null : factor * crlbAbsolute,
    interval: interval95 === undefined ? null : [factor * interval95.low, factor * interval95.high],
  };
}

function pairsByName(
  lists: readonly (readonly SlimEstimate[] | null)[],
  truth: ReadonlyMap<string, Float64Array>,
  factors: readonly (number | null)[],
): Map<string, EstimateWithTruth[]> {
  const pairs = new Map<string, EstimateWithTruth[]>();
  const truths = new Map<string, Float64Array | null>();
  lists.forEach((estimates, i) => {
    const factor = factors[i] ?? null;
    if (estimates === null || factor === null) return;
    for (const estimate of estimates) {
      const { name, amplitude } = estimate;
      const known = truths.get(name) ?? truthOf(truth, name);
      truths.set(name, known);
      const list = pairs.get(name) ?? [];
      pairs.set(name, list);
      if (known !== null && Number.isFinite(amplitude)) list.push(pairOf(estimate, known[i] as number, factor));
    }
  });
  return pairs;
}

function rowsOf(pairs: ReadonlyMap<string, readonly EstimateWithTruth[]>): AccuracyRow[] {
  return [...pairs].flatMap(([name, list]) => {
    const accuracy = accuracyOf(list);
    return accuracy === null ? [] : [{ name, ...accuracy }];
  });
}

/**
 * @param cases one a spectrum, null where the method gave nothing
 * @param truth values by name, in the order of `cases`
 */
export function evaluateEstimates(
  cases: readonly (CaseEstimate | null)[],
  truth: ReadonlyMap<string, Float64Array>,
  scale: TruthScale = 'none',
): MethodEvaluation {
  const factors = scaleFactors(cases, truth, scale);
  const pairs = (of: 'metabolites' | 'combined'): Map<string, EstimateWithTruth[]> =>
    pairsByName(cases.map((c) => c?.[of] ?? null), truth, factors); // prettier-ignore
  const single = pairs('metabolites');
  const combined = pairs('combined');
  const all = new Set([...single.keys(), ...combined.keys()]);
  return {
    metabolites: rowsOf(single),
    combined: rowsOf(combined),
    withoutTruth: [...all].filter((name) => truthOf(truth, name) === null),
    notEstimated: [...truth.keys()].filter((name) => !all.has(name)),
  };
}

/** Cases whose value (their SNR, say) lies in [from, to). */
export interface LevelEvaluation extends MethodEvaluation {
  readonly from: number;
  readonly to: number;
  readonly cases: number;
}

/**
 * The same level by level: rows of a table "accuracy against SNR".
 * @param values one a case, as a nuisance column of the truth table has them
 * @param edges rising; the last level takes its upper edge in
 */
export function evaluateByLevel(
  cases: readonly (CaseEstimate | null)[],
  truth: ReadonlyMap<string, Float64Array>,
  values: ArrayLike<number>,
  edges: readonly number[],
  scale: TruthScale = 'none',
): LevelEvaluation[] {
  return edges.slice(0, -1).map((from, level) => {
    const to = edges[level + 1] as number;
    const isLast = level === edges.length - 2;
    const within = (value: number): boolean => value >= from && (value < to || (isLast && value === to));
    const chosen = cases.map((_, i) => i).filter((i) => within(values[i] as number));
    const own = new Map([...truth].map(([name, all]) => [name, Float64Array.from(chosen, (i) => all[i] as number)]));
    const evaluation = evaluateEstimates(chosen.map((i) => cases[i] ?? null), own, scale); // prettier-ignore
    return { from, to, cases: chosen.length, ...evaluation };
  });
}

/**
 * How far a method's estimates of every metabolite and sum fall back to given values (see pullTowards).
 * @param values by name; names without one have no result
 */
export function pullsTowards(
  values: ReadonlyMap<string, number>,
  cases: readonly (CaseEstimate | null)[],
  truth: ReadonlyMap<string, Float64Array>,
): Map<string, number> {
  const all = cases.map((c) => (c === null ? null : [...c.metabolites, ...c.combined]));
  const pulls = [...pairsByName(all, truth, cases.map(() => 1))].flatMap(([name, pairs]) => {
    const value = values.get(name);
    const pull = value === undefined ? null : pullTowards(value, pairs);
    return pull === null ? [] : [[name, pull] as const];
  }); // prettier-ignore
  return new Map(pulls);
}
