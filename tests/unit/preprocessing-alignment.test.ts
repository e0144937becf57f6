// Truth: transients with known frequency and phase offsets; the bound is the Cramér–Rao bound of the two.
import { describe, expect, it } from 'vitest';
import { ProcessingError, UsageError } from '../../src/core/domain/errors.ts';
import { seededRandom } from '../../src/core/math/seededRandom.ts';
import { registerShiftAndPhase } from '../../src/core/math/shiftPhaseRegistration.ts';
import { alignTransients, DEFAULT_OPTIONS, readOptions } from '../../src/core/preprocessing/alignment/index.ts';
import type { AlignmentOptions } from '../../src/core/preprocessing/alignment/index.ts';
import {
  addNoise,
  angleBetween,
  BRAIN,
  contextWith,
  datasetOf,
  DWELL_S,
  fidOf,
  relativeError,
  synthesise,
} from './preprocessingSynthesis.ts';

const TRANSIENTS = 64;
const WITH_WATER = [...BRAIN, { ppm: 4.66, amplitude: 3, widthHz: 8, phaseRad: 1 }];

/** Offsets over ±40 Hz and ±180°. */
function offsets(seed: number, count = TRANSIENTS) {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => ({
    shiftHz: 80 * random.uniform() - 40,
    phaseRad: 2 * Math.PI * random.uniform() - Math.PI,
  }));
}

function run(truth: { shiftHz: number; phaseRad: number }[], noiseSd: number, options: Partial<AlignmentOptions> = {}) {
  const fids = truth.map((t, k) => addNoise(synthesise(WITH_WATER, t), noiseSd, 100 + k));
  const dataset = datasetOf(fids, [['DIM_DYN', fids.length]]);
  const outcome = alignTransients(dataset, { ...DEFAULT_OPTIONS, ...options }, contextWith());
  const group = (outcome.details['groups'] as { shiftHz: number[]; phaseDeg: number[] }[])[0]!;
  const found = group.shiftHz.map((shiftHz, k) => ({ shiftHz, phaseRad: (group.phaseDeg[k]! * Math.PI) / 180 }));
  return { dataset, outcome, found };
}

/** rms of found − true after the common frame is taken out. */
function errors(found: { shiftHz: number; phaseRad: number }[], truth: { shiftHz: number; phaseRad: number }[]) {
  const df = found.map((f, k) => f.shiftHz - truth[k]!.shiftHz);
  const mean = df.reduce((a, b) => a + b, 0) / df.length;
  const first = angleBetween(found[0]!.phaseRad, truth[0]!.phaseRad);
  const dp = found.map((f, k) => angleBetween(angleBetween(f.phaseRad, truth[k]!.phaseRad), first));
  const meanPhase = dp.reduce((a, b) => a + b, 0) / dp.length;
  const rms = (x: number[], m: number) => Math.sqrt(x.reduce((s, v) => s + (v - m) ** 2, 0) / x.length);
  return { shiftHz: rms(df, mean), phaseRad: rms(dp, meanPhase) };
}

/** CRLB of frequency and phase (at t = 0) of a known signal in white noise. */
function bounds(noiseSd: number) {
  const s = synthesise(WITH_WATER);
  let e = 0;
  let et = 0;
  let ett = 0;
  for (let n = 0; n < s.re.length; n++) {
    const p = s.re[n]! ** 2 + s.im[n]! ** 2;
    const w = 2 * Math.PI * n * DWELL_S;
    e += p;
    et += p * w;
    ett += p * w * w;
  }
  const det = e * ett - et * et;
  return { shiftHz: noiseSd * Math.sqrt(e / det), phaseRad: noiseSd * Math.sqrt(ett / det) };
}

describe('registration of two signals', () => {
  it.each([
    [40, 179],
    [-40, -179],
    [0.003, 90],
    [13.7, -60],
  ])('finds %f Hz and %f° without noise', (shiftHz, phaseDeg) => {
    const phaseRad = (phaseDeg * Math.PI) / 180;
    const found = registerShiftAndPhase(
      synthesise(BRAIN),
      synthesise(BRAIN, { shiftHz, phaseRad }),
      2048,
      60 * DWELL_S,
    );
    // The signal's shift is undone by its negative; rounding only.
    expect(found.shiftCycles / DWELL_S).toBeCloseTo(-shiftHz, 7);
    expect(angleBetween(found.phaseRad, -phaseRad)).toBeCloseTo(0, 7);
    expect(found.correlation).toBeCloseTo(1, 9);
  });
});

describe('alignment', () => {
  it.each(['median', 'mean', 'first'] as const)(
    'recovers ±40 Hz and ±180° with reference %s, without noise',
    (reference) => {
      const truth = offsets(1, 16);
      const { outcome, found } = run(truth, 0, { reference });
      // rounding, and the 1e-3 Hz at which refining stops
      expect(errors(found, truth).shiftHz).toBeLessThan(2e-3);
      expect(errors(found, truth).phaseRad).toBeLessThan(1e-3);
      expect(outcome.details['similarityAfter']).toBeGreaterThan(0.99999);
      expect(outcome.details['similarityBefore']).toBeLessThan(0.5);
    },
  );

  it('reaches the Cramér–Rao bound on 64 noisy transients', () => {
    const noiseSd = 0.25;
    const truth = offsets(2);
    const { found } = run(truth, noiseSd);
    const bound = bounds(noiseSd);
    const error = errors(found, truth);
    // A median reference of 64 adds 1 + π/2/64 of noise; an rms over 64 scatters by 9 %: 1.4 is three of those and more.
    expect(error.shiftHz).toBeLessThan(1.4 * bound.shiftHz);
    expect(error.phaseRad).toBeLessThan(1.4 * bound.phaseRad);
    expect(error.shiftHz).toBeGreaterThan(0.6 * bound.shiftHz);
  });

  it('keeps the spectrum where the median transient is, and takes the found offsets out', () => {
    const truth = [-3, -2, -1, 0, 4, 5, 6].map((shiftHz) => ({ shiftHz, phaseRad: 0.3 }));
    const { dataset, outcome, found } = run(truth, 0);
    expect(found[3]!.shiftHz).toBeCloseTo(0, 3);
    expect(found[6]!.shiftHz).toBeCloseTo(6, 2);
    for (let k = 0; k < 7; k++) expect(relativeError(fidOf(outcome.dataset, k), fidOf(dataset, 3))).toBeLessThan(1e-3);
  });

  it('is not misled by one moved transient or by unstable water when the range is limited', () => {
    const truth = offsets(3, 24);
    const random = seededRandom(9);
    const fids = truth.map((t, k) => {
      const water = {
        ppm: 4.65 + 0.1 * random.normal(),
        amplitude: 6 * random.uniform(),
        widthHz: 10,
        phaseRad: 6 * random.uniform(),
      };
      return addNoise(synthesise([...BRAIN, water], { shiftHz: t.shiftHz / 4, phaseRad: t.phaseRad / 4 }), 0.05, k);
    });
    fids[5] = addNoise(synthesise([{ ppm: 1.3, amplitude: 8, widthHz: 20 }]), 0.05, 99);
    const dataset = datasetOf(fids, [['DIM_DYN', 24]]);
    const options = { ...DEFAULT_OPTIONS, maximumShiftHz: 30, ppmRange: [1.8, 4.2] as const };
    const outcome = alignTransients(dataset, options, contextWith());
    const group = (outcome.details['groups'] as { shiftHz: number[]; phaseDeg: number[] }[])[0]!;
    const keep = truth.map((_, k) => k).filter((k) => k !== 5);
    const found = keep.map((k) => ({ shiftHz: group.shiftHz[k]!, phaseRad: (group.phaseDeg[k]! * Math.PI) / 180 }));
    const expected = keep.map((k) => ({ shiftHz: truth[k]!.shiftHz / 4, phaseRad: truth[k]!.phaseRad / 4 }));
    // water's dispersion tails reach into the window: 0.5 Hz is a twelfth of the line
    expect(errors(found, expected).shiftHz).toBeLessThan(0.5);
    const whole = alignTransients(dataset, { ...options, ppmRange: null }, contextWith());
    const wholeShifts = (whole.details['groups'] as { shiftHz: number[]; phaseDeg: number[] }[])[0]!;
    const wholeFound = keep.map((k) => ({ shiftHz: wholeShifts.shiftHz[k]!, phaseRad: 0 }));
    expect(errors(wholeFound, expected).shiftHz).toBeGreaterThan(errors(found, expected).shiftHz);
  });

  it('aligns each voxel and each edit condition by itself', () => {
    const shifts = [1, 5, -7, 3, 9, -2, 0, 4, 2, -4, 6, 8];
    const fids = shifts.map((shiftHz) => synthesise(BRAIN, { shiftHz }));
    // 2 voxels × 3 transients × 2 conditions
    const dataset = datasetOf(
      fids,
      [
        ['DIM_DYN', 3],
        ['DIM_EDIT', 2],
      ],
      [2, 1, 1],
    );
    const outcome = alignTransients(dataset, DEFAULT_OPTIONS, contextWith());
    const groups = outcome.details['groups'] as { shiftHz: number[] }[];
    expect(groups).toHaveLength(4);
    // voxel 0, condition 0 holds FIDs 0, 2, 4 with shifts 1, −7, 9: median 1
    [0, -8, 8].forEach((v, k) => expect(groups[0]!.shiftHz[k]).toBeCloseTo(v, 2));
    // voxel 1, condition 1 holds FIDs 7, 9, 11 with shifts 4, −4, 8
    [0, -8, 4].forEach((v, k) => expect(groups[3]!.shiftHz[k]).toBeCloseTo(v, 2));
    expect(relativeError(fidOf(outcome.dataset, 9), fidOf(dataset, 7))).toBeLessThan(1e-3);
  });

  it('leaves its input alone, records itself, skips what has no transients and refuses what it cannot do', () => {
    const dataset = datasetOf([synthesise(BRAIN), synthesise(BRAIN, { shiftHz: 3 })], [['DIM_DYN', 2]]);
    const before = dataset.data.re.slice();
    const outcome = alignTransients(dataset, DEFAULT_OPTIONS, contextWith());
    expect(dataset.data.re).toEqual(before);
    expect(outcome.dataset.provenance.map((p) => p.method)).toEqual(['Frequency and phase correction']);
    const single = datasetOf([synthesise(BRAIN)]);
    const skipped = alignTransients(single, DEFAULT_OPTIONS, contextWith());
    expect(skipped.dataset).toBe(single);
    expect(skipped.details).toHaveProperty('skipped');
    const coils = datasetOf(
      [synthesise(BRAIN), synthesise(BRAIN)],
      [
        ['DIM_COIL', 1],
        ['DIM_DYN', 2],
      ],
    );
    expect(() => alignTransients(coils, DEFAULT_OPTIONS, contextWith())).toThrow(ProcessingError);
    expect(() => readOptions({ reference: 'best' })).toThrow(UsageError);
    expect(() => readOptions({ maximumShift: 3 })).toThrow(/no option "maximumShift"/);
    expect(readOptions({ ppmRange: [4.2, 1.8] }).ppmRange).toEqual([1.8, 4.2]);
  });

  it('warns where a transient lies at the edge of the search', () => {
    const truth = [0, 0, 0, 0, 25].map((shiftHz) => ({ shiftHz, phaseRad: 0 }));
    const { outcome } = run(truth, 0.01, { maximumShiftHz: 10 });
    expect(outcome.warnings.map((w) => w.code)).toEqual(['alignment-at-limit']);
    expect(outcome.dataset.warnings).toEqual(outcome.warnings);
  });
});
