// From AMARES's fitted state to the result every method returns: peaks are its metabolites, the file's sums its combined
// ones; shift, width and phase of each peak with their bounds stand in the diagnostics.
import type { Warning } from '../../domain/provenance.ts';
import type { FitCurves, QuantificationResult } from '../../domain/quantification.ts';
import type { FitInput } from '../../ports/fitRunner.ts';
import { SNR_DEFINITION, correlationOf, degrees, estimatesOf, wrapDegrees } from '../shared/estimates.ts';
import type { FittedAmplitudes } from '../shared/estimates.ts';
import { residualOverNoise, timeDomainCurves } from '../shared/timeDomainCurves.ts';
import { scaledSignal } from '../shared/timeDomainData.ts';
import { BEGIN_TIME, COMMON_SHIFT, PHASE0 } from './compile.ts';
import type { CompiledPeak, SlotReference } from './compile.ts';
import type { AmaresState } from './fit.ts';
import type { AmaresOptions } from './options.ts';
import type { PriorKnowledge } from './priorKnowledge.ts';

export const AMARES_VERSION = '1.0.0';

/** Residual in the curves' range over the noise, above which the model is said to miss signal. */
const UNEXPLAINED = 1.5;

/** Room about the outermost peaks where no range is asked for, and the least of it. [ppm] */
const ROOM_IN_WIDTHS = 8;
const LEAST_ROOM_PPM = 0.5;

interface FittedPeak {
  readonly name: string;
  readonly shiftPpm: number;
  readonly shiftSdPpm: number | null;
  /** FWHM of the line. */
  readonly fwhmHz: number;
  readonly widthSdHz: number | null;
  readonly lorentzianHz: number;
  readonly gaussianHz: number;
  readonly phaseDeg: number;
  readonly amplitude: number;
}

/** FWHM of a Voigt line. Source: Olivero & Longbothum 1977, doi:10.1016/0022-4073(77)90161-3; 0.02 % at worst. */
const voigtHz = (lorentzianHz: number, gaussianHz: number): number =>
  0.5346 * lorentzianHz + Math.sqrt(0.2166 * lorentzianHz ** 2 + gaussianHz ** 2);

function fittedPeaks(state: AmaresState, f0: number): FittedPeak[] {
  const { theta, amplitudes } = state.solution;
  const value = ({ slot, factor, offset }: SlotReference): number => factor * (theta[slot] as number) + offset;
  const sd = ({ slot, factor }: SlotReference): number | null => {
    const variance = state.covariance?.parameters.get(slot);
    return variance === undefined || !(variance >= 0) ? null : Math.abs(factor) * Math.sqrt(variance);
  };
  return state.prior.peaks.map((peak: CompiledPeak) => {
    const width = value(peak.linewidth);
    const lorentzianHz = peak.lineshape === 'gaussian' ? 0 : width;
    const gaussianHz = peak.lineshape === 'gaussian' ? width : value(peak.gaussian);
    const shiftSdHz = sd(peak.shift);
    return {
      name: peak.name,
      shiftPpm: value(peak.shift) / f0,
      shiftSdPpm: shiftSdHz === null ? null : shiftSdHz / f0,
      fwhmHz: voigtHz(lorentzianHz, gaussianHz),
      widthSdHz: sd(peak.linewidth),
      lorentzianHz,
      gaussianHz,
      phaseDeg: wrapDegrees(degrees((theta[PHASE0] as number) + value(peak.phase))),
      amplitude: (amplitudes[peak.group] as number) * peak.ratio * state.dataScale,
    };
  });
}

/** Amplitudes of all peaks from those of the amplitude parameters that they follow. */
function peakAmplitudes(state: AmaresState, peaks: readonly FittedPeak[]): FittedAmplitudes {
  const groups = state.prior.amplitudes.length;
  const ofGroups = state.covariance?.amplitudes ?? null;
  const all = state.prior.peaks;
  const covariance =
    ofGroups === null
      ? null
      : all.flatMap((a) =>
          all.map((b) => a.ratio * b.ratio * (ofGroups[a.group * groups + b.group] as number) * state.dataScale ** 2),
        );
  return { names: all.map((p) => p.name), amplitudes: peaks.map((p) => p.amplitude), covariance };
}

function shownRange(peaks: readonly FittedPeak[], options: AmaresOptions, f0: number): readonly [number, number] {
  if (options.ppmRange !== 'auto') return options.ppmRange;
  const room = Math.max(LEAST_ROOM_PPM, (ROOM_IN_WIDTHS * Math.max(...peaks.map((p) => p.fwhmHz))) / f0);
  const shifts = peaks.map((p) => p.shiftPpm);
  return [Math.min(...shifts) - room, Math.max(...shifts) + room];
}

/** The phase that is taken out of the curves: the common one, or the strongest peak's where peaks have their own. [rad] */
function shownPhase(state: AmaresState, peaks: readonly FittedPeak[]): number {
  if (!state.prior.hasFreePhase) return state.solution.theta[PHASE0] as number;
  return (largestPeakOf(peaks).phaseDeg * Math.PI) / 180;
}

const largestPeakOf = (peaks: readonly FittedPeak[]): FittedPeak =>
  peaks.reduce((a, b) => (b.amplitude > a.amplitude ? b : a));

function curvesOf(
  input: FitInput,
  state: AmaresState,
  peaks: readonly FittedPeak[],
  options: AmaresOptions,
): FitCurves {
  const f0 = input.spectrometerFrequencyMHz;
  const { theta } = state.solution;
  const signals = state.model.peaksAt(theta);
  const components = peaks.map(({ name, amplitude }, i) => ({
    name,
    signal: scaledSignal(signals[i] as { re: Float64Array; im: Float64Array }, amplitude),
  }));
  return timeDomainCurves(
    { data: input.fid, background: null, components },
    {
      dwellTimeS: input.dwellTimeS,
      spectrometerFrequencyMHz: f0,
      // The common shift moves the axis, not the peaks: their shifts are the prior knowledge's.
      referencePpm: state.referencePpm + (theta[COMMON_SHIFT] as number) / f0,
      ppmRange: shownRange(peaks, options, f0),
      phase0: shownPhase(state, peaks),
      beginTimeS: theta[BEGIN_TIME] as number,
    },
  );
}

/** Peaks with a parameter of their own that ended at a bound. */
function atBounds({ prior, problem, solution }: AmaresState): string[] {
  const stopped = (slot: number): boolean => {
    const { lower, upper } = problem.bounds[slot] as { lower: number; upper: number };
    const value = solution.theta[slot] as number;
    return lower < upper && (value <= lower || value >= upper);
  };
  return prior.peaks
    .filter((p) => (solution.amplitudes[p.group] as number) > 0)
    .filter((p) => [p.shift, p.linewidth, p.phase, p.gaussian, p.j].some(({ slot }) => stopped(slot)))
    .map((p) => p.name);
}

function warningsOf(state: AmaresState, f0: number, overNoise: number): Warning[] {
  const warnings: Warning[] = [];
  const warn = (code: string, message: string): number => warnings.push({ code, message });
  const shiftPpm = Math.abs((state.solution.theta[COMMON_SHIFT] as number) / f0);
  if (shiftPpm > 0.1) {
    const moved = shiftPpm.toFixed(2);
    warn('large-shift', `The peaks lie ${moved} ppm from where the axis has them; the fit moved it, but check it.`);
  }
  const bound = atBounds(state);
  if (bound.length > 0) {
    const names = bound.join(', ');
    warn('parameters-at-bounds', `Shift, width or phase ended at a bound, so the bounds decide too: ${names}.`);
  }
  const absent = state.prior.peaks.filter((p) => state.solution.amplitudes[p.group] === 0).map((p) => p.name);
  if (absent.length > 0) warn('amplitude-zero', `No signal was found for: ${absent.join(', ')}.`);
  if (overNoise > UNEXPLAINED) {
    const times = overNoise.toFixed(1);
    warn(
      'residual-above-noise',
      `The residual is ${times} times the noise: there is signal that the prior knowledge has no peak for, or the lines have another shape.`,
    );
  }
  if (state.covariance === null) {
    warn('crlb-unavailable', 'The Fisher matrix is singular: no Cramér–Rao bounds for this fit.');
  }
  return warnings;
}

function peakDiagnostics(peaks: readonly FittedPeak[]): Record<string, number | null> {
  return Object.fromEntries(
    peaks.flatMap((p) => [
      [`${p.name}.shiftPpm`, p.shiftPpm],
      [`${p.name}.shiftSdPpm`, p.shiftSdPpm],
      [`${p.name}.linewidthHz`, p.fwhmHz],
      [`${p.name}.linewidthSdHz`, p.widthSdHz],
      [`${p.name}.phaseDeg`, p.phaseDeg],
    ]),
  );
}

/** Builds the result of a fit; `elapsedMs` is 0, since core has no clock. */
export function buildAmaresResult(
  input: FitInput,
  state: AmaresState,
  knowledge: PriorKnowledge,
  options: AmaresOptions,
): { result: QuantificationResult; curves: FitCurves } {
  const f0 = input.spectrometerFrequencyMHz;
  const { theta, converged, chiSquare } = state.solution;
  const peaks = fittedPeaks(state, f0);
  const curves = curvesOf(input, state, peaks, options);
  const fitted = peakAmplitudes(state, peaks);
  const total = peaks.reduce((sum, p) => sum + p.amplitude, 0);
  const mean = (of: (p: FittedPeak) => number): number =>
    total > 0 ? peaks.reduce((sum, p) => sum + p.amplitude * of(p), 0) / total : 0;
  const overNoise = residualOverNoise(curves, state.noiseSd * state.dataScale, input.fid.re.length);
  const residualSd = Math.sqrt(curves.residual.reduce((s, v) => s + v * v, 0) / curves.residual.length);
  const largest = curves.data.reduce((most, v) => Math.max(most, v), 0);
  const result: QuantificationResult = {
    method: 'amares',
    version: AMARES_VERSION,
    status: converged ? 'converged' : 'notConverged',
    reason: converged ? null : `The fit was still improving after ${state.iterations} iterations.`,
    ...estimatesOf(fitted, knowledge.sums),
    phase0Deg: wrapDegrees(degrees(shownPhase(state, peaks))),
    phase1DegPerPpm: -360 * f0 * (theta[BEGIN_TIME] as number),
    shiftHz: theta[COMMON_SHIFT] as number,
    lorentzianHz: mean((p) => p.lorentzianHz),
    gaussianHz: mean((p) => p.gaussianHz),
    snr: { value: residualSd > 0 ? largest / (2 * residualSd) : 0, definition: SNR_DEFINITION },
    fwhmHz: largestPeakOf(peaks).fwhmHz,
    residualSd,
    elapsedMs: 0,
    inDistribution: true,
    executionProvider: 'cpu',
    warnings: warningsOf(state, f0, overNoise),
    correlation: correlationOf(fitted.covariance, fitted.names.length),
    diagnostics: {
      priorKnowledge: knowledge.title,
      iterations: state.iterations,
      chiSquare,
      noiseSd: state.noiseSd * state.dataScale,
      beginTimeS: theta[BEGIN_TIME] as number,
      referencePpm: state.referencePpm,
      ...peakDiagnostics(peaks),
    },
  };
  return { result, curves };
}
