// HLSVD: a signal as a sum of damped exponentials, s_n ≈ Σ a_k z_k^n, from the shift invariance of the dominant
// singular subspace of its Hankel matrix (Barkhuysen 1987, doi:10.1016/0022-2364(87)90023-0; Lanczos: van den Boogaart
// 1994; partial reorthogonalisation, here full: Laudadio 2002, doi:10.1006/jmre.2002.2593).
import { complexEigenvalues } from './complexEigen.ts';
import { innerProduct, solveComplexLeastSquares } from './complexLeastSquares.ts';
import type { ComplexVector } from './fft.ts';
import { hankelOperator } from './hankel.ts';
import type { ComplexMatrix } from './hermitian.ts';
import { zeroMatrix } from './hermitian.ts';
import { dominantSubspace } from './lanczosSvd.ts';

/** One damped exponential, amplitude·e^{(2πi·frequency − damping)·n} with n in samples. */
export interface ExponentialComponent {
  /** [cycles per sample], −0.5 to 0.5 */
  readonly frequency: number;
  /** [1 per sample], ≥ 0 */
  readonly damping: number;
  readonly amplitudeRe: number;
  readonly amplitudeIm: number;
}

/**
 * Lanczos steps beyond the rank. Strong lines (water) converge within a few steps; what has not converged after these is
 * as weak as the noise, and its exact direction does not matter.
 */
const EXTRA_STEPS = 15;

/**
 * Z in U_top·Z = U_bottom (least squares). U is orthonormal, so (U_topᴴU_top)⁻¹ = I + u uᴴ/(1 − ‖u‖²) with u the
 * conjugated last row of U (Sherman–Morrison).
 */
function shiftMatrix(left: readonly ComplexVector[]): ComplexMatrix {
  const k = left.length;
  const rows = (left[0] as ComplexVector).re.length;
  const top = left.map((u) => ({ re: u.re.subarray(0, rows - 1), im: u.im.subarray(0, rows - 1) }));
  const bottom = left.map((u) => ({ re: u.re.subarray(1), im: u.im.subarray(1) }));
  const product = zeroMatrix(k);
  let lastEnergy = 0;
  for (let i = 0; i < k; i++) {
    lastEnergy += ((left[i] as ComplexVector).re[rows - 1] as number) ** 2;
    lastEnergy += ((left[i] as ComplexVector).im[rows - 1] as number) ** 2;
    for (let j = 0; j < k; j++) {
      const c = innerProduct(top[i] as ComplexVector, bottom[j] as ComplexVector);
      product.re[i * k + j] = c.re;
      product.im[i * k + j] = c.im;
    }
  }
  const z = zeroMatrix(k);
  const scale = 1 / Math.max(1 - lastEnergy, 1e-12);
  for (let j = 0; j < k; j++) {
    let wr = 0;
    let wi = 0;
    for (let i = 0; i < k; i++) {
      // uᴴ·column j, u = conj(last row)
      const lr = (left[i] as ComplexVector).re[rows - 1] as number;
      const li = (left[i] as ComplexVector).im[rows - 1] as number;
      const pr = product.re[i * k + j] as number;
      const pi = product.im[i * k + j] as number;
      wr += lr * pr - li * pi;
      wi += lr * pi + li * pr;
    }
    for (let i = 0; i < k; i++) {
      const lr = (left[i] as ComplexVector).re[rows - 1] as number;
      const li = -((left[i] as ComplexVector).im[rows - 1] as number);
      z.re[i * k + j] = (product.re[i * k + j] as number) + scale * (lr * wr - li * wi);
      z.im[i * k + j] = (product.im[i * k + j] as number) + scale * (lr * wi + li * wr);
    }
  }
  return z;
}

/** The recurrence z^{n+1} = z^n·z is restarted this often, so that rounding stays below 1e-14. */
const RESTART = 64;

/** Samples of z^n for a component of unit amplitude. */
export function exponentialSamples(frequency: number, damping: number, points: number): ComplexVector {
  const out = { re: new Float64Array(points), im: new Float64Array(points) };
  const size = Math.exp(-damping);
  const stepRe = size * Math.cos(2 * Math.PI * frequency);
  const stepIm = size * Math.sin(2 * Math.PI * frequency);
  let re = 1;
  let im = 0;
  for (let n = 0; n < points; n++) {
    if (n % RESTART === 0) {
      const height = Math.exp(-damping * n);
      re = height * Math.cos(2 * Math.PI * frequency * n);
      im = height * Math.sin(2 * Math.PI * frequency * n);
    }
    out.re[n] = re;
    out.im[n] = im;
    const next = re * stepRe - im * stepIm;
    im = re * stepIm + im * stepRe;
    re = next;
  }
  return out;
}

/**
 * Decomposes a signal into at most `rank` damped exponentials. Growing exponentials, which only noise brings forth,
 * are taken as undamped.
 * @param signal N complex samples, N ≥ 4
 * @param rank number of components
 * @returns components, or null where the eigenvalue iteration failed (then nothing may be concluded)
 */
export function decomposeExponentials(signal: ComplexVector, rank: number): readonly ExponentialComponent[] | null {
  const n = signal.re.length;
  const operator = hankelOperator(signal, Math.floor(n / 2));
  const { left } = dominantSubspace(operator, rank, rank + EXTRA_STEPS);
  if (left.length === 0) return [];
  const poles = complexEigenvalues(shiftMatrix(left));
  if (poles === null) return null;
  const found = Array.from(poles.re, (re, i) => {
    const im = poles.im[i] as number;
    const size = Math.max(Math.hypot(re, im), 1e-6);
    return { frequency: Math.atan2(im, re) / (2 * Math.PI), damping: Math.max(0, -Math.log(size)) };
  });
  const columns = found.map(({ frequency, damping }) => exponentialSamples(frequency, damping, n));
  const { coefficients } = solveComplexLeastSquares(columns, signal);
  return found.map((f, i) => ({
    ...f,
    amplitudeRe: coefficients.re[i] as number,
    amplitudeIm: coefficients.im[i] as number,
  }));
}
