// The dynamic series' public face: a fit per point with shared parameters, all points at once. After FSL-MRS's dynamic
// fitting (Clarke 2024, doi:10.1002/mrm.30001).
import type { BasisSet } from '../../domain/basisSet.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { Cancellation } from '../../ports/cancellation.ts';
import type { ProgressListener } from '../../ports/progress.ts';
import { signalsFor } from '../shared/basisSignals.ts';
import { minimiseSeries } from './minimise.ts';
import { parseSeriesOptions } from './options.ts';
import { buildSeries } from './result.ts';
import type { SeriesFit } from './result.ts';
import { checkSeries } from './seriesInput.ts';
import type { SeriesInput } from './seriesInput.ts';
import { startSeries } from './start.ts';

export { AMPLITUDE_MODELS } from './amplitudeModels.ts';
export type { AmplitudeModelName } from './amplitudeModels.ts';
export { DEFAULT_SHARING, parseModel, parseSeriesOptions } from './options.ts';
export type { ModelRequest, SeriesOptions, SeriesSharing, Sharing } from './options.ts';
export type { ModelEstimate, ModelParameter, SharedEstimate } from './parameters.ts';
export { SERIES_METHOD, SERIES_VERSION } from './result.ts';
export type { SeriesFit, SeriesPoint } from './result.ts';
export type { SeriesInput } from './seriesInput.ts';

/**
 * Fits a series. `elapsedMs` of its results is 0: the caller, who has a clock, sets it.
 * @param options `share`, `models`, and those of the NLLS fit (parseSeriesOptions)
 * @throws ModelError, ProcessingError (too few points, no signal), UsageError (options), CancelledError
 */
export function fitSeries(
  input: SeriesInput,
  basis: BasisSet,
  options: JsonObject,
  cancellation: Cancellation,
  onProgress: ProgressListener,
): SeriesFit {
  const parsed = parseSeriesOptions(options);
  checkSeries(input);
  const first = input.fids[0] as SeriesInput['fids'][number];
  const signals = signalsFor({ ...input, fid: first, noiseSd: null }, basis, parsed.spectrum);
  onProgress({ fraction: 0, message: 'Fitting the mean of the series' });
  const start = startSeries(input, signals, parsed, cancellation);
  const { problem, state } = start;
  const solution = minimiseSeries(problem, state, parsed.spectrum.maxIterations, cancellation, onProgress);
  return buildSeries(input, start, solution, cancellation);
}
