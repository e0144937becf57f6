// 95 % intervals by profile likelihood: the amplitude of a metabolite, or of a sum, is held at a value while everything else is
// fitted anew, and the interval ends where χ² has risen by 3.84. It is right where the Cramér–Rao bound is not: near zero, and
// where amplitudes trade against each other with bounds in between (Murphy & van der Vaart 2000, J Am Stat Assoc 95:449).
import type { Cancellation } from '../../ports/cancellation.ts';
import { amplitudePriorCost } from './amplitudes.ts';
import { minimise } from './engine.ts';
import type { Solution } from './engine.ts';
import type { AmplitudePrior, Problem } from './problem.ts';
import { FINE } from './fit.ts';

/** 95 % quantile of χ² with one degree of freedom. */
const RISE = 3.841;
/** Held to this part of the value's own uncertainty: enough for χ² to be that of the value. */
const HELD = 1e-3;
const MOST_TRIALS = 8;
const CLOSE_ENOUGH = 0.05;

export interface AmplitudeInterval {
  readonly low: number;
  readonly high: number;
}

/** χ² with the sum held at `value`, above that of the free fit. */
function riseAt(
  problem: Problem,
  solution: Solution,
  members: readonly number[],
  value: number,
  sd: number,
  maxIterations: number,
  cancellation: Cancellation,
): number {
  const held: AmplitudePrior = { terms: members.map((signal) => ({ signal, weight: 1 })), mean: value, sd: HELD * sd };
  const constrained = { ...problem, amplitudePriors: [...problem.amplitudePriors, held] };
  const fit = minimise(constrained, solution.theta, maxIterations, FINE, cancellation);
  return Math.max(0, fit.cost - amplitudePriorCost([held], fit.amplitudes) - solution.cost);
}

/**
 * The interval of Σ a_m over `members`, in the amplitudes' own units.
 * @param problem as it was fitted
 * @param sd the sum's Cramér–Rao bound, the first guess of the interval
 * @throws CancelledError
 */
export function profileInterval(
  problem: Problem,
  solution: Solution,
  members: readonly number[],
  sd: number,
  maxIterations: number,
  cancellation: Cancellation,
): AmplitudeInterval {
  const best = members.reduce((sum, m) => sum + (solution.amplitudes[m] as number), 0);
  const rise = (value: number): number => riseAt(problem, solution, members, value, sd, maxIterations, cancellation);
  /** Distance from the best value at which χ² has risen enough, by treating each rise as a parabola's. */
  const reach = (direction: 1 | -1): number => {
    const farthest = direction < 0 ? best : Infinity;
    if (farthest < 2 * sd && rise(0) < RISE) return best;
    let distance = Math.min(1.96 * sd, farthest);
    for (let trial = 0; trial < MOST_TRIALS; trial++) {
      const found = rise(best + direction * distance);
      if (Math.abs(found - RISE) < CLOSE_ENOUGH) break;
      const step = Math.sqrt(RISE / Math.max(found, 1e-3));
      distance = Math.min(distance * Math.min(2, Math.max(0.5, step)), farthest);
    }
    return distance;
  };
  return { low: best - reach(-1), high: best + reach(1) };
}
