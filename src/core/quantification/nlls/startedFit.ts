// One spectrum fitted from a start that is nearly right, by the few steps of quickFit.ts; where these lead nowhere or somewhere
// doubtful, by the full fit, which says why.
import { WATER_PPM } from '../../domain/axes.ts';
import type { BasisSet } from '../../domain/basisSet.ts';
import type { QuantificationResult } from '../../domain/quantification.ts';
import type { Cancellation } from '../../ports/cancellation.ts';
import type { FitInput, FitOutput, FitStart } from '../../ports/fitRunner.ts';
import { signalsFor } from '../shared/basisSignals.ts';
import type { ModelSignal } from '../shared/modelSignal.ts';
import { LEAST_POINTS } from './view.ts';
import { prepareBandFrame } from './bandFrame.ts';
import { REACHES_NOISE, fitSpectrum } from './fit.ts';
import type { FitState } from './fitState.ts';
import { withIntervals } from './intervals.ts';
import { LORENTZIAN, PHASE0, PHASE1, SHIFT } from './model.ts';
import type { NllsOptions } from './options.ts';
import { quickFit } from './quickFit.ts';
import { buildResult } from './result.ts';
import { needsShiftSearch } from './shiftSearch.ts';
import { isWhereSingletsAre, wrapped } from './startCheck.ts';
import type { Place } from './startCheck.ts';
import type { ParameterRule } from './problem.ts';

/** Below this SNR (LCModel's) a residual looks like noise wherever the fit is, so that the singlets are asked. */
const LOW_SNR = 8;
/** From starts farther from the end than this the few steps may lead elsewhere (bench/README.md, hybrid). */
const REACH = { shiftPpm: 0.05, phaseRad: (45 * Math.PI) / 180 } as const;
/** From here on the singlets are asked. [ppm] */
const FAR_PPM = 0.02;
/** Middle of the singlets that a start's phase is judged by. [ppm] */
const SINGLETS_PPM = 2.6;

export interface StartedFit {
  readonly output: FitOutput;
  /** Why the full fit was run, in one sentence; null where the start was enough. */
  readonly fellBack: string | null;
}

/** Samples of the data, not of the narrower band. */
const inSamples = (result: QuantificationResult, factor: number): QuantificationResult => ({
  ...result,
  diagnostics: { ...result.diagnostics, samplesUsed: factor * Number(result.diagnostics['samplesUsed']) },
});

/** Where a fit has the lines: phase at a shift. */
function placeOf({ solution, fitted, rotatedPhase0, rotatedPhase1 }: FitState, ppm: number): Place {
  const { theta } = solution;
  const phase1 = rotatedPhase1 + (theta[PHASE1] as number);
  return {
    shiftHz: theta[SHIFT] as number,
    phaseRad: rotatedPhase0 + (theta[PHASE0] as number) + phase1 * (ppm - fitted.model.pivotPpm),
  };
}

/** Whether shift or width ended where they may go no farther. */
function isAtLimit({ solution: { theta }, fitted: { rules } }: FitState): boolean {
  const shift = rules[SHIFT] as ParameterRule;
  const width = rules[LORENTZIAN] as ParameterRule;
  const value = theta[SHIFT] as number;
  return value >= shift.upper || value <= shift.lower || (theta[LORENTZIAN] as number) >= width.upper;
}

/** Why a quick fit is not to be believed; null where nothing speaks against it. */
function doubtOf(
  { state, misfit }: { readonly state: FitState; readonly misfit: number },
  result: QuantificationResult,
  start: FitStart,
  input: FitInput,
  signals: readonly ModelSignal[],
  options: NllsOptions,
): string | null {
  const f0 = input.spectrometerFrequencyMHz;
  if (isAtLimit(state)) return 'The fit from the start given ended at the limit of the shift or of the line width.';
  const end = placeOf(state, SINGLETS_PPM);
  const begin = (start.phase0Deg + start.phase1DegPerPpm * (SINGLETS_PPM - WATER_PPM)) * (Math.PI / 180);
  const movedPpm = Math.abs(end.shiftHz - start.shiftHz) / f0;
  if (movedPpm > REACH.shiftPpm || Math.abs(wrapped(end.phaseRad - begin)) > REACH.phaseRad) {
    return 'The fit went farther from the start given than a few steps lead safely.';
  }
  if (misfit <= REACHES_NOISE && result.snr.value >= LOW_SNR && movedPpm <= FAR_PPM) return null;
  return isWhereSingletsAre(end, input, signals, options)
    ? null
    : 'The fit from the start given ended where the strong singlets of the data are not.';
}

/** The quick fit's output, or why there is none. */
function quickOutput(
  input: FitInput,
  signals: readonly ModelSignal[],
  options: NllsOptions,
  start: FitStart,
  cancellation: Cancellation,
): FitOutput | string {
  if (needsShiftSearch(options, input.spectrometerFrequencyMHz)) {
    return 'The options let lines change places, which takes a search.';
  }
  const { frame, factor } = prepareBandFrame(input, signals, options);
  const quick = quickFit(frame, start, LEAST_POINTS / factor, options, cancellation);
  if (quick === null) return 'A few steps from the start given did not end.';
  const { result, curves } = buildResult(input, quick.state, 0);
  const doubt = doubtOf(quick, result, start, input, signals, options);
  if (doubt !== null) return doubt;
  const complete = withIntervals(result, { input, signals, options, state: quick.state }, cancellation);
  return { voxel: input.voxel, result: inSamples(complete, factor), curves };
}

/**
 * Fits one voxel from a start. `elapsedMs` of the result is 0: the caller, who has a clock, sets it.
 * @throws ModelError, ProcessingError, CancelledError
 */
export function fitFromStart(
  input: FitInput,
  basis: BasisSet,
  options: NllsOptions,
  start: FitStart,
  cancellation: Cancellation,
): StartedFit {
  const signals = signalsFor(input, basis, options);
  const quick = quickOutput(input, signals, options, start, cancellation);
  if (typeof quick !== 'string') return { output: quick, fellBack: null };
  return { output: fitFromData(input, basis, options, cancellation), fellBack: quick };
}

/** The full fit of one voxel, whose start is searched in the data. @throws ModelError, ProcessingError, CancelledError */
export function fitFromData(
  input: FitInput,
  basis: BasisSet,
  options: NllsOptions,
  cancellation: Cancellation,
): FitOutput {
  const signals = signalsFor(input, basis, options);
  const state = fitSpectrum(input, signals, options, cancellation);
  const { result, curves } = buildResult(input, state, 0);
  return {
    voxel: input.voxel,
    result: withIntervals(result, { input, signals, options, state }, cancellation),
    curves,
  };
}
