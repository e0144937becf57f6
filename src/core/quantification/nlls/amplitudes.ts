// The linear part of the fit: non-negative amplitudes for given columns, under the baseline's weight and soft ratios.
import { addGram } from '../../math/innerProducts.ts';
import { solveNnls } from '../../math/nnls.ts';
import type { NnlsSolution } from '../../math/nnls.ts';
import { weightedGram, withoutBaseline } from './baseline.ts';
import type { WeightedColumns } from './baseline.ts';
import type { AmplitudePrior, Problem } from './problem.ts';

/** What of the linear part no smoothness of the baseline changes. */
export interface LinearSystem {
  readonly columns: Float64Array[];
  /** [A, y]ᵀ[A, y] of columns and data. */
  readonly products: Float64Array;
  /** Projections of columns and data on the baseline's splines; none without a baseline. */
  readonly projections: readonly Float64Array[];
}

export interface LinearSolution {
  readonly system: LinearSystem;
  readonly columns: Float64Array[];
  readonly amplitudes: Float64Array;
  readonly passive: readonly number[];
  readonly residual: Float64Array;
  /** The columns as the baseline leaves them, and their Gram matrix. */
  readonly weighted: WeightedColumns;
  readonly gram: Float64Array;
  readonly weightedResidual: WeightedColumns;
  /** χ² of the data and of the amplitude priors. */
  readonly dataCost: number;
}

/** Adds the amplitude priors' precision, times `scale`, to a Gram matrix over the given signals. */
export function addAmplitudePriors(
  gram: Float64Array,
  order: number,
  signals: readonly number[],
  priors: readonly AmplitudePrior[],
  scale: number,
): void {
  for (const { terms, sd } of priors) {
    for (const a of terms) {
      const i = signals.indexOf(a.signal);
      if (i < 0) continue;
      for (const b of terms) {
        const j = signals.indexOf(b.signal);
        if (j < 0) continue;
        gram[i * order + j] = (gram[i * order + j] as number) + (scale * a.weight * b.weight) / sd ** 2;
      }
    }
  }
}

/** χ² of the amplitude priors. */
export function amplitudePriorCost(priors: readonly AmplitudePrior[], amplitudes: Float64Array): number {
  return priors.reduce((sum, { terms, mean, sd }) => {
    const value = terms.reduce((v, { signal, weight }) => v + weight * (amplitudes[signal] as number), 0);
    return sum + ((value - mean) / sd) ** 2;
  }, 0);
}

/** A passive set to begin with where nothing is known: most signals are present, so that few need to leave it. */
export const everySignal = ({ model }: Problem): readonly number[] => model.signals.map((_, m) => m);

/** Best amplitudes at θ. @param warmStart passive set to begin with */
export function solveAmplitudes(problem: Problem, theta: Float64Array, warmStart: readonly number[]): LinearSolution {
  return solveSystem(problem, systemOf(problem, problem.model.columnsAt(theta)), warmStart);
}

/** Columns and data together: one pass through the kernels gives all their products. */
function systemOf({ baseline, y }: Problem, columns: Float64Array[]): LinearSystem {
  const all = [...columns, y];
  const products = new Float64Array(all.length ** 2);
  addGram(all, products, 1);
  return { columns, products, projections: baseline?.project(all) ?? [] };
}

/** Best amplitudes from products of columns and data, amplitude priors added. */
export function solveProducts(
  problem: Problem,
  gram: Float64Array,
  h: Float64Array,
  warmStart: readonly number[],
): NnlsSolution {
  const all = Array.from(h, (_, m) => m);
  const withPriors = gram.slice();
  const { amplitudePriors, sigma } = problem;
  addAmplitudePriors(withPriors, h.length, all, amplitudePriors, sigma ** 2);
  const pulled = h.slice();
  for (const { terms, mean, sd } of amplitudePriors) {
    for (const { signal, weight } of terms) {
      pulled[signal] = (pulled[signal] as number) + (sigma ** 2 * weight * mean) / sd ** 2;
    }
  }
  return solveNnls(withPriors, pulled, h.length, [], warmStart);
}

/** y − Σ a_m · column_m. */
export function subtractColumns(
  y: Float64Array,
  columns: readonly Float64Array[],
  amplitudes: Float64Array,
): Float64Array {
  const residual = y.slice();
  columns.forEach((column, m) => {
    const a = amplitudes[m] as number;
    if (a === 0) return;
    for (let i = 0; i < residual.length; i++) residual[i] = (residual[i] as number) - a * (column[i] as number);
  });
  return residual;
}

/** Takes [A, y]ᵀW[A, y] apart into AᵀWA and AᵀWy. @param n columns of A */
export function splitProducts(joint: Float64Array, n: number): { gram: Float64Array; h: Float64Array } {
  const gram = new Float64Array(n * n);
  const h = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    gram.set(joint.subarray(i * (n + 1), i * (n + 1) + n), i * n);
    h[i] = joint[i * (n + 1) + n] as number;
  }
  return { gram, h };
}

/**
 * Best amplitudes of a system, at the baseline's present smoothness.
 * @param problem of the system's columns, data and splines
 */
export function solveSystem(problem: Problem, system: LinearSystem, warmStart: readonly number[]): LinearSolution {
  const { baseline, y, sigma, amplitudePriors } = problem;
  const { columns, products, projections } = system;
  const n = columns.length;
  const all = baseline?.whiten(projections) ?? null;
  const { gram, h } = splitProducts(all === null ? products : withoutBaseline(products, all), n);
  const { x, passive } = solveProducts(problem, gram, h, warmStart);
  const residual = subtractColumns(y, columns, x);
  const reduced = all?.slice(0, n) ?? null;
  const weightedResidual: WeightedColumns = {
    columns: [residual],
    // Linear like the baseline itself, so that the residual need not be projected anew.
    reduced: all === null || reduced === null ? null : [subtractColumns(all[n] as Float64Array, reduced, x)],
  };
  const dataCost = (weightedGram(weightedResidual)[0] as number) / sigma ** 2 + amplitudePriorCost(amplitudePriors, x);
  const weighted = { columns, reduced };
  return { system, columns, amplitudes: x, passive, residual, weighted, gram, weightedResidual, dataCost };
}
