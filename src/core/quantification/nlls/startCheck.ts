// Did a fit from a given start end where the lines are? The strong singlets, looked for in the data by themselves
// (shared/startValues.ts), tell, where the residual does not.
import type { FitInput } from '../../ports/fitRunner.ts';
import { startCandidates } from '../shared/startValues.ts';
import type { ModelSignal } from '../shared/modelSignal.ts';
import type { NllsOptions } from './options.ts';

/** A candidate counts with at least this part of the best one's power. */
const RIVAL_SCORE = 0.5;
/** As far as the singlets may be from where the fit has them: neighbouring peaks of the correlation lie farther apart. [ppm] */
const NEAR_PPM = 0.04;
/** Phases of strong singlets among other lines are right to this. [rad] */
const NEAR_PHASE_RAD = (60 * Math.PI) / 180;

/** Where a fit has the lines. */
export interface Place {
  readonly shiftHz: number;
  /** At the singlets. */
  readonly phaseRad: number;
}

/** An angle within half a turn of zero. */
export const wrapped = (rad: number): number => rad - 2 * Math.PI * Math.round(rad / (2 * Math.PI));

/** Whether the singlets of the data are where a fit has them. */
export function isWhereSingletsAre(
  place: Place,
  { fid, dwellTimeS, spectrometerFrequencyMHz: f0 }: FitInput,
  signals: readonly ModelSignal[],
  { shiftSearchPpm, phases }: NllsOptions,
): boolean {
  const candidates = startCandidates(fid, signals, dwellTimeS, f0, shiftSearchPpm * f0, 3);
  const strongest = candidates[0]?.score ?? 0;
  return candidates.some(
    ({ shiftHz, phase0, score }) =>
      score >= RIVAL_SCORE * strongest &&
      Math.abs(shiftHz - place.shiftHz) <= NEAR_PPM * f0 &&
      (phases === 'fixed' || Math.abs(wrapped(phase0 - place.phaseRad)) <= NEAR_PHASE_RAD),
  );
}
