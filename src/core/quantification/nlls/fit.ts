// The NLLS fit of one spectrum: a linear combination of basis signals with shared and per-metabolite shifts and widths,
// in the frequency domain. Scale and start from the data, a common fit, a baseline of automatic smoothness, then the
// full fit. After Provencher 1993 (doi:10.1002/mrm.1910300604), Wilson 2021 (ABfit, doi:10.1002/mrm.28385) and Clarke
// 2021 (FSL-MRS, doi:10.1002/mrm.28630); the differences from each are said where they are made.
import type { Cancellation } from '../../ports/cancellation.ts';
import type { FitInput } from '../../ports/fitRunner.ts';
import { amplitudeCovariance } from './covariance.ts';
import { learnSpread } from './deviationSpread.ts';
import { minimise, withEquations } from './engine.ts';
import type { Solution, Tolerance } from './engine.ts';
import { firstFit } from './firstFit.ts';
import { fitStateOf } from './fitState.ts';
import type { FitState } from './fitState.ts';
import { prepareFrame } from './frame.ts';
import type { Frame } from './frame.ts';
import { commonParameters } from './freeParameters.ts';
import { fullProblem } from './fullProblem.ts';
import type { ModelSignal } from './model.ts';
import type { NllsOptions } from './options.ts';
import type { ParameterRule, Problem } from './problem.ts';
import { residualOf, rms } from './residual.ts';
import { searchShifts } from './shiftSearch.ts';
import { SMALL_PHASE, largestPhase, rotate } from './standing.ts';
import type { Standing } from './standing.ts';
import { levelOf, truncated, viewOf } from './view.ts';

export type { FitState } from './fitState.ts';
export { isBaselineAtLimit } from './fitState.ts';

/** A hundredth of χ² is a tenth of a standard deviation at most, along the worst direction. */
export const FINE: Tolerance = { absolute: 1e-2, relative: 1e-8 };
const withinBounds = (rules: readonly ParameterRule[], theta: Float64Array): Float64Array =>
  theta.map((v, j) => Math.min((rules[j] as ParameterRule).upper, Math.max((rules[j] as ParameterRule).lower, v)));

/** Rounds of fit and spread: a third would move τ by some percent. */
export const SPREAD_ROUNDS = 2;
/** Between the rounds the fit only has to be near. */
const NEAR: Tolerance = { absolute: 0.1, relative: 1e-5 };

/** Residual over noise above which the model is not right, so that what it says of the spread means little. */
export const REACHES_NOISE = 1.25;

/**
 * The full fit, with the spread of shifts and widths learned on the way where the options say so and the model reaches the
 * noise. Where it doesn't, deviations take up what the basis has wrong, and their spread stays as wide as the options let it.
 */
function fullFit(
  standing: Standing,
  known: Solution | null,
  noiseRows: number,
  options: NllsOptions,
  cancellation: Cancellation,
): { readonly standing: Standing; readonly solution: Solution; readonly iterations: number } {
  const most = standing.problem.rules;
  let { problem } = standing;
  let iterations = 0;
  /** Goes on from θ; what is known of θ counts where the bounds leave it there. */
  const step = (theta: Float64Array, tolerance: Tolerance, at: Solution | null): Solution => {
    const from = withinBounds(problem.rules, theta);
    const stays = from.every((v, j) => v === theta[j]);
    const found = minimise(problem, from, options.maxIterations, tolerance, cancellation, stays ? at : null);
    iterations += found.iterations;
    return found;
  };
  const isAsked = options.deviationSpread === 'learned' && options.grouping !== 'common';
  let solution = step(standing.theta, isAsked ? NEAR : FINE, known);
  if (!isAsked) return { standing, solution, iterations };
  const misfit = rms(residualOf(problem, solution.linear).residual) / noiseRows;
  let rounds = misfit > REACHES_NOISE ? 0 : SPREAD_ROUNDS;
  for (; rounds > 0; rounds--) {
    const asked = withEquations(problem, solution);
    solution = asked;
    const rules = learnSpread(problem, asked, most);
    if (rules === null) break;
    problem = { ...problem, rules };
    if (rounds > 1) solution = step(solution.theta, NEAR, solution);
  }
  solution = step(solution.theta, FINE, solution);
  return { standing: { ...standing, problem }, solution, iterations };
}

/** The common fit's outcome on what of the FID the full fit looks at. */
export function standAt(
  work: Frame,
  theta: Float64Array,
  rules: readonly ParameterRule[],
  options: NllsOptions,
): Standing {
  const { fid, model, baseline } = work;
  const unrotated: Problem = {
    model,
    baseline,
    y: model.dataRows(fid, 0, 0),
    sigma: work.noiseRows,
    rules,
    amplitudePriors: [],
    free: commonParameters(options),
  };
  return rotate(fid, { problem: unrotated, theta, phases: [0, 0] });
}

/**
 * Fits one FID.
 * @param input the FID with its sampling
 * @param signals basis signals on the FID's own time axis
 * @throws ProcessingError where the FID holds no signal or the window too few points; CancelledError
 */
export function fitSpectrum(
  input: FitInput,
  signals: readonly ModelSignal[],
  options: NllsOptions,
  cancellation: Cancellation,
): FitState {
  const frame = prepareFrame(input, signals, options);
  const first = firstFit(frame, input.start ?? null, options, cancellation);
  const work = truncated(frame, first.theta, options);
  const start = standAt(work, first.theta, first.rules, options);
  let standing: Standing = { ...start, problem: fullProblem(work, frame.model.points, start, options).problem };
  // Two steps bring the phase near its end; then the data are turned, where that is still worth while, and the fit goes on.
  const placed = searchShifts(standing.problem, standing.theta, cancellation);
  const near = minimise(standing.problem, placed, 2, FINE, cancellation);
  const turns = largestPhase(near.theta, frame.ppmSpan) > SMALL_PHASE;
  standing = turns ? rotate(work.fid, { ...standing, theta: near.theta }) : { ...standing, theta: near.theta };
  const full = fullFit(standing, turns ? null : near, work.noiseRows, options, cancellation);
  const { solution } = full;
  standing = full.standing;
  const iterations = first.iterations + near.iterations + full.iterations;
  // The view has a model of its own where the FID was truncated, so that this one still stands at the solution.
  const view = viewOf(frame, work, standing, solution);
  const covariance = amplitudeCovariance(standing.problem, solution, levelOf(frame, work, view));
  return fitStateOf({ frame, work, standing, solution, iterations, view, covariance }, options);
}
