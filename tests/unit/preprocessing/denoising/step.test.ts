// The step: what it marks, keeps and refuses, on transients, averaged spectra and grids.
import { describe, expect, it } from 'vitest';
import type { ComplexSignal } from '../../../../src/core/domain/complexArray.ts';
import { CancelledError, ModelError, ProcessingError, UsageError } from '../../../../src/core/domain/errors.ts';
import type { MrsDataset } from '../../../../src/core/domain/mrsDataset.ts';
import { averageTransients } from '../../../../src/core/preprocessing/averaging/index.ts';
import {
  DEFAULT_OPTIONS,
  DENOISING_METHODS,
  denoiseDataset,
  readOptions,
} from '../../../../src/core/preprocessing/denoising/index.ts';
import type { StepContext } from '../../../../src/core/preprocessing/step.ts';
import { isDenoised, noiseSdBeforeDenoising } from '../../../../src/core/preprocessing/denoisingRecord.ts';
import { estimateNoiseSd } from '../../../../src/core/quantification/index.ts';
import {
  addNoise,
  BRAIN,
  contextWith,
  datasetOf,
  fidOf,
  relativeError,
  synthesise,
} from '../../preprocessingSynthesis.ts';

const SD = 0.1;
const noisy = (seed: number): ComplexSignal => addNoise(synthesise(BRAIN), SD, seed);
const silent = (): ComplexSignal => ({ re: new Float64Array(2048), im: new Float64Array(2048) });

function stepContext(changes: Partial<StepContext> = {}): StepContext {
  const noiseSdOf = (fid: ComplexSignal, { dwellTimeS, spectrometerFrequencyMHz }: MrsDataset): number =>
    estimateNoiseSd(fid, dwellTimeS, spectrometerFrequencyMHz);
  return { ...contextWith(), models: null, noiseSdOf, ...changes };
}

const options = (method: keyof typeof DENOISING_METHODS) => ({ ...DEFAULT_OPTIONS, method });

describe('the denoising step', () => {
  it('marks the data, keeps the noise there was and says that nothing was won', async () => {
    const before = datasetOf([noisy(1)]);
    const held = before.data.re.slice();
    const { dataset, details, warnings } = await denoiseDataset(before, options('low-rank-hankel'), stepContext());
    expect(before.data.re).toEqual(held);
    expect(isDenoised(before)).toBe(false);
    expect(isDenoised(dataset)).toBe(true);
    expect(dataset.provenance.at(-1)).toMatchObject({
      method: 'Denoising',
      details: { denoised: true, method: 'low-rank-hankel' },
    });
    // 2048 points: the estimate scatters by some 3 %.
    expect(noiseSdBeforeDenoising(dataset)![0]).toBeGreaterThan(0.9 * SD);
    expect(noiseSdBeforeDenoising(dataset)![0]).toBeLessThan(1.1 * SD);
    expect(warnings.map((w) => w.code)).toContain('denoised');
    expect(dataset.warnings).toEqual(warnings);
    expect(details['citation']).toMatch(/Qiu/);
    const clean = synthesise(BRAIN);
    expect(relativeError(fidOf(dataset), clean)).toBeLessThan(0.5 * relativeError(fidOf(before), clean));
  });

  it('refuses data that are denoised already, and data with coils', async () => {
    const { dataset } = await denoiseDataset(datasetOf([noisy(1)]), options('tikhonov'), stepContext());
    await expect(denoiseDataset(dataset, options('tikhonov'), stepContext())).rejects.toThrow(/denoised already/);
    const coils = datasetOf([noisy(1), noisy(2)], [['DIM_COIL', 2]]);
    await expect(denoiseDataset(coils, options('tikhonov'), stepContext())).rejects.toThrow(ProcessingError);
  });

  it('of transients keeps on record the noise that their average would have', async () => {
    const dataset = datasetOf(
      Array.from({ length: 16 }, (_, k) => noisy(40 + k)),
      [['DIM_DYN', 16]],
    );
    const { dataset: denoised, details } = await denoiseDataset(dataset, options('mp-pca'), stepContext());
    expect(details['groups']).toMatchObject([{ matrix: 'whole', signals: 16 }]);
    const averaged = averageTransients(denoised, { weights: 'equal' }, contextWith()).dataset;
    const recorded = noiseSdBeforeDenoising(averaged)![0]!;
    expect(recorded).toBeGreaterThan((0.95 * SD) / 4);
    expect(recorded).toBeLessThan((1.05 * SD) / 4);
  });

  it('of a grid takes the voxels together and leaves silent ones silent', async () => {
    const fids = Array.from({ length: 16 }, (_, k) => (k === 5 ? silent() : noisy(80 + k)));
    const before = datasetOf(fids, [], [4, 4, 1]);
    const { dataset } = await denoiseDataset(before, options('mp-pca'), stepContext());
    expect(fidOf(dataset, 5).re.every((v) => v === 0)).toBe(true);
    expect(noiseSdBeforeDenoising(dataset)).toHaveLength(16);
    expect(noiseSdBeforeDenoising(dataset)![5]).toBe(0);
    const clean = synthesise(BRAIN);
    expect(relativeError(fidOf(dataset, 0), clean)).toBeLessThan(0.5 * relativeError(fids[0]!, clean));
  });

  it('knows nothing of noise where nothing was denoised', () => {
    expect(noiseSdBeforeDenoising(datasetOf([noisy(1)]))).toBeNull();
  });

  it('refuses unknown options and methods', () => {
    expect(readOptions({})).toEqual(DEFAULT_OPTIONS);
    expect(() => readOptions({ method: 'magic' })).toThrow(UsageError);
    expect(() => readOptions({ strength: 2 })).toThrow(UsageError);
  });

  it('needs the networks for the networks', async () => {
    await expect(denoiseDataset(datasetOf([noisy(1)]), options('relstm'), stepContext())).rejects.toThrow(ModelError);
  });

  it('can be cancelled', async () => {
    const cancelled = () => {
      throw new CancelledError();
    };
    const cancellation = { isCancelled: () => true, throwIfCancelled: cancelled };
    const job = denoiseDataset(datasetOf([noisy(1)]), options('low-rank-hankel'), stepContext({ cancellation }));
    await expect(job).rejects.toThrow(CancelledError);
  });
});
