// Truth: lines of known width, noise of known size, thresholds as published.
import { describe, expect, it } from 'vitest';
import { lineFwhm, LINE_WINDOWS_PPM } from '../../src/core/quality/linewidth.ts';
import { similarityIndex } from '../../src/core/quality/similarityIndex.ts';
import { lcmodelSnr, spectralNoiseSd, spectralSnr, timeDomainSnr } from '../../src/core/quality/snr.ts';
import {
  keepsMrsiVoxel,
  linewidthVerdict,
  ospreyLinewidthVerdict,
  snrVerdict,
  worstGrade,
} from '../../src/core/quality/verdicts.ts';
import { addNoise, BRAIN, DWELL_S, F0_MHZ, POINTS, synthesise } from './preprocessingSynthesis.ts';
import type { Line } from './preprocessingSynthesis.ts';

const axes = { dwellTimeS: DWELL_S, spectrometerFrequencyMHz: F0_MHZ };
const measure = (lines: Line[], window: readonly [number, number], phaseRad = 0) =>
  lineFwhm({ fid: synthesise(lines, { phaseRad }), ...axes }, window);

describe('linewidth', () => {
  it.each([4, 8, 15])('is that of a Lorentzian of %f Hz, at any phase', (widthHz) => {
    for (const phaseRad of [0, 2, -1]) {
      const found = measure([{ ppm: 4.65, amplitude: 10, widthHz }], LINE_WINDOWS_PPM.water, phaseRad)!;
      // The DFT of a sampled exponential stands on a pedestal of half the first point, and the FID is truncated
      // at e^{-π·4·0.512} = 0.2 %: 1 %.
      expect(Math.abs(found.fwhmHz / widthHz - 1)).toBeLessThan(0.01);
      expect(found.fwhmPpm).toBeCloseTo(found.fwhmHz / F0_MHZ, 12);
      expect(Math.abs(found.ppm - 4.65)).toBeLessThan(0.002);
    }
  });

  it('reads tNAA and tCr among their neighbours', () => {
    // The broad neighbours raise the foot: up to a fifth wider.
    for (const window of [LINE_WINDOWS_PPM.tNAA, LINE_WINDOWS_PPM.tCr]) {
      const found = measure([...BRAIN], window)!;
      expect(found.fwhmHz).toBeGreaterThan(5.5);
      expect(found.fwhmHz).toBeLessThan(7.5);
    }
  });

  it('is null for silence and for a line that never falls to half', () => {
    expect(lineFwhm({ fid: { re: new Float64Array(64), im: new Float64Array(64) }, ...axes }, [4, 5])).toBeNull();
    const spike = { re: new Float64Array(64), im: new Float64Array(64) };
    spike.re[0] = 1;
    expect(lineFwhm({ fid: spike, ...axes }, [4, 5])).toBeNull();
  });
});

describe('signal-to-noise ratios', () => {
  const sd = 0.4;
  const noisy = { fid: addNoise(synthesise(BRAIN), sd, 12), ...axes };

  it('measures the noise of the spectrum: σ√N', () => {
    // 8–10 ppm holds 126 points, the fallback 102: the SD of one is known to 7 %, the mean of 20 to 1.6 %; three of those
    for (const window of [undefined, [40, 50] as const]) {
      const ratios = Array.from({ length: 20 }, (_, seed) => {
        const fid = addNoise(synthesise(BRAIN), sd, 40 + seed);
        return spectralNoiseSd({ fid, ...axes }, window) / (sd * Math.sqrt(POINTS));
      });
      expect(Math.abs(ratios.reduce((a, r) => a + r / 20, 0) - 1)).toBeLessThan(0.05);
    }
  });

  it('is the height of NAA over that noise', () => {
    const clean = { fid: synthesise(BRAIN), ...axes };
    expect(spectralSnr(clean)).toBeGreaterThan(1000);
    // Lorentzian height A/(π·w·Δt) = 1.5/(π·6·0.00025) = 318, plus neighbours' feet, over 18.1: 17.6
    expect(spectralSnr(noisy)).toBeGreaterThan(14);
    expect(spectralSnr(noisy)).toBeLessThan(24);
  });

  it('follows LCModel’s and the time-domain definitions', () => {
    expect(lcmodelSnr(Float64Array.of(0, 12, 3), Float64Array.of(2, -2, 2, -2))).toBe(3);
    // |s(0)| = Σ amplitudes = 5.7 + noise 0.4; SD of 408 values known to 3.5 %
    expect(timeDomainSnr(noisy.fid)).toBeGreaterThan((5.7 / sd) * 0.75);
    expect(timeDomainSnr(noisy.fid)).toBeLessThan((5.7 / sd) * 1.25);
  });
});

describe('similarity index', () => {
  const index = (fids: ReturnType<typeof synthesise>[]) => similarityIndex(fids, DWELL_S, F0_MHZ);

  it('is 1 for transients equal but for scale, −1 for opposite ones', () => {
    expect(index([1, 2, 5].map((scale) => synthesise(BRAIN, { scale })))).toBeCloseTo(1, 12);
    expect(index([synthesise(BRAIN), synthesise(BRAIN, { phaseRad: Math.PI })])).toBeCloseTo(-1, 12);
    expect(index([synthesise(BRAIN)])).toBe(1);
  });

  it('is the mean over pairs of the normalised scalar product', () => {
    // phases 0, 60°, 120°: pairs at 60°, 60°, 120° → (0.5 + 0.5 − 0.5)/3
    expect(index([0, 1, 2].map((k) => synthesise(BRAIN, { phaseRad: (k * Math.PI) / 3 })))).toBeCloseTo(1 / 6, 12);
  });

  it('falls with drift and with noise', () => {
    const drifting = [0, 4, 8, 12].map((shiftHz) => synthesise(BRAIN, { shiftHz }));
    expect(index(drifting)).toBeLessThan(0.7);
    // changes outside 2.5–3.5 ppm do not count: a line 20 Hz wide at 1.3 ppm has only its tail there
    const lipid = [0, 3].map((amplitude) => synthesise([...BRAIN, { ppm: 1.3, amplitude, widthHz: 10 }]));
    expect(index(lipid)).toBeGreaterThan(0.99);
  });
});

describe('verdicts', () => {
  it.each([
    [0.049, 'good'],
    [0.05, 'average'],
    [0.0749, 'average'],
    [0.075, 'borderline'],
    [0.1, 'borderline'],
    [0.101, 'fail'],
    [NaN, 'fail'],
  ])('linewidth %f ppm is %s by TARQUIN', (fwhm, grade) => expect(linewidthVerdict(fwhm).grade).toBe(grade));

  it.each([
    [20.1, 'good'],
    [20, 'average'],
    [10, 'borderline'],
    [4, 'borderline'],
    [3.9, 'fail'],
    [NaN, 'fail'],
    [Infinity, 'good'],
  ])('SNR %f is %s by TARQUIN', (snr, grade) => expect(snrVerdict(snr).grade).toBe(grade));

  it.each([
    [0.09, 'good'],
    [0.1, 'borderline'],
    [0.15, 'borderline'],
    [0.151, 'fail'],
  ])('linewidth %f ppm is %s by Osprey', (fwhm, grade) => expect(ospreyLinewidthVerdict(fwhm).grade).toBe(grade));

  it('speaks, and adds up to the worst', () => {
    expect(linewidthVerdict(0.0412).words).toBe('Linewidth 0.041 ppm is good.');
    expect(snrVerdict(2).words).toMatch(/not to be relied on/);
    expect(worstGrade(['good', 'borderline', 'average'])).toBe('borderline');
    expect(worstGrade([])).toBe('good');
    expect(keepsMrsiVoxel(12, 0.05, 9)).toBe(true);
    expect(keepsMrsiVoxel(null, 0.05, 9)).toBe(false);
    expect(keepsMrsiVoxel(20, 0.05, 9)).toBe(false);
    expect(keepsMrsiVoxel(12, 0.05, 5)).toBe(false);
  });
});
