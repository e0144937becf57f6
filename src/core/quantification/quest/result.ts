// From QUEST's fitted state to the result every method returns.
import { carrierPpm, hzToPpm } from '../../domain/axes.ts';
import type { ComplexSignal } from '../../domain/complexArray.ts';
import type { Warning } from '../../domain/provenance.ts';
import type { FitCurves, QuantificationResult } from '../../domain/quantification.ts';
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
import { residualOverNoise, timeDomainCurves } from '../shared/timeDomainCurves.ts';
import { signalOf } from '../shared/timeDomainData.ts';
import { exponentialSamples } from '../../math/hlsvd.ts';
import type { QuestState } from './fit.ts';
import { FIRST_DEVIATION, GAUSSIAN, LORENTZIAN, PHASE0, SHIFT, TimeDomainModel } from './model.ts';
import type { SettledQuestOptions } from './options.ts';

export const QUEST_VERSION = '1.1.0';

/** Residual in the curves' range over the noise, above which the model is said to miss signal. */
const UNEXPLAINED = 1.5;

/** Where the curves are shown if not asked otherwise. [ppm] */
const PROTON_RANGE_PPM: readonly [number, number] = [0.2, 4.2];

const gammaToGaussianHz = (gamma: number): number => (2 * Math.sqrt(Math.max(gamma, 0) * Math.LN2)) / Math.PI;

function shownRange(input: FitInput, options: SettledQuestOptions): readonly [number, number] {
  if (options.ppmRange !== 'auto') return options.ppmRange;
  if (input.nucleus === '1H') return PROTON_RANGE_PPM;
  const nyquistHz = 0.5 / input.dwellTimeS;
  const f0 = input.spectrometerFrequencyMHz;
  const carrier = carrierPpm(input.nucleus);
  return [hzToPpm(nyquistHz, f0, carrier), hzToPpm(-nyquistHz, f0, carrier)];
}

/** The background over the whole FID, in data units. */
function backgroundSignal({ background, dataScale }: QuestState, points: number): ComplexSignal | null {
  if (background === null) return null;
  const out = { re: new Float64Array(points), im: new Float64Array(points) };
  for (const { frequency, damping, amplitudeRe, amplitudeIm } of background.components) {
    const { re, im } = exponentialSamples(frequency, damping, points);
    for (let i = 0; i < points; i++) {
      const r = (re[i] as number) * dataScale;
      const q = (im[i] as number) * dataScale;
      out.re[i] = (out.re[i] as number) + amplitudeRe * r - amplitudeIm * q;
      out.im[i] = (out.im[i] as number) + amplitudeRe * q + amplitudeIm * r;
    }
  }
  return out;
}

function curvesOf(input: FitInput, state: QuestState, options: SettledQuestOptions): FitCurves {
  const { theta, amplitudes } = state.solution;
  const { dwellTimeS, spectrometerFrequencyMHz } = input;
  const points = input.fid.re.length;
  const whole = new TimeDomainModel(state.signals, dwellTimeS, options.beginTimeS, { from: 0, to: points });
  const columns = whole.columnsAt(theta);
  const components = state.signals.map(({ name }, m) => ({
    name,
    signal: signalOf(columns[m] as Float64Array, (amplitudes[m] as number) * state.amplitudeScale),
  }));
  const shiftPpm = (theta[SHIFT] as number) / spectrometerFrequencyMHz;
  const [low, high] = shownRange(input, options);
  const frame = {
    dwellTimeS,
    spectrometerFrequencyMHz,
    referencePpm: carrierPpm(input.nucleus),
    ppmRange: [low - shiftPpm, high - shiftPpm] as const,
    phase0: theta[PHASE0] as number,
    beginTimeS: options.beginTimeS,
  };
  const background = backgroundSignal(state, points);
  const curves = timeDomainCurves({ data: input.fid, background, components }, frame);
  return { ...curves, ppm: curves.ppm.map((p) => p + shiftPpm) };
}

/** Metabolites present in the fit whose shift or damping ended at a bound. */
function atBounds({ solution, signals, bounds }: QuestState): string[] {
  const stopped = (j: number): boolean => {
    const { lower, upper } = bounds[j] as { lower: number; upper: number };
    const value = solution.theta[j] as number;
    return lower < upper && (value <= lower || value >= upper);
  };
  return signals
    .filter((_, m) => (solution.amplitudes[m] as number) > 0)
    .map((s) => ({ name: s.name, m: signals.indexOf(s) }))
    .filter(({ m }) => stopped(FIRST_DEVIATION + m) || stopped(FIRST_DEVIATION + signals.length + m))
    .map(({ name }) => name);
}

function warningsOf(state: QuestState, input: FitInput, fwhmHz: number, overNoise: number): Warning[] {
  const warnings: Warning[] = [];
  const warn = (code: string, message: string): number => warnings.push({ code, message });
  const f0 = input.spectrometerFrequencyMHz;
  const shiftPpm = Math.abs((state.solution.theta[SHIFT] as number) / f0);
  if (shiftPpm > 0.1) {
    const moved = shiftPpm.toFixed(2);
    warn('large-shift', `The data lie ${moved} ppm from the basis; the fit moved them, but check the reference.`);
  }
  if (input.nucleus === '1H' && fwhmHz / f0 > 0.1) {
    const width = (fwhmHz / f0).toFixed(3);
    warn('broad-lines', `The line width is ${width} ppm; above 0.1 ppm single metabolites can't be told apart.`);
  }
  const bound = atBounds(state);
  if (bound.length > 0) {
    warn('parameters-at-bounds', `Shift or damping ended at a bound, so the bounds decide too: ${bound.join(', ')}.`);
  }
  if (overNoise > UNEXPLAINED) {
    const times = overNoise.toFixed(1);
    warn(
      'residual-above-noise',
      `The residual is ${times} times the noise: the model leaves signal unexplained (residual water, lipid, lineshape, or a wrong basis).`,
    );
  }
  if (state.backgroundFailed) {
    warn('background-failed', 'The background could not be decomposed: the first samples were left out instead.');
  }
  if (state.covariance === null) {
    warn('crlb-unavailable', 'The Fisher matrix is singular: no Cramér–Rao bounds for this fit.');
  }
  return warnings;
}

/** Mean Lorentzian broadening, weighted by amplitude. [Hz] */
function meanLorentzianHz({ solution, signals }: QuestState): number {
  const { theta, amplitudes } = solution;
  const total = amplitudes.reduce((sum, a) => sum + a, 0);
  const deviation = amplitudes.reduce(
    (sum, a, m) => sum + a * (theta[FIRST_DEVIATION + signals.length + m] as number),
    0,
  );
  return (theta[LORENTZIAN] as number) + (total > 0 ? deviation / total : 0);
}

/** Builds the result of a fit; `elapsedMs` is 0, since core has no clock. */
export function buildQuestResult(
  input: FitInput,
  state: QuestState,
  options: SettledQuestOptions,
): { result: QuantificationResult; curves: FitCurves } {
  const curves = curvesOf(input, state, options);
  const { theta, amplitudes, converged, chiSquare } = state.solution;
  const f0 = input.spectrometerFrequencyMHz;
  const fitted: FittedAmplitudes = {
    names: state.signals.map((s) => s.name),
    amplitudes: amplitudes.map((a) => a * state.amplitudeScale),
    covariance: state.covariance?.map((v) => v * state.amplitudeScale ** 2) ?? null,
  };
  const reference = curves.components[widthReference(fitted.names, fitted.amplitudes)];
  const hzPerPoint = Math.abs((curves.ppm[1] as number) - (curves.ppm[0] as number)) * f0;
  const fwhmHz = reference === undefined ? 0 : halfWidthPoints(reference.curve) * hzPerPoint;
  const overNoise = residualOverNoise(curves, state.noiseSd * state.dataScale, input.fid.re.length);
  const residualSd = Math.sqrt(curves.residual.reduce((s, v) => s + v * v, 0) / curves.residual.length);
  const largest = curves.data.reduce((most, v, i) => Math.max(most, v - (curves.baseline[i] as number)), 0);
  const result: QuantificationResult = {
    method: 'quest',
    version: QUEST_VERSION,
    status: converged ? 'converged' : 'notConverged',
    reason: converged ? null : `The fit was still improving after ${state.iterations} iterations.`,
    ...estimatesOf(fitted),
    phase0Deg: wrapDegrees(degrees(theta[PHASE0] as number)),
    phase1DegPerPpm: -360 * f0 * options.beginTimeS,
    shiftHz: theta[SHIFT] as number,
    lorentzianHz: meanLorentzianHz(state),
    gaussianHz: gammaToGaussianHz(theta[GAUSSIAN] as number),
    snr: { value: residualSd > 0 ? largest / (2 * residualSd) : 0, definition: SNR_DEFINITION },
    fwhmHz,
    residualSd,
    elapsedMs: 0,
    inDistribution: true,
    executionProvider: 'cpu',
    warnings: warningsOf(state, input, fwhmHz, overNoise),
    correlation: correlationOf(fitted.covariance, fitted.names.length),
    diagnostics: {
      iterations: state.iterations,
      chiSquare,
      noiseSd: state.noiseSd * state.dataScale,
      background: options.background,
      backgroundComponents: state.background?.components.length ?? 0,
      firstSampleUsed: state.range.from,
      samplesUsed: state.range.to - state.range.from,
      fitPoints: curves.ppm.length,
    },
  };
  return { result, curves };
}
