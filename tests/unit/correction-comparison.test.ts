// What a comparison of corrections starts from: the recipe's steps before, one voxel and condition, the recipe's own options.
import { describe, expect, it } from 'vitest';
import { compareCorrections } from '../../src/core/pipeline/correctionComparison.ts';
import { correctionInput, stepsBeforeCorrection } from '../../src/core/pipeline/correctionComparisonInput.ts';
import { recipeById } from '../../src/core/pipeline/index.ts';
import type { Recipe } from '../../src/core/domain/recipe.ts';
import { NEVER_CANCELLED } from '../../src/node/workers/cancellation.ts';
import { megaTransients } from '../fixtures/megaScan.ts';

const recipe = (steps: Recipe['preprocessing']): Recipe => ({ ...recipeById('fit-only'), preprocessing: steps });
const named = (r: Recipe): string[] => stepsBeforeCorrection(r).preprocessing.map((s) => s.step);

describe('the steps before the correction', () => {
  it('end at the correction, or where it would stand', () => {
    const coils = { step: 'coilCombination', options: {} } as const;
    const averaging = { step: 'averaging', options: {} } as const;
    const outliers = { step: 'outlierRejection', options: {} } as const;
    for (const step of ['alignment', 'frequencyPhaseCorrection'] as const) {
      expect(named(recipe([coils, { step, options: {} }, outliers, averaging]))).toEqual(['coilCombination']);
    }
    expect(named(recipe([coils, averaging]))).toEqual(['coilCombination']);
    expect(named(recipe([coils]))).toEqual(['coilCombination']);
    expect(named(recipeById('fit-only'))).toEqual([]);
  });
});

describe('an edited scan', () => {
  const scan = megaTransients({ seed: 3, count: 6, noiseSd: 0.3 });
  const own = recipe([
    { step: 'alignment', options: { ppmRange: [1.8, 3.4], maximumShiftHz: 20 } },
    { step: 'outlierRejection', options: { limit: 9 } },
  ]);

  it('has two conditions, each with transients of its own and the recipe’s options', () => {
    const [on, off] = [0, 1].map((condition) => correctionInput(scan, own, 0, condition));
    expect([on!.conditions, on!.dataset.data.shape.slice(0, 4)]).toEqual([2, [1, 1, 1, 6]]);
    expect(on!.options).toEqual({ ppmRange: [1.8, 3.4], maximumShiftHz: 20 });
    expect(on!.rejection.limit).toBe(9);
    expect([...on!.dataset.data.re]).not.toEqual([...off!.dataset.data.re]);
    expect(() => correctionInput(scan, own, 0, 2)).toThrow('condition 3 was asked for');
  });

  it('is compared by every method without networks, in order of preference after "as measured"', async () => {
    const progress: number[] = [];
    const compared = await compareCorrections(correctionInput(scan, own, 0, 1), {
      stamp: { program: 'Lineshape', version: '0', now: () => '' },
      cancellation: NEVER_CANCELLED,
      onProgress: ({ fraction }) => progress.push(fraction),
      models: null,
      nowMs: () => 0,
    });
    expect(compared.methods[0]!.id).toBe('none');
    expect(compared.methods.every((m) => !m.isNetwork && (m.failure === null) === (m.outcome !== null))).toBe(true);
    expect(compared.methods.map((m) => m.id)).toContain('robust-sr');
    expect(progress).toHaveLength(compared.methods.length);
    const { spectra } = compared.methods[0]!.outcome!;
    expect([spectra.step, spectra.rows, spectra.similarity.length]).toEqual([1, 6, 36]);
    expect([...compared.ppm]).toEqual([...compared.ppm].sort((x, y) => y - x));
  });
});
