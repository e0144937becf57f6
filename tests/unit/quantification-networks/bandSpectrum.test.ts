// The band spectrum against its own definition, the training's numbers, and white noise.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { ComplexSignal } from '../../../src/core/domain/complexArray.ts';
import { seededRandom } from '../../../src/core/math/seededRandom.ts';
import {
  BAND_POINTS,
  BAND_PPM,
  bandSpectra,
  makeBandSpectra,
} from '../../../src/core/quantification/shared/networks/bandSpectrum.ts';
import type { FidSampling } from '../../../src/core/quantification/shared/networks/bandSpectrum.ts';
import { largestMagnitude, spectrumTensor } from '../../../src/core/quantification/shared/networks/spectraBatch.ts';

function noise(points: number, seed: number): ComplexSignal {
  const { normal } = seededRandom(seed);
  const draw = (): Float64Array => Float64Array.from({ length: points }, normal);
  return { re: draw(), im: draw() };
}

/** S(ppm) = Δt·Σ' s_n e^{−2πi(4.65 − ppm)·f0·nΔt}, nΔt < 512/(8·f0), the first sample half. */
function direct(fid: ComplexSignal, { dwellTimeS, spectrometerFrequencyMHz: f0 }: FidSampling): ComplexSignal {
  const re = new Float64Array(BAND_POINTS);
  const im = new Float64Array(BAND_POINTS);
  for (let j = 0; j < BAND_POINTS; j++) {
    for (let n = 0; n < fid.re.length && n * dwellTimeS < 512 / (8 * f0) - 1e-12; n++) {
      const angle = -2 * Math.PI * (4.65 - BAND_PPM[j]!) * f0 * n * dwellTimeS;
      const weight = n === 0 ? dwellTimeS / 2 : dwellTimeS;
      re[j]! += weight * (fid.re[n]! * Math.cos(angle) - fid.im[n]! * Math.sin(angle));
      im[j]! += weight * (fid.re[n]! * Math.sin(angle) + fid.im[n]! * Math.cos(angle));
    }
  }
  return { re, im };
}

function largestDifference(a: ComplexSignal, b: ComplexSignal): number {
  return Math.max(...a.re.map((v, j) => Math.hypot(v - b.re[j]!, a.im[j]! - b.im[j]!)));
}

const SAMPLINGS: readonly FidSampling[] = [
  { points: 2048, dwellTimeS: 2.5e-4, spectrometerFrequencyMHz: 123.25 },
  { points: 4096, dwellTimeS: 2.5e-4, spectrometerFrequencyMHz: 127.7 },
  { points: 701, dwellTimeS: 4e-4, spectrometerFrequencyMHz: 123.2 },
  { points: 2048, dwellTimeS: 1.6667e-4, spectrometerFrequencyMHz: 297.2 },
];

describe('bandSpectra', () => {
  it('runs from 4.199 down to 0.207 ppm in steps of 8/1024 ppm', () => {
    expect(BAND_PPM[0]).toBeCloseTo(4.198875, 9);
    expect(BAND_PPM[511]).toBeCloseTo(0.2066875, 7);
  });

  it.each(SAMPLINGS)('is the Fourier integral of $points points at $spectrometerFrequencyMHz MHz', (sampling) => {
    // Three signals: the odd one is a pair with itself.
    const fids = [1, 2, 3].map((seed) => noise(sampling.points, seed));
    const found = bandSpectra(sampling).of(fids);
    const plain = makeBandSpectra(sampling, false).of(fids);
    fids.forEach((fid, k) => {
      const expected = direct(fid, sampling);
      // Rounding of some ten thousand operations in double precision.
      expect(largestDifference(found[k]!, expected)).toBeLessThan(1e-12 * largestMagnitude(expected) * 1e2);
      expect(largestDifference(plain[k]!, expected)).toBeLessThan(1e-12 * largestMagnitude(expected) * 1e2);
    });
  });

  it("gives the training's numbers", () => {
    const path = new URL('../../fixtures/quantificationBandSpectrum.json', import.meta.url);
    const { cases } = JSON.parse(readFileSync(path, 'utf8')) as {
      cases: (Record<'re' | 'im' | 'expectedRe' | 'expectedIm', number[]> & Omit<FidSampling, 'points'>)[];
    };
    expect(cases.length).toBeGreaterThan(2);
    for (const { re, im, expectedRe, expectedIm, dwellTimeS, spectrometerFrequencyMHz } of cases) {
      const fid = { re: Float64Array.from(re), im: Float64Array.from(im) };
      const [found] = bandSpectra({ points: re.length, dwellTimeS, spectrometerFrequencyMHz }).of([fid]);
      const expected = { re: Float64Array.from(expectedRe), im: Float64Array.from(expectedIm) };
      // The fixture keeps some six digits.
      expect(largestDifference(found!, expected)).toBeLessThan(1e-5 * largestMagnitude(expected));
    }
  });

  it('holds nothing beyond the bandwidth of the scan', () => {
    // ±300 Hz about 4.65 ppm end at 2.21 ppm.
    const sampling = { points: 512, dwellTimeS: 1 / 600, spectrometerFrequencyMHz: 123.25 };
    const [spectrum] = bandSpectra(sampling).of([noise(512, 4)]);
    BAND_PPM.forEach((ppm, j) => {
      if (ppm < 2.2) expect(Math.abs(spectrum!.re[j]!)).toBe(0);
      if (ppm > 2.23) expect(Math.abs(spectrum!.re[j]!)).toBeGreaterThan(0);
    });
  });

  it('tells the noise of a real channel', () => {
    const sampling = SAMPLINGS[0]!;
    const { of, noiseSd } = bandSpectra(sampling);
    const spectra = of(Array.from({ length: 100 }, (_, k) => noise(sampling.points, 100 + k)));
    const power = spectra.reduce((sum, { re }) => sum + re.reduce((s, v) => s + v * v, 0), 0) / (100 * BAND_POINTS);
    // 51 200 values, about half of them independent: an SD known to 0.5 %.
    expect(Math.sqrt(power) / noiseSd(1)).toBeCloseTo(1, 1.5);
  });

  it('makes a tensor of largest magnitude one', () => {
    const sampling = SAMPLINGS[0]!;
    const batch = bandSpectra(sampling)
      .of([noise(2048, 7), noise(2048, 8)])
      .map((spectrum) => ({ spectrum, scale: largestMagnitude(spectrum) }));
    const { data, shape } = spectrumTensor(batch);
    expect(shape).toEqual([2, 2, 512]);
    const second = { re: Float64Array.from(data.subarray(1024, 1536)), im: Float64Array.from(data.subarray(1536)) };
    expect(largestMagnitude(second)).toBeCloseTo(1, 6);
    expect(second.im[17]! * batch[1]!.scale).toBeCloseTo(batch[1]!.spectrum.im[17]!, 6);
  });
});
