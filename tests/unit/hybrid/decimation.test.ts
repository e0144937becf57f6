// A band at a lower sampling rate, against spectra of lines that are known at every sample.
import { describe, expect, it } from 'vitest';
import { decimation } from '../../../src/core/math/decimation.ts';

const POINTS = 2048;
const DWELL_S = 2.5e-4;
const FACTOR = 4;
const CENTRE_HZ = 300;
const HALF_WIDTH_HZ = 280;

const band = { centre: CENTRE_HZ * DWELL_S, halfWidth: HALF_WIDTH_HZ * DWELL_S, factor: FACTOR };

/** e^{2πift − πLt}. */
function line(hz: number, widthHz: number, dwellTimeS = DWELL_S, points = POINTS) {
  const re = new Float64Array(points);
  const im = new Float64Array(points);
  for (let n = 0; n < points; n++) {
    const t = n * dwellTimeS;
    re[n] = Math.exp(-Math.PI * widthHz * t) * Math.cos(2 * Math.PI * hz * t);
    im[n] = Math.exp(-Math.PI * widthHz * t) * Math.sin(2 * Math.PI * hz * t);
  }
  return { re, im };
}

/** Σ s_n e^{−2πi hz n dwell}. */
function spectrumAt(
  { re, im }: { re: Float64Array; im: Float64Array },
  hz: number,
  dwellTimeS: number,
): [number, number] {
  let [a, b] = [0, 0];
  re.forEach((x, n) => {
    const angle = -2 * Math.PI * hz * n * dwellTimeS;
    const [c, s] = [Math.cos(angle), Math.sin(angle)];
    a += x * c - im[n]! * s;
    b += x * s + im[n]! * c;
  });
  return [a, b];
}

describe('decimation', () => {
  it('keeps the spectrum of the band, but for a broad part of a thousandth', () => {
    const narrow = decimation(POINTS, band);
    const signal = line(350, 4);
    const height = spectrumAt(signal, 350, DWELL_S)[0];
    const decimated = narrow(signal);
    expect(decimated.re.length).toBe(POINTS / FACTOR);
    for (let hz = CENTRE_HZ - HALF_WIDTH_HZ; hz <= CENTRE_HZ + HALF_WIDTH_HZ; hz += 7) {
      const [re, im] = spectrumAt(signal, hz, DWELL_S);
      const [lowRe, lowIm] = spectrumAt(decimated, hz - CENTRE_HZ, FACTOR * DWELL_S);
      // What the filter would put before the start is left out: a few samples of some 300 that make the line's height.
      expect(Math.hypot(re - lowRe, im - lowIm)).toBeLessThan(0.008 * height);
    }
  });

  it('holds back what would fold onto the band', () => {
    const narrow = decimation(POINTS, band);
    const rate = 1 / (FACTOR * DWELL_S);
    // Lines a whole sampling rate away fold onto 350 Hz.
    for (const hz of [350 - rate, 350 + rate]) {
      const { re, im } = narrow(line(hz, 0));
      // Away from both ends, where the filter sees the whole of a line, 80 dB are left of it.
      for (let k = 20; k < re.length - 20; k++) expect(Math.hypot(re[k]!, im[k]!) / FACTOR).toBeLessThan(2e-4);
    }
  });

  it('commutes with a broadening of the line, but for the same broad part', () => {
    const narrow = decimation(POINTS, band);
    const broad = narrow(line(350, 6));
    const sharp = narrow(line(350, 2));
    const extra = line(0, 4, FACTOR * DWELL_S, POINTS / FACTOR).re;
    const height = spectrumAt(broad, 50, FACTOR * DWELL_S)[0];
    for (let hz = -250; hz <= 250; hz += 9) {
      const product = { re: sharp.re.map((v, k) => v * extra[k]!), im: sharp.im.map((v, k) => v * extra[k]!) };
      const [re, im] = spectrumAt(broad, hz, FACTOR * DWELL_S);
      const [otherRe, otherIm] = spectrumAt(product, hz, FACTOR * DWELL_S);
      expect(Math.hypot(re - otherRe, im - otherIm)).toBeLessThan(1e-3 * height);
    }
  });
});
