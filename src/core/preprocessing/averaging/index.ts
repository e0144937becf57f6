// Averaging over transients (DIM_DYN): plain, weighted as the correction of frequency and phase found them alike, or by the
// inverse noise variance of each transient.
import type { ComplexSignal } from '../../domain/complexArray.ts';
import { signalView } from '../../domain/complexArray.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { MrsDataset } from '../../domain/mrsDataset.ts';
import { recordedWeights } from '../alignmentRecord.ts';
import { OptionReader } from '../options.ts';
import { dimensionView, noiseSdOfTail, signalsAlong, zerosWithout } from '../signal.ts';
import type { PreprocessingStep } from '../step.ts';
import { processedDataset, skippedOutcome } from '../step.ts';

export const METHOD_NAME = 'Signal averaging';

export interface AveragingOptions {
  /** "auto": those of the correction where it gave some, else equal ones. */
  readonly weights: 'auto' | 'equal' | 'inverseVariance';
}

export const DEFAULT_OPTIONS: AveragingOptions = { weights: 'auto' };

/** @throws UsageError */
export function readOptions(json: JsonObject): AveragingOptions {
  const reader = new OptionReader('averaging', json);
  const options = { weights: reader.choice('weights', DEFAULT_OPTIONS.weights, ['auto', 'equal', 'inverseVariance']) };
  reader.finish();
  return options;
}

/** Weights that sum to 1. Silent transients (no noise: empty) get weight only where all are silent. */
function transientWeights(
  noiseSd: readonly number[],
  options: AveragingOptions,
  ofCorrection: readonly number[] | null,
): number[] {
  const equal = noiseSd.map(() => 1);
  const byNoise = noiseSd.every((s) => s === 0) ? equal : noiseSd.map((s) => (s > 0 ? 1 / (s * s) : 0));
  const raw = options.weights === 'inverseVariance' ? byNoise : (ofCorrection ?? equal);
  const total = raw.reduce((a, b) => a + b, 0);
  return raw.map((w) => w / total);
}

function addWeighted(out: ComplexSignal, signal: ComplexSignal, weight: number): void {
  for (let t = 0; t < out.re.length; t++) {
    out.re[t] = (out.re[t] as number) + weight * (signal.re[t] as number);
    out.im[t] = (out.im[t] as number) + weight * (signal.im[t] as number);
  }
}

interface Averaged {
  readonly dataset: MrsDataset;
  readonly details: JsonObject;
}

/** @returns null where there is nothing to average */
function averageDataset(
  dataset: MrsDataset,
  options: AveragingOptions,
  stamp: Parameters<typeof processedDataset>[2],
): Averaged | null {
  const view = dimensionView(dataset, 'DIM_DYN');
  if (view === null) return null;
  const data = zerosWithout(dataset, view.index);
  const recorded = options.weights === 'auto' ? recordedWeights(dataset, view.length) : null;
  const ofCorrection = recorded?.length === view.outer * view.inner ? recorded : null;
  let single = 0;
  let averaged = 0;
  let squares = 0;
  for (let o = 0; o < view.outer; o++) {
    for (let i = 0; i < view.inner; i++) {
      const signals = signalsAlong(dataset.data, view, o, i);
      const noise = signals.map((s) => noiseSdOfTail(s));
      const weights = transientWeights(noise, options, ofCorrection?.[o * view.inner + i] ?? null);
      const out = signalView(data, o * view.inner + i);
      signals.forEach((signal, k) => addWeighted(out, signal, weights[k] as number));
      single += noise.reduce((a, b) => a + b * b, 0) / noise.length;
      squares += weights.reduce((sum, w) => sum + w * w, 0);
      averaged += noise.reduce((sum, s, k) => sum + (s * (weights[k] as number)) ** 2, 0);
    }
  }
  const groups = view.outer * view.inner;
  const details: JsonObject = {
    transients: view.length,
    weights: options.weights === 'auto' ? (ofCorrection === null ? 'equal' : 'correction') : options.weights,
    /** As many, with equal weights, leave as much noise. */
    effectiveTransients: groups / squares,
    noiseSdTransient: Math.sqrt(single / groups),
    noiseSdAverage: Math.sqrt(averaged / groups),
  };
  const dimensions = dataset.dimensions.filter((_, d) => d !== view.index);
  return { dataset: processedDataset(dataset, { data, dimensions }, stamp, METHOD_NAME, details), details };
}

/**
 * Mean over DIM_DYN; every other dimension (edit conditions, coils) is kept. The water reference is averaged too. The
 * noise SDs in the details are per real channel and time point, rms over voxels and conditions.
 */
export const averageTransients: PreprocessingStep<AveragingOptions> = (dataset, options, context) => {
  context.cancellation.throwIfCancelled();
  const result = averageDataset(dataset, options, context.stamp);
  const { water } = context;
  const averagedWater = water === null ? null : (averageDataset(water, options, context.stamp)?.dataset ?? water);
  if (result === null) {
    return { ...skippedOutcome(dataset, context, 'The data have no transients to average.'), water: averagedWater };
  }
  return { dataset: result.dataset, water: averagedWater, warnings: [], details: result.details };
};
