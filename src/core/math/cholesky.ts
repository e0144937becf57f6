// Cholesky factorisation and solves of symmetric positive definite matrices, dense, row-major.
import { simdProducts } from './simd/products.ts';

/**
 * Lower Cholesky factor of a symmetric positive definite matrix.
 * @param a n × n, row-major; only its lower triangle is read
 * @param n order
 * @param relativeRidge added to each diagonal element as a fraction of it, so that nearly singular matrices factorise
 * @param l where the factor goes; what lies above its diagonal stays as it is
 * @returns n × n lower factor, or null where the matrix is not positive definite
 */
export function choleskyFactor(
  a: Float64Array,
  n: number,
  relativeRidge = 0,
  l: Float64Array = new Float64Array(n * n),
): Float64Array | null {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = a[i * n + j] as number;
      if (i === j) sum += relativeRidge * sum;
      for (let k = 0; k < j; k++) sum -= (l[i * n + k] as number) * (l[j * n + k] as number);
      if (i === j) {
        if (!(sum > 0)) return null;
        l[i * n + i] = Math.sqrt(sum);
      } else {
        l[i * n + j] = sum / (l[j * n + j] as number);
      }
    }
  }
  return l;
}

/** Solves L·x = b in place. @param l lower factor @param b right-hand side, overwritten by x */
export function forwardSubstitute(l: Float64Array, n: number, b: Float64Array): void {
  for (let i = 0; i < n; i++) {
    let sum = b[i] as number;
    for (let k = 0; k < i; k++) sum -= (l[i * n + k] as number) * (b[k] as number);
    b[i] = sum / (l[i * n + i] as number);
  }
}

/**
 * L⁻¹b of each part of each column, by SIMD where the runtime has it.
 * @param columns parts · n values each
 */
export function forwardSubstitutions(
  l: Float64Array,
  n: number,
  columns: readonly Float64Array[],
  parts: number,
): Float64Array[] {
  return (
    simdProducts()?.forwardSubstitutions(l, n, columns, parts) ?? forwardSubstitutionsByLoops(l, n, columns, parts)
  );
}

/** `forwardSubstitutions` in plain TypeScript. */
export function forwardSubstitutionsByLoops(
  l: Float64Array,
  n: number,
  columns: readonly Float64Array[],
  parts: number,
): Float64Array[] {
  return columns.map((v) => {
    const out = v.slice();
    for (let part = 0; part < parts; part++) forwardSubstitute(l, n, out.subarray(part * n, (part + 1) * n));
    return out;
  });
}

/** Solves Lᵀ·x = b in place. */
export function backSubstitute(l: Float64Array, n: number, b: Float64Array): void {
  for (let i = n - 1; i >= 0; i--) {
    let sum = b[i] as number;
    for (let k = i + 1; k < n; k++) sum -= (l[k * n + i] as number) * (b[k] as number);
    b[i] = sum / (l[i * n + i] as number);
  }
}

/** Solves A·x = b for A = L·Lᵀ. @returns a new vector x */
export function choleskySolve(l: Float64Array, n: number, b: Float64Array): Float64Array {
  const x = b.slice();
  forwardSubstitute(l, n, x);
  backSubstitute(l, n, x);
  return x;
}

/** Inverse of A = L·Lᵀ. @returns n × n, row-major, symmetric */
export function choleskyInverse(l: Float64Array, n: number): Float64Array {
  const inverse = new Float64Array(n * n);
  const column = new Float64Array(n);
  for (let j = 0; j < n; j++) {
    column.fill(0);
    column[j] = 1;
    forwardSubstitute(l, n, column);
    backSubstitute(l, n, column);
    for (let i = 0; i < n; i++) inverse[i * n + j] = column[i] as number;
  }
  return inverse;
}

/**
 * Inverse of a symmetric positive definite matrix whose rows may differ by many orders of magnitude: its diagonal is scaled to
 * one first. @param a n × n, row-major @returns n × n, or null where it is singular
 */
export function invertScaled(a: Float64Array, n: number): Float64Array | null {
  const unit = Float64Array.from({ length: n }, (_, i) => 1 / Math.sqrt(Math.max(a[i * n + i] as number, 1e-300)));
  const scaled = (matrix: Float64Array): Float64Array =>
    matrix.map((v, at) => v * (unit[Math.floor(at / n)] as number) * (unit[at % n] as number));
  const factor = choleskyFactor(scaled(a), n, 1e-12);
  return factor === null ? null : scaled(choleskyInverse(factor, n));
}
