// The Gauss–Newton system of the non-linear parameters, amplitudes and baseline eliminated: what the data say, apart from
// what priors say, so that the same data can be weighed with other priors.
import { choleskyFactor, forwardSubstitutions } from '../../math/cholesky.ts';
import { addGram } from '../../math/innerProducts.ts';
import { minus, times } from '../../math/vectors.ts';
import type { LinearSolution } from './amplitudes.ts';
import { addAmplitudePriors } from './amplitudes.ts';
import { weightColumns, weightedGram, weightedProducts } from './baseline.ts';
import type { WeightedColumns } from './baseline.ts';
import type { ParameterRule, Problem } from './problem.ts';

export interface NormalEquations {
  readonly hessian: Float64Array;
  readonly gradient: Float64Array;
}

/** The part of a symmetric matrix over the given indices. */
export function subMatrix(matrix: Float64Array, n: number, at: readonly number[]): Float64Array {
  const k = at.length;
  const part = new Float64Array(k * k);
  for (let i = 0; i < k; i++) {
    for (let j = 0; j < k; j++) part[i * k + j] = matrix[(at[i] as number) * n + (at[j] as number)] as number;
  }
  return part;
}

/** Products of the derivatives by the parameters `free` with each other, with all signals' columns, and with the residual. */
export interface JointProducts {
  readonly free: readonly number[];
  /** D. */
  readonly columns: WeightedColumns;
  /** DᵀWD. */
  readonly derivatives: Float64Array;
  /** DᵀWA, a row a parameter. */
  readonly cross: Float64Array;
  /** DᵀWr. */
  readonly pull: Float64Array;
}

/** The model must stand at the linear solution. */
export function jointProducts(problem: Problem, linear: LinearSolution, free: readonly number[]): JointProducts {
  const { model, baseline } = problem;
  const d = weightColumns(model.derivativesAt(linear.amplitudes, free), baseline);
  return {
    free,
    columns: d,
    derivatives: weightedGram(d),
    cross: weightedProducts(d, linear.weighted),
    pull: weightedProducts(d, linear.weightedResidual),
  };
}

/** What of the derivatives' products the free amplitudes can take up: CᵀG⁻¹C; null where that is nothing. */
function takenByAmplitudes(problem: Problem, linear: LinearSolution, joint: JointProducts): Float64Array | null {
  const { passive } = linear;
  const k = passive.length;
  const n = joint.free.length;
  const signals = linear.columns.length;
  if (k === 0) return null;
  const gram = subMatrix(linear.gram, signals, passive);
  addAmplitudePriors(gram, k, passive, problem.amplitudePriors, problem.sigma ** 2);
  const factor = choleskyFactor(gram, k, 1e-12);
  if (factor === null) return null;
  const cross = Array.from({ length: n }, (_, j) => {
    const row = new Float64Array(k);
    for (let i = 0; i < k; i++) row[i] = joint.cross[j * signals + (passive[i] as number)] as number;
    return row;
  });
  const taken = new Float64Array(n * n);
  addGram(forwardSubstitutions(factor, k, cross, 1), taken, 1);
  return taken;
}

/** What the data alone say of the parameters `free`, amplitudes eliminated. */
export interface DataEquations extends NormalEquations {
  readonly free: readonly number[];
}

/** Schur complement of the joint Gauss–Newton system on the free parameters, without their priors. */
export function dataEquations(
  problem: Problem,
  linear: LinearSolution,
  free: readonly number[],
  joint: JointProducts = jointProducts(problem, linear, free),
): DataEquations {
  const scale = 1 / problem.sigma ** 2;
  const taken = takenByAmplitudes(problem, linear, joint);
  const left = taken === null ? joint.derivatives : minus(joint.derivatives, taken);
  return { free, hessian: times(left, scale), gradient: times(joint.pull, scale) };
}

/** The equations with the residual of another θ nearby, where the derivatives are nearly the same. */
export function withResidual(
  { sigma }: Problem,
  { free, hessian }: DataEquations,
  joint: JointProducts,
  { weightedResidual }: LinearSolution,
): DataEquations {
  const scale = 1 / sigma ** 2;
  return { free, hessian, gradient: times(weightedProducts(joint.columns, weightedResidual), scale) };
}

/** The data's equations with the priors of a problem. */
export function withPriors({ rules }: Problem, theta: Float64Array, data: DataEquations): NormalEquations {
  const hessian = data.hessian.slice();
  const gradient = data.gradient.slice();
  const n = data.free.length;
  data.free.forEach((j, i) => {
    const rule = rules[j] as ParameterRule;
    if (!isFinite(rule.priorSd)) return;
    const precision = 1 / rule.priorSd ** 2;
    hessian[i * n + i] = (hessian[i * n + i] as number) + precision;
    gradient[i] = (gradient[i] as number) - precision * ((theta[j] as number) - rule.priorMean);
  });
  return { hessian, gradient };
}

/** @param moving some of `free` */
export function restrict(full: NormalEquations, free: readonly number[], moving: readonly number[]): NormalEquations {
  if (moving.length === free.length) return full;
  const at = moving.map((j) => free.indexOf(j));
  const hessian = subMatrix(full.hessian, free.length, at);
  return { hessian, gradient: Float64Array.from(at, (i) => full.gradient[i] as number) };
}

/** The equations over `free` where they are among those known. */
export function equationsOver(free: readonly number[], known: DataEquations | null): DataEquations | null {
  if (known === null || free.some((j) => !known.free.includes(j))) return null;
  return { free, ...restrict(known, known.free, free) };
}
