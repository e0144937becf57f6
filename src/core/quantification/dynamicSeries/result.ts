// From a fitted series to what is reported: a result for each point as every method gives it, the parameters that the points
// share, and those of the models over the points, each with its bound.
import { BugError } from '../../domain/errors.ts';
import type { Warning } from '../../domain/provenance.ts';
import type { FitCurves, QuantificationResult } from '../../domain/quantification.ts';
import { cubicSplineDesign, splineTimes } from '../../math/bspline.ts';
import type { Cancellation } from '../../ports/cancellation.ts';
import { subtractColumns } from '../nlls/amplitudes.ts';
import { isBaselineAtLimit } from '../nlls/fit.ts';
import { buildResult } from '../nlls/result.ts';
import type { ShownFit } from '../nlls/result.ts';
import { seriesCovariance } from './covariance.ts';
import type { SeriesCovariance } from './covariance.ts';
import type { SeriesSolution } from './minimise.ts';
import { modelEstimates, sharedEstimates } from './parameters.ts';
import type { ModelEstimate, SharedEstimate } from './parameters.ts';
import { hasLines } from './seriesInput.ts';
import type { SeriesInput } from './seriesInput.ts';
import type { SeriesStart } from './start.ts';

export const SERIES_METHOD = 'nlls-series';
export const SERIES_VERSION = '1.0.0';

export interface SeriesPoint {
  readonly index: number;
  readonly x: number;
  readonly result: QuantificationResult;
  readonly curves: FitCurves;
}

export interface SeriesFit {
  readonly xName: string;
  readonly xUnit: string;
  readonly points: readonly SeriesPoint[];
  readonly shared: readonly SharedEstimate[];
  readonly models: readonly ModelEstimate[];
  readonly converged: boolean;
  readonly iterations: number;
  readonly chiSquare: number;
  /** Of the series as a whole; each point's own stand with its result. */
  readonly warnings: readonly Warning[];
}

interface View {
  readonly y: Float64Array;
  readonly columns: readonly Float64Array[];
  readonly baselineRows: Float64Array;
  readonly residualPower: number;
}

/** A point over the whole FID, as it is shown. */
function viewOf({ problem, mean, fids, phase0, phase1 }: SeriesStart, solution: SeriesSolution, k: number): View {
  const { model, baseline } = mean.problem;
  const { unknowns, sharedBaseline } = problem;
  const { theta, amplitudes } = solution.points[k] as SeriesSolution['points'][number];
  const y = model.dataRows(fids[k] as SeriesStart['fids'][number], phase0[k] as number, phase1);
  const columns = model.columnsAt(theta);
  const rest = subtractColumns(y, columns, amplitudes);
  let baselineRows = new Float64Array(rest.length);
  if (sharedBaseline.length > 0) {
    const locals = unknowns.localsAt(k, solution.state.shared, solution.state.own[k] as Float64Array);
    const coefficients = locals.subarray(unknowns.parameters.length + unknowns.modelled.length);
    const perPart = coefficients.length / model.parts;
    const design = cubicSplineDesign(model.bandLength, perPart - 3);
    for (let part = 0; part < model.parts; part++) {
      const curve = splineTimes(design, coefficients.subarray(part * perPart, (part + 1) * perPart));
      baselineRows.set(curve, part * model.bandLength);
    }
  } else if (baseline !== null && problem.baseline !== null) {
    baselineRows = Float64Array.from(baseline.fitTo(rest));
  }
  const residualPower = rest.reduce((s, v, i) => s + (v - (baselineRows[i] as number)) ** 2, 0) / rest.length;
  return { y, columns, baselineRows, residualPower };
}

function seriesWarnings(input: SeriesInput, start: SeriesStart, covariance: SeriesCovariance | null): Warning[] {
  const warnings: Warning[] = [];
  const noise = start.noiseSd * start.mean.dataScale;
  const weak = input.fids.filter((fid) => !hasLines(fid, noise, input)).length;
  if (weak > 0) {
    const message = `In ${weak} of ${input.fids.length} points no line stands clearly above the noise; their own frequency and phase are uncertain: take larger bins, or share them.`;
    warnings.push({ code: 'weak-points', message });
  }
  if (covariance === null) {
    const message = 'The joint Fisher matrix of the series is singular: no Cramér–Rao bounds.';
    warnings.push({ code: 'crlb-unavailable', message });
  }
  return warnings;
}

/** @throws CancelledError */
export function buildSeries(
  input: SeriesInput,
  start: SeriesStart,
  solution: SeriesSolution,
  cancellation: Cancellation,
): SeriesFit {
  const { problem, mean } = start;
  if (mean.problem.baseline !== null && problem.baseline !== null) {
    mean.problem.baseline.setEffectiveDegrees(problem.baseline.effectiveDegrees);
  }
  const whole = mean.problem.model;
  const { model } = problem.unknowns.problem;
  const views = solution.points.map((_, k) => viewOf(start, solution, k));
  const noiseSdRows = start.noiseSd * Math.sqrt(whole.points);
  // Misfit counts as noise where it is the larger, as in the fit of one spectrum; here that of all points together.
  const misfit = Math.sqrt(views.reduce((s, v) => s + v.residualPower, 0) / views.length);
  const level = Math.max(noiseSdRows, misfit) * Math.sqrt(model.points / whole.points);
  const covariance = seriesCovariance(problem, solution.state, solution.points, level, cancellation);
  const degrees = problem.baseline?.effectiveDegrees ?? problem.sharedBaseline.length / model.parts;
  const span = Math.abs((model.ppm[0] as number) - (model.ppm[model.bandLength - 1] as number));
  const points = views.map((view, k): SeriesPoint => {
    const point = solution.points[k];
    if (point === undefined) throw new BugError('A point of the series was not fitted.');
    const shown: ShownFit = {
      problem: { ...mean.problem, y: view.y },
      columns: view.columns,
      baselineRows: view.baselineRows,
      solution: { ...point, converged: solution.converged },
      covariance: covariance?.amplitudes[k] ?? null,
      amplitudeScale: mean.amplitudeScale,
      dataScale: mean.dataScale,
      rotatedPhase0: start.phase0[k] as number,
      rotatedPhase1: start.phase1,
      noiseSdRows,
      iterations: solution.iterations,
      pointsUsed: model.points,
      baselineEdPerPpm: degrees / span,
      baselineAtLimit: isBaselineAtLimit(degrees / span, start.options),
    };
    const fid = input.fids[k] as SeriesInput['fids'][number];
    const built = buildResult({ ...input, fid, noiseSd: start.noiseSd * mean.dataScale }, shown, 0);
    const x = input.x[k] as number;
    const diagnostics = { ...built.result.diagnostics, seriesPoint: k, [input.xName]: x };
    const result = { ...built.result, method: SERIES_METHOD, version: SERIES_VERSION, diagnostics };
    return { index: k, x, result, curves: built.curves };
  });
  return {
    xName: input.xName,
    xUnit: input.xUnit,
    points,
    shared: sharedEstimates(start, solution, covariance),
    models: modelEstimates(start, solution, covariance, input),
    converged: solution.converged,
    iterations: solution.iterations,
    chiSquare: solution.cost,
    warnings: seriesWarnings(input, start, covariance),
  };
}
