// A recipe told to correct frequency and phase, or to denoise, otherwise than it does by itself: its steps are exchanged, so
// that the recipe stored with a result says it all.
import type { CorrectionChoice, DenoisingChoice } from '../domain/correctionMethods.ts';
import { CORRECTION_CHOICES, DENOISING_CHOICES } from '../domain/correctionMethods.ts';
import { UsageError } from '../domain/errors.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Recipe, RecipeStep, StepName } from '../domain/recipe.ts';
import { DEFAULT_OPTIONS as CORRECTION_DEFAULTS } from '../preprocessing/frequencyPhaseCorrection/index.ts';
import { DEFAULT_OPTIONS as DENOISING_DEFAULTS } from '../preprocessing/denoising/index.ts';

/** What a recipe is told; what is left out stays as it is. */
export interface RecipeCorrections {
  readonly correction?: CorrectionChoice;
  readonly denoising?: DenoisingChoice;
}

/** "alignment": by the step of that name, which is no choice of its own. */
export type RecipeCorrection = CorrectionChoice | 'alignment';

const CORRECTING: readonly StepName[] = ['alignment', 'frequencyPhaseCorrection'];
/** The options that both of these steps have. */
const SHARED_OPTIONS: readonly string[] = ['ppmRange', 'maximumShiftHz'];

const corrects = ({ step }: RecipeStep): boolean => CORRECTING.includes(step);
const has = (recipe: Recipe, name: StepName): boolean => recipe.preprocessing.some(({ step }) => step === name);

/** @returns what a recipe corrects its transients with; null where it has no place for that: it averages none */
export function correctionOf(recipe: Recipe): RecipeCorrection | null {
  const own = recipe.preprocessing.find(corrects);
  if (own === undefined) return has(recipe, 'averaging') ? 'none' : null;
  if (own.step === 'alignment') return 'alignment';
  const method = own.options['method'] ?? CORRECTION_DEFAULTS.method;
  return CORRECTION_CHOICES.find((choice) => choice === method) ?? null;
}

/** @returns what a recipe denoises with; null where it has no place for that: it prepares nothing */
export function denoisingOf(recipe: Recipe): DenoisingChoice | null {
  const own = recipe.preprocessing.find(({ step }) => step === 'denoising');
  if (own === undefined) return has(recipe, 'averaging') ? 'none' : null;
  const method = own.options['method'] ?? DENOISING_DEFAULTS.method;
  return DENOISING_CHOICES.find((choice) => choice === method) ?? null;
}

/** @returns the place of the first of these steps; -1 where there is none of them */
function placeOf(steps: readonly RecipeStep[], ...names: readonly StepName[]): number {
  return steps.findIndex(({ step }) => names.includes(step));
}

const inserted = (steps: readonly RecipeStep[], at: number, step: RecipeStep): RecipeStep[] => [
  ...steps.slice(0, at),
  step,
  ...steps.slice(at),
];

/** Where the recipe corrects already, with the range it looks at; else before transients are judged and averaged. */
function withCorrection(recipe: Recipe, choice: CorrectionChoice): Recipe {
  const steps = recipe.preprocessing;
  const others = steps.filter((step) => !corrects(step));
  if (choice === 'none') return { ...recipe, preprocessing: others };
  const own = steps.findIndex(corrects);
  const at = own === -1 ? placeOf(steps, 'outlierRejection', 'averaging') : own;
  if (at === -1) {
    throw new UsageError(`The recipe "${recipe.title}" averages no transients, so that none can be corrected.`);
  }
  const kept = Object.entries(steps[own]?.options ?? {}).filter(([key]) => SHARED_OPTIONS.includes(key));
  const options: JsonObject = { method: choice, ...Object.fromEntries(kept) };
  return { ...recipe, preprocessing: inserted(others, at, { step: 'frequencyPhaseCorrection', options }) };
}

/**
 * MP-PCA needs many signals at once, so it comes before transients are averaged. The others take one spectrum at a time: they
 * come last, so that referencing and phasing go by what was measured; only a difference is made after them.
 */
function withDenoising(recipe: Recipe, choice: DenoisingChoice): Recipe {
  const others = recipe.preprocessing.filter(({ step }) => step !== 'denoising');
  if (choice === 'none') return { ...recipe, preprocessing: others };
  const averaging = placeOf(others, 'averaging');
  if (averaging === -1) {
    throw new UsageError(`The recipe "${recipe.title}" prepares no spectra, so that none can be denoised.`);
  }
  const editing = placeOf(others, 'editing');
  const at = choice === 'mp-pca' ? averaging : editing === -1 ? others.length : editing;
  return { ...recipe, preprocessing: inserted(others, at, { step: 'denoising', options: { method: choice } }) };
}

/**
 * The recipe with its steps of correction and denoising exchanged.
 * @returns the recipe itself where nothing is told, or what it does already
 * @throws UsageError where it has no place for them
 */
export function recipeWithCorrections(recipe: Recipe, { correction, denoising }: RecipeCorrections): Recipe {
  const corrected =
    correction === undefined || correction === (correctionOf(recipe) ?? 'none')
      ? recipe
      : withCorrection(recipe, correction);
  return denoising === undefined || denoising === (denoisingOf(recipe) ?? 'none')
    ? corrected
    : withDenoising(corrected, denoising);
}
