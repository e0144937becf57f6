// Metabolites that stand line widths away from where they belong: the fit finds whose lines are whose.
import { describe, expect, it } from 'vitest';
import { fitSpectrum } from '../../src/core/quantification/nlls/fit.ts';
import { DEFAULT_NLLS_OPTIONS } from '../../src/core/quantification/nlls/options.ts';
import type { NllsOptions } from '../../src/core/quantification/nlls/options.ts';
import { buildResult } from '../../src/core/quantification/nlls/result.ts';
import { CancelledError } from '../../src/core/domain/errors.ts';
import { DWELL_S, F0_MHZ, HEALTHY, analyticSignals, mixture } from '../fixtures/analyticBasis.ts';

const signals = analyticSignals();
const never = { isCancelled: () => false, throwIfCancelled: () => undefined };
/** GPC and PCho, Glu and Gln exchange their order; Ins comes under them. [Hz] */
const SHIFTS: Readonly<Record<string, number>> = {
  NAA: -6, Cr: 8, PCr: -7, GPC: -9, PCho: 7, Ins: 9, Glu: -8, Gln: 6, Lac: -3,
}; // prettier-ignore

const WANDERING: Partial<NllsOptions> = {
  grouping: 'perMetabolite',
  deviationSpread: 'fixed',
  shiftPriorSdPpm: 0.05,
  baseline: 'none',
  addMacromolecules: 'none',
};

function shifted(seed: number) {
  const fid = mixture(
    signals.map((s) => {
      const re = s.fid.re.slice();
      const im = s.fid.im.slice();
      re.forEach((_, i) => {
        const angle = 2 * Math.PI * SHIFTS[s.name]! * i * DWELL_S;
        re[i] = s.fid.re[i]! * Math.cos(angle) - s.fid.im[i]! * Math.sin(angle);
        im[i] = s.fid.re[i]! * Math.sin(angle) + s.fid.im[i]! * Math.cos(angle);
      });
      return { ...s, fid: { re, im } };
    }),
    HEALTHY,
    { lorentzianHz: 3, gaussianHz: 2, noiseSd: 0.3, seed },
  );
  return { voxel: 0, fid, dwellTimeS: DWELL_S, spectrometerFrequencyMHz: F0_MHZ, nucleus: '1H', noiseSd: null };
}

function fit(options: Partial<NllsOptions>, seed: number) {
  const input = shifted(seed);
  const state = fitSpectrum(input, signals, { ...DEFAULT_NLLS_OPTIONS, ...options }, never);
  return buildResult(input, state, 0).result.metabolites;
}

describe('metabolites that wander by line widths', () => {
  it.each([1, 2, 3])('are found where they are, each amplitude within four bounds (seed %i)', (seed) => {
    for (const { name, amplitude, crlbAbsolute } of fit(WANDERING, seed)) {
      expect(Math.abs(amplitude - HEALTHY[name]!), name).toBeLessThan(4 * crlbAbsolute!);
    }
  });

  it('are not found by a fit that expects them in their places', () => {
    const wrong = fit({ ...WANDERING, shiftPriorSdPpm: 0.004 }, 1).filter(
      ({ name, amplitude }) => Math.abs(amplitude / HEALTHY[name]! - 1) > 0.3,
    );
    expect(wrong.length).toBeGreaterThan(2);
  });

  it('stops the search where the user cancels', () => {
    let asked = 0;
    const soon = {
      isCancelled: () => asked > 3,
      throwIfCancelled: () => {
        if (++asked > 3) throw new CancelledError();
      },
    };
    const input = shifted(1);
    expect(() => fitSpectrum(input, signals, { ...DEFAULT_NLLS_OPTIONS, ...WANDERING }, soon)).toThrow(CancelledError);
  });
});
