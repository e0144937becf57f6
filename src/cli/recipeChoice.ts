// Which recipe a scan is processed by: the one that --recipe names, none with --no-preprocess, else its kind's own.
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { ReaderError, UsageError } from '../core/domain/errors.ts';
import type { MrsDataset } from '../core/domain/mrsDataset.ts';
import type { Recipe } from '../core/domain/recipe.ts';
import { defaultRecipeFor, parseRecipe, recipeById } from '../core/pipeline/index.ts';

export interface RecipeFlags {
  readonly recipe?: string;
  /** False with --no-preprocess. */
  readonly preprocess: boolean;
}

/** A recipe by id, or from a JSON file. */
export async function loadRecipe(name: string): Promise<Recipe> {
  if (!/\.json$/i.test(name)) return recipeById(name);
  let text: string;
  try {
    text = await readFile(name, 'utf8');
  } catch (error) {
    throw new ReaderError('READ_FAILED', `The recipe ${basename(name)} can't be read.`, {}, error);
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new UsageError(`The recipe ${basename(name)} is not valid JSON.`);
  }
  return parseRecipe(json);
}

/** @throws UsageError where --no-preprocess and --recipe are both given */
export function checkRecipeFlags({ recipe, preprocess }: RecipeFlags): void {
  if (!preprocess && recipe !== undefined) {
    throw new UsageError('--no-preprocess and --recipe contradict each other; give one of them.');
  }
}

/** @throws UsageError where the flags contradict each other; what loadRecipe throws */
export async function chosenRecipe(flags: RecipeFlags, dataset: MrsDataset): Promise<Recipe> {
  checkRecipeFlags(flags);
  if (flags.recipe !== undefined) return loadRecipe(flags.recipe);
  return flags.preprocess ? defaultRecipeFor(dataset) : recipeById('fit-only');
}
