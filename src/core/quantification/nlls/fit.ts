// The NLLS fit of one spectrum: a linear combination of basis signals with shared and per-metabolite shifts and widths,
// in the frequency domain. Scale and start from the data, a common fit, a baseline of automatic smoothness, then the
// full fit. After Provencher 1993 (doi:10.1002/mrm.1910300604), Wilson 2021 (ABfit, doi:10.1002/mrm.28385) and Clarke
// 2021 (FSL-MRS, doi:10.1002/mrm.28630); the differences from each are said where they are made.
import type { ComplexSignal } from '../../domain/complexArray.ts';
import { ProcessingError } from '../../domain/errors.ts';
import type { Cancellation } from '../../ports/cancellation.ts';
import type { FitInput } from '../../ports/fitRunner.ts';
import { Baseline } from './baseline.ts';
import { amplitudeCovariance, minimise, solveAmplitudes, solveWithColumns } from './engine.ts';
import type { LinearSolution, ParameterRule, Problem, Solution, Tolerance } from './engine.ts';
import {
  FIRST_SHIFT_DEVIATION,
  GAUSSIAN,
  LORENTZIAN,
  PHASE0,
  PHASE1,
  SHIFT,
  SpectralModel,
  gaussianHzToGamma,
} from './model.ts';
import type { ModelSignal } from './model.ts';
import { estimateNoiseSd } from './noise.ts';
import { ratioPriors } from './ratioPriors.ts';
import type { NllsOptions } from './options.ts';
import { startCandidates } from './startValues.ts';
import type { StartCandidate } from './startValues.ts';

/** Widest broadening the fit may use. [Hz] at 3 T; scaled with field. */
const WIDEST_HZ_AT_3T = 40;
/** Macromolecule and lipid signals may move and broaden more than metabolites, being sums of many lines. */
const BROAD_SIGNAL_SHIFT_SD_PPM = 0.01;
const BROAD_SIGNAL_LORENTZIAN_SD_HZ = 3;
const START_WIDTHS_HZ: readonly (readonly [number, number])[] = [
  [2, 3],
  [5, 6],
];

/** The common fit only has to be near: the full fit follows. */
const COARSE: Tolerance = { absolute: 0.5, relative: 1e-3 };
/** A hundredth of χ² is a tenth of a standard deviation at most, along the worst direction. */
const FINE: Tolerance = { absolute: 1e-2, relative: 1e-8 };
/** A second start is followed only if its linear fit is nearly as good as the best. */
const RIVAL_COST = 1.3;
/** Another shift is tried only if the landmarks correlate there with at least this part of the best shift's power. */
const RIVAL_SCORE = 0.5;

/** Phase left in the model below which turning the data once more changes nothing that the noise would show: 1°. */
const SMALL_PHASE = Math.PI / 180;

/** Largest phase of the model over the window, whose pivot is its middle. [rad] */
const largestPhase = (theta: Float64Array, ppmSpan: number): number =>
  Math.abs(theta[PHASE0] as number) + (Math.abs(theta[PHASE1] as number) * ppmSpan) / 2;

export interface FitState {
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
  readonly baselineRows: Float64Array;
  /** Residual after baseline, rows. */
  readonly residualRows: Float64Array;
  readonly columns: readonly Float64Array[];
  readonly noiseSdRows: number;
  readonly iterations: number;
  readonly baselineEdPerPpm: number;
}

function fitRange(options: NllsOptions, signals: readonly ModelSignal[]): readonly [number, number] {
  if (options.ppmRange !== 'auto') return options.ppmRange;
  return signals.some((s) => s.added === true) ? [0.2, 4.0] : [0.2, 4.2];
}

function largestMagnitude(fid: ComplexSignal): number {
  let largest = 0;
  for (let i = 0; i < fid.re.length; i++)
    largest = Math.max(largest, Math.hypot(fid.re[i] as number, fid.im[i] as number));
  return largest;
}

const scaled = (fid: ComplexSignal, by: number): ComplexSignal => ({
  re: fid.re.map((v) => v * by),
  im: fid.im.map((v) => v * by),
});

function parameterRules(
  model: SpectralModel,
  options: NllsOptions,
  shiftHz: number,
  shiftRoomHz: number,
): ParameterRule[] {
  const f0 = model.spectrometerFrequencyMHz;
  const widest = (WIDEST_HZ_AT_3T * f0) / 127.7;
  const free = (lower: number, upper: number): ParameterRule => ({ lower, upper, priorMean: 0, priorSd: Infinity });
  const phase1Sd = (options.phase1PriorSdDegPerPpm * Math.PI) / 180;
  const rules: ParameterRule[] = [];
  rules[PHASE0] = free(-Infinity, Infinity);
  rules[PHASE1] = { lower: -1, upper: 1, priorMean: 0, priorSd: phase1Sd };
  rules[SHIFT] = free(shiftHz - shiftRoomHz, shiftHz + shiftRoomHz);
  rules[LORENTZIAN] = free(0, widest);
  rules[GAUSSIAN] = free(0, gaussianHzToGamma(widest));
  model.signals.forEach(({ kind }, m) => {
    const broad = kind === 'macromolecule' || kind === 'lipid';
    const shiftSd = f0 * (broad ? BROAD_SIGNAL_SHIFT_SD_PPM : options.shiftPriorSdPpm);
    const widthSd = broad ? BROAD_SIGNAL_LORENTZIAN_SD_HZ : options.lorentzianPriorSdHz;
    rules[model.shiftDeviation(m)] = { lower: -6 * shiftSd, upper: 6 * shiftSd, priorMean: 0, priorSd: shiftSd };
    rules[model.lorentzianDeviation(m)] = { lower: -6 * widthSd, upper: 6 * widthSd, priorMean: 0, priorSd: widthSd };
  });
  return rules;
}

const COMMON_PARAMETERS: readonly number[] = [PHASE0, PHASE1, SHIFT, LORENTZIAN, GAUSSIAN];
/** The first fit holds φ1 at zero: with broad lines, φ1 and shift together can run away before the widths are right. */
const FIRST_PARAMETERS: readonly number[] = [PHASE0, SHIFT, LORENTZIAN, GAUSSIAN];

interface Stage {
  readonly problem: Problem;
  readonly theta: Float64Array;
  readonly cost: number;
}

/** The best of all start candidates and widths by the linear fit alone. */
function bestStart(
  fid: ComplexSignal,
  model: SpectralModel,
  baseline: Baseline | null,
  sigma: number,
  options: NllsOptions,
): Stage[] {
  const f0 = model.spectrometerFrequencyMHz;
  const searchHz = options.shiftSearchPpm * f0;
  const all = startCandidates(fid, model.signals, model.dwellTimeS, f0, searchHz, 3);
  const strongest = (all[0] as StartCandidate).score;
  const candidates = all.filter((c) => c.score >= RIVAL_SCORE * strongest);
  const y = model.dataRows(fid, 0, 0);
  const stages = candidates.flatMap((candidate) =>
    START_WIDTHS_HZ.map(([lorentzianHz, gaussianHz]) => {
      const theta = new Float64Array(model.parameterCount);
      theta[PHASE0] = candidate.phase0;
      theta[SHIFT] = candidate.shiftHz;
      theta[LORENTZIAN] = lorentzianHz;
      theta[GAUSSIAN] = gaussianHzToGamma(gaussianHz);
      const rules = parameterRules(model, options, candidate.shiftHz, 0.1 * f0);
      const problem: Problem = { model, baseline, y, sigma, rules, amplitudePriors: [], free: FIRST_PARAMETERS };
      return { problem, theta, cost: solveAmplitudes(problem, theta, []).dataCost };
    }),
  );
  return stages.sort((a, b) => a.cost - b.cost);
}

/** Turns the data so that the model's phase starts at zero: then the real baseline stands beside absorption lines. */
function rotated(
  fid: ComplexSignal,
  stage: { problem: Problem; theta: Float64Array },
  before: readonly [number, number],
) {
  const phase0 = before[0] + (stage.theta[PHASE0] as number);
  const phase1 = before[1] + (stage.theta[PHASE1] as number);
  const theta = stage.theta.slice();
  theta[PHASE0] = 0;
  theta[PHASE1] = 0;
  const y = stage.problem.model.dataRows(fid, phase0, phase1);
  return { problem: { ...stage.problem, y }, theta, phases: [phase0, phase1] as const };
}

/** Moves the prior of φ1 along when its origin has been rotated away. */
function withPhase1Prior(problem: Problem, rotatedPhase1: number): Problem {
  const rules = problem.rules.map((rule, j) =>
    j === PHASE1 ? { ...rule, lower: -1 - rotatedPhase1, upper: 1 - rotatedPhase1, priorMean: -rotatedPhase1 } : rule,
  );
  return { ...problem, rules };
}

/** Baseline, and what model and baseline leave. */
function residualOf(problem: Problem, linear: LinearSolution): { residual: Float64Array; baseline: Float64Array } {
  const baseline = problem.baseline?.fitTo(linear.residual) ?? new Float64Array(linear.residual.length);
  const residual = linear.residual.map((v, i) => v - (baseline[i] as number));
  return { residual, baseline };
}

const rms = (v: Float64Array): number => Math.sqrt(v.reduce((s, x) => s + x * x, 0) / Math.max(1, v.length));

/**
 * Chooses the baseline's smoothness by the modified Akaike criterion of ABfit, ln(SSR) + 2·w·ED/N, with the lines held
 * as the common fit left them.
 * @returns effective degrees of freedom per part
 */
function chooseSmoothness(
  problem: Problem,
  start: LinearSolution,
  baseline: Baseline,
  options: NllsOptions,
  ppmSpan: number,
): number {
  const most = Math.max(3, options.baselineMaxEdPerPpm * ppmSpan);
  const grid = Array.from({ length: 10 }, (_, i) => 2.1 * (most / 2.1) ** (i / 9));
  let best = grid[0] as number;
  let bestCriterion = Infinity;
  for (const degrees of grid) {
    baseline.setEffectiveDegrees(degrees);
    const { residual } = residualOf(problem, solveWithColumns(problem, start.columns, start.passive));
    const ssr = residual.reduce((s, v) => s + v * v, 0);
    const criterion =
      Math.log(Math.max(ssr, 1e-300)) +
      (2 * options.baselineAicWeight * degrees * problem.model.parts) / residual.length;
    if (criterion < bestCriterion) {
      bestCriterion = criterion;
      best = degrees;
    }
  }
  return best;
}

/**
 * Fits one FID.
 * @param input the FID with its sampling
 * @param signals basis signals on the FID's own time axis
 * @throws ProcessingError where the FID holds no signal or no finite number; CancelledError
 */
export function fitSpectrum(
  input: FitInput,
  signals: readonly ModelSignal[],
  options: NllsOptions,
  cancellation: Cancellation,
): FitState {
  const dataScale = largestMagnitude(input.fid);
  if (!(dataScale > 0) || !isFinite(dataScale)) {
    throw new ProcessingError(
      'PROCESSING_FAILED',
      'The spectrum holds no signal to fit: every sample is zero or not a number.',
    );
  }
  const basisScale = Math.max(...signals.map((s) => largestMagnitude(s.fid)));
  const fid = scaled(input.fid, 1 / dataScale);
  const range = fitRange(options, signals);
  const model = new SpectralModel(
    signals.map((s) => ({ ...s, fid: scaled(s.fid, 1 / basisScale) })),
    input.dwellTimeS,
    input.spectrometerFrequencyMHz,
    range,
    options.domain,
  );
  if (model.bandLength < 16) {
    throw new ProcessingError(
      'PROCESSING_FAILED',
      `The fit range ${range[0]} to ${range[1]} ppm holds only ${model.bandLength} points of this spectrum; at least 16 are needed.`,
    );
  }
  const noise =
    (input.noiseSd ?? estimateNoiseSd(input.fid, input.dwellTimeS, input.spectrometerFrequencyMHz)) / dataScale;
  // Σ of `points` samples in each bin; a noiseless signal keeps a floor far below double rounding of its peaks.
  const noiseRows = Math.max(noise, 1e-7) * Math.sqrt(model.points);
  const ppmSpan = range[1] - range[0];
  const startDegrees =
    options.baseline === 'fixed'
      ? options.baselineEdPerPpm * ppmSpan
      : Math.min(3, options.baselineMaxEdPerPpm) * ppmSpan;
  const baseline =
    options.baseline === 'none'
      ? null
      : new Baseline(model.bandLength, model.parts, Math.round(options.baselineKnotsPerPpm * ppmSpan), startDegrees);

  const starts = bestStart(fid, model, baseline, noiseRows, options);
  let iterations = 0;
  let stage: Stage | null = null;
  const bestCost = (starts[0] as Stage).cost;
  const worthTrying = starts.slice(0, 2).filter((start) => start.cost <= RIVAL_COST * bestCost);
  for (const start of worthTrying) {
    const solution = minimise(start.problem, start.theta, 12, COARSE, cancellation);
    iterations += solution.iterations;
    if (stage === null || solution.cost < stage.cost)
      stage = { problem: start.problem, theta: solution.theta, cost: solution.cost };
  }
  const first = rotated(fid, stage as Stage, [0, 0]);
  const firstLinear = solveAmplitudes(first.problem, first.theta, []);
  const residualLevel = rms(residualOf(first.problem, firstLinear).residual);
  // Where the model can't reach the noise, the misfit is the scale against which priors are weighed.
  const sigma = Math.max(noiseRows, residualLevel);
  const amplitudePriors = ratioPriors(model.signals, firstLinear.amplitudes);
  let problem = withPhase1Prior({ ...first.problem, sigma, amplitudePriors }, first.phases[1]);
  if (baseline !== null && options.baseline === 'auto') {
    baseline.setEffectiveDegrees(chooseSmoothness(problem, firstLinear, baseline, options, ppmSpan));
  }
  const free =
    options.grouping === 'common'
      ? COMMON_PARAMETERS
      : [...COMMON_PARAMETERS, ...Array.from({ length: 2 * model.signalCount }, (_, i) => FIRST_SHIFT_DEVIATION + i)];
  problem = { ...problem, free };
  const full = minimise(problem, first.theta, options.maxIterations, FINE, cancellation);
  iterations += full.iterations;
  let phases: readonly [number, number] = first.phases;
  let solution = full;
  if (largestPhase(full.theta, ppmSpan) > SMALL_PHASE) {
    const turned = rotated(fid, { problem, theta: full.theta }, first.phases);
    phases = turned.phases;
    problem = withPhase1Prior(turned.problem, phases[1]);
    solution = minimise(problem, turned.theta, 4, FINE, cancellation);
    iterations += solution.iterations;
  }

  const parts = residualOf(problem, solution.linear);
  return {
    problem,
    solution: { ...solution, converged: full.converged || solution.converged },
    covariance: amplitudeCovariance(problem, solution, Math.max(noiseRows, rms(parts.residual))),
    amplitudeScale: dataScale / basisScale,
    dataScale,
    rotatedPhase0: phases[0],
    rotatedPhase1: phases[1],
    baselineRows: parts.baseline,
    residualRows: parts.residual,
    columns: solution.linear.columns,
    noiseSdRows: noiseRows,
    iterations,
    baselineEdPerPpm: baseline === null ? 0 : baseline.effectiveDegrees / ppmSpan,
  };
}
