// Voxels preprocessed by themselves: the same as in their grid, for every recipe that a grid can have.
import { describe, expect, it } from 'vitest';
import { signalAt } from '../../src/core/domain/complexArray.ts';
import { recipeById } from '../../src/core/pipeline/recipes.ts';
import { runPreprocessing } from '../../src/core/pipeline/runPreprocessing.ts';
import { backInGrid, partRecipe, voxelsAlone } from '../../src/core/pipeline/voxelPreprocessing.ts';
import { NEVER_CANCELLED } from '../../src/node/workers/cancellation.ts';
import { addNoise, BRAIN, contextWith, datasetOf, synthesise } from './preprocessingSynthesis.ts';

const { stamp } = contextWith();
const context = { stamp, cancellation: NEVER_CANCELLED, onProgress: () => undefined };

/** 3 × 2 voxels, each at its own frequency and phase; the last is silent. */
function grid(nucleus = '1H') {
  const fids = [-7, -2, 0, 3, 6, 0].map((shiftHz, v) =>
    addNoise(synthesise(BRAIN, { shiftHz, phaseRad: 0.4 * v, scale: v === 5 ? 0 : 1 }), v === 5 ? 0 : 0.05, 7 + v),
  );
  return { ...datasetOf(fids, [], [3, 2, 1]), nucleus };
}

describe('a voxel preprocessed alone', () => {
  it.each([
    ['mrsi-default', '1H', ['waterRemoval', 'ppmReferencing', 'phasing']],
    ['x-nucleus', '31P', ['phasing']],
  ] as const)('is what it is in its grid, by the recipe %s', async (id, nucleus, steps) => {
    const recipe = recipeById(id);
    const { whole, each } = partRecipe(recipe);
    expect(each.preprocessing.map(({ step }) => step)).toEqual(steps);
    expect([...whole.preprocessing, ...each.preprocessing]).toEqual(recipe.preprocessing);
    const together = await runPreprocessing(grid(nucleus), null, recipe, context);
    const prepared = await runPreprocessing(grid(nucleus), null, whole, context);
    for (const voxel of [0, 3, 5]) {
      const alone = await runPreprocessing(voxelsAlone(prepared.dataset, [voxel]), null, each, context);
      const wanted = voxelsAlone(together.dataset, [voxel]);
      // To the bit: the same numbers are computed in the same order.
      expect(alone.dataset.data).toEqual(wanted.data);
    }
  });

  it('has every step of a recipe that ends with one of the whole scan', () => {
    const { whole, each } = partRecipe(recipeById('mega-difference'));
    expect(each.preprocessing).toEqual([]);
    expect(whole.preprocessing).toEqual(recipeById('mega-difference').preprocessing);
  });
});

describe('voxels alone', () => {
  it('stand in a row in the order asked for, and nowhere in space', () => {
    const scan = { ...grid(), affine: [10, 0, 0, 0, 0, 10, 0, 0, 0, 0, 10, 0, 0, 0, 0, 1] };
    const alone = voxelsAlone(scan, [4, 1]);
    const points = scan.data.shape.at(-1)!;
    expect(alone.data.shape).toEqual([2, 1, 1, points]);
    expect(alone.data.re.slice(0, points)).toEqual(scan.data.re.slice(4 * points, 5 * points));
    expect(alone.data.im.slice(points)).toEqual(scan.data.im.slice(points, 2 * points));
    expect(alone.affine).toBeNull();
  });

  it('stand again where they were in their grid, which is empty elsewhere', () => {
    const scan = { ...grid(), affine: [10, 0, 0, 0, 0, 10, 0, 0, 0, 0, 10, 0, 0, 0, 0, 1] };
    const back = backInGrid(voxelsAlone(scan, [4, 1]), [4, 1], scan);
    expect(back.data.shape).toEqual(scan.data.shape);
    expect(back.affine).toEqual(scan.affine);
    for (let v = 0; v < 6; v++) {
      const [own, wanted] = [signalAt(back.data, v), signalAt(scan.data, v)];
      expect(own.re).toEqual(v === 1 || v === 4 ? wanted.re : new Float64Array(own.re.length));
    }
  });

  it('refuse what the grid has not', () => {
    expect(() => voxelsAlone(grid(), [2, 6])).toThrow('The grid has 6 voxels; number 7 was asked for.');
    expect(() => voxelsAlone(grid(), [-1])).toThrow(/The grid has 6 voxels/);
  });
});
