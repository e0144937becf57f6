// Eigenvalues of a small general complex matrix: Householder reduction to Hessenberg form, then single-shift QR with
// Wilkinson's shift (Golub & Van Loan, Matrix Computations, 4th ed., §7.4–7.5).
import type { ComplexVector } from './fft.ts';
import type { ComplexMatrix } from './hermitian.ts';

/** Applies I − 2vvᴴ (v unit, acting on indices k+1…) from both sides. */
function applyReflector(a: ComplexMatrix, v: ComplexVector, k: number): void {
  const n = a.size;
  for (let j = 0; j < n; j++) {
    let sr = 0;
    let si = 0;
    for (let i = k + 1; i < n; i++) {
      const vr = v.re[i] as number;
      const vi = v.im[i] as number;
      const xr = a.re[i * n + j] as number;
      const xi = a.im[i * n + j] as number;
      sr += vr * xr + vi * xi;
      si += vr * xi - vi * xr;
    }
    for (let i = k + 1; i < n; i++) {
      const vr = v.re[i] as number;
      const vi = v.im[i] as number;
      a.re[i * n + j] = (a.re[i * n + j] as number) - 2 * (vr * sr - vi * si);
      a.im[i * n + j] = (a.im[i * n + j] as number) - 2 * (vr * si + vi * sr);
    }
  }
  for (let i = 0; i < n; i++) {
    let sr = 0;
    let si = 0;
    for (let j = k + 1; j < n; j++) {
      const vr = v.re[j] as number;
      const vi = v.im[j] as number;
      const xr = a.re[i * n + j] as number;
      const xi = a.im[i * n + j] as number;
      sr += xr * vr - xi * vi;
      si += xr * vi + xi * vr;
    }
    for (let j = k + 1; j < n; j++) {
      const vr = v.re[j] as number;
      const vi = v.im[j] as number;
      a.re[i * n + j] = (a.re[i * n + j] as number) - 2 * (sr * vr + si * vi);
      a.im[i * n + j] = (a.im[i * n + j] as number) - 2 * (si * vr - sr * vi);
    }
  }
}

/** Reduces in place to upper Hessenberg form. */
function reduceToHessenberg(a: ComplexMatrix): void {
  const n = a.size;
  for (let k = 0; k < n - 2; k++) {
    const v = { re: new Float64Array(n), im: new Float64Array(n) };
    let energy = 0;
    for (let i = k + 1; i < n; i++) {
      v.re[i] = a.re[i * n + k] as number;
      v.im[i] = a.im[i * n + k] as number;
      energy += (v.re[i] as number) ** 2 + (v.im[i] as number) ** 2;
    }
    const length = Math.sqrt(energy);
    if (length === 0) continue;
    const headRe = v.re[k + 1] as number;
    const headIm = v.im[k + 1] as number;
    const head = Math.hypot(headRe, headIm);
    v.re[k + 1] = headRe + (head === 0 ? length : (headRe / head) * length);
    v.im[k + 1] = headIm + (head === 0 ? 0 : (headIm / head) * length);
    // ‖x + e^{iθ}‖x‖e₁‖² = 2‖x‖(‖x‖ + |x₁|)
    const scale = 1 / Math.sqrt(2 * length * (length + head));
    for (let i = k + 1; i < n; i++) {
      v.re[i] = (v.re[i] as number) * scale;
      v.im[i] = (v.im[i] as number) * scale;
    }
    applyReflector(a, v, k);
  }
}

/** Principal square root. */
function complexSqrt(re: number, im: number): { readonly re: number; readonly im: number } {
  const r = Math.hypot(re, im);
  const a = Math.sqrt((r + Math.abs(re)) / 2);
  if (a === 0) return { re: 0, im: 0 };
  const b = im / (2 * a);
  return re >= 0 ? { re: a, im: b } : { re: Math.abs(b), im: im < 0 ? -a : a };
}

/** The eigenvalue of the trailing 2 × 2 block (rows end−1, end) nearer to its last element. */
function wilkinsonShift(a: ComplexMatrix, end: number): { readonly re: number; readonly im: number } {
  const n = a.size;
  const at = (i: number, j: number) => ({ re: a.re[i * n + j] as number, im: a.im[i * n + j] as number });
  const p = at(end - 1, end - 1);
  const q = at(end - 1, end);
  const r = at(end, end - 1);
  const s = at(end, end);
  const halfRe = (p.re - s.re) / 2;
  const halfIm = (p.im - s.im) / 2;
  const productRe = q.re * r.re - q.im * r.im;
  const productIm = q.re * r.im + q.im * r.re;
  const root = complexSqrt(halfRe * halfRe - halfIm * halfIm + productRe, 2 * halfRe * halfIm + productIm);
  const sign = halfRe * root.re + halfIm * root.im >= 0 ? 1 : -1;
  const denRe = halfRe + sign * root.re;
  const denIm = halfIm + sign * root.im;
  const den = denRe * denRe + denIm * denIm;
  if (den === 0) return s;
  return {
    re: s.re - (productRe * denRe + productIm * denIm) / den,
    im: s.im - (productIm * denRe - productRe * denIm) / den,
  };
}

/** Rows p and p+1 ← G·rows, with G = [[c, s], [−s̄, c]]. */
function rotateRows(a: ComplexMatrix, p: number, c: number, sr: number, si: number, from: number, to: number): void {
  const n = a.size;
  for (let j = from; j <= to; j++) {
    const i0 = p * n + j;
    const i1 = i0 + n;
    const xr = a.re[i0] as number;
    const xi = a.im[i0] as number;
    const yr = a.re[i1] as number;
    const yi = a.im[i1] as number;
    a.re[i0] = c * xr + sr * yr - si * yi;
    a.im[i0] = c * xi + sr * yi + si * yr;
    a.re[i1] = c * yr - (sr * xr + si * xi);
    a.im[i1] = c * yi - (sr * xi - si * xr);
  }
}

/** Columns p and p+1 ← columns·Gᴴ. */
function rotateColumns(a: ComplexMatrix, p: number, c: number, sr: number, si: number, from: number, to: number): void {
  const n = a.size;
  for (let i = from; i <= to; i++) {
    const i0 = i * n + p;
    const i1 = i0 + 1;
    const xr = a.re[i0] as number;
    const xi = a.im[i0] as number;
    const yr = a.re[i1] as number;
    const yi = a.im[i1] as number;
    a.re[i0] = c * xr + sr * yr + si * yi;
    a.im[i0] = c * xi + sr * yi - si * yr;
    a.re[i1] = c * yr - (sr * xr - si * xi);
    a.im[i1] = c * yi - (sr * xi + si * xr);
  }
}

/** One shifted QR step on the active block [start, end]. */
function qrStep(a: ComplexMatrix, start: number, end: number, shift: { re: number; im: number }): void {
  const n = a.size;
  for (let i = start; i <= end; i++) {
    a.re[i * n + i] = (a.re[i * n + i] as number) - shift.re;
    a.im[i * n + i] = (a.im[i * n + i] as number) - shift.im;
  }
  const rotations: { c: number; sr: number; si: number }[] = [];
  for (let p = start; p < end; p++) {
    const fr = a.re[p * n + p] as number;
    const fi = a.im[p * n + p] as number;
    const gr = a.re[(p + 1) * n + p] as number;
    const gi = a.im[(p + 1) * n + p] as number;
    const f = Math.hypot(fr, fi);
    const length = Math.hypot(f, gr, gi);
    // c real, s = (f/|f|)·ḡ/length makes the element below the diagonal vanish.
    const c = length === 0 ? 1 : f / length;
    const ur = f === 0 ? 1 : fr / f;
    const ui = f === 0 ? 0 : fi / f;
    const sr = length === 0 ? 0 : (ur * gr + ui * gi) / length;
    const si = length === 0 ? 0 : (ui * gr - ur * gi) / length;
    rotations.push({ c, sr, si });
    rotateRows(a, p, c, sr, si, p, end);
  }
  rotations.forEach(({ c, sr, si }, k) => {
    const p = start + k;
    rotateColumns(a, p, c, sr, si, start, Math.min(p + 1, end));
  });
  for (let i = start; i <= end; i++) {
    a.re[i * n + i] = (a.re[i * n + i] as number) + shift.re;
    a.im[i * n + i] = (a.im[i * n + i] as number) + shift.im;
  }
}

const magnitude = (a: ComplexMatrix, i: number, j: number): number =>
  Math.abs(a.re[i * a.size + j] as number) + Math.abs(a.im[i * a.size + j] as number);

/**
 * All eigenvalues of a general complex matrix.
 * @param matrix left untouched
 * @returns `size` eigenvalues in no order, or null where QR did not converge (60 steps for one eigenvalue)
 */
export function complexEigenvalues(matrix: ComplexMatrix): ComplexVector | null {
  const n = matrix.size;
  const a: ComplexMatrix = { re: matrix.re.slice(), im: matrix.im.slice(), size: n };
  reduceToHessenberg(a);
  let end = n - 1;
  let steps = 0;
  while (end > 0) {
    let start = end;
    while (start > 0) {
      const scale = magnitude(a, start, start) + magnitude(a, start - 1, start - 1);
      if (magnitude(a, start, start - 1) <= 2.3e-16 * scale) {
        a.re[start * n + start - 1] = 0;
        a.im[start * n + start - 1] = 0;
        break;
      }
      start--;
    }
    if (start === end) {
      end--;
      steps = 0;
      continue;
    }
    if (++steps > 60) return null;
    // An exceptional shift breaks the rare cycles.
    const shift =
      steps % 15 === 0
        ? { re: (a.re[end * n + end] as number) + magnitude(a, end, end - 1), im: a.im[end * n + end] as number }
        : wilkinsonShift(a, end);
    qrStep(a, start, end, shift);
  }
  return {
    re: Float64Array.from({ length: n }, (_, i) => a.re[i * n + i] as number),
    im: Float64Array.from({ length: n }, (_, i) => a.im[i * n + i] as number),
  };
}
