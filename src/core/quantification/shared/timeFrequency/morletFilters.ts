// Morlet wavelets and the averaging window of the scattering transform, in the frequency domain, where all of them are
// real. Families and conventions are those of kymatio 0.3 (Andreux et al. 2020, JMLR 21(60):1), after Andén & Mallat
// 2014 (doi:10.1109/TSP.2014.2326991).
import { ifft } from '../../../math/fft.ts';

/** One filter of a family. */
export interface Wavelet {
  /** [cycles per sample] */
  readonly centre: number;
  /** SD of the Gaussian. [cycles per sample] */
  readonly width: number;
  /** A signal filtered by it can be thinned to every 2^j-th sample. */
  readonly log2Thinning: number;
}

/** Width of the averaging window, and of the narrowest wavelets, times its length. */
const WINDOW_WIDTH = 0.1;
/** A filter ends so many widths beyond its centre. */
const EXTENT_WIDTHS = 5;
const PRECISION = 1e-7;
const MOST_IMAGES = 5;

/**
 * Centres fall geometrically until wavelets are as narrow as the averaging window, and then at even distances.
 * @param quality wavelets an octave
 * @param averagingLog2 log2 of the averaging window's length
 */
export function waveletFamily(quality: number, averagingLog2: number): Wavelet[] {
  const narrowest = WINDOW_WIDTH / 2 ** averagingLog2;
  const factor = 2 ** (-1 / quality);
  let centre = Math.max(1 / (1 + 2 ** (3 / quality)), 0.35);
  // Neighbours cross where each has fallen to the root of one half.
  let width = (centre * (1 - factor)) / (1 + factor) / Math.sqrt(2 * Math.log(Math.SQRT2));
  const family = [wavelet(centre, width)];
  while (width > narrowest / factor) {
    centre *= factor;
    width *= factor;
    family.push(wavelet(centre, width));
  }
  for (let q = 1; q < quality; q++) family.push(wavelet(centre * (1 - q / quality), narrowest));
  return family;
}

function wavelet(centre: number, width: number): Wavelet {
  const end = Math.min(centre + EXTENT_WIDTHS * width, 0.5);
  return { centre, width, log2Thinning: Math.floor(-Math.log2(end)) - 1 };
}

/** Gaussian about a frequency at k/points, its images of whole sampling frequencies averaged in. */
function gaussian(points: number, centre: number, width: number): Float64Array {
  const reach = Math.ceil(Math.sqrt(-2 * width * width * Math.log(PRECISION)) + 1);
  const images = Math.min(reach, MOST_IMAGES);
  const at = (f: number): number => Math.exp(-((f - centre) ** 2) / (2 * width * width));
  return Float64Array.from({ length: points }, (_, k) => {
    if (images === 1) return at(centre === 0 && k >= points / 2 ? k / points - 1 : k / points);
    let sum = 0;
    for (let image = 1 - images; image < images; image++) sum += at(image + k / points);
    return sum / (2 * images - 1);
  });
}

/** Scales to an L1 norm of 1 in time. */
function normalised(filter: Float64Array): Float64Array {
  const { re, im } = ifft({ re: filter, im: new Float64Array(filter.length) });
  const norm = re.reduce((sum, value, n) => sum + Math.hypot(value, im[n] as number), 0);
  return filter.map((value) => value / norm);
}

/** A Gaussian less another at zero frequency, so that its mean in time is none. */
export function morletFilter(points: number, { centre, width }: Wavelet): Float64Array {
  const band = gaussian(points, centre, width);
  const low = gaussian(points, 0, width);
  const part = (band[0] as number) / (low[0] as number);
  return normalised(band.map((value, k) => value - part * (low[k] as number)));
}

export function averagingFilter(points: number, averagingLog2: number): Float64Array {
  return normalised(gaussian(points, 0, WINDOW_WIDTH / 2 ** averagingLog2));
}

/** A filter for signals of every 2^log2-th sample; weighted as kymatio does (by 2^−log2). */
export function thinnedFilter(filter: Float64Array, log2: number): Float64Array {
  const points = filter.length >> log2;
  const parts = 1 << log2;
  return Float64Array.from({ length: points }, (_, k) => {
    let sum = 0;
    for (let part = 0; part < parts; part++) sum += filter[part * points + k] as number;
    return sum / parts;
  });
}
