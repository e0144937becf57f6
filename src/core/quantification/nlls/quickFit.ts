// The NLLS fit from a start that is nearly right (a network's, say): what the full fit searches and repeats is done once. From
// the start one Gauss–Newton step of the common fit; then the full problem, whose spread of shifts and widths is learned from
// the same equations that its steps are made of. Model, priors, baseline and bounds are the full fit's (fit.ts), and so is where
// it ends, to a small part of a bound.
import type { Cancellation } from '../../ports/cancellation.ts';
import type { FitStart } from '../../ports/fitRunner.ts';
import { everySignal, solveAmplitudes, solveWithColumns } from './amplitudes.ts';
import type { LinearSolution } from './amplitudes.ts';
import { covarianceFromProducts } from './covariance.ts';
import { learnSpread } from './deviationSpread.ts';
import { costOf, informedParameters, linearStep, minimise } from './engine.ts';
import type { Solution } from './engine.ts';
import { FINE, REACHES_NOISE, SPREAD_ROUNDS, standAt } from './fit.ts';
import { fitStateOf } from './fitState.ts';
import type { FitState } from './fitState.ts';
import { problemFrom, shortFrame } from './firstFit.ts';
import type { FirstFit } from './firstFit.ts';
import type { Frame } from './frame.ts';
import { fullProblem } from './fullProblem.ts';
import { GAUSSIAN, LORENTZIAN, PHASE0, SHIFT, gammaToGaussianHz } from './model.ts';
import { dataEquations, jointProducts, withResidual } from './normalEquations.ts';
import type { DataEquations, JointProducts } from './normalEquations.ts';
import type { NllsOptions } from './options.ts';
import type { ParameterRule, Problem } from './problem.ts';
import { residualOf, rms } from './residual.ts';
import { SMALL_PHASE, largestPhase, rotate } from './standing.ts';
import type { Standing } from './standing.ts';
import { levelOf, truncated, viewOf } from './view.ts';

/** As large a step as the common fit may end with: what is left of it after that is its square, over a line's width. */
const SMALL_STEP = { phaseRad: 0.15, shiftHz: 1, widthHz: 4 } as const;
/** The common fit's baseline is too smooth to need more. */
const COMMON_KNOTS_PER_PPM = 6;
const DAMPING = 1e-7;
const COMMON_STEPS = 2;
/** Fall of χ² by a step after which no other is needed. */
const NEAR_ENOUGH = 1;
const MOST_COMMON_STEPS = 12;
const MOST_ROUNDS = 4;
/** χ² that a step with old derivatives is made for, and that may be left: of the order of the full fit's own tolerance. */
const WORTH_A_STEP = 0.02;
const ENOUGH = 0.05;

/** A fit on its way: where it stands, and the linear part there. */
interface Point {
  readonly standing: Standing;
  readonly linear: LinearSolution;
}

/** The common fit: a step or two where the start is good. */
function commonFit(frame: Frame, start: FitStart, options: NllsOptions, cancellation: Cancellation): FirstFit {
  const knots = Math.min(options.baselineKnotsPerPpm, COMMON_KNOTS_PER_PPM);
  const short = shortFrame(frame, { ...options, baselineKnotsPerPpm: knots });
  const { problem, theta: begin } = problemFrom(short, start, options);
  let theta = begin;
  let linear = solveAmplitudes(problem, theta, everySignal(problem));
  for (let iterations = 1; iterations <= COMMON_STEPS; iterations++) {
    const step = linearStep(problem, theta, dataEquations(problem, linear, problem.free), DAMPING);
    if (step === null || !isSmall(theta, step.theta)) break;
    theta = step.theta;
    // The next step would be smaller by the square.
    if (iterations === COMMON_STEPS || step.predicted < NEAR_ENOUGH) return { theta, rules: problem.rules, iterations };
    linear = solveAmplitudes(problem, theta, linear.passive);
  }
  const found = minimise(problem, begin, MOST_COMMON_STEPS, FINE, cancellation);
  return { theta: found.theta, rules: problem.rules, iterations: 1 + found.iterations };
}

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

/** What the data say at a point, whole and with the amplitudes eliminated. */
interface Answer {
  readonly joint: JointProducts;
  readonly data: DataEquations;
}

function askData({ standing, linear }: Point): Answer {
  const { problem, theta } = standing;
  const free = informedParameters(problem, theta, linear.amplitudes);
  const joint = jointProducts(problem, linear, free);
  return { joint, data: dataEquations(problem, linear, free, joint) };
}

/** The rounds of fit and spread of the full fit, by the equations of one point. @param most rules of the widest spread */
function spreadByEquations(
  { problem, theta }: Standing,
  data: DataEquations,
  most: readonly ParameterRule[],
): readonly ParameterRule[] {
  let rules = most;
  for (let round = 0; round < SPREAD_ROUNDS; round++) {
    const under = { ...problem, rules };
    const step = linearStep(under, theta, data, DAMPING);
    const learned = step === null ? null : learnSpread(under, { theta: step.theta, equations: data }, most);
    if (learned === null) break;
    rules = learned;
  }
  return rules;
}

const linearAt = (problem: Problem, theta: Float64Array, { passive }: LinearSolution): LinearSolution =>
  solveAmplitudes(problem, theta, passive);

/** Turns the data where that is worth while. */
function turned(frame: Frame, point: Point): Point {
  const { standing, linear } = point;
  if (largestPhase(standing.theta, frame.ppmSpan) <= SMALL_PHASE) return point;
  const next = rotate(frame.fid, standing);
  return { standing: next, linear: linearAt(next.problem, next.theta, linear) };
}

/** One step under the given priors; null where χ² does not fall. */
function take({ standing, linear }: Point, rules: readonly ParameterRule[], data: DataEquations): Point | null {
  const problem = { ...standing.problem, rules };
  const step = linearStep(problem, standing.theta, data, DAMPING);
  if (step === null) return null;
  const next = linearAt(problem, step.theta, linear);
  const gain = costOf(problem, standing.theta, linear) - costOf(problem, step.theta, next);
  return gain < -FINE.absolute ? null : { standing: { ...standing, problem, theta: step.theta }, linear: next };
}

/** The full fit's end, with what it needs to be shown. */
interface Settled {
  readonly standing: Standing;
  readonly solution: Solution;
  readonly covariance: (sigma: number) => Float64Array | null;
}

const misfitOf = ({ standing, linear }: Point, noiseRows: number): number =>
  rms(residualOf(standing.problem, linear).residual) / noiseRows;

/** A point with the step that is still to be made from it, the derivatives being those of a point before. */
function stepLeft(
  { standing, linear }: Point,
  { joint, data }: Answer,
): { readonly data: DataEquations; readonly gain: number } {
  const { problem, theta } = standing;
  const now = withResidual(problem, data, joint, linear);
  return { data: now, gain: linearStep(problem, theta, now, DAMPING)?.predicted ?? Infinity };
}

/** Steps under the spread that each point's equations tell, until nothing is left to gain; null where that does not end. */
function settle(frame: Frame, first: Point, most: readonly ParameterRule[], isLearned: boolean): Settled | null {
  let point = first;
  for (let round = 1; round <= MOST_ROUNDS; round++) {
    const answer = askData(point);
    const { standing, linear } = point;
    const rules = isLearned ? spreadByEquations(standing, answer.data, most) : most;
    let next = take(point, rules, answer.data);
    if (next === null) return null;
    point = turned(frame, next);
    if (point !== next) continue;
    let left = stepLeft(point, answer);
    if (left.gain > WORTH_A_STEP) {
      // The old derivatives are still good for a small step.
      next = take(point, rules, left.data);
      if (next === null) continue;
      point = next;
      left = stepLeft(point, answer);
      if (left.gain > ENOUGH) continue;
    }
    const { theta, problem } = point.standing;
    const { amplitudes, passive } = point.linear;
    const solution: Solution = {
      ...{ theta, linear: point.linear, equations: null, amplitudes, passive },
      ...{ cost: costOf(problem, theta, point.linear), iterations: round, converged: true },
    };
    const covariance = (sigma: number): Float64Array | null =>
      covarianceFromProducts(problem, standing.theta, linear, answer.joint, sigma);
    return { standing: point.standing, solution, covariance };
  }
  return null;
}

export interface QuickFit {
  readonly state: FitState;
  /** Residual over noise, the lines as the common fit has them. */
  readonly misfit: number;
}

/**
 * Fits one FID from a start.
 * @param frame of a FID at any sampling rate that holds the window
 * @param leastPoints samples below which the FID is not cut
 * @returns null where the few steps end nowhere
 * @throws CancelledError
 */
export function quickFit(
  frame: Frame,
  start: FitStart,
  leastPoints: number,
  options: NllsOptions,
  cancellation: Cancellation,
): QuickFit | null {
  const first = commonFit(frame, start, options, cancellation);
  const work = truncated(frame, first.theta, options, leastPoints);
  const begun = standAt(work, first.theta, first.rules, options);
  const { problem, linear } = fullProblem(work, frame.model.points, begun, options);
  const from: Point = {
    standing: { ...begun, problem },
    linear: solveWithColumns(problem, linear.columns, linear.passive),
  };
  cancellation.throwIfCancelled();
  const misfit = misfitOf(from, work.noiseRows);
  const isAsked = options.deviationSpread === 'learned' && options.grouping !== 'common';
  const settled = settle(work, from, problem.rules, isAsked && misfit <= REACHES_NOISE);
  if (settled === null) return null;
  const { standing, solution } = settled;
  const view = viewOf(frame, work, standing, solution);
  const covariance = settled.covariance(levelOf(frame, work, view));
  const iterations = first.iterations + solution.iterations;
  return { state: fitStateOf({ frame, work, standing, solution, iterations, view, covariance }, options), misfit };
}
