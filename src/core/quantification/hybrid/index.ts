// Hybrid: the universal network tells phase, shift and widths of all spectra of a scan at once, and the model fit of each begins
// there. The estimates, their bounds and their freedom from bias are the fit's; the network saves its search. Where the network
// does not know such spectra, or the fit does not end well from its start, the full fit is run and the result says so.
import { ModelError, ProcessingError } from '../../domain/errors.ts';
import { NO_CURVES } from '../shared/networks/result.ts';
import type { BatchMethod, VoxelFailure } from '../shared/networks/batchMethod.ts';
import { estimateNoiseSd } from '../shared/noise.ts';
import type { FitInput, FitOutput } from '../../ports/fitRunner.ts';
import { hybridFit } from './hybridFit.ts';
import type { HybridRun } from './hybridFit.ts';
import { universalStarts } from './networkStarts.ts';
import type { NetworkStart, StartsOf } from './networkStarts.ts';
import { parseHybridOptions } from './options.ts';

export { DEFAULT_HYBRID_OPTIONS, parseHybridOptions } from './options.ts';

/** The noise is told once, to the network and to the fit. */
function withNoise(input: FitInput): FitInput {
  const { fid, dwellTimeS, spectrometerFrequencyMHz, noiseSd } = input;
  return { ...input, noiseSd: noiseSd ?? estimateNoiseSd(fid, dwellTimeS, spectrometerFrequencyMHz) };
}

function requireProtons(inputs: readonly FitInput[]): void {
  const other = inputs.find(({ nucleus }) => nucleus !== '1H');
  if (other === undefined) return;
  throw new ModelError('MODEL_MISMATCH', `The method hybrid is for ¹H spectra, and this scan is of ${other.nucleus}.`);
}

/** What concerns one spectrum leaves the others of the scan alone. */
function one(input: FitInput, start: NetworkStart | null, run: HybridRun): FitOutput | VoxelFailure {
  try {
    if (start !== null) return hybridFit(input, start, run);
    const message = 'The spectrum holds no signal to fit: every sample is zero or one is not a number.';
    throw new ProcessingError('PROCESSING_FAILED', message);
  } catch (error) {
    if (error instanceof ProcessingError) return { voxel: input.voxel, error };
    throw error;
  }
}

/** @returns the method that begins at the given starts */
export function hybridMethod(startsOf: StartsOf): BatchMethod {
  return async (inputs, basis, json, context) => {
    const options = parseHybridOptions(json);
    requireProtons(inputs);
    const { cancellation, withCurves, network: choice } = context;
    const known = inputs.map(withNoise);
    const { card, executionProvider, starts } = await startsOf(known, basis, context);
    const run: HybridRun = { basis, options, card, choice, executionProvider, cancellation };
    return known.map((input, k) => {
      cancellation.throwIfCancelled();
      const output = one(input, starts[k] ?? null, run);
      return withCurves || 'error' in output ? output : { ...output, curves: NO_CURVES };
    });
  };
}

export const quantifyWithHybrid: BatchMethod = hybridMethod(universalStarts);
