// What a comparison of corrections starts from: the transients of one voxel and condition as they are before the correction,
// and what the recipe would correct and reject with.
import { ProcessingError } from '../domain/errors.ts';
import type { JsonObject } from '../domain/json.ts';
import type { MrsDataset } from '../domain/mrsDataset.ts';
import { voxelCount } from '../domain/mrsDataset.ts';
import type { Recipe, StepName } from '../domain/recipe.ts';
import { DEFAULT_OPTIONS } from '../preprocessing/frequencyPhaseCorrection/index.ts';
import type { FpcOptions } from '../preprocessing/frequencyPhaseCorrection/index.ts';
import { transientGroups } from '../preprocessing/frequencyPhaseCorrection/groups.ts';
import * as outlierRejection from '../preprocessing/outlierRejection/index.ts';
import type { OutlierRejectionOptions } from '../preprocessing/outlierRejection/index.ts';

const CORRECTIONS: readonly StepName[] = ['frequencyPhaseCorrection', 'alignment'];
/** Where no correction is in the recipe: the first step that would follow it. */
const AFTERWARDS: readonly StepName[] = [
  'outlierRejection',
  'averaging',
  'waterRemoval',
  'ppmReferencing',
  'phasing',
  'editing',
];

/** What is compared. */
export interface CorrectionInput {
  /** One voxel and condition, with no dimension but the transients. */
  readonly dataset: MrsDataset;
  /** How many conditions the voxel has (of edited scans two). */
  readonly conditions: number;
  readonly options: FpcOptions;
  readonly rejection: OutlierRejectionOptions;
}

/** The recipe's steps up to the correction of frequency and phase, without it. */
export function stepsBeforeCorrection(recipe: Recipe): Recipe {
  const isCorrection = ({ step }: Recipe['preprocessing'][number]): boolean => CORRECTIONS.includes(step);
  const ends = recipe.preprocessing.some(isCorrection) ? CORRECTIONS : AFTERWARDS;
  const end = recipe.preprocessing.findIndex(({ step }) => ends.includes(step));
  return { ...recipe, preprocessing: recipe.preprocessing.slice(0, end < 0 ? undefined : end) };
}

const optionsOf = (recipe: Recipe, steps: readonly StepName[]): JsonObject =>
  recipe.preprocessing.find(({ step }) => steps.includes(step))?.options ?? {};

/** Range and largest shift as the recipe's own correction has them; both of its steps call them by the same names. */
function correctionOptions(recipe: Recipe): FpcOptions {
  const { ppmRange, maximumShiftHz } = optionsOf(recipe, CORRECTIONS);
  const isRange = Array.isArray(ppmRange) && ppmRange.length === 2 && ppmRange.every((v) => typeof v === 'number');
  return {
    ppmRange: isRange ? [ppmRange[0] as number, ppmRange[1] as number] : DEFAULT_OPTIONS.ppmRange,
    maximumShiftHz: typeof maximumShiftHz === 'number' ? maximumShiftHz : DEFAULT_OPTIONS.maximumShiftHz,
  };
}

/**
 * Takes one voxel and condition out of a scan that has gone through `stepsBeforeCorrection`.
 * @param voxel index over x, y, z, C order
 * @param condition index over the dimensions that are no transients, C order
 * @throws ProcessingError in words: no transients, coils not combined, no protons, no such voxel or condition, no signal
 */
export function correctionInput(
  dataset: MrsDataset,
  recipe: Recipe,
  voxel: number,
  condition: number,
): CorrectionInput {
  const groups = transientGroups(dataset);
  if (groups === null) {
    throw new ProcessingError(
      'PROCESSING_FAILED',
      'This scan has no separate transients: they were averaged before it was stored, so that none can be corrected.',
    );
  }
  const voxels = voxelCount(dataset);
  const conditions = groups.sets.length / voxels;
  if (voxel >= voxels || condition >= conditions) {
    throw new ProcessingError(
      'PROCESSING_FAILED',
      `The scan has ${voxels} voxels of ${conditions} conditions; voxel ${voxel + 1}, condition ${condition + 1} was asked for.`,
    );
  }
  const set = groups.sets[voxel * conditions + condition];
  if (set === null || set === undefined) {
    throw new ProcessingError('PROCESSING_FAILED', 'This voxel holds no signal, so that nothing can be corrected.');
  }
  const points = set.signals[0]!.re.length;
  const shape = [1, 1, 1, set.signals.length, points];
  const data = { re: new Float64Array(set.signals.length * points), im: new Float64Array(set.signals.length * points) };
  set.signals.forEach(({ re, im }, k) => {
    data.re.set(re, k * points);
    data.im.set(im, k * points);
  });
  const transients = { tag: 'DIM_DYN', info: null, header: null } as const;
  return {
    dataset: { ...dataset, data: { ...data, shape }, dimensions: [transients], warnings: [] },
    conditions,
    options: correctionOptions(recipe),
    rejection: outlierRejection.readOptions(optionsOf(recipe, ['outlierRejection'])),
  };
}
