// The NLLS fit from a start that is nearly right (a network's, say): what the full fit searches and repeats is done once. From
// the start one Gauss–Newton step of the common fit; then the full problem, whose spread of shifts and widths is learned from
// the same equations that its steps are made of. Model, priors, baseline and bounds are the full fit's (fit.ts), and so is where
// it ends, to a small part of a bound.
import type { Cancellation } from '../../ports/cancellation.ts';
import type { FitStart } from '../../ports/fitRunner.ts';
import { solveAmplitudes, solveSystem } from './amplitudes.ts';
import type { LinearSolution } from './amplitudes.ts';
import { commonStep } from './commonStep.ts';
import { covarianceFromProducts } from './covariance.ts';
import { learnSpread } from './deviationSpread.ts';
import { DAMPING, costOf, informedParameters, linearStep } from './engine.ts';
import type { Solution } from './engine.ts';
import { FINE, REACHES_NOISE, SPREAD_ROUNDS, standAt } from './fit.ts';
import { fitStateOf } from './fitState.ts';
import type { FitState } from './fitState.ts';
import type { Frame } from './frame.ts';
import { fullProblem } from './fullProblem.ts';
import { PHASE1 } from './model.ts';
import { dataEquations, jointProducts, withResidual } from './normalEquations.ts';
import type { DataEquations, JointProducts } from './normalEquations.ts';
import type { NllsOptions } from './options.ts';
import type { ParameterRule, Problem } from './problem.ts';
import { residualOf, rms } from './residual.ts';
import { SMALL_PHASE, largestPhase, rotate } from './standing.ts';
import type { Standing } from './standing.ts';
import { levelOf, truncated, viewOf } from './view.ts';

/** Derivatives asked for, at most. */
const MOST_ROUNDS = 4;
/**
 * Fall of χ² that a step is still made for. Along its direction, and so in any amplitude, such a step is √0.05 = 0.22 standard
 * deviations long at most; as most of it lies in shifts and widths, it moves amplitudes by a twentieth of their bounds.
 */
const WORTH_A_STEP = 0.05;
/**
 * A step that was to gain no more than this and gains nothing: amounts at the border of zero bend χ² there, and the fit has
 * ended.
 */
const SMALL_GAIN = 0.5;

/** A fit on its way: where it stands, and the linear part there. */
interface Point {
  readonly standing: Standing;
  readonly linear: LinearSolution;
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

/** The same place under other priors. */
const under = ({ standing, linear }: Point, rules: readonly ParameterRule[]): Point => ({
  standing: { ...standing, problem: { ...standing.problem, rules } },
  linear,
});

/** One step: where it leads, null where χ² does not fall, and by how much it was foretold to. */
function take(
  { standing, linear }: Point,
  data: DataEquations,
): { readonly next: Point | null; readonly predicted: number } {
  const { problem, theta } = standing;
  const step = linearStep(problem, theta, data, DAMPING);
  if (step === null) return { next: null, predicted: Infinity };
  const { predicted } = step;
  const found = linearAt(problem, step.theta, linear);
  const gain = costOf(problem, theta, linear) - costOf(problem, step.theta, found);
  const next = gain < -FINE.absolute ? null : { standing: { ...standing, theta: step.theta }, linear: found };
  return { next, predicted };
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

/** A point where nothing worth a step is left, as a fit's end. @param answer what the data said at a point near by, `asked` */
function settledAt(point: Point, asked: Point, { joint }: Answer, rounds: number): Settled {
  const { theta, problem } = point.standing;
  const { amplitudes, passive } = point.linear;
  const solution: Solution = {
    ...{ theta, linear: point.linear, equations: null, amplitudes, passive },
    ...{ cost: costOf(problem, theta, point.linear), iterations: rounds, converged: true },
  };
  const covariance = (sigma: number): Float64Array | null =>
    covarianceFromProducts(problem, asked.standing.theta, asked.linear, joint, sigma);
  return { standing: point.standing, solution, covariance };
}

/** Steps under the spread that each point's equations tell, until nothing is left to gain; null where that does not end. */
function settle(frame: Frame, first: Point, most: readonly ParameterRule[], isLearned: boolean): Settled | null {
  let point = first;
  for (let round = 1; round <= MOST_ROUNDS; round++) {
    const answer = askData(point);
    // Turned data have the prior of φ1 elsewhere.
    const widest = most.with(PHASE1, point.standing.problem.rules[PHASE1] as ParameterRule);
    const rules = isLearned ? spreadByEquations(point.standing, answer.data, widest) : widest;
    const asked = under(point, rules);
    const { next, predicted } = take(asked, answer.data);
    if (next === null) return predicted < SMALL_GAIN ? settledAt(asked, asked, answer, round) : null;
    // Before and after, the model's phase is zero or nearly so: the derivatives are the turned data's, too.
    point = turned(frame, next);
    let left = stepLeft(point, answer);
    if (left.gain > WORTH_A_STEP) {
      // The old derivatives are still good for a small step.
      const second = take(point, left.data);
      if (second.next === null) continue;
      point = second.next;
      left = stepLeft(point, answer);
    }
    if (left.gain <= WORTH_A_STEP) return settledAt(point, asked, answer, round);
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
  const first = commonStep(frame, start, options, cancellation);
  const work = truncated(frame, first.theta, options, leastPoints);
  const begun = standAt(work, first.theta, first.rules, options);
  const { problem, linear } = fullProblem(work, frame.model.points, begun, options);
  const from: Point = {
    standing: { ...begun, problem },
    linear: solveSystem(problem, linear.system, linear.passive),
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
