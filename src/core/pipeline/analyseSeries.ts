// The analysis of a series: preprocessing that keeps one dimension, binning along it, and one fit of all its points.
import type { BasisSet } from '../domain/basisSet.ts';
import type { JsonObject } from '../domain/json.ts';
import type { DimensionTag, MrsDataset } from '../domain/mrsDataset.ts';
import type { ProvenanceStamp, Warning } from '../domain/provenance.ts';
import { provenanceEntry } from '../domain/provenance.ts';
import type { Recipe, StepName } from '../domain/recipe.ts';
import type { Cancellation } from '../ports/cancellation.ts';
import type { ProgressListener } from '../ports/progress.ts';
import type { SeriesFit, SeriesInput } from '../quantification/dynamicSeries/index.ts';
import { checkBasis } from '../quantification/index.ts';
import type { AnalysisDeps } from './analyse.ts';
import type { PreprocessingOutcome } from './runPreprocessing.ts';
import { binDimension, binStarts, pointFids, seriesDimension, seriesQuantity } from './seriesPoints.ts';
import type { SeriesBins } from './seriesPoints.ts';
import { undenoised } from './undenoised.ts';

export interface SeriesRequest {
  readonly dataset: MrsDataset;
  readonly water: MrsDataset | null;
  readonly basis: BasisSet;
  /** Its preprocessing; what would average the series away, take frequency and phase from its points, or denoise them, is left out. */
  readonly recipe: Recipe;
  readonly dimension: DimensionTag;
  readonly bins: SeriesBins;
  /** A key of the dimension's header, a value for each point, or null for what the scan says. */
  readonly x: string | readonly number[] | null;
  readonly voxel: number;
  /** Of the series fit: share, models, and those of the NLLS fit. */
  readonly options: JsonObject;
}

export interface SeriesDeps {
  readonly preprocess: AnalysisDeps['preprocess'];
  /** Fits wherever it likes; the results' `elapsedMs` is set. */
  readonly fitSeries: (
    input: SeriesInput,
    basis: BasisSet,
    options: JsonObject,
    cancellation: Cancellation,
    onProgress: ProgressListener,
  ) => Promise<SeriesFit>;
  readonly stamp: ProvenanceStamp;
  readonly cancellation: Cancellation;
  readonly onProgress: ProgressListener;
}

export interface SeriesOutcome {
  readonly preprocessed: PreprocessingOutcome;
  readonly fit: SeriesFit;
  readonly warnings: readonly Warning[];
}

const PREPROCESSING_SHARE = 0.5;
/** The fit finds these itself; done point by point they would take the series' common phase and frequency from it. */
const LEFT_TO_THE_FIT: readonly StepName[] = ['ppmReferencing', 'phasing'];
/** These would do away with single transients. */
const ACROSS_TRANSIENTS: readonly StepName[] = ['outlierRejection', 'averaging'];
/** On single transients it is slow and sees mostly noise. */
const AFTER_BINNING: readonly StepName[] = ['waterRemoval'];

/** The recipe in two parts: before and after binning. */
export function seriesRecipes(recipe: Recipe, dimension: DimensionTag): readonly [Recipe, Recipe] {
  const kept = recipe.preprocessing.filter(
    ({ step }) => !LEFT_TO_THE_FIT.includes(step) && !(dimension === 'DIM_DYN' && ACROSS_TRANSIENTS.includes(step)),
  );
  const part = (after: boolean): Recipe => ({
    ...recipe,
    preprocessing: kept.filter(({ step }) => AFTER_BINNING.includes(step) === after),
  });
  return [part(false), part(true)];
}

function binWarnings(length: number, bins: SeriesBins): Warning[] {
  const warnings: Warning[] = [];
  const count = binStarts(length, bins).length;
  const left = length - ((count - 1) * bins.step + bins.bin);
  if (left > 0) {
    const message = `The last ${left} of ${length} elements fill no bin and were left out.`;
    warnings.push({ code: 'bin-incomplete', message });
  }
  if (bins.step < bins.bin) {
    const message =
      'The bins overlap, so that neighbouring points share their noise: bounds of what the points share, and of models over them, are too small.';
    warnings.push({ code: 'bins-overlap', message });
  }
  return warnings;
}

/** Both parts of the preprocessing tell what the reading found. */
const distinct = (warnings: readonly Warning[]): Warning[] =>
  warnings.filter((w, i) => warnings.findIndex((other) => other.message === w.message) === i);

/**
 * Preprocesses and fits a series.
 * @throws UsageError (no such dimension, too few points, options), ModelError, ProcessingError, CancelledError
 */
export async function analyseSeries(request: SeriesRequest, deps: SeriesDeps): Promise<SeriesOutcome> {
  const { dataset, water, basis, dimension, bins, voxel } = request;
  const { recipe, warnings: leftOut } = undenoised(request.recipe, 'The fit of a series');
  const { length } = seriesDimension(dataset, dimension);
  const quantity = seriesQuantity(dataset, dimension, bins, request.x);
  const basisWarnings = checkBasis(basis, dataset);
  const [before, after] = seriesRecipes(recipe, dimension);
  const context = (from: number) => ({
    stamp: deps.stamp,
    cancellation: deps.cancellation,
    onProgress: ({ fraction, message }: { readonly fraction: number; readonly message: string }) =>
      deps.onProgress({ fraction: (PREPROCESSING_SHARE * (from + fraction)) / 2, message }),
  });
  const first = await deps.preprocess(dataset, water, before, context(0));
  const binnedData = binDimension(first.dataset, dimension, bins);
  const note = { dimension, bin: bins.bin, step: bins.step };
  const entry = provenanceEntry(deps.stamp, 'Binning of a series', note);
  const binnedDataset = { ...binnedData, provenance: [...binnedData.provenance, entry] };
  const second = await deps.preprocess(binnedDataset, first.water, after, context(1));
  const { fids, warnings } = pointFids(second.dataset, dimension, voxel);
  const { dwellTimeS, spectrometerFrequencyMHz, nucleus } = second.dataset;
  const { name: xName, unit: xUnit, values: x } = quantity;
  const input: SeriesInput = { voxel, fids, x, xName, xUnit, dwellTimeS, spectrometerFrequencyMHz, nucleus };
  const fit = await deps.fitSeries(input, basis, request.options, deps.cancellation, ({ fraction, message }) =>
    deps.onProgress({ fraction: PREPROCESSING_SHARE + (1 - PREPROCESSING_SHARE) * fraction, message }),
  );
  return {
    preprocessed: { ...second, steps: [...first.steps, ...second.steps] },
    fit,
    warnings: distinct([
      ...first.warnings,
      ...second.warnings,
      ...basisWarnings,
      ...leftOut,
      ...warnings,
      ...binWarnings(length, bins),
      ...fit.warnings,
    ]),
  };
}
