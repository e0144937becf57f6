// Truth: a known phase course φ(t) put on data and water must vanish.
import { describe, expect, it } from 'vitest';
import type { ComplexSignal } from '../../src/core/domain/complexArray.ts';
import { correctEddyCurrents, DEFAULT_OPTIONS } from '../../src/core/preprocessing/eddyCurrent/index.ts';
import {
  addNoise,
  BRAIN,
  contextWith,
  datasetOf,
  DWELL_S,
  fidOf,
  relativeError,
  synthesise,
} from './preprocessingSynthesis.ts';

/** Two decaying field errors, many turns in all, plus an offset and a start phase. */
const eddyPhase = (t: number): number =>
  0.7 + 2 * Math.PI * 7 * t + 2.5 * (1 - Math.exp(-t / 0.03)) - 4 * (1 - Math.exp(-t / 0.2));

function distort(fid: ComplexSignal): ComplexSignal {
  const out = { re: fid.re.slice(), im: fid.im.slice() };
  for (let n = 0; n < fid.re.length; n++) {
    const angle = eddyPhase(n * DWELL_S);
    out.re[n] = fid.re[n]! * Math.cos(angle) - fid.im[n]! * Math.sin(angle);
    out.im[n] = fid.re[n]! * Math.sin(angle) + fid.im[n]! * Math.cos(angle);
  }
  return out;
}
const WATER = [{ ppm: 4.65, amplitude: 1000, widthHz: 5 }];
const run = (data: ComplexSignal, water: ComplexSignal) =>
  correctEddyCurrents(datasetOf([data]), DEFAULT_OPTIONS, contextWith(datasetOf([water])));

describe('eddy-current correction', () => {
  it('removes a known phase course exactly, from data and water', () => {
    const outcome = run(distort(synthesise(BRAIN)), distort(synthesise(WATER)));
    expect(relativeError(fidOf(outcome.dataset), synthesise(BRAIN))).toBeLessThan(1e-10);
    expect(relativeError(fidOf(outcome.water!), synthesise(WATER))).toBeLessThan(1e-10);
    expect(outcome.details['continuedLinearly']).toBe(0);
    expect(outcome.dataset.provenance[0]!.method).toBe('Eddy current correction');
  });

  it('takes over no frequency from a water whose every second sample has another sign', () => {
    const flipped = synthesise(WATER);
    for (let n = 1; n < flipped.re.length; n += 2) {
      flipped.re[n] = -flipped.re[n]!;
      flipped.im[n] = -flipped.im[n]!;
    }
    const outcome = run(synthesise(BRAIN), flipped);
    expect(outcome.warnings.map((w) => w.code)).toEqual(['eddy-current-water-displaced']);
    expect(outcome.details['frequencyCorrected']).toBe(false);
    expect(relativeError(fidOf(outcome.dataset), synthesise(BRAIN))).toBeLessThan(1e-6);
    // The water itself comes to its place, so that it can be measured.
    expect(relativeError(fidOf(outcome.water!), synthesise(WATER))).toBeLessThan(1e-6);
  });

  it('adds no noise where the water has decayed into its own', () => {
    // Narrow metabolites outlive a broad water line, whose tail is noise only.
    const long = BRAIN.map((l) => ({ ...l, widthHz: 2 }));
    const water = addNoise(distort(synthesise([{ ...WATER[0]!, widthHz: 12 }])), 1, 5);
    const data = distort(synthesise(long));
    const outcome = run(data, water);
    expect(outcome.details['continuedLinearly']).toBeGreaterThan(500);
    const plain = { re: data.re.slice(), im: data.im.slice() };
    for (let n = 0; n < data.re.length; n++) {
      const size = Math.hypot(water.re[n]!, water.im[n]!);
      plain.re[n] = (data.re[n]! * water.re[n]! + data.im[n]! * water.im[n]!) / size;
      plain.im[n] = (data.im[n]! * water.re[n]! - data.re[n]! * water.im[n]!) / size;
    }
    // The bare division scrambles the last half of these FIDs; what is left here is the course's bend after 12·σ.
    const left = relativeError(fidOf(outcome.dataset), synthesise(long));
    expect(left).toBeLessThan(0.5 * relativeError(plain, synthesise(long)));
    expect(left).toBeLessThan(0.2);
  });

  it('continues a shorter water with a constant frequency and says so', () => {
    const short = distort(synthesise(WATER, { points: 1024 }));
    const outcome = run(distort(synthesise(BRAIN)), short);
    expect(outcome.warnings.map((w) => w.code)).toEqual(['eddy-current-water-shorter']);
    expect(fidOf(outcome.water!).re).toHaveLength(1024);
    // After 1024 points the data are down to e^-5 and the course is nearly straight.
    expect(relativeError(fidOf(outcome.dataset), synthesise(BRAIN))).toBeLessThan(2e-3);
    const longer = distort(synthesise(WATER, { points: 4096 }));
    expect(relativeError(fidOf(run(distort(synthesise(BRAIN)), longer).dataset), synthesise(BRAIN))).toBeLessThan(
      1e-10,
    );
  });

  it('averages the water over its transients and corrects every transient of every voxel', () => {
    const water = [3, -3, 1, -1].map((e) => {
      const w = distort(synthesise(WATER));
      return { re: w.re.map((v) => v + e), im: w.im.map((v) => v - 2 * e) };
    });
    const data = [0.2, 0.4, 0.6, 0.8].map((phaseRad) => distort(synthesise(BRAIN, { phaseRad })));
    const outcome = correctEddyCurrents(
      datasetOf(data, [['DIM_DYN', 2]], [1, 2, 1]),
      DEFAULT_OPTIONS,
      contextWith(datasetOf(water, [['DIM_DYN', 2]], [1, 2, 1])),
    );
    [0.2, 0.4, 0.6, 0.8].forEach((phaseRad, k) =>
      expect(relativeError(fidOf(outcome.dataset, k), synthesise(BRAIN, { phaseRad }))).toBeLessThan(1e-9),
    );
  });

  it('is skipped with a warning without water, or with water of another dwell time or grid', () => {
    const data = datasetOf([synthesise(BRAIN)]);
    const noWater = correctEddyCurrents(data, DEFAULT_OPTIONS, contextWith());
    expect(noWater.warnings.map((w) => w.code)).toEqual(['eddy-current-no-water']);
    expect(noWater.dataset.data).toBe(data.data);
    expect(noWater.dataset.warnings).toEqual(noWater.warnings);
    const slow = datasetOf([synthesise(WATER)], [], [1, 1, 1], 2 * DWELL_S);
    const grid = datasetOf([synthesise(WATER), synthesise(WATER)], [], [2, 1, 1]);
    for (const water of [slow, grid]) {
      const outcome = correctEddyCurrents(data, DEFAULT_OPTIONS, contextWith(water));
      expect(outcome.warnings.map((w) => w.code)).toEqual(['eddy-current-water-mismatch']);
      expect(outcome.dataset.provenance).toEqual([]);
    }
  });
});
