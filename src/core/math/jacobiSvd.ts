// Singular value decomposition of a small real square matrix by one-sided Jacobi rotations (Hestenes 1958,
// doi:10.1137/0106005): slow for large matrices, but accurate for small singular values.

/** A = U·diag(values)·Vᵀ with the values falling; only U is returned. */
export interface LeftSvd {
  readonly values: Float64Array;
  /** U, column j at [j·size, (j+1)·size). */
  readonly left: Float64Array;
}

/** One rotation of columns p and q of `a`. @returns whether they were not yet orthogonal */
function rotateColumns(a: Float64Array, n: number, p: number, q: number): boolean {
  let alpha = 0;
  let beta = 0;
  let gamma = 0;
  for (let i = 0; i < n; i++) {
    const x = a[p * n + i] as number;
    const y = a[q * n + i] as number;
    alpha += x * x;
    beta += y * y;
    gamma += x * y;
  }
  if (Math.abs(gamma) <= 1e-15 * Math.sqrt(alpha * beta) || gamma === 0) return false;
  const zeta = (beta - alpha) / (2 * gamma);
  const t = (zeta >= 0 ? 1 : -1) / (Math.abs(zeta) + Math.sqrt(1 + zeta * zeta));
  const c = 1 / Math.sqrt(1 + t * t);
  const s = c * t;
  for (let i = 0; i < n; i++) {
    const x = a[p * n + i] as number;
    const y = a[q * n + i] as number;
    a[p * n + i] = c * x - s * y;
    a[q * n + i] = s * x + c * y;
  }
  return true;
}

/**
 * Singular values and left singular vectors.
 * @param matrix n × n, column-major; left untouched
 */
export function leftSvd(matrix: Float64Array, n: number): LeftSvd {
  const a = matrix.slice();
  for (let sweep = 0; sweep < 40; sweep++) {
    let rotated = false;
    for (let p = 0; p < n - 1; p++) {
      for (let q = p + 1; q < n; q++) rotated = rotateColumns(a, n, p, q) || rotated;
    }
    if (!rotated) break;
  }
  const norms = Array.from({ length: n }, (_, j) => {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += (a[j * n + i] as number) ** 2;
    return Math.sqrt(sum);
  });
  const order = norms.map((_, j) => j).sort((x, y) => (norms[y] as number) - (norms[x] as number));
  const values = Float64Array.from(order, (j) => norms[j] as number);
  const left = new Float64Array(n * n);
  order.forEach((from, to) => {
    const norm = norms[from] as number;
    for (let i = 0; i < n; i++) left[to * n + i] = norm > 0 ? (a[from * n + i] as number) / norm : 0;
  });
  return { values, left };
}
