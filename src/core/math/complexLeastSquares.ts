// Complex linear least squares by modified Gram–Schmidt on the augmented matrix [A | b], which is backward stable
// (Björck 1967, doi:10.1007/BF01934122), with reorthogonalisation where it is needed.
import type { ComplexVector } from './fft.ts';

/** ⟨a, b⟩ = Σ ā·b. */
export function innerProduct(a: ComplexVector, b: ComplexVector): { readonly re: number; readonly im: number } {
  const { re: ar, im: ai } = a;
  const { re: br, im: bi } = b;
  const n = ar.length;
  let re = 0;
  let im = 0;
  for (let i = 0; i < n; i++) {
    re += (ar[i] as number) * (br[i] as number) + (ai[i] as number) * (bi[i] as number);
    im += (ar[i] as number) * (bi[i] as number) - (ai[i] as number) * (br[i] as number);
  }
  return { re, im };
}

/** y += (cr + i·ci)·x. */
export function addScaled(y: ComplexVector, cr: number, ci: number, x: ComplexVector): void {
  const { re: yr, im: yi } = y;
  const { re: xr, im: xi } = x;
  const n = yr.length;
  for (let i = 0; i < n; i++) {
    yr[i] = (yr[i] as number) + cr * (xr[i] as number) - ci * (xi[i] as number);
    yi[i] = (yi[i] as number) + cr * (xi[i] as number) + ci * (xr[i] as number);
  }
}

/** Coefficients of a least-squares solution, with the residual b − A·x. */
export interface LeastSquaresSolution {
  readonly coefficients: ComplexVector;
  readonly residual: ComplexVector;
}

/** Columns that keep less than this part of their norm after projection are dependent: their coefficient is 0. */
const DEPENDENT = 1e-12;

/** A second projection is needed where the first took away more than this part of the norm (Kahan–Parlett). */
const CANCELLATION = 0.7;

const norm = (v: ComplexVector): number => Math.sqrt(innerProduct(v, v).re);

/**
 * Removes from v the part along the orthonormal columns `q`, to working precision, and adds its coefficients to r.
 * @returns the norm of what is left
 */
function project(v: ComplexVector, q: readonly ComplexVector[], rRe: Float64Array, rIm: Float64Array): number {
  let before = norm(v);
  for (let pass = 0; pass < 2; pass++) {
    for (let k = 0; k < q.length; k++) {
      const column = q[k] as ComplexVector;
      const c = innerProduct(column, v);
      addScaled(v, -c.re, -c.im, column);
      rRe[k] = (rRe[k] as number) + c.re;
      rIm[k] = (rIm[k] as number) + c.im;
    }
    const after = norm(v);
    if (after > CANCELLATION * before) return after;
    before = after;
  }
  return before;
}

/**
 * Minimises ‖A·x − b‖.
 * @param columns the columns of A, equal lengths; left untouched
 * @param b right-hand side
 */
export function solveComplexLeastSquares(columns: readonly ComplexVector[], b: ComplexVector): LeastSquaresSolution {
  const n = columns.length;
  const q: ComplexVector[] = [];
  const rRe: Float64Array[] = [];
  const rIm: Float64Array[] = [];
  const diagonal = new Float64Array(n);
  columns.forEach((column, j) => {
    const v = { re: column.re.slice(), im: column.im.slice() };
    const before = norm(v);
    const colRe = new Float64Array(n + 1);
    const colIm = new Float64Array(n + 1);
    const left = project(v, q, colRe, colIm);
    const independent = left > DEPENDENT * before && left > 0;
    diagonal[j] = independent ? left : 0;
    const scale = independent ? 1 / left : 0;
    for (let i = 0; i < v.re.length; i++) {
      v.re[i] = (v.re[i] as number) * scale;
      v.im[i] = (v.im[i] as number) * scale;
    }
    q.push(v);
    rRe.push(colRe);
    rIm.push(colIm);
  });
  const residual = { re: b.re.slice(), im: b.im.slice() };
  const x = { re: new Float64Array(n), im: new Float64Array(n) };
  project(residual, q, x.re, x.im);
  for (let j = n - 1; j >= 0; j--) {
    const d = diagonal[j] as number;
    x.re[j] = d === 0 ? 0 : (x.re[j] as number) / d;
    x.im[j] = d === 0 ? 0 : (x.im[j] as number) / d;
    const colRe = rRe[j] as Float64Array;
    const colIm = rIm[j] as Float64Array;
    for (let i = 0; i < j; i++) {
      const xr = x.re[j] as number;
      const xi = x.im[j] as number;
      x.re[i] = (x.re[i] as number) - ((colRe[i] as number) * xr - (colIm[i] as number) * xi);
      x.im[i] = (x.im[i] as number) - ((colRe[i] as number) * xi + (colIm[i] as number) * xr);
    }
  }
  return { coefficients: x, residual };
}
