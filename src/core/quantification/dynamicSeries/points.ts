// One point of a series at given local coordinates: its free amplitudes by non-negative least squares, and the products of
// all its columns – signals, derivatives, shared baseline – from which steps and bounds are made.
import { choleskyFactor, forwardSubstitute } from '../../math/cholesky.ts';
import { solveNnls } from '../../math/nnls.ts';
import { weightColumns, weightedGram, weightedProducts } from '../nlls/baseline.ts';
import type { Baseline, WeightedColumns } from '../nlls/baseline.ts';
import { addAmplitudePriors, amplitudePriorCost, subtractColumns } from '../nlls/amplitudes.ts';
import type { AmplitudePrior } from '../nlls/problem.ts';
import type { SeriesUnknowns } from './unknowns.ts';

export interface SeriesProblem {
  readonly unknowns: SeriesUnknowns;
  /** Each point's data rows, turned to the phase at which its fit starts. */
  readonly rows: readonly Float64Array[];
  /** Noise SD of a row, the same at all points. */
  readonly sigma: number;
  /** Of each point by itself; null where there is none, or one that all share. */
  readonly baseline: Baseline | null;
  /** Columns of the shared baseline; empty where there is none. */
  readonly sharedBaseline: readonly Float64Array[];
  /** θ of what doesn't move. */
  readonly theta: Float64Array;
  readonly amplitudePriors: readonly AmplitudePrior[];
  /** Amplitudes may be negative. */
  readonly isSigned: boolean;
}

export interface PointFit {
  readonly theta: Float64Array;
  /** Of all signals, those that a model gives included. */
  readonly amplitudes: Float64Array;
  /** Free signals that are not held at zero. */
  readonly passive: readonly number[];
  /** χ² of the data and of the amplitude priors. */
  readonly cost: number;
}

interface Evaluated extends PointFit {
  readonly columns: readonly Float64Array[];
  readonly weightedResidual: WeightedColumns;
}

/** Sum of a shared baseline at its coefficients, taken from the data. */
function withoutShared(
  { unknowns, sharedBaseline }: SeriesProblem,
  y: Float64Array,
  locals: Float64Array,
): Float64Array {
  const first = unknowns.parameters.length + unknowns.modelled.length;
  return sharedBaseline.length === 0 ? y : subtractColumns(y, sharedBaseline, locals.subarray(first));
}

/** Pull of the amplitude priors' means and precisions on the amplitudes: −½ of the derivative of their χ². */
function priorPull(priors: readonly AmplitudePrior[], amplitudes: Float64Array): Float64Array {
  const pull = new Float64Array(amplitudes.length);
  for (const { terms, mean, sd } of priors) {
    const value = terms.reduce((v, { signal, weight }) => v + weight * (amplitudes[signal] as number), 0);
    for (const { signal, weight } of terms) {
      pull[signal] = (pull[signal] as number) - (weight * (value - mean)) / sd ** 2;
    }
  }
  return pull;
}

function evaluate(problem: SeriesProblem, point: number, locals: Float64Array, warm: readonly number[]): Evaluated {
  const { unknowns, baseline, sigma, amplitudePriors } = problem;
  const { model } = unknowns.problem;
  const theta = unknowns.thetaOf(locals, problem.theta);
  const columns = model.columnsAt(theta);
  const count = columns.length;
  const amplitudes = new Float64Array(count);
  for (const signal of unknowns.modelled) amplitudes[signal] = locals[unknowns.amplitudeLocal(signal)] as number;
  const target = subtractColumns(
    withoutShared(problem, problem.rows[point] as Float64Array, locals),
    columns,
    amplitudes,
  );
  const freeSignals = unknowns.freeSignals;
  const weighted = weightColumns(
    freeSignals.map((m) => columns[m] as Float64Array),
    baseline,
  );
  const gram = weightedGram(weighted);
  const n = freeSignals.length;
  addAmplitudePriors(gram, n, freeSignals, amplitudePriors, sigma ** 2);
  const data = weightColumns([target], baseline);
  const pull = priorPull(amplitudePriors, amplitudes);
  const h = weightedProducts(weighted, data).map((v, i) => v + sigma ** 2 * (pull[freeSignals[i] as number] as number));
  const mayBeNegative = problem.isSigned ? freeSignals.map(() => true) : [];
  const start = warm.map((m) => freeSignals.indexOf(m));
  const { x, passive } = solveNnls(gram, h, n, mayBeNegative, start);
  freeSignals.forEach((m, i) => (amplitudes[m] = x[i] as number));
  const residual = subtractColumns(target, weighted.columns, x);
  const reduced =
    data.reduced === null || weighted.reduced === null
      ? null
      : [subtractColumns(data.reduced[0] as Float64Array, weighted.reduced, x)];
  const weightedResidual = { columns: [residual], reduced };
  const cost =
    (weightedGram(weightedResidual)[0] as number) / sigma ** 2 + amplitudePriorCost(amplitudePriors, amplitudes);
  return { theta, amplitudes, passive: passive.map((i) => freeSignals[i] as number), cost, columns, weightedResidual };
}

/** Best free amplitudes of a point. @param warm passive set of a neighbouring place */
export function fitPoint(
  problem: SeriesProblem,
  point: number,
  locals: Float64Array,
  warm: readonly number[],
): PointFit {
  const { theta, amplitudes, passive, cost } = evaluate(problem, point, locals, warm);
  return { theta, amplitudes, passive, cost };
}

/** Gauss–Newton system of a point over amplitudes of all signals, parameters and shared baseline, in this order. */
export interface PointEquations {
  /** n × n row-major, over σ², amplitude priors included. */
  readonly matrix: Float64Array;
  readonly gradient: Float64Array;
  readonly fit: PointFit;
}

export function pointEquations(
  problem: SeriesProblem,
  point: number,
  locals: Float64Array,
  warm: readonly number[],
): PointEquations {
  const { unknowns, baseline, sigma, amplitudePriors, sharedBaseline } = problem;
  const at = evaluate(problem, point, locals, warm);
  // The model stands at this θ now, as the derivatives want it.
  const derivatives = unknowns.problem.model.derivativesAt(at.amplitudes, unknowns.parameters);
  const all = weightColumns([...at.columns, ...derivatives, ...sharedBaseline], baseline);
  const n = all.columns.length;
  const matrix = weightedGram(all).map((v) => v / sigma ** 2);
  addAmplitudePriors(matrix, n, at.columns.map((_, m) => m), amplitudePriors, 1); // prettier-ignore
  const pull = priorPull(amplitudePriors, at.amplitudes);
  const gradient = weightedProducts(all, at.weightedResidual).map((v, i) => v / sigma ** 2 + (pull[i] ?? 0));
  return { matrix, gradient, fit: at };
}

/** Index of a local coordinate in a point's system. */
export function placeOfLocal(unknowns: SeriesUnknowns, local: number): number {
  const { parameters, modelled, problem } = unknowns;
  const signals = problem.model.signalCount;
  if (local < parameters.length) return signals + local;
  const modelledAt = local - parameters.length;
  return modelledAt < modelled.length
    ? (modelled[modelledAt] as number)
    : signals + parameters.length + modelledAt - modelled.length;
}

/** The system on the local coordinates alone: free amplitudes eliminated (Kaufman's Jacobian). */
export function localSystem(
  unknowns: SeriesUnknowns,
  { matrix, gradient, fit }: PointEquations,
): { readonly matrix: Float64Array; readonly gradient: Float64Array } {
  const n = gradient.length;
  const places = Array.from({ length: unknowns.localCount }, (_, local) => placeOfLocal(unknowns, local));
  const { passive } = fit;
  const k = passive.length;
  const element = (i: number, j: number): number => matrix[i * n + j] as number;
  const gram = Float64Array.from({ length: k * k }, (_, at) =>
    element(passive[Math.floor(at / k)] as number, passive[at % k] as number),
  );
  const factor = k > 0 ? choleskyFactor(gram, k, 1e-12) : null;
  const cross = places.map((place) => {
    const row = Float64Array.from(passive, (m) => element(place, m));
    if (factor !== null) forwardSubstitute(factor, k, row);
    return row;
  });
  const size = places.length;
  const hessian = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let value = element(places[i] as number, places[j] as number);
      if (factor !== null) {
        const a = cross[i] as Float64Array;
        const b = cross[j] as Float64Array;
        for (let m = 0; m < k; m++) value -= (a[m] as number) * (b[m] as number);
      }
      hessian[i * size + j] = value;
      hessian[j * size + i] = value;
    }
  }
  // At the best free amplitudes the gradient by them is zero, so that nothing of it passes on.
  return { matrix: hessian, gradient: Float64Array.from(places, (place) => gradient[place] as number) };
}
