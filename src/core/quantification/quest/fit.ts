// The QUEST fit of one FID (Ratiney 2005, NMR Biomed 18:1, doi:10.1002/nbm.895): time-domain least squares of basis signals
// with a shift and a damping of each within bounds and one phase. The paper starts at the basis as it is; here a search and
// a fit with one shift and damping for all come first, so that an offset or a phase never ends in a wrong minimum.
import type { ComplexSignal } from '../../domain/complexArray.ts';
import type { Interval } from '../../math/boxLeastSquares.ts';
import type { Cancellation } from '../../ports/cancellation.ts';
import type { FitInput } from '../../ports/fitRunner.ts';
import type { ModelSignal } from '../shared/modelSignal.ts';
import { estimateNoiseSd } from '../shared/noise.ts';
import { covarianceAt, minimiseSeparable, residualOf, solveLinearPart, tangentAt } from '../shared/separableFit.ts';
import type { SeparableProblem, SeparableSolution, Tangent, Tolerance } from '../shared/separableFit.ts';
import { startCandidates } from '../shared/startValues.ts';
import { dataScaleOf, difference, largestMagnitude, rowsOf, scaledSignal, signalOf } from '../shared/timeDomainData.ts';
import { modelBackground } from './background.ts';
import type { Background } from './background.ts';
import { FIRST_DEVIATION, GAUSSIAN, LORENTZIAN, PHASE0, SHIFT, TimeDomainModel } from './model.ts';
import type { SampleRange } from './model.ts';
import type { SettledQuestOptions } from './options.ts';
import { subtractCovariance } from './subtractCovariance.ts';

const COARSE: Tolerance = { absolute: 0.5, relative: 1e-3 };
/** A thousandth of χ² is a thirtieth of a standard deviation along the worst direction. */
const FINE: Tolerance = { absolute: 1e-3, relative: 1e-9 };
/** Widest broadening the fit may use. [Hz] at 3 T; scaled with field. */
const WIDEST_HZ_AT_3T = 40;
/** Room of the common shift about the search's best. [ppm] */
const COMMON_SHIFT_ROOM_PPM = 0.1;
/** Macromolecules and lipids may move and broaden more than metabolites, being sums of many lines. */
const BROAD_SIGNAL_ROOM = 3;
const START_WIDTHS_HZ: readonly number[] = [2, 6, 12];
/** The common fit needs no more of the FID: in vivo lines have decayed to a few per cent by then. [s] */
const ENOUGH_S = 0.25;
const MOST_COMMON_ITERATIONS = 15;
/** Other starts are followed only if their linear fit is nearly as good as the best. */
const RIVAL_COST = 1.3;
/** Samples after the lines' energy has fallen to this part hold noise only. */
const NEGLIGIBLE_ENERGY = 1e-4;
const LEAST_POINTS = 256;
/** Keeps the noise of a noiseless signal above the rounding of its peaks. */
const NOISE_FLOOR = 1e-7;

export interface QuestState {
  readonly solution: SeparableSolution;
  readonly signals: readonly ModelSignal[];
  /** Scaled amplitudes, M × M; null where singular. */
  readonly covariance: Float64Array | null;
  readonly bounds: readonly Interval[];
  readonly background: Background | null;
  /** The background was asked for, but its decomposition failed. */
  readonly backgroundFailed: boolean;
  /** Amplitude of the result = scaled amplitude × this. */
  readonly amplitudeScale: number;
  /** Data units = scaled units × this. */
  readonly dataScale: number;
  /** Per channel and sample, scaled. */
  readonly noiseSd: number;
  readonly residualRms: number;
  readonly range: SampleRange;
  readonly iterations: number;
}

interface Scaled {
  readonly input: FitInput;
  readonly fid: ComplexSignal;
  readonly signals: readonly ModelSignal[];
  readonly noiseSd: number;
  readonly options: SettledQuestOptions;
}

interface Stage {
  readonly problem: SeparableProblem;
  readonly theta: Float64Array;
  readonly cost: number;
}

const NOT_NEGATIVE: Interval = { lower: 0, upper: Infinity };
const FIXED: Interval = { lower: 0, upper: 0 };

const gaussianOf = (hz: number): number => (Math.PI * hz) ** 2 / (4 * Math.LN2);

function modelOf({ input, signals, options }: Scaled, range: SampleRange): TimeDomainModel {
  return new TimeDomainModel(signals, input.dwellTimeS, options.beginTimeS, range);
}

/** Bounds of all parameters about a common shift and width; `lorentzianHz` null leaves the deviations at zero. */
function boundsFor(scaled: Scaled, shiftHz: number, lorentzianHz: number | null): Interval[] {
  const { input, signals, options } = scaled;
  const f0 = input.spectrometerFrequencyMHz;
  const widest = (WIDEST_HZ_AT_3T * f0) / 127.7;
  const shiftRoom = COMMON_SHIFT_ROOM_PPM * f0;
  const bounds: Interval[] = [];
  bounds[PHASE0] = { lower: -Infinity, upper: Infinity };
  bounds[GAUSSIAN] = { lower: 0, upper: gaussianOf(widest) };
  bounds[SHIFT] = { lower: shiftHz - shiftRoom, upper: shiftHz + shiftRoom };
  bounds[LORENTZIAN] = { lower: 0, upper: widest };
  signals.forEach(({ kind }, m) => {
    const room = kind === 'macromolecule' || kind === 'lipid' ? BROAD_SIGNAL_ROOM : 1;
    const hz = room * options.shiftBoundPpm * f0;
    const widthHz = room * options.lorentzianBoundHz;
    bounds[FIRST_DEVIATION + m] = lorentzianHz === null ? FIXED : { lower: -hz, upper: hz };
    // No line becomes narrower than its basis signal, which would make it grow.
    bounds[FIRST_DEVIATION + signals.length + m] =
      lorentzianHz === null ? FIXED : { lower: -Math.min(widthHz, lorentzianHz), upper: widthHz };
  });
  return bounds;
}

function commonParameters(options: SettledQuestOptions): readonly number[] {
  return options.lineshape === 'voigt' ? [PHASE0, GAUSSIAN, SHIFT, LORENTZIAN] : [PHASE0, SHIFT, LORENTZIAN];
}

/** The best starts by the linear fit alone, best first. */
function starts(scaled: Scaled, range: SampleRange): Stage[] {
  const { input, fid, signals, options, noiseSd } = scaled;
  const f0 = input.spectrometerFrequencyMHz;
  const model = modelOf(scaled, range);
  const y = rowsOf(fid, range.from, range.to);
  const candidates = startCandidates(fid, signals, input.dwellTimeS, f0, options.shiftSearchPpm * f0, 3);
  const stages = candidates.flatMap((candidate) =>
    START_WIDTHS_HZ.map((widthHz) => {
      const theta = new Float64Array(model.parameterCount);
      theta[PHASE0] = candidate.phase0;
      theta[SHIFT] = candidate.shiftHz;
      theta[LORENTZIAN] = widthHz;
      const problem: SeparableProblem = {
        model,
        y,
        sigma: noiseSd,
        bounds: boundsFor(scaled, candidate.shiftHz, null),
        amplitudeBounds: signals.map(() => NOT_NEGATIVE),
        free: commonParameters(options),
      };
      return { problem, theta, cost: solveLinearPart(problem, theta).chiSquare };
    }),
  );
  return stages.sort((a, b) => a.cost - b.cost);
}

/** One shift, damping and phase for all signals. */
function commonFit(scaled: Scaled, from: number, cancellation: Cancellation): SeparableSolution {
  const points = scaled.fid.re.length;
  const to = Math.min(points, Math.max(from + LEAST_POINTS, Math.ceil(ENOUGH_S / scaled.input.dwellTimeS)));
  const stages = starts(scaled, { from, to });
  const best = (stages[0] as Stage).cost;
  const ends = stages
    .filter(({ cost }, i) => i < 3 && cost <= RIVAL_COST * best)
    .map(({ problem, theta }) => minimiseSeparable(problem, theta, MOST_COMMON_ITERATIONS, COARSE, cancellation));
  return ends.reduce((a, b) => (b.chiSquare < a.chiSquare ? b : a));
}

/** Last sample that the fit needs: where the lines have decayed, only noise is left. */
function usefulEnd(scaled: Scaled, theta: Float64Array): number {
  const points = scaled.fid.re.length;
  const widthHz = theta[LORENTZIAN] as number;
  const gamma = theta[GAUSSIAN] as number;
  let end = Math.min(points, LEAST_POINTS);
  while (end < points) {
    const t = end * scaled.input.dwellTimeS;
    if (Math.exp(-2 * (Math.PI * widthHz * t + gamma * t * t)) < NEGLIGIBLE_ENERGY) break;
    end = Math.min(points, end + 64);
  }
  return end;
}

interface FullFit {
  readonly problem: SeparableProblem;
  readonly solution: SeparableSolution;
}

/** The fit from a common fit's end. @param perMetabolite every metabolite with a shift and damping of its own */
function fullFit(
  scaled: Scaled,
  fid: ComplexSignal,
  start: Float64Array,
  range: SampleRange,
  perMetabolite: boolean,
  cancellation: Cancellation,
): FullFit {
  const { signals, options, noiseSd } = scaled;
  const common = commonParameters(options);
  const deviations = Array.from({ length: 2 * signals.length }, (_, i) => FIRST_DEVIATION + i);
  const kept = common.filter((j) => j === PHASE0 || j === GAUSSIAN);
  const problem: SeparableProblem = {
    model: modelOf(scaled, range),
    y: rowsOf(fid, range.from, range.to),
    sigma: noiseSd,
    bounds: boundsFor(scaled, start[SHIFT] as number, perMetabolite ? (start[LORENTZIAN] as number) : null),
    amplitudeBounds: signals.map(() => NOT_NEGATIVE),
    // With a deviation for each metabolite the common shift and width say nothing more: they stay where they are.
    free: perMetabolite ? [...kept, ...deviations] : common,
  };
  return { problem, solution: minimiseSeparable(problem, start, options.maxIterations, FINE, cancellation) };
}

/** What the metabolites leave of the first `to` samples. */
function leftOver(scaled: Scaled, { theta, amplitudes }: SeparableSolution, to: number): ComplexSignal {
  const whole = modelOf(scaled, { from: 0, to });
  return signalOf(residualOf(rowsOf(scaled.fid, 0, to), whole.columnsAt(theta), amplitudes), 1);
}

/** Tangent of a fit of later samples, over all of the first `to`. */
function tangentFromStart(scaled: Scaled, { problem, solution }: FullFit, to: number): Tangent {
  const model = modelOf(scaled, { from: 0, to });
  return tangentAt({ ...problem, model }, { ...solution, columns: model.columnsAt(solution.theta) });
}

/**
 * Fits one FID.
 * @param signals basis signals on the FID's own time axis
 * @throws ProcessingError where there is no signal to fit; CancelledError
 */
export function fitQuest(
  input: FitInput,
  signals: readonly ModelSignal[],
  options: SettledQuestOptions,
  cancellation: Cancellation,
): QuestState {
  const { dwellTimeS, spectrometerFrequencyMHz, nucleus } = input;
  const subtracts = options.background === 'subtract';
  const from = subtracts ? Math.max(1, Math.round(options.truncationS / dwellTimeS)) : 0;
  const dataScale = dataScaleOf(input.fid, from);
  const basisScale = Math.max(...signals.map((s) => largestMagnitude(s.fid)));
  const noise = input.noiseSd ?? estimateNoiseSd(input.fid, dwellTimeS, spectrometerFrequencyMHz, nucleus);
  const scaled: Scaled = {
    input,
    fid: scaledSignal(input.fid, 1 / dataScale),
    signals: signals.map((s) => ({ ...s, fid: scaledSignal(s.fid, 1 / basisScale) })),
    noiseSd: Math.max(noise / dataScale, NOISE_FLOOR),
    options,
  };
  const common = commonFit(scaled, from, cancellation);
  const to = Math.max(usefulEnd(scaled, common.theta), Math.min(scaled.fid.re.length, from + LEAST_POINTS));
  // Without the first samples, single dampings are poorly known, and what they miss grows backwards to the FID's start: there
  // one damping for all, told by the strong lines, has to do. The paper's soft constraints serve the same end.
  const perMetabolite = options.grouping === 'perMetabolite';
  let fit = fullFit(scaled, scaled.fid, common.theta, { from, to }, perMetabolite && !subtracts, cancellation);
  const first = fit;
  let iterations = common.iterations + fit.solution.iterations;
  let background: Background | null = null;
  if (subtracts) {
    const { truncationS, backgroundComponents: rank } = options;
    const setting = { dwellTimeS, spectrometerFrequencyMHz, nucleus, truncationS, rank };
    background = modelBackground(leftOver(scaled, fit.solution, to), setting);
    if (background !== null) {
      const { re, im } = scaled.fid;
      const cleaned = difference({ re: re.slice(0, to), im: im.slice(0, to) }, background.signal);
      const start = common.theta.slice();
      fit.solution.theta.forEach((v, j) => (start[j] = v));
      fit = fullFit(scaled, cleaned, start, { from: 0, to }, perMetabolite, cancellation);
      iterations += fit.solution.iterations;
    }
  }
  const { problem, solution } = fit;
  const rows = solution.residual.length;
  const parameters = problem.free.length + signals.length;
  const residualRms = Math.sqrt((solution.chiSquare * problem.sigma ** 2) / Math.max(1, rows - parameters));
  const sigma = Math.max(scaled.noiseSd, residualRms);
  const tangent = tangentAt(problem, solution);
  const covariance =
    background === null
      ? covarianceAt(tangent, sigma)
      : subtractCovariance(tangent, tangentFromStart(scaled, first, to), { from, to }, background, sigma);
  return {
    solution,
    signals,
    covariance: covariance?.amplitudes ?? null,
    bounds: problem.bounds,
    background,
    backgroundFailed: subtracts && background === null,
    amplitudeScale: dataScale / basisScale,
    dataScale,
    noiseSd: scaled.noiseSd,
    residualRms,
    range: { from: background === null ? from : 0, to },
    iterations,
  };
}
