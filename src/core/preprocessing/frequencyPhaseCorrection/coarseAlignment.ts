// A first alignment of a set, good to about a point of the spectrum, from any shift and phase: what the finer methods start
// from. Every transient is brought to the one that explains the others best, then twice to the mean of all.
import type { ComplexSignal } from '../../domain/complexArray.ts';
import { median } from '../../math/robustStatistics.ts';
import type { Cancellation } from '../../ports/cancellation.ts';
import { Band, BandReference } from './bandRegistration.ts';
import type { BandPlace } from './bandRegistration.ts';
import type { TransientSet } from './method.ts';
import { alignedSignals, weightedMean } from './offsets.ts';
import { centred } from '../transientOffsets.ts';
import type { TransientOffset } from './method.ts';

/** Between lipids and water, where every proton spectrum of the brain has its lines. [ppm] */
export const METABOLITE_PPM: readonly [number, number] = [1.85, 4.1];
/** Of the baseline under the range: enough for the tails of water and lipids. */
const BASELINE_DEGREE = 4;
const CANDIDATES = 6;
const JUDGES = 16;
const PASSES = 2;
/** How far from the middle of all a transient is looked for, in units of the largest shift: the middle is none of its ends. */
const CENTRED_REACH = 1.25;

/** Up to `count` of n indices, evenly spread. */
function spread(n: number, count: number): number[] {
  const taken = Math.min(n, count);
  return Array.from({ length: taken }, (_, i) => Math.floor(((i + 0.5) * n) / taken));
}

export interface CoarseAlignment {
  readonly offsets: readonly TransientOffset[];
  /** Part of each transient's lines that the mean explains, 0 to 1. */
  readonly explained: readonly number[];
}

function bestStart(set: TransientSet, band: Band, reachHz: number): BandReference {
  const judges = spread(set.signals.length, JUDGES);
  let best: { readonly reference: BandReference; readonly score: number } | null = null;
  for (const k of spread(set.signals.length, CANDIDATES)) {
    const reference = new BandReference(band, set.signals[k]!);
    const others = judges.filter((j) => j !== k);
    const score = median(others.map((j) => reference.search(set.signals[j]!, reachHz).explained));
    if (best === null || score > best.score) best = { reference, score };
  }
  return best!.reference;
}

/**
 * @param maximumShiftHz largest offset of a transient from the middle; two may differ by twice as much
 * @throws ProcessingError where the spectra are empty or too coarse between 1.85 and 4.1 ppm; CancelledError
 */
export function coarseAlignment(
  set: TransientSet,
  maximumShiftHz: number,
  cancellation: Cancellation,
): CoarseAlignment {
  const band = new Band(set, METABOLITE_PPM, BASELINE_DEGREE);
  const reachHz = 2 * maximumShiftHz;
  let reference = bestStart(set, band, reachHz);
  let places: BandPlace[] = [];
  let offsets: TransientOffset[] = [];
  for (let pass = 0; pass <= PASSES; pass++) {
    cancellation.throwIfCancelled();
    const farHz = pass === 0 ? reachHz : CENTRED_REACH * maximumShiftHz;
    places = set.signals.map((signal) => reference.search(signal, farHz));
    offsets = centred(places.map(({ shiftHz, phaseRad }) => ({ shiftHz, phaseRad, weight: 1 })));
    const explained = places.map((p) => p.explained);
    reference = new BandReference(band, weightedMean(alignedSignals(set, offsets), explained));
  }
  return { offsets, explained: places.map((p) => p.explained) };
}

/** One transient's place against a reference in the middle of the set. */
export function coarsePlace(set: TransientSet, k: number, reference: BandReference, maximumShiftHz: number): BandPlace {
  return reference.search(set.signals[k]!, CENTRED_REACH * maximumShiftHz);
}

/** A reference for coarse searches. @throws ProcessingError as `coarseAlignment` */
export function coarseReference(set: TransientSet, mean: ComplexSignal): BandReference {
  return new BandReference(new Band(set, METABOLITE_PPM, BASELINE_DEGREE), mean);
}
