// The first fit: where the lines lie, how wide they are, and their phase, from the data alone, with one shift and width
// for all signals. It looks at the first part of the FID only, which is enough to be near.
import { WATER_PPM } from '../../domain/axes.ts';
import { nextPowerOfTwo } from '../../math/fft.ts';
import type { Cancellation } from '../../ports/cancellation.ts';
import type { FitStart } from '../../ports/fitRunner.ts';
import { solveAmplitudes } from './amplitudes.ts';
import { minimise } from './engine.ts';
import type { Tolerance } from './engine.ts';
import type { ParameterRule, Problem } from './problem.ts';
import { parameterRules, shortenFrame } from './frame.ts';
import type { Frame } from './frame.ts';
import { commonParameters } from './freeParameters.ts';
import { GAUSSIAN, LORENTZIAN, PHASE0, PHASE1, SHIFT, gaussianHzToGamma } from './model.ts';
import type { NllsOptions } from './options.ts';
import { startCandidates } from '../shared/startValues.ts';
import type { StartCandidate } from '../shared/startValues.ts';

const START_WIDTHS_HZ: readonly [readonly [number, number], ...(readonly [number, number])[]] = [
  [2, 3],
  [5, 6],
];

/** The common fit only has to be near: the full fit follows. */
const COARSE: Tolerance = { absolute: 0.5, relative: 1e-3 };
/** Where φ1 joins in, which little of χ² shows. */
const PHASED: Tolerance = { absolute: 0.02, relative: 1e-5 };
/** A second start is followed only if its linear fit is nearly as good as the best. */
const RIVAL_COST = 1.3;
/** Another shift is tried only if the landmarks correlate there with at least this part of the best shift's power. */
const RIVAL_SCORE = 0.5;

/** How far the fit may move the lines from where it begins. [ppm] */
const SHIFT_ROOM_PPM = 0.1;

/** The first fit needs no more of the FID than this: in vivo lines have decayed to a tenth by then. [s] */
const ENOUGH_S = 0.125;
const MOST_ITERATIONS = 12;

export interface FirstFit {
  /** Common parameters; deviations of metabolites are zero. */
  readonly theta: Float64Array;
  readonly rules: readonly ParameterRule[];
  readonly iterations: number;
}

interface Stage {
  readonly problem: Problem;
  readonly theta: Float64Array;
  readonly cost: number;
}

/** The start candidates, each with the better of the widths tried, in order of their linear fits. */
function bestStart({ fid, model, baseline, noiseRows }: Frame, options: NllsOptions): Stage[] {
  const f0 = model.spectrometerFrequencyMHz;
  const searchHz = options.shiftSearchPpm * f0;
  const all = startCandidates(fid, model.signals, model.dwellTimeS, f0, searchHz, 3);
  const strongest = (all[0] as StartCandidate).score;
  const candidates = all.filter((c) => c.score >= RIVAL_SCORE * strongest);
  const y = model.dataRows(fid, 0, 0);
  const stageOf = (candidate: StartCandidate, [lorentzianHz, gaussianHz]: readonly [number, number]): Stage => {
    const theta = new Float64Array(model.parameterCount);
    theta[PHASE0] = options.phases === 'fixed' ? 0 : candidate.phase0;
    theta[SHIFT] = candidate.shiftHz;
    theta[LORENTZIAN] = lorentzianHz;
    theta[GAUSSIAN] = options.lineshape === 'lorentzian' ? 0 : gaussianHzToGamma(gaussianHz);
    const rules = parameterRules(model, options, candidate.shiftHz, SHIFT_ROOM_PPM * f0);
    const problem: Problem = {
      model,
      baseline,
      y,
      sigma: noiseRows,
      rules,
      amplitudePriors: [],
      // With broad lines, φ1 and shift together can run away before the widths are right.
      free: commonParameters(options).filter((j) => j !== PHASE1),
    };
    return { problem, theta, cost: solveAmplitudes(problem, theta, []).dataCost };
  };
  const byCost = (a: Stage, b: Stage): number => a.cost - b.cost;
  const [narrow, ...wider] = START_WIDTHS_HZ;
  const [strongestStage, ...rivals] = candidates.map((c) => stageOf(c, narrow)) as [Stage, ...Stage[]];
  // Widths converge from afar, so that the better of them is enough; shifts and phases may end elsewhere.
  const widened = wider.map((widths) => stageOf(all[0] as StartCandidate, widths));
  return [[strongestStage, ...widened].sort(byCost)[0] as Stage, ...rivals].sort(byCost);
}

/** The common fit's problem, and θ where a start from outside puts it. */
export function problemFrom(frame: Frame, start: FitStart, options: NllsOptions): Pick<Stage, 'problem' | 'theta'> {
  const { model, baseline, fid, noiseRows } = frame;
  const phase1 = options.phases === 'free' ? (start.phase1DegPerPpm * Math.PI) / 180 : 0;
  const theta = new Float64Array(model.parameterCount);
  if (options.phases !== 'fixed') {
    theta[PHASE0] = (start.phase0Deg * Math.PI) / 180 - phase1 * (WATER_PPM - model.pivotPpm);
    theta[PHASE1] = phase1;
  }
  theta[SHIFT] = start.shiftHz;
  theta[LORENTZIAN] = start.lorentzianHz;
  theta[GAUSSIAN] = options.lineshape === 'lorentzian' ? 0 : gaussianHzToGamma(start.gaussianHz);
  const rules = parameterRules(model, options, start.shiftHz, SHIFT_ROOM_PPM * model.spectrometerFrequencyMHz);
  const y = model.dataRows(fid, 0, 0);
  const free = commonParameters(options);
  return { problem: { model, baseline, y, sigma: noiseRows, rules, amplitudePriors: [], free }, theta };
}

/** The common fit from where another one, a neighbour's, has ended: nothing is searched. */
function fitFromStart(frame: Frame, start: FitStart, options: NllsOptions, cancellation: Cancellation): FirstFit {
  const { problem, theta } = problemFrom(frame, start, options);
  const solution = minimise(problem, theta, MOST_ITERATIONS, PHASED, cancellation);
  return { theta: solution.theta, rules: problem.rules, iterations: solution.iterations };
}

/** The first part of a frame's FID, as much as a first fit needs. @param enoughS length in seconds, at least */
export function shortFrame(frame: Frame, enoughS: number, options: NllsOptions): Frame {
  // A power of two, for the FFT's sake.
  const points = nextPowerOfTwo(Math.ceil(enoughS / frame.model.dwellTimeS));
  return points < frame.model.points ? shortenFrame(frame, points, options) : frame;
}

/**
 * @param start where the fit may begin; null: from the data alone
 * @throws CancelledError
 */
export function firstFit(
  frame: Frame,
  start: FitStart | null,
  options: NllsOptions,
  cancellation: Cancellation,
): FirstFit {
  const short = shortFrame(frame, ENOUGH_S, options);
  if (start !== null) return fitFromStart(short, start, options, cancellation);
  const starts = bestStart(short, options);
  const bestCost = (starts[0] as Stage).cost;
  let iterations = 0;
  const ends = starts
    .slice(0, 2)
    .filter((start) => start.cost <= RIVAL_COST * bestCost)
    .map(({ problem, theta }) => {
      const solution = minimise(problem, theta, MOST_ITERATIONS, COARSE, cancellation);
      iterations += solution.iterations;
      return { theta: solution.theta, problem, cost: solution.cost };
    });
  const best = ends.reduce((a, b) => (b.cost < a.cost ? b : a));
  // φ1 too: the full fit's baseline is real, and wants data whose phase is nearly right all along the window.
  const whole = { ...best.problem, free: commonParameters(options) };
  const solution = minimise(whole, best.theta, MOST_ITERATIONS, PHASED, cancellation);
  return { theta: solution.theta, rules: whole.rules, iterations: iterations + solution.iterations };
}
