// The starts of a batch by the universal network: one run for all spectra.
import type { BasisSet } from '../../domain/basisSet.ts';
import type { ModelCard } from '../../domain/modelCard.ts';
import type { FitInput, FitStart } from '../../ports/fitRunner.ts';
import type { BatchContext } from '../shared/networks/batchMethod.ts';
import { bandInputs } from '../shared/networks/spectraBatch.ts';
import { runUniversal } from '../universal/index.ts';

/** What the network says of one spectrum, and what it saw of it. */
export interface NetworkStart {
  readonly start: FitStart;
  /** Length of the output "latent"; null without. */
  readonly latentLength: number | null;
  /** Largest magnitude of the spectrum, and noise SD of one of its real channels. */
  readonly scale: number;
  readonly noiseSd: number;
}

export interface NetworkStarts {
  readonly card: ModelCard;
  readonly executionProvider: string;
  /** In the order of the inputs; null where there is no signal. */
  readonly starts: readonly (NetworkStart | null)[];
}

/** @throws ModelError, ProcessingError, CancelledError */
export type StartsOf = (inputs: readonly FitInput[], basis: BasisSet, context: BatchContext) => Promise<NetworkStarts>;

export const universalStarts: StartsOf = async (inputs, basis, { models, network, cancellation }) => {
  const own = bandInputs(inputs);
  const usable = own.filter(({ scale }) => scale > 0 && Number.isFinite(scale));
  const asked = { models, modelId: network.modelId, cancellation };
  const { card, executionProvider, lineshapes } = await runUniversal(usable, basis, asked);
  const byInput = new Map(usable.map(({ input }, k) => [input, lineshapes[k]]));
  const starts = own.map(({ input, scale, noiseSd }): NetworkStart | null => {
    const found = byInput.get(input);
    if (found === undefined) return null;
    const start: FitStart = {
      phase0Deg: found.phaseDeg.value,
      phase1DegPerPpm: 0,
      shiftHz: -found.shiftPpm.value * input.spectrometerFrequencyMHz,
      lorentzianHz: Math.max(0, found.lorentzianHz.value),
      gaussianHz: Math.max(0, found.gaussianHz.value),
    };
    return { start, latentLength: found.latentLength, scale, noiseSd };
  });
  return { card, executionProvider, starts };
};
