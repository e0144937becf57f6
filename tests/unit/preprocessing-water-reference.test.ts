// A water scan that doesn't fit: preprocessing says what the import said, and refuses what the import said it would.
import { describe, expect, it } from 'vitest';
import type { MrsDataset } from '../../src/core/domain/mrsDataset.ts';
import { checkWaterReference } from '../../src/core/formats/plausibility/waterReference.ts';
import { recipeById, runPreprocessing } from '../../src/core/pipeline/index.ts';
import { syntheticScan } from './workflowFixture.ts';

const scan = syntheticScan();
const water = (changes: Partial<MrsDataset>): MrsDataset => ({ ...syntheticScan({ water: true }), ...changes });
const recipe = { ...recipeById('svs-default'), preprocessing: [] };
const run = (reference: MrsDataset) =>
  runPreprocessing(scan, reference, recipe, {
    stamp: { program: 'test', version: '0', now: () => '2026-01-01T00:00:00Z' },
    cancellation: { isCancelled: () => false, throwIfCancelled: () => undefined },
    onProgress: () => undefined,
  });

describe('a water reference', () => {
  it.each([
    ['of another dwell time', water({ dwellTimeS: scan.dwellTimeS * 2 }), 'water-reference-dwell-time'],
    [
      'of another echo time',
      water({ acquisition: { ...scan.acquisition, echoTimeS: 0.144 } }),
      'water-reference-echo-time',
    ],
  ])('%s is warned of as on import', async (_, reference, code) => {
    const { warnings } = await run(reference);
    expect(warnings.map((w) => w.code)).toEqual([code]);
    expect(warnings).toEqual(checkWaterReference(scan, reference));
  });

  it('whose dwell time differs in its rounding is not warned of', async () => {
    expect((await run(water({ dwellTimeS: scan.dwellTimeS * (1 + 5e-5) }))).warnings).toEqual([]);
  });

  it.each([
    ['of another field', water({ spectrometerFrequencyMHz: 297.2 })],
    [
      'of another grid',
      water({
        data: {
          re: new Float64Array(2 * scan.data.re.length),
          im: new Float64Array(2 * scan.data.re.length),
          shape: [2, 1, 1, scan.data.re.length],
        },
      }),
    ],
  ])('%s is refused in the words of the import', async (_, reference) => {
    const [obstacle] = checkWaterReference(scan, reference);
    expect(obstacle?.message).toMatch(/they don't belong together, and an analysis of both is refused\.$/);
    await expect(run(reference)).rejects.toThrow(obstacle?.message ?? 'no obstacle');
  });
});
