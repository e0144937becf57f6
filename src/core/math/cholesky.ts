// Cholesky factorisation and solves of symmetric positive definite matrices, dense, row-major.
import { simdProducts, split } from './simd/products.ts';

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

/**
 * L⁻¹b of each part of each column, where L has a few diagonals only, as that of a spline's system.
 * @param band diagonals below the main one
 * @param columns parts · n values each
 */
export function bandedForwardSubstitutions(
  l: Float64Array,
  n: number,
  band: number,
  columns: readonly Float64Array[],
  parts: number,
): Float64Array[] {
  const all = new Float64Array(columns.length * parts * n);
  columns.forEach((v, j) => all.set(v, j * parts * n));
  // Row by row through all columns: within one, each value waits for the one before.
  for (let i = 0; i < n; i++) {
    const row = i * n;
    const first = Math.max(0, i - band);
    const unit = 1 / (l[row + i] as number);
    for (let start = 0; start < all.length; start += n) {
      let sum = all[start + i] as number;
      for (let k = first; k < i; k++) sum -= (l[row + k] as number) * (all[start + k] as number);
      all[start + i] = sum * unit;
    }
  }
  return split(all, parts * n);
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
    unitForwardSubstitute(l, n, j, column);
    // What lies above the diagonal is known from the columns before.
    for (let i = n - 1; i >= j; i--) {
      let sum = column[i] as number;
      for (let k = i + 1; k < n; k++) sum -= (l[k * n + i] as number) * (column[k] as number);
      column[i] = sum / (l[i * n + i] as number);
      inverse[i * n + j] = column[i] as number;
      inverse[j * n + i] = column[i] as number;
    }
  }
  return inverse;
}

/** Column j of L⁻¹, from its row j on; what lies before is zero and left as it is. */
function unitForwardSubstitute(l: Float64Array, n: number, j: number, column: Float64Array): void {
  column[j] = 1 / (l[j * n + j] as number);
  for (let i = j + 1; i < n; i++) {
    let sum = 0;
    for (let k = j; k < i; k++) sum -= (l[i * n + k] as number) * (column[k] as number);
    column[i] = sum / (l[i * n + i] as number);
  }
}

/** 1/√a_ii. */
const unitScales = (a: Float64Array, n: number): Float64Array =>
  new Float64Array(n).map((_, i) => 1 / Math.sqrt(Math.max(a[i * n + i] as number, 1e-300)));

function scaledBy(a: Float64Array, n: number, unit: Float64Array): Float64Array {
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    const u = unit[i] as number;
    for (let j = 0; j < n; j++) out[i * n + j] = (a[i * n + j] as number) * u * (unit[j] as number);
  }
  return out;
}

/**
 * Inverse of a symmetric positive definite matrix whose rows may differ by many orders of magnitude: its diagonal is scaled to
 * one first. @param a n × n, row-major @returns n × n, or null where it is singular
 */
export function invertScaled(a: Float64Array, n: number): Float64Array | null {
  const unit = unitScales(a, n);
  const factor = choleskyFactor(scaledBy(a, n, unit), n, 1e-12);
  return factor === null ? null : scaledBy(choleskyInverse(factor, n), n, unit);
}

/** The diagonal of `invertScaled`, at a sixth of its cost. */
export function inverseDiagonal(a: Float64Array, n: number): Float64Array | null {
  const unit = unitScales(a, n);
  const factor = choleskyFactor(scaledBy(a, n, unit), n, 1e-12);
  if (factor === null) return null;
  const diagonal = new Float64Array(n);
  const column = new Float64Array(n);
  for (let j = 0; j < n; j++) {
    unitForwardSubstitute(factor, n, j, column);
    let sum = 0;
    for (let i = j; i < n; i++) sum += (column[i] as number) ** 2;
    diagonal[j] = sum * (unit[j] as number) ** 2;
  }
  return diagonal;
}
