// The shipped recipes, and the reading of a recipe from JSON. A recipe orders the steps; only pipeline/ runs them.
import type { EditingCondition } from '../domain/basisRequest.ts';
import { UsageError } from '../domain/errors.ts';
import type { JsonObject, JsonValue } from '../domain/json.ts';
import type { MrsDataset } from '../domain/mrsDataset.ts';
import { parseQuantityOptions } from '../domain/quantityOptions.ts';
import type { Recipe, RecipeStep, StepName } from '../domain/recipe.ts';
import type { DatasetDescription } from '../ports/studyStore.ts';
import { describeDataset } from './describeDataset.ts';

/** What decides which recipe suits a scan. */
export type ScanKind = Pick<DatasetDescription, 'nucleus' | 'grid' | 'dimensions'>;

const NLLS = { method: 'nlls', options: {} } as const;
const step = (name: StepName, options: JsonObject = {}): RecipeStep => ({ step: name, options });

/** Raw single-voxel scans: everything from coils to the reference. */
const SVS_DEFAULT: Recipe = {
  schema: 'lineshape.recipe/1',
  id: 'svs-default',
  title: 'Single voxel, from raw transients',
  version: 3,
  preprocessing: [
    step('echoStart'),
    step('coilCombination'),
    step('eddyCurrent'),
    step('frequencyPhaseCorrection', { method: 'auto' }),
    step('outlierRejection'),
    step('averaging'),
    step('waterRemoval'),
    step('ppmReferencing'),
    step('phasing'),
  ],
  quantification: NLLS,
};

/**
 * Scans the scanner or another program has already combined, aligned and averaged. Eddy currents are corrected where a
 * water scan is there: if the scanner did so already, its water has no phase left, and nothing changes.
 */
const SVS_PROCESSED: Recipe = {
  schema: 'lineshape.recipe/1',
  id: 'svs-processed',
  title: 'Single voxel, already averaged',
  version: 2,
  preprocessing: [
    step('echoStart'),
    step('eddyCurrent'),
    step('averaging'),
    step('waterRemoval'),
    step('ppmReferencing'),
    step('phasing'),
  ],
  quantification: NLLS,
};

/** Spectroscopic imaging: voxel by voxel, without alignment of transients. */
const MRSI_DEFAULT: Recipe = {
  schema: 'lineshape.recipe/1',
  id: 'mrsi-default',
  title: 'Spectroscopic imaging',
  version: 2,
  preprocessing: [
    step('echoStart'),
    step('coilCombination'),
    step('eddyCurrent'),
    step('averaging'),
    step('waterRemoval'),
    step('ppmReferencing'),
    step('phasing'),
  ],
  quantification: NLLS,
};

/**
 * Nuclei other than ¹H: no water to remove, no eddy currents to take from it, and no lines known for referencing. Peaks are
 * fitted with prior knowledge: 31P-brain for ³¹P, a file's for others.
 */
const X_NUCLEUS: Recipe = {
  schema: 'lineshape.recipe/1',
  id: 'x-nucleus',
  title: 'Other nuclei than hydrogen',
  version: 1,
  preprocessing: [step('echoStart'), step('coilCombination'), step('averaging'), step('phasing')],
  quantification: { method: 'amares', options: {} },
};

/**
 * Up to the referenced and phased spectra of either condition: both have creatine and choline, their difference has not.
 * Transients are aligned by those lines alone: where phase cycling cancels a spurious echo, an alignment over everything
 * follows the echo's phase and undoes that (measured on a Siemens scan: the echo eight times the noise, GABA+ lost; by
 * robust registration and by RATS over their own ranges the residual is 4.4 and 5.2 times the noise, by this step 1.3).
 */
const MEGA_STEPS: readonly RecipeStep[] = [
  step('echoStart'),
  step('coilCombination'),
  step('eddyCurrent'),
  step('alignment', { ppmRange: [1.8, 3.4], maximumShiftHz: 20 }),
  step('outlierRejection'),
  step('averaging'),
  step('waterRemoval'),
  step('ppmReferencing'),
  step('phasing'),
];

/** Edited single-voxel scans (MEGA): the difference spectrum, fitted with its basis, over creatine of OFF. */
const MEGA_DIFFERENCE: Recipe = {
  schema: 'lineshape.recipe/1',
  id: 'mega-difference',
  title: 'Edited (MEGA), difference spectrum',
  version: 1,
  preprocessing: [...MEGA_STEPS, step('editing', { output: 'difference' })],
  quantification: NLLS,
};

/** The same scans, OFF alone: an ordinary spectrum of the editing sequence's echo time. */
const MEGA_OFF: Recipe = {
  schema: 'lineshape.recipe/1',
  id: 'mega-off',
  title: 'Edited (MEGA), edit-off spectrum alone',
  version: 1,
  preprocessing: [...MEGA_STEPS, step('editing', { output: 'off' })],
  quantification: NLLS,
};

/** The fit alone: data exactly as they are. */
const FIT_ONLY: Recipe = {
  schema: 'lineshape.recipe/1',
  id: 'fit-only',
  title: 'No preprocessing',
  version: 1,
  preprocessing: [],
  quantification: NLLS,
};

export const RECIPES: readonly Recipe[] = [
  SVS_DEFAULT,
  SVS_PROCESSED,
  MRSI_DEFAULT,
  X_NUCLEUS,
  MEGA_DIFFERENCE,
  MEGA_OFF,
  FIT_ONLY,
];

const STEP_NAMES: readonly StepName[] = [
  'echoStart',
  'coilCombination',
  'eddyCurrent',
  'alignment',
  'frequencyPhaseCorrection',
  'outlierRejection',
  'averaging',
  'denoising',
  'waterRemoval',
  'phasing',
  'ppmReferencing',
  'editing',
];

/** @throws UsageError naming the recipes there are */
export function recipeById(id: string): Recipe {
  const recipe = RECIPES.find((r) => r.id === id);
  if (recipe === undefined) {
    throw new UsageError(`There is no recipe "${id}"; there are ${RECIPES.map((r) => r.id).join(', ')}.`);
  }
  return recipe;
}

/** The recipe a newcomer would want for a scan, by what is kept of it beside its file. */
export function recipeForScan({ nucleus, grid, dimensions }: ScanKind): Recipe {
  const lengthOf = (tag: string): number => dimensions.find((d) => d.tag === tag)?.length ?? 1;
  if (nucleus !== '1H') return X_NUCLEUS;
  if (lengthOf('DIM_EDIT') === 2) return MEGA_DIFFERENCE;
  if (grid.some((voxels) => voxels > 1)) return MRSI_DEFAULT;
  return lengthOf('DIM_COIL') > 1 || lengthOf('DIM_DYN') > 1 ? SVS_DEFAULT : SVS_PROCESSED;
}

/** The same for a dataset. */
export const defaultRecipeFor = (dataset: MrsDataset): Recipe => recipeForScan(describeDataset(dataset));

/** Which sub-spectrum of an edited scan a recipe leaves to be fitted; null where it edits nothing, or leaves the sum. */
export function editingOf(recipe: Recipe): EditingCondition | null {
  const editing = recipe.preprocessing.find((s) => s.step === 'editing');
  if (editing === undefined) return null;
  const output = editing.options['output'] ?? 'difference';
  return output === 'on' || output === 'off' || output === 'difference' ? output : null;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function parseStep(value: unknown, index: number): RecipeStep {
  if (!isObject(value) || typeof value['step'] !== 'string') {
    throw new UsageError(`Step ${index + 1} of the recipe has no "step" name.`);
  }
  const name = value['step'];
  if (!STEP_NAMES.includes(name as StepName)) {
    throw new UsageError(`The recipe's step "${name}" is not known; there are ${STEP_NAMES.join(', ')}.`);
  }
  const options = value['options'] ?? {};
  if (!isObject(options)) throw new UsageError(`The options of the recipe's step "${name}" must be an object.`);
  return { step: name as StepName, options: options as { [key: string]: JsonValue } };
}

/**
 * Reads a recipe from parsed JSON.
 * @throws UsageError saying what is wrong
 */
export function parseRecipe(json: unknown): Recipe {
  if (!isObject(json) || json['schema'] !== 'lineshape.recipe/1') {
    throw new UsageError('This is not a recipe: it lacks "schema": "lineshape.recipe/1".');
  }
  const { id, title, version, preprocessing, quantification, quantities } = json;
  if (typeof id !== 'string' || id === '') throw new UsageError('The recipe lacks an "id".');
  if (!Array.isArray(preprocessing)) throw new UsageError('The recipe lacks its list "preprocessing".');
  if (quantification !== undefined && !isObject(quantification)) {
    throw new UsageError('The recipe\'s "quantification" must be an object.');
  }
  const steps = preprocessing.map(parseStep);
  if (steps.slice(0, -1).some((s) => s.step === 'editing')) {
    throw new UsageError(
      'The step "editing" must be the last of the recipe: a difference has no lines to phase or align by.',
    );
  }
  const options = quantification?.['options'] ?? {};
  if (!isObject(options)) throw new UsageError("The recipe's quantification options must be an object.");
  if (quantities !== undefined) parseQuantityOptions(quantities as JsonObject, `The recipe ${id}`);
  return {
    schema: 'lineshape.recipe/1',
    id,
    title: typeof title === 'string' ? title : id,
    version: typeof version === 'number' ? version : 1,
    preprocessing: steps,
    quantification: {
      method: typeof quantification?.['method'] === 'string' ? quantification['method'] : 'nlls',
      options: options as JsonObject,
    },
    ...(quantities === undefined ? {} : { quantities: quantities as JsonObject }),
  };
}
