// Rejection of transients that differ from the rest (motion, swallowing): robust z-scores (median and MAD) of the
// residual to the median transient and of the frequency offset that alignment found.
import { signalAt, signalView, zeros } from '../../domain/complexArray.ts';
import { ProcessingError } from '../../domain/errors.ts';
import type { JsonObject, JsonValue } from '../../domain/json.ts';
import type { HigherDimension, MrsDataset } from '../../domain/mrsDataset.ts';
import { pointCount, voxelCount } from '../../domain/mrsDataset.ts';
import type { Warning } from '../../domain/provenance.ts';
import { median } from '../../math/robustStatistics.ts';
import { OUTLIER_METHOD_NAME, recordedShiftsHz } from '../alignmentRecord.ts';
import { OptionReader } from '../options.ts';
import type { DimensionView } from '../signal.ts';
import { dimensionView, isZeroSignal, ppmWindow, signalsAlong } from '../signal.ts';
import type { PreprocessingStep, StepContext } from '../step.ts';
import { processedDataset, skippedOutcome } from '../step.ts';
import { residualScores, shiftScores } from './transientScores.ts';

export const METHOD_NAME = OUTLIER_METHOD_NAME;

export interface OutlierRejectionOptions {
  /** Robust SDs beyond which a transient is rejected. */
  readonly limit: number;
  /** Largest part of the transients that may be rejected. */
  readonly maximumFraction: number;
  /** ppm window in which transients are compared (proton data only), or null for the FID. */
  readonly ppmRange: readonly [number, number] | null;
}

export const DEFAULT_OPTIONS: OutlierRejectionOptions = { limit: 3.5, maximumFraction: 0.25, ppmRange: [0.2, 4.2] };

/** Fewer transients have no median worth the name. */
const FEWEST_TRANSIENTS = 5;

/** @throws UsageError */
export function readOptions(json: JsonObject): OutlierRejectionOptions {
  const reader = new OptionReader('outlierRejection', json);
  const options = {
    limit: reader.number('limit', DEFAULT_OPTIONS.limit, 1, 100),
    maximumFraction: reader.number('maximumFraction', DEFAULT_OPTIONS.maximumFraction, 0, 0.9),
    ppmRange: reader.ppmRange('ppmRange', DEFAULT_OPTIONS.ppmRange, true),
  };
  reader.finish();
  return options;
}

/** One transient's scores: of its residual (one-sided) and of its shift. */
interface Score {
  readonly transient: number;
  readonly residualZ: number;
  readonly shiftZ: number;
}

/** Over conditions of one voxel the worst counts (a pair is rejected together); over voxels the median. */
function combine(perGroup: readonly Float64Array[], transient: number, voxels: number): number {
  const values = perGroup.map((z) => z[transient] as number);
  if (values.length === 0) return 0;
  return voxels > 1 ? median(values) : Math.max(...values);
}

function scoreTransients(
  dataset: MrsDataset,
  view: DimensionView,
  options: OutlierRejectionOptions,
  context: StepContext,
): Score[] {
  const proton = dataset.nucleus === '1H';
  const window =
    options.ppmRange === null || !proton
      ? null
      : ppmWindow(pointCount(dataset), dataset.dwellTimeS, dataset.spectrometerFrequencyMHz, options.ppmRange);
  const residual: Float64Array[] = [];
  for (let o = 0; o < view.outer; o++) {
    for (let i = 0; i < view.inner; i++) {
      context.cancellation.throwIfCancelled();
      const signals = signalsAlong(dataset.data, view, o, i);
      if (!signals.every(isZeroSignal)) residual.push(residualScores(signals, window));
    }
  }
  const shifts = (recordedShiftsHz(dataset, view.length) ?? []).map((s) => shiftScores(s).map(Math.abs));
  const voxels = voxelCount(dataset);
  return Array.from({ length: view.length }, (_, transient) => ({
    transient,
    residualZ: combine(residual, transient, voxels),
    shiftZ: combine(shifts, transient, voxels),
  }));
}

function reasonOf(score: Score, limit: number): string {
  const parts: string[] = [];
  if (score.residualZ > limit) parts.push(`differs from the median transient (z ${score.residualZ.toFixed(1)})`);
  if (score.shiftZ > limit) parts.push(`frequency offset out of line (z ${score.shiftZ.toFixed(1)})`);
  return parts.join('; ');
}

/** Keeps the chosen entries of every per-transient list in a dimension's header. */
function keepHeader(dimension: HigherDimension, length: number, kept: readonly number[]): HigherDimension {
  if (dimension.header === null) return dimension;
  const pick = (value: JsonValue): JsonValue => {
    if (Array.isArray(value) && value.length === length) return kept.map((k) => value[k] as JsonValue);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, pick(inner)]));
    }
    return value;
  };
  return { ...dimension, header: pick(dimension.header) as JsonObject };
}

function keepTransients(dataset: MrsDataset, view: DimensionView, kept: readonly number[]) {
  const shape = dataset.data.shape.map((n, axis) => (axis === 3 + view.index ? kept.length : n));
  const data = zeros(shape);
  for (let o = 0; o < view.outer; o++) {
    for (let i = 0; i < view.inner; i++) {
      kept.forEach((from, to) => {
        const source = signalAt(dataset.data, (o * view.length + from) * view.inner + i);
        const target = signalView(data, (o * kept.length + to) * view.inner + i);
        target.re.set(source.re);
        target.im.set(source.im);
      });
    }
  }
  const dimensions = dataset.dimensions.map((d, k) => (k === view.index ? keepHeader(d, view.length, kept) : d));
  return { data, dimensions };
}

/**
 * Takes outlying transients out of DIM_DYN; `details.rejected` lists their indices, `details.reasons` why.
 * @throws ProcessingError where coils are not combined yet
 */
export const rejectOutliers: PreprocessingStep<OutlierRejectionOptions> = (dataset, options, context) => {
  const view = dimensionView(dataset, 'DIM_DYN');
  if (view === null || view.length < FEWEST_TRANSIENTS) {
    return skippedOutcome(dataset, context, `Fewer than ${FEWEST_TRANSIENTS} transients: no outliers were looked for.`);
  }
  if (dimensionView(dataset, 'DIM_COIL') !== null) {
    throw new ProcessingError(
      'PROCESSING_FAILED',
      'Outlier rejection needs combined coils, but the data have a coil dimension.',
    );
  }
  context.onProgress({ fraction: 0, message: `Looking for outliers among ${view.length} transients` });
  const suspects = scoreTransients(dataset, view, options, context)
    .filter((s) => s.residualZ > options.limit || s.shiftZ > options.limit)
    .sort((a, b) => Math.max(b.residualZ, b.shiftZ) - Math.max(a.residualZ, a.shiftZ));
  const allowed = Math.floor(options.maximumFraction * view.length);
  const rejected = suspects.slice(0, allowed).sort((a, b) => a.transient - b.transient);
  const warnings: Warning[] = [];
  if (suspects.length > allowed) {
    warnings.push({
      code: 'outliers-more-than-allowed',
      message:
        `${suspects.length} of ${view.length} transients look like outliers; only the worst ${allowed} ` +
        `(${Math.round(100 * options.maximumFraction)} %) were rejected.`,
    });
  }
  const details: JsonObject = {
    method: 'median and MAD',
    limit: options.limit,
    transients: view.length,
    rejected: rejected.map((s) => s.transient),
    reasons: rejected.map((s) => reasonOf(s, options.limit)),
    suspected: suspects.length,
  };
  const gone = new Set(rejected.map((s) => s.transient));
  const kept = Array.from({ length: view.length }, (_, k) => k).filter((k) => !gone.has(k));
  return {
    dataset: processedDataset(
      dataset,
      keepTransients(dataset, view, kept),
      context.stamp,
      METHOD_NAME,
      details,
      warnings,
    ),
    water: context.water,
    warnings,
    details,
  };
};
