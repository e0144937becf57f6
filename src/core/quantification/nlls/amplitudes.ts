// The linear part of the fit: non-negative amplitudes for given columns, under the baseline's weight and soft ratios.
import { solveNnls } from '../../math/nnls.ts';
import type { NnlsSolution } from '../../math/nnls.ts';
import { weightColumns, weightedGram, weightedProducts } from './baseline.ts';
import type { WeightedColumns } from './baseline.ts';
import type { AmplitudePrior, Problem } from './problem.ts';

export interface LinearSolution {
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
  return solveWithColumns(problem, problem.model.columnsAt(theta), warmStart);
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

/** Best amplitudes for given columns. */
export function solveWithColumns(
  problem: Problem,
  columns: Float64Array[],
  warmStart: readonly number[],
): LinearSolution {
  const { baseline, y, sigma, amplitudePriors } = problem;
  const weighted = weightColumns(columns, baseline);
  const data = weightColumns([y], baseline);
  const gram = weightedGram(weighted);
  const { x, passive } = solveProducts(problem, gram, weightedProducts(weighted, data), warmStart);
  const residual = subtractColumns(y, columns, x);
  const weightedResidual: WeightedColumns = {
    columns: [residual],
    // Linear like the baseline itself, so that the residual need not be projected anew.
    reduced:
      data.reduced === null || weighted.reduced === null
        ? null
        : [subtractColumns(data.reduced[0] as Float64Array, weighted.reduced, x)],
  };
  const dataCost = (weightedGram(weightedResidual)[0] as number) / sigma ** 2 + amplitudePriorCost(amplitudePriors, x);
  return { columns, amplitudes: x, passive, residual, weighted, gram, weightedResidual, dataCost };
}
