// Similarity index of a set of transients: the mean over all pairs of the normalised scalar product of their complex
// spectra (Shamaei, Magn Reson Med 2023;89:1221, doi:10.1002/mrm.29498, sums over pairs; the mean does not depend on
// their number).
import { ppmAxis, ppmRangeIndices } from '../domain/axes.ts';
import type { ComplexSignal } from '../domain/complexArray.ts';
import { fidToSpectrum } from '../math/fft.ts';
import { meanPairwiseSimilarity } from '../math/similarity.ts';

/** Window of the published index. [ppm] */
export const SIMILARITY_PPM: readonly [number, number] = [2.5, 3.5];

/**
 * @param fids transients of one length
 * @returns −1 to 1; 1 for equal transients (but for scale) and for fewer than two
 */
export function similarityIndex(
  fids: readonly ComplexSignal[],
  dwellTimeS: number,
  spectrometerFrequencyMHz: number,
  rangePpm: readonly [number, number] = SIMILARITY_PPM,
): number {
  const points = fids[0]?.re.length ?? 0;
  const { start, end } = ppmRangeIndices(ppmAxis(points, dwellTimeS, spectrometerFrequencyMHz), ...rangePpm);
  const windows = fids.map((fid) => {
    const { re, im } = fidToSpectrum(fid);
    return { re: re.slice(start, end), im: im.slice(start, end) };
  });
  return meanPairwiseSimilarity(windows);
}
