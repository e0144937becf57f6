// Amplitudes by linear least squares once a network has told everything else of the signal: S = e^{iφ}·Σ a_m X_m + background.
// The real part of a spectrum that was zero-filled to twice its length holds all of it, and its noise is white (Bartholdi &
// Ernst 1973, doi:10.1016/0022-2364(73)90076-0): so it is the real part that is solved.
import type { ComplexSignal } from '../../../domain/complexArray.ts';
import { choleskyFactor, choleskyInverse, choleskySolve } from '../../../math/cholesky.ts';
import { solveNnls } from '../../../math/nnls.ts';
import type { BandModel, LineChange } from './bandModel.ts';

export interface SolveRequest {
  /** On the band's grid. */
  readonly spectrum: ComplexSignal;
  /** Signal that is no metabolite's: real part in the request's phase; null for none. */
  readonly background: Float64Array | null;
  readonly phaseRad: number;
  /** One a signal of the model. */
  readonly changes: readonly LineChange[];
  /** Noise SD of one real channel of the spectrum. */
  readonly noiseSd: number;
  readonly nonNegative: boolean;
}

export interface SolvedAmplitudes {
  /** Real part of the spectrum in the request's phase. */
  readonly data: Float64Array;
  readonly amplitudes: Float64Array;
  /** M × M, row-major, of the noise alone; null where signals can't be told apart. */
  readonly covariance: Float64Array | null;
}

/** Signals that are nearly the same are told apart only by this, far below any noise. */
const RIDGE = 1e-10;

/** Re(e^{−iφ}·spectrum). */
export function phasedReal({ re, im }: ComplexSignal, phaseRad: number): Float64Array {
  const c = Math.cos(phaseRad);
  const s = Math.sin(phaseRad);
  const out = new Float64Array(re.length);
  for (let i = 0; i < out.length; i++) out[i] = (re[i] as number) * c + (im[i] as number) * s;
  return out;
}

/** a − b, in place. */
export function subtract(a: Float64Array, b: Float64Array): Float64Array {
  for (let i = 0; i < a.length; i++) a[i] = (a[i] as number) - (b[i] as number);
  return a;
}

/** The Gram matrix with ones on its diagonal, in place; columns differ by orders of magnitude. @returns the scales */
function toUnitDiagonal(gram: Float64Array, n: number): Float64Array {
  const unit = new Float64Array(n);
  for (let i = 0; i < n; i++) unit[i] = 1 / Math.sqrt(Math.max(gram[i * n + i] as number, 1e-300));
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++)
      gram[i * n + j] = (gram[i * n + j] as number) * (unit[i] as number) * (unit[j] as number);
  }
  return unit;
}

/** Leaves the model at the request's changes. */
export function solveAmplitudes(model: BandModel, request: SolveRequest): SolvedAmplitudes {
  const { spectrum, background, phaseRad, changes, noiseSd, nonNegative } = request;
  const n = model.names.length;
  const data = phasedReal(spectrum, phaseRad);
  model.change(changes);
  const { gram, products } = model.products(background === null ? data : subtract(data.slice(), background));
  const unit = toUnitDiagonal(gram, n);
  for (let i = 0; i < n; i++) products[i] = (products[i] as number) * (unit[i] as number);
  const factor = choleskyFactor(gram, n, RIDGE);
  const amplitudes =
    factor === null || nonNegative ? solveNnls(gram, products, n).x : choleskySolve(factor, n, products);
  for (let i = 0; i < n; i++) amplitudes[i] = (amplitudes[i] as number) * (unit[i] as number);
  if (factor === null) return { data, amplitudes, covariance: null };
  const covariance = choleskyInverse(factor, n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      const scale = noiseSd ** 2 * (unit[i] as number) * (unit[j] as number);
      covariance[i * n + j] = scale * (covariance[i * n + j] as number);
    }
  }
  return { data, amplitudes, covariance };
}
