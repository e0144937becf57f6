// Where every metabolite may lie line widths away from the others, which line is whose can't be found by going downhill. Here
// the shifts are chosen from a grid first: all columns at all shifts stand in one Gram matrix, so that a choice costs a small
// NNLS. From several orders of choosing, one metabolite is moved at a time, or two exchange places, as long as χ² falls.
import { seededRandom } from '../../math/seededRandom.ts';
import { solveNnls } from '../../math/nnls.ts';
import type { Cancellation } from '../../ports/cancellation.ts';
import { weightColumns, weightedGram } from './baseline.ts';
import type { NllsOptions } from './options.ts';
import type { ParameterRule, Problem } from './problem.ts';

/** Shifts as far apart as a narrow line is wide. [Hz] */
const STEP_HZ = 1;
/** The grid reaches so many SD of the prior, which is most of what it allows. */
const REACH_SD = 2;
/** Priors wider than this let lines change places; within it, going downhill finds them. [Hz] */
const WIDE_PRIOR_HZ = 1.5;
const MOST_SWEEPS = 8;
const RESTARTS = 4;

/** Products of all columns at all shifts, and of the data. */
interface Grid {
  readonly shiftsHz: readonly number[];
  /** Columns of the grid are numbered by shift, then signal; the data come last. */
  readonly gram: Float64Array;
  readonly order: number;
}

type Choice = Int32Array;

const widthOfPrior = ({ model, rules }: Problem, group: number): number =>
  (rules[model.shiftDeviation(group)] as ParameterRule).priorSd;

/** Whether options let lines change places, so that their shifts must be searched. @param f0 spectrometer frequency in MHz */
export const needsShiftSearch = ({ grouping, shiftPriorSdPpm }: NllsOptions, f0: number): boolean =>
  grouping !== 'common' && shiftPriorSdPpm * f0 > WIDE_PRIOR_HZ;

/** Groups whose lines may be anywhere within several line widths. */
function wanderers(problem: Problem): number[] {
  const { model, free } = problem;
  const groups = Array.from({ length: model.groupCount }, (_, group) => group);
  return groups.filter((g) => free.includes(model.shiftDeviation(g)) && widthOfPrior(problem, g) > WIDE_PRIOR_HZ);
}

function gridOf(problem: Problem, theta: Float64Array, groups: readonly number[]): Grid {
  const { model, baseline, y } = problem;
  const reachHz = REACH_SD * Math.max(...groups.map((g) => widthOfPrior(problem, g)));
  const steps = Math.ceil(reachHz / STEP_HZ);
  const shiftsHz = Array.from({ length: 2 * steps + 1 }, (_, i) => (i - steps) * STEP_HZ);
  const columns = shiftsHz.flatMap((shift) => {
    const shifted = theta.slice();
    for (const g of groups) shifted[model.shiftDeviation(g)] = shift;
    return model.columnsAt(shifted);
  });
  const all = [...columns, y];
  return { shiftsHz, gram: weightedGram(weightColumns(all, baseline)), order: all.length };
}

/** χ² of a choice of shifts, amplitudes at their best, and of the priors of these shifts. */
class Judge {
  readonly #gram: Float64Array;
  readonly #h: Float64Array;
  readonly #data: number;
  #passive: readonly number[] = [];

  constructor(
    readonly problem: Problem,
    readonly grid: Grid,
  ) {
    const { signalCount } = problem.model;
    this.#gram = new Float64Array(signalCount ** 2);
    this.#h = new Float64Array(signalCount);
    this.#data = grid.gram[grid.order ** 2 - 1] as number;
  }

  cost(choice: Choice): number {
    const { model, sigma } = this.problem;
    const { gram, order, shiftsHz } = this.grid;
    const n = model.signalCount;
    const at = (m: number): number => (choice[model.groupOf[m] as number] as number) * n + m;
    for (let i = 0; i < n; i++) {
      const row = at(i) * order;
      for (let j = 0; j < n; j++) this.#gram[i * n + j] = gram[row + at(j)] as number;
      this.#h[i] = gram[row + order - 1] as number;
    }
    const { x, passive } = solveNnls(this.#gram, this.#h, n, [], this.#passive);
    this.#passive = passive;
    let explained = 0;
    for (let i = 0; i < n; i++) explained += (x[i] as number) * (this.#h[i] as number);
    const prior = choice.reduce((sum, s, g) => {
      const sd = widthOfPrior(this.problem, g);
      return isFinite(sd) ? sum + ((shiftsHz[s] as number) / sd) ** 2 : sum;
    }, 0);
    // At the best amplitudes xᵀGx = hᵀx.
    return (this.#data - explained) / sigma ** 2 + prior;
  }
}

/** Moves and exchanges that lower the cost, until none does. */
function descend(judge: Judge, start: Choice, groups: readonly number[], cancellation: Cancellation): [Choice, number] {
  const choice = start.slice();
  let cost = judge.cost(choice);
  const attempt = (changes: readonly (readonly [number, number])[]): void => {
    const before = changes.map(([g]) => choice[g] as number);
    for (const [g, s] of changes) choice[g] = s;
    const found = judge.cost(choice);
    if (found < cost) cost = found;
    else changes.forEach(([g], i) => (choice[g] = before[i] as number));
  };
  for (let sweep = 0; sweep < MOST_SWEEPS; sweep++) {
    cancellation.throwIfCancelled();
    const before = cost;
    for (const g of groups) for (let s = 0; s < judge.grid.shiftsHz.length; s++) attempt([[g, s]]);
    for (const a of groups) {
      for (const b of groups) {
        if (a < b && choice[a] !== choice[b])
          attempt([
            [a, choice[b] as number],
            [b, choice[a] as number],
          ]);
      }
    }
    if (cost === before) break;
  }
  return [choice, cost];
}

/** In an order drawn by a seed, so that a fit gives the same twice. */
function shuffled(groups: readonly number[], seed: number): number[] {
  const random = seededRandom(seed);
  return groups
    .map((g) => [random.uniform(), g] as const)
    .sort(([a], [b]) => a - b)
    .map(([, g]) => g);
}

/**
 * Start values of the groups' own shifts where their priors let them change places.
 * @param theta the common fit, deviations zero
 * @returns θ with shifts from the grid; θ itself where no prior is that wide
 */
export function searchShifts(problem: Problem, theta: Float64Array, cancellation: Cancellation): Float64Array {
  const groups = wanderers(problem);
  if (groups.length === 0) return theta;
  const grid = gridOf(problem, theta, groups);
  const judge = new Judge(problem, grid);
  const middle = new Int32Array(problem.model.groupCount).fill((grid.shiftsHz.length - 1) / 2);
  let [best, lowest] = descend(judge, middle, groups, cancellation);
  for (let k = 1; k <= RESTARTS; k++) {
    const [choice, cost] = descend(judge, middle, shuffled(groups, k), cancellation);
    if (cost < lowest) [best, lowest] = [choice, cost];
  }
  const found = theta.slice();
  for (const g of groups) found[problem.model.shiftDeviation(g)] = grid.shiftsHz[best[g] as number] as number;
  return found;
}
