// Least squares with bounds on the variables, from the normal equations: active-set method of Stark & Parker (Bounded-
// variable least squares, Computational Statistics 1995;10:129), which is Lawson & Hanson's NNLS with two bounds.
import { choleskyFactor, choleskySolve } from './cholesky.ts';

/** Allowed range of one variable; infinite bounds leave it free. */
export interface Interval {
  readonly lower: number;
  readonly upper: number;
}

export interface BoxSolution {
  readonly x: Float64Array;
  /** Indices that are not held at a bound, ascending. */
  readonly passive: readonly number[];
}

/** Nearly collinear columns are told apart only by these ridges, far below any noise. */
const RIDGES: readonly number[] = [1e-13, 1e-10, 1e-7];

/** Solves for the passive variables with all others held. @returns null where no ridge makes the system definite */
function solvePassive(
  gram: Float64Array,
  h: Float64Array,
  x: Float64Array,
  passive: readonly number[],
): Float64Array | null {
  const n = h.length;
  const k = passive.length;
  const isPassive = new Uint8Array(n);
  passive.forEach((i) => (isPassive[i] = 1));
  const g = new Float64Array(k * k);
  const b = new Float64Array(k);
  passive.forEach((v, i) => {
    for (let j = 0; j <= i; j++) g[i * k + j] = gram[v * n + (passive[j] as number)] as number;
    let rhs = h[v] as number;
    for (let j = 0; j < n; j++) if (isPassive[j] === 0) rhs -= (gram[v * n + j] as number) * (x[j] as number);
    b[i] = rhs;
  });
  for (const ridge of RIDGES) {
    const factor = choleskyFactor(g, k, ridge);
    if (factor !== null) return choleskySolve(factor, k, b);
  }
  return null;
}

const nearestTo = (value: number, { lower, upper }: Interval): number => Math.min(upper, Math.max(lower, value));

/**
 * Minimises xᵀGx − 2hᵀx with x_i in its interval.
 * @param gram G = AᵀA, n × n row-major
 * @param h Aᵀb, n
 * @param intervals n bounds, lower ≤ upper
 * @param start a neighbouring problem's solution to begin with
 */
export function solveBoxLeastSquares(
  gram: Float64Array,
  h: Float64Array,
  intervals: readonly Interval[],
  start?: Float64Array,
): BoxSolution {
  const n = h.length;
  const x = Float64Array.from({ length: n }, (_, i) => nearestTo(start?.[i] ?? 0, intervals[i] as Interval));
  const usable = (i: number): boolean => (gram[i * n + i] as number) > 0;
  const inside = (i: number): boolean =>
    (x[i] as number) > (intervals[i] as Interval).lower && (x[i] as number) < (intervals[i] as Interval).upper;
  let passive = Array.from({ length: n }, (_, i) => i).filter((i) => usable(i) && inside(i));

  /** Moves to the optimum of the passive set; what meets a bound on the way stays there. */
  const settle = (): void => {
    for (let guard = 0; guard <= n && passive.length > 0; guard++) {
      const s = solvePassive(gram, h, x, passive);
      if (s === null) return;
      let step = 1;
      let stopped = -1;
      passive.forEach((v, i) => {
        const from = x[v] as number;
        const to = s[i] as number;
        const bound = nearestTo(to, intervals[v] as Interval);
        if (bound === to) return;
        const reach = (bound - from) / (to - from);
        if (reach < step) {
          step = reach;
          stopped = v;
        }
      });
      passive.forEach((v, i) => {
        const from = x[v] as number;
        x[v] = nearestTo(from + step * ((s[i] as number) - from), intervals[v] as Interval);
      });
      if (stopped < 0) return;
      const { lower, upper } = intervals[stopped] as Interval;
      x[stopped] = (x[stopped] as number) - lower < upper - (x[stopped] as number) ? lower : upper;
      passive = passive.filter((v) => v !== stopped);
    }
  };

  settle();
  const scale = h.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
  for (let guard = 0; guard < 3 * n; guard++) {
    let best = -1;
    let steepest = 1e-12 * scale;
    for (let i = 0; i < n; i++) {
      const { lower, upper } = intervals[i] as Interval;
      if (passive.includes(i) || !usable(i) || lower === upper) continue;
      let descent = h[i] as number;
      for (let j = 0; j < n; j++) descent -= (gram[i * n + j] as number) * (x[j] as number);
      const inward = (x[i] as number) <= lower ? descent : -descent;
      if (inward > steepest) {
        steepest = inward;
        best = i;
      }
    }
    if (best < 0) break;
    const before = x.slice();
    passive = [...passive, best].sort((a, b) => a - b);
    settle();
    // Rounding can put the entering variable straight back: then this is the optimum to working precision.
    if (!passive.includes(best) && before.every((v, i) => v === x[i])) break;
  }
  return { x, passive };
}
