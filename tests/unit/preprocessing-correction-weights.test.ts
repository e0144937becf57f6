// What a correction leaves on record for the steps after it: weights for the average, shifts for outliers and drift, and the
// noise of denoised data through averages and differences.
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/core/domain/json.ts';
import type { MrsDataset } from '../../src/core/domain/mrsDataset.ts';
import { provenanceEntry } from '../../src/core/domain/provenance.ts';
import { runPreprocessing } from '../../src/core/pipeline/runPreprocessing.ts';
import { recipeById } from '../../src/core/pipeline/recipes.ts';
import { scanDrift } from '../../src/core/pipeline/scanDrift.ts';
import {
  ALIGNMENT_METHOD_NAME,
  OUTLIER_METHOD_NAME,
  recordedWeights,
} from '../../src/core/preprocessing/alignmentRecord.ts';
import { averageTransients, DEFAULT_OPTIONS } from '../../src/core/preprocessing/averaging/index.ts';
import { DENOISING_METHOD_NAME, noiseSdBeforeDenoising } from '../../src/core/preprocessing/denoisingRecord.ts';
import { addNoise, BRAIN, contextWith, datasetOf, fidOf, relativeError, synthesise } from './preprocessingSynthesis.ts';

const { stamp } = contextWith();
const noted = (dataset: MrsDataset, method: string, details: JsonObject): MrsDataset => ({
  ...dataset,
  provenance: [...dataset.provenance, provenanceEntry(stamp, method, details)],
});

/** Transients of scale 1, 2, 3 … with weights on record. */
function weighted(weight: readonly number[], more: JsonObject = {}): MrsDataset {
  const fids = weight.map((_, k) => synthesise(BRAIN, { scale: k + 1 }));
  const shiftHz = weight.map(() => 0);
  const groups = [{ shiftHz, phaseDeg: shiftHz, weight: [...weight], ...more }];
  return noted(datasetOf(fids, [['DIM_DYN', fids.length]]), ALIGNMENT_METHOD_NAME, { groups });
}

const scaleOf = (dataset: MrsDataset): number => fidOf(dataset).re[0]! / synthesise(BRAIN).re[0]!;

describe('averaging after a correction', () => {
  it('takes the weights of the correction, and says what they leave of the transients', () => {
    const { dataset, details } = averageTransients(weighted([3, 1, 0]), DEFAULT_OPTIONS, contextWith());
    expect(scaleOf(dataset)).toBeCloseTo((3 * 1 + 1 * 2) / 4, 10);
    expect(details['weights']).toBe('correction');
    expect(details['effectiveTransients']).toBeCloseTo(16 / 10, 10);
  });

  it('leaves them where equal ones are asked for, none are on record, or all are alike', () => {
    const asked = averageTransients(weighted([3, 1, 0]), { weights: 'equal' }, contextWith());
    expect([scaleOf(asked.dataset), asked.details['weights']]).toEqual([expect.closeTo(2, 10), 'equal']);
    for (const scan of [weighted([1, 1, 1]), { ...weighted([3, 1, 0]), provenance: [] }]) {
      const { dataset, details } = averageTransients(scan, DEFAULT_OPTIONS, contextWith());
      expect([scaleOf(dataset), details['weights']]).toEqual([expect.closeTo(2, 10), 'equal']);
      expect(details['effectiveTransients']).toBeCloseTo(3, 10);
    }
  });

  it('keeps to the transients that the rejection left', () => {
    const rejected = noted(weighted([9, 3, 1]), OUTLIER_METHOD_NAME, { rejected: [0] });
    expect(recordedWeights(rejected, 2)).toEqual([[3, 1]]);
    expect(recordedWeights(rejected, 3)).toBeNull();
    expect(recordedWeights(weighted([1, -1, 1]), 3)).toBeNull();
    expect(recordedWeights(noted(weighted([0, 0, 2]), OUTLIER_METHOD_NAME, { rejected: [2] }), 2)).toBeNull();
  });
});

describe('the noise before denoising', () => {
  const denoised = (): MrsDataset =>
    noted(datasetOf([synthesise(BRAIN)]), DENOISING_METHOD_NAME, { noiseSdBefore: [0.8] });
  it.each([
    ['as it was', [], 0.8],
    ['after a mean of 16', [['Signal averaging', { transients: 16 }]], 0.2],
    ['after a weighted mean', [['Signal averaging', { transients: 16, effectiveTransients: 4 }]], 0.4],
    ['in ON − OFF', [['Subtraction of sub-spectra', { output: 'difference' }]], 0.8 * Math.SQRT2],
    ['in OFF', [['Subtraction of sub-spectra', { output: 'off' }]], 0.8],
    ['beyond other steps', [['Phasing', {}]], 0.8],
  ] as const)('%s', (_, steps, expected) => {
    const dataset = steps.reduce<MrsDataset>((d, [method, details]) => noted(d, method, details), denoised());
    expect(noiseSdBeforeDenoising(dataset)).toEqual([expect.closeTo(expected, 12)]);
  });
});

describe('the default recipe', () => {
  const shifts = [0, 3, -5, 8, -2, 6, 1, -7];
  const scan = datasetOf(
    shifts.map((shiftHz, k) => addNoise(synthesise(BRAIN, { shiftHz, phaseRad: 0.3 * k }), 0.05, k + 1)),
    [['DIM_DYN', shifts.length]],
  );
  const run = (method: string) => {
    const preprocessing = [
      { step: 'frequencyPhaseCorrection' as const, options: { method } },
      { step: 'averaging' as const, options: {} },
    ];
    const { cancellation, onProgress } = contextWith();
    return runPreprocessing(
      scan,
      null,
      { ...recipeById('svs-default'), preprocessing },
      { stamp, cancellation, onProgress },
    );
  };

  it('corrects by the best of three methods, tells why, and needs no network', async () => {
    const { steps, dataset } = await run('auto');
    const [group] = steps[0]!.details['groups'] as { choice: { chosen: string; candidates: { method: string }[] } }[];
    expect(group!.choice.candidates.map((c) => c.method)).toEqual(['robust-sr', 'rats', 'crr']);
    expect(['robust-sr', 'rats', 'crr']).toContain(group!.choice.chosen);
    expect(relativeError(fidOf(dataset), fidOf((await run('robust-sr')).dataset))).toBeLessThan(0.1);
    const { similarityBefore, similarityAfter } = steps[0]!.details as Record<string, number>;
    expect(similarityAfter).toBeGreaterThan(similarityBefore! + 0.1);
  });

  it('tells the drift that the correction found', async () => {
    const outcome = await run('robust-sr');
    const drift = scanDrift(outcome, 2, 1)!;
    expect(drift.transients).toBe(shifts.length);
    expect(Math.abs(drift.rangeHz - 15)).toBeLessThan(0.3);
  });

  it('still has its step "alignment" for stored recipes', async () => {
    const preprocessing = [{ step: 'alignment' as const, options: {} }];
    const { cancellation, onProgress } = contextWith();
    const old = { ...recipeById('svs-default'), version: 2, preprocessing };
    const outcome = await runPreprocessing(scan, null, old, { stamp, cancellation, onProgress });
    expect(Math.abs(scanDrift(outcome, 2, 1)!.rangeHz - 15)).toBeLessThan(0.5);
    expect(outcome.dataset.provenance.map((p) => p.method)).toEqual([ALIGNMENT_METHOD_NAME]);
  });
});
