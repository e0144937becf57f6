// From the fitted state to the result every method returns: amplitudes with bounds, sums with their covariance, ratios,
// quality figures, curves to draw.
import { WATER_PPM } from '../../domain/axes.ts';
import type { Warning } from '../../domain/provenance.ts';
import type { FitCurves, QuantificationResult } from '../../domain/quantification.ts';
import { minus, times } from '../../math/vectors.ts';
import type { FitInput } from '../../ports/fitRunner.ts';
import {
  SNR_DEFINITION,
  correlationOf,
  degrees,
  estimatesOf,
  halfWidthPoints,
  widthReference,
  wrapDegrees,
} from '../shared/estimates.ts';
import type { FittedAmplitudes } from '../shared/estimates.ts';
import type { FitState } from './fit.ts';
import { GAUSSIAN, LORENTZIAN, PHASE0, PHASE1, SHIFT, gammaToGaussianHz } from './model.ts';
import { rms } from './residual.ts';

export const NLLS_VERSION = '2.0.0';

/** What of a fit its result is made from. */
export type ShownFit = Omit<FitState, 'fitted' | 'solution'> & {
  readonly solution: Pick<FitState['solution'], 'theta' | 'amplitudes' | 'converged' | 'cost'>;
};

/** Amplitudes and covariance in the units of the basis. */
export function fittedAmplitudes({ problem, solution, covariance, amplitudeScale }: ShownFit): FittedAmplitudes {
  return {
    names: problem.model.signals.map((s) => s.name),
    amplitudes: solution.amplitudes.map((a) => a * amplitudeScale),
    covariance: covariance === null ? null : times(covariance, amplitudeScale ** 2),
  };
}

/**
 * Curves as they were fitted: in the frame of the last rotation, in which at most a few degrees of phase are left in the
 * model, so that data = components + baseline + residual holds exactly.
 */
function curvesOf(input: FitInput, state: ShownFit): FitCurves {
  const { model, y } = state.problem;
  const { theta, amplitudes } = state.solution;
  const n = model.bandLength;
  const inDataUnits = (rows: Float64Array, factor = 1): Float64Array =>
    times(rows.subarray(0, n), factor * state.dataScale);
  const data = inDataUnits(y);
  const baseline = inDataUnits(state.baselineRows);
  const fit = baseline.slice();
  const components = model.signals.map(({ name }, m) => {
    const curve = inDataUnits(state.columns[m] as Float64Array, amplitudes[m] as number);
    for (let i = 0; i < n; i++) fit[i] = (fit[i] as number) + (curve[i] as number);
    return { name, curve };
  });
  const residual = minus(data, fit);
  const shiftPpm = (theta[SHIFT] as number) / input.spectrometerFrequencyMHz;
  return { ppm: model.ppm.map((p) => p + shiftPpm), data, fit, baseline, residual, components };
}

/** Amplitudes that a bound or a prior holds are no free estimates: the reader is told. */
function amplitudeWarnings({ problem, solution }: ShownFit): Warning[] {
  const { signals } = problem.model;
  const atZero = signals.filter(({ kind }, m) => kind === 'metabolite' && solution.amplitudes[m] === 0);
  const tied = problem.amplitudePriors.flatMap(({ terms }) => {
    const signal = signals[terms[0]?.signal ?? -1];
    return signal === undefined || signal.added === true ? [] : [signal.name];
  });
  const warnings: Warning[] = [];
  if (atZero.length > 0) {
    const names = atZero.map(({ name }) => name).join(', ');
    const message = `Held at zero, since the best amplitude would be negative: ${names}. Their true amount is unknown, not zero.`;
    warnings.push({ code: 'amplitude-at-bound', message });
  }
  if (tied.length > 0) {
    const message = `Soft ratio priors (LCModel's) pull ${tied.join(', ')} towards usual amounts; their bounds hold only if those apply.`;
    warnings.push({ code: 'ratio-priors', message });
  }
  return warnings;
}

function warningsOf(state: ShownFit, input: FitInput, fwhmHz: number, residualSd: number): Warning[] {
  const warnings = amplitudeWarnings(state);
  const f0 = input.spectrometerFrequencyMHz;
  const shiftPpm = Math.abs((state.solution.theta[SHIFT] as number) / f0);
  if (shiftPpm > 0.1) {
    warnings.push({
      code: 'large-shift',
      message: `The data lie ${shiftPpm.toFixed(2)} ppm from the basis; the fit moved them, but check the reference.`,
    });
  }
  if (fwhmHz / f0 > 0.1) {
    warnings.push({
      code: 'broad-lines',
      message: `The line width is ${(fwhmHz / f0).toFixed(3)} ppm; above 0.1 ppm single metabolites can't be told apart.`,
    });
  }
  const noise = state.noiseSdRows * state.dataScale;
  if (residualSd > 3 * noise) {
    warnings.push({
      code: 'residual-above-noise',
      message: `The residual is ${(residualSd / noise).toFixed(1)} times the noise: the model leaves signal unexplained (artefact, lipid, or a wrong basis).`,
    });
  }
  if (state.baselineAtLimit) {
    warnings.push({
      code: 'baseline-at-limit',
      message: `The baseline is as flexible as it may be (${state.baselineEdPerPpm.toFixed(0)} degrees of freedom per ppm): the spectrum holds what the basis does not explain, and amounts depend on that limit by more than their bounds say.`,
    });
  }
  if (state.covariance === null) {
    warnings.push({
      code: 'crlb-unavailable',
      message: 'The Fisher matrix is singular: no Cramér–Rao bounds for this fit.',
    });
  }
  return warnings;
}

/**
 * Builds the result of a fit.
 * @param elapsedMs wall time, measured by the caller (core has no clock)
 */
export function buildResult(
  input: FitInput,
  state: ShownFit,
  elapsedMs: number,
): { result: QuantificationResult; curves: FitCurves } {
  const curves = curvesOf(input, state);
  const { model } = state.problem;
  const { theta } = state.solution;
  const fitted = fittedAmplitudes(state);
  const reference = curves.components[widthReference(fitted.names, fitted.amplitudes)];
  const hzPerPoint = Math.abs((curves.ppm[1] as number) - (curves.ppm[0] as number)) * input.spectrometerFrequencyMHz;
  const fwhmHz = reference === undefined ? 0 : halfWidthPoints(reference.curve) * hzPerPoint;
  const residualSd = rms(curves.residual);
  const largest = Math.max(0, ...minus(curves.data, curves.baseline));
  const phase0 = state.rotatedPhase0 + (theta[PHASE0] as number);
  const phase1 = state.rotatedPhase1 + (theta[PHASE1] as number);
  const { metabolites, combined } = estimatesOf(fitted);
  const result: QuantificationResult = {
    method: 'nlls',
    version: NLLS_VERSION,
    status: state.solution.converged ? 'converged' : 'notConverged',
    reason: state.solution.converged ? null : `The fit was still improving after ${state.iterations} iterations.`,
    metabolites,
    combined,
    phase0Deg: wrapDegrees(degrees(phase0 + phase1 * (WATER_PPM - model.pivotPpm))),
    phase1DegPerPpm: degrees(phase1),
    shiftHz: theta[SHIFT] as number,
    lorentzianHz: theta[LORENTZIAN] as number,
    gaussianHz: gammaToGaussianHz(theta[GAUSSIAN] as number),
    snr: { value: residualSd > 0 ? largest / (2 * residualSd) : 0, definition: SNR_DEFINITION },
    fwhmHz,
    residualSd,
    elapsedMs,
    inDistribution: true,
    executionProvider: 'cpu',
    warnings: warningsOf(state, input, fwhmHz, residualSd),
    correlation: correlationOf(state.covariance, model.signalCount),
    diagnostics: {
      iterations: state.iterations,
      chiSquare: state.solution.cost,
      noiseSd: state.noiseSdRows * state.dataScale,
      baselineEdPerPpm: state.baselineEdPerPpm,
      fitRangeLowPpm: Math.min(...curves.ppm),
      fitRangeHighPpm: Math.max(...curves.ppm),
      fitPoints: curves.ppm.length,
      samplesUsed: state.pointsUsed,
    },
  };
  return { result, curves };
}
