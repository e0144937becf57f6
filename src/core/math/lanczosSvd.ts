// Dominant singular subspace of a large complex operator by Golub–Kahan–Lanczos bidiagonalisation with full
// reorthogonalisation (Golub & Kahan 1965, doi:10.1137/0702016; for HLSVD: Laudadio 2002, doi:10.1006/jmre.2002.2593).
import { addScaled, innerProduct } from './complexLeastSquares.ts';
import type { ComplexVector } from './fft.ts';
import type { HankelOperator } from './hankel.ts';
import { leftSvd } from './jacobiSvd.ts';

export interface DominantSubspace {
  /** Falling. */
  readonly singularValues: Float64Array;
  /** Left singular vectors, orthonormal, `rows` elements each. */
  readonly left: readonly ComplexVector[];
}

function scaleInPlace(x: ComplexVector, by: number): void {
  for (let i = 0; i < x.re.length; i++) {
    x.re[i] = (x.re[i] as number) * by;
    x.im[i] = (x.im[i] as number) * by;
  }
}

/** A second pass is needed where the first took away more than this part of the norm ("twice is enough": Kahan–Parlett). */
const CANCELLATION = 0.7;

/** Orthogonalises v against an orthonormal basis. */
function reorthogonalise(v: ComplexVector, basis: readonly ComplexVector[]): void {
  let before = norm(v);
  for (let pass = 0; pass < 2; pass++) {
    for (const b of basis) {
      const c = innerProduct(b, v);
      addScaled(v, -c.re, -c.im, b);
    }
    const after = norm(v);
    if (after > CANCELLATION * before) return;
    before = after;
  }
}

const norm = (v: ComplexVector): number => Math.sqrt(innerProduct(v, v).re);

interface Bidiagonal {
  readonly left: ComplexVector[];
  readonly alpha: number[];
  readonly beta: number[];
}

/** Lower bidiagonalisation H·V = U·B started from the first column; stops early when the space is exhausted. */
function bidiagonalise(operator: HankelOperator, steps: number): Bidiagonal {
  const first = { re: new Float64Array(operator.columns), im: new Float64Array(operator.columns) };
  first.re[0] = 1;
  let u = operator.multiply(first);
  const startNorm = norm(u);
  if (startNorm === 0) return { left: [], alpha: [], beta: [] };
  scaleInPlace(u, 1 / startNorm);
  const left: ComplexVector[] = [u];
  const right: ComplexVector[] = [];
  const alpha: number[] = [];
  const beta: number[] = [];
  let largest = 0;
  for (let k = 0; k < steps; k++) {
    const v = operator.multiplyAdjoint(u);
    reorthogonalise(v, right);
    const a = norm(v);
    largest = Math.max(largest, a);
    if (a <= 1e-14 * largest) break;
    scaleInPlace(v, 1 / a);
    right.push(v);
    alpha.push(a);
    u = operator.multiply(v);
    reorthogonalise(u, left);
    const b = norm(u);
    largest = Math.max(largest, b);
    if (b <= 1e-14 * largest || k === steps - 1) break;
    scaleInPlace(u, 1 / b);
    left.push(u);
    beta.push(b);
  }
  return { left: left.slice(0, alpha.length), alpha, beta };
}

/**
 * The `rank` largest singular values and their left vectors.
 * @param operator matrix given by its products
 * @param rank number wanted; fewer are returned where the matrix has fewer
 * @param steps Lanczos steps (≥ rank; 2·rank or more for converged vectors)
 */
export function dominantSubspace(operator: HankelOperator, rank: number, steps: number): DominantSubspace {
  const limit = Math.min(steps, operator.rows, operator.columns);
  const { left, alpha, beta } = bidiagonalise(operator, limit);
  const n = left.length;
  const b = new Float64Array(n * n);
  for (let j = 0; j < n; j++) {
    b[j * n + j] = alpha[j] as number;
    if (j + 1 < n) b[j * n + j + 1] = beta[j] as number;
  }
  const small = leftSvd(b, n);
  let count = 0;
  while (count < Math.min(rank, n) && (small.values[count] as number) > 1e-12 * (small.values[0] as number)) count++;
  const vectors: ComplexVector[] = [];
  for (let j = 0; j < count; j++) {
    const vector = { re: new Float64Array(operator.rows), im: new Float64Array(operator.rows) };
    left.forEach((column, k) => addScaled(vector, small.left[j * n + k] as number, 0, column));
    vectors.push(vector);
  }
  return { singularValues: small.values.slice(0, count), left: vectors };
}
