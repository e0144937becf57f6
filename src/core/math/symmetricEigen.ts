// Eigenvalues and eigenvectors of a real symmetric matrix by cyclic Jacobi rotations (Golub & Van Loan, Matrix
// Computations, 4th ed., §8.5): A = V diag(λ) Vᵀ. Chosen for its accuracy on the small, often degenerate blocks of spin
// Hamiltonians.

export interface SymmetricEigen {
  /** n eigenvalues, in no particular order. */
  readonly values: Float64Array;
  /** n × n, row-major; column k is the unit eigenvector of values[k]. */
  readonly vectors: Float64Array;
}

const MAX_SWEEPS = 60;

/** Squared Frobenius norm of the part above the diagonal. */
function offDiagonalSquared(a: Float64Array, n: number): number {
  let sum = 0;
  for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) sum += (a[p * n + q] as number) ** 2;
  return sum;
}

/** Applies the rotation that zeroes a[p,q] to A (both sides) and to the eigenvectors V (from the right). */
function rotate(a: Float64Array, v: Float64Array, n: number, p: number, q: number): void {
  const apq = a[p * n + q] as number;
  const theta = ((a[q * n + q] as number) - (a[p * n + p] as number)) / (2 * apq);
  // The smaller root of t² + 2θt − 1 = 0 keeps the rotation below 45°, on which convergence rests.
  const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const c = 1 / Math.sqrt(t * t + 1);
  const s = t * c;
  for (let k = 0; k < n; k++) {
    const akp = a[k * n + p] as number;
    const akq = a[k * n + q] as number;
    a[k * n + p] = c * akp - s * akq;
    a[k * n + q] = s * akp + c * akq;
  }
  for (let k = 0; k < n; k++) {
    const apk = a[p * n + k] as number;
    const aqk = a[q * n + k] as number;
    a[p * n + k] = c * apk - s * aqk;
    a[q * n + k] = s * apk + c * aqk;
    const vkp = v[k * n + p] as number;
    const vkq = v[k * n + q] as number;
    v[k * n + p] = c * vkp - s * vkq;
    v[k * n + q] = s * vkp + c * vkq;
  }
  a[p * n + q] = 0;
  a[q * n + p] = 0;
}

/**
 * Diagonalises a real symmetric matrix.
 * @param matrix n × n, row-major; not changed
 * @param n order, ≥ 1
 * @returns eigenvalues and orthonormal eigenvectors, accurate to a few units of rounding of ‖A‖
 */
export function symmetricEigen(matrix: Float64Array, n: number): SymmetricEigen {
  const a = matrix.slice();
  const v = new Float64Array(n * n);
  for (let i = 0; i < n; i++) v[i * n + i] = 1;
  const scale = a.reduce((sum, x) => sum + x * x, 0);
  const tolerance = scale * 1e-30;
  for (let sweep = 0; sweep < MAX_SWEEPS && offDiagonalSquared(a, n) > tolerance; sweep++) {
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) {
        if (a[p * n + q] !== 0) rotate(a, v, n, p, q);
      }
    }
  }
  return { values: Float64Array.from({ length: n }, (_, i) => a[i * n + i] as number), vectors: v };
}
