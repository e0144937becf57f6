// The NLLS fit against exactly known mixtures: amplitudes, shift, phase, widths, derivatives and bounds.
import { describe, expect, it } from 'vitest';
import { DEFAULT_NLLS_OPTIONS, parseNllsOptions } from '../../src/core/quantification/nlls/options.ts';
import type { NllsOptions } from '../../src/core/quantification/nlls/options.ts';
import { withIntervals } from '../../src/core/quantification/nlls/intervals.ts';
import type { ComplexSignal } from '../../src/core/domain/complexArray.ts';
import { fitSpectrum } from '../../src/core/quantification/nlls/fit.ts';
import { buildResult } from '../../src/core/quantification/nlls/result.ts';
import { groupSignals } from '../../src/core/quantification/nlls/groups.ts';
import { LINESHAPE_TERMS } from '../../src/core/quantification/nlls/lineshape.ts';
import { GAUSSIAN, SpectralModel } from '../../src/core/quantification/nlls/model.ts';
import { estimateNoiseSd } from '../../src/core/quantification/shared/noise.ts';
import { CancelledError, ProcessingError, UsageError } from '../../src/core/domain/errors.ts';
import { DWELL_S, F0_MHZ, HEALTHY, analyticSignals, exponentials, mixture } from '../fixtures/analyticBasis.ts';
import type { Distortion } from '../fixtures/analyticBasis.ts';

const signals = analyticSignals();
const never = { isCancelled: () => false, throwIfCancelled: () => undefined };

const inputOf = (fid: ComplexSignal) => ({
  voxel: 0,
  fid,
  dwellTimeS: DWELL_S,
  spectrometerFrequencyMHz: F0_MHZ,
  nucleus: '1H',
  noiseSd: null,
});

function fit(
  d: Distortion,
  options: Partial<NllsOptions> = {},
  amplitudes = HEALTHY,
  extra?: { re: Float64Array; im: Float64Array },
) {
  const fid = mixture(signals, amplitudes, d);
  if (extra !== undefined) fid.re.forEach((_, i) => ((fid.re[i]! += extra.re[i]!), (fid.im[i]! += extra.im[i]!)));
  const input = inputOf(fid);
  const state = fitSpectrum(input, signals, { ...DEFAULT_NLLS_OPTIONS, ...options }, never);
  return buildResult(input, state, 0);
}

function fitWithIntervals(d: Distortion, asked: Partial<NllsOptions>) {
  const input = inputOf(mixture(signals, HEALTHY, d));
  const options = { ...DEFAULT_NLLS_OPTIONS, ...asked };
  const state = fitSpectrum(input, signals, options, never);
  return withIntervals(buildResult(input, state, 0).result, { input, signals, options, state }, never);
}

const single = (r: ReturnType<typeof fit>, name: string) => r.result.metabolites.find((m) => m.name === name)!;
const sum = (r: ReturnType<typeof fit>, name: string) => r.result.combined.find((m) => m.name === name)!;

describe('the NLLS model', () => {
  it.each(['real', 'complex'] as const)('has derivatives equal to finite differences (%s)', (domain) => {
    const groupOf = groupSignals(signals, 'related');
    const model = new SpectralModel(signals, DWELL_S, F0_MHZ, [0.2, 4.2], domain, groupOf, LINESHAPE_TERMS);
    const theta = new Float64Array(model.parameterCount).map((_, i) => 0.05 * Math.sin(i + 1));
    theta.set([0.3, 0.02, 3, 2, 90]);
    const amplitudes = Float64Array.from(signals, (s) => HEALTHY[s.name]!);
    const value = (t: Float64Array) => {
      const columns = model.columnsAt(t);
      const out = new Float64Array(model.rows);
      columns.forEach((c, m) => c.forEach((v, i) => (out[i]! += amplitudes[m]! * v)));
      return out;
    };
    const all = Array.from(theta, (_, j) => j);
    model.columnsAt(theta);
    const analytic = model.derivativesAt(amplitudes, all);
    for (const j of all) {
      const isGaussian = j === GAUSSIAN || (j >= model.gaussianDeviation(0) && j < model.firstLineshape);
      const h = isGaussian ? 1e-2 : 1e-4;
      const up = theta.slice();
      const down = theta.slice();
      up[j]! += h;
      down[j]! -= h;
      const a = value(up);
      const b = value(down);
      const scale = analytic[j]!.reduce((m, v) => Math.max(m, Math.abs(v)), 0);
      // central differences: truncation h²·f'''/6 and rounding eps·f/h are both below 1e-5 of the largest element
      analytic[j]!.forEach((v, i) => expect(Math.abs(v - (a[i]! - b[i]!) / (2 * h))).toBeLessThan(1e-5 * scale));
    }
  });
});

describe('the NLLS fit', () => {
  it('finds a noiseless mixture again, with Lorentzian and Gaussian widths', () => {
    const r = fit({ lorentzianHz: 3, gaussianHz: 4, shiftHz: 2.5, phase0: 0.4 });
    for (const [name, a] of Object.entries(HEALTHY)) {
      // The auto baseline keeps a little of a noiseless signal's feet: 1 %.
      expect(Math.abs(single(r, name).amplitude / a - 1)).toBeLessThan(
        name === 'Cr' || name === 'PCr' || name === 'GPC' || name === 'PCho' ? 0.05 : 0.02,
      );
    }
    expect(r.result.shiftHz).toBeCloseTo(2.5, 1);
    expect(r.result.lorentzianHz).toBeCloseTo(3, 0);
    expect(r.result.gaussianHz).toBeCloseTo(4, 0);
    expect(r.result.phase0Deg).toBeCloseTo((0.4 * 180) / Math.PI, 0);
    expect(r.result.status).toBe('converged');
  });

  it.each([
    [0.17, 0],
    [-0.17, Math.PI],
    [0.3, 2.2],
    [-0.3, -1.1],
    [0, Math.PI],
    [0.05, Math.PI / 2],
  ])('is not misled by an offset of %f ppm and a phase of %f rad', (ppm, phase0) => {
    const r = fit({ shiftHz: -ppm * F0_MHZ, phase0, lorentzianHz: 3, gaussianHz: 4, noiseSd: 0.6, seed: 5 });
    // Noise bound: the CRLB of these sums is about 1–3 %; four standard deviations.
    for (const [name, truth] of [
      ['tNAA', 12],
      ['tCr', 9],
      ['tCho', 1.8],
      ['mI', 7],
      ['Glx', 13],
    ] as const) {
      const e = sum(r, name);
      expect(Math.abs(e.amplitude - truth)).toBeLessThan(4 * e.crlbAbsolute! + 0.02 * truth);
    }
    expect(r.result.shiftHz).toBeCloseTo(-ppm * F0_MHZ, 0);
  });

  it('survives a missing NAA and a strong choline (tumour-like)', () => {
    const tumour = { ...HEALTHY, NAA: 0.5, GPC: 5, Cr: 2, PCr: 1.5 };
    const r = fit({ shiftHz: 12, phase0: 1, lorentzianHz: 3, gaussianHz: 5, noiseSd: 0.6, seed: 9 }, {}, tumour);
    expect(Math.abs(sum(r, 'tCho').amplitude / 5.6 - 1)).toBeLessThan(0.06);
    expect(r.result.shiftHz).toBeCloseTo(12, 0);
  });

  it('says that the baseline ran into its limit, where a spurious echo ripples through the spectrum', () => {
    const echo = exponentials([[2.2, 1]], 0);
    for (const part of [echo.re, echo.im]) {
      part.forEach((v, i) => (part[i] = 40 * v * Math.exp(-(((i * DWELL_S - 0.03) / 0.004) ** 2))));
    }
    const codes = (r: ReturnType<typeof fit>) => r.result.warnings.map((w) => w.code);
    const lines = { lorentzianHz: 3, gaussianHz: 4, noiseSd: 0.3, seed: 3 };
    expect(codes(fit(lines, {}, HEALTHY, echo))).toContain('baseline-at-limit');
    expect(codes(fit(lines, { baseline: 'fixed' }, HEALTHY, echo))).not.toContain('baseline-at-limit');
    expect(codes(fit(lines))).not.toContain('baseline-at-limit');
  });

  it('keeps a smooth baseline out of the metabolites', () => {
    const hump = exponentials(
      [
        [2.2, 400],
        [3.6, 300],
      ],
      150,
    );
    const r = fit({ lorentzianHz: 3, gaussianHz: 4, noiseSd: 0.6, seed: 3 }, {}, HEALTHY, hump);
    expect(Math.abs(sum(r, 'tNAA').amplitude / 12 - 1)).toBeLessThan(0.05);
    expect(Math.abs(sum(r, 'tCr').amplitude / 9 - 1)).toBeLessThan(0.05);
  });

  it('gives Cramér–Rao bounds that the scatter of repeated fits confirms', () => {
    // With the model exact and no prior in play (common widths, no baseline) the bound must be met.
    const runs = Array.from({ length: 60 }, (_, i) =>
      fit({ lorentzianHz: 3, gaussianHz: 4, noiseSd: 0.8, seed: 100 + i }, { grouping: 'common', baseline: 'none' }),
    );
    for (const name of ['tNAA', 'tCr', 'mI', 'Glx']) {
      const values = runs.map((r) => sum(r, name).amplitude);
      const mean = values.reduce((a, b) => a + b, 0) / values.length;
      const sd = Math.sqrt(values.reduce((s, v) => s + (v - mean) ** 2, 0) / (values.length - 1));
      const bound = runs.reduce((s, r) => s + sum(r, name).crlbAbsolute!, 0) / runs.length;
      // 60 runs know an SD to 9 %: ±3 of those.
      expect(sd / bound).toBeGreaterThan(0.73);
      expect(sd / bound).toBeLessThan(1.27);
    }
  });

  it('gives the same answer in the complex domain', () => {
    const d = { lorentzianHz: 3, gaussianHz: 4, noiseSd: 0.4, seed: 12 };
    const real = fit(d);
    const complex = fit(d, { domain: 'complex' });
    for (const name of ['tNAA', 'tCr', 'mI']) {
      expect(Math.abs(sum(real, name).amplitude / sum(complex, name).amplitude - 1)).toBeLessThan(0.03);
    }
  });

  it('shares shift and width between creatine and phosphocreatine, and between the cholines, unless told otherwise', () => {
    const related = groupSignals(signals, 'related');
    const of = (name: string) => related[signals.findIndex((s) => s.name === name)];
    expect(of('Cr')).toBe(of('PCr'));
    expect(of('GPC')).toBe(of('PCho'));
    expect(of('NAA')).not.toBe(of('Cr'));
    const single = groupSignals(signals, 'perMetabolite');
    expect(new Set(single).size).toBe(signals.length);
  });

  it('follows a lineshape that no Voigt line has, where it is free', () => {
    // An eddy current: a phase that settles within 20 ms, the same for all lines.
    const fid = mixture(signals, HEALTHY, { lorentzianHz: 2, gaussianHz: 4, noiseSd: 0.3, seed: 21 });
    fid.re.forEach((re, i) => {
      const phase = 1.2 * (1 - Math.exp((-i * DWELL_S) / 0.02));
      const im = fid.im[i]!;
      fid.re[i] = re * Math.cos(phase) - im * Math.sin(phase);
      fid.im[i] = re * Math.sin(phase) + im * Math.cos(phase);
    });
    const rmsOf = (lineshape: 'voigt' | 'free') => {
      const input = inputOf(fid);
      const options = { ...DEFAULT_NLLS_OPTIONS, lineshape };
      return buildResult(input, fitSpectrum(input, signals, options, never), 0).result;
    };
    const voigt = rmsOf('voigt');
    const free = rmsOf('free');
    expect(free.residualSd).toBeLessThan(0.8 * voigt.residualSd);
    const error = (r: typeof free) =>
      Math.abs(r.combined.find((c) => c.name === 'tNAA')!.amplitude / HEALTHY['NAA']! - 1);
    expect(error(free)).toBeLessThan(0.03);
    expect(error(free)).toBeLessThan(error(voigt));
  });

  it('lets Gaussian widths differ between metabolites where asked', () => {
    const d = { lorentzianHz: 2, gaussianHz: 4, noiseSd: 0.3, seed: 22 };
    const common = fit(d);
    const own = fit(d, { gaussianDeviations: 'free' });
    // The truth has one width: freedom costs precision and moves nothing.
    expect(sum(own, 'tNAA').crlbAbsolute!).toBeGreaterThan(0.99 * sum(common, 'tNAA').crlbAbsolute!);
    expect(Math.abs(sum(own, 'tNAA').amplitude / sum(common, 'tNAA').amplitude - 1)).toBeLessThan(0.02);
  });

  it('ties weak metabolites to strong ones only where asked, and says so', () => {
    const taurine = { name: 'Tau', kind: 'metabolite' as const, fid: exponentials([[3.25, 2], [3.42, 2]], 1) }; // prettier-ignore
    const withTaurine = [...signals, taurine];
    const fid = mixture(
      withTaurine,
      { ...HEALTHY, Tau: 1.5 },
      { lorentzianHz: 3, gaussianHz: 4, noiseSd: 2, seed: 23 },
    );
    const run = (ratioPriors: 'none' | 'lcmodel') => {
      const input = inputOf(fid);
      const state = fitSpectrum(input, withTaurine, { ...DEFAULT_NLLS_OPTIONS, ratioPriors }, never);
      return buildResult(input, state, 0);
    };
    const free = run('none');
    const tied = run('lcmodel');
    expect(free.result.warnings.map((w) => w.code)).not.toContain('ratio-priors');
    expect(tied.result.warnings.map((w) => w.code)).toContain('ratio-priors');
    expect(single(tied, 'Tau').crlbAbsolute!).toBeLessThan(single(free, 'Tau').crlbAbsolute!);
  });

  it('names the amplitudes that are held at zero', () => {
    const r = fit({ lorentzianHz: 3, gaussianHz: 4, noiseSd: 0.6, seed: 24 }, {}, { ...HEALTHY, Lac: -2 });
    expect(single(r, 'Lac').amplitude).toBe(0);
    const warning = r.result.warnings.find((w) => w.code === 'amplitude-at-bound')!;
    expect(warning.message).toContain('Lac');
  });

  it('gives intervals by profile likelihood that agree with the bound where the fit is regular', () => {
    const d = { lorentzianHz: 3, gaussianHz: 4, noiseSd: 0.6, seed: 25 };
    const result = fitWithIntervals(d, { profileLikelihood: ['tNAA', 'Lac', 'Ins'] });
    const tNaa = result.combined.find((c) => c.name === 'tNAA')!;
    expect(tNaa.interval95!.method).toBe('profileLikelihood');
    for (const half of [tNaa.amplitude - tNaa.interval95!.low, tNaa.interval95!.high - tNaa.amplitude]) {
      // A quadratic χ² would give 1 exactly; non-negative neighbours and widths bend it.
      expect(half / (1.96 * tNaa.crlbAbsolute!)).toBeGreaterThan(0.75);
      expect(half / (1.96 * tNaa.crlbAbsolute!)).toBeLessThan(1.25);
    }
    expect(result.metabolites.find((m) => m.name === 'Lac')!.interval95!.low).toBeGreaterThanOrEqual(0);
    expect(result.metabolites.find((m) => m.name === 'NAA')!.interval95).toBeUndefined();
    expect(() => fitWithIntervals(d, { profileLikelihood: ['Unobtainium'] })).toThrow(UsageError);
  });

  it('gives Monte Carlo intervals on request, the same each time', () => {
    const d = { lorentzianHz: 3, gaussianHz: 4, noiseSd: 0.6, seed: 26 };
    const run = () => fitWithIntervals(d, { monteCarloDraws: 30 });
    const first = run();
    const tNaa = first.combined.find((c) => c.name === 'tNAA')!;
    const width = tNaa.interval95!.high - tNaa.interval95!.low;
    // 30 draws know an SD to about 13 %, their extremes less well.
    expect(width / (3.92 * tNaa.crlbAbsolute!)).toBeGreaterThan(0.5);
    expect(width / (3.92 * tNaa.crlbAbsolute!)).toBeLessThan(1.6);
    expect(run().combined).toEqual(first.combined);
  });

  it('estimates the noise from the quiet ends of the spectrum', () => {
    const fid = mixture(signals, HEALTHY, { lorentzianHz: 3, gaussianHz: 3, noiseSd: 0.7, seed: 4 });
    // ~1000 second differences: 5 %
    expect(Math.abs(estimateNoiseSd(fid, DWELL_S, F0_MHZ) / 0.7 - 1)).toBeLessThan(0.15);
  });

  it('scales with the data and leaves ratios alone', () => {
    const d = { lorentzianHz: 3, gaussianHz: 4, noiseSd: 0.5, seed: 8 };
    const one = fit(d);
    const big = fit(
      { ...d, noiseSd: 0.5e9 },
      {},
      Object.fromEntries(Object.entries(HEALTHY).map(([k, v]) => [k, v * 1e9])),
    );
    for (const name of ['tNAA', 'mI', 'Glx']) {
      expect(Math.abs(sum(one, name).ratioToTCr! / sum(big, name).ratioToTCr! - 1)).toBeLessThan(1e-6);
    }
  });

  it('refuses what can not be fitted, in words', () => {
    const zero = { re: new Float64Array(2048), im: new Float64Array(2048) };
    const input = {
      voxel: 0,
      fid: zero,
      dwellTimeS: DWELL_S,
      spectrometerFrequencyMHz: F0_MHZ,
      nucleus: '1H',
      noiseSd: null,
    };
    expect(() => fitSpectrum(input, signals, DEFAULT_NLLS_OPTIONS, never)).toThrow(ProcessingError);
    const cancelled = {
      isCancelled: () => true,
      throwIfCancelled: () => {
        throw new CancelledError();
      },
    };
    const good = { ...input, fid: mixture(signals, HEALTHY, { noiseSd: 0.1 }) };
    expect(() => fitSpectrum(good, signals, DEFAULT_NLLS_OPTIONS, cancelled)).toThrow(CancelledError);
    expect(() => fitSpectrum(good, signals, { ...DEFAULT_NLLS_OPTIONS, ppmRange: [3, 3.02] }, never)).toThrow(
      /16 are needed/,
    );
    expect(() => parseNllsOptions({ baselin: 'auto' })).toThrow(UsageError);
    expect(() => parseNllsOptions({ baseline: 'wobbly' })).toThrow(/one of auto/);
    expect(() => parseNllsOptions({ ppmRange: [4] })).toThrow(UsageError);
  });
});
