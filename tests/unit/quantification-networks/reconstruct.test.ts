// What amplitudes don't say of a spectrum, fitted with the amplitudes held: planted phase, shift, width and baseline.
import { describe, expect, it } from 'vitest';
import { BAND_PPM, bandSpectra } from '../../../src/core/quantification/shared/networks/bandSpectrum.ts';
import { basisModel } from '../../../src/core/quantification/shared/networks/basisModel.ts';
import { phasedReal } from '../../../src/core/quantification/shared/networks/linearSolve.ts';
import { reconstruct } from '../../../src/core/quantification/shared/networks/reconstruct.ts';
import { DWELL_S, F0_MHZ, HEALTHY, POINTS, analyticSignals, mixture } from '../../fixtures/analyticBasis.ts';
import { ANALYTIC_BASIS, NAMES, inputOf } from '../../fixtures/quantificationNetworks.ts';

const SAMPLING = { points: POINTS, dwellTimeS: DWELL_S, spectrometerFrequencyMHz: F0_MHZ };
const truth = Float64Array.from(NAMES, (name) => HEALTHY[name]!);
const NOISE_SD = 0.4;

function scan(change: Parameters<typeof mixture>[2]) {
  const { of, noiseSd } = bandSpectra(SAMPLING);
  const fid = mixture(analyticSignals(), HEALTHY, { noiseSd: NOISE_SD, seed: 5, ...change });
  return { fid, spectrum: of([fid])[0]!, noiseSd: noiseSd(NOISE_SD) };
}

function residualSd(
  spectrum: { re: Float64Array; im: Float64Array },
  amplitudes: Float64Array,
  fid: ReturnType<typeof mixture>,
) {
  const model = basisModel(inputOf(fid), ANALYTIC_BASIS, NAMES);
  const found = reconstruct(spectrum, model, amplitudes);
  const { signals } = found;
  const left = phasedReal(spectrum, found.phaseRad).map((v, j) => v - signals[j]! - found.baseline[j]!);
  return { found, sd: Math.sqrt(left.reduce((sum, v) => sum + v * v, 0) / left.length) };
}

describe('reconstruct', () => {
  it.each([
    { shiftPpm: 0, phase0: 0, lorentzianHz: 3, gaussianHz: 3 },
    { shiftPpm: 0.06, phase0: 0.9, lorentzianHz: 6, gaussianHz: 2 },
    { shiftPpm: -0.08, phase0: -2.5, lorentzianHz: 1, gaussianHz: 8 },
  ])('finds shift $shiftPpm ppm, phase $phase0 and widths of true amplitudes', (planted) => {
    const { fid, spectrum, noiseSd } = scan({ ...planted, shiftHz: -planted.shiftPpm * F0_MHZ });
    const { found, sd } = residualSd(spectrum, truth, fid);
    // SNR some 100: bounds of phase and shift are about 0.1° and 0.02 Hz; the baseline takes a little of the phase.
    expect(found.phaseRad).toBeCloseTo(planted.phase0, 1.5);
    expect(found.change.shiftPpm).toBeCloseTo(planted.shiftPpm, 2.7);
    // Lorentz and Gauss trade against each other; what they make together is known better than either.
    const width = (l: number, g: number): number => 0.5346 * l + Math.sqrt(0.2166 * l * l + g * g);
    const wanted = width(planted.lorentzianHz, planted.gaussianHz);
    expect(Math.abs(width(found.change.lorentzianHz, found.change.gaussianHz) - wanted)).toBeLessThan(0.4);
    expect(sd / noiseSd).toBeGreaterThan(0.85);
    expect(sd / noiseSd).toBeLessThan(1.1);
  });

  it('leaves what wrong amplitudes don’t explain', () => {
    const { fid, spectrum, noiseSd } = scan({ lorentzianHz: 3 });
    const wrong = truth.map((a, m) => (NAMES[m] === 'NAA' ? 0.6 * a : a));
    expect(residualSd(spectrum, wrong, fid).sd / noiseSd).toBeGreaterThan(2);
  });

  it('passes by bins that hold a line of reference', () => {
    const from = BAND_PPM.findIndex((ppm) => ppm <= 0.7);
    const to = BAND_PPM.findIndex((ppm) => ppm < 0.3);
    const { fid, spectrum, noiseSd } = scan({ lorentzianHz: 3 });
    const at = BAND_PPM.findIndex((ppm) => ppm < 0.5);
    const re = spectrum.re.map((v, j) => v + (Math.abs(j - at) < 3 ? 1e4 * noiseSd : 0));
    const model = basisModel(inputOf(fid), ANALYTIC_BASIS, NAMES);
    const found = reconstruct({ re, im: spectrum.im }, model, truth, [from, to]);
    const { signals } = found;
    const left = phasedReal({ re, im: spectrum.im }, found.phaseRad).map(
      (v, j) => v - signals[j]! - found.baseline[j]!,
    );
    // What does not count is left whole as baseline; elsewhere the noise is left.
    left.subarray(from, to).forEach((v) => expect(Math.abs(v)).toBeLessThan(1e-9 * 1e4 * noiseSd));
    const power = left.reduce((sum, v) => sum + v * v, 0) / (left.length - (to - from));
    expect(Math.sqrt(power) / noiseSd).toBeLessThan(1.1);
  });

  it('takes a smooth hump as baseline', () => {
    const { fid, spectrum, noiseSd } = scan({ lorentzianHz: 3 });
    const hump = BAND_PPM.map((ppm) => 40 * noiseSd * Math.exp(-(((ppm - 1.5) / 0.5) ** 2)));
    const lifted = { re: spectrum.re.map((v, j) => v + hump[j]!), im: spectrum.im };
    const { found, sd } = residualSd(lifted, truth, fid);
    expect(sd / noiseSd).toBeLessThan(1.2);
    const at = BAND_PPM.findIndex((ppm) => ppm < 1.5);
    expect(found.baseline[at]! / hump[at]!).toBeCloseTo(1, 1);
  });
});
