// From a first fit to the full problem: noise level, priors and the baseline's smoothness are known from it.
import { everySignal, solveAmplitudes } from './amplitudes.ts';
import type { LinearSolution } from './amplitudes.ts';
import type { Frame } from './frame.ts';
import { commonParameters, freeDeviations } from './freeParameters.ts';
import type { SpectralModel } from './model.ts';
import type { NllsOptions } from './options.ts';
import type { ParameterRule, Problem } from './problem.ts';
import { ratioPriors, weakMetabolitePriors } from './ratioPriors.ts';
import { residualOf, rms } from './residual.ts';
import { chooseSmoothness } from './smoothness.ts';
import type { Standing } from './standing.ts';

/**
 * From the first fit to the full problem: noise level, priors and smoothness are known now.
 * @returns also the amplitudes at the first fit's end, under the smoothness from before
 */
export function fullProblem(
  frame: Frame,
  wholePoints: number,
  standing: Standing,
  options: NllsOptions,
): { readonly problem: Problem; readonly linear: LinearSolution } {
  const { problem, theta } = standing;
  const linear = solveAmplitudes(problem, theta, everySignal(problem));
  // Where the model can't reach the noise, the misfit is the scale against which priors are weighed.
  const sigma = Math.max(frame.noiseRows, rms(residualOf(problem, linear).residual));
  const { model } = frame;
  const full: Problem = {
    ...problem,
    sigma,
    amplitudePriors: [
      ...ratioPriors(model.signals, linear.amplitudes),
      ...(options.ratioPriors === 'lcmodel' ? weakMetabolitePriors(model.signals, linear.amplitudes) : []),
    ],
    free: [...commonParameters(options), ...freeDeviations(model, options)],
  };
  const left = chooseSmoothness(full, linear, frame, wholePoints, options) ?? sigma;
  return { problem: { ...full, rules: widenedWidths(full, model, left / frame.noiseRows) }, linear };
}

/** Misfit beyond which the prior of the widths grows no more: from there on they are as good as free. */
const MOST_MISFIT = 3;

/**
 * The prior of the Lorentzian widths is the spread of T2, which holds where one shape can explain the lines down to the
 * noise. Where it can't (a poor shim, a basis that is not quite the scan's), it is wider by as much as the misfit.
 * @param misfit residual over noise, all signals having one shape
 */
function widenedWidths({ rules }: Problem, model: SpectralModel, misfit: number): readonly ParameterRule[] {
  const factor = Math.min(MOST_MISFIT, Math.max(1, misfit));
  const widened = rules.slice();
  for (let group = 0; group < model.groupCount; group++) {
    const at = model.lorentzianDeviation(group);
    const { priorMean, priorSd, lower, upper } = rules[at] as ParameterRule;
    widened[at] = { priorMean, priorSd: factor * priorSd, lower: factor * lower, upper: factor * upper };
  }
  return widened;
}
