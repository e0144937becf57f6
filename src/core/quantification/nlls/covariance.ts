// How well the amplitudes are known: the inverse of the full Fisher matrix.
import { choleskyFactor, forwardSubstitutions, invertScaled } from '../../math/cholesky.ts';
import { addGram } from '../../math/innerProducts.ts';
import { times } from '../../math/vectors.ts';
import { addAmplitudePriors } from './amplitudes.ts';
import type { LinearSolution } from './amplitudes.ts';
import { weightColumns, weightedGram } from './baseline.ts';
import type { Solution } from './engine.ts';
import { subMatrix } from './normalEquations.ts';
import type { JointProducts } from './normalEquations.ts';
import type { ParameterRule, Problem } from './problem.ts';

/**
 * Covariance of all amplitudes from the full Fisher matrix: amplitudes, moving parameters (with their priors) and
 * baseline, all nuisance included (Cavassila 2001, doi:10.1002/nbm.701). The model must stand at the solution, as
 * `minimise` leaves it.
 * @returns M × M row-major, in amplitude units squared, or null where the matrix is singular
 */
export function amplitudeCovariance(problem: Problem, solution: Solution, sigma: number): Float64Array | null {
  const { model, baseline } = problem;
  const { linear } = solution;
  const moving = problem.free.filter((j) => {
    const rule = problem.rules[j] as ParameterRule;
    const value = solution.theta[j] as number;
    return value > rule.lower && value < rule.upper;
  });
  const derivatives = model.derivativesAt(solution.amplitudes, moving);
  const kept = moving
    .map((j, i) => ({ j, column: derivatives[i] as Float64Array }))
    .filter(({ column }) => column.some((v) => v !== 0));
  const columns = [...linear.columns, ...kept.map((k) => k.column)];
  const n = columns.length;
  const m = linear.columns.length;
  const fisher = times(weightedGram(weightColumns(columns, baseline)), 1 / sigma ** 2);
  const everySignal = linear.columns.map((_, i) => i);
  addAmplitudePriors(fisher, n, everySignal, problem.amplitudePriors, 1);
  kept.forEach(({ j }, i) => {
    const { priorSd } = problem.rules[j] as ParameterRule;
    const at = (m + i) * n + m + i;
    if (isFinite(priorSd)) fisher[at] = (fisher[at] as number) + 1 / priorSd ** 2;
  });
  const inverse = invertScaled(fisher, n);
  if (inverse === null) return null;
  const covariance = new Float64Array(m * m);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < m; j++) covariance[i * m + j] = inverse[i * n + j] as number;
  }
  return covariance;
}

/**
 * The same from products that the last step was made of: the parameters are eliminated, so that only the amplitudes' part is
 * inverted.
 * @param linear,joint of one θ
 * @param sigma noise of a row
 */
export function covarianceFromProducts(
  problem: Problem,
  theta: Float64Array,
  linear: LinearSolution,
  joint: JointProducts,
  sigma: number,
): Float64Array | null {
  const m = linear.columns.length;
  const n = joint.free.length;
  const kept = joint.free.flatMap((j, i) => {
    const { lower, upper } = problem.rules[j] as ParameterRule;
    const value = theta[j] as number;
    return value > lower && value < upper && (joint.derivatives[i * n + i] as number) > 0 ? [i] : [];
  });
  const inner = subMatrix(joint.derivatives, n, kept);
  kept.forEach((i, at) => {
    const { priorSd } = problem.rules[joint.free[i] as number] as ParameterRule;
    if (isFinite(priorSd)) {
      inner[at * kept.length + at] = (inner[at * kept.length + at] as number) + (sigma / priorSd) ** 2;
    }
  });
  const information = linear.gram.slice();
  const factor = choleskyFactor(inner, kept.length, 1e-12);
  if (factor === null) return null;
  const cross = Array.from({ length: m }, (_, s) => {
    const column = new Float64Array(kept.length);
    for (let at = 0; at < kept.length; at++) column[at] = joint.cross[(kept[at] as number) * m + s] as number;
    return column;
  });
  addGram(forwardSubstitutions(factor, kept.length, cross, 1), information, -1);
  const everySignal = linear.columns.map((_, i) => i);
  addAmplitudePriors(information, m, everySignal, problem.amplitudePriors, sigma ** 2);
  const inverse = invertScaled(information, m);
  return inverse === null ? null : times(inverse, sigma ** 2);
}
