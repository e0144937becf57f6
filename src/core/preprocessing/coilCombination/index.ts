// Coil combination by whitened singular value decomposition (wSVD; Rodgers & Robson, Magn Reson Med 2010;63:881,
// doi:10.1002/mrm.22230). With noise covariance Ψ = LLᴴ and sensitivities b, the combined signal is
// s = bᴴΨ⁻¹x / (bᴴΨ⁻¹b). Deviation: b is the dominant eigenvector of the whitened signal covariance over all
// transients, not of their mean, so phase drift between transients does not cancel the signal.
import type { HeldSignal } from '../../domain/complexArray.ts';
import { signalView } from '../../domain/complexArray.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { MrsDataset } from '../../domain/mrsDataset.ts';
import { voxelCount } from '../../domain/mrsDataset.ts';
import type { Warning } from '../../domain/provenance.ts';
import { OptionReader } from '../options.ts';
import type { DimensionView } from '../signal.ts';
import { dimensionView, heldAlong, zerosWithout } from '../signal.ts';
import type { PreprocessingStep, StepContext } from '../step.ts';
import { processedDataset, skippedOutcome } from '../step.ts';
import { measureNoise } from './noiseCovariance.ts';
import type { CoilNoise } from './noiseCovariance.ts';
import type { CoilWeights } from './weights.ts';
import { coilWeights } from './weights.ts';

export const METHOD_NAME = 'RF coil combination';

export interface CoilCombinationOptions {
  /** Whether coil noise is decorrelated first. */
  readonly whiten: boolean;
  /** Where the weights come from: the water reference where there is one ("auto"), or always the data. */
  readonly weightsFrom: 'auto' | 'data';
}

export const DEFAULT_OPTIONS: CoilCombinationOptions = { whiten: true, weightsFrom: 'auto' };

/** @throws UsageError */
export function readOptions(json: JsonObject): CoilCombinationOptions {
  const reader = new OptionReader('coilCombination', json);
  const options = {
    whiten: reader.boolean('whiten', DEFAULT_OPTIONS.whiten),
    weightsFrom: reader.choice('weightsFrom', DEFAULT_OPTIONS.weightsFrom, ['auto', 'data']),
  };
  reader.finish();
  return options;
}

/** Every FID group [transient][coil] of one voxel, all as they are held: together they may be a gigabyte. */
function coilGroups(dataset: MrsDataset, view: DimensionView, voxel: number): HeldSignal[][] {
  const perVoxel = view.outer / voxelCount(dataset);
  const groups: HeldSignal[][] = [];
  for (let o = voxel * perVoxel; o < (voxel + 1) * perVoxel; o++) {
    for (let i = 0; i < view.inner; i++) groups.push(heldAlong(dataset.data, view, o, i));
  }
  return groups;
}

function applyWeights(dataset: MrsDataset, view: DimensionView, weights: readonly CoilWeights[]) {
  const data = zerosWithout(dataset, view.index);
  const perVoxel = view.outer / voxelCount(dataset);
  for (let o = 0; o < view.outer; o++) {
    const { re, im } = weights[Math.floor(o / perVoxel)] as CoilWeights;
    for (let i = 0; i < view.inner; i++) {
      const out = signalView(data, o * view.inner + i);
      heldAlong(dataset.data, view, o, i).forEach((coil, c) => {
        const wr = re[c] as number;
        const wi = im[c] as number;
        for (let t = 0; t < out.re.length; t++) {
          const xr = coil.re[t] as number;
          const xi = coil.im[t] as number;
          out.re[t] = (out.re[t] as number) + wr * xr - wi * xi;
          out.im[t] = (out.im[t] as number) + wr * xi + wi * xr;
        }
      });
    }
  }
  return { data, dimensions: dataset.dimensions.filter((_, d) => d !== view.index) };
}

interface WeightSource {
  readonly dataset: MrsDataset;
  readonly view: DimensionView;
  readonly name: 'water' | 'data';
}

/** The water reference where it has the same coils and voxels, else the data themselves, with a warning. */
function chooseSource(
  dataset: MrsDataset,
  view: DimensionView,
  options: CoilCombinationOptions,
  water: MrsDataset | null,
): { readonly source: WeightSource; readonly warnings: Warning[] } {
  const own: WeightSource = { dataset, view, name: 'data' };
  if (options.weightsFrom === 'data' || water === null) return { source: own, warnings: [] };
  const waterView = dimensionView(water, 'DIM_COIL');
  if (waterView?.length === view.length && voxelCount(water) === voxelCount(dataset)) {
    return { source: { dataset: water, view: waterView, name: 'water' }, warnings: [] };
  }
  const message =
    `The water reference has ${waterView?.length ?? 0} coils in ${voxelCount(water)} voxel(s), the data ${view.length} in ` +
    `${voxelCount(dataset)}: coil weights were taken from the data.`;
  return { source: own, warnings: [{ code: 'coil-weights-from-data', message }] };
}

function weightsOf(source: WeightSource, noise: CoilNoise, context: StepContext): CoilWeights[] {
  const voxels = voxelCount(source.dataset);
  return Array.from({ length: voxels }, (_, voxel) => {
    context.cancellation.throwIfCancelled();
    context.onProgress({ fraction: voxel / voxels, message: 'Combining coils' });
    return coilWeights(coilGroups(source.dataset, source.view, voxel), noise);
  });
}

function combineWater(
  water: MrsDataset | null,
  weights: readonly CoilWeights[],
  source: WeightSource,
  context: StepContext,
): MrsDataset | null {
  const view = water === null ? null : dimensionView(water, 'DIM_COIL');
  if (water === null || view === null) return water;
  const sameCoils = view.length === source.view.length && voxelCount(water) === weights.length;
  const used = sameCoils
    ? weights
    : weightsOf({ dataset: water, view, name: 'water' }, measureNoise(water, view, true), context);
  const details = { weightsFrom: sameCoils ? source.name : 'water', coils: view.length };
  return processedDataset(water, applyWeights(water, view, used), context.stamp, METHOD_NAME, details);
}

function describe(weights: readonly CoilWeights[], noise: CoilNoise, source: string): JsonObject {
  const gains = weights.map((w) => w.snrGain).filter((g) => g > 0);
  const details: JsonObject = {
    method: 'wSVD',
    weightsFrom: source,
    coils: noise.coils,
    whitened: noise.whitened,
    noiseSamples: noise.samples,
    deadCoils: noise.dead,
    snrGain: gains.length === 0 ? 0 : gains.reduce((a, b) => a + b, 0) / gains.length,
  };
  const only = weights[0];
  if (weights.length === 1 && only !== undefined) {
    details['weightAmplitude'] = Array.from(only.re, (re, c) => Math.hypot(re, only.im[c] as number));
    details['weightPhaseDeg'] = Array.from(only.re, (re, c) => (Math.atan2(only.im[c] as number, re) * 180) / Math.PI);
  }
  return details;
}

/**
 * Combines DIM_COIL into one signal of the amplitude of the root sum of squares of the coils; the phase is that of the
 * first sample of the source of the weights, taken to zero. The water reference gets the same weights.
 */
export const combineCoils: PreprocessingStep<CoilCombinationOptions> = (dataset, options, context) => {
  const view = dimensionView(dataset, 'DIM_COIL');
  if (view === null) return skippedOutcome(dataset, context, 'The data have no coil dimension.');
  const { source, warnings } = chooseSource(dataset, view, options, context.water);
  const noise = measureNoise(dataset, view, options.whiten);
  if (options.whiten && !noise.whitened) {
    warnings.push({
      code: 'coil-noise-not-whitened',
      message: `Coils were combined without noise decorrelation: ${noise.reason}.`,
    });
  }
  const weights = weightsOf(source, noise, context);
  const details = describe(weights, noise, source.name);
  return {
    dataset: processedDataset(
      dataset,
      applyWeights(dataset, view, weights),
      context.stamp,
      METHOD_NAME,
      details,
      warnings,
    ),
    water: combineWater(context.water, weights, source, context),
    warnings,
    details,
  };
};
