// One smoothness for the baselines of all points of a series: the modified Akaike criterion of ABfit (Wilson 2021,
// doi:10.1002/mrm.28385), ln(SSR) + 2·w·ED/N, with the squared residuals of all points together. The mean's own choice would
// be too free, since noise that hides a baseline's detail at one point is gone in the mean.
import type { SpectralModel } from '../nlls/model.ts';
import type { NllsOptions } from '../nlls/options.ts';
import type { SeriesState } from './assemble.ts';
import { fitPoint } from './points.ts';
import type { SeriesProblem } from './points.ts';

const TRIED = 8;
/** Just above a straight line. */
const LEAST_DEGREES = 2.1;
/** A point more tells no more of the smoothness: the choice is made on these many, spread over the series. */
const MOST_POINTS = 12;

/**
 * Sets the smoothness of the problem's baseline.
 * @param whole model of the whole FID: samples left out of the fit hold noise only, and count as data here
 */
export function chooseSmoothness(
  problem: SeriesProblem,
  state: SeriesState,
  whole: SpectralModel,
  options: NllsOptions,
): void {
  const { baseline, unknowns, sigma } = problem;
  if (baseline === null) return;
  const { model } = unknowns.problem;
  const span = (model.ppm[0] as number) - (model.ppm[model.bandLength - 1] as number);
  const most = Math.max(3, options.baselineMaxEdPerPpm * span);
  const dataRows = (model.rows * whole.points) / model.points;
  const noiseLeftOut = (dataRows - model.rows) * sigma ** 2;
  const step = Math.ceil(unknowns.pointCount / MOST_POINTS);
  const chosen = Array.from({ length: unknowns.pointCount }, (_, k) => k).filter((k) => k % step === 0);
  let best = baseline.effectiveDegrees;
  let least = Infinity;
  for (let i = 0; i < TRIED; i++) {
    const degrees = LEAST_DEGREES * (most / LEAST_DEGREES) ** (i / (TRIED - 1));
    baseline.setEffectiveDegrees(degrees);
    const squares = chosen.reduce((sum, k) => {
      const locals = unknowns.localsAt(k, state.shared, state.own[k] as Float64Array);
      return sum + fitPoint(problem, k, locals, []).cost * sigma ** 2 + noiseLeftOut;
    }, 0);
    const criterion = Math.log(squares) + (2 * options.baselineAicWeight * degrees * model.parts) / dataRows;
    if (criterion < least) {
      least = criterion;
      best = degrees;
    }
  }
  baseline.setEffectiveDegrees(best);
}
