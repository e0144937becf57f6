// From the fitted state to the result every method returns: amplitudes with bounds, sums with their covariance, ratios,
// quality figures, curves to draw.
import { WATER_PPM } from '../../domain/axes.ts';
import { COMBINED_METABOLITES } from '../../domain/metaboliteNames.ts';
import type { Warning } from '../../domain/provenance.ts';
import type { FitCurves, MetaboliteEstimate, QuantificationResult } from '../../domain/quantification.ts';
import type { FitInput } from '../../ports/fitRunner.ts';
import type { FitState } from './fit.ts';
import { GAUSSIAN, LORENTZIAN, PHASE0, PHASE1, SHIFT, gammaToGaussianHz } from './model.ts';

export const NLLS_VERSION = '1.0.0';
/** SNR by LCModel's definition. Source: LCModel manual §4.3.2. */
export const SNR_DEFINITION =
  'largest value of data minus baseline in the fit range over twice the RMS residual (LCModel)';

const degrees = (rad: number): number => (rad * 180) / Math.PI;
const wrapDegrees = (deg: number): number => deg - 360 * Math.round(deg / 360);

interface Sum {
  readonly name: string;
  readonly amplitude: number;
  readonly variance: number | null;
}

function sumOver(state: FitState, name: string, members: readonly number[]): Sum {
  const n = state.problem.model.signalCount;
  let amplitude = 0;
  let variance: number | null = state.covariance === null ? null : 0;
  for (const i of members) {
    amplitude += (state.solution.amplitudes[i] as number) * state.amplitudeScale;
    for (const j of members) {
      if (variance !== null && state.covariance !== null) {
        variance += (state.covariance[i * n + j] as number) * state.amplitudeScale ** 2;
      }
    }
  }
  return { name, amplitude, variance };
}

function toEstimate(sum: Sum, totalCreatine: number | null): MetaboliteEstimate {
  const crlbAbsolute = sum.variance === null || sum.variance < 0 ? null : Math.sqrt(sum.variance);
  return {
    name: sum.name,
    amplitude: sum.amplitude,
    crlbPercent: crlbAbsolute === null || sum.amplitude <= 0 ? null : (100 * crlbAbsolute) / sum.amplitude,
    crlbAbsolute,
    ratioToTCr: totalCreatine === null ? null : sum.amplitude / totalCreatine,
    concentrationMM: null,
  };
}

function estimates(state: FitState): { metabolites: MetaboliteEstimate[]; combined: MetaboliteEstimate[] } {
  const names = state.problem.model.signals.map((s) => s.name);
  const indices = (members: readonly string[]): number[] => members.map((m) => names.indexOf(m)).filter((i) => i >= 0);
  const sums = COMBINED_METABOLITES.map(({ name, members }) => ({ name, at: indices(members) }))
    .filter(({ at }) => at.length > 0)
    .map(({ name, at }) => sumOver(state, name, at));
  const tCr = sums.find((s) => s.name === 'tCr')?.amplitude ?? 0;
  const totalCreatine = tCr > 0 ? tCr : null;
  return {
    metabolites: names.map((name, i) => toEstimate(sumOver(state, name, [i]), totalCreatine)),
    combined: sums.map((s) => toEstimate(s, totalCreatine)),
  };
}

/** Correlation matrix from the covariance, rounded to 4 digits: it is stored with every result. */
function correlationOf(covariance: Float64Array | null, n: number): number[] | null {
  if (covariance === null) return null;
  return Array.from(covariance, (v, at) => {
    const i = Math.floor(at / n);
    const j = at % n;
    const scale = Math.sqrt((covariance[i * n + i] as number) * (covariance[j * n + j] as number));
    return scale > 0 ? Math.round((1e4 * v) / scale) / 1e4 : 0;
  });
}

/** Full width at half maximum about the largest point of a curve, by linear interpolation. @returns points */
function halfWidthPoints(curve: Float64Array): number {
  let peak = 0;
  for (let i = 1; i < curve.length; i++) if ((curve[i] as number) > (curve[peak] as number)) peak = i;
  const half = (curve[peak] as number) / 2;
  const crossing = (step: -1 | 1): number => {
    let i = peak;
    while (i + step >= 0 && i + step < curve.length && (curve[i + step] as number) > half) i += step;
    const inside = curve[i] as number;
    const outside = curve[i + step] ?? half;
    return i + step * (inside === outside ? 0 : (inside - half) / (inside - outside));
  };
  return half > 0 ? crossing(1) - crossing(-1) : 0;
}

/** The line whose width is told: tNAA's singlet, else creatine's, else the largest signal. */
function widthReference(state: FitState): number {
  const { signals } = state.problem.model;
  for (const name of ['NAA', 'Cr', 'PCr']) {
    const at = signals.findIndex((s) => s.name === name);
    if (at >= 0 && (state.solution.amplitudes[at] as number) > 0) return at;
  }
  let best = 0;
  signals.forEach((_, m) => {
    if ((state.solution.amplitudes[m] as number) > (state.solution.amplitudes[best] as number)) best = m;
  });
  return best;
}

/**
 * Curves as they were fitted: in the frame of the last rotation, in which at most a few degrees of phase are left in the
 * model, so that data = components + baseline + residual holds exactly.
 */
function curvesOf(input: FitInput, state: FitState): FitCurves {
  const { model, y } = state.problem;
  const { theta, amplitudes } = state.solution;
  const n = model.bandLength;
  const inDataUnits = (rows: Float64Array, factor = 1): Float64Array =>
    rows.slice(0, n).map((v) => v * factor * state.dataScale);
  const data = inDataUnits(y);
  const baseline = inDataUnits(state.baselineRows);
  const fit = baseline.slice();
  const components = model.signals.map(({ name }, m) => {
    const curve = inDataUnits(state.columns[m] as Float64Array, amplitudes[m] as number);
    for (let i = 0; i < n; i++) fit[i] = (fit[i] as number) + (curve[i] as number);
    return { name, curve };
  });
  const residual = data.map((v, i) => v - (fit[i] as number));
  const shiftPpm = (theta[SHIFT] as number) / input.spectrometerFrequencyMHz;
  return { ppm: model.ppm.map((p) => p + shiftPpm), data, fit, baseline, residual, components };
}

function warningsOf(state: FitState, input: FitInput, fwhmHz: number, residualSd: number): Warning[] {
  const warnings: Warning[] = [];
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
  state: FitState,
  elapsedMs: number,
): { result: QuantificationResult; curves: FitCurves } {
  const curves = curvesOf(input, state);
  const { model } = state.problem;
  const { theta } = state.solution;
  const reference = curves.components[widthReference(state)];
  const hzPerPoint = Math.abs((curves.ppm[1] as number) - (curves.ppm[0] as number)) * input.spectrometerFrequencyMHz;
  const fwhmHz = reference === undefined ? 0 : halfWidthPoints(reference.curve) * hzPerPoint;
  const residualSd = Math.sqrt(curves.residual.reduce((s, v) => s + v * v, 0) / curves.residual.length);
  const largest = curves.data.reduce((most, v, i) => Math.max(most, v - (curves.baseline[i] as number)), 0);
  const phase0 = state.rotatedPhase0 + (theta[PHASE0] as number);
  const phase1 = state.rotatedPhase1 + (theta[PHASE1] as number);
  const { metabolites, combined } = estimates(state);
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
