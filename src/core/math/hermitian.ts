// Small Hermitian matrices (coil covariances): Cholesky factor, triangular solves, dominant eigenvector.
import type { ComplexVector } from './fft.ts';

/** Square complex matrix, row-major. */
export interface ComplexMatrix {
  readonly re: Float64Array;
  readonly im: Float64Array;
  readonly size: number;
}

/** @returns size × size zeros */
export function zeroMatrix(size: number): ComplexMatrix {
  return { re: new Float64Array(size * size), im: new Float64Array(size * size), size };
}

/**
 * Cholesky factor L (lower) of a Hermitian positive definite matrix, A = L·Lᴴ.
 * @returns null where A is not positive definite to working precision
 */
export function choleskyHermitian(a: ComplexMatrix): ComplexMatrix | null {
  const n = a.size;
  const l = zeroMatrix(n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sr = a.re[i * n + j] as number;
      let si = a.im[i * n + j] as number;
      for (let k = 0; k < j; k++) {
        const xr = l.re[i * n + k] as number;
        const xi = l.im[i * n + k] as number;
        const yr = l.re[j * n + k] as number;
        const yi = l.im[j * n + k] as number;
        sr -= xr * yr + xi * yi;
        si -= xi * yr - xr * yi;
      }
      if (i === j) {
        if (!(sr > 1e-14 * (a.re[i * n + i] as number))) return null;
        l.re[i * n + i] = Math.sqrt(sr);
      } else {
        const d = l.re[j * n + j] as number;
        l.re[i * n + j] = sr / d;
        l.im[i * n + j] = si / d;
      }
    }
  }
  return l;
}

/** Solves L·x = b. @param l lower triangular with real diagonal */
export function solveLower(l: ComplexMatrix, b: ComplexVector): ComplexVector {
  const n = l.size;
  const x = { re: b.re.slice(), im: b.im.slice() };
  for (let i = 0; i < n; i++) {
    let sr = x.re[i] as number;
    let si = x.im[i] as number;
    for (let k = 0; k < i; k++) {
      const lr = l.re[i * n + k] as number;
      const li = l.im[i * n + k] as number;
      sr -= lr * (x.re[k] as number) - li * (x.im[k] as number);
      si -= lr * (x.im[k] as number) + li * (x.re[k] as number);
    }
    const d = l.re[i * n + i] as number;
    x.re[i] = sr / d;
    x.im[i] = si / d;
  }
  return x;
}

/** Solves Lᴴ·x = b. @param l lower triangular with real diagonal */
export function solveLowerAdjoint(l: ComplexMatrix, b: ComplexVector): ComplexVector {
  const n = l.size;
  const x = { re: b.re.slice(), im: b.im.slice() };
  for (let i = n - 1; i >= 0; i--) {
    let sr = x.re[i] as number;
    let si = x.im[i] as number;
    for (let k = i + 1; k < n; k++) {
      const lr = l.re[k * n + i] as number;
      const li = -(l.im[k * n + i] as number);
      sr -= lr * (x.re[k] as number) - li * (x.im[k] as number);
      si -= lr * (x.im[k] as number) + li * (x.re[k] as number);
    }
    const d = l.re[i * n + i] as number;
    x.re[i] = sr / d;
    x.im[i] = si / d;
  }
  return x;
}

/** y = A·x. */
export function multiplyVector(a: ComplexMatrix, x: ComplexVector): ComplexVector {
  const n = a.size;
  const y = { re: new Float64Array(n), im: new Float64Array(n) };
  for (let i = 0; i < n; i++) {
    let sr = 0;
    let si = 0;
    for (let k = 0; k < n; k++) {
      const ar = a.re[i * n + k] as number;
      const ai = a.im[i * n + k] as number;
      const xr = x.re[k] as number;
      const xi = x.im[k] as number;
      sr += ar * xr - ai * xi;
      si += ar * xi + ai * xr;
    }
    y.re[i] = sr;
    y.im[i] = si;
  }
  return y;
}

function normalise(x: ComplexVector): number {
  let energy = 0;
  for (let i = 0; i < x.re.length; i++) energy += (x.re[i] as number) ** 2 + (x.im[i] as number) ** 2;
  const norm = Math.sqrt(energy);
  if (norm === 0) return 0;
  for (let i = 0; i < x.re.length; i++) {
    x.re[i] = (x.re[i] as number) / norm;
    x.im[i] = (x.im[i] as number) / norm;
  }
  return norm;
}

/**
 * Eigenvector of the largest eigenvalue of a Hermitian positive semidefinite matrix, by power iteration from the
 * column of the largest diagonal element.
 * @returns unit vector and its eigenvalue (0 for a zero matrix)
 */
export function dominantEigenvector(a: ComplexMatrix): { readonly vector: ComplexVector; readonly value: number } {
  const n = a.size;
  let start = 0;
  for (let i = 1; i < n; i++) if ((a.re[i * n + i] as number) > (a.re[start * n + start] as number)) start = i;
  let x: ComplexVector = { re: new Float64Array(n), im: new Float64Array(n) };
  for (let i = 0; i < n; i++) {
    x.re[i] = a.re[i * n + start] as number;
    x.im[i] = a.im[i * n + start] as number;
  }
  let value = normalise(x);
  if (value === 0) x.re[start] = 1;
  for (let iteration = 0; iteration < 2000 && value > 0; iteration++) {
    const y = multiplyVector(a, x);
    value = normalise(y);
    let change = 0;
    for (let i = 0; i < n; i++) {
      change += ((y.re[i] as number) - (x.re[i] as number)) ** 2 + ((y.im[i] as number) - (x.im[i] as number)) ** 2;
    }
    x = y;
    if (change < 1e-28) break;
  }
  return { vector: x, value };
}
