// Variable projection with non-negative amplitudes: the linear part (amplitudes by NNLS, baseline in closed form) is
// solved for every trial of the non-linear parameters, which take Levenberg–Marquardt steps with the Jacobian of
// Kaufman (BIT 1975;15:49, doi:10.1007/BF01932995), i.e. the Schur complement of the joint Gauss–Newton system.
// Golub & Pereyra 1973 (doi:10.1137/0710036); parameters with Gaussian priors make it a maximum a posteriori fit.
import type { Cancellation } from '../../ports/cancellation.ts';
import { choleskyFactor, choleskySolve } from '../../math/cholesky.ts';
import { solveAmplitudes } from './amplitudes.ts';
import type { LinearSolution } from './amplitudes.ts';
import { FIRST_DEVIATION, GAUSSIAN, LORENTZIAN } from './model.ts';
import { dataEquations, equationsOver, restrict, subMatrix, withPriors } from './normalEquations.ts';
import type { DataEquations, NormalEquations } from './normalEquations.ts';
import type { ParameterRule, Problem } from './problem.ts';

export interface Solution {
  readonly theta: Float64Array;
  /** The linear part at θ: columns, residual before the baseline. */
  readonly linear: LinearSolution;
  /** What the data say at θ, where that was asked last. */
  readonly equations: DataEquations | null;
  readonly amplitudes: Float64Array;
  readonly passive: readonly number[];
  /** χ² of data and priors. */
  readonly cost: number;
  readonly iterations: number;
  readonly converged: boolean;
}

/** Gain in χ² below which a step is not worth making: absolute, or relative to the cost, whichever is larger. */
export interface Tolerance {
  readonly absolute: number;
  readonly relative: number;
}

function priorCost(problem: Problem, theta: Float64Array): number {
  let sum = 0;
  for (const j of problem.free) {
    const rule = problem.rules[j] as ParameterRule;
    if (isFinite(rule.priorSd)) sum += (((theta[j] as number) - rule.priorMean) / rule.priorSd) ** 2;
  }
  return sum;
}

/** Where a parameter may go; the width of a signal is never negative, whatever the common width. */
function clampParameters(problem: Problem, theta: Float64Array): Float64Array {
  const { model, rules } = problem;
  const out = theta.map((v, j) => clamp(v, rules[j] as ParameterRule));
  for (let group = 0; group < model.groupCount; group++) {
    const width = model.lorentzianDeviation(group);
    const gaussian = model.gaussianDeviation(group);
    const isBroad = model.isBroadGroup(group);
    out[width] = Math.max(out[width] as number, isBroad ? 0 : -(out[LORENTZIAN] as number));
    out[gaussian] = Math.max(out[gaussian] as number, isBroad ? 0 : -(out[GAUSSIAN] as number));
  }
  return out;
}

/** Solves the damped system for the steps that are not given. @param given NaN where the step is wanted */
function solveSteps({ hessian, gradient }: NormalEquations, damping: number, given: Float64Array): Float64Array | null {
  const n = gradient.length;
  const wanted: number[] = [];
  const held: number[] = [];
  given.forEach((step, i) => (Number.isNaN(step) ? wanted : held).push(i));
  const k = wanted.length;
  const system = held.length === 0 ? hessian.slice() : subMatrix(hessian, n, wanted);
  const right = new Float64Array(k);
  wanted.forEach((i, row) => {
    const diagonal = hessian[i * n + i] as number;
    // A parameter without any effect (its metabolite is absent) must not make the system singular.
    system[row * k + row] = diagonal > 0 ? diagonal * (1 + damping) : 1;
    let sum = gradient[i] as number;
    for (const j of held) sum -= (hessian[i * n + j] as number) * (given[j] as number);
    right[row] = sum;
  });
  const factor = choleskyFactor(system, k, 1e-12, system);
  if (factor === null) return null;
  const solved = choleskySolve(factor, k, right);
  const step = given.slice();
  wanted.forEach((i, row) => (step[i] = solved[row] as number));
  return step;
}

/** Passes in which parameters that would leave their range are stopped at its border, and the others solved anew. */
const BORDER_PASSES = 3;

/** A damped step that stays inside the parameters' ranges, or null if the system can't be solved. */
function dampedStep(
  problem: Problem,
  theta: Float64Array,
  moving: readonly number[],
  equations: NormalEquations,
  damping: number,
): Float64Array | null {
  const given = new Float64Array(moving.length).fill(NaN);
  for (let pass = 0; ; pass++) {
    const step = solveSteps(equations, damping, given);
    if (step === null) return null;
    const trial = theta.slice();
    moving.forEach((j, i) => (trial[j] = (theta[j] as number) + (step[i] as number)));
    const inside = clampParameters(problem, trial);
    const stopped = moving.flatMap((j, i) => (inside[j] === trial[j] ? [] : [i]));
    if (stopped.length === 0) return step;
    for (const i of stopped) {
      const j = moving[i] as number;
      given[i] = (inside[j] as number) - (theta[j] as number);
    }
    if (pass === BORDER_PASSES)
      return step.map((v, i) => (Number.isNaN(given[i] as number) ? v : (given[i] as number)));
  }
}

function predictedDecrease({ hessian, gradient }: NormalEquations, step: Float64Array): number {
  const n = step.length;
  let linear = 0;
  let quadratic = 0;
  for (let i = 0; i < n; i++) {
    linear += (gradient[i] as number) * (step[i] as number);
    for (let j = 0; j < n; j++) quadratic += (step[i] as number) * (hessian[i * n + j] as number) * (step[j] as number);
  }
  return 2 * linear - quadratic;
}

const clamp = (value: number, rule: ParameterRule): number => Math.min(rule.upper, Math.max(rule.lower, value));

/**
 * Part of a deviation's variance that the data must be able to take away, else it stays where its prior holds it: below
 * this the deviations of weak signals cost time and change no estimate by a noticeable part of its bound.
 */
const LEAST_INFORMATION = 0.02;
/** A deviation that has moved by more than this part of its prior's SD stays in the fit. */
const MOVED = 0.05;

/** The free parameters without the deviations that the data say nothing of. */
export function informedParameters(problem: Problem, theta: Float64Array, amplitudes: Float64Array): readonly number[] {
  const { model, sigma, rules, free } = problem;
  if (free.every((j) => j < FIRST_DEVIATION)) return free;
  const byTime = model.deviationEnergies(amplitudes, 1);
  const hasGaussian = free.some((j) => j >= model.gaussianDeviation(0) && j < model.firstLineshape);
  const bySquare = hasGaussian ? model.deviationEnergies(amplitudes, 2) : byTime;
  const information = (j: number): number => {
    const group = (j - FIRST_DEVIATION) % model.groupCount;
    if (j === model.shiftDeviation(group)) return (2 * Math.PI) ** 2 * (byTime[group] as number);
    if (j === model.lorentzianDeviation(group)) return Math.PI ** 2 * (byTime[group] as number);
    return bySquare[group] as number;
  };
  return free.filter((j) => {
    if (j < FIRST_DEVIATION || j >= model.firstLineshape) return true;
    const { priorMean, priorSd } = rules[j] as ParameterRule;
    if (!isFinite(priorSd) || Math.abs((theta[j] as number) - priorMean) > MOVED * priorSd) return true;
    return (information(j) * priorSd ** 2) / sigma ** 2 > LEAST_INFORMATION;
  });
}

/** A solution whose equations are known: whoever goes on from it need not ask the data again. */
export interface KnownSolution extends Solution {
  readonly equations: DataEquations;
}

/** The solution with its equations, over the parameters that the data know of. The model must stand at it. */
export function withEquations(problem: Problem, solution: Solution): KnownSolution {
  const { theta, amplitudes, linear, equations } = solution;
  if (equations !== null) return { ...solution, equations };
  const informed = informedParameters(problem, theta, amplitudes);
  return { ...solution, equations: dataEquations(problem, linear, informed) };
}

/** Parameters that may move from θ: those at a bound that the gradient pushes outward stay. */
function movingParameters(
  { model, rules }: Problem,
  free: readonly number[],
  theta: Float64Array,
  gradient: Float64Array,
): number[] {
  const lowerOf = (j: number): number => {
    const { lower } = rules[j] as ParameterRule;
    if (j < model.lorentzianDeviation(0) || j >= model.firstLineshape) return lower;
    if (model.isBroadGroup((j - FIRST_DEVIATION) % model.groupCount)) return Math.max(lower, 0);
    return Math.max(lower, -(theta[j < model.gaussianDeviation(0) ? LORENTZIAN : GAUSSIAN] as number));
  };
  return free.filter((j, i) => {
    const rule = rules[j] as ParameterRule;
    const value = theta[j] as number;
    const pull = gradient[i] as number;
    return !((value <= lowerOf(j) && pull < 0) || (value >= rule.upper && pull > 0));
  });
}

/** Of a step from where the model is as good as linear: it keeps a parameter that hardly counts from running away. */
export const DAMPING = 1e-7;

/** χ² of data and priors of a solved linear part. */
export const costOf = (problem: Problem, theta: Float64Array, linear: LinearSolution): number =>
  linear.dataCost + priorCost(problem, theta);

/**
 * Where the parameters would go if the model were linear from θ on.
 * @param data what the data say at θ
 * @param damping as Levenberg and Marquardt have it
 * @returns θ within its bounds and the fall of χ² foretold; null where the system can't be solved
 */
export function linearStep(
  problem: Problem,
  theta: Float64Array,
  data: DataEquations,
  damping: number,
): { readonly theta: Float64Array; readonly predicted: number } | null {
  const full = withPriors(problem, theta, data);
  const moving = movingParameters(problem, data.free, theta, full.gradient);
  const equations = restrict(full, data.free, moving);
  const step = dampedStep(problem, theta, moving, equations, damping);
  if (step === null) return null;
  const trial = theta.slice();
  moving.forEach((j, i) => (trial[j] = (theta[j] as number) + (step[i] as number)));
  return { theta: clampParameters(problem, trial), predicted: predictedDecrease(equations, step) };
}

/**
 * Minimises χ² over the free parameters from a start.
 * @param problem model, data, rules
 * @param start θ of all parameters
 * @param maxIterations Jacobian evaluations
 * @param tolerance what counts as nothing left to gain
 * @param known a solution at `start`, of the same data and model, where the model's last evaluation was there
 * @throws CancelledError
 */
export function minimise(
  problem: Problem,
  start: Float64Array,
  maxIterations: number,
  tolerance: Tolerance,
  cancellation: Cancellation,
  known: Pick<Solution, 'linear' | 'equations'> | null = null,
): Solution {
  let theta = clampParameters(problem, start);
  let linear = known?.linear ?? solveAmplitudes(problem, theta, []);
  /** Of θ as it stands; null once it has moved. */
  let data: DataEquations | null = known?.equations ?? null;
  let evaluatedAt = theta;
  let cost = linear.dataCost + priorCost(problem, theta);
  let damping = 1e-3;
  let growth = 2;
  let iterations = 0;
  let converged = problem.free.length === 0;
  while (!converged && iterations < maxIterations) {
    cancellation.throwIfCancelled();
    iterations++;
    // The derivatives are taken of the model's last evaluation: that may have been a rejected trial.
    if (evaluatedAt !== theta) problem.model.columnsAt(theta);
    const free = informedParameters(problem, theta, linear.amplitudes);
    data = equationsOver(free, data) ?? dataEquations(problem, linear, free);
    const full = withPriors(problem, theta, data);
    const moving = movingParameters(problem, free, theta, full.gradient);
    const equations = restrict(full, free, moving);
    const worthwhile = Math.max(tolerance.absolute, tolerance.relative * cost);
    let accepted = false;
    while (!accepted && !converged && damping < 1e9) {
      const step = dampedStep(problem, theta, moving, equations, damping);
      const predicted = step === null ? 0 : predictedDecrease(equations, step);
      if (step !== null && predicted < worthwhile) {
        converged = true;
        break;
      }
      const trial = theta.slice();
      if (step !== null) moving.forEach((j, i) => (trial[j] = (theta[j] as number) + (step[i] as number)));
      const inside = clampParameters(problem, trial);
      const trialLinear = solveAmplitudes(problem, inside, linear.passive);
      evaluatedAt = inside;
      const gain = cost - trialLinear.dataCost - priorCost(problem, inside);
      if (step !== null && gain > 0) {
        theta = inside;
        linear = trialLinear;
        data = null;
        cost -= gain;
        // Nielsen 1999 (IMM-REP-1999-05): damping by how well the quadratic model foretold the gain.
        damping = Math.max(1e-7, damping * Math.max(1 / 10, 1 - (2 * (gain / predicted) - 1) ** 3));
        growth = 2;
        accepted = true;
        if (gain < worthwhile) converged = true;
      } else {
        damping *= growth;
        growth *= 2;
      }
    }
    // No downhill step at any damping: a minimum to working precision.
    if (!accepted) converged = true;
  }
  // Whoever asks for derivatives next finds the model where the solution is.
  if (evaluatedAt !== theta) problem.model.columnsAt(theta);
  const { amplitudes, passive } = linear;
  return { theta, linear, equations: data, amplitudes, passive, cost, iterations, converged };
}
