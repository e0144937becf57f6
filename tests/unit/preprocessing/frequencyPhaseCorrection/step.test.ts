// The step: every voxel and condition by itself, offsets on record, options checked, failures said and not thrown.
import { describe, expect, it } from 'vitest';
import { ModelError, ProcessingError, UsageError } from '../../../../src/core/domain/errors.ts';
import { recordedShiftsHz } from '../../../../src/core/preprocessing/alignmentRecord.ts';
import {
  CLASSICAL_METHODS,
  correctTransients,
  correctTransientsBy,
  DEFAULT_OPTIONS,
  readOptions,
} from '../../../../src/core/preprocessing/frequencyPhaseCorrection/index.ts';
import type {
  CorrectionOptions,
  FpcMethod,
} from '../../../../src/core/preprocessing/frequencyPhaseCorrection/index.ts';
import {
  addNoise,
  BRAIN,
  contextWith,
  datasetOf,
  fidOf,
  relativeError,
  synthesise,
} from '../../preprocessingSynthesis.ts';

const options = (changes: Partial<CorrectionOptions>): CorrectionOptions => ({ ...DEFAULT_OPTIONS, ...changes });
const SHIFTS = [1, 5, -7, 3, 9, -2, 0, 4, 2, -4, 6, 8];

/** 2 voxels × 3 transients × 2 conditions. */
function edited() {
  const fids = SHIFTS.map((shiftHz, k) => addNoise(synthesise(BRAIN, { shiftHz }), 0.01, k));
  return datasetOf(fids, [['DIM_DYN', 3], ['DIM_EDIT', 2]], [2, 1, 1]); // prettier-ignore
}

describe('frequency and phase correction', () => {
  it('aligns each voxel and condition by itself and records what it took out', async () => {
    const dataset = edited();
    const before = dataset.data.re.slice();
    const outcome = await correctTransients(dataset, options({ method: 'rats' }), contextWith());
    const { dataset: aligned, details } = outcome;
    expect(dataset.data.re).toEqual(before);
    const groups = recordedShiftsHz(aligned, 3)!;
    expect(groups).toHaveLength(4);
    // voxel 0, condition 0 holds FIDs 0, 2, 4 with shifts 1, −7, 9: median 1; noise moves them by 0.01 Hz
    [0, -8, 8].forEach((v, k) => expect(groups[0]![k]).toBeCloseTo(v, 1));
    [0, -8, 4].forEach((v, k) => expect(groups[3]![k]).toBeCloseTo(v, 1));
    expect(relativeError(fidOf(aligned, 9), fidOf(dataset, 7))).toBeLessThan(0.05);
    expect(aligned.provenance.map((p) => p.method)).toEqual(['Frequency and phase correction']);
    // An edited scan's echoes may come back.
    expect(outcome.warnings.map((w) => w.code)).toEqual(['correction-of-edited-scan']);
    expect(details).toMatchObject({ method: 'rats', methods: ['rats'], transients: 3, groupCount: 4 });
  });

  it('chooses by itself and keeps the reason', async () => {
    const { details } = await correctTransientsBy(CLASSICAL_METHODS, edited(), options({}), contextWith());
    const [group] = details['groups'] as { choice: { reason: string; candidates: unknown[] } }[];
    expect(group!.choice.reason).toMatch(/ was taken: of 8 methods /);
    expect(group!.choice.candidates).toHaveLength(CLASSICAL_METHODS.length);
  });

  it('leaves empty voxels and single transients alone', async () => {
    const empty = datasetOf([0, 1].map(() => synthesise([])), [['DIM_DYN', 2]]); // prettier-ignore
    expect((await correctTransients(empty, options({}), contextWith())).dataset.data.re).toEqual(empty.data.re);
    const single = datasetOf([synthesise(BRAIN)]);
    expect((await correctTransients(single, options({}), contextWith())).details).toHaveProperty('skipped');
  });

  it('refuses coils, other nuclei, unknown options and networks that are not at hand', async () => {
    const two = [synthesise(BRAIN), synthesise(BRAIN)];
    const coils = datasetOf(two, [['DIM_COIL', 1], ['DIM_DYN', 2]]); // prettier-ignore
    await expect(correctTransients(coils, options({}), contextWith())).rejects.toThrow(ProcessingError);
    const phosphorus = { ...datasetOf(two, [['DIM_DYN', 2]]), nucleus: '31P' };
    await expect(correctTransients(phosphorus, options({}), contextWith())).rejects.toThrow(/needs ¹H spectra/);
    const network = correctTransients(edited(), options({ method: 'dsrf' }), contextWith());
    await expect(network).rejects.toThrow(ModelError);
    expect(() => readOptions({ method: 'best' })).toThrow(UsageError);
    expect(() => readOptions({ reference: 'mean' })).toThrow(/no option "reference"/);
    expect(readOptions({ method: 'sr', ppmRange: [4.2, 1.8] })).toEqual({
      method: 'sr',
      ppmRange: [1.8, 4.2],
      maximumShiftHz: 50,
    });
  });

  it('leaves the data as they are, with a warning, where the one method asked for fails', async () => {
    const broken: FpcMethod = {
      ...CLASSICAL_METHODS[0]!,
      id: 'dsr',
      title: 'Broken',
      estimate: () => Promise.reject(new Error('it fell over')),
    };
    const dataset = edited();
    const outcome = await correctTransientsBy([broken], dataset, options({ method: 'dsr' }), contextWith());
    expect(outcome.dataset.data.re).toEqual(dataset.data.re);
    expect(outcome.warnings.map((w) => w.code)).toContain('frequency-phase-correction-failed');
    const methods = [broken, ...CLASSICAL_METHODS.slice(0, 2)];
    const auto = await correctTransientsBy(methods, dataset, options({}), contextWith());
    expect(auto.warnings.map((w) => w.code)).toEqual(['correction-of-edited-scan']);
    expect(auto.details['methods']).not.toContain('dsr');
  });
});
