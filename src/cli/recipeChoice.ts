// Which recipe a scan is processed by: the one that --recipe names, none with --no-preprocess, else its kind's own; with the
// correction and denoising that --fpc and --denoise name.
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Command } from 'commander';
import { CORRECTION_CHOICES, DENOISING_CHOICES } from '../core/domain/correctionMethods.ts';
import { ReaderError, UsageError } from '../core/domain/errors.ts';
import type { MrsDataset } from '../core/domain/mrsDataset.ts';
import type { Recipe } from '../core/domain/recipe.ts';
import { defaultRecipeFor, parseRecipe, recipeById, recipeWithCorrections } from '../core/pipeline/index.ts';
import type { RecipeCorrections } from '../core/pipeline/index.ts';
import { oneOf } from './options.ts';

export interface RecipeFlags {
  readonly recipe?: string;
  /** False with --no-preprocess. */
  readonly preprocess: boolean;
  /** Method of frequency and phase correction; absent: the recipe's. */
  readonly fpc?: string;
  /** Method of denoising; absent: the recipe's. */
  readonly denoise?: string;
}

/** The options --fpc and --denoise. */
export function addCorrectionOptions(command: Command): Command {
  return command
    .option('--fpc <m>', `frequency and phase correction by ${CORRECTION_CHOICES.join(', ')} (default: the recipe's)`)
    .option('--denoise <m>', `denoising by ${DENOISING_CHOICES.join(', ')} (default: the recipe's)`);
}

/** @throws UsageError naming the methods there are */
function correctionsOf({ fpc, denoise }: RecipeFlags): RecipeCorrections {
  return {
    ...(fpc === undefined ? {} : { correction: oneOf('--fpc', fpc, CORRECTION_CHOICES) }),
    ...(denoise === undefined ? {} : { denoising: oneOf('--denoise', denoise, DENOISING_CHOICES) }),
  };
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

/** @throws UsageError where --no-preprocess stands beside what it forbids, or a method is not known */
export function checkRecipeFlags(flags: RecipeFlags): void {
  correctionsOf(flags);
  if (flags.preprocess) return;
  const other = (['recipe', 'fpc', 'denoise'] as const).find((name) => flags[name] !== undefined);
  if (other !== undefined) {
    throw new UsageError(`--no-preprocess and --${other} contradict each other; give one of them.`);
  }
}

/** @throws UsageError where the flags contradict each other or the recipe; what loadRecipe throws */
export async function chosenRecipe(flags: RecipeFlags, dataset: MrsDataset): Promise<Recipe> {
  checkRecipeFlags(flags);
  if (!flags.preprocess) return recipeById('fit-only');
  const recipe = flags.recipe === undefined ? defaultRecipeFor(dataset) : await loadRecipe(flags.recipe);
  return recipeWithCorrections(recipe, correctionsOf(flags));
}
