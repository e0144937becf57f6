// Eigenvalues and eigenvectors of larger real symmetric matrices: Householder tridiagonalisation, then implicit QL with
// Wilkinson's shift (Golub & Van Loan, Matrix Computations, 4th ed., §8.3), where the Jacobi sweeps of symmetricEigen.ts
// would take minutes.

export interface OrderedEigen {
  /** n eigenvalues, falling. */
  readonly values: Float64Array;
  /** n × n; ROW k is the unit eigenvector of values[k]. */
  readonly vectors: Float64Array;
}

interface Tridiagonal {
  readonly diagonal: Float64Array;
  /** Element i couples i and i + 1; the last is 0. */
  readonly offDiagonal: Float64Array;
  /** Row-major Qᵀ of A = Q·T·Qᵀ. */
  readonly transposedBasis: Float64Array;
}

/** Unit Householder vector (indices below `from` zero) that maps column `from − 1` below the diagonal onto its first element. */
function householderVector(a: Float64Array, n: number, from: number): Float64Array | null {
  const v = new Float64Array(n);
  let square = 0;
  for (let i = from; i < n; i++) {
    const x = a[i * n + from - 1] as number;
    v[i] = x;
    square += x * x;
  }
  const head = v[from] as number;
  if (square === head * head) return null;
  const length = Math.sqrt(square);
  v[from] = head + (head >= 0 ? length : -length);
  const scale = 1 / Math.sqrt(square - head * head + (v[from] as number) ** 2);
  for (let i = from; i < n; i++) v[i] = (v[i] as number) * scale;
  return v;
}

/** A ← H·A·H with H = I − 2vvᵀ, the trailing block from `from` on only; A is symmetric. */
function reflectBothSides(a: Float64Array, n: number, v: Float64Array, from: number): void {
  const w = new Float64Array(n);
  let along = 0;
  for (let i = from; i < n; i++) {
    let sum = 0;
    for (let j = from; j < n; j++) sum += (a[i * n + j] as number) * (v[j] as number);
    w[i] = 2 * sum;
    along += sum * (v[i] as number);
  }
  for (let i = from; i < n; i++) w[i] = (w[i] as number) - 2 * along * (v[i] as number);
  for (let i = from; i < n; i++) {
    const vi = v[i] as number;
    const wi = w[i] as number;
    for (let j = from; j < n; j++) {
      a[i * n + j] = (a[i * n + j] as number) - vi * (w[j] as number) - wi * (v[j] as number);
    }
  }
}

function tridiagonalise(matrix: Float64Array, n: number): Tridiagonal {
  const a = matrix.slice();
  const diagonal = new Float64Array(n);
  const offDiagonal = new Float64Array(n);
  const reflectors: (Float64Array | null)[] = [];
  for (let from = 1; from < n; from++) {
    const v = from < n - 1 ? householderVector(a, n, from) : null;
    reflectors.push(v);
    diagonal[from - 1] = a[(from - 1) * n + from - 1] as number;
    let coupling = a[from * n + from - 1] as number;
    if (v !== null) {
      for (let i = from; i < n; i++)
        coupling -= 2 * (v[from] as number) * (v[i] as number) * (a[i * n + from - 1] as number);
      reflectBothSides(a, n, v, from);
    }
    offDiagonal[from - 1] = coupling;
  }
  diagonal[n - 1] = a[n * n - 1] as number;
  return { diagonal, offDiagonal, transposedBasis: accumulate(reflectors, n) };
}

/** Qᵀ = … H₂·H₁, multiplied from the right so that only the trailing block is ever filled. */
function accumulate(reflectors: readonly (Float64Array | null)[], n: number): Float64Array {
  const q = new Float64Array(n * n);
  for (let i = 0; i < n; i++) q[i * n + i] = 1;
  for (let k = reflectors.length - 1; k >= 0; k--) {
    const v = reflectors[k];
    if (v === null || v === undefined) continue;
    for (let i = k + 1; i < n; i++) {
      let sum = 0;
      for (let j = k + 1; j < n; j++) sum += (q[i * n + j] as number) * (v[j] as number);
      for (let j = k + 1; j < n; j++) q[i * n + j] = (q[i * n + j] as number) - 2 * sum * (v[j] as number);
    }
  }
  return q;
}

/** Turns rows i and i + 1 of the vectors. */
function rotateRows(z: Float64Array, n: number, i: number, c: number, s: number): void {
  const low = i * n;
  const high = low + n;
  for (let k = 0; k < n; k++) {
    const x = z[low + k] as number;
    const y = z[high + k] as number;
    z[low + k] = c * x - s * y;
    z[high + k] = s * x + c * y;
  }
}

/** One implicit QL step on the unreduced block l … m. */
function qlStep(d: Float64Array, e: Float64Array, z: Float64Array, n: number, l: number, m: number): void {
  const half = ((d[l + 1] as number) - (d[l] as number)) / (2 * (e[l] as number));
  const root = Math.sqrt(half * half + 1);
  let g = (d[m] as number) - (d[l] as number) + (e[l] as number) / (half + (half >= 0 ? root : -root));
  let s = 1;
  let c = 1;
  let p = 0;
  for (let i = m - 1; i >= l; i--) {
    const f = s * (e[i] as number);
    const b = c * (e[i] as number);
    const r = Math.sqrt(f * f + g * g);
    e[i + 1] = r;
    if (r === 0) {
      // The block splits here.
      d[i + 1] = (d[i + 1] as number) - p;
      e[m] = 0;
      return;
    }
    s = f / r;
    c = g / r;
    g = (d[i + 1] as number) - p;
    const t = ((d[i] as number) - g) * s + 2 * c * b;
    p = s * t;
    d[i + 1] = g + p;
    g = c * t - b;
    rotateRows(z, n, i, c, s);
  }
  d[l] = (d[l] as number) - p;
  e[l] = g;
  e[m] = 0;
}

/** More steps for one eigenvalue have never been needed; a matrix with NaN would take endless ones. */
const MAX_STEPS = 60;

/**
 * Diagonalises a real symmetric matrix.
 * @param matrix n × n, row-major, finite; not changed
 * @param n order, ≥ 1
 */
export function householderEigen(matrix: Float64Array, n: number): OrderedEigen {
  const { diagonal: d, offDiagonal: e, transposedBasis: z } = tridiagonalise(matrix, n);
  for (let l = 0; l < n; l++) {
    for (let step = 0; step < MAX_STEPS; step++) {
      let m = l;
      while (m < n - 1) {
        const size = Math.abs(d[m] as number) + Math.abs(d[m + 1] as number);
        if (Math.abs(e[m] as number) <= Number.EPSILON * size) break;
        m++;
      }
      if (m === l) break;
      qlStep(d, e, z, n, l, m);
    }
  }
  const order = Array.from(d, (_, k) => k).sort((x, y) => (d[y] as number) - (d[x] as number));
  const vectors = new Float64Array(n * n);
  order.forEach((from, to) => vectors.set(z.subarray(from * n, (from + 1) * n), to * n));
  return { values: Float64Array.from(order, (k) => d[k] as number), vectors };
}
