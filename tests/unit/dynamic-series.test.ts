// The fit of a series against known truth: amplitudes over echo times and blocks, what the points share, models over them.
import { describe, expect, it } from 'vitest';
import { CancelledError, ProcessingError, UsageError } from '../../src/core/domain/errors.ts';
import type { JsonObject } from '../../src/core/domain/json.ts';
import { fitSeries } from '../../src/core/quantification/dynamicSeries/index.ts';
import type { SeriesFit, SeriesInput } from '../../src/core/quantification/dynamicSeries/index.ts';
import { fitVoxel } from '../../src/core/quantification/index.ts';
import { HEALTHY } from '../fixtures/analyticBasis.ts';
import { ECHO_TIMES_S, T2_S, seriesBasis, simulatedSeries, t2Decay } from '../fixtures/simulatedSeries.ts';

const never = { isCancelled: () => false, throwIfCancelled: () => undefined };
const silent = () => undefined;
const PLAIN: JsonObject = { addMacromolecules: 'none', baseline: 'none' };
const whole = seriesBasis();
/** Few signals, so that a hundred series are fitted in seconds. */
const few = seriesBasis(['NAA', 'Cr', 'Glu', 'Lac']);
const BLOCKS = [0, 1, 0, 1, 0, 1];
/** Activation: lactate up by a quarter, glutamate by 4 %. */
const activated = (name: string, on: number) => HEALTHY[name]! * (1 + on * (name === 'Lac' ? 0.25 : name === 'Glu' ? 0.04 : 0)); // prettier-ignore
const drifting = { shiftHz: (k: number) => 2 * Math.sin(k), phaseRad: (k: number) => 0.4 * Math.cos(k) };

const fit = (input: SeriesInput, options: JsonObject = {}, basis = whole): SeriesFit =>
  fitSeries(input, basis, { ...PLAIN, ...options }, never, silent);
const amplitude = (series: SeriesFit, point: number, name: string) =>
  series.points[point]!.result.metabolites.find((m) => m.name === name)!;
const parameter = (series: SeriesFit, metabolite: string, name: string) =>
  series.models.find((m) => m.metabolite === metabolite)!.parameters.find((p) => p.name === name)!;
const relaxing = (noiseSd: number, seed = 3) =>
  simulatedSeries(whole, { x: ECHO_TIMES_S, amplitude: t2Decay, ...drifting, noiseSd, seed });

describe('a series fit', () => {
  it('finds the amplitudes, shifts and phases of every point again', () => {
    const series = fit(relaxing(1e-3));
    expect(series.converged).toBe(true);
    series.points.forEach(({ x, result }, k) => {
      // Hardly any noise: what is left is the pull of the priors on strongly overlapping signals, below 1 %.
      for (const name of ['NAA', 'Ins', 'Glu', 'Lac']) {
        expect(Math.abs(amplitude(series, k, name).amplitude / t2Decay(name, x) - 1)).toBeLessThan(0.01);
      }
      expect(result.shiftHz).toBeCloseTo(drifting.shiftHz(k), 1);
      expect(result.phase0Deg).toBeCloseTo((drifting.phaseRad(k) * 180) / Math.PI, 0);
      expect(result.lorentzianHz).toBe(series.points[0]!.result.lorentzianHz);
    });
    expect(series.shared.find((s) => s.name === 'lorentzianHz')!.value).toBeCloseTo(3, 1);
    expect(series.shared.find((s) => s.name === 'gaussianHz')!.value).toBeCloseTo(4, 1);
  });

  it('finds T2 of single metabolites, and one of both members of a sum', () => {
    const models = [{ metabolite: 'all', model: 'exponential' }, { metabolite: 'tCr', model: 'exponential' }]; // prettier-ignore
    const series = fit(relaxing(0.5), { models });
    for (const name of ['NAA', 'Glu', 'Ins', 'Lac', 'tCr']) {
      const { value, sd } = parameter(series, name, 'timeConstant');
      // Four standard deviations of its own bound.
      expect(Math.abs(value - (T2_S[name] ?? 0.15))).toBeLessThan(4 * sd!);
      expect(sd!).toBeLessThan(0.1 * value);
    }
    const { value, sd } = parameter(series, 'tCr', 'amplitudeAtZero');
    expect(Math.abs(value - 9)).toBeLessThan(4 * sd!);
    expect(parameter(series, 'Cr', 'rate')).toEqual(parameter(series, 'PCr', 'rate'));
    // The models' amplitudes are those of the points.
    const { value: a0 } = parameter(series, 'NAA', 'amplitudeAtZero');
    const { value: rate } = parameter(series, 'NAA', 'rate');
    expect(amplitude(series, 5, 'NAA').amplitude).toBeCloseTo(a0 * Math.exp(-rate * ECHO_TIMES_S[5]!), 9);
  });

  it('follows amplitudes through the null of an inversion recovery', () => {
    const t1 = (name: string) => (name === 'NAA' ? 1.4 : name === 'Cr' ? 1.2 : 1);
    const x = [0.05, 0.3, 0.6, 0.9, 1.3, 2, 3, 5];
    const recovering = (name: string, ti: number) => HEALTHY[name]! * (1 - 1.9 * Math.exp(-ti / t1(name)));
    const input = simulatedSeries(few, { x, amplitude: recovering, noiseSd: 0.3, seed: 8 });
    const options = {
      models: [{ metabolite: 'all', model: 'inversionRecovery' }],
      share: { phase0: 'shared', shift: 'shared' },
    };
    const series = fit(input, options, few);
    for (const name of ['NAA', 'Cr', 'Glu']) {
      const { value, sd } = parameter(series, name, 'timeConstant');
      expect(Math.abs(value - t1(name))).toBeLessThan(4 * sd!);
      const inverted = parameter(series, name, 'invertedPart').value;
      expect(inverted / parameter(series, name, 'equilibriumAmplitude').value).toBeCloseTo(1.9, 1);
    }
    expect(amplitude(series, 0, 'NAA').amplitude).toBeLessThan(0);
  });

  it('fits a straight line of frequency and phase over the points', () => {
    const shiftHz = (k: number) => 1 + 0.8 * k;
    const phaseRad = (k: number) => 0.2 - 0.1 * k;
    const input = simulatedSeries(few, { x: BLOCKS, amplitude: activated, shiftHz, phaseRad, noiseSd: 0.3, seed: 4 });
    const series = fit(input, { share: { shift: 'linear', phase0: 'linear' } }, few);
    const shared = (name: string) => series.shared.find((s) => s.name === name && s.group === null)!;
    expect(Math.abs(shared('shiftHzChange').value - 4)).toBeLessThan(4 * shared('shiftHzChange').sd!);
    expect(series.points[5]!.result.shiftHz).toBeCloseTo(5, 1);
    expect(series.points[5]!.result.phase0Deg).toBeCloseTo((-0.3 * 180) / Math.PI, 0);
  });

  it('keeps a baseline that all points share out of the amplitudes', () => {
    const input = simulatedSeries(few, { x: BLOCKS, amplitude: activated, ...drifting, noiseSd: 0.3, seed: 5 });
    for (const baseline of ['shared', 'free']) {
      const series = fit(input, { baseline: 'fixed', baselineEdPerPpm: 2, share: { baseline } }, few);
      series.points.forEach(({ x, result, curves }, k) => {
        const { amplitude: a, crlbAbsolute } = amplitude(series, k, 'NAA');
        expect(Math.abs(a - activated('NAA', x))).toBeLessThan(4 * crlbAbsolute!);
        expect(result.diagnostics['baselineEdPerPpm']).toBeCloseTo(2, 0);
        // Data are exactly what the curves add up to.
        const sum = curves.fit.map((v, i) => v + curves.residual[i]!);
        sum.forEach((v, i) => expect(v).toBeCloseTo(curves.data[i]!, 6));
      });
    }
  });

  it('gives each point a result as every method does', () => {
    const { points, xName } = fit(relaxing(0.5));
    expect(xName).toBe('echoTime');
    for (const { result, index, x } of points) {
      expect(result.method).toBe('nlls-series');
      expect(result.status).toBe('converged');
      expect(result.combined.map((c) => c.name)).toContain('tCr');
      expect(result.correlation).toHaveLength(81);
      expect(result.diagnostics).toMatchObject({ seriesPoint: index, echoTime: x });
    }
  });
});

describe('a hundred noisy series', () => {
  const DRAWS = 100;
  const NAMES = ['NAA', 'Cr', 'Glu', 'Lac'];
  const draws = Array.from({ length: DRAWS }, (_, i) => {
    const input = simulatedSeries(few, { x: BLOCKS, amplitude: activated, ...drifting, noiseSd: 2, seed: 500 + i });
    const alone = input.fids.map((fid) => fitVoxel({ ...input, fid, noiseSd: null }, few, 'nlls', PLAIN, never).result);
    return { shared: fit(input, {}, few), modelled: fit(input, { models: [{ metabolite: 'all', model: 'linear' }] }, few), alone }; // prettier-ignore
  });
  const rms = (values: readonly number[]) => Math.sqrt(values.reduce((s, v) => s + v * v, 0) / values.length);
  const errorsOf = (series: (d: (typeof draws)[number]) => SeriesFit, name: string) =>
    draws.flatMap((d) =>
      series(d).points.map((point, k) => {
        const { amplitude: a, crlbAbsolute } = amplitude(series(d), k, name);
        return { error: a - activated(name, point.x), bound: crlbAbsolute! };
      }),
    );

  it.each(NAMES)('are unbiased in %s, and scatter as the bounds say', (name) => {
    for (const errors of [errorsOf((d) => d.shared, name), errorsOf((d) => d.modelled, name)]) {
      const error = rms(errors.map((e) => e.error));
      const bias = errors.reduce((s, e) => s + e.error, 0) / errors.length;
      const bound = rms(errors.map((e) => e.bound));
      // The points of a series share parameters, so that only the series count as independent: 3 of their standard errors.
      expect(Math.abs(bias)).toBeLessThan((3 * error) / Math.sqrt(DRAWS));
      expect(error / bound).toBeLessThan(1.15);
      expect(error / bound).toBeGreaterThan(0.85);
    }
  });

  it('know the change under activation as well as they say', () => {
    for (const [name, truth] of [
      ['Lac', 0.25 * HEALTHY['Lac']!],
      ['Glu', 0.04 * HEALTHY['Glu']!],
    ] as const) {
      // prettier-ignore
      const slopes = draws.map((d) => parameter(d.modelled, name, 'slope'));
      const errors = slopes.map((s) => s.value - truth);
      const error = rms(errors);
      expect(Math.abs(errors.reduce((s, v) => s + v, 0) / DRAWS)).toBeLessThan((3 * error) / Math.sqrt(DRAWS));
      // 100 draws know a standard deviation to 7 %; two of these.
      expect(error / rms(slopes.map((s) => s.sd!))).toBeLessThan(1.15);
    }
  });

  it('have smaller errors than their points fitted one by one', () => {
    const alone = (name: string) =>
      rms(draws.flatMap((d) => d.alone.map((r, k) => r.metabolites.find((m) => m.name === name)!.amplitude - activated(name, BLOCKS[k]!)))); // prettier-ignore
    for (const name of NAMES) {
      const together = rms(errorsOf((d) => d.shared, name).map((e) => e.error));
      // A weak line apart from the others hardly trades with the width: sharing it gains little there, a quarter elsewhere.
      expect(together / alone(name), name).toBeLessThan(name === 'Lac' ? 1 : 0.85);
      // Two values instead of six: the noise of three points averages.
      const modelled = rms(errorsOf((d) => d.modelled, name).map((e) => e.error));
      expect(modelled / alone(name), name).toBeLessThan(0.7);
    }
  });
});

describe('what is no series', () => {
  const input = relaxing(0.5);
  const first = (n: number): SeriesInput => ({ ...input, fids: input.fids.slice(0, n), x: input.x.slice(0, n) });

  it('is refused in words', () => {
    expect(() => fit(first(1))).toThrow(new ProcessingError('PROCESSING_FAILED', 'A series needs at least two points, and this one has 1; fit it with "quantify".')); // prettier-ignore
    expect(() => fit({ ...input, x: [1, 2] })).toThrow(/has 8 points, but 2 values were given/);
    expect(() => fit({ ...input, x: input.x.map(() => 0.03) }, { models: [{ metabolite: 'NAA', model: 'exponential' }] })).toThrow(UsageError); // prettier-ignore
    expect(() => fit(input, { models: [{ metabolite: 'Ala', model: 'linear' }] })).toThrow(/"Ala" can't be fitted: the basis set has no such metabolite/); // prettier-ignore
    expect(() => fit(input, { models: [{ metabolite: 'NAA', model: 'cubic' }] })).toThrow(/no amplitude model "cubic"; there is constant, linear/); // prettier-ignore
    expect(() => fit(input, { share: { phase2: 'free' } })).toThrow(/can't share "phase2"/);
    expect(() => fit(input, { share: { lineshape: 'linear' } })).toThrow(/"lineshape" must be one of shared, free/);
  });

  it('is refused where there is noise only, and doubted where single points are weak', () => {
    const noise = simulatedSeries(few, { x: BLOCKS, amplitude: () => 0, noiseSd: 1, seed: 6 });
    expect(() => fit(noise, {}, few)).toThrow(/Not even the mean of the series shows a line above its noise/);
    const weak = simulatedSeries(few, { x: BLOCKS, amplitude: activated, noiseSd: 80, seed: 6 });
    expect(fit(weak, {}, few).warnings.map((w) => w.code)).toContain('weak-points');
  });

  it('stops when it is cancelled', () => {
    let asked = 0;
    const cancellation = {
      isCancelled: () => asked > 40,
      throwIfCancelled: () => {
        if (++asked > 40) throw new CancelledError();
      },
    };
    expect(() => fitSeries(input, whole, PLAIN, cancellation, silent)).toThrow(CancelledError);
  });
});
