// Linear systems in the shape of an arrow: a block for each point of a series, and a border of unknowns that all share.
//   [ P_1          B_1 ] [p_1]   [g_1]
//   [      ⋱        ⋮  ] [ ⋮ ] = [ ⋮ ]
//   [ B_1ᵀ  …       S  ] [ u ]   [g_u]
// The points are eliminated one by one (Schur complement on the border), so that the cost grows linearly with their number.
import {
  backSubstitute,
  choleskyFactor,
  choleskyInverse,
  choleskySolve,
  forwardSubstitute,
} from '../../math/cholesky.ts';
import { dot } from '../../math/innerProducts.ts';

export interface ArrowBlock {
  /** P, n × n row-major. */
  readonly own: Float64Array;
  /** B, n × s row-major. */
  readonly border: Float64Array;
  /** g, n. */
  readonly gradient: Float64Array;
}

export interface ArrowSystem {
  readonly blocks: readonly ArrowBlock[];
  /** S, s × s row-major. */
  readonly shared: Float64Array;
  /** g_u, s. */
  readonly gradient: Float64Array;
}

export interface ArrowStep {
  readonly own: readonly Float64Array[];
  readonly shared: Float64Array;
}

const RIDGE = 1e-12;

/** Adds λ times the diagonal to itself; what has no effect at all gets a 1, so that it stays where it is. */
function damped(matrix: Float64Array, n: number, damping: number): Float64Array {
  const out = matrix.slice();
  for (let i = 0; i < n; i++) {
    const diagonal = matrix[i * n + i] as number;
    out[i * n + i] = diagonal > 0 ? diagonal * (1 + damping) : 1;
  }
  return out;
}

interface Eliminated {
  readonly factor: Float64Array;
  /** L⁻¹B as one column for each shared unknown. */
  readonly half: readonly Float64Array[];
}

function eliminate({ own, border, gradient }: ArrowBlock, s: number, damping: number): Eliminated | null {
  const n = gradient.length;
  const factor = choleskyFactor(damped(own, n, damping), n, RIDGE);
  if (factor === null) return null;
  const half = Array.from({ length: s }, (_, j) => {
    const column = Float64Array.from({ length: n }, (_, i) => border[i * s + j] as number);
    forwardSubstitute(factor, n, column);
    return column;
  });
  return { factor, half };
}

/** Takes the eliminated points out of the border. */
function subtractPoints(system: Float64Array, s: number, points: readonly Eliminated[]): void {
  for (const { half } of points) {
    for (let i = 0; i < s; i++) {
      for (let j = 0; j <= i; j++) {
        const taken = dot(half[i] as Float64Array, half[j] as Float64Array);
        system[i * s + j] = (system[i * s + j] as number) - taken;
        if (i !== j) system[j * s + i] = (system[j * s + i] as number) - taken;
      }
    }
  }
}

/** Solves the damped system. @returns null where it is singular */
export function solveArrow({ blocks, shared, gradient }: ArrowSystem, damping: number): ArrowStep | null {
  const s = gradient.length;
  const points: Eliminated[] = [];
  for (const block of blocks) {
    const point = eliminate(block, s, damping);
    if (point === null) return null;
    points.push(point);
  }
  const system = damped(shared, s, damping);
  subtractPoints(system, s, points);
  const right = gradient.slice();
  blocks.forEach((block, k) => {
    const { factor, half } = points[k] as Eliminated;
    const g = block.gradient.slice();
    forwardSubstitute(factor, g.length, g);
    for (let j = 0; j < s; j++) right[j] = (right[j] as number) - dot(half[j] as Float64Array, g);
  });
  const border = choleskyFactor(system, s, RIDGE);
  if (border === null) return null;
  const u = choleskySolve(border, s, right);
  const own = blocks.map(({ border: b, gradient: g }, k) => {
    const rest = g.map((v, i) => {
      let sum = v;
      for (let j = 0; j < s; j++) sum -= (b[i * s + j] as number) * (u[j] as number);
      return sum;
    });
    return choleskySolve((points[k] as Eliminated).factor, g.length, rest);
  });
  return { own, shared: u };
}

/** Decrease of the cost that the quadratic model foretells: 2gᵀd − dᵀHd. */
export function foretoldDecrease({ blocks, shared, gradient }: ArrowSystem, step: ArrowStep): number {
  const u = step.shared;
  const s = u.length;
  const times = (matrix: Float64Array, width: number, row: number, v: Float64Array): number =>
    dot(matrix.subarray(row * width, (row + 1) * width), v);
  let decrease = u.reduce((sum, v, i) => sum + v * (2 * (gradient[i] as number) - times(shared, s, i, u)), 0);
  blocks.forEach(({ own, border, gradient: g }, k) => {
    const p = step.own[k] as Float64Array;
    p.forEach((v, i) => {
      decrease += v * (2 * (g[i] as number) - times(own, p.length, i, p) - 2 * times(border, s, i, u));
    });
  });
  return decrease;
}

/** The inverse of an arrow, in the parts that are looked at. */
export interface ArrowInverse {
  /** s × s. */
  readonly shared: Float64Array;
  /** Inverse of a point's block and its border: (n + s) × (n + s) row-major, the point's own first. */
  readonly withPoint: (point: number) => Float64Array;
}

/** @returns null where the matrix is singular */
export function invertArrow({ blocks, shared, gradient }: ArrowSystem): ArrowInverse | null {
  const s = gradient.length;
  const points: Eliminated[] = [];
  for (const block of blocks) {
    const point = eliminate(block, s, 0);
    if (point === null) return null;
    points.push(point);
  }
  const system = damped(shared, s, 0);
  subtractPoints(system, s, points);
  const border = choleskyFactor(system, s, RIDGE);
  if (border === null) return null;
  const sharedInverse = choleskyInverse(border, s);
  for (let i = 0; i < s; i++) {
    // What was taken out of the system is known: without a variance.
    if (shared[i * s + i] === 0) sharedInverse[i * s + i] = 0;
  }
  return { shared: sharedInverse, withPoint: (k) => pointInverse(points[k] as Eliminated, sharedInverse, s) };
}

/** With T = P⁻¹B and Σ the border's inverse: own part P⁻¹ + TΣTᵀ, mixed part −TΣ. */
function pointInverse({ factor, half }: Eliminated, sharedInverse: Float64Array, s: number): Float64Array {
  const n = Math.round(Math.sqrt(factor.length));
  const own = choleskyInverse(factor, n);
  // Row i of T, from L⁻ᵀ(L⁻¹B).
  const columns = half.map((column) => backSubstituted(factor, n, column));
  const t = (i: number): Float64Array => Float64Array.from(columns, (c) => c[i] as number);
  const width = n + s;
  const out = new Float64Array(width * width);
  const rows = Array.from({ length: n }, (_, i) => t(i));
  const mixed = rows.map((row) =>
    Float64Array.from({ length: s }, (_, j) => dot(row, sharedInverse.subarray(j * s, (j + 1) * s))),
  );
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      out[i * width + j] = (own[i * n + j] as number) + dot(mixed[i] as Float64Array, rows[j] as Float64Array);
    }
    for (let j = 0; j < s; j++) {
      const value = -((mixed[i] as Float64Array)[j] as number);
      out[i * width + n + j] = value;
      out[(n + j) * width + i] = value;
    }
  }
  for (let i = 0; i < s; i++) out.set(sharedInverse.subarray(i * s, (i + 1) * s), (n + i) * width + n);
  return out;
}

function backSubstituted(factor: Float64Array, n: number, column: Float64Array): Float64Array {
  const out = column.slice();
  backSubstitute(factor, n, out);
  return out;
}
