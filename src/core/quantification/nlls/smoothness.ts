// The choice of the baseline's smoothness: by the modified Akaike criterion of ABfit (Wilson 2021, doi:10.1002/mrm.28385),
// ln(SSR) + 2·w·ED/N, with the lines held where they are and the amplitudes at their best.
import { split } from '../../math/simd/products.ts';
import { sumOfSquares } from '../../math/vectors.ts';
import { solveProducts, splitProducts, subtractColumns } from './amplitudes.ts';
import type { LinearSolution } from './amplitudes.ts';
import type { Baseline } from './baseline.ts';
import { withoutBaseline } from './baseline.ts';
import type { Frame } from './frame.ts';
import type { NllsOptions } from './options.ts';
import type { Problem } from './problem.ts';

const TRIALS = 10;
/** Fewest degrees of freedom tried: hardly more than a straight line. */
const FEWEST = 2.1;

/** What the baseline takes up at each degree of freedom tried. */
interface Trial {
  readonly degrees: number;
  /** Of each mode, and the roots of these. */
  readonly shrinkage: Float64Array;
  readonly roots: Float64Array;
}

/** The degrees tried, which depend on the window and the options alone. */
const knownTrials = new Map<string, readonly Trial[]>();

function trialsOf(baseline: Baseline, most: number): readonly Trial[] {
  const key = `${baseline.key}/${most}`;
  const known = knownTrials.get(key);
  if (known !== undefined) return known;
  const trials = Array.from({ length: TRIALS }, (_, i) => {
    const degrees = FEWEST * (most / FEWEST) ** (i / (TRIALS - 1));
    const shrinkage = baseline.shrinkage(degrees);
    return { degrees, shrinkage, roots: shrinkage.map(Math.sqrt) };
  });
  knownTrials.set(key, trials);
  return trials;
}

/** Columns with each element times its factor. */
function shrunk(columns: readonly Float64Array[], factors: Float64Array): Float64Array[] {
  const n = factors.length;
  const all = new Float64Array(columns.length * n);
  columns.forEach((column, c) => {
    for (let i = 0; i < n; i++) all[c * n + i] = (column[i] as number) * (factors[i] as number);
  });
  return split(all, n);
}

/** Part of the data's energy below which a difference of products is rounding. */
const ROUNDING = 1e-9;

/** ‖y − Ax‖² from [A, y]ᵀ[A, y]; NaN where rounding is all that is left of it. */
function squaresOf(plain: Float64Array, x: Float64Array): number {
  const n = x.length;
  const data = plain[(n + 1) ** 2 - 1] as number;
  let sum = data;
  for (let i = 0; i < n; i++) {
    const a = x[i] as number;
    if (a === 0) continue;
    const row = i * (n + 1);
    let along = -2 * (plain[row + n] as number);
    for (let j = 0; j < n; j++) along += (plain[row + j] as number) * (x[j] as number);
    sum += a * along;
  }
  return sum > ROUNDING * data ? sum : NaN;
}

/** What the baseline takes of a residual's squares: it is Σ s_i r_i in modes that are orthonormal. */
function takenSquares(inModes: Float64Array, shrinkage: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < inModes.length; i++) {
    const s = shrinkage[i] as number;
    sum += s * (2 - s) * (inModes[i] as number) ** 2;
  }
  return sum;
}

/** A trial and the squares it leaves. */
interface Choice {
  readonly degrees: number;
  readonly squares: number;
}

/**
 * The trial of the least misfit and penalty together. A smoother baseline never leaves less than the most flexible one does: from
 * where the penalty alone, with the least misfit there is, makes the criterion worse than the best so far, no trial is made.
 * @param trials of ascending degrees
 */
export function leastCriterion<T extends { readonly degrees: number }>(
  trials: readonly T[],
  misfitOf: (trial: T) => { readonly squares: number; readonly log: number },
  penaltyOf: (trial: T) => number,
): Choice {
  const last = trials[trials.length - 1] as T;
  const least = misfitOf(last);
  let best: Choice = { degrees: last.degrees, squares: least.squares };
  let lowest = Infinity;
  for (const trial of trials) {
    const penalty = penaltyOf(trial);
    if (least.log + penalty >= lowest) break;
    const { squares, log } = trial === last ? least : misfitOf(trial);
    if (log + penalty >= lowest) continue;
    lowest = log + penalty;
    best = { degrees: trial.degrees, squares };
  }
  return best;
}

/**
 * Chooses the baseline's smoothness.
 * @param wholePoints samples of the FID, of which the model may see fewer
 * @returns RMS of what is left at the smoothness chosen; null where there was nothing to choose
 */
export function chooseSmoothness(
  problem: Problem,
  start: LinearSolution,
  { baseline, ppmSpan, model, noiseRows }: Frame,
  wholePoints: number,
  options: NllsOptions,
): number | null {
  if (baseline === null || options.baseline !== 'auto') return null;
  // Samples left out at the end of the FID hold noise only; they count as data here as they do for ABfit.
  const rows = problem.y.length;
  const dataRows = (rows * wholePoints) / model.points;
  const noiseLeftOut = (dataRows - rows) * noiseRows ** 2;
  const most = Math.max(3, options.baselineMaxEdPerPpm * ppmSpan);
  const n = start.columns.length;
  const { products: plain, projections } = start.system;
  const modes = baseline.inModes(projections);
  const columnModes = modes.slice(0, n);
  const penaltyOf = ({ degrees }: Trial): number => (2 * options.baselineAicWeight * degrees * model.parts) / dataRows;
  const misfitOf = ({ shrinkage, roots }: Trial): { readonly squares: number; readonly log: number } => {
    const { gram, h } = splitProducts(withoutBaseline(plain, shrunk(modes, roots)), n);
    const { x } = solveProducts(problem, gram, h, start.passive);
    const byProducts = squaresOf(plain, x);
    const before = Number.isNaN(byProducts) ? sumOfSquares(subtractColumns(problem.y, start.columns, x)) : byProducts;
    const squares = before - takenSquares(subtractColumns(modes[n] as Float64Array, columnModes, x), shrinkage);
    return { squares, log: Math.log(Math.max(squares + noiseLeftOut, 1e-300)) };
  };
  const best = leastCriterion(trialsOf(baseline, most), misfitOf, penaltyOf);
  baseline.setEffectiveDegrees(best.degrees);
  return Math.sqrt(Math.max(0, best.squares) / rows);
}
