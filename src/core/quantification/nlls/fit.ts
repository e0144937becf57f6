// The NLLS fit of one spectrum: a linear combination of basis signals with shared and per-metabolite shifts and widths,
// in the frequency domain. Scale and start from the data, a common fit, a baseline of automatic smoothness, then the
// full fit. After Provencher 1993 (doi:10.1002/mrm.1910300604), Wilson 2021 (ABfit, doi:10.1002/mrm.28385) and Clarke
// 2021 (FSL-MRS, doi:10.1002/mrm.28630); the differences from each are said where they are made.
import type { ComplexSignal } from '../../domain/complexArray.ts';
import { nextPowerOfTwo } from '../../math/fft.ts';
import type { Cancellation } from '../../ports/cancellation.ts';
import type { FitInput } from '../../ports/fitRunner.ts';
import { weightColumns, weightedGram, withoutBaseline } from './baseline.ts';
import { solveAmplitudes, solveProducts, subtractColumns } from './amplitudes.ts';
import { amplitudeCovariance } from './covariance.ts';
import { minimise, withEquations } from './engine.ts';
import type { LinearSolution } from './amplitudes.ts';
import type { Solution, Tolerance } from './engine.ts';
import type { ParameterRule, Problem } from './problem.ts';
import { learnSpread } from './deviationSpread.ts';
import { firstFit } from './firstFit.ts';
import { prepareFrame, shortenFrame } from './frame.ts';
import { commonParameters, freeDeviations } from './freeParameters.ts';
import type { Frame } from './frame.ts';
import { GAUSSIAN, LORENTZIAN, PHASE0, PHASE1 } from './model.ts';
import type { ModelSignal, SpectralModel } from './model.ts';
import type { NllsOptions } from './options.ts';
import { searchShifts } from './shiftSearch.ts';
import { ratioPriors, weakMetabolitePriors } from './ratioPriors.ts';

/** A hundredth of χ² is a tenth of a standard deviation at most, along the worst direction. */
export const FINE: Tolerance = { absolute: 1e-2, relative: 1e-8 };
/**
 * Phase left in the model below which turning the data once more is not worth another solve: at 3° the baseline, which is
 * real in the frame of the data, loses 0.1 % of its height and gains a smooth 5 %, which its own freedom takes up.
 */
const SMALL_PHASE = (3 * Math.PI) / 180;

/** Largest phase of the model over the window, whose pivot is its middle. [rad] */
const largestPhase = (theta: Float64Array, ppmSpan: number): number =>
  Math.abs(theta[PHASE0] as number) + (Math.abs(theta[PHASE1] as number) * ppmSpan) / 2;

/** Where the data stand: a problem whose data rows were rotated by `phases`, and θ measured from there. */
interface Standing {
  readonly problem: Problem;
  readonly theta: Float64Array;
  readonly phases: readonly [number, number];
}

/** Fewer samples than this are never cut further. */
const LEAST_POINTS = 256;
const NEGLIGIBLE_ENERGY = 1e-3;

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

/** Turns the data so that the model's phase starts at zero: then the real baseline stands beside absorption lines. */
function rotate(fid: ComplexSignal, { problem, theta, phases }: Standing): Standing {
  const phase0 = phases[0] + (theta[PHASE0] as number);
  const phase1 = phases[1] + (theta[PHASE1] as number);
  const turned = theta.slice();
  turned[PHASE0] = 0;
  turned[PHASE1] = 0;
  // The prior of φ1 stays where it was: about zero rotation of the original data.
  const rules = problem.rules.map((rule, j) =>
    j === PHASE1 ? { ...rule, lower: -1 - phase1, upper: 1 - phase1, priorMean: -phase1 } : rule,
  );
  const y = problem.model.dataRows(fid, phase0, phase1);
  return { problem: { ...problem, y, rules }, theta: turned, phases: [phase0, phase1] };
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
 * @returns RMS of what is left at the smoothness chosen; null where there was nothing to choose
 */
function chooseSmoothness(
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
  const grid = Array.from({ length: 10 }, (_, i) => 2.1 * (most / 2.1) ** (i / 9));
  // Data and columns stand together in one Gram matrix, whose plain part no smoothness changes.
  const all = [...start.columns, problem.y];
  const plain = weightedGram(weightColumns(all, null));
  const projections = baseline.project(all);
  let best = grid[0] as number;
  let bestCriterion = Infinity;
  let bestSsr = 0;
  for (const degrees of grid) {
    baseline.setEffectiveDegrees(degrees);
    const { gram, h } = splitProducts(withoutBaseline(plain, baseline.whiten(projections)), all.length - 1);
    const { x } = solveProducts(problem, gram, h, start.passive);
    const residual = subtractColumns(problem.y, start.columns, x);
    const fitted = baseline.fitTo(residual);
    const ssr = residual.reduce((s, v, i) => s + (v - (fitted[i] as number)) ** 2, 0);
    const criterion =
      Math.log(Math.max(ssr + noiseLeftOut, 1e-300)) +
      (2 * options.baselineAicWeight * degrees * model.parts) / dataRows;
    if (criterion < bestCriterion) {
      bestCriterion = criterion;
      bestSsr = ssr;
      best = degrees;
    }
  }
  baseline.setEffectiveDegrees(best);
  return Math.sqrt(bestSsr / rows);
}

/** Takes [A, y]ᵀW[A, y] apart into AᵀWA and AᵀWy. @param n columns of A */
function splitProducts(joint: Float64Array, n: number): { gram: Float64Array; h: Float64Array } {
  const gram = new Float64Array(n * n);
  const h = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    gram.set(joint.subarray(i * (n + 1), i * (n + 1) + n), i * n);
    h[i] = joint[i * (n + 1) + n] as number;
  }
  return { gram, h };
}

/** From the first fit to the full problem: noise level, priors and smoothness are known now. */
function fullProblem(frame: Frame, wholePoints: number, standing: Standing, options: NllsOptions): Problem {
  const { problem, theta } = standing;
  const linear = solveAmplitudes(problem, theta, []);
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
  return { ...full, rules: widenedWidths(full, model, left / frame.noiseRows) };
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

const withinBounds = (rules: readonly ParameterRule[], theta: Float64Array): Float64Array =>
  theta.map((v, j) => Math.min((rules[j] as ParameterRule).upper, Math.max((rules[j] as ParameterRule).lower, v)));

/** Rounds of fit and spread: a third would move τ by some percent. */
const SPREAD_ROUNDS = 2;
/** Between the rounds the fit only has to be near. */
const NEAR: Tolerance = { absolute: 0.1, relative: 1e-5 };

/** Residual over noise above which the model is not right, so that what it says of the spread means little. */
const REACHES_NOISE = 1.25;

/**
 * The full fit, with the spread of shifts and widths learned on the way where the options say so and the model reaches the
 * noise. Where it doesn't, deviations take up what the basis has wrong, and their spread stays as wide as the options let it.
 */
function fullFit(
  standing: Standing,
  known: Solution | null,
  noiseRows: number,
  options: NllsOptions,
  cancellation: Cancellation,
): { readonly standing: Standing; readonly solution: Solution; readonly iterations: number } {
  const most = standing.problem.rules;
  let { problem } = standing;
  let iterations = 0;
  /** Goes on from θ; what is known of θ counts where the bounds leave it there. */
  const step = (theta: Float64Array, tolerance: Tolerance, at: Solution | null): Solution => {
    const from = withinBounds(problem.rules, theta);
    const stays = from.every((v, j) => v === theta[j]);
    const found = minimise(problem, from, options.maxIterations, tolerance, cancellation, stays ? at : null);
    iterations += found.iterations;
    return found;
  };
  const isAsked = options.deviationSpread === 'learned' && options.grouping !== 'common';
  let solution = step(standing.theta, isAsked ? NEAR : FINE, known);
  if (!isAsked) return { standing, solution, iterations };
  const misfit = rms(residualOf(problem, solution.linear).residual) / noiseRows;
  let rounds = misfit > REACHES_NOISE ? 0 : SPREAD_ROUNDS;
  for (; rounds > 0; rounds--) {
    const asked = withEquations(problem, solution);
    solution = asked;
    const rules = learnSpread(problem, asked, most);
    if (rules === null) break;
    problem = { ...problem, rules };
    if (rounds > 1) solution = step(solution.theta, NEAR, solution);
  }
  solution = step(solution.theta, FINE, solution);
  return { standing: { ...standing, problem }, solution, iterations };
}

/** Part of a signal's energy that lies beyond `points` samples once the lines are as wide as θ says. */
function energyBeyond({ fid }: ModelSignal, points: number, { model }: Frame, theta: Float64Array): number {
  const growth = Math.exp(-4 * (theta[GAUSSIAN] as number) * model.dwellTimeS ** 2);
  let factor = Math.exp(
    -2 * Math.PI * (theta[LORENTZIAN] as number) * model.dwellTimeS -
      2 * (theta[GAUSSIAN] as number) * model.dwellTimeS ** 2,
  );
  let envelope = 1;
  let within = 0;
  let beyond = 0;
  for (let i = 0; i < fid.re.length; i++) {
    const energy = envelope * ((fid.re[i] as number) ** 2 + (fid.im[i] as number) ** 2);
    if (i < points) within += energy;
    else beyond += energy;
    envelope *= factor;
    factor *= growth;
  }
  return beyond / Math.max(within + beyond, 1e-300);
}

/**
 * Leaves out the end of the FID where the lines have decayed: it holds noise only, for data and model alike, and without it
 * a spectrum costs half as much. Half of the samples go as long as no signal has a thousandth of its energy there.
 */
function truncated(frame: Frame, theta: Float64Array, options: NllsOptions): Frame {
  let points = nextPowerOfTwo(frame.model.points);
  const isIdle = (half: number): boolean =>
    frame.model.signals.every((signal) => energyBeyond(signal, half, frame, theta) < NEGLIGIBLE_ENERGY);
  while (points / 2 >= LEAST_POINTS && isIdle(points / 2)) points /= 2;
  return points < frame.model.points ? shortenFrame(frame, points, options) : frame;
}

interface View {
  readonly problem: Problem;
  readonly columns: readonly Float64Array[];
  readonly baselineRows: Float64Array;
  readonly residualRms: number;
}

/** The fit over the whole FID, as it is shown: with the amplitudes found, and a baseline as smooth as the fit's. */
function viewOf(
  frame: Frame,
  work: Frame,
  { problem, phases }: Standing,
  { theta, amplitudes, linear }: Solution,
): View {
  if (work === frame) {
    const { baseline, residual } = residualOf(problem, linear);
    return { problem, columns: linear.columns, baselineRows: baseline, residualRms: rms(residual) };
  }
  const { model, baseline, fid } = frame;
  if (baseline !== null && work.baseline !== null) baseline.setEffectiveDegrees(work.baseline.effectiveDegrees);
  const y = model.dataRows(fid, phases[0], phases[1]);
  const columns = model.columnsAt(theta);
  const residual = subtractColumns(y, columns, amplitudes);
  const baselineRows = baseline?.fitTo(residual) ?? new Float64Array(residual.length);
  const residualRms = rms(residual.map((v, i) => v - (baselineRows[i] as number)));
  return { problem: { ...problem, model, baseline, y }, columns, baselineRows, residualRms };
}

/**
 * Fits one FID.
 * @param input the FID with its sampling
 * @param signals basis signals on the FID's own time axis
 * @throws ProcessingError where the FID holds no signal or the window too few points; CancelledError
 */
export function fitSpectrum(
  input: FitInput,
  signals: readonly ModelSignal[],
  options: NllsOptions,
  cancellation: Cancellation,
): FitState {
  const frame = prepareFrame(input, signals, options);
  const first = firstFit(frame, input.start ?? null, options, cancellation);
  const work = truncated(frame, first.theta, options);
  const { fid, model, baseline } = work;
  const unrotated: Problem = {
    model,
    baseline,
    y: model.dataRows(fid, 0, 0),
    sigma: work.noiseRows,
    rules: first.rules,
    amplitudePriors: [],
    free: commonParameters(options),
  };
  const start = rotate(fid, { problem: unrotated, theta: first.theta, phases: [0, 0] });
  let standing: Standing = { ...start, problem: fullProblem(work, frame.model.points, start, options) };
  // Two steps bring the phase near its end; then the data are turned, where that is still worth while, and the fit goes on.
  const placed = searchShifts(standing.problem, standing.theta, cancellation);
  const near = minimise(standing.problem, placed, 2, FINE, cancellation);
  const turns = largestPhase(near.theta, frame.ppmSpan) > SMALL_PHASE;
  standing = turns ? rotate(fid, { ...standing, theta: near.theta }) : { ...standing, theta: near.theta };
  const known = turns ? null : near;
  const full = fullFit(standing, known, work.noiseRows, options, cancellation);
  const { solution } = full;
  standing = full.standing;
  const iterations = first.iterations + near.iterations + full.iterations;
  // The view has a model of its own where the FID was truncated, so that this one still stands at the solution.
  const view = viewOf(frame, work, standing, solution);
  const baselineEdPerPpm = baseline === null ? 0 : baseline.effectiveDegrees / frame.ppmSpan;
  const level = Math.max(frame.noiseRows, view.residualRms) * Math.sqrt(model.points / frame.model.points);
  return {
    fitted: standing.problem,
    problem: view.problem,
    columns: view.columns,
    baselineRows: view.baselineRows,
    solution,
    covariance: amplitudeCovariance(standing.problem, solution, level),
    amplitudeScale: frame.dataScale / frame.basis.scale,
    dataScale: frame.dataScale,
    rotatedPhase0: standing.phases[0],
    rotatedPhase1: standing.phases[1],
    noiseSdRows: frame.noiseRows,
    iterations,
    pointsUsed: model.points,
    baselineEdPerPpm,
    baselineAtLimit: isBaselineAtLimit(baselineEdPerPpm, options),
  };
}
