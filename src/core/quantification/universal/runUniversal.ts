// The universal network on a batch of spectra: its inputs, one run, its parameters by name. Any field, echo time and basis set;
// training/quantification/universal made it.
import type { BasisSet } from '../../domain/basisSet.ts';
import { CANONICAL_BANDWIDTH_PPM, CANONICAL_POINTS } from '../../domain/canonicalBand.ts';
import { ModelError } from '../../domain/errors.ts';
import { canonicalMetaboliteName } from '../../domain/metaboliteNames.ts';
import type { ModelCard } from '../../domain/modelCard.ts';
import type { Cancellation } from '../../ports/cancellation.ts';
import type { Tensor } from '../../ports/inferenceEngine.ts';
import type { ModelLibrary } from '../../ports/modelLibrary.ts';
import { latentLength, networkRow } from '../shared/networks/networkOutputs.ts';
import { spectrumTensor } from '../shared/networks/spectraBatch.ts';
import type { BandInput } from '../shared/networks/spectraBatch.ts';

export const UNIVERSAL_MODEL_ID = 'lineshape-universal';

/** Frequency that the first condition is told against. [MHz] */
const REFERENCE_MHZ = 123.25;
/** Unit of the second. [s] */
const ECHO_TIME_UNIT_S = 0.1;
/** Where a basis set does not tell its echo time. [s] */
const USUAL_ECHO_TIME_S = 0.03;
/** Less noise, over the largest magnitude, was never seen in training. */
const LEAST_NOISE = 1e-4;
const CONDITIONS = 4;

/** A number that the network estimates, and the SD it gives it. */
export interface Estimated {
  readonly value: number;
  readonly sd: number;
}

/** All of a spectrum that is not linear in amounts. */
export interface UniversalLineshape {
  readonly phaseDeg: Estimated;
  /** Positive: to higher ppm. */
  readonly shiftPpm: Estimated;
  /** FWHM beyond the basis's own. */
  readonly lorentzianHz: Estimated;
  readonly gaussianHz: Estimated;
  /** Shift of one metabolite against the common one; null where the network knows none of that name. */
  readonly ownShiftPpm: (name: string) => Estimated | null;
  /** RMS second difference of the baseline's spline coefficients, in the spectrum's units. */
  readonly baselineRoughness: number;
  readonly latentLength: number | null;
}

export interface UniversalRun {
  readonly card: ModelCard;
  readonly executionProvider: string;
  /** In the order of the batch. */
  readonly lineshapes: readonly UniversalLineshape[];
}

/** Noise SD of a real channel that counts: what a noiseless simulation says would be beyond all that was trained. */
export const countedNoise = ({ noiseSd, scale }: Pick<BandInput, 'noiseSd' | 'scale'>): number =>
  Math.max(noiseSd, LEAST_NOISE * scale);

/** How many of the canonical samples a scan has. */
export function coveredSamples({ fid, dwellTimeS, spectrometerFrequencyMHz }: BandInput['input']): number {
  const samples = Math.ceil(fid.re.length * dwellTimeS * CANONICAL_BANDWIDTH_PPM * spectrometerFrequencyMHz - 1e-9);
  return Math.min(samples, CANONICAL_POINTS);
}

function conditionsTensor(batch: readonly BandInput[], basis: BasisSet): Tensor {
  const data = new Float32Array(CONDITIONS * batch.length);
  const echoTimeS = basis.echoTimeS ?? USUAL_ECHO_TIME_S;
  batch.forEach((band, k) => {
    data[CONDITIONS * k] = Math.log(band.input.spectrometerFrequencyMHz / REFERENCE_MHZ);
    data[CONDITIONS * k + 1] = echoTimeS / ECHO_TIME_UNIT_S;
    data[CONDITIONS * k + 2] = Math.log(countedNoise(band) / band.scale);
    data[CONDITIONS * k + 3] = coveredSamples(band.input) / CANONICAL_POINTS;
  });
  return { data, shape: [batch.length, CONDITIONS] };
}

/** Columns of the output "parameters". */
interface Columns {
  readonly byName: ReadonlyMap<string, number>;
  /** Of own shifts and their SDs, by canonical name of the metabolite. */
  readonly ownShifts: ReadonlyMap<string, readonly [value: number, sd: number]>;
}

const columnsOfCards = new WeakMap<ModelCard, Columns>();
const OWN_SHIFT = 'shiftPpm.';

function columnsOf(card: ModelCard): Columns {
  const known = columnsOfCards.get(card);
  if (known !== undefined) return known;
  const names = card.quantification?.parameters ?? [];
  const byName = new Map(names.map((name, at) => [name, at]));
  const own = names.filter((name) => name.startsWith(OWN_SHIFT) && byName.has(`sd.${name}`));
  const ownShifts = new Map(
    own.map((name) => [
      canonicalMetaboliteName(name.slice(OWN_SHIFT.length)),
      [byName.get(name) as number, byName.get(`sd.${name}`) as number] as const,
    ]),
  );
  const columns = { byName, ownShifts };
  columnsOfCards.set(card, columns);
  return columns;
}

/** @throws ModelError MODEL_INVALID where the card lists no such parameter */
function lineshapeOf(card: ModelCard, values: Float32Array, scale: number, latent: number | null): UniversalLineshape {
  const { byName, ownShifts } = columnsOf(card);
  const at = (name: string): number => {
    const column = byName.get(name);
    if (column !== undefined) return values[column] as number;
    throw new ModelError(
      'MODEL_INVALID',
      `The network "${card.id}" has no parameter "${name}", which its method needs.`,
    );
  };
  const both = (name: string): Estimated => ({ value: at(name), sd: at(`sd.${name}`) });
  return {
    phaseDeg: both('phaseDeg'),
    shiftPpm: both('shiftPpm'),
    lorentzianHz: both('lorentzianHz'),
    gaussianHz: both('gaussianHz'),
    ownShiftPpm: (name) => {
      const own = ownShifts.get(name);
      return own === undefined ? null : { value: values[own[0]] as number, sd: values[own[1]] as number };
    },
    baselineRoughness: scale * at('baselineRoughness'),
    latentLength: latent,
  };
}

/**
 * @param batch spectra that hold a signal
 * @param basis of the scan's protocol: its echo time is the scan's
 * @throws ModelError (no such network, or another than expected), CancelledError, ProcessingError
 */
export async function runUniversal(
  batch: readonly BandInput[],
  basis: BasisSet,
  {
    models,
    modelId,
    cancellation,
  }: { readonly models: ModelLibrary; readonly modelId: string; readonly cancellation: Cancellation },
): Promise<UniversalRun> {
  const { card, executionProvider, run } = await models.open(modelId);
  if (card.quantification?.method !== UNIVERSAL_MODEL_ID) {
    throw new ModelError('MODEL_INVALID', `The network "${card.id}" is not one of the method ${UNIVERSAL_MODEL_ID}.`);
  }
  if (batch.length === 0) return { card, executionProvider, lineshapes: [] };
  const inputs = { spectrum: spectrumTensor(batch), conditions: conditionsTensor(batch, basis) };
  const outputs = await run(inputs, cancellation);
  const lineshapes = batch.map(({ scale }, k) => {
    const row = networkRow(card, outputs, k);
    return lineshapeOf(card, row.output('parameters'), scale, latentLength(row));
  });
  return { card, executionProvider, lineshapes };
}
