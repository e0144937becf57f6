// Levenberg–Marquardt over all spectra of a series at once: the unknowns of each point and those that all share, whose
// normal equations have the shape of an arrow; free amplitudes and baselines are solved for at every trial (variable
// projection, Golub & Pereyra 1973, doi:10.1137/0710036), as in the fit of one spectrum.
import type { Cancellation } from '../../ports/cancellation.ts';
import type { ProgressListener } from '../../ports/progress.ts';
import type { ParameterRule } from '../nlls/problem.ts';
import { foretoldDecrease, solveArrow } from './arrow.ts';
import type { ArrowStep, ArrowSystem } from './arrow.ts';
import { assembleArrow, boundsAt, clampState } from './assemble.ts';
import type { SeriesState } from './assemble.ts';
import { fitPoint } from './points.ts';
import type { PointFit, SeriesProblem } from './points.ts';

/** A hundredth of χ² is a tenth of a standard deviation at most, along the worst direction. */
const WORTHWHILE = 1e-2;
const WORTHWHILE_PART = 1e-8;
const GREATEST_DAMPING = 1e9;

export interface SeriesSolution {
  readonly state: SeriesState;
  readonly points: readonly PointFit[];
  readonly cost: number;
  readonly iterations: number;
  readonly converged: boolean;
}

const penalty = (value: number, { priorMean, priorSd }: ParameterRule): number =>
  isFinite(priorSd) ? ((value - priorMean) / priorSd) ** 2 : 0;

function priorCost({ unknowns }: SeriesProblem, state: SeriesState): number {
  const shared = unknowns.shared.reduce((sum, { rule }, i) => sum + penalty(state.shared[i] as number, rule), 0);
  const rules = unknowns.own.map((_, at) => unknowns.ownRule(at));
  return state.own.reduce(
    (sum, own) => sum + rules.reduce((s, rule, at) => s + penalty(own[at] as number, rule), 0),
    shared,
  );
}

/** All points at a state. */
function evaluate(
  problem: SeriesProblem,
  state: SeriesState,
  near: readonly PointFit[] | null,
  cancellation: Cancellation,
): { readonly points: PointFit[]; readonly cost: number } {
  const points = state.own.map((own, k) => {
    cancellation.throwIfCancelled();
    const locals = problem.unknowns.localsAt(k, state.shared, own);
    return fitPoint(problem, k, locals, near?.[k]?.passive ?? []);
  });
  return { points, cost: points.reduce((sum, p) => sum + p.cost, priorCost(problem, state)) };
}

function stepped(state: SeriesState, step: ArrowStep): SeriesState {
  return {
    shared: state.shared.map((v, i) => v + (step.shared[i] as number)),
    own: state.own.map((own, k) => own.map((v, i) => v + ((step.own[k] as Float64Array)[i] as number))),
  };
}

/**
 * Minimises χ² of all points from a start.
 * @param maxIterations evaluations of the Jacobian
 * @throws CancelledError
 */
export function minimiseSeries(
  problem: SeriesProblem,
  start: SeriesState,
  maxIterations: number,
  cancellation: Cancellation,
  onProgress: ProgressListener,
): SeriesSolution {
  let state = clampState(problem, start);
  let at = evaluate(problem, state, null, cancellation);
  let damping = 1e-3;
  let growth = 2;
  let iterations = 0;
  let converged = false;
  while (!converged && iterations < maxIterations) {
    iterations++;
    onProgress({ fraction: 1 - 0.8 ** iterations, message: `Fitting ${at.points.length} spectra together` });
    const system: ArrowSystem = assembleArrow(problem, state, at.points, boundsAt(problem, state), cancellation);
    const worthwhile = Math.max(WORTHWHILE, WORTHWHILE_PART * at.cost);
    let accepted = false;
    while (!accepted && !converged && damping < GREATEST_DAMPING) {
      const step = solveArrow(system, damping);
      const predicted = step === null ? 0 : foretoldDecrease(system, step);
      if (step !== null && predicted < worthwhile) {
        converged = true;
        break;
      }
      const trialState = step === null ? state : clampState(problem, stepped(state, step));
      const trial = step === null ? at : evaluate(problem, trialState, at.points, cancellation);
      const gain = at.cost - trial.cost;
      if (gain > 0) {
        state = trialState;
        at = trial;
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
  return { state, ...at, iterations, converged };
}
