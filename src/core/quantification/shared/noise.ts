// Noise of one FID, told from the parts of its spectrum where no metabolite resonates.
import type { ComplexSignal } from '../../domain/complexArray.ts';
import { carrierPpm, ppmAxis } from '../../domain/axes.ts';
import { fidToSpectrum } from '../../math/fft.ts';

/**
 * Below the first and above the second no line of tissue is expected, by nucleus. [ppm] ¹H and ²H: beyond the amides and the
 * reference at 0. ³¹P: beyond β-ATP (−16.1) and the phosphomonoesters (6.8), with room for broad feet of both. Of other
 * nuclei the outermost tenths of the spectrum are taken.
 */
const QUIET_BEYOND_PPM: Readonly<Record<string, readonly [number, number]>> = {
  '1H': [-0.8, 9.5],
  '2H': [-0.8, 9.5],
  '31P': [-20, 11],
};
/** Fewer points than this say too little. */
const LEAST_POINTS = 32;

/** The k-th smallest value, from 0 (Hoare 1961, doi:10.1145/366622.366647). @param values are put into another order */
function smallest(values: Float64Array, k: number): number {
  let low = 0;
  let high = values.length - 1;
  while (low < high) {
    const pivot = values[k] as number;
    let i = low;
    let j = high;
    while (i <= j) {
      while ((values[i] as number) < pivot) i++;
      while ((values[j] as number) > pivot) j--;
      if (i > j) break;
      const moved = values[i] as number;
      values[i++] = values[j] as number;
      values[j--] = moved;
    }
    if (j < k) low = i;
    if (k < i) high = j;
  }
  return values[k] as number;
}

/** Median absolute second difference → SD of white Gaussian noise: var(x₀ − 2x₁ + x₂) = 6σ², median|N| = 0.6745σ. */
function secondDifferenceSd(values: Float64Array): number {
  const differences = new Float64Array(Math.max(0, values.length - 2));
  for (let i = 0; i < differences.length; i++) {
    differences[i] = Math.abs((values[i] as number) - 2 * (values[i + 1] as number) + (values[i + 2] as number));
  }
  if (differences.length === 0) return 0;
  return smallest(differences, Math.floor(differences.length / 2)) / (0.6745 * Math.sqrt(6));
}

/** Half-open index ranges of a centred spectrum that hold noise alone. */
function quietRegions(ppm: Float64Array, nucleus: string): [number, number][] {
  const n = ppm.length;
  const regions: [number, number][] = [];
  const beyond = QUIET_BEYOND_PPM[nucleus];
  if (beyond !== undefined) {
    const [below, above] = beyond;
    let start = 0;
    while (start < n && (ppm[start] as number) > above) start++;
    if (start >= LEAST_POINTS) regions.push([0, start]);
    let end = n;
    while (end > 0 && (ppm[end - 1] as number) < below) end--;
    if (n - end >= LEAST_POINTS) regions.push([end, n]);
  }
  // A narrow sweep width shows no quiet region: its outermost tenths are the best there is.
  if (regions.length === 0) regions.push([0, Math.ceil(n / 10)], [n - Math.ceil(n / 10), n]);
  return regions;
}

/** The regions of the last sampling: the spectra of a scan follow one another. */
let last: { readonly key: string; readonly regions: readonly [number, number][] } = { key: '', regions: [] };

function knownRegions(points: number, dwellTimeS: number, f0: number, nucleus: string, referencePpm: number) {
  const key = `${points}/${dwellTimeS}/${f0}/${nucleus}/${referencePpm}`;
  if (last.key !== key) last = { key, regions: quietRegions(ppmAxis(points, dwellTimeS, f0, referencePpm), nucleus) };
  return last.regions;
}

/**
 * Noise SD of one channel (real or imaginary) of one time point. Second differences make slow baselines and the feet of
 * water harmless.
 * @param fid one FID
 * @param nucleus decides where no line is expected
 * @param referencePpm shift at zero frequency
 * @returns SD in the FID's units; 0 for a noiseless signal
 */
export function estimateNoiseSd(
  fid: ComplexSignal,
  dwellTimeS: number,
  spectrometerFrequencyMHz: number,
  nucleus = '1H',
  referencePpm: number = carrierPpm(nucleus),
): number {
  const n = fid.re.length;
  const spectrum = fidToSpectrum(fid);
  const estimates = knownRegions(n, dwellTimeS, spectrometerFrequencyMHz, nucleus, referencePpm).flatMap(([a, b]) => [
    secondDifferenceSd(spectrum.re.subarray(a, b)),
    secondDifferenceSd(spectrum.im.subarray(a, b)),
  ]);
  return Math.sqrt(estimates.reduce((sum, v) => sum + v * v, 0) / estimates.length / n);
}
