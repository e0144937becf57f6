// Grades, drift and named signal-to-noise ratios: published borders, lines and noise of known size.
import { describe, expect, it } from 'vitest';
import {
  CONSENSUS_THRESHOLDS,
  parseQualityThresholds,
  TARQUIN_THRESHOLDS,
} from '../../src/core/domain/qualityThresholds.ts';
import { seededRandom } from '../../src/core/math/seededRandom.ts';
import { assessQuality } from '../../src/core/quality/assessment.ts';
import { frequencyDrift } from '../../src/core/quality/drift.ts';
import { measureAllSnr, measureSnr } from '../../src/core/quality/snrDefinitions.ts';
import { addNoise, BRAIN, DWELL_S, F0_MHZ, POINTS, synthesise } from './preprocessingSynthesis.ts';

describe('quality by thresholds', () => {
  it.each([
    [0.04, 25, 'good'],
    [0.06, 25, 'average'],
    [0.04, 8, 'borderline'],
    [0.04, 3.9, 'fail'],
    [NaN, 25, 'fail'],
  ])('TARQUIN: %f ppm and SNR %f are %s', (linewidthPpm, snr, grade) => {
    expect(assessQuality({ linewidthPpm, snr }, TARQUIN_THRESHOLDS).grade).toBe(grade);
  });

  it('gives a sentence each, with the border that was missed, and names what was not measured', () => {
    // The published thresholds leave whiteness ungraded; a site may grade it.
    const whiteness = { better: 'high', good: 0.05, average: 0.01, borderline: 0.001, source: 'SOP 12' } as const;
    const thresholds = { ...TARQUIN_THRESHOLDS, limits: { ...TARQUIN_THRESHOLDS.limits, whitenessP: whiteness } };
    const found = assessQuality({ linewidthPpm: 0.12, snr: 12, whitenessP: 1e-6 }, thresholds);
    expect(found.figures.map((f) => f.words)).toEqual([
      'The metabolite linewidth, 0.120 ppm, is insufficient: not to be relied on (good is below 0.050 ppm).',
      'The signal-to-noise ratio, 12.0, is average (good is above 20.0).',
      'The probability that the residual is mere noise, 1.0e-6, is insufficient: not to be relied on (good is above 0.050).',
    ]);
    expect(found.notMeasured).toEqual(['driftSdPpm', 'residualOverNoise']);
    expect(found.figures.every((f) => f.source !== '')).toBe(true);
    expect(assessQuality({}, TARQUIN_THRESHOLDS).grade).toBeNull();
    expect(assessQuality({ waterLinewidthPpm: 0.11 }, CONSENSUS_THRESHOLDS).grade).toBe('fail');
  });

  it('takes a site’s own, on top of a preset', () => {
    const own = parseQualityThresholds(
      {
        schema: 'lineshape.quality/1',
        id: 'site',
        title: 'Site',
        basedOn: 'consensus', // prettier-ignore
        limits: { snr: { good: 40, average: 30, borderline: 20, source: 'SOP 12' }, crlbPercent: null },
      },
      'quality.json',
    );
    expect(assessQuality({ snr: 35 }, own).figures[0]).toMatchObject({ grade: 'average', source: 'SOP 12' });
    expect(own.limits.crlbPercent).toBeNull();
    expect(own.limits.linewidthPpm).toEqual(CONSENSUS_THRESHOLDS.limits.linewidthPpm);
    const again = parseQualityThresholds({ ...JSON.parse(JSON.stringify(own)) as object, basedOn: 'tarquin' }, 'again.json'); // prettier-ignore
    expect(again).toEqual(own);
  });

  it.each([
    [{ snr: { good: 4, average: 10, borderline: 20, source: 's' } }, /must fall, as 4, 10, 20 do not/],
    [{ linewidthPpm: { good: 0.1, average: 0.05, borderline: 0.2, source: 's' } }, /must rise/],
    [{ snr: { better: 'low', good: 4, average: 3, borderline: 2, source: 's' } }, /"better" can only be high/],
    [{ width: null }, /"width" is not known/],
    [{ snr: { good: 4, average: 3, borderline: 2 } }, /"source" must be a text/],
  ])('refuses %j', (limits, message) => {
    const json = { schema: 'lineshape.quality/1', id: 'x', title: 'X', limits };
    expect(() => parseQualityThresholds(json, 'quality.json')).toThrow(message);
  });

  it('refuses another schema or base', () => {
    const json = { schema: 'lineshape.quality/1', id: 'x', title: 'X', limits: {} };
    expect(() => parseQualityThresholds({ ...json, schema: 'y' }, 'q')).toThrow(/schema/);
    expect(() => parseQualityThresholds({ ...json, basedOn: 'y' }, 'q')).toThrow(/one of tarquin, consensus/);
  });
});

describe('frequency drift', () => {
  it('of 0, 1, 2, 3 Hz, 2 s apart: mean 1.5, SD √(5/3), slope 30 Hz/min', () => {
    const drift = frequencyDrift([0, 1, 2, 3], 2)!;
    expect(drift).toMatchObject({ transients: 4, meanHz: 1.5, rangeHz: 3, slopeSeHzPerMin: 0 });
    expect(drift.sdHz).toBeCloseTo(Math.sqrt(5 / 3), 12);
    expect(drift.slopeHzPerMin).toBeCloseTo(30, 12);
  });

  it('knows the slope’s error', () => {
    // Scatter 0.5 Hz over 64 transients 1.5 s apart: SE = 0.5/√(64·(64² − 1)/12)·40 = 0.135 Hz/min
    const random = seededRandom(4);
    const scores = Array.from({ length: 400 }, () => {
      const shifts = Array.from({ length: 64 }, (_, i) => 0.02 * i + 0.5 * random.normal());
      const { slopeHzPerMin, slopeSeHzPerMin } = frequencyDrift(shifts, 1.5)!;
      return { z: (slopeHzPerMin! - 0.8) / slopeSeHzPerMin!, se: slopeSeHzPerMin! };
    });
    const rms = Math.sqrt(scores.reduce((s, { z }) => s + z * z, 0) / scores.length);
    expect(Math.abs(rms - 1)).toBeLessThan(0.12);
    expect(Math.abs(scores.reduce((s, { se }) => s + se, 0) / scores.length / 0.1354 - 1)).toBeLessThan(0.03);
  });

  it('has no slope without times, nothing for one transient', () => {
    expect(frequencyDrift([1, 2], null)).toMatchObject({ slopeHzPerMin: null, slopeSeHzPerMin: null });
    expect(frequencyDrift([1, 2], 2)!.slopeSeHzPerMin).toBeNull();
    expect(frequencyDrift([1], 2)).toBeNull();
  });
});

describe('signal-to-noise ratios by name', () => {
  const axes = { dwellTimeS: DWELL_S, spectrometerFrequencyMHz: F0_MHZ };
  const signal = { fid: addNoise(synthesise(BRAIN), 0.2, 3), ...axes };
  const curves = {
    data: Float64Array.of(1, 13, 4),
    baseline: Float64Array.of(1, 1, 1),
    residual: Float64Array.of(2, -2, 2),
  };

  it('are each what their definition says', () => {
    const figures = Object.fromEntries(measureAllSnr({ signal, curves }).map((f) => [f.definition, f]));
    // tNAA: 1.5/(π·6·0.00025) = 318 and the feet of its neighbours, about 12; noise 0.2·√2048 = 9.05: 36.5. The noise
    // of 126 or more points is known to 6 %, the peak to one noise SD.
    const expected = 330 / (0.2 * Math.sqrt(POINTS));
    for (const name of ['naaDownfieldNoise', 'naaUpfieldNoise', 'consensus']) {
      expect(Math.abs(figures[name]!.value! / expected - 1), name).toBeLessThan(0.2);
    }
    // (13 − 1)/(2·2)
    expect(figures['lcmodel']!.value).toBe(3);
    // Σ amplitudes 5.7 over 0.2; 408 noise values: 3.5 %
    expect(Math.abs(figures['timeDomain']!.value! / 28.5 - 1)).toBeLessThan(0.15);
    expect(measureAllSnr({ signal, curves }).every((f) => f.label.length > 20 && f.reason === null)).toBe(true);
  });

  it('say why they can’t be told', () => {
    expect(measureSnr('lcmodel', { signal, curves: null })).toMatchObject({ value: null, reason: 'It needs a fit.' });
    // 1 kHz at 123 MHz: 0.6 to 8.7 ppm
    const narrow = { fid: synthesise(BRAIN), dwellTimeS: 0.001, spectrometerFrequencyMHz: F0_MHZ };
    for (const name of ['naaDownfieldNoise', 'naaUpfieldNoise', 'consensus'] as const) {
      expect(measureSnr(name, { signal: narrow, curves: null }).reason).toMatch(/bandwidth/);
    }
    const silent = { fid: { re: new Float64Array(256), im: new Float64Array(256) }, ...axes };
    expect(measureSnr('consensus', { signal: silent, curves: null }).reason).toMatch(/no tNAA line/);
  });
});
