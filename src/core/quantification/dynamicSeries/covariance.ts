// Cramér–Rao bounds of a series from the joint Fisher matrix of all points: amplitudes, the points' own parameters, what all
// share, and baselines, each a nuisance to the others (Cavassila 2001, doi:10.1002/nbm.701).
import type { Cancellation } from '../../ports/cancellation.ts';
import { addPrior, blockOf, boundsAt, hold } from './assemble.ts';
import type { SeriesState } from './assemble.ts';
import { invertArrow } from './arrow.ts';
import type { ArrowInverse, ArrowSystem } from './arrow.ts';
import { placeOfLocal, pointEquations } from './points.ts';
import type { PointFit, SeriesProblem } from './points.ts';

export interface SeriesCovariance {
  /** Of the shared unknowns, s × s row-major. */
  readonly shared: Float64Array;
  /** Of all amplitudes of a point, M × M row-major. */
  readonly amplitudes: readonly Float64Array[];
}

const isInside = (value: number, lower: number, upper: number): boolean => value > lower && value < upper;

/** The joint Fisher matrix; what stands at a bound is known, and left out. */
function fisher(
  problem: SeriesProblem,
  state: SeriesState,
  fits: readonly PointFit[],
  cancellation: Cancellation,
): ArrowSystem {
  const { unknowns } = problem;
  const s = unknowns.shared.length;
  const shared = { matrix: new Float64Array(s * s), gradient: new Float64Array(s) };
  const bounds = boundsAt(problem, state);
  const places = [...unknowns.freeSignals, ...unknowns.own.map((local) => placeOfLocal(unknowns, local))];
  const first = unknowns.freeSignals.length;
  const blocks = state.own.map((own, k) => {
    cancellation.throwIfCancelled();
    const locals = unknowns.localsAt(k, state.shared, own);
    const equations = pointEquations(problem, k, locals, fits[k]?.passive ?? []);
    const chain = unknowns
      .chain(k, state.shared)
      .map((entries) => entries.map(({ local, factor }) => ({ local: placeOfLocal(unknowns, local), factor })));
    const block = blockOf(equations, places, chain, shared);
    unknowns.own.forEach((_, at) =>
      addPrior(block.own, block.gradient, first + at, own[at] as number, unknowns.ownRule(at)),
    );
    return block;
  });
  unknowns.shared.forEach(({ rule }, i) =>
    addPrior(shared.matrix, shared.gradient, i, state.shared[i] as number, rule),
  );
  const system: ArrowSystem = { blocks, shared: shared.matrix, gradient: shared.gradient };
  unknowns.shared.forEach(({ role, rule }, i) => {
    // A factor at zero is an amplitude at zero, whose bound is reported.
    if (role.kind === 'factor') return;
    if (!isInside(state.shared[i] as number, bounds.sharedLower[i] as number, rule.upper)) hold(system, null, i);
  });
  state.own.forEach((own, k) => {
    own.forEach((value, at) => {
      const lower = (bounds.ownLower[k] as Float64Array)[at] as number;
      if (!isInside(value, lower, unknowns.ownRule(at).upper)) hold(system, k, first + at);
    });
  });
  return system;
}

/** Covariance of all amplitudes of a point: free ones are unknowns themselves, modelled ones follow theirs. */
function amplitudesAt({ unknowns }: SeriesProblem, state: SeriesState, inverse: ArrowInverse, k: number): Float64Array {
  const own = unknowns.freeSignals.length + unknowns.own.length;
  const joint = inverse.withPoint(k);
  const width = own + unknowns.shared.length;
  const chain = unknowns.chain(k, state.shared);
  const count = unknowns.problem.model.signalCount;
  const rows = Array.from({ length: count }, (_, m): { readonly at: number; readonly factor: number }[] => {
    const free = unknowns.freeSignals.indexOf(m);
    if (free >= 0) return [{ at: free, factor: 1 }];
    const local = unknowns.amplitudeLocal(m);
    return chain.flatMap((entries, i) =>
      entries.filter((e) => e.local === local).map(({ factor }) => ({ at: own + i, factor })),
    );
  });
  return Float64Array.from({ length: count * count }, (_, place) => {
    const a = rows[Math.floor(place / count)] ?? [];
    const b = rows[place % count] ?? [];
    return a.reduce(
      (sum, p) => sum + b.reduce((s, q) => s + p.factor * q.factor * (joint[p.at * width + q.at] as number), 0),
      0,
    );
  });
}

/**
 * @param sigma noise SD of a row, or the misfit where that is larger
 * @returns null where the matrix is singular
 */
export function seriesCovariance(
  problem: SeriesProblem,
  state: SeriesState,
  fits: readonly PointFit[],
  sigma: number,
  cancellation: Cancellation,
): SeriesCovariance | null {
  const inverse = invertArrow(fisher({ ...problem, sigma }, state, fits, cancellation));
  if (inverse === null) return null;
  return { shared: inverse.shared, amplitudes: fits.map((_, k) => amplitudesAt(problem, state, inverse, k)) };
}
