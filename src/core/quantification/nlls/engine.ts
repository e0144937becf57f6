// Variable projection with non-negative amplitudes: the linear part (amplitudes by NNLS, baseline in closed form) is
// solved for every trial of the non-linear parameters, which take Levenberg–Marquardt steps with the Jacobian of
// Kaufman (BIT 1975;15:49, doi:10.1007/BF01932995), i.e. the Schur complement of the joint Gauss–Newton system.
// Golub & Pereyra 1973 (doi:10.1137/0710036); parameters with Gaussian priors make it a maximum a posteriori fit.
import type { Cancellation } from '../../ports/cancellation.ts';
import { choleskyFactor, choleskyInverse, choleskySolve, forwardSubstitute } from '../../math/cholesky.ts';
import { solveNnls } from '../../math/nnls.ts';
import type { NnlsSolution } from '../../math/nnls.ts';
import type { Baseline } from './baseline.ts';
import { weightColumns, weightedDot, weightedGram } from './baseline.ts';
import type { SpectralModel } from './model.ts';

export interface ParameterRule {
  readonly lower: number;
  readonly upper: number;
  readonly priorMean: number;
  /** Infinity: no prior. */
  readonly priorSd: number;
}

/** A Gaussian prior on a linear combination of amplitudes, Σ weight·a ~ N(0, sd²): soft ratios between signals. */
export interface AmplitudePrior {
  readonly terms: readonly { readonly signal: number; readonly weight: number }[];
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
  /** χ² of the data and of the amplitude priors. */
  readonly dataCost: number;
}

/** Adds the amplitude priors' precision, times `scale`, to a Gram matrix over the given signals. */
function addAmplitudePriors(
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

function amplitudePriorCost(priors: readonly AmplitudePrior[], amplitudes: Float64Array): number {
  return priors.reduce((sum, { terms, sd }) => {
    const value = terms.reduce((v, { signal, weight }) => v + weight * (amplitudes[signal] as number), 0);
    return sum + (value / sd) ** 2;
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
  addAmplitudePriors(withPriors, h.length, everySignal, problem.amplitudePriors, problem.sigma ** 2);
  return solveNnls(withPriors, h, h.length, [], warmStart);
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
  const { baseline, y } = problem;
  const weighted = weightColumns(columns, baseline);
  const data = weightColumns([y], baseline);
  const h = Float64Array.from(columns, (_, m) => weightedDot(weighted, m, data, 0));
  const { x, passive } = solveProducts(problem, weightedGram(weighted), h, warmStart);
  const residual = subtractColumns(y, columns, x);
  const r = weightColumns([residual], baseline);
  const dataCost = weightedDot(r, 0, r, 0) / problem.sigma ** 2 + amplitudePriorCost(problem.amplitudePriors, x);
  return { columns, amplitudes: x, passive, residual, dataCost };
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

/** Schur complement of the joint Gauss–Newton system on the moving parameters. */
function normalEquations(
  problem: Problem,
  theta: Float64Array,
  linear: LinearSolution,
  moving: readonly number[],
): NormalEquations {
  const { model, baseline, sigma } = problem;
  const derivatives = model.derivativesAt(theta, linear.amplitudes, moving);
  const d = weightColumns(derivatives, baseline);
  const a = weightColumns(
    linear.passive.map((m) => linear.columns[m] as Float64Array),
    baseline,
  );
  const r = weightColumns([linear.residual], baseline);
  const n = moving.length;
  const k = linear.passive.length;
  const hessian = weightedGram(d);
  const amplitudeGram = weightedGram(a);
  addAmplitudePriors(amplitudeGram, k, linear.passive, problem.amplitudePriors, sigma ** 2);
  const factor = k > 0 ? choleskyFactor(amplitudeGram, k, 1e-12) : null;
  if (factor !== null) {
    const cross = derivatives.map((_, j) => {
      const column = Float64Array.from({ length: k }, (_unused, i) => weightedDot(a, i, d, j));
      forwardSubstitute(factor, k, column);
      return column;
    });
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        let sum = 0;
        for (let l = 0; l < k; l++)
          sum += ((cross[i] as Float64Array)[l] as number) * ((cross[j] as Float64Array)[l] as number);
        hessian[i * n + j] = (hessian[i * n + j] as number) - sum;
      }
    }
  }
  const scale = 1 / sigma ** 2;
  const gradient = Float64Array.from({ length: n }, (_, j) => scale * weightedDot(d, j, r, 0));
  for (let i = 0; i < hessian.length; i++) hessian[i] = scale * (hessian[i] as number);
  moving.forEach((j, i) => {
    const rule = problem.rules[j] as ParameterRule;
    if (!isFinite(rule.priorSd)) return;
    const precision = 1 / rule.priorSd ** 2;
    hessian[i * n + i] = (hessian[i * n + i] as number) + precision;
    gradient[i] = (gradient[i] as number) - precision * ((theta[j] as number) - rule.priorMean);
  });
  return { hessian, gradient };
}

/** A damped step, or null if the system can't be solved. */
function dampedStep({ hessian, gradient }: NormalEquations, damping: number): Float64Array | null {
  const n = gradient.length;
  const system = hessian.slice();
  for (let i = 0; i < n; i++) {
    const diagonal = hessian[i * n + i] as number;
    // A parameter without any effect (its metabolite is absent) must not make the system singular.
    system[i * n + i] = diagonal > 0 ? diagonal * (1 + damping) : 1;
  }
  const factor = choleskyFactor(system, n, 1e-12);
  return factor === null ? null : choleskySolve(factor, n, gradient);
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

/** Parameters that may move from θ: those at a bound that the gradient pushes outward stay. */
function movingParameters(problem: Problem, theta: Float64Array, gradient: Float64Array): number[] {
  return problem.free.filter((j, i) => {
    const rule = problem.rules[j] as ParameterRule;
    const value = theta[j] as number;
    const pull = gradient[i] as number;
    return !((value <= rule.lower && pull < 0) || (value >= rule.upper && pull > 0));
  });
}

function restrict(full: NormalEquations, free: readonly number[], moving: readonly number[]): NormalEquations {
  if (moving.length === free.length) return full;
  const n = free.length;
  const at = moving.map((j) => free.indexOf(j));
  const k = at.length;
  const hessian = new Float64Array(k * k);
  for (let i = 0; i < k; i++) {
    for (let j = 0; j < k; j++) hessian[i * k + j] = full.hessian[(at[i] as number) * n + (at[j] as number)] as number;
  }
  return { hessian, gradient: Float64Array.from(at, (i) => full.gradient[i] as number) };
}

/**
 * Minimises χ² over the free parameters from a start.
 * @param problem model, data, rules
 * @param start θ of all parameters
 * @param maxIterations Jacobian evaluations
 * @param tolerance what counts as nothing left to gain
 * @throws CancelledError
 */
export function minimise(
  problem: Problem,
  start: Float64Array,
  maxIterations: number,
  tolerance: Tolerance,
  cancellation: Cancellation,
): Solution {
  let theta = start.map((v, j) => clamp(v, problem.rules[j] as ParameterRule));
  let linear = solveAmplitudes(problem, theta, []);
  let evaluatedAt = theta;
  let cost = linear.dataCost + priorCost(problem, theta);
  let damping = 1e-3;
  let iterations = 0;
  let converged = problem.free.length === 0;
  while (!converged && iterations < maxIterations) {
    cancellation.throwIfCancelled();
    iterations++;
    // The derivatives are taken of the model's last evaluation: that may have been a rejected trial.
    if (evaluatedAt !== theta) problem.model.columnsAt(theta);
    const full = normalEquations(problem, theta, linear, problem.free);
    const moving = movingParameters(problem, theta, full.gradient);
    const equations = restrict(full, problem.free, moving);
    let accepted = false;
    while (!accepted && damping < 1e9) {
      const step = dampedStep(equations, damping);
      if (step === null) {
        damping *= 10;
        continue;
      }
      const worthwhile = Math.max(tolerance.absolute, tolerance.relative * cost);
      if (predictedDecrease(equations, step) < worthwhile && damping <= 1e-2) {
        converged = true;
        break;
      }
      const trial = theta.slice();
      moving.forEach((j, i) => {
        trial[j] = clamp((theta[j] as number) + (step[i] as number), problem.rules[j] as ParameterRule);
      });
      const trialLinear = solveAmplitudes(problem, trial, linear.passive);
      evaluatedAt = trial;
      const trialCost = trialLinear.dataCost + priorCost(problem, trial);
      if (trialCost < cost) {
        const gain = cost - trialCost;
        theta = trial;
        linear = trialLinear;
        cost = trialCost;
        damping = Math.max(damping / 10, 1e-7);
        accepted = true;
        if (gain < worthwhile) converged = true;
      } else {
        damping *= 5;
      }
    }
    if (!accepted && !converged) {
      // No downhill step at any damping: a minimum to working precision.
      converged = true;
    }
  }
  // Whoever asks for derivatives next finds the model where the solution is.
  if (evaluatedAt !== theta) problem.model.columnsAt(theta);
  return { theta, linear, amplitudes: linear.amplitudes, passive: linear.passive, cost, iterations, converged };
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
  const derivatives = model.derivativesAt(solution.theta, solution.amplitudes, moving);
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
