// Truth: transients known to be moved; means and noise of known size.
import { describe, expect, it } from 'vitest';
import { CancelledError, UsageError } from '../../src/core/domain/errors.ts';
import { alignTransients, DEFAULT_OPTIONS as ALIGN } from '../../src/core/preprocessing/alignment/index.ts';
import { averageTransients, DEFAULT_OPTIONS as AVERAGE } from '../../src/core/preprocessing/averaging/index.ts';
import { DEFAULT_OPTIONS, readOptions, rejectOutliers } from '../../src/core/preprocessing/outlierRejection/index.ts';
import type { MrsDataset } from '../../src/core/domain/mrsDataset.ts';
import { PREPROCESSING_STEPS } from '../../src/core/preprocessing/registry.ts';
import { MEGA_SAMPLING, megaScan } from '../fixtures/megaScan.ts';
import { addNoise, BRAIN, contextWith, datasetOf, fidOf, relativeError, synthesise } from './preprocessingSynthesis.ts';

const LIPID = { ppm: 1.3, amplitude: 6, widthHz: 25, phaseRad: 1 };
const transient = (k: number, extra: { moved?: boolean; shiftHz?: number } = {}) =>
  addNoise(synthesise(extra.moved ? [...BRAIN, LIPID] : BRAIN, { shiftHz: extra.shiftHz ?? 0 }), 0.3, 300 + k);

describe('outlier rejection', () => {
  it('finds the moved transients and no other', () => {
    const fids = Array.from({ length: 32 }, (_, k) => transient(k, { moved: k === 7 || k === 20 }));
    const dataset = datasetOf(fids, [['DIM_DYN', 32]]);
    const outcome = rejectOutliers(dataset, DEFAULT_OPTIONS, contextWith());
    expect(outcome.details['rejected']).toEqual([7, 20]);
    expect(outcome.dataset.data.shape).toEqual([1, 1, 1, 30, 2048]);
    expect(fidOf(outcome.dataset, 7).re).toEqual(fidOf(dataset, 8).re);
    expect((outcome.details['reasons'] as string[])[0]).toMatch(/differs from the median/);
  });

  it('rejects nothing from clean noise', () => {
    for (let seed = 0; seed < 10; seed++) {
      const fids = Array.from({ length: 32 }, (_, k) => transient(1000 * (seed + 1) + k));
      expect(
        rejectOutliers(datasetOf(fids, [['DIM_DYN', 32]]), DEFAULT_OPTIONS, contextWith()).details['rejected'],
      ).toEqual([]);
    }
  });

  it('rejects a transient whose frequency jumped, though alignment brought it back', () => {
    const shifts = Array.from({ length: 24 }, (_, k) => (k === 11 ? 18 : 0.1 * k));
    const dataset = datasetOf(
      shifts.map((shiftHz, k) => transient(k, { shiftHz })),
      [['DIM_DYN', 24]],
    );
    const aligned = alignTransients(dataset, ALIGN, contextWith()).dataset;
    const outcome = rejectOutliers(aligned, DEFAULT_OPTIONS, contextWith());
    expect(outcome.details['rejected']).toEqual([11]);
    expect((outcome.details['reasons'] as string[])[0]).toMatch(/frequency/);
  });

  it('never rejects more than its share, and says that there were more', () => {
    const fids = Array.from({ length: 20 }, (_, k) => transient(k, { moved: k < 8 }));
    const outcome = rejectOutliers(
      datasetOf(fids, [['DIM_DYN', 20]]),
      { ...DEFAULT_OPTIONS, maximumFraction: 0.1 },
      contextWith(),
    );
    expect(outcome.details['rejected']).toHaveLength(2);
    expect(outcome.warnings.map((w) => w.code)).toEqual(['outliers-more-than-allowed']);
  });

  it('rejects both conditions of an edited pair and keeps per-transient headers in step', () => {
    const fids = Array.from({ length: 16 }, (_, k) => transient(k, { moved: k === 5 }));
    const plain = datasetOf(fids, [
      ['DIM_DYN', 8],
      ['DIM_EDIT', 2],
    ]);
    const header = { ExcitationTime: { Value: [0, 1, 2, 3, 4, 5, 6, 7] } };
    const dataset = { ...plain, dimensions: [{ ...plain.dimensions[0]!, header }, plain.dimensions[1]!] };
    const outcome = rejectOutliers(dataset, DEFAULT_OPTIONS, contextWith());
    expect(outcome.details['rejected']).toEqual([2]);
    expect(outcome.dataset.data.shape).toEqual([1, 1, 1, 7, 2, 2048]);
    expect(outcome.dataset.dimensions[0]!.header).toEqual({ ExcitationTime: { Value: [0, 1, 3, 4, 5, 6, 7] } });
    expect(fidOf(outcome.dataset, 4).re).toEqual(fidOf(dataset, 6).re);
  });

  it('skips short series and refuses unknown options', () => {
    const few = datasetOf([transient(0), transient(1)], [['DIM_DYN', 2]]);
    expect(rejectOutliers(few, DEFAULT_OPTIONS, contextWith()).dataset).toBe(few);
    expect(() => readOptions({ limit: 'three' })).toThrow(UsageError);
    expect(() => readOptions({ maximumFraction: 2 })).toThrow(/from 0 to 0.9/);
  });
});

describe('averaging', () => {
  it('is the mean over transients, per condition, for data and water', () => {
    const fids = [1, 10, 2, 20, 3, 30].map((scale) => synthesise(BRAIN, { scale }));
    const dataset = datasetOf(fids, [
      ['DIM_DYN', 3],
      ['DIM_EDIT', 2],
    ]);
    const water = datasetOf([synthesise(BRAIN, { scale: 4 }), synthesise(BRAIN, { scale: 6 })], [['DIM_DYN', 2]]);
    const outcome = averageTransients(dataset, AVERAGE, contextWith(water));
    expect(outcome.dataset.data.shape).toEqual([1, 1, 1, 2, 2048]);
    expect(outcome.dataset.dimensions.map((d) => d.tag)).toEqual(['DIM_EDIT']);
    expect(relativeError(fidOf(outcome.dataset, 0), synthesise(BRAIN, { scale: 2 }))).toBeLessThan(1e-14);
    expect(relativeError(fidOf(outcome.dataset, 1), synthesise(BRAIN, { scale: 20 }))).toBeLessThan(1e-14);
    expect(relativeError(fidOf(outcome.water!), synthesise(BRAIN, { scale: 5 }))).toBeLessThan(1e-14);
  });

  it('weights by inverse variance and states the noise', () => {
    const sds = [1, 1, 1, 10];
    const fids = sds.map((sd, k) => addNoise(synthesise(BRAIN), sd, k + 1));
    const dataset = datasetOf(fids, [['DIM_DYN', 4]]);
    const weighted = averageTransients(dataset, { weights: 'inverseVariance' }, contextWith());
    // 1/√(3 + 0.01), with the SDs known to √(70-term correlation/1024) ≈ 4 %
    expect(weighted.details['noiseSdAverage']).toBeGreaterThan(0.577 * 0.9);
    expect(weighted.details['noiseSdAverage']).toBeLessThan(0.577 * 1.1);
    const equal = averageTransients(dataset, AVERAGE, contextWith());
    expect(equal.details['noiseSdAverage']).toBeGreaterThan(2.3);
    expect(relativeError(fidOf(weighted.dataset), synthesise(BRAIN))).toBeLessThan(
      0.3 * relativeError(fidOf(equal.dataset), synthesise(BRAIN)),
    );
  });

  it('does nothing without transients', () => {
    const single = datasetOf([synthesise(BRAIN)]);
    expect(averageTransients(single, AVERAGE, contextWith()).dataset).toBe(single);
  });
});

describe('every registered step', () => {
  const coils = () => {
    const fids = Array.from({ length: 12 }, (_, k) => transient(k));
    return datasetOf(fids, [
      ['DIM_COIL', 2],
      ['DIM_DYN', 6],
    ]);
  };
  const transients = () =>
    datasetOf(
      Array.from({ length: 6 }, (_, k) => transient(k)),
      [['DIM_DYN', 6]],
    );
  const edited = (): MrsDataset => {
    const { on, off } = megaScan({ seed: 1, noiseSd: 0.3 });
    return { ...datasetOf([on, off], [['DIM_EDIT', 2]]), ...MEGA_SAMPLING };
  };
  /** What a step works on. */
  const scanFor = (name: string): MrsDataset => {
    if (name === 'editing') return edited();
    return name === 'coilCombination' ? coils() : transients();
  };
  /** Two points before the echo, so that the step that drops them has something to do. */
  const early = (dataset: MrsDataset): MrsDataset => ({
    ...dataset,
    header: { ...dataset.header, AcquisitionStartTime: -2 * dataset.dwellTimeS },
  });
  const steps = Object.entries(PREPROCESSING_STEPS);

  it.each(steps)('%s refuses unknown options and takes none', (_name, step) => {
    expect(() => step.checkOptions({ nonsense: 1 })).toThrow(UsageError);
    expect(() => step.checkOptions({})).not.toThrow();
  });

  it.each(steps)('%s leaves its input and the water alone and adds one provenance entry', async (name, step) => {
    const scan = () => early(scanFor(name));
    const [dataset, water] = [scan(), scan()];
    const copies = [dataset, water].map((d) => ({ re: d.data.re.slice(), im: d.data.im.slice() }));
    const outcome = await step.run(dataset, {}, contextWith(water));
    [dataset, water].forEach((d, k) => {
      expect(d.data.re).toEqual(copies[k]!.re);
      expect(d.data.im).toEqual(copies[k]!.im);
      expect(d.provenance).toEqual([]);
    });
    expect(outcome.dataset.provenance.map((p) => p.method)).toEqual([step.standardMethodName]);
    expect(outcome.dataset.provenance[0]!.details).toEqual(outcome.details);
    // what goes into the database and the file must survive JSON
    expect(JSON.parse(JSON.stringify(outcome.details))).toEqual(outcome.details);
  });

  it.each(steps)('%s stops when it is cancelled', async (name, step) => {
    const dataset = scanFor(name);
    const context = {
      ...contextWith(dataset),
      cancellation: {
        isCancelled: () => true,
        throwIfCancelled: () => {
          throw new CancelledError();
        },
      },
    };
    await expect(step.run(dataset, {}, context)).rejects.toThrow(CancelledError);
  });
});
