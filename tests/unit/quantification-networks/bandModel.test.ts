// The band model and its linear solve: signals as the scan's own transform has them, planted amplitudes found again, bounds
// that scatter keeps.
import { describe, expect, it } from 'vitest';
import { makeBandModel } from '../../../src/core/quantification/shared/networks/bandModel.ts';
import { bandSpectra } from '../../../src/core/quantification/shared/networks/bandSpectrum.ts';
import { basisModel } from '../../../src/core/quantification/shared/networks/basisModel.ts';
import { inBandSignals } from '../../../src/core/quantification/shared/networks/inBand.ts';
import { phasedReal, solveAmplitudes } from '../../../src/core/quantification/shared/networks/linearSolve.ts';
import { largestMagnitude } from '../../../src/core/quantification/shared/networks/spectraBatch.ts';
import { ModelError } from '../../../src/core/domain/errors.ts';
import { DWELL_S, F0_MHZ, HEALTHY, POINTS, analyticSignals, mixture } from '../../fixtures/analyticBasis.ts';
import { ANALYTIC_BASIS, NAMES, inputOf } from '../../fixtures/quantificationNetworks.ts';

const SAMPLING = { points: POINTS, dwellTimeS: DWELL_S, spectrometerFrequencyMHz: F0_MHZ };
const signals = analyticSignals();
const truth = NAMES.map((name) => HEALTHY[name]!);
const CHANGE = { shiftPpm: 0.031, lorentzianHz: 3, gaussianHz: 4 };
const PHASE = 0.3;

/** The healthy mixture, changed as CHANGE says. */
function scan(noiseSd: number, seed: number) {
  const fid = mixture(signals, HEALTHY, {
    shiftHz: -CHANGE.shiftPpm * F0_MHZ,
    phase0: PHASE,
    ...CHANGE,
    noiseSd,
    seed,
  });
  return { fid, spectrum: bandSpectra(SAMPLING).of([fid])[0]! };
}

function request(spectrum: { re: Float64Array; im: Float64Array }, noiseSd: number) {
  const changes = NAMES.map(() => CHANGE);
  return { spectrum, background: null, phaseRad: PHASE, changes, noiseSd, nonNegative: false };
}

describe('band model', () => {
  const { fid, spectrum } = scan(0, 1);
  const model = basisModel(inputOf(fid), ANALYTIC_BASIS, NAMES);

  it('is the spectrum that the scan itself has, to a part in a thousand', () => {
    model.change(NAMES.map(() => CHANGE));
    const sum = model.sum(truth);
    const data = phasedReal(spectrum, PHASE);
    const worst = Math.max(...data.map((v, j) => Math.abs(v - sum.re[j]!)));
    // The canonical grid ends its 8 ppm sharply; what that leaves within the band was measured as 0.1 % of the largest line.
    expect(worst).toBeLessThan(2e-3 * largestMagnitude(spectrum));
  });

  it('is the same in plain TypeScript', () => {
    const canonical = inBandSignals(
      signals.map((s) => s.fid),
      SAMPLING,
    ).map((of, m) => ({ name: NAMES[m]!, fid: of }));
    const changes = NAMES.map((_, m) => ({ shiftPpm: 0.01 * m, lorentzianHz: 1 + m, gaussianHz: 5 - 0.5 * m }));
    const [fast, plain] = [true, false].map((usesSimd) => {
      const made = makeBandModel(canonical, F0_MHZ, usesSimd);
      made.change(changes);
      return made;
    });
    const data = phasedReal(spectrum, 0);
    const compare = (a: Float64Array, b: Float64Array): void => {
      const size = Math.max(...b.map(Math.abs));
      a.forEach((v, i) => expect(Math.abs(v - b[i]!)).toBeLessThan(1e-11 * size));
    };
    compare(fast!.products(data).gram, plain!.products(data).gram);
    compare(fast!.products(data).products, plain!.products(data).products);
    compare(fast!.sum(truth).im, plain!.sum(truth).im);
    compare(fast!.column(3), plain!.column(3));
    compare(fast!.sumInTime(truth).re, plain!.sumInTime(truth).re);
  });

  it('finds planted amplitudes', () => {
    const { amplitudes } = solveAmplitudes(model, request(spectrum, 1));
    // Of a noiseless scan: what the canonical grid leaves, spread over nearly collinear signals (Cr and PCr, GPC and PCho).
    amplitudes.forEach((a, m) => expect(Math.abs(a - truth[m]!)).toBeLessThan(0.02 * Math.max(1, truth[m]!)));
  });

  it('keeps amplitudes above zero where asked', () => {
    const opposite = { re: spectrum.re.map((v) => -v), im: spectrum.im.map((v) => -v) };
    const { amplitudes } = solveAmplitudes(model, { ...request(opposite, 1), nonNegative: true });
    expect([...amplitudes]).toEqual(NAMES.map(() => 0));
  });

  it('takes a background out first', () => {
    const background = phasedReal(spectrum, PHASE).map((v) => 0.5 * v);
    const { amplitudes } = solveAmplitudes(model, { ...request(spectrum, 1), background });
    expect(amplitudes[0]).toBeCloseTo(truth[0]! / 2, 2);
  });

  it('states bounds that the scatter of noisy scans keeps', () => {
    const noiseSd = 0.5;
    const ofSpectrum = bandSpectra(SAMPLING).noiseSd(noiseSd);
    const draws = Array.from({ length: 300 }, (_, k) =>
      solveAmplitudes(model, request(scan(noiseSd, k + 10).spectrum, ofSpectrum)),
    );
    NAMES.forEach((_, m) => {
      const values = draws.map(({ amplitudes }) => amplitudes[m]!);
      const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
      const sd = Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (values.length - 1));
      const bound = Math.sqrt(draws[0]!.covariance![m * NAMES.length + m]!);
      // An SD of 300 draws is known to 4 %: three times that.
      expect(sd / bound).toBeGreaterThan(0.88);
      expect(sd / bound).toBeLessThan(1.12);
    });
  });

  it('says which signal a basis lacks', () => {
    expect(() => basisModel(inputOf(fid), ANALYTIC_BASIS, ['NAA', 'Tau'])).toThrow(ModelError);
    expect(() => basisModel(inputOf(fid), ANALYTIC_BASIS, ['NAA', 'Tau'])).toThrow(/"analytic" has no signal of Tau/);
  });
});
