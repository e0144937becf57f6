// The residual test's false alarms on noise and its power against lines the model lacks; the F distribution beneath it.
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/core/math/seededRandom.ts';
import { fUpperTail } from '../../src/core/quality/fDistribution.ts';
import { residualWhiteness } from '../../src/core/quality/whiteness.ts';

describe('upper tail of the F distribution', () => {
  // scipy 1.17.1: scipy.stats.f.sf(f, dfn, dfd)
  it.each([
    [1, 2, 4, 0.4444444444444444],
    [2.5, 4, 250, 0.043135634136043745],
    [1.3, 128, 250, 0.04064872470854986],
    [10, 2, 60, 0.00017858209017001484],
    [0.2, 8, 30, 0.9886477437199499],
    [0, 4, 4, 1],
  ])('P(F ≥ %f), %i and %i degrees of freedom', (f, a, b, expected) => {
    expect(fUpperTail(f, a, b)).toBeCloseTo(expected, 11);
  });
});

type Make = (random: ReturnType<typeof seededRandom>) => Float64Array;
const noise =
  (n: number): Make =>
  (random) =>
    Float64Array.from({ length: n }, () => random.normal());

/** What is left of noise when the `count` slowest cosines are fitted: a flexible baseline's residual. */
const withoutSlow =
  (n: number, count: number): Make =>
  (random) => {
    const rows = noise(n)(random);
    for (let k = 0; k < count; k++) {
      const shape = Float64Array.from({ length: n }, (_, i) => Math.cos((Math.PI * k * (i + 0.5)) / n));
      const size = shape.reduce((s, v) => s + v * v, 0);
      const part = shape.reduce((s, v, i) => s + v * rows[i]!, 0) / size;
      shape.forEach((v, i) => (rows[i]! -= part * v));
    }
    return rows;
  };

/** Real Lorentzian lines of half width 5 rows (FWHM 5 Hz at 0.5 Hz a row), `height` in noise SDs. */
const withLine = (n: number, height: number): Make => (random) =>
  noise(n)(random).map((v, i) => v + height / (1 + ((i - n / 3) / 5) ** 2)); // prettier-ignore

function alarmRate(make: Make, level: number, trials: number, seed: number): number {
  const random = seededRandom(seed);
  let alarms = 0;
  for (let t = 0; t < trials; t++) if (residualWhiteness(make(random))!.pValue < level) alarms++;
  return alarms / trials;
}

describe('whiteness of a residual', () => {
  it.each([100, 257, 512])('raises false alarm at its level on %i rows of noise', (n) => {
    // 2000 trials at 5 %: SD 0.49 %, three of those; at 1 %: 0.22 %
    expect(Math.abs(alarmRate(noise(n), 0.05, 2000, n) - 0.05)).toBeLessThan(0.0147);
    expect(Math.abs(alarmRate(noise(n), 0.01, 2000, n + 1) - 0.01)).toBeLessThan(0.0067);
  });

  it('raises no more where a baseline has taken the slow part, which a portmanteau test would take for structure', () => {
    expect(alarmRate(withoutSlow(500, 40), 0.05, 300, 5)).toBeLessThan(0.05 + 3 * 0.0126);
  });

  it('sees lines that the model lacks: four of five of 3 noise SDs at a level of 1 %, all of 5', () => {
    // Measured 0.81 and 1.00; 200 trials know the first to 2.8 %.
    expect(alarmRate(withLine(500, 3), 0.01, 200, 6)).toBeGreaterThan(0.72);
    expect(alarmRate(withLine(500, 5), 0.01, 200, 6)).toBeGreaterThan(0.98);
    const found = residualWhiteness(withLine(500, 20)(seededRandom(7)))!;
    expect(found.pValue).toBeLessThan(1e-9);
    expect(found.excess).toBeGreaterThan(5);
    // A line of that width is gone after a tenth of the acquisition.
    expect(found.to).toBeLessThan(0.15);
  });

  it('does not depend on the scale, and is silent where there is nothing to test', () => {
    const rows = noise(300)(seededRandom(8));
    const p = residualWhiteness(rows)!.pValue;
    expect(residualWhiteness(rows.map((v) => 1e6 * v))!.pValue).toBeCloseTo(p, 9);
    expect(residualWhiteness(rows.subarray(0, 50))).toBeNull();
    expect(residualWhiteness(new Float64Array(200))).toBeNull();
  });
});
