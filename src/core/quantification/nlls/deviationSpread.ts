// How far the metabolites of this spectrum scatter about their common shift and width, learned from the spectrum itself.
// Shifts and Lorentzian widths of the groups are draws from a normal distribution of unknown SD τ; the marginal likelihood
// of the data is largest where τ² = Σ δ² / Σ (1 − v/τ²), v being the variance of a deviation δ after the fit: the sum below
// counts the deviations that the data, and not the prior, have set (MacKay 1992, doi:10.1162/neco.1992.4.3.415). A fixed τ
// that suits a poor basis or shim costs precision in a spectrum whose lines all move together.
import { inverseDiagonal } from '../../math/cholesky.ts';
import type { KnownSolution } from './engine.ts';
import type { ParameterRule, Problem } from './problem.ts';
import type { SpectralModel } from './model.ts';
import { withPriors } from './normalEquations.ts';

/** Smallest τ as part of the largest: a spectrum with little to say of its deviations must not freeze them. */
const LEAST_PART = 0.05;
/** Data that have set less than this much of all deviations together say nothing of their spread. */
const LEAST_COUNT = 0.01;
/** A change of τ below this part is none. */
const SAME_PART = 0.05;
/** Bounds of a deviation, in its SD. */
const BOUND_SD = 6;

/** Index of group g's deviation of one kind. */
type DeviationIndex = (model: SpectralModel, group: number) => number;
const KINDS: readonly DeviationIndex[] = [
  (model, group) => model.shiftDeviation(group),
  (model, group) => model.lorentzianDeviation(group),
];

/** Where a fit has ended or is foretold to end, and what the data say of it. */
export type Deviations = Pick<KnownSolution, 'theta' | 'equations'>;

/** Posterior variance of each free parameter. */
function variances(problem: Problem, { theta, equations }: Deviations): ReadonlyMap<number, number> {
  const { free } = equations;
  const { hessian } = withPriors(problem, theta, equations);
  const found = inverseDiagonal(hessian, free.length);
  if (found === null) return new Map();
  return new Map(free.map((j, i) => [j, found[i] as number]));
}

/**
 * The priors of shifts and widths with the spread that the spectrum shows.
 * @param problem fitted, with the priors of the last round
 * @param most rules before the first round: no τ grows beyond theirs
 * @returns null where nothing changes
 */
export function learnSpread(
  problem: Problem,
  solution: Deviations,
  most: readonly ParameterRule[],
): readonly ParameterRule[] | null {
  const { model } = problem;
  const known = variances(problem, solution);
  const groups = Array.from({ length: model.groupCount }, (_, g) => g).filter((g) => !model.isBroadGroup(g));
  const rules = problem.rules.slice();
  let changed = false;
  for (const kind of KINDS) {
    const indices = groups.map((g) => kind(model, g));
    const first = indices[0];
    if (first === undefined) continue;
    const { priorSd } = rules[first] as ParameterRule;
    let squares = 0;
    let count = 0;
    for (const j of indices) {
      const variance = known.get(j);
      if (variance === undefined) continue;
      squares += (solution.theta[j] as number) ** 2;
      count += Math.max(0, 1 - variance / priorSd ** 2);
    }
    if (count < LEAST_COUNT) continue;
    const largest = (most[first] as ParameterRule).priorSd;
    const learned = Math.min(largest, Math.max(LEAST_PART * largest, Math.sqrt(squares / count)));
    if (Math.abs(learned / priorSd - 1) < SAME_PART) continue;
    changed = true;
    const room = BOUND_SD * learned;
    for (const j of indices) rules[j] = { lower: -room, upper: room, priorMean: 0, priorSd: learned };
  }
  return changed ? rules : null;
}
