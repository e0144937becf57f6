// Sampled basis signals at another dwell time, length and slightly different field, by least-squares band-limited
// interpolation (Yen 1956, IRE Trans Circuit Theory 3:251, doi:10.1109/TCT.1956.1086325). For every new time t the weights
// w of the nearest samples t_k minimise ∫_{|f|<B} |e^{2πift} − Σ w_k e^{2πift_k}|² df, i.e. solve
//   Σ_l sinc(2B(t_k − t_l)) w_l = sinc(2B(t_k − t)).
// Unlike an FFT resampler this doesn't wrap the end of the FID to its beginning: near the ends the kernel is one-sided.
// Field: a line at f Hz belongs at f·f0'/f0, so s'(t) = s(t·f0'/f0). Couplings and Lorentzian widths in Hz scale along, which
// is an error of f0'/f0 − 1: small up to the 10 % that matching.ts calls close. Beyond (a set of another class of magnet,
// which matching.ts warns of strongly) the same is done, as without it every line would stand at a wrong shift: singlets and
// macromolecules are right then, but multiplets are wider or narrower by the whole ratio, and strong coupling is that of
// the basis's own field. Such a set is better simulated anew (suggestRequest.ts).
import { ppmToHz } from '../domain/axes.ts';
import type { BasisSet, BasisSignal } from '../domain/basisSet.ts';
import type { ComplexSignal } from '../domain/complexArray.ts';
import { BugError, ModelError } from '../domain/errors.ts';
import { choleskyFactor, choleskySolve } from '../math/cholesky.ts';

/** Samples that enter one interpolated value. */
const KERNEL_SAMPLES = 32;
/** Where proton lines are: the band that is interpolated exactly. [ppm] */
const PROTON_BAND_PPM = [-0.7, 10] as const;
/** Part of the Nyquist frequency used at most; nearer to it no finite kernel interpolates. */
const NYQUIST_PART = 0.95;
/** Ridge on the kernel system: oversampled kernels are near-singular, and 1e-11 keeps the weights small at an error of 1e-6. */
const RIDGE = 1e-11;

const sinc = (x: number): number => (Math.abs(x) < 1e-12 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));

/** Cholesky factor of the kernel's Gram matrix; the samples are equidistant, so one serves all times. */
function kernelFactor(size: number, bandTimesDwell: number): Float64Array {
  const gram = Float64Array.from({ length: size * size }, (_, at) => {
    const apart = Math.floor(at / size) - (at % size);
    return sinc(2 * bandTimesDwell * apart) + (apart === 0 ? RIDGE : 0);
  });
  const factor = choleskyFactor(gram, size);
  if (factor === null) throw new BugError('The interpolation kernel is not positive definite.');
  return factor;
}

interface Interpolator {
  /** First sample of each kernel; −1 for times beyond the samples, where the value is 0. */
  readonly starts: Int32Array;
  /** points × size weights. */
  readonly weights: Float64Array;
  readonly size: number;
}

/** Weights for new times n·step (in samples of the old signal). */
function buildInterpolator(oldPoints: number, newPoints: number, step: number, bandTimesDwell: number): Interpolator {
  const size = Math.min(KERNEL_SAMPLES, oldPoints);
  const factor = kernelFactor(size, bandTimesDwell);
  const starts = new Int32Array(newPoints).fill(-1);
  const weights = new Float64Array(newPoints * size);
  const byOffset = new Map<number, Float64Array>();
  for (let n = 0; n < newPoints; n++) {
    const position = n * step;
    if (position > oldPoints - 1 + 1e-9) break;
    const start = Math.min(Math.max(Math.floor(position) - size / 2 + 1, 0), oldPoints - size);
    const offset = Math.round((position - start) * 1e9) / 1e9;
    let w = byOffset.get(offset);
    if (w === undefined) {
      const whole = Math.round(offset);
      w =
        Math.abs(offset - whole) < 1e-9
          ? Float64Array.from({ length: size }, (_, k) => (k === whole ? 1 : 0))
          : choleskySolve(
              factor,
              size,
              Float64Array.from({ length: size }, (_, k) => sinc(2 * bandTimesDwell * (k - offset))),
            );
      byOffset.set(offset, w);
    }
    starts[n] = start;
    weights.set(w, n * size);
  }
  return { starts, weights, size };
}

function interpolate(fid: ComplexSignal, { starts, weights, size }: Interpolator): ComplexSignal {
  const re = new Float64Array(starts.length);
  const im = new Float64Array(starts.length);
  for (let n = 0; n < starts.length; n++) {
    const start = starts[n] as number;
    if (start < 0) break;
    let sumRe = 0;
    let sumIm = 0;
    for (let k = 0; k < size; k++) {
      const w = weights[n * size + k] as number;
      sumRe += w * (fid.re[start + k] as number);
      sumIm += w * (fid.im[start + k] as number);
    }
    re[n] = sumRe;
    im[n] = sumIm;
  }
  return { re, im };
}

/** Half-width of the band that must be interpolated, in cycles per old sample. */
function bandTimesDwell(basis: BasisSet): number {
  const cap = NYQUIST_PART / 2;
  if (basis.nucleus !== '1H') return cap;
  const edgesHz = PROTON_BAND_PPM.map((ppm) =>
    Math.abs(ppmToHz(ppm, basis.spectrometerFrequencyMHz, basis.referencePpm)),
  );
  return Math.min(cap, Math.max(...edgesHz) * basis.dwellTimeS);
}

export interface Sampling {
  readonly dwellTimeS: number;
  readonly points: number;
  readonly spectrometerFrequencyMHz: number;
}

/**
 * Resamples a basis set. Times beyond the old signals' end are 0, so a basis shorter than the data must have decayed, or
 * the fit must broaden it. Lines outside the new spectral width alias, as they do in the data.
 * @param basis sampled signals
 * @param sampling dwell time, points and frequency of the data
 * @returns the basis at the new sampling; the same object where nothing changes
 * @throws ModelError where the sampling is impossible
 */
export function resampleBasis(basis: BasisSet, sampling: Sampling): BasisSet {
  const { dwellTimeS, points, spectrometerFrequencyMHz } = sampling;
  if (!(dwellTimeS > 0) || !Number.isInteger(points) || points < 1 || !(spectrometerFrequencyMHz > 0)) {
    throw new ModelError(
      'BASIS_MISMATCH',
      `The basis set "${basis.title}" can't be resampled to ${points} points of ${dwellTimeS} s at ${spectrometerFrequencyMHz} MHz.`,
    );
  }
  const fieldRatio = spectrometerFrequencyMHz / basis.spectrometerFrequencyMHz;
  const step = (dwellTimeS / basis.dwellTimeS) * fieldRatio;
  const sameGrid = Math.abs(step - 1) < 1e-9;
  if (sameGrid && fieldRatio === 1 && points === basis.points) return basis;
  const interpolator = buildInterpolator(basis.points, points, sameGrid ? 1 : step, bandTimesDwell(basis));
  const signals = basis.signals.map((s): BasisSignal => ({ ...s, fid: interpolate(s.fid, interpolator) }));
  const linewidthHz = basis.linewidthHz === null ? null : basis.linewidthHz * fieldRatio;
  return { ...basis, dwellTimeS, points, spectrometerFrequencyMHz, linewidthHz, signals };
}
