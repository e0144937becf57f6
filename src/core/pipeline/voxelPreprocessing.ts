// Preprocessing of some voxels of a grid by themselves, so that the one that is looked at need not wait for all others.
import { shapeSize } from '../domain/complexArray.ts';
import { ProcessingError } from '../domain/errors.ts';
import type { MrsDataset } from '../domain/mrsDataset.ts';
import { voxelCount } from '../domain/mrsDataset.ts';
import type { Recipe, StepName } from '../domain/recipe.ts';

/** Steps that look at no other voxel, nor at the water reference. */
const OF_ONE_VOXEL: ReadonlySet<StepName> = new Set(['waterRemoval', 'ppmReferencing', 'phasing']);

/**
 * Parts a recipe: what must see the whole scan, and what follows voxel by voxel. Both in turn are the recipe.
 * @returns recipes with names of their own; `each` may have no steps
 */
export function partRecipe(recipe: Recipe): { readonly whole: Recipe; readonly each: Recipe } {
  const { preprocessing } = recipe;
  const lastOfWhole = preprocessing.findLastIndex(({ step }) => !OF_ONE_VOXEL.has(step));
  const part = (name: string, steps: Recipe['preprocessing']): Recipe => ({
    ...recipe,
    id: `${recipe.id}-${name}`,
    preprocessing: steps,
  });
  return {
    whole: part('whole', preprocessing.slice(0, lastOfWhole + 1)),
    each: part('each', preprocessing.slice(lastOfWhole + 1)),
  };
}

/**
 * Puts voxels that stood alone back into their grid; all others are empty.
 * @param alone from `voxelsAlone`, or what steps made of it
 * @param grid whose place in space and number of voxels they have
 */
export function backInGrid(alone: MrsDataset, voxels: readonly number[], grid: MrsDataset): MrsDataset {
  const each = shapeSize(alone.data.shape.slice(3));
  const part = (values: MrsDataset['data']['re']): Float64Array => {
    const placed = new Float64Array(voxelCount(grid) * each);
    voxels.forEach((voxel, i) => placed.set(values.subarray(i * each, (i + 1) * each), voxel * each));
    return placed;
  };
  const shape = [...grid.data.shape.slice(0, 3), ...alone.data.shape.slice(3)];
  return { ...alone, data: { re: part(alone.data.re), im: part(alone.data.im), shape }, affine: grid.affine };
}

/**
 * Some voxels of a grid in a row of their own, which lies nowhere in space.
 * @param voxels numbers over x, y, z, C order
 * @returns shape [voxels, 1, 1, …]; a copy
 * @throws ProcessingError for voxels outside the grid
 */
export function voxelsAlone(dataset: MrsDataset, voxels: readonly number[]): MrsDataset {
  const { data } = dataset;
  const count = voxelCount(dataset);
  const outside = voxels.find((v) => v < 0 || v >= count);
  if (outside !== undefined) {
    throw new ProcessingError(
      'PROCESSING_FAILED',
      `The grid has ${count} voxels; number ${outside + 1} was asked for.`,
    );
  }
  const each = shapeSize(data.shape.slice(3));
  const part = (values: MrsDataset['data']['re']): Float64Array => {
    const taken = new Float64Array(voxels.length * each);
    voxels.forEach((voxel, i) => taken.set(values.subarray(voxel * each, (voxel + 1) * each), i * each));
    return taken;
  };
  const shape = [voxels.length, 1, 1, ...data.shape.slice(3)];
  return { ...dataset, data: { re: part(data.re), im: part(data.im), shape }, affine: null };
}
