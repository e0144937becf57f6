// A sum of signals under one change: by recurrence and two transforms at a time, against the model that changes each signal.
import { describe, expect, it } from 'vitest';
import { bandFit, partsUnder, standingParts } from '../../../src/core/quantification/shared/networks/bandFit.ts';
import { gammaOf, makeBandModel } from '../../../src/core/quantification/shared/networks/bandModel.ts';
import { CommonlyChanged } from '../../../src/core/quantification/shared/networks/commonChange.ts';
import type { CommonChange } from '../../../src/core/quantification/shared/networks/commonChange.ts';
import { inBandSignals } from '../../../src/core/quantification/shared/networks/inBand.ts';
import { DWELL_S, F0_MHZ, HEALTHY, POINTS, analyticSignals } from '../../fixtures/analyticBasis.ts';
import { NAMES } from '../../fixtures/quantificationNetworks.ts';

const SAMPLING = { points: POINTS, dwellTimeS: DWELL_S, spectrometerFrequencyMHz: F0_MHZ };
const amplitudes = Float64Array.from(NAMES, (name) => HEALTHY[name]!);
const canonical = inBandSignals(
  analyticSignals().map((s) => s.fid),
  SAMPLING,
).map((fid, m) => ({ name: NAMES[m]!, fid }));
const SIMD_OR_NOT = [true, false] as const;

/** Largest difference over the largest value. */
function miss(a: Float64Array, b: Float64Array): number {
  const size = Math.max(...b.map(Math.abs));
  return Math.max(...a.map((v, i) => Math.abs(v - b[i]!))) / size;
}

describe.each(SIMD_OR_NOT)('sums of signals (SIMD: %s)', (usesSimd) => {
  const model = makeBandModel(canonical, F0_MHZ, usesSimd);
  const common = NAMES.map(() => ({ shiftPpm: 0.03, lorentzianHz: 4, gaussianHz: 5 }));
  const own = NAMES.map((_, m) => ({ shiftPpm: 0.01 * m, lorentzianHz: 1 + m, gaussianHz: 5 - 0.4 * m }));

  it.each([
    ['one change', common],
    ['changes of their own', own],
  ])('under %s are those of the changed model, which they leave alone', (_, changes) => {
    model.change(own.toReversed());
    const before = model.sum(amplitudes).re;
    const halves = amplitudes.map((a) => a / 2);
    const [first, second] = model.sumsUnder(changes, amplitudes, halves);
    expect(miss(model.sum(amplitudes).re, before)).toBe(0);
    model.change(changes);
    const wanted = model.sum(amplitudes);
    expect(miss(first.re, wanted.re)).toBeLessThan(1e-11);
    expect(miss(first.im, wanted.im)).toBeLessThan(1e-11);
    expect(miss(second.re.map((v) => 2 * v), wanted.re)).toBeLessThan(1e-11); // prettier-ignore
  });

  it('make the same fit as a model that stands', () => {
    const light = partsUnder(model, own, amplitudes);
    model.change(own);
    const standing = standingParts(model, amplitudes);
    expect(miss(light.signals, standing.signals)).toBeLessThan(1e-11);
    NAMES.forEach((_, m) => expect(miss(light.component(m), standing.component(m))).toBeLessThan(1e-11));
    const data = standing.signals.map((v, j) => v + Math.sin(j));
    const baseline = new Float64Array(data.length);
    const [a, b] = [light, standing].map((parts) => bandFit(parts, data, baseline).residualSd);
    expect(a! / b!).toBeCloseTo(1, 10);
  });

  it('unchanged are those of a change by nothing', () => {
    model.change(NAMES.map(() => ({ shiftPpm: 0, lorentzianHz: 0, gaussianHz: 0 })));
    const wanted = model.sumInTime(amplitudes);
    expect(miss(model.unchangedInTime(amplitudes).re, wanted.re)).toBeLessThan(1e-12);
    expect(miss(model.unchangedInTime(amplitudes).im, wanted.im)).toBeLessThan(1e-12);
  });
});

describe('a signal under a common change', () => {
  const model = makeBandModel(canonical, F0_MHZ);
  const sum = new CommonlyChanged(model.unchangedInTime(amplitudes), F0_MHZ);
  const change: CommonChange = [0.04, 3, gammaOf(6)];

  it('has the spectrum of the changed model', () => {
    const [found] = sum.spectra(change);
    model.change(NAMES.map(() => ({ shiftPpm: 0.04, lorentzianHz: 3, gaussianHz: 6 })));
    const wanted = model.sum(amplitudes);
    expect(miss(found.re, wanted.re)).toBeLessThan(1e-10);
    expect(miss(found.im, wanted.im)).toBeLessThan(1e-10);
  });

  it.each([
    ['shift', 0, 1e-5],
    ['Lorentzian width', 1, 1e-3],
    ['γ', 2, 1e-2],
  ] as const)('has the derivative by %s that finite differences have', (_, index, step) => {
    const [, byTime] = sum.spectra(change);
    const found = sum.derivatives(change, byTime)[index];
    const moved = (by: number): Float64Array =>
      sum.spectra(change.map((v, i) => (i === index ? v + by : v)) as unknown as CommonChange)[0].re;
    const above = moved(step);
    const below = moved(-step);
    const differences = above.map((v, j) => (v - below[j]!) / (2 * step));
    // Central differences err by the square of the step.
    expect(miss(found, differences)).toBeLessThan(1e-4);
  });
});
