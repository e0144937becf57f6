// Non-negative least squares from the normal equations: active-set method of Lawson & Hanson (Solving Least Squares
// Problems, 1974, ch. 23) in the Gram-matrix form of Bro & De Jong (J Chemometrics 1997;11:393), with warm start.
import { backSubstitute, choleskyFactor, forwardSubstitute } from './cholesky.ts';

export interface NnlsSolution {
  readonly x: Float64Array;
  /** Indices that are free (not held at zero), ascending. */
  readonly passive: readonly number[];
}

/** Matrix, factor and values of the last subset: a fit solves hundreds of small ones. */
let work = { order: 0, matrix: new Float64Array(0), factor: new Float64Array(0), values: new Float64Array(0) };

function workFor(order: number): typeof work {
  if (work.order < order) {
    const square = order * order;
    work = {
      order,
      matrix: new Float64Array(square),
      factor: new Float64Array(square),
      values: new Float64Array(order),
    };
  }
  return work;
}

/** Solves the equality problem on a subset of variables. @returns values on the subset, good until the next call */
function solveSubset(gram: Float64Array, h: Float64Array, n: number, subset: readonly number[]): Float64Array {
  const k = subset.length;
  const { matrix: g, factor, values: b } = workFor(n);
  for (let i = 0; i < k; i++) {
    const row = (subset[i] as number) * n;
    for (let j = 0; j <= i; j++) g[i * k + j] = gram[row + (subset[j] as number)] as number;
    b[i] = h[subset[i] as number] as number;
  }
  // Nearly collinear columns (equal basis signals) are told apart only by this ridge, far below any noise.
  for (const ridge of [1e-13, 1e-10, 1e-7]) {
    const l = choleskyFactor(g, k, ridge, factor);
    if (l === null) continue;
    forwardSubstitute(l, k, b);
    backSubstitute(l, k, b);
    return b;
  }
  return b.fill(0, 0, k);
}

/**
 * Minimises xᵀGx − 2hᵀx with x_i ≥ 0 for constrained i.
 * @param gram G = AᵀA, n × n row-major
 * @param h Aᵀb, n
 * @param n number of variables
 * @param isFree true for variables that may be negative
 * @param warmStart passive set of a neighbouring problem
 * @returns solution and its passive set
 */
export function solveNnls(
  gram: Float64Array,
  h: Float64Array,
  n: number,
  isFree: readonly boolean[] = [],
  warmStart: readonly number[] = [],
): NnlsSolution {
  const inPassive = new Uint8Array(n);
  for (let i = 0; i < n; i++) {
    if ((gram[i * n + i] as number) > 0 && (isFree[i] === true || warmStart.includes(i))) inPassive[i] = 1;
  }
  const x = new Float64Array(n);
  const members = (): number[] => {
    const list: number[] = [];
    for (let i = 0; i < n; i++) if (inPassive[i] === 1) list.push(i);
    return list;
  };

  /** Moves to the subset's optimum, dropping variables that would turn negative on the way. */
  const settle = (): void => {
    for (let guard = 0; guard <= 3 * n; guard++) {
      const subset = members();
      const s = solveSubset(gram, h, n, subset);
      let step = 1;
      for (let i = 0; i < subset.length; i++) {
        const v = subset[i] as number;
        if (isFree[v] === true || (s[i] as number) > 0) continue;
        const from = x[v] as number;
        step = Math.min(step, from > 0 ? from / (from - (s[i] as number)) : 0);
      }
      for (let i = 0; i < subset.length; i++) {
        const v = subset[i] as number;
        x[v] = (x[v] as number) + step * ((s[i] as number) - (x[v] as number));
      }
      if (step === 1) return;
      for (let i = 0; i < subset.length; i++) {
        const v = subset[i] as number;
        if (isFree[v] !== true && (s[i] as number) <= 0 && (x[v] as number) <= 1e-14) {
          inPassive[v] = 0;
          x[v] = 0;
        }
      }
    }
  };

  if (inPassive.includes(1)) settle();
  let scale = 0;
  for (let i = 0; i < n; i++) scale = Math.max(scale, Math.abs(h[i] as number));
  for (let guard = 0; guard < 3 * n; guard++) {
    let best = -1;
    let bestGradient = 1e-12 * scale;
    for (let i = 0; i < n; i++) {
      const diagonal = gram[i * n + i] as number;
      if (inPassive[i] === 1 || !(diagonal > 0)) continue;
      let gradient = h[i] as number;
      for (let j = 0; j < n; j++) gradient -= (gram[i * n + j] as number) * (x[j] as number);
      if (gradient > bestGradient) {
        bestGradient = gradient;
        best = i;
      }
    }
    if (best < 0) break;
    inPassive[best] = 1;
    const before = x.slice();
    settle();
    // Rounding can put the entering variable straight back out: then this is the optimum to working precision.
    if (inPassive[best] === 0 && before.every((v, i) => v === x[i])) break;
  }
  return { x, passive: members() };
}
