// One spectrum: what the network says of phase, shift and widths as the start of the model fit, and a result that is the fit's
// with the network's doubt beside it.
import type { BasisSet } from '../../domain/basisSet.ts';
import type { ModelCard } from '../../domain/modelCard.ts';
import type { NetworkChoice } from '../../domain/networkChoice.ts';
import type { Warning } from '../../domain/provenance.ts';
import type { NetworkDoubt, QuantificationResult } from '../../domain/quantification.ts';
import type { Cancellation } from '../../ports/cancellation.ts';
import type { FitInput, FitOutput } from '../../ports/fitRunner.ts';
import { fitFromData, fitFromStart } from '../nlls/index.ts';
import type { NllsOptions, StartedFit } from '../nlls/index.ts';
import { doubtOf } from '../shared/networks/doubt.ts';
import type { NetworkStart } from './networkStarts.ts';

const VERSION = '1.0.0';

/** What the starts of a scan have in common. */
export interface HybridRun {
  readonly basis: BasisSet;
  readonly options: NllsOptions;
  readonly card: ModelCard;
  readonly choice: NetworkChoice;
  readonly executionProvider: string;
  readonly cancellation: Cancellation;
}

/** Why a network's start is not to be used; null where it is. */
function refusal({ card, choice }: HybridRun, { latentLength }: NetworkStart): string | null {
  if (choice.mismatch !== null) return choice.mismatch;
  const limit = card.quantification?.inDistribution.latentLimit ?? null;
  if (limit === null || latentLength === null || latentLength <= limit) return null;
  return "The network's features of this spectrum lie farther from its training set's centre than 99 % of that set.";
}

/** The network's checks, amounts and residual being the fit's. */
function checksOf(
  { card, choice }: HybridRun,
  { latentLength, scale, noiseSd }: NetworkStart,
  fit: QuantificationResult,
): NetworkDoubt {
  const { metabolites, residualSd, diagnostics } = fit;
  // The fit's residual and noise are sums over all samples, the network's are integrals: only their ratio counts.
  const residualOverNoise = residualSd / Number(diagnostics['noiseSd']);
  const estimate = {
    names: metabolites.map(({ name }) => name),
    amplitudes: Float64Array.from(metabolites, ({ amplitude }) => amplitude),
    latentLength,
    fit: { residualSd: residualOverNoise * noiseSd },
  };
  const sds = Float64Array.from(metabolites, ({ crlbAbsolute }) => crlbAbsolute ?? 0);
  return { ...doubtOf({ card, choice, estimate, sds, scale, noiseSd }), onlyStarts: true };
}

/** What a reader should know where the network had no part in the numbers. */
function fallbackWarnings(reason: string | null): Warning[] {
  if (reason === null) return [];
  const message = `The network's start was not used, and the fit searched its own, as NLLS does. ${reason}`;
  return [{ code: 'hybrid-fell-back', message }];
}

/** The fit's result as the hybrid's. */
function hybridResult(
  fit: QuantificationResult,
  run: HybridRun,
  from: NetworkStart,
  reason: string | null,
): QuantificationResult {
  const { card, choice, executionProvider } = run;
  const doubt = checksOf(run, from, fit);
  const { phase0Deg, shiftHz, lorentzianHz, gaussianHz } = from.start;
  return {
    ...fit,
    method: 'hybrid',
    version: VERSION,
    inDistribution: doubt.checks.every(({ passed }) => passed),
    doubt,
    executionProvider,
    warnings: [...fit.warnings, ...fallbackWarnings(reason), ...choice.unanswered],
    diagnostics: {
      ...fit.diagnostics,
      network: card.id,
      startedFrom: reason === null ? 'network' : 'data',
      fellBack: reason !== null,
      fallbackReason: reason,
      networkPhase0Deg: phase0Deg,
      networkShiftHz: shiftHz,
      networkLorentzianHz: lorentzianHz,
      networkGaussianHz: gaussianHz,
    },
  };
}

/**
 * Fits one voxel from a network's start.
 * @throws ModelError, ProcessingError, CancelledError
 */
export function hybridFit(input: FitInput, from: NetworkStart, run: HybridRun): FitOutput {
  const { basis, options, cancellation } = run;
  const refused = refusal(run, from);
  const { output, fellBack }: StartedFit =
    refused === null
      ? fitFromStart(input, basis, options, from.start, cancellation)
      : { output: fitFromData(input, basis, options, cancellation), fellBack: refused };
  return { ...output, result: hybridResult(output.result, run, from, fellBack) };
}
