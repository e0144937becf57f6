// Least squares of a model that is linear in its amplitudes, for methods whose rows are samples: variable projection
// (Golub & Pereyra 1973, doi:10.1137/0710036) with bounded amplitudes; the non-linear parameters take Levenberg–Marquardt
// steps with the Jacobian of Kaufman (BIT 1975;15:49, doi:10.1007/BF01932995) inside their bounds.
import type { Cancellation } from '../../ports/cancellation.ts';
import { solveBoxLeastSquares } from '../../math/boxLeastSquares.ts';
import type { Interval } from '../../math/boxLeastSquares.ts';
import { choleskyFactor, choleskyInverse, choleskySolve, forwardSubstitute } from '../../math/cholesky.ts';
import { dot } from '../../math/innerProducts.ts';

/** ŷ = Σ a_m·column_m(θ). Rows hold all real parts, then all imaginary ones. */
export interface SeparableModel {
  /** One column a signal. */
  readonly columnsAt: (theta: Float64Array) => Float64Array[];
  /** ∂ŷ/∂θ_j in the order of `wanted`; `columnsAt(theta)` was the last evaluation. */
  readonly derivativesAt: (theta: Float64Array, amplitudes: Float64Array, wanted: readonly number[]) => Float64Array[];
}

export interface SeparableProblem {
  readonly model: SeparableModel;
  readonly y: Float64Array;
  /** Noise SD of a row. */
  readonly sigma: number;
  readonly bounds: readonly Interval[];
  readonly amplitudeBounds: readonly Interval[];
  /** Indices of the parameters that move. */
  readonly free: readonly number[];
}

export interface LinearPart {
  readonly columns: readonly Float64Array[];
  readonly amplitudes: Float64Array;
  /** Amplitudes that are not held at a bound. */
  readonly passive: readonly number[];
  readonly residual: Float64Array;
  readonly chiSquare: number;
}

export interface SeparableSolution extends LinearPart {
  readonly theta: Float64Array;
  readonly iterations: number;
  readonly converged: boolean;
}

/** Gain in χ² below which a step is not worth making: absolute, or relative to χ², whichever is larger. */
export interface Tolerance {
  readonly absolute: number;
  readonly relative: number;
}

const GREATEST_DAMPING = 1e9;

/** UᵀU. @returns n × n, row-major */
export function gramOf(columns: readonly Float64Array[]): Float64Array {
  const n = columns.length;
  const gram = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      const value = dot(columns[i] as Float64Array, columns[j] as Float64Array);
      gram[i * n + j] = value;
      gram[j * n + i] = value;
    }
  }
  return gram;
}

/** y − Σ a_m·column_m. */
export function residualOf(
  y: Float64Array,
  columns: readonly Float64Array[],
  amplitudes: ArrayLike<number>,
): Float64Array {
  const residual = y.slice();
  columns.forEach((column, m) => {
    const a = amplitudes[m] as number;
    if (a === 0) return;
    for (let i = 0; i < residual.length; i++) residual[i] = (residual[i] as number) - a * (column[i] as number);
  });
  return residual;
}

/** Best amplitudes at θ. @param near amplitudes of a neighbouring θ */
export function solveLinearPart(problem: SeparableProblem, theta: Float64Array, near?: Float64Array): LinearPart {
  const columns = problem.model.columnsAt(theta);
  const h = Float64Array.from(columns, (column) => dot(column, problem.y));
  const { x, passive } = solveBoxLeastSquares(gramOf(columns), h, problem.amplitudeBounds, near);
  const residual = residualOf(problem.y, columns, x);
  return { columns, amplitudes: x, passive, residual, chiSquare: dot(residual, residual) / problem.sigma ** 2 };
}

interface NormalEquations {
  readonly hessian: Float64Array;
  readonly gradient: Float64Array;
}

/** Schur complement of the joint Gauss–Newton system on the parameters `free`. */
function normalEquations(problem: SeparableProblem, theta: Float64Array, linear: LinearPart): NormalEquations {
  const derivatives = problem.model.derivativesAt(theta, linear.amplitudes, problem.free);
  const n = derivatives.length;
  const passive = linear.passive.map((m) => linear.columns[m] as Float64Array);
  const k = passive.length;
  const scale = 1 / problem.sigma ** 2;
  const hessian = gramOf(derivatives);
  const factor = k > 0 ? choleskyFactor(gramOf(passive), k, 1e-12) : null;
  if (factor !== null) {
    const cross = derivatives.map((d) => {
      const column = Float64Array.from(passive, (a) => dot(a, d));
      forwardSubstitute(factor, k, column);
      return column;
    });
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        const shared = dot(cross[i] as Float64Array, cross[j] as Float64Array);
        hessian[i * n + j] = (hessian[i * n + j] as number) - shared;
      }
    }
  }
  const gradient = Float64Array.from(derivatives, (d) => scale * dot(d, linear.residual));
  return { hessian: hessian.map((v) => v * scale), gradient };
}

/** Positions in `free` of what may move from θ: what stands at a bound and is pushed outward stays. */
function movingPositions({ free, bounds }: SeparableProblem, theta: Float64Array, gradient: Float64Array): number[] {
  return Array.from(free, (_, i) => i).filter((i) => {
    const { lower, upper } = bounds[free[i] as number] as Interval;
    const value = theta[free[i] as number] as number;
    const pull = gradient[i] as number;
    return !((value <= lower && pull <= 0) || (value >= upper && pull >= 0));
  });
}

function restrict({ hessian, gradient }: NormalEquations, at: readonly number[]): NormalEquations {
  const n = gradient.length;
  const k = at.length;
  const part = new Float64Array(k * k);
  for (let i = 0; i < k; i++) {
    for (let j = 0; j < k; j++) part[i * k + j] = hessian[(at[i] as number) * n + (at[j] as number)] as number;
  }
  return { hessian: part, gradient: Float64Array.from(at, (i) => gradient[i] as number) };
}

/** A damped step, or null if the system can't be solved. */
function dampedStep({ hessian, gradient }: NormalEquations, damping: number): Float64Array | null {
  const n = gradient.length;
  const system = hessian.slice();
  for (let i = 0; i < n; i++) {
    const diagonal = hessian[i * n + i] as number;
    // A parameter without any effect (its signal is absent) must not make the system singular.
    system[i * n + i] = diagonal > 0 ? diagonal * (1 + damping) : 1;
  }
  const factor = choleskyFactor(system, n, 1e-12);
  return factor === null ? null : choleskySolve(factor, n, gradient);
}

function predictedDecrease({ hessian, gradient }: NormalEquations, step: Float64Array): number {
  const n = step.length;
  const image = Float64Array.from(step, (_, i) => dot(hessian.subarray(i * n, (i + 1) * n), step));
  return 2 * dot(gradient, step) - dot(step, image);
}

/**
 * Minimises over the free parameters from `start`.
 * @param maxIterations Jacobian evaluations
 * @throws CancelledError
 */
export function minimiseSeparable(
  problem: SeparableProblem,
  start: Float64Array,
  maxIterations: number,
  tolerance: Tolerance,
  cancellation: Cancellation,
): SeparableSolution {
  const { bounds, free } = problem;
  const clamp = (v: number, j: number): number =>
    Math.min((bounds[j] as Interval).upper, Math.max((bounds[j] as Interval).lower, v));
  let theta = start.map(clamp);
  let linear = solveLinearPart(problem, theta);
  let damping = 1e-3;
  let iterations = 0;
  let converged = free.length === 0;
  while (!converged && iterations < maxIterations) {
    cancellation.throwIfCancelled();
    iterations++;
    const full = normalEquations(problem, theta, linear);
    const moving = movingPositions(problem, theta, full.gradient);
    const equations = restrict(full, moving);
    let accepted = false;
    while (!accepted && !converged && damping < GREATEST_DAMPING) {
      const step = dampedStep(equations, damping);
      const worthwhile = Math.max(tolerance.absolute, tolerance.relative * linear.chiSquare);
      if (step === null) {
        damping *= 10;
        continue;
      }
      if (predictedDecrease(equations, step) < worthwhile && damping <= 1e-2) {
        converged = true;
        break;
      }
      const trial = theta.slice();
      moving.forEach((at, i) => {
        const j = free[at] as number;
        trial[j] = clamp((theta[j] as number) + (step[i] as number), j);
      });
      const trialLinear = solveLinearPart(problem, trial, linear.amplitudes);
      const gain = linear.chiSquare - trialLinear.chiSquare;
      accepted = gain > 0;
      damping = accepted ? Math.max(damping / 10, 1e-7) : damping * 5;
      if (!accepted) continue;
      theta = trial;
      linear = trialLinear;
      converged = gain < worthwhile;
    }
    // No downhill step at any damping: a minimum to working precision.
    if (!accepted) converged = true;
  }
  // The last evaluation may have been a rejected trial; whoever asks for derivatives next finds the solution.
  problem.model.columnsAt(theta);
  return { ...linear, theta, iterations, converged };
}

/** Covariance at a solution: of the amplitudes, and the variance of each parameter that could move. */
export interface SeparableCovariance {
  /** M × M row-major. */
  readonly amplitudes: Float64Array;
  /** Index in θ → variance; what is held at a bound, or has no effect, is absent. */
  readonly parameters: ReadonlyMap<number, number>;
}

/** Derivatives of the model by all that was estimated: amplitudes first, then the parameters that could still move. */
export interface Tangent {
  readonly columns: readonly Float64Array[];
  readonly amplitudeCount: number;
  /** Indices in θ of the columns after the amplitudes'. */
  readonly parameters: readonly number[];
}

/** Tangent at a solution; the model must stand there, as `minimiseSeparable` leaves it. */
export function tangentAt(
  { model, free, bounds }: SeparableProblem,
  { theta, columns, amplitudes }: SeparableSolution,
): Tangent {
  const interior = free.filter((j) => {
    const { lower, upper } = bounds[j] as Interval;
    return (theta[j] as number) > lower && (theta[j] as number) < upper;
  });
  const derivatives = model.derivativesAt(theta, amplitudes, interior);
  const kept = interior
    .map((j, i) => ({ j, column: derivatives[i] as Float64Array }))
    .filter(({ column }) => column.some((v) => v !== 0));
  return {
    columns: [...columns, ...kept.map((k) => k.column)],
    amplitudeCount: columns.length,
    parameters: kept.map((k) => k.j),
  };
}

/**
 * Inverse of a Gram matrix, scaled to a unit diagonal first: amplitudes and Hz differ by many orders of magnitude.
 * @param ridge added to the scaled diagonal
 * @returns n × n row-major, or null where it is singular
 */
export function inverseOfGram(gram: Float64Array, n: number, ridge = 1e-12): Float64Array | null {
  const scale = Float64Array.from({ length: n }, (_, i) => 1 / Math.sqrt(Math.max(gram[i * n + i] as number, 1e-300)));
  const scaled = gram.map((v, at) => v * (scale[Math.floor(at / n)] as number) * (scale[at % n] as number));
  const factor = choleskyFactor(scaled, n, ridge);
  if (factor === null) return null;
  return choleskyInverse(factor, n).map(
    (v, at) => v * (scale[Math.floor(at / n)] as number) * (scale[at % n] as number),
  );
}

/** The covariance in its two parts. @param full of all columns of the tangent, n × n */
export function separateCovariance(
  full: Float64Array,
  { amplitudeCount: m, parameters, columns }: Tangent,
): SeparableCovariance {
  const n = columns.length;
  return {
    amplitudes: Float64Array.from({ length: m * m }, (_, at) => full[Math.floor(at / m) * n + (at % m)] as number),
    parameters: new Map(parameters.map((j, i) => [j, full[(m + i) * n + m + i] as number])),
  };
}

/**
 * Cramér–Rao bounds from the full Fisher matrix: amplitudes and all free parameters away from their bounds (Cavassila 2001,
 * doi:10.1002/nbm.701).
 * @returns null where the matrix is singular
 */
export function covarianceAt(tangent: Tangent, sigma: number): SeparableCovariance | null {
  const inverse = inverseOfGram(gramOf(tangent.columns), tangent.columns.length);
  return inverse === null
    ? null
    : separateCovariance(
        inverse.map((v) => v * sigma ** 2),
        tangent,
      );
}
