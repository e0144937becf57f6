// The common fit from a start that is nearly right: one Gauss–Newton step of what all signals share. Macromolecules and lipids
// have shift and width of their own from here on: where a scan's are broader than the basis has them, what follows is no small
// step otherwise, and the baseline would be chosen for what they leave.
import type { Cancellation } from '../../ports/cancellation.ts';
import type { FitStart } from '../../ports/fitRunner.ts';
import { everySignal, solveAmplitudes } from './amplitudes.ts';
import { DAMPING, linearStep, minimise } from './engine.ts';
import { FINE } from './fit.ts';
import { problemFrom, shortFrame } from './firstFit.ts';
import type { FirstFit } from './firstFit.ts';
import type { Frame } from './frame.ts';
import { GAUSSIAN, LORENTZIAN, PHASE0, SHIFT, gammaToGaussianHz } from './model.ts';
import type { SpectralModel } from './model.ts';
import { dataEquations } from './normalEquations.ts';
import type { NllsOptions } from './options.ts';

/** As large a step as the common fit may be: what is left of it after that is its square, over a line's width. */
const SMALL_STEP = { phaseRad: 0.15, shiftHz: 1, widthHz: 4 } as const;
/** The common fit's baseline is too smooth to need more. */
const KNOTS_PER_PPM = 6;
/** What of the FID tells shift and widths nearly as well as all of it. [s] */
const ENOUGH_S = 0.25;
/** Of the common fit, where one small step is not all. */
const MOST_STEPS = 12;

function isSmall(from: Float64Array, to: Float64Array): boolean {
  const moved = (j: number): number => Math.abs((to[j] as number) - (from[j] as number));
  const gaussian = gammaToGaussianHz(to[GAUSSIAN] as number) - gammaToGaussianHz(from[GAUSSIAN] as number);
  return (
    moved(PHASE0) < SMALL_STEP.phaseRad &&
    moved(SHIFT) < SMALL_STEP.shiftHz &&
    moved(LORENTZIAN) < SMALL_STEP.widthHz &&
    Math.abs(gaussian) < SMALL_STEP.widthHz
  );
}

/** Shifts and widths of macromolecules and lipids. */
function broadDeviations(model: SpectralModel): number[] {
  const groups = Array.from({ length: model.groupCount }, (_, g) => g).filter((g) => model.isBroadGroup(g));
  return groups.flatMap((g) => [model.shiftDeviation(g), model.lorentzianDeviation(g)]);
}

/**
 * @param frame of a FID at any sampling rate that holds the window
 * @returns θ with the deviations of metabolites at zero
 * @throws CancelledError
 */
export function commonStep(frame: Frame, start: FitStart, options: NllsOptions, cancellation: Cancellation): FirstFit {
  const knots = Math.min(options.baselineKnotsPerPpm, KNOTS_PER_PPM);
  const short = shortFrame(frame, ENOUGH_S, { ...options, baselineKnotsPerPpm: knots });
  const { problem: common, theta } = problemFrom(short, start, options);
  const { rules } = common;
  const problem = { ...common, free: [...common.free, ...broadDeviations(short.model)] };
  const linear = solveAmplitudes(problem, theta, everySignal(problem));
  const step = linearStep(problem, theta, dataEquations(problem, linear, problem.free), DAMPING);
  if (step !== null && isSmall(theta, step.theta)) return { theta: step.theta, rules, iterations: 1 };
  const found = minimise(problem, theta, MOST_STEPS, FINE, cancellation);
  return { theta: found.theta, rules, iterations: 1 + found.iterations };
}
