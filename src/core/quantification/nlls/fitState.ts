// What a fit ends with: model, data, solution and covariance, and the scales between them and the result.
import type { Solution } from './engine.ts';
import type { Frame } from './frame.ts';
import type { NllsOptions } from './options.ts';
import type { Problem } from './problem.ts';
import type { Standing } from './standing.ts';
import type { View } from './view.ts';

export interface FitState {
  /** Model and data as they were fitted; its model stands at the solution until the next fit. */
  readonly fitted: Problem;
  /** Model and data as they are shown: over the whole FID. */
  readonly problem: Problem;
  readonly solution: Solution;
  /** M × M, scaled amplitudes; null where singular. */
  readonly covariance: Float64Array | null;
  /** Amplitude of the result = scaled amplitude × this. */
  readonly amplitudeScale: number;
  /** Data units = rows × this. */
  readonly dataScale: number;
  /** Rotation taken out of the data before the last fit, about the model's pivot. */
  readonly rotatedPhase0: number;
  readonly rotatedPhase1: number;
  readonly columns: readonly Float64Array[];
  readonly baselineRows: Float64Array;
  readonly noiseSdRows: number;
  readonly iterations: number;
  /** Samples that the fit itself looked at. */
  readonly pointsUsed: number;
  readonly baselineEdPerPpm: number;
  /** Whether the automatic choice of the baseline's smoothness ended at its limit. */
  readonly baselineAtLimit: boolean;
}

/** Part of the limit from which on the choice counts as ended there. */
const AT_LIMIT = 0.999;

/** Whether an automatic baseline is as flexible as the options let it. @param edPerPpm effective degrees of freedom per ppm */
export const isBaselineAtLimit = (edPerPpm: number, { baseline, baselineMaxEdPerPpm }: NllsOptions): boolean =>
  baseline === 'auto' && edPerPpm >= AT_LIMIT * baselineMaxEdPerPpm;

/** The parts of a finished fit. */
export interface FinishedFit {
  /** Of the whole FID, and of what the fit looked at. */
  readonly frame: Frame;
  readonly work: Frame;
  readonly standing: Standing;
  readonly solution: Solution;
  readonly iterations: number;
  readonly view: View;
  readonly covariance: Float64Array | null;
}

/** Puts them together. */
export function fitStateOf(fit: FinishedFit, options: NllsOptions): FitState {
  const { frame, work, standing, solution, iterations, view, covariance } = fit;
  const baselineEdPerPpm = work.baseline === null ? 0 : work.baseline.effectiveDegrees / frame.ppmSpan;
  return {
    fitted: standing.problem,
    problem: view.problem,
    columns: view.columns,
    baselineRows: view.baselineRows,
    solution,
    covariance,
    amplitudeScale: frame.dataScale / frame.basis.scale,
    dataScale: frame.dataScale,
    rotatedPhase0: standing.phases[0],
    rotatedPhase1: standing.phases[1],
    noiseSdRows: frame.noiseRows,
    iterations,
    pointsUsed: work.model.points,
    baselineEdPerPpm,
    baselineAtLimit: isBaselineAtLimit(baselineEdPerPpm, options),
  };
}
