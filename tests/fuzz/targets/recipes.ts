// Recipes with any options, run: corrections over small scans, and the checking of every method's options.
import type { JsonObject } from '../../../src/core/domain/json.ts';
import type { DimensionTag, MrsDataset } from '../../../src/core/domain/mrsDataset.ts';
import type { Recipe } from '../../../src/core/domain/recipe.ts';
import { parseRecipe, RECIPES, recipeById, runPreprocessing } from '../../../src/core/pipeline/index.ts';
import { checkMethodOptions, methodDefaults } from '../../../src/core/quantification/methodOptions.ts';
import { NEVER_CANCELLED } from '../../../src/node/workers/cancellation.ts';
import { unsoundness } from '../../fixtures/unsoundness.ts';
import { addNoise, BRAIN, contextWith, datasetOf, synthesise } from '../../unit/preprocessingSynthesis.ts';
import type { FuzzCase, FuzzFile, FuzzTarget } from '../engine/fuzzCase.ts';

const POINTS = 256;
const METHODS = ['nlls', 'quest', 'amares', 'edited-gaussian', 'hybrid'];

const transients = (count: number, tags: readonly (readonly [DimensionTag, number])[], seed: number): MrsDataset =>
  datasetOf(
    Array.from({ length: count }, (_, i) =>
      addNoise(synthesise(BRAIN, { shiftHz: i, phaseRad: 0.2 * i, points: POINTS }), 0.05, seed + i),
    ),
    tags,
    [1, 1, 1],
  );

/** Four transients, and the water beside them. */
const SCAN = transients(4, [['DIM_DYN', 4]], 1);
const WATER = transients(1, [], 20);

/** Steps that none of the shipped recipes has, or with other options. */
const MORE: readonly JsonObject[] = [
  { step: 'denoising', options: { method: 'hankel' } },
  { step: 'denoising', options: { method: 'tikhonov' } },
  { step: 'alignment', options: { ppmRange: [1.8, 4.2], maximumShiftHz: 20 } },
  ...['sr', 'srf', 'creatine', 'correlation', 'water', 'rats', 'robust-sr'].map((method) => ({
    step: 'frequencyPhaseCorrection',
    options: { method },
  })),
];

function seeds(): FuzzCase[] {
  const json = (value: object): FuzzFile => ({
    name: 'recipe.json',
    bytes: new TextEncoder().encode(JSON.stringify(value)),
  });
  const base = recipeById('fit-only');
  return [
    ...RECIPES.map((recipe) => json(recipe)),
    ...MORE.map((step) => json({ ...base, preprocessing: [step] })),
    ...METHODS.map((method) => json({ ...base, quantification: { method, options: methodDefaults(method) } })),
  ].map((file) => ({ files: [file] }));
}

/** As loadRecipe reads it, see the target "settings". */
function recipeOf(bytes: Uint8Array): Recipe {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    json = null;
  }
  return parseRecipe(json);
}

/** Of recipes in their hundreds of steps the first tell as much. */
const MOST_STEPS = 12;

async function corrected([file]: readonly FuzzFile[]): Promise<void> {
  if (file === undefined) return;
  const recipe = recipeOf(file.bytes);
  checkMethodOptions(recipe.quantification.method, recipe.quantification.options);
  const few = { ...recipe, preprocessing: recipe.preprocessing.slice(0, MOST_STEPS) };
  const { stamp } = contextWith();
  const context = { stamp, cancellation: NEVER_CANCELLED, onProgress: () => undefined };
  const { dataset } = await runPreprocessing(SCAN, WATER, few, context);
  const fault = unsoundness(dataset);
  if (fault !== null) throw new Error(`an unsound dataset: ${fault}`);
  if (!dataset.data.re.every(Number.isFinite) || !dataset.data.im.every(Number.isFinite)) {
    throw new Error('corrected samples that are not finite');
  }
}

export const RECIPE_TARGETS: readonly FuzzTarget[] = [
  {
    name: 'recipes',
    refusals: ['UsageError', 'ProcessingError', 'ModelError', 'UnsupportedDataError'],
    seeds,
    longestMs: 4000,
    run: corrected,
  },
];
