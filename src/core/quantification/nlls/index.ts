// The NLLS method's public face.
import type { BasisSet } from '../../domain/basisSet.ts';
import { ModelError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { Cancellation } from '../../ports/cancellation.ts';
import type { FitInput, FitOutput } from '../../ports/fitRunner.ts';
import { fitSpectrum } from './fit.ts';
import { withIntervals } from './intervals.ts';
import { parseNllsOptions } from './options.ts';
import { buildResult } from './result.ts';
import { signalsFor } from '../shared/basisSignals.ts';

export { DEFAULT_NLLS_OPTIONS, parseNllsOptions } from './options.ts';
export type { NllsOptions } from './options.ts';
export { NLLS_VERSION } from './result.ts';

/**
 * Fits one voxel. `elapsedMs` of the result is 0: the caller, who has a clock, sets it.
 * @throws ModelError, ProcessingError, UsageError (options), CancelledError
 */
export function fitNlls(input: FitInput, basis: BasisSet, options: JsonObject, cancellation: Cancellation): FitOutput {
  const parsed = parseNllsOptions(options);
  if (input.nucleus !== '1H') {
    throw new ModelError('BASIS_MISMATCH', `NLLS fits ¹H spectra; for ${input.nucleus} there are AMARES and QUEST.`);
  }
  const signals = signalsFor(input, basis, parsed);
  const state = fitSpectrum(input, signals, parsed, cancellation);
  const { result, curves } = buildResult(input, state, 0);
  const fit = { input, signals, options: parsed, state };
  return { voxel: input.voxel, result: withIntervals(result, fit, cancellation), curves };
}
