// Variable projection with non-negative amplitudes: the linear part (amplitudes by NNLS, baseline in closed form) is
// solved for every trial of the non-linear parameters, which take Levenberg–Marquardt steps with the Jacobian of
// Kaufman (BIT 1975;15:49, doi:10.1007/BF01932995), i.e. the Schur complement of the joint Gauss–Newton system.
// Golub & Pereyra 1973 (doi:10.1137/0710036); parameters with Gaussian priors make it a maximum a posteriori fit.
import type { Cancellation } from '../../ports/cancellation.ts';
import { choleskyFactor, choleskyInverse, choleskySolve, forwardSubstitute } from '../../math/cholesky.ts';
import { addGram } from '../../math/innerProducts.ts';
import { solveNnls } from '../../math/nnls.ts';
import type { NnlsSolution } from '../../math/nnls.ts';
import type { Baseline } from './baseline.ts';
import { weightColumns, weightedGram, weightedProducts } from './baseline.ts';
import type { WeightedColumns } from './baseline.ts';
import { FIRST_DEVIATION, GAUSSIAN, LORENTZIAN } from './model.ts';
import type { SpectralModel } from './model.ts';

export interface ParameterRule {
  readonly lower: number;
  readonly upper: number;
  readonly priorMean: number;
  /** Infinity: no prior. */
  readonly priorSd: number;
}

/** A Gaussian prior on a linear combination of amplitudes, Σ weight·a ~ N(mean, sd²): soft ratios between signals. */
export interface AmplitudePrior {
  readonly terms: readonly { readonly signal: number; readonly weight: number }[];
  readonly mean: number;
  readonly sd: number;
}

export interface Problem {
  readonly model: SpectralModel;
  readonly baseline: Baseline | null;
  /** Data rows. */
  readonly y: Float64Array;
  /** Noise SD of a row. */
  readonly sigma: number;
  readonly rules: readonly ParameterRule[];
  readonly amplitudePriors: readonly AmplitudePrior[];
  /** Indices of the parameters that move. */
  readonly free: readonly number[];
}

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

export interface LinearSolution {
  readonly columns: Float64Array[];
  readonly amplitudes: Float64Array;
  readonly passive: readonly number[];
  readonly residual: Float64Array;
  /** The columns as the baseline leaves them, and their Gram matrix. */
  readonly weighted: WeightedColumns;
  readonly gram: Float64Array;
  readonly weightedResidual: WeightedColumns;
  /** χ² of the data and of the amplitude priors. */
  readonly dataCost: number;
}

/** Adds the amplitude priors' precision, times `scale`, to a Gram matrix over the given signals. */
export function addAmplitudePriors(
  gram: Float64Array,
  order: number,
  signals: readonly number[],
  priors: readonly AmplitudePrior[],
  scale: number,
): void {
  for (const { terms, sd } of priors) {
    for (const a of terms) {
      const i = signals.indexOf(a.signal);
      if (i < 0) continue;
      for (const b of terms) {
        const j = signals.indexOf(b.signal);
        if (j < 0) continue;
        gram[i * order + j] = (gram[i * order + j] as number) + (scale * a.weight * b.weight) / sd ** 2;
      }
    }
  }
}

/** χ² of the amplitude priors. */
export function amplitudePriorCost(priors: readonly AmplitudePrior[], amplitudes: Float64Array): number {
  return priors.reduce((sum, { terms, mean, sd }) => {
    const value = terms.reduce((v, { signal, weight }) => v + weight * (amplitudes[signal] as number), 0);
    return sum + ((value - mean) / sd) ** 2;
  }, 0);
}

/** Best amplitudes at θ. @param warmStart passive set to begin with */
export function solveAmplitudes(problem: Problem, theta: Float64Array, warmStart: readonly number[]): LinearSolution {
  return solveWithColumns(problem, problem.model.columnsAt(theta), warmStart);
}

/** Best amplitudes from products of columns and data, amplitude priors added. */
export function solveProducts(
  problem: Problem,
  gram: Float64Array,
  h: Float64Array,
  warmStart: readonly number[],
): NnlsSolution {
  const everySignal = Array.from(h, (_, m) => m);
  const withPriors = gram.slice();
  const { amplitudePriors, sigma } = problem;
  addAmplitudePriors(withPriors, h.length, everySignal, amplitudePriors, sigma ** 2);
  const pulled = h.slice();
  for (const { terms, mean, sd } of amplitudePriors) {
    for (const { signal, weight } of terms) {
      pulled[signal] = (pulled[signal] as number) + (sigma ** 2 * weight * mean) / sd ** 2;
    }
  }
  return solveNnls(withPriors, pulled, h.length, [], warmStart);
}

/** y − Σ a_m · column_m. */
export function subtractColumns(
  y: Float64Array,
  columns: readonly Float64Array[],
  amplitudes: Float64Array,
): Float64Array {
  const residual = y.slice();
  columns.forEach((column, m) => {
    const a = amplitudes[m] as number;
    if (a === 0) return;
    for (let i = 0; i < residual.length; i++) residual[i] = (residual[i] as number) - a * (column[i] as number);
  });
  return residual;
}

/** Best amplitudes for given columns. */
function solveWithColumns(problem: Problem, columns: Float64Array[], warmStart: readonly number[]): LinearSolution {
  const { baseline, y, sigma, amplitudePriors } = problem;
  const weighted = weightColumns(columns, baseline);
  const data = weightColumns([y], baseline);
  const gram = weightedGram(weighted);
  const { x, passive } = solveProducts(problem, gram, weightedProducts(weighted, data), warmStart);
  const residual = subtractColumns(y, columns, x);
  const weightedResidual: WeightedColumns = {
    columns: [residual],
    // Linear like the baseline itself, so that the residual need not be projected anew.
    reduced:
      data.reduced === null || weighted.reduced === null
        ? null
        : [subtractColumns(data.reduced[0] as Float64Array, weighted.reduced, x)],
  };
  const dataCost = (weightedGram(weightedResidual)[0] as number) / sigma ** 2 + amplitudePriorCost(amplitudePriors, x);
  return { columns, amplitudes: x, passive, residual, weighted, gram, weightedResidual, dataCost };
}

function priorCost(problem: Problem, theta: Float64Array): number {
  let sum = 0;
  for (const j of problem.free) {
    const rule = problem.rules[j] as ParameterRule;
    if (isFinite(rule.priorSd)) sum += (((theta[j] as number) - rule.priorMean) / rule.priorSd) ** 2;
  }
  return sum;
}

interface NormalEquations {
  readonly hessian: Float64Array;
  readonly gradient: Float64Array;
}

/** The part of a symmetric matrix over the given indices. */
function subMatrix(matrix: Float64Array, n: number, at: readonly number[]): Float64Array {
  const k = at.length;
  const part = new Float64Array(k * k);
  for (let i = 0; i < k; i++) {
    for (let j = 0; j < k; j++) part[i * k + j] = matrix[(at[i] as number) * n + (at[j] as number)] as number;
  }
  return part;
}

/** Takes out of the derivatives' products what the free amplitudes can take up: H − CᵀG⁻¹C. */
function eliminateAmplitudes(
  problem: Problem,
  linear: LinearSolution,
  d: WeightedColumns,
  hessian: Float64Array,
): void {
  const { passive, weighted } = linear;
  const k = passive.length;
  const n = d.columns.length;
  if (k === 0) return;
  const gram = subMatrix(linear.gram, weighted.columns.length, passive);
  addAmplitudePriors(gram, k, passive, problem.amplitudePriors, problem.sigma ** 2);
  const factor = choleskyFactor(gram, k, 1e-12);
  if (factor === null) return;
  const pick = (columns: readonly Float64Array[]): Float64Array[] => passive.map((m) => columns[m] as Float64Array);
  const free: WeightedColumns = {
    columns: pick(weighted.columns),
    reduced: weighted.reduced === null ? null : pick(weighted.reduced),
  };
  const products = weightedProducts(d, free);
  const cross = d.columns.map((_, j) => {
    const row = products.slice(j * k, (j + 1) * k);
    forwardSubstitute(factor, k, row);
    return row;
  });
  const taken = new Float64Array(n * n);
  addGram(cross, taken, 1);
  for (let i = 0; i < hessian.length; i++) hessian[i] = (hessian[i] as number) - (taken[i] as number);
}

/** What the data alone say of the parameters `free`, amplitudes eliminated. */
export interface DataEquations extends NormalEquations {
  readonly free: readonly number[];
}

/** Schur complement of the joint Gauss–Newton system on the free parameters, without their priors. */
function dataEquations(problem: Problem, linear: LinearSolution, free: readonly number[]): DataEquations {
  const { model, baseline, sigma } = problem;
  const d = weightColumns(model.derivativesAt(linear.amplitudes, free), baseline);
  const hessian = weightedGram(d);
  eliminateAmplitudes(problem, linear, d, hessian);
  const scale = 1 / sigma ** 2;
  const gradient = weightedProducts(d, linear.weightedResidual).map((v) => scale * v);
  for (let i = 0; i < hessian.length; i++) hessian[i] = scale * (hessian[i] as number);
  return { free, hessian, gradient };
}

/** The data's equations with the priors of a problem. */
function withPriors({ rules }: Problem, theta: Float64Array, data: DataEquations): NormalEquations {
  const hessian = data.hessian.slice();
  const gradient = data.gradient.slice();
  const n = data.free.length;
  data.free.forEach((j, i) => {
    const rule = rules[j] as ParameterRule;
    if (!isFinite(rule.priorSd)) return;
    const precision = 1 / rule.priorSd ** 2;
    hessian[i * n + i] = (hessian[i * n + i] as number) + precision;
    gradient[i] = (gradient[i] as number) - precision * ((theta[j] as number) - rule.priorMean);
  });
  return { hessian, gradient };
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
  const wanted = Array.from(given.keys()).filter((i) => Number.isNaN(given[i] as number));
  const k = wanted.length;
  const system = subMatrix(hessian, n, wanted);
  const right = new Float64Array(k);
  wanted.forEach((i, row) => {
    const diagonal = hessian[i * n + i] as number;
    // A parameter without any effect (its metabolite is absent) must not make the system singular.
    system[row * k + row] = diagonal > 0 ? diagonal * (1 + damping) : 1;
    let sum = gradient[i] as number;
    for (let j = 0; j < n; j++) {
      if (!Number.isNaN(given[j] as number)) sum -= (hessian[i * n + j] as number) * (given[j] as number);
    }
    right[row] = sum;
  });
  const factor = choleskyFactor(system, k, 1e-12);
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
function informedParameters(problem: Problem, theta: Float64Array, amplitudes: Float64Array): readonly number[] {
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

/**
 * Curvature of the objective at a solution over the parameters that the data know of, amplitudes eliminated.
 * @returns n × n, row-major, in the order of `free`
 */
export function deviationCurvature(
  problem: Problem,
  { theta, amplitudes, linear, equations }: Solution,
): { readonly free: readonly number[]; readonly hessian: Float64Array } {
  const data = equations ?? dataEquations(problem, linear, informedParameters(problem, theta, amplitudes));
  return { free: data.free, hessian: withPriors(problem, theta, data).hessian };
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

/** @param moving some of `free` */
function restrict(full: NormalEquations, free: readonly number[], moving: readonly number[]): NormalEquations {
  if (moving.length === free.length) return full;
  const at = moving.map((j) => free.indexOf(j));
  const hessian = subMatrix(full.hessian, free.length, at);
  return { hessian, gradient: Float64Array.from(at, (i) => full.gradient[i] as number) };
}

/** The equations over `free` where they are among those known. */
function equationsOver(free: readonly number[], known: DataEquations | null): DataEquations | null {
  if (known === null || free.some((j) => !known.free.includes(j))) return null;
  return { free, ...restrict(known, known.free, free) };
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

/**
 * Covariance of all amplitudes from the full Fisher matrix: amplitudes, moving parameters (with their priors) and
 * baseline, all nuisance included (Cavassila 2001, doi:10.1002/nbm.701). The model must stand at the solution, as
 * `minimise` leaves it.
 * @returns M × M row-major, in amplitude units squared, or null where the matrix is singular
 */
export function amplitudeCovariance(problem: Problem, solution: Solution, sigma: number): Float64Array | null {
  const { model, baseline } = problem;
  const { linear } = solution;
  const moving = problem.free.filter((j) => {
    const rule = problem.rules[j] as ParameterRule;
    const value = solution.theta[j] as number;
    return value > rule.lower && value < rule.upper;
  });
  const derivatives = model.derivativesAt(solution.amplitudes, moving);
  const kept = moving
    .map((j, i) => ({ j, column: derivatives[i] as Float64Array }))
    .filter(({ column }) => column.some((v) => v !== 0));
  const columns = [...linear.columns, ...kept.map((k) => k.column)];
  const n = columns.length;
  const m = linear.columns.length;
  const fisher = weightedGram(weightColumns(columns, baseline)).map((v) => v / sigma ** 2);
  const everySignal = linear.columns.map((_, i) => i);
  addAmplitudePriors(fisher, n, everySignal, problem.amplitudePriors, 1);
  kept.forEach(({ j }, i) => {
    const { priorSd } = problem.rules[j] as ParameterRule;
    const at = (m + i) * n + m + i;
    if (isFinite(priorSd)) fisher[at] = (fisher[at] as number) + 1 / priorSd ** 2;
  });
  // Scaling to a unit diagonal first: amplitudes and Hz differ by many orders of magnitude.
  const scale = Float64Array.from(
    { length: n },
    (_, i) => 1 / Math.sqrt(Math.max(fisher[i * n + i] as number, 1e-300)),
  );
  const scaled = fisher.map((v, at) => v * (scale[Math.floor(at / n)] as number) * (scale[at % n] as number));
  const factor = choleskyFactor(scaled, n, 1e-12);
  if (factor === null) return null;
  const inverse = choleskyInverse(factor, n);
  const covariance = new Float64Array(m * m);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < m; j++) {
      covariance[i * m + j] = (inverse[i * n + j] as number) * (scale[i] as number) * (scale[j] as number);
    }
  }
  return covariance;
}
