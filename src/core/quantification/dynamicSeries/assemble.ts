// From the points' own systems to the arrow over all unknowns of a series; bounds, priors, and what stands still at a bound.
import type { Cancellation } from '../../ports/cancellation.ts';
import type { ParameterRule } from '../nlls/problem.ts';
import { FIRST_DEVIATION, GAUSSIAN, LORENTZIAN } from '../nlls/model.ts';
import type { ArrowBlock, ArrowSystem } from './arrow.ts';
import { localSystem, pointEquations } from './points.ts';
import type { PointFit, SeriesProblem } from './points.ts';
import type { ChainEntry, SeriesUnknowns } from './unknowns.ts';

export interface SeriesState {
  readonly shared: Float64Array;
  /** For each point. */
  readonly own: readonly Float64Array[];
}

export interface StateBounds {
  readonly sharedLower: Float64Array;
  readonly ownLower: readonly Float64Array[];
}

/**
 * Lowest width deviation of a parameter at a point, for the width of a signal is never negative; −∞ for what is no width.
 * @param locals of the point
 */
function widthFloor(unknowns: SeriesUnknowns, parameter: number, locals: Float64Array, theta: Float64Array): number {
  const { model } = unknowns.problem;
  if (parameter < model.lorentzianDeviation(0) || parameter >= model.firstLineshape) return -Infinity;
  if (model.isBroadGroup((parameter - FIRST_DEVIATION) % model.groupCount)) return 0;
  const common = parameter < model.gaussianDeviation(0) ? LORENTZIAN : GAUSSIAN;
  const local = unknowns.parameters.indexOf(common);
  return -((local < 0 ? theta[common] : locals[local]) as number);
}

/** Lower bounds at a state: the rules', and those of widths. */
export function boundsAt({ unknowns, theta }: SeriesProblem, state: SeriesState): StateBounds {
  const locals = state.own.map((own, k) => unknowns.localsAt(k, state.shared, own));
  const floor = (parameter: number, k: number): number =>
    widthFloor(unknowns, parameter, locals[k] as Float64Array, theta);
  const sharedLower = Float64Array.from(unknowns.shared, ({ role, rule }) => {
    if (role.kind !== 'parameter' || role.of === 'slope') return rule.lower;
    return locals.reduce((most, _, k) => Math.max(most, floor(role.parameter, k)), rule.lower);
  });
  const ownLower = state.own.map((_, k) =>
    Float64Array.from(unknowns.own, (local, at) =>
      Math.max(unknowns.ownRule(at).lower, floor(unknowns.parameters[local] as number, k)),
    ),
  );
  return { sharedLower, ownLower };
}

/** A state inside its bounds. */
export function clampState(problem: SeriesProblem, state: SeriesState): SeriesState {
  const { unknowns } = problem;
  // The common widths first: the bounds of their deviations hang on them.
  const inside: SeriesState = {
    shared: state.shared.map((v, i) => {
      const { lower, upper } = (unknowns.shared[i] as SeriesUnknowns['shared'][number]).rule;
      return Math.min(upper, Math.max(lower, v));
    }),
    own: state.own.map((own) =>
      own.map((v, at) => {
        const { lower, upper } = unknowns.ownRule(at);
        return Math.min(upper, Math.max(lower, v));
      }),
    ),
  };
  const { sharedLower, ownLower } = boundsAt(problem, inside);
  return {
    shared: inside.shared.map((v, i) => Math.max(v, sharedLower[i] as number)),
    own: inside.own.map((own, k) => own.map((v, at) => Math.max(v, (ownLower[k] as Float64Array)[at] as number))),
  };
}

/** A system over the coordinates of one point. */
export interface PointSystem {
  /** n × n row-major. */
  readonly matrix: Float64Array;
  readonly gradient: Float64Array;
}

/**
 * P and B of one point; its part of S is added to `shared`.
 * @param ownPlaces coordinates that belong to the point
 * @param chain for each shared unknown, the coordinates that it moves
 */
export function blockOf(
  { matrix, gradient }: PointSystem,
  ownPlaces: readonly number[],
  chain: readonly (readonly ChainEntry[])[],
  shared: PointSystem,
): ArrowBlock {
  const size = gradient.length;
  const n = ownPlaces.length;
  const s = chain.length;
  const own = new Float64Array(n * n);
  const border = new Float64Array(n * s);
  const along = (place: number, entries: readonly ChainEntry[]): number =>
    entries.reduce((v, e) => v + e.factor * (matrix[place * size + e.local] as number), 0);
  ownPlaces.forEach((a, i) => {
    ownPlaces.forEach((b, j) => (own[i * n + j] = matrix[a * size + b] as number));
    chain.forEach((entries, j) => (border[i * s + j] = along(a, entries)));
  });
  chain.forEach((rowEntries, i) => {
    for (const { local, factor } of rowEntries) {
      shared.gradient[i] = (shared.gradient[i] as number) + factor * (gradient[local] as number);
      chain.forEach((entries, j) => {
        shared.matrix[i * s + j] = (shared.matrix[i * s + j] as number) + factor * along(local, entries);
      });
    }
  });
  return { own, border, gradient: Float64Array.from(ownPlaces, (place) => gradient[place] as number) };
}

/** Adds a prior's curvature and pull. */
export function addPrior(
  matrix: Float64Array,
  gradient: Float64Array,
  at: number,
  value: number,
  rule: ParameterRule,
): void {
  if (!isFinite(rule.priorSd)) return;
  const n = gradient.length;
  const precision = 1 / rule.priorSd ** 2;
  matrix[at * n + at] = (matrix[at * n + at] as number) + precision;
  gradient[at] = (gradient[at] as number) - precision * (value - rule.priorMean);
}

/** Whether a value stands at a bound and is pushed outward. */
const isStopped = (value: number, lower: number, upper: number, pull: number): boolean =>
  (value <= lower && pull < 0) || (value >= upper && pull > 0);

/** Takes an unknown out of the system: no coupling, no pull. */
export function hold({ blocks, shared, gradient }: ArrowSystem, point: number | null, at: number): void {
  const s = gradient.length;
  if (point === null) {
    for (let j = 0; j < s; j++) shared[at * s + j] = shared[j * s + at] = 0;
    gradient[at] = 0;
    for (const block of blocks) for (let i = 0; i < block.gradient.length; i++) block.border[i * s + at] = 0;
    return;
  }
  const block = blocks[point] as ArrowBlock;
  const n = block.gradient.length;
  for (let j = 0; j < n; j++) block.own[at * n + j] = block.own[j * n + at] = 0;
  for (let j = 0; j < s; j++) block.border[at * s + j] = 0;
  block.gradient[at] = 0;
}

/** Normal equations of the whole series at a state. @throws CancelledError */
export function assembleArrow(
  problem: SeriesProblem,
  state: SeriesState,
  near: readonly PointFit[],
  bounds: StateBounds,
  cancellation: Cancellation,
): ArrowSystem {
  const { unknowns } = problem;
  const s = unknowns.shared.length;
  const matrix = new Float64Array(s * s);
  const gradient = new Float64Array(s);
  const blocks = state.own.map((own, k) => {
    cancellation.throwIfCancelled();
    const locals = unknowns.localsAt(k, state.shared, own);
    const equations = pointEquations(problem, k, locals, near[k]?.passive ?? []);
    const chain = unknowns.chain(k, state.shared);
    const block = blockOf(localSystem(unknowns, equations), unknowns.own, chain, { matrix, gradient });
    unknowns.own.forEach((_, at) => addPrior(block.own, block.gradient, at, own[at] as number, unknowns.ownRule(at)));
    return block;
  });
  unknowns.shared.forEach(({ rule }, i) => addPrior(matrix, gradient, i, state.shared[i] as number, rule));
  const system: ArrowSystem = { blocks, shared: matrix, gradient };
  unknowns.shared.forEach(({ rule }, i) => {
    if (isStopped(state.shared[i] as number, bounds.sharedLower[i] as number, rule.upper, gradient[i] as number)) {
      hold(system, null, i);
    }
  });
  blocks.forEach((block, k) => {
    unknowns.own.forEach((_, at) => {
      const value = (state.own[k] as Float64Array)[at] as number;
      const lower = (bounds.ownLower[k] as Float64Array)[at] as number;
      if (isStopped(value, lower, unknowns.ownRule(at).upper, block.gradient[at] as number)) hold(system, k, at);
    });
  });
  return system;
}
