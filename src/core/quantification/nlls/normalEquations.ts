// The Gauss–Newton system of the non-linear parameters, amplitudes and baseline eliminated: what the data say, apart from
// what priors say, so that the same data can be weighed with other priors.
import { choleskyFactor, forwardSubstitute } from '../../math/cholesky.ts';
import { addGram } from '../../math/innerProducts.ts';
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

/** Takes out of the derivatives' products what the free amplitudes can take up: H − CᵀG⁻¹C. */
function eliminateAmplitudes(
  problem: Problem,
  linear: LinearSolution,
  d: WeightedColumns,
  hessian: Float64Array,
): void {
  const { passive, weighted } = linear;
  const k = passive.length;
  const n = d.columns.length;
  if (k === 0) return;
  const gram = subMatrix(linear.gram, weighted.columns.length, passive);
  addAmplitudePriors(gram, k, passive, problem.amplitudePriors, problem.sigma ** 2);
  const factor = choleskyFactor(gram, k, 1e-12);
  if (factor === null) return;
  const pick = (columns: readonly Float64Array[]): Float64Array[] => passive.map((m) => columns[m] as Float64Array);
  const free: WeightedColumns = {
    columns: pick(weighted.columns),
    reduced: weighted.reduced === null ? null : pick(weighted.reduced),
  };
  const products = weightedProducts(d, free);
  const cross = d.columns.map((_, j) => {
    const row = products.slice(j * k, (j + 1) * k);
    forwardSubstitute(factor, k, row);
    return row;
  });
  const taken = new Float64Array(n * n);
  addGram(cross, taken, 1);
  for (let i = 0; i < hessian.length; i++) hessian[i] = (hessian[i] as number) - (taken[i] as number);
}

/** What the data alone say of the parameters `free`, amplitudes eliminated. */
export interface DataEquations extends NormalEquations {
  readonly free: readonly number[];
}

/** Schur complement of the joint Gauss–Newton system on the free parameters, without their priors. */
export function dataEquations(problem: Problem, linear: LinearSolution, free: readonly number[]): DataEquations {
  const { model, baseline, sigma } = problem;
  const d = weightColumns(model.derivativesAt(linear.amplitudes, free), baseline);
  const hessian = weightedGram(d);
  eliminateAmplitudes(problem, linear, d, hessian);
  const scale = 1 / sigma ** 2;
  const gradient = weightedProducts(d, linear.weightedResidual).map((v) => scale * v);
  for (let i = 0; i < hessian.length; i++) hessian[i] = scale * (hessian[i] as number);
  return { free, hessian, gradient };
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
