// What a scan's voxels need besides their FIDs to become ratios and amounts: settings that all share, each voxel's water
// and tissue, and what had to be assumed.
import { fieldStrengthT } from '../domain/axes.ts';
import type { BasisSet } from '../domain/basisSet.ts';
import { ModelError, ProcessingError } from '../domain/errors.ts';
import type { JsonObject, JsonValue } from '../domain/json.ts';
import type { MrsDataset } from '../domain/mrsDataset.ts';
import { dimensionLength, voxelCount } from '../domain/mrsDataset.ts';
import type { Warning } from '../domain/provenance.ts';
import type { QuantityOptions } from '../domain/quantityOptions.ts';
import { parseQuantityOptions } from '../domain/quantityOptions.ts';
import type {
  ProtonAmplitude,
  QuantitySettings,
  ScanTiming,
  WaterScalingSettings,
} from '../domain/quantitySettings.ts';
import type { Recipe } from '../domain/recipe.ts';
import { sequenceFamily } from '../domain/sequenceFamily.ts';
import type { TissueFractions } from '../domain/tissueFractions.ts';
import { zeroFrequencyPpm } from '../domain/zeroFrequency.ts';
import { wordTable } from '../domain/wordTable.ts';
import { tissueFractions } from '../geometry/index.ts';
import type { FitInput, FitRunner } from '../ports/fitRunner.ts';
import { fitsSingleLines } from '../quantification/index.ts';
import { protonAmplitude } from '../quantification/waterScaling/index.ts';
import { scanDrift } from './scanDrift.ts';
import type { PreprocessingOutcome } from './runPreprocessing.ts';
import type { ScanSegmentation } from './segmentation.ts';
import { dataScale, waterFid, waterObstacle } from './waterReference.ts';

/** Denominators of ratios where the recipe names none. */
const USUAL_RATIOS: Readonly<Record<string, readonly string[]>> = wordTable({
  '1H': ['tCr', 'tNAA', 'tCho'],
  '31P': ['PCr'],
});

export interface QuantitiesInput {
  /** As read. */
  readonly dataset: MrsDataset;
  readonly water: MrsDataset | null;
  readonly basis: BasisSet;
  readonly recipe: Recipe;
  /** Numbers of the voxels that will be fitted. */
  readonly voxels: readonly number[];
  readonly segmentation: ScanSegmentation | null;
}

export interface ScanQuantities {
  readonly settings: QuantitySettings;
  /** The input with its voxel's water and tissue. */
  readonly withExtras: (input: FitInput) => FitInput;
  readonly warnings: readonly Warning[];
}

const asObject = (json: JsonValue | undefined): JsonObject =>
  typeof json === 'object' && json !== null && !Array.isArray(json) ? json : {};

/** The recipe with quantities over its own; of the settings of water scaling, those that are given. */
export function recipeWithQuantities(recipe: Recipe, quantities: JsonObject): Recipe {
  if (Object.keys(quantities).length === 0) return recipe;
  const { waterScaling, ...others } = quantities;
  const own = recipe.quantities?.['waterScaling'];
  const settings = waterScaling === undefined ? {} : { waterScaling: { ...asObject(own), ...asObject(waterScaling) } };
  return { ...recipe, quantities: { ...recipe.quantities, ...others, ...settings } };
}

const skipped = (why: string): Warning => ({
  code: 'water-scaling-skipped',
  message: `No amounts by the water reference: ${why}`,
});

function timingOf({ acquisition }: MrsDataset, basis: BasisSet): ScanTiming {
  const { echoTimeS, repetitionTimeS, mixingTimeS, sequence } = acquisition;
  return { sequence: sequenceFamily(sequence) ?? basis.sequence, echoTimeS, repetitionTimeS, mixingTimeS };
}

/** A water file that is silent on its times was measured with the scan's. */
function waterTiming(own: ScanTiming, ofScan: ScanTiming): { timing: ScanTiming; warnings: Warning[] } {
  const names = { echoTimeS: 'echo time', repetitionTimeS: 'repetition time', mixingTimeS: 'mixing time' } as const;
  const keys = ['echoTimeS', 'repetitionTimeS', 'mixingTimeS'] as const;
  const taken = keys.filter((key) => own[key] === null && ofScan[key] !== null);
  const timing = { ...own, ...Object.fromEntries(taken.map((key) => [key, ofScan[key]])) };
  if (taken.length === 0) return { timing, warnings: [] };
  const message = `The water reference does not say its ${taken.map((k) => names[k]).join(', ')}; the scan's was taken.`;
  return { timing, warnings: [{ code: 'water-timing-assumed', message }] };
}

type WaterPart = { readonly settings: WaterScalingSettings | null; readonly warnings: readonly Warning[] };

/** @returns the basis' proton scale, or why it has none in words */
function protonOf(basis: BasisSet, method: string): ProtonAmplitude | string {
  if (fitsSingleLines(method)) return `${method} fits single lines, whose scale to water is unknown.`;
  try {
    return protonAmplitude(basis);
  } catch (error) {
    if (error instanceof ModelError) return error.message;
    throw error;
  }
}

function waterPart(
  { dataset, water: raw, basis, recipe }: QuantitiesInput,
  { dataset: processed, water }: PreprocessingOutcome,
  options: QuantityOptions,
): WaterPart {
  if (raw === null || water === null) return { settings: null, warnings: [] };
  const none = (why: string): WaterPart => ({ settings: null, warnings: [skipped(why)] });
  if (dataset.nucleus !== '1H') return none(`water says nothing of the amounts of ${dataset.nucleus}.`);
  const obstacle = waterObstacle(water, processed);
  if (obstacle !== null) return none(obstacle);
  const proton = protonOf(basis, recipe.quantification.method);
  if (typeof proton === 'string') return none(proton);
  const { scale, warnings } = dataScale(dataset, raw, options.waterToMetabolite);
  const metaboliteTiming = timingOf(dataset, basis);
  const ofWater = waterTiming(timingOf(raw, basis), metaboliteTiming);
  const { dwellTimeS, spectrometerFrequencyMHz } = water;
  const settings: WaterScalingSettings = {
    options: options.waterScaling,
    relaxation: options.relaxation,
    fieldT: fieldStrengthT(dataset.spectrometerFrequencyMHz, dataset.nucleus),
    proton,
    scale,
    metaboliteTiming,
    waterTiming: ofWater.timing,
    waterAxes: { dwellTimeS, spectrometerFrequencyMHz, referencePpm: zeroFrequencyPpm(water) },
    detail: voxelCount(dataset) > 1 ? 'factors' : 'full',
  };
  return { settings, warnings: [...warnings, ...ofWater.warnings] };
}

/** @throws ProcessingError where a segmentation was given for a scan that does not say where it lies */
function tissueByVoxel(
  { dataset, segmentation, voxels }: QuantitiesInput,
  given: TissueFractions | null,
): (voxel: number) => TissueFractions | null {
  if (segmentation === null) return () => given;
  const { affine } = dataset;
  if (affine === null) {
    throw new ProcessingError(
      'PROCESSING_FAILED',
      'The scan does not say where it lies, so tissue fractions can’t be taken from a segmentation; give them as numbers.',
    );
  }
  const [nx = 1, ny = 1, nz = 1] = dataset.data.shape;
  const { grid, values, source } = segmentation;
  const found = tissueFractions({ affine, shape: [nx, ny, nz] }, grid, values, source, voxels);
  const byVoxel = new Map(voxels.map((voxel, i) => [voxel, found[i] as TissueFractions]));
  return (voxel) => byVoxel.get(voxel) ?? given;
}

/** Getters stay getters: FIDs are made only when they are asked for. */
function withExtras(input: FitInput, water: MrsDataset | null, tissue: TissueFractions | null): FitInput {
  const extended = Object.defineProperties({}, Object.getOwnPropertyDescriptors(input)) as FitInput;
  if (tissue !== null) Object.defineProperty(extended, 'tissue', { enumerable: true, value: tissue });
  if (water !== null) {
    Object.defineProperty(extended, 'water', { enumerable: true, get: () => waterFid(water, input.voxel) });
  }
  return extended;
}

/**
 * Gathers what the voxels' quantities are made from.
 * @throws UsageError (the recipe's `quantities`), ProcessingError (segmentation and scan don't go together)
 */
export function scanQuantities(input: QuantitiesInput, preprocessed: PreprocessingOutcome): ScanQuantities {
  const { dataset, recipe } = input;
  const options = parseQuantityOptions(recipe.quantities ?? {}, `The recipe ${recipe.id}`);
  const { settings: waterScaling, warnings } = waterPart(input, preprocessed, options);
  const usual = [...(USUAL_RATIOS[dataset.nucleus] ?? []), 'water'];
  const tissueOf = tissueByVoxel(input, options.tissue);
  const water = waterScaling === null ? null : preprocessed.water;
  return {
    settings: {
      ratios: options.ratios ?? usual,
      tellsMissingRatios: options.ratios !== null,
      waterScaling,
      drift: scanDrift(preprocessed, dataset.acquisition.repetitionTimeS, dimensionLength(dataset, 'DIM_EDIT')),
      thresholds: options.thresholds,
      qualityDetail: voxelCount(dataset) > 1 ? 'brief' : 'full',
    },
    withExtras: (fitInput) => withExtras(fitInput, water, tissueOf(fitInput.voxel)),
    warnings,
  };
}

/** A fit runner whose results carry the scan's quantities. */
export function quantifyingRunner(runner: FitRunner, { settings, withExtras: extend }: ScanQuantities): FitRunner {
  return {
    run: (batch, cancellation, onProgress) =>
      runner.run({ ...batch, quantities: settings, inputs: batch.inputs.map(extend) }, cancellation, onProgress),
  };
}
