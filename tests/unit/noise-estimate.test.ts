// The noise of many FIDs at once is that of each alone, and both are what the definition says: the median absolute second
// difference of the quiet parts, its values put in order.
import { describe, expect, it } from 'vitest';
import { carrierPpm, ppmAxis } from '../../src/core/domain/axes.ts';
import type { ComplexSignal } from '../../src/core/domain/complexArray.ts';
import { fidToSpectrum } from '../../src/core/math/fft.ts';
import { seededRandom } from '../../src/core/math/seededRandom.ts';
import { estimateNoiseSd, estimateNoiseSds } from '../../src/core/quantification/shared/noise.ts';

const DWELL_S = 1 / 2000;
const F0_MHZ = 123.25;

function fidOf(points: number, seed: number): ComplexSignal {
  const random = seededRandom(seed);
  const line = (n: number): number => 40 * Math.exp(-n / 300);
  return {
    re: Float64Array.from({ length: points }, (_, n) => line(n) * Math.cos(0.9 * n) + random.normal()),
    im: Float64Array.from({ length: points }, (_, n) => line(n) * Math.sin(0.9 * n) + random.normal()),
  };
}

/** By the definition, sorted. */
function byDefinition(fid: ComplexSignal): number {
  const points = fid.re.length;
  const ppm = ppmAxis(points, DWELL_S, F0_MHZ, carrierPpm('1H'));
  const spectrum = fidToSpectrum(fid);
  const start = ppm.findIndex((p) => p <= 9.5);
  const end = ppm.findIndex((p) => p < -0.8);
  const sds = [spectrum.re, spectrum.im].flatMap((part) =>
    [part.subarray(0, start), part.subarray(end)].map((v) => {
      const sorted = [...v.subarray(2)].map((next, i) => Math.abs(v[i]! - 2 * v[i + 1]! + next)).sort((a, b) => a - b);
      return sorted[Math.floor(sorted.length / 2)]! / (0.6745 * Math.sqrt(6));
    }),
  );
  return Math.sqrt(sds.reduce((sum, sd) => sum + sd * sd, 0) / sds.length / points);
}

describe('noise of FIDs', () => {
  // 1500 is no power of two: those are transformed one by one.
  it.each([2048, 1024, 1500])('of %i points is the same together and alone', (points) => {
    const fids = [1, 2, 3].map((seed) => fidOf(points, seed));
    const together = estimateNoiseSds(fids, DWELL_S, F0_MHZ);
    fids.forEach((fid, k) => {
      const alone = estimateNoiseSd(fid, DWELL_S, F0_MHZ);
      // Two Fourier transforms of 2048 points differ by rounding.
      expect(Math.abs(together[k]! / alone - 1)).toBeLessThan(1e-10);
      expect(Math.abs(alone / byDefinition(fid) - 1)).toBeLessThan(1e-12);
    });
  });

  it('is right where the differences are no noise at all', () => {
    const fid = { re: new Float64Array(2048).fill(0), im: new Float64Array(2048) };
    expect(estimateNoiseSds([fid], DWELL_S, F0_MHZ)).toEqual([0]);
    // A few spikes lie far above the rest: the mean says nothing of the median.
    const spiked = fidOf(2048, 4);
    for (let n = 0; n < 2048; n++) spiked.re[n] = spiked.re[n]! + 500 * Math.cos(Math.PI * n * 0.93);
    expect(Math.abs(estimateNoiseSd(spiked, DWELL_S, F0_MHZ) / byDefinition(spiked) - 1)).toBeLessThan(1e-12);
  });

  it('of no FIDs is none', () => {
    expect(estimateNoiseSds([], DWELL_S, F0_MHZ)).toEqual([]);
  });
});
