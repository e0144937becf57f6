// Signal-to-noise ratios by their three usual definitions; every figure must be shown with its definition.
import { ppmRangeIndices } from '../domain/axes.ts';
import type { ComplexSignal } from '../domain/complexArray.ts';
import { standardDeviation } from '../math/robustStatistics.ts';
import type { FidWithAxes } from './spectrumRegions.ts';
import { zeroFilledSpectrum } from './spectrumRegions.ts';

/** Where the tNAA singlet is looked for. [ppm] */
export const NAA_PPM: readonly [number, number] = [1.9, 2.1];
/** Where proton spectra hold noise only. [ppm] Source: Chen 2023 (QNet). */
export const NOISE_PPM: readonly [number, number] = [8, 10];
/** Fewer points give no SD worth stating. */
const FEWEST_NOISE_POINTS = 16;

/** Residuals of a straight line through the values. */
function detrended(values: Float64Array): Float64Array {
  const n = values.length;
  const middle = (n - 1) / 2;
  const mean = values.reduce((a, b) => a + b, 0) / n;
  let top = 0;
  let bottom = 0;
  values.forEach((v, i) => {
    top += (i - middle) * (v - mean);
    bottom += (i - middle) ** 2;
  });
  const slope = bottom > 0 ? top / bottom : 0;
  return values.map((v, i) => v - mean - slope * (i - middle));
}

/**
 * Noise SD of the real spectrum over a window, a linear trend taken out.
 * @param noisePpm window; where the bandwidth does not hold it, the outermost 5 % at the low-ppm end are taken
 */
export function spectralNoiseSd(signal: FidWithAxes, noisePpm: readonly [number, number] = NOISE_PPM): number {
  const { re, ppm } = zeroFilledSpectrum(signal, 1);
  const { start, end } = ppmRangeIndices(ppm, noisePpm[0], noisePpm[1]);
  const enough = end - start >= FEWEST_NOISE_POINTS;
  const outer = Math.max(FEWEST_NOISE_POINTS, Math.floor(re.length / 20));
  return standardDeviation(detrended(enough ? re.slice(start, end) : re.slice(-outer)));
}

/**
 * Height of the highest real point in a window over the SD of the noise window, both in the spectrum as sampled.
 * @param signal a phased FID
 * @param noiseSd SD of noise in the real spectrum where it is not to be measured in the window
 * @returns Infinity without noise
 */
export function spectralSnr(
  signal: FidWithAxes,
  peakPpm: readonly [number, number] = NAA_PPM,
  noisePpm: readonly [number, number] = NOISE_PPM,
  noiseSd: number | null = null,
): number {
  const { re, ppm } = zeroFilledSpectrum(signal, 1);
  const { start, end } = ppmRangeIndices(ppm, peakPpm[0], peakPpm[1]);
  const height = re.slice(start, end).reduce((m, v) => Math.max(m, v), 0);
  const sd = noiseSd ?? spectralNoiseSd(signal, noisePpm);
  return sd > 0 ? height / sd : Infinity;
}

/**
 * LCModel's S/N: the largest value of data minus baseline over twice the rms of the residual. Source: LCModel manual,
 * "S/N".
 * @param missingSd SD of noise that was taken out of the data, and is put to the residual's
 */
export function lcmodelSnr(dataMinusBaseline: Float64Array, residual: Float64Array, missingSd = 0): number {
  const peak = dataMinusBaseline.reduce((m, v) => Math.max(m, v), 0);
  const rms = Math.sqrt(residual.reduce((sum, v) => sum + v * v, 0) / Math.max(1, residual.length));
  const whole = Math.hypot(rms, missingSd);
  return whole > 0 ? peak / (2 * whole) : Infinity;
}

/**
 * Time-domain SNR |s(0)|/σ, with σ the SD per real channel of the last tenth of the FID. Source: Shamaei 2023,
 * doi:10.1002/mrm.29498.
 * @param noiseSd σ where it is not to be measured in the tail
 */
export function timeDomainSnr(fid: ComplexSignal, noiseSd: number | null = null): number {
  const n = fid.re.length;
  const tail = Math.max(2, Math.floor(n / 10));
  const sd = noiseSd ?? standardDeviation([...fid.re.subarray(n - tail), ...fid.im.subarray(n - tail)]);
  const start = Math.hypot(fid.re[0] ?? 0, fid.im[0] ?? 0);
  return sd > 0 ? start / sd : Infinity;
}
