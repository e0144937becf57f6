// What model and baseline leave of the data.
import { minus, sumOfSquares } from '../../math/vectors.ts';
import type { LinearSolution } from './amplitudes.ts';
import type { Problem } from './problem.ts';

/** Baseline, and what model and baseline leave. */
export function residualOf(
  problem: Problem,
  linear: LinearSolution,
): { residual: Float64Array; baseline: Float64Array } {
  const baseline = problem.baseline?.fitTo(linear.residual) ?? new Float64Array(linear.residual.length);
  return { residual: minus(linear.residual, baseline), baseline };
}

/** Root of the mean square. */
export const rms = (v: Float64Array): number => Math.sqrt(sumOfSquares(v) / Math.max(1, v.length));
