// The networks that a card describes in full, as one method: inputs of a batch, one run, a result a spectrum.
import type { BasisSet } from '../../../domain/basisSet.ts';
import { ModelError, ProcessingError } from '../../../domain/errors.ts';
import type { ComplexSignal } from '../../../domain/complexArray.ts';
import type { JsonObject } from '../../../domain/json.ts';
import { basisSignalKind, canonicalMetaboliteName } from '../../../domain/metaboliteNames.ts';
import type { ModelCard, NetworkDesign, QuantificationCard } from '../../../domain/modelCard.ts';
import type { Warning } from '../../../domain/provenance.ts';
import type { FitInput, FitOutput } from '../../../ports/fitRunner.ts';
import type { Tensors } from '../../../ports/inferenceEngine.ts';
import type { BandModel } from './bandModel.ts';
import { BAND_PPM } from './bandSpectrum.ts';
import { basisModel } from './basisModel.ts';
import type { BatchContext, BatchMethod, VoxelFailure } from './batchMethod.ts';
import { estimateByAmplitudes } from './estimateByAmplitudes.ts';
import { estimateByDecoder } from './estimateByDecoder.ts';
import { estimateBySolve } from './estimateBySolve.ts';
import type { EstimateOptions, NetworkEstimate } from './networkEstimate.ts';
import { networkRow } from './networkOutputs.ts';
import type { NetworkRow } from './networkOutputs.ts';
import { networkResult } from './result.ts';
import { bandInputs, largestMagnitude, spectrumTensor } from './spectraBatch.ts';
import type { BandInput } from './spectraBatch.ts';

/** A spectrum as a network is to see it. */
export interface SeenSpectrum {
  readonly spectrum: ComplexSignal;
  /** Where the card's are not those of such spectra. */
  readonly trainedAmounts?: QuantificationCard['trainedAmounts'];
  readonly warnings: readonly Warning[];
}

/** What is special to a method. */
export interface NetworkPlan {
  /** Id as in results: without a protocol. */
  readonly method: string;
  readonly version: string;
  /** Reads the options strictly. @throws UsageError */
  readonly checkOptions: (options: JsonObject) => void;
  /** Spectra as the network is to see them, where it wants more than the scan's own; null: it doesn't. */
  readonly seen?: (
    batch: readonly BandInput[],
    basis: BasisSet,
    card: QuantificationCard,
    context: BatchContext,
  ) => readonly SeenSpectrum[] | null;
  /** Where the spectrum may hold a line that is no metabolite's: it does not count for the residual. [ppm] */
  readonly ignoredPpm?: readonly [number, number];
  /** The network's inputs; the tensor "spectrum" where not given. */
  readonly tensors?: (batch: readonly Pick<BandInput, 'spectrum' | 'scale'>[]) => Tensors;
}

type Estimator = (
  band: BandInput,
  row: NetworkRow,
  card: ModelCard,
  model: BandModel,
  options: EstimateOptions,
) => NetworkEstimate;

const ESTIMATORS: Readonly<Record<NetworkDesign, Estimator>> = {
  amplitudes: estimateByAmplitudes,
  decoder: estimateByDecoder,
  linearSolve: estimateBySolve,
};

/** @throws ModelError */
function quantificationCard(card: ModelCard, method: string): QuantificationCard {
  const { quantification } = card;
  if (quantification === undefined || quantification.method !== method) {
    throw new ModelError('MODEL_INVALID', `The network "${card.id}" is not one of the method ${method}.`, {
      id: card.id,
    });
  }
  return quantification;
}

/** Signals of the basis that a network's amplitudes belong to; a broad one that the basis lacks is left to the baseline. */
function modelOf(input: FitInput, basis: BasisSet, { metabolites, design }: QuantificationCard): BandModel {
  const has = new Set(basis.signals.map(({ name }) => name));
  const isOptional = (name: string): boolean => design === 'amplitudes' && basisSignalKind(name) !== 'metabolite';
  const names = metabolites.map(canonicalMetaboliteName).filter((name) => has.has(name) || !isOptional(name));
  return basisModel(input, basis, names);
}

function ignoredBins({ ignoredPpm }: NetworkPlan): EstimateOptions['ignoredBins'] {
  if (ignoredPpm === undefined) return null;
  const [low, high] = ignoredPpm;
  return [BAND_PPM.findIndex((ppm) => ppm <= high), BAND_PPM.findIndex((ppm) => ppm < low)];
}

const noSignal = (voxel: number): VoxelFailure => ({
  voxel,
  error: new ProcessingError(
    'PROCESSING_FAILED',
    'The spectrum holds no signal to quantify: every sample is zero or one is not a number.',
  ),
});

function requireProtons(inputs: readonly FitInput[], method: string): void {
  const other = inputs.find(({ nucleus }) => nucleus !== '1H');
  if (other === undefined) return;
  throw new ModelError(
    'MODEL_MISMATCH',
    `The method ${method} is for ¹H spectra, and this scan is of ${other.nucleus}.`,
  );
}

/** @returns the method that runs the network of each batch's choice */
export function networkMethodOf(plan: NetworkPlan): BatchMethod {
  return async (inputs, basis, options, context) => {
    plan.checkOptions(options);
    requireProtons(inputs, plan.method);
    const model = await context.models.open(context.network.modelId);
    const quantification = quantificationCard(model.card, plan.method);
    const own = bandInputs(inputs);
    const usable = own.filter(({ scale }) => scale > 0 && Number.isFinite(scale));
    const seen = plan.seen?.(usable, basis, quantification, context) ?? null;
    const batch =
      seen === null
        ? usable
        : usable.map((band, k) => {
            const { spectrum } = seen[k] as SeenSpectrum;
            return spectrum === band.spectrum ? band : { ...band, spectrum, scale: largestMagnitude(spectrum) };
          });
    context.cancellation.throwIfCancelled();
    const makeTensors = plan.tensors ?? ((of: typeof batch): Tensors => ({ spectrum: spectrumTensor(of) }));
    const outputs = batch.length === 0 ? {} : await model.run(makeTensors(batch), context.cancellation);
    const [first] = usable;
    const signals = first === undefined ? null : modelOf(first.input, basis, quantification);
    const run = { plan, context, card: model.card, executionProvider: model.executionProvider, outputs };
    const results = usable.map((band, k) => {
      context.cancellation.throwIfCancelled();
      const output = oneResult(
        seen === null ? run : { ...run, card: cardFor(model.card, seen[k] as SeenSpectrum) },
        { ...band, scale: (batch[k] as BandInput).scale },
        k,
        signals as BandModel,
      );
      return withWarnings(output, seen?.[k]?.warnings ?? []);
    });
    const byInput = new Map(usable.map(({ input }, k) => [input, results[k]]));
    return own.map(({ input }) => byInput.get(input) ?? noSignal(input.voxel));
  };
}

const cardsWith = new WeakMap<QuantificationCard['trainedAmounts'], ModelCard>();

/** The card with what holds of such a spectrum, one object for all spectra alike. */
function cardFor(card: ModelCard, { trainedAmounts }: SeenSpectrum): ModelCard {
  const { quantification } = card;
  if (trainedAmounts === undefined || quantification === undefined) return card;
  const known = cardsWith.get(trainedAmounts);
  if (known !== undefined) return known;
  const changed = { ...card, quantification: { ...quantification, trainedAmounts } };
  cardsWith.set(trainedAmounts, changed);
  return changed;
}

function withWarnings(output: FitOutput, added: readonly Warning[]): FitOutput {
  if (added.length === 0) return output;
  const { result } = output;
  return { ...output, result: { ...result, warnings: [...result.warnings, ...added] } };
}

interface Run {
  readonly plan: NetworkPlan;
  readonly context: BatchContext;
  readonly card: ModelCard;
  readonly executionProvider: string;
  readonly outputs: Tensors;
}

function oneResult(
  { plan, context, card, executionProvider, outputs }: Run,
  band: BandInput,
  row: number,
  model: BandModel,
): FitOutput {
  const { design } = quantificationCard(card, plan.method);
  const estimate = ESTIMATORS[design](band, networkRow(card, outputs, row), card, model, {
    ignoredBins: ignoredBins(plan),
    withCorrelations: context.withCurves,
  });
  return networkResult(estimate, {
    input: band.input,
    method: plan.method,
    version: plan.version,
    card,
    choice: context.network,
    executionProvider,
    scale: band.scale,
    noiseSd: band.noiseSd,
    withCurves: context.withCurves,
  });
}
