// Truth: the values that training/fpc/canonical.py gives for three damped lines; what goes to the canonical sampling comes
// back from it; the chirp transform is the Fourier sum it stands for.
import { describe, expect, it } from 'vitest';
import { ppmToHz } from '../../../../src/core/domain/axes.ts';
import type { ComplexSignal } from '../../../../src/core/domain/complexArray.ts';
import { chirpTransform } from '../../../../src/core/math/chirpTransform.ts';
import { canonicalSampling } from '../../../../src/core/preprocessing/canonicalFid.ts';
import { relativeError } from '../../preprocessingSynthesis.ts';

const F0 = 127.7;
const DWELL_S = 0.0005;
const LINES = [
  { amplitude: 1, ppm: 3.027, widthHz: 5, phaseRad: 0.3 },
  { amplitude: 2, ppm: 2.01, widthHz: 8, phaseRad: 0 },
  { amplitude: 0.7, ppm: 3.9, widthHz: 12, phaseRad: -1 },
];

function fid(lines: typeof LINES, points: number, dwellTimeS = DWELL_S): ComplexSignal {
  const out = { re: new Float64Array(points), im: new Float64Array(points) };
  for (const { amplitude, ppm, widthHz, phaseRad } of lines) {
    for (let n = 0; n < points; n++) {
      const t = n * dwellTimeS;
      const size = amplitude * Math.exp(-Math.PI * widthHz * t);
      const angle = 2 * Math.PI * ppmToHz(ppm, F0) * t + phaseRad;
      out.re[n]! += size * Math.cos(angle);
      out.im[n]! += size * Math.sin(angle);
    }
  }
  return out;
}

describe('the chirp transform', () => {
  it('is the Fourier sum at any evenly spaced frequencies, also negative ones', () => {
    const x = fid(LINES, 37);
    for (const [first, step, count] of [
      [0.013, 0.0021, 50],
      [-0.4, -0.0107, 21],
    ] as const) {
      const found = chirpTransform(37, { first, step, count }).apply(x);
      for (let j = 0; j < count; j++) {
        let re = 0;
        let im = 0;
        for (let n = 0; n < 37; n++) {
          const angle = -2 * Math.PI * (first + j * step) * n;
          re += x.re[n]! * Math.cos(angle) - x.im[n]! * Math.sin(angle);
          im += x.re[n]! * Math.sin(angle) + x.im[n]! * Math.cos(angle);
        }
        // Rounding of 64-point FFTs of values up to 4.
        expect(found.re[j]).toBeCloseTo(re, 10);
        expect(found.im[j]).toBeCloseTo(im, 10);
      }
    }
  });
});

describe('the canonical FID', () => {
  it('has the values of the training program', () => {
    const found = canonicalSampling({ points: 1024, dwellTimeS: DWELL_S, spectrometerFrequencyMHz: F0 }).toCanonical(
      fid(LINES, 1024),
    );
    const expected: Readonly<Record<number, readonly [number, number]>> = {
      0: [3.2559080528303794, -0.07240154051503203],
      1: [2.4634044876452097, 0.9804906212142532],
      2: [0.27655937245568796, 1.755828047012239],
      7: [2.6723573654743475, -0.562481997709499],
      100: [0.17854704472620467, -0.10912688802838796],
      511: [0.0003370446490375673, -0.0007263908244895295],
    };
    for (const [k, [re, im]] of Object.entries(expected)) {
      // Two ways to the same sums of a thousand terms.
      expect(found.re[Number(k)]).toBeCloseTo(re, 9);
      expect(found.im[Number(k)]).toBeCloseTo(im, 9);
    }
  });

  it('is the same for another bandwidth of the scan, but for what lies beyond the narrower one', () => {
    const narrow = canonicalSampling({ points: 1024, dwellTimeS: DWELL_S, spectrometerFrequencyMHz: F0 });
    const wide = canonicalSampling({ points: 4096, dwellTimeS: DWELL_S / 4, spectrometerFrequencyMHz: F0 });
    const a = narrow.toCanonical(fid(LINES, 1024));
    const b = wide.toCanonical(fid(LINES, 4096, DWELL_S / 4));
    // The trapezoid rule differs between the two samplings: about 1 % of the beginning.
    expect(relativeError(a, b)).toBeLessThan(0.02);
  });

  it('brings a smooth signal of the band back to the scan', () => {
    const sampling = canonicalSampling({ points: 1024, dwellTimeS: DWELL_S, spectrometerFrequencyMHz: F0 });
    const scan = fid(LINES, 1024);
    // Rising and falling smoothly, it has no jump at the beginning that the band limit would round off.
    for (let n = 0; n < 1024; n++) {
      const window = n < 900 ? Math.sin((Math.PI * n) / 900) ** 2 : 0;
      scan.re[n]! *= window;
      scan.im[n]! *= window;
    }
    const back = sampling.toScan(sampling.toCanonical(scan));
    const head = { re: scan.re.slice(0, sampling.used), im: scan.im.slice(0, sampling.used) };
    // Damped lines 5 to 12 Hz wide reach a little beyond the band.
    expect(relativeError(back, head)).toBeLessThan(1e-3);
  });

  it('covers fewer points where the scan is shorter', () => {
    const sampling = canonicalSampling({ points: 512, dwellTimeS: DWELL_S, spectrometerFrequencyMHz: F0 });
    expect(sampling.used).toBe(512);
    expect(sampling.covered).toBe(Math.ceil(512 * DWELL_S * 8 * F0));
  });
});
