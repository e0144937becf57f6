// Is the spectrum one of those a network knows? Each check in one sentence, with what was measured and its limit. A network
// gives numbers for anything, noise included; where the signal is weak or strange they fall back towards the mean of what it
// was trained on (Rizzo 2023, doi:10.1002/mrm.29561).
import type { ModelCard } from '../../../domain/modelCard.ts';
import { canonicalMetaboliteName } from '../../../domain/metaboliteNames.ts';
import type { NetworkChoice } from '../../../domain/networkChoice.ts';
import type { Warning } from '../../../domain/provenance.ts';
import type { DistributionCheck, NetworkDoubt } from '../../../domain/quantification.ts';
import type { NetworkEstimate } from './networkEstimate.ts';

/** What the checks look at besides the estimate. */
export interface DoubtInput {
  readonly card: ModelCard;
  readonly choice: NetworkChoice;
  readonly estimate: Pick<NetworkEstimate, 'names' | 'amplitudes' | 'latentLength'> & {
    readonly fit: Pick<NetworkEstimate['fit'], 'residualSd'>;
  };
  /** Metabolites and sums whose whole 95 % interval lies below zero; none where a fit keeps them from it. */
  readonly negative?: readonly string[];
  /** Calibrated SD of each amplitude, units of the basis. */
  readonly sds: Float64Array;
  /** Largest magnitude of the spectrum. */
  readonly scale: number;
  /** Noise SD of one real channel of the spectrum. */
  readonly noiseSd: number;
}

/** Key of a card's `protocol.limits`: largest magnitude of the spectrum over the noise SD of a real channel. */
const PEAK_SNR = 'peakSnr';
/**
 * So much above that range is still as in training. Beyond, the limit of the residual, which is in units of the noise, passes what
 * training never left.
 */
const LESS_NOISE = 1.25;
/** Half width of a 95 % interval over its SD. */
const HALF_WIDTH_95 = 1.959963984540054;

const figure = (value: number): string => (Number.isFinite(value) ? String(Number(value.toPrecision(3))) : 'unknown');

const check = (
  name: DistributionCheck['check'],
  passed: boolean,
  value: number | null,
  limit: number | null,
  message: string,
): DistributionCheck => ({ check: name, passed, value, limit, message });

function protocolCheck({ card, choice }: DoubtInput): DistributionCheck {
  const { mismatch, unanswered } = choice;
  if (mismatch !== null) return check('protocol', false, null, null, mismatch);
  const open = unanswered[0];
  const message =
    open === undefined
      ? `The scan's header agrees with what the network "${card.title}" was trained for.`
      : open.message;
  return check('protocol', true, null, null, message);
}

function residualCheck({ card, estimate, noiseSd }: DoubtInput): DistributionCheck[] {
  const limit = card.quantification?.inDistribution.residualLimit ?? null;
  if (limit === null) return [];
  const value = estimate.fit.residualSd / noiseSd;
  const known = Number.isFinite(value);
  const passed = known && value <= limit;
  const measured = known
    ? `The residual is ${figure(value)} times the noise`
    : 'The noise of the spectrum is not known';
  const message = passed
    ? `${measured}, within the ${figure(limit)} times that spectra of the training set leave.`
    : `${measured}, where spectra like those of the training set leave up to ${figure(limit)} times: something in it is unknown to the network.`;
  return [check('residual', passed, known ? value : null, limit, message)];
}

function latentCheck({ card, estimate }: DoubtInput): DistributionCheck[] {
  const limit = card.quantification?.inDistribution.latentLimit ?? null;
  const value = estimate.latentLength;
  if (limit === null || value === null) return [];
  const passed = value <= limit;
  const where = passed ? 'within' : 'beyond';
  const message = `The network's features of this spectrum lie ${figure(value)} from the training set's centre, ${where} the ${figure(limit)} that 99 % of its like keep.`;
  return [check('latent', passed, value, limit, message)];
}

/** How far an amount lies beyond its trained range, in half widths of its own 95 % interval; at most 1 is no matter. */
function beyond(value: number, sd: number, [low, high]: readonly [number, number]): number {
  const distance = Math.max(low - value, value - high, 0);
  return distance === 0 ? 0 : distance / Math.max(HALF_WIDTH_95 * sd, 1e-12 * (high - low));
}

/** A range and the canonical name that it is of. */
type TrainedRange = readonly [name: string, range: readonly [number, number]];

const rangesOfCards = new WeakMap<ModelCard, readonly TrainedRange[]>();

function trainedRanges(card: ModelCard): readonly TrainedRange[] {
  const known = rangesOfCards.get(card);
  if (known !== undefined) return known;
  const ranges = Object.entries(card.quantification?.trainedAmounts ?? {}).map(([name, { range }]): TrainedRange => [
    canonicalMetaboliteName(name),
    range,
  ]);
  rangesOfCards.set(card, ranges);
  return ranges;
}

/** @returns sentences, empty where all is as it should be */
function rangeMessages(outside: readonly string[], negative: readonly string[]): string[] {
  const beyondTrained =
    outside.length === 0
      ? []
      : [
          `Beyond the amounts that the network was trained with: ${outside.join(', ')}; there its estimates fall back towards its training mean.`,
        ];
  if (negative.length === 0) return beyondTrained;
  const impossible = `Below zero by more than the 95 % interval, which no amount can be: ${negative.join(', ')}.`;
  return [impossible, ...beyondTrained];
}

function rangeCheck({ card, estimate, sds, scale, negative = [] }: DoubtInput): DistributionCheck[] {
  const trained = trainedRanges(card);
  if (trained.length === 0 && negative.length === 0) return [];
  const outside: string[] = [];
  let value = 0;
  for (const [name, range] of trained) {
    const at = estimate.names.indexOf(name);
    if (at < 0) continue;
    const distance = beyond((estimate.amplitudes[at] as number) / scale, (sds[at] as number) / scale, range);
    if (distance > 1 && !negative.includes(name)) outside.push(name);
    value = Math.max(value, distance);
  }
  const messages = rangeMessages(outside, negative);
  const passed = messages.length === 0;
  const message = passed ? 'All amounts lie within what the network was trained with.' : messages.join(' ');
  return trained.length === 0
    ? [check('range', passed, null, null, message)]
    : [check('range', passed, value, 1, message)];
}

function snrCheck({ card, scale, noiseSd }: DoubtInput): DistributionCheck[] {
  const range = card.protocol.limits[PEAK_SNR];
  if (range === undefined) return [];
  const value = scale / noiseSd;
  const [low, trainedHigh] = range;
  const high = LESS_NOISE * trainedHigh;
  const known = Number.isFinite(value) ? value : null;
  if (value > high) {
    const message = `The spectrum's peak is ${figure(value)} times the noise; the network was trained up to ${figure(trainedHigh)}, and how far it errs where noise hides less was not measured.`;
    return [check('snr', false, known, high, message)];
  }
  const passed = value >= low;
  const message = passed
    ? `The spectrum's peak is ${figure(value)} times the noise, as in training (${figure(low)} to ${figure(trainedHigh)}).`
    : `The spectrum's peak is only ${figure(value)} times the noise; the network was trained from ${figure(low)} on, and below it its estimates fall back towards its training mean.`;
  return [check('snr', passed, known, low, message)];
}

/** All checks of one result; those that a card has no limit for are left out. */
export function doubtOf(input: DoubtInput): NetworkDoubt {
  const { id, version, sha256 } = input.card;
  return {
    model: { id, version, sha256 },
    checks: [
      protocolCheck(input),
      ...residualCheck(input),
      ...latentCheck(input),
      ...rangeCheck(input),
      ...snrCheck(input),
    ],
  };
}

/** What a reader of the numbers must know: which checks failed, and what the header left open. */
export function doubtWarnings({ checks }: NetworkDoubt, { unanswered }: NetworkChoice): Warning[] {
  const failed = checks.filter(({ passed }) => !passed);
  if (failed.length === 0) return [...unanswered];
  const reasons = failed.map(({ message }) => message).join(' ');
  const message = `This spectrum is unlike those the network was trained on, and its numbers must not be relied on. ${reasons}`;
  return [{ code: 'network-out-of-distribution', message }, ...unanswered];
}
