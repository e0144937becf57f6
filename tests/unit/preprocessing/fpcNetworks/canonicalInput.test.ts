// The canonical input against its Python twin, and what it must not depend on: bandwidth and field.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ppmToHz } from '../../../../src/core/domain/axes.ts';
import type { ComplexSignal } from '../../../../src/core/domain/complexArray.ts';
import { CANONICAL_POINTS } from '../../../../src/core/domain/canonicalBand.ts';
import { canonicalSampling } from '../../../../src/core/preprocessing/canonicalFid.ts';
import { networkInput } from '../../../../src/core/preprocessing/frequencyPhaseCorrection/networks/canonicalInput.ts';

interface FixtureCase {
  readonly spectrometerFrequencyMHz: number;
  readonly dwellTimeS: number;
  readonly re: readonly number[];
  readonly im: readonly number[];
  readonly expected: readonly number[];
}

const fixture = JSON.parse(
  readFileSync(new URL('../../../fixtures/fpcCanonicalInput.json', import.meta.url), 'utf8'),
) as { readonly cases: readonly FixtureCase[] };

/** Creatine's line, 0.05 ppm wide, 0.3 rad of phase. */
function creatine(spectrometerFrequencyMHz: number, dwellTimeS: number, points: number): ComplexSignal {
  const re = new Float64Array(points);
  const im = new Float64Array(points);
  const hz = ppmToHz(3.027, spectrometerFrequencyMHz);
  for (let n = 0; n < points; n++) {
    const size = Math.exp(-Math.PI * 0.05 * spectrometerFrequencyMHz * n * dwellTimeS);
    re[n] = size * Math.cos(2 * Math.PI * hz * n * dwellTimeS + 0.3);
    im[n] = size * Math.sin(2 * Math.PI * hz * n * dwellTimeS + 0.3);
  }
  return { re, im };
}

function canonical(spectrometerFrequencyMHz: number, dwellTimeS: number, points: number): ComplexSignal {
  const sampling = { spectrometerFrequencyMHz, dwellTimeS, points };
  return canonicalSampling(sampling).toCanonical(creatine(spectrometerFrequencyMHz, dwellTimeS, points));
}

describe('canonical input', () => {
  it.each(fixture.cases)('equals the Python twin at $spectrometerFrequencyMHz MHz', (stored) => {
    const { dwellTimeS, spectrometerFrequencyMHz } = stored;
    const signal = { re: Float64Array.from(stored.re), im: Float64Array.from(stored.im) };
    const sampling = { dwellTimeS, spectrometerFrequencyMHz, points: signal.re.length };
    const input = networkInput([canonicalSampling(sampling).toCanonical(signal)]);
    expect(input.length).toBe(2 * CANONICAL_POINTS);
    const worst = Math.max(...stored.expected.map((value, i) => Math.abs(value - (input[i] as number))));
    expect(worst).toBeLessThan(1e-5);
  });

  it('puts creatine at zero frequency with its own phase, whatever the scanner', () => {
    for (const [frequency, dwell, points] of [
      [63.75, 1 / 1000, 2048],
      [123.25, 1 / 4000, 4096],
      [297.8, 1 / 6000, 4096],
    ] as const) {
      const { re, im } = canonical(frequency, dwell, points);
      // The band limit leaves ripples near t = 0, under 2 % of the line from the 20th sample on.
      for (let n = 20; n < 100; n += 8) {
        const size = Math.exp((-Math.PI * 0.05 * n) / 8);
        expect(Math.abs((re[n] as number) - size * Math.cos(0.3))).toBeLessThan(0.02);
        expect(Math.abs((im[n] as number) - size * Math.sin(0.3))).toBeLessThan(0.02);
      }
    }
  });

  it('is the same at any bandwidth', () => {
    const narrow = canonical(123.25, 1 / 2000, 1024);
    const wide = canonical(123.25, 1 / 8000, 4096);
    // What differs is the images of the lines' tails, which near t = 0 make up to 2 %.
    for (let n = 20; n < CANONICAL_POINTS; n++) {
      expect(Math.abs((narrow.re[n] as number) - (wide.re[n] as number))).toBeLessThan(0.01);
    }
  });

  it('scales to the largest magnitude and leaves a zero signal zero', () => {
    const zero = { re: new Float64Array(CANONICAL_POINTS), im: new Float64Array(CANONICAL_POINTS) };
    const input = networkInput([canonical(123.25, 1 / 2000, 1024), zero]);
    const magnitudes = Array.from({ length: CANONICAL_POINTS }, (_, i) =>
      Math.hypot(input[i] as number, input[CANONICAL_POINTS + i] as number),
    );
    expect(Math.max(...magnitudes)).toBeCloseTo(1, 6);
    expect(input.subarray(2 * CANONICAL_POINTS).every((v) => v === 0)).toBe(true);
  });
});
