// Noise of one FID, told from the parts of its spectrum where no metabolite resonates.
import type { ComplexSignal } from '../../domain/complexArray.ts';
import { carrierPpm, ppmAxis } from '../../domain/axes.ts';
import { wordTable } from '../../domain/wordTable.ts';
import { fidToSpectrum } from '../../math/fft.ts';
import { pairTransforms } from '../../math/simd/pairTransforms.ts';
import type { PairTransform } from '../../math/simd/pairTransforms.ts';

/**
 * Below the first and above the second no line of tissue is expected, by nucleus. [ppm] ¹H and ²H: beyond the amides and the
 * reference at 0. ³¹P: beyond β-ATP (−16.1) and the phosphomonoesters (6.8), with room for broad feet of both. Of other
 * nuclei the outermost tenths of the spectrum are taken.
 */
const QUIET_BEYOND_PPM: Readonly<Record<string, readonly [number, number]>> = wordTable({
  '1H': [-0.8, 9.5],
  '2H': [-0.8, 9.5],
  '31P': [-20, 11],
});
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

/** Arrays that every estimate begins anew: ten thousand spectra would leave a heap of them behind. */
let scratch = { differences: new Float64Array(), near: new Float64Array() };

function scratchOf(length: number): typeof scratch {
  if (scratch.differences.length < length) {
    scratch = { differences: new Float64Array(length), near: new Float64Array(length + 1) };
  }
  return scratch;
}

/** Between these parts of the mean lies the median of nearly any noise: of |N| it is 0.85 of it. */
const MEDIAN_OVER_MEAN = [0.6, 1.1] as const;

/**
 * The upper median. Only what lies near it is put in order; the rest is counted without a branch, for which way each value goes
 * can't be foretold.
 * @param values 0 or more, not empty; they are put into another order
 */
function upperMedian(values: Float64Array, mean: number): number {
  const k = Math.floor(values.length / 2);
  const low = MEDIAN_OVER_MEAN[0] * mean;
  const high = MEDIAN_OVER_MEAN[1] * mean;
  const near = scratch.near.subarray(0, values.length + 1);
  let below = 0;
  let count = 0;
  for (let i = 0; i < values.length; i++) {
    const v = values[i] as number;
    near[count] = v;
    below += Number(v < low);
    count += Number(v >= low) & Number(v < high);
  }
  const isAmong = k >= below && k < below + count;
  return isAmong ? smallest(near.subarray(0, count), k - below) : smallest(values, k);
}

/** Median absolute second difference → SD of white Gaussian noise: var(x₀ − 2x₁ + x₂) = 6σ², median|N| = 0.6745σ. */
function secondDifferenceSd(values: Float64Array): number {
  const count = Math.max(0, values.length - 2);
  const differences = scratchOf(count).differences.subarray(0, count);
  let sum = 0;
  for (let i = 0; i < differences.length; i++) {
    const difference = Math.abs((values[i] as number) - 2 * (values[i + 1] as number) + (values[i + 2] as number));
    differences[i] = difference;
    sum += difference;
  }
  if (differences.length === 0) return 0;
  return upperMedian(differences, sum / differences.length) / (0.6745 * Math.sqrt(6));
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
  const regions = knownRegions(n, dwellTimeS, spectrometerFrequencyMHz, nucleus, referencePpm);
  return noiseOfFid(quietSds(spectrum, regions), n);
}

/** Noise SDs of both channels in each region of a centred spectrum. */
function quietSds({ re, im }: ComplexSignal, regions: readonly [number, number][]): number[] {
  return regions.flatMap(([a, b]) => [secondDifferenceSd(re.subarray(a, b)), secondDifferenceSd(im.subarray(a, b))]);
}

/** From the SDs in the parts of a spectrum, unnormalised, to that of a sample. */
const noiseOfFid = (estimates: readonly number[], points: number): number =>
  Math.sqrt(estimates.reduce((sum, v) => sum + v * v, 0) / estimates.length / points);

/** Shortest FID of a length that is a power of two which the pairwise transform takes. */
const SHORTEST_PAIRED = 16;

/** The transform of the last length. */
let lastTransform: PairTransform | null = null;

function transformOf(points: number): PairTransform {
  if (lastTransform?.points !== points) [lastTransform = null] = pairTransforms([points]);
  return lastTransform as PairTransform;
}

/**
 * As estimateNoiseSd, of many FIDs of one length, two transforms at a time where the length is a power of two.
 * @returns in the order of the FIDs
 */
export function estimateNoiseSds(
  fids: readonly ComplexSignal[],
  dwellTimeS: number,
  spectrometerFrequencyMHz: number,
  nucleus = '1H',
): number[] {
  const n = fids[0]?.re.length ?? 0;
  const one = (fid: ComplexSignal): number => estimateNoiseSd(fid, dwellTimeS, spectrometerFrequencyMHz, nucleus);
  if (n < SHORTEST_PAIRED || !Number.isInteger(Math.log2(n))) return fids.map(one);
  const regions = knownRegions(n, dwellTimeS, spectrometerFrequencyMHz, nucleus, carrierPpm(nucleus));
  const { input, output, run } = transformOf(n);
  const sds: number[] = [];
  for (let k = 0; k < fids.length; k += 2) {
    const pair = [fids[k], fids[k + 1]].filter((fid) => fid !== undefined);
    pair.forEach(({ re, im }, s) => {
      input[s]?.re.set(re);
      input[s]?.im.set(im);
    });
    // Centred: the first bin is that of −n/2.
    run(-n / 2, n);
    pair.forEach((_, s) => sds.push(noiseOfFid(quietSds(output[s] as ComplexSignal, regions), n)));
  }
  return sds;
}
