// Noise of one FID, told from the parts of its spectrum where no metabolite resonates.
import type { ComplexSignal } from '../../domain/complexArray.ts';
import { ppmAxis } from '../../domain/axes.ts';
import { fidToSpectrum } from '../../math/fft.ts';

/** Beyond these no proton line of tissue is expected. [ppm] */
const QUIET_ABOVE_PPM = 9.5;
const QUIET_BELOW_PPM = -0.8;
/** Fewer points than this say too little. */
const LEAST_POINTS = 32;

/** Median absolute second difference → SD of white Gaussian noise: var(x₀ − 2x₁ + x₂) = 6σ², median|N| = 0.6745σ. */
function secondDifferenceSd(values: Float64Array): number {
  const differences = new Float64Array(Math.max(0, values.length - 2));
  for (let i = 0; i < differences.length; i++) {
    differences[i] = Math.abs((values[i] as number) - 2 * (values[i + 1] as number) + (values[i + 2] as number));
  }
  if (differences.length === 0) return 0;
  differences.sort();
  return (differences[Math.floor(differences.length / 2)] as number) / (0.6745 * Math.sqrt(6));
}

/**
 * Noise SD of one channel (real or imaginary) of one time point. Second differences make slow baselines and the feet of
 * water harmless.
 * @param fid one FID
 * @returns SD in the FID's units; 0 for a noiseless signal
 */
export function estimateNoiseSd(fid: ComplexSignal, dwellTimeS: number, spectrometerFrequencyMHz: number): number {
  const n = fid.re.length;
  const spectrum = fidToSpectrum(fid);
  const ppm = ppmAxis(n, dwellTimeS, spectrometerFrequencyMHz);
  const regions: [number, number][] = [];
  let start = 0;
  while (start < n && (ppm[start] as number) > QUIET_ABOVE_PPM) start++;
  if (start >= LEAST_POINTS) regions.push([0, start]);
  let end = n;
  while (end > 0 && (ppm[end - 1] as number) < QUIET_BELOW_PPM) end--;
  if (n - end >= LEAST_POINTS) regions.push([end, n]);
  // A narrow sweep width shows no quiet region: its outermost tenths are the best there is.
  if (regions.length === 0) regions.push([0, Math.ceil(n / 10)], [n - Math.ceil(n / 10), n]);
  const estimates = regions.flatMap(([a, b]) => [
    secondDifferenceSd(spectrum.re.subarray(a, b)),
    secondDifferenceSd(spectrum.im.subarray(a, b)),
  ]);
  return Math.sqrt(estimates.reduce((sum, v) => sum + v * v, 0) / estimates.length / n);
}
