// Offsets of a set of transients by one network: canonical input, batches, a coarse search first where shifts lie outside what
// the network was trained for.
import { fieldStrengthT } from '../../../domain/axes.ts';
import type { ComplexSignal } from '../../../domain/complexArray.ts';
import { ModelError } from '../../../domain/errors.ts';
import type { ModelCard } from '../../../domain/modelCard.ts';
import type { Warning } from '../../../domain/provenance.ts';
import type { Cancellation } from '../../../ports/cancellation.ts';
import type { OpenModel } from '../../../ports/modelLibrary.ts';
import type { TransientOffset, TransientSet } from '../method.ts';
import { withoutOffset, wrapped } from '../../transientOffsets.ts';
import { CANONICAL_POINTS } from '../../../domain/canonicalBand.ts';
import { canonicalSampling } from '../../canonicalFid.ts';
import { networkInput } from './canonicalInput.ts';
import { coarseShiftsPpm } from './coarseShift.ts';

/** Transients of one run. */
const BATCH = 320;
/** shift [ppm], cosine and sine of the phase */
const OUTPUTS = 3;
/** Part of the trained range from which a network's word is checked by the coarse search. */
const SURE_PART = 0.95;
/** A coarse shift is looked for at least so far: creatine may be anywhere there after a gross drift. [ppm] */
const LEAST_SEARCH_PPM = 0.6;

const NUCLEUS = '1H';

/** @throws ModelError MODEL_INVALID where the network is not one of these */
function checkCard(card: ModelCard): void {
  if (card.protocol.nucleus !== NUCLEUS) {
    throw new ModelError(
      'MODEL_MISMATCH',
      `The network "${card.id}" is for ${card.protocol.nucleus} spectra; frequency and phase correction here is for ${NUCLEUS}.`,
    );
  }
  const shapeOf = (specs: ModelCard['inputs'], name: string): string =>
    specs.find((s) => s.name === name)?.shape.join('×') ?? 'none';
  const found = `${shapeOf(card.inputs, 'fid')} → ${shapeOf(card.outputs, 'offsets')}`;
  const expected = `${[null, 2, CANONICAL_POINTS].join('×')} → ${[null, OUTPUTS].join('×')}`;
  if (found !== expected) {
    throw new ModelError(
      'MODEL_INVALID',
      `The network "${card.id}" does not fit frequency and phase correction: its card must have fid ${expected} offsets, not ${found}.`,
    );
  }
}

function fieldWarnings(set: TransientSet, card: ModelCard): Warning[] {
  const field = fieldStrengthT(set.spectrometerFrequencyMHz, NUCLEUS);
  const range = card.protocol.fieldT;
  if (field === null || range === null || (field >= range[0] && field <= range[1])) return [];
  const message =
    `The network "${card.id}" was trained for ${range[0]} to ${range[1]} T, and these transients are of ` +
    `${field.toFixed(2)} T as protons go, so its offsets are doubtful.`;
  return [{ code: 'fpc-network-field-untrained', message }];
}

interface Estimate {
  readonly shiftPpm: number;
  readonly phaseRad: number;
}

async function runNetwork(
  model: OpenModel,
  canonical: readonly ComplexSignal[],
  cancellation: Cancellation,
): Promise<Estimate[]> {
  const estimates: Estimate[] = [];
  for (let start = 0; start < canonical.length; start += BATCH) {
    cancellation.throwIfCancelled();
    const part = canonical.slice(start, start + BATCH);
    const fid = { data: networkInput(part), shape: [part.length, 2, CANONICAL_POINTS] };
    const data = (await model.run({ fid }, cancellation))['offsets']?.data ?? new Float32Array();
    if (data.length !== part.length * OUTPUTS) {
      throw new ModelError(
        'MODEL_INVALID',
        `The network "${model.card.id}" gave ${data.length} numbers for ${part.length} transients instead of ${OUTPUTS} for each.`,
      );
    }
    for (let k = 0; k < part.length; k++) {
      const [shiftPpm, cosine, sine] = data.subarray(k * OUTPUTS, (k + 1) * OUTPUTS) as unknown as [
        number,
        number,
        number,
      ];
      estimates.push({ shiftPpm, phaseRad: Math.atan2(sine, cosine) });
    }
  }
  return estimates;
}

export interface NetworkOffsets {
  readonly offsets: readonly TransientOffset[];
  /** Transients that the coarse search moved first. */
  readonly coarselyMoved: number;
  readonly canonical: readonly ComplexSignal[];
  readonly warnings: readonly Warning[];
}

/** Half the trained range of shifts. [ppm] */
function trainedPpm(card: ModelCard): number {
  const [low, high] = card.protocol.limits['shiftPpm'] ?? [0, 0];
  return Math.min(-low, high);
}

/** Shifts to take out before the network looks: 0 where it was trained for them. [ppm] */
function firstShifts(
  canonical: readonly ComplexSignal[],
  estimates: readonly Estimate[],
  trained: number,
  searchPpm: number,
): number[] {
  const everywhere = searchPpm > trained;
  const doubtful = estimates.map((e) => everywhere || Math.abs(e.shiftPpm) > SURE_PART * trained);
  const chosen = canonical.filter((_, k) => doubtful[k]);
  const found = coarseShiftsPpm(chosen, Math.max(searchPpm, LEAST_SEARCH_PPM));
  let next = 0;
  return doubtful.map((d) => {
    const shift = d ? (found[next++] as number) : 0;
    return Math.abs(shift) > SURE_PART * trained ? shift : 0;
  });
}

function shiftWarnings(moved: number, all: number, trained: number): Warning[] {
  if (moved === 0) return [];
  const message =
    `${moved} of ${all} transients lay about ${trained} ppm or more from creatine's place, outside the range this network ` +
    'was trained for; a coarse search moved them first.';
  return [{ code: 'fpc-network-shift-untrained', message }];
}

/**
 * @param maximumShiftHz where it is beyond the trained range, every transient is searched coarsely first
 * @returns offsets against creatine at 3.027 ppm and zero phase
 * @throws ModelError where the network is not one for this; CancelledError
 */
export async function estimateOffsets(
  set: TransientSet,
  maximumShiftHz: number,
  model: OpenModel,
  cancellation: Cancellation,
): Promise<NetworkOffsets> {
  checkCard(model.card);
  const { dwellTimeS, spectrometerFrequencyMHz } = set;
  const points = set.signals[0]?.re.length ?? 0;
  const { toCanonical } = canonicalSampling({ dwellTimeS, spectrometerFrequencyMHz, points });
  const canonical = set.signals.map(toCanonical);
  const trained = trainedPpm(model.card);
  const direct = await runNetwork(model, canonical, cancellation);
  const first = firstShifts(canonical, direct, trained, maximumShiftHz / spectrometerFrequencyMHz);
  const moved = first.flatMap((shift, k) => (shift === 0 ? [] : [k]));
  const again = await runNetwork(
    model,
    moved.map((k) => {
      const shiftHz = (first[k] as number) * spectrometerFrequencyMHz;
      const signal = set.signals[k] as ComplexSignal;
      return toCanonical(withoutOffset(signal, { shiftHz, phaseRad: 0 }, dwellTimeS));
    }),
    cancellation,
  );
  const estimates = [...direct];
  moved.forEach((k, i) => {
    const { shiftPpm, phaseRad } = again[i] as Estimate;
    estimates[k] = { shiftPpm: shiftPpm + (first[k] as number), phaseRad };
  });
  const offsets = estimates.map(({ shiftPpm, phaseRad }) => ({
    shiftHz: shiftPpm * spectrometerFrequencyMHz,
    phaseRad: wrapped(phaseRad),
    weight: 1,
  }));
  const warnings = [...fieldWarnings(set, model.card), ...shiftWarnings(moved.length, set.signals.length, trained)];
  return { offsets, coarselyMoved: moved.length, canonical, warnings };
}
