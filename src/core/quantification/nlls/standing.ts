// Where the data of a fit stand: turned by a phase, so that the real baseline stands beside absorption lines.
import type { ComplexSignal } from '../../domain/complexArray.ts';
import { PHASE0, PHASE1 } from './model.ts';
import type { Problem } from './problem.ts';

/**
 * Phase left in the model below which turning the data once more is not worth another solve: at 3° the baseline, which is
 * real in the frame of the data, loses 0.1 % of its height and gains a smooth 5 %, which its own freedom takes up.
 */
export const SMALL_PHASE = (3 * Math.PI) / 180;

/** Largest phase of the model over the window, whose pivot is its middle. [rad] */
export const largestPhase = (theta: Float64Array, ppmSpan: number): number =>
  Math.abs(theta[PHASE0] as number) + (Math.abs(theta[PHASE1] as number) * ppmSpan) / 2;

/** Where the data stand: a problem whose data rows were rotated by `phases`, and θ measured from there. */
export interface Standing {
  readonly problem: Problem;
  readonly theta: Float64Array;
  readonly phases: readonly [number, number];
}

/** Turns the data so that the model's phase starts at zero: then the real baseline stands beside absorption lines. */
export function rotate(fid: ComplexSignal, { problem, theta, phases }: Standing): Standing {
  const phase0 = phases[0] + (theta[PHASE0] as number);
  const phase1 = phases[1] + (theta[PHASE1] as number);
  const turned = theta.slice();
  turned[PHASE0] = 0;
  turned[PHASE1] = 0;
  // The prior of φ1 stays where it was: about zero rotation of the original data.
  const rules = problem.rules.map((rule, j) =>
    j === PHASE1 ? { ...rule, lower: -1 - phase1, upper: 1 - phase1, priorMean: -phase1 } : rule,
  );
  const y = problem.model.dataRows(fid, phase0, phase1);
  return { problem: { ...problem, y, rules }, theta: turned, phases: [phase0, phase1] };
}
