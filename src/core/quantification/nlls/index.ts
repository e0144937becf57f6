// The NLLS method's public face.
import type { BasisSet } from '../../domain/basisSet.ts';
import { ModelError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { Cancellation } from '../../ports/cancellation.ts';
import type { FitInput, FitOutput } from '../../ports/fitRunner.ts';
import { parseNllsOptions } from './options.ts';
import { fitFromData } from './startedFit.ts';

export { DEFAULT_NLLS_OPTIONS, parseNllsOptions } from './options.ts';
export type { NllsOptions } from './options.ts';
export { NLLS_VERSION } from './result.ts';
export { fitFromData, fitFromStart } from './startedFit.ts';
export type { StartedFit } from './startedFit.ts';

/**
 * Fits one voxel. `elapsedMs` of the result is 0: the caller, who has a clock, sets it.
 * @throws ModelError, ProcessingError, UsageError (options), CancelledError
 */
export function fitNlls(input: FitInput, basis: BasisSet, options: JsonObject, cancellation: Cancellation): FitOutput {
  const parsed = parseNllsOptions(options);
  if (input.nucleus !== '1H') {
    throw new ModelError('BASIS_MISMATCH', `NLLS fits ¹H spectra; for ${input.nucleus} there are AMARES and QUEST.`);
  }
  return fitFromData(input, basis, parsed, cancellation);
}
