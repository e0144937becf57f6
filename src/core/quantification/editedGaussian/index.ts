// GABA+ and Glx of an edited scan by single lines, as Gannet does (Edden 2014, J Magn Reson Imaging 40:1445,
// doi:10.1002/jmri.24478): a Gaussian at 3.0 ppm and two at 3.75 ppm over a smooth baseline in the difference spectrum,
// creatine and choline by Lorentzian or Voigt lines in OFF or the sum. Areas are not corrected for editing efficiency, macromolecules or
// relaxation: GABA+/tCr is the ratio of areas that Gannet calls so. Deviations: cubic instead of sinusoidal baseline, choline's
// place left out instead of down-weighted, phase and place taken from the reference spectrum.
import { ppmToHz } from '../../domain/axes.ts';
import { ProcessingError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { Warning } from '../../domain/provenance.ts';
import type { FitCurves, MetaboliteEstimate, QuantificationResult } from '../../domain/quantification.ts';
import { rotateSignal } from '../../math/rotation.ts';
import type { Cancellation } from '../../ports/cancellation.ts';
import type { FitInput, FitOutput } from '../../ports/fitRunner.ts';
import { editOffNoiseSd } from '../shared/editOffNoise.ts';
import { SNR_DEFINITION, correlationOf, degrees, wrapDegrees } from '../shared/estimates.ts';
import { startCandidates } from '../shared/startValues.ts';
import { fitLines } from './fitLines.ts';
import type { FittedLines, LineStart } from './fitLines.ts';
import { LineModel, PHASE, frequencyOf, widthOf } from './lineModel.ts';
import type { LineSampling, LineShape } from './lineModel.ts';
import { parseEditedGaussianOptions } from './options.ts';
import type { EditedGaussianOptions } from './options.ts';

export { DEFAULT_EDITED_GAUSSIAN_OPTIONS, parseEditedGaussianOptions } from './options.ts';
export type { EditedGaussianOptions } from './options.ts';

export const EDITED_GAUSSIAN_VERSION = '1.0.0';

/** Lines of the reference spectrum. [ppm] Source: Govindaraju 2000. */
const CREATINE_PPM = 3.027;
const CHOLINE_PPM = 3.2;
const NAA_PPM = 2.01;
const REFERENCE_RANGE_PPM = [2.75, 3.45] as const;
/** Windows of the difference spectrum. [ppm] Source: Gannet. */
const RANGE_PPM = { GABAGlx: [2.79, 4.1], GABA: [2.79, 3.55] } as const;
/** Where the subtraction leaves a part of choline. [ppm] Source: Gannet. */
const CHOLINE_LEFT_OUT_PPM = [3.16, 3.285] as const;
/** Place, room, FWHM and its range of the edited lines. [ppm] */
const GABA_LINE = { ppm: 3.01, room: 0.05, width: 0.14, widths: [0.06, 0.25] } as const;
const GLX_LINES = [
  { ppm: 3.71, room: 0.03, width: 0.06, widths: [0.03, 0.11] },
  { ppm: 3.79, room: 0.03, width: 0.06, widths: [0.03, 0.11] },
] as const;
const BASELINE_ORDER = { linear: 1, nonlinear: 3 } as const;
/** Residual over noise above which the reader is told. */
const UNEXPLAINED = 1.5;

export interface EditedInput {
  /** ON − OFF. */
  readonly difference: FitInput;
  /** OFF, ON, or their sum, of the same scan and frame; areas are over this one's creatine. */
  readonly reference: FitInput;
  /** FIDs added up in the reference: 2 for a sum, so that its creatine is halved to one condition's. */
  readonly referenceConditions: 1 | 2;
}

export interface EditedOutput extends FitOutput {
  /** The reference spectrum's fit. */
  readonly referenceCurves: FitCurves;
}

const lineStart = (
  line: {
    readonly ppm: number;
    readonly room: number;
    readonly width: number;
    readonly widths: readonly [number, number];
  },
  f0: number,
  shiftHz: number,
): LineStart => ({
  hz: ppmToHz(line.ppm, f0) + shiftHz,
  roomHz: line.room * f0,
  widthHz: line.width * f0,
  widthRange: [line.widths[0] * f0, line.widths[1] * f0],
});

function samplingOf(
  input: FitInput,
  options: EditedGaussianOptions,
  ppmRange: readonly [number, number],
  leftOut: LineSampling['leftOut'],
  shiftHz: number,
): LineSampling {
  const { dwellTimeS, spectrometerFrequencyMHz: f0 } = input;
  // Windows move with the lines.
  const moved = ([low, high]: readonly [number, number]): readonly [number, number] => [
    low - shiftHz / f0,
    high - shiftHz / f0,
  ];
  return {
    points: input.fid.re.length,
    dwellTimeS,
    spectrometerFrequencyMHz: f0,
    dampingHz: options.dampingHz,
    ppmRange: moved(ppmRange),
    leftOut: leftOut.map(moved),
  };
}

/** Place and phase of the singlets, wherever they are within the search. */
function placeOf(input: FitInput, options: EditedGaussianOptions): { shiftHz: number; phase0: number } {
  const { dwellTimeS, spectrometerFrequencyMHz: f0 } = input;
  const signalAt = (name: string, ppm: number) => {
    const re = new Float64Array(input.fid.re.length);
    const im = new Float64Array(input.fid.re.length);
    const cycles = ppmToHz(ppm, f0) * dwellTimeS;
    for (let n = 0; n < re.length; n++) {
      re[n] = Math.cos(2 * Math.PI * cycles * n);
      im[n] = Math.sin(2 * Math.PI * cycles * n);
    }
    return { name, kind: 'metabolite' as const, fid: { re, im } };
  };
  const signals = [signalAt('NAA', NAA_PPM), signalAt('Cr', CREATINE_PPM), signalAt('PCho', CHOLINE_PPM)];
  const [best] = startCandidates(input.fid, signals, dwellTimeS, f0, options.shiftSearchPpm * f0, 1);
  return { shiftHz: best?.shiftHz ?? 0, phase0: best?.phase0 ?? 0 };
}

const phased = (input: FitInput, phaseRad: number): FitInput => ({
  ...input,
  fid: rotateSignal(input.fid, 0, -phaseRad),
});

/**
 * Fits creatine and choline. The real part is fitted, so that the data are turned upright first: what the straight line of a
 * baseline can't hold would else enter with any phase. Twice, since the first fit knows the phase better than the search.
 */
function fitReference(input: FitInput, options: EditedGaussianOptions, cancellation: Cancellation) {
  const { shiftHz, phase0 } = placeOf(input, options);
  const f0 = input.spectrometerFrequencyMHz;
  const sampling = samplingOf(input, options, REFERENCE_RANGE_PPM, [], shiftHz);
  const shapes: LineShape[] = ['lorentzian', 'lorentzian'];
  const model = new LineModel(shapes, 1, sampling);
  const line = (ppm: number): LineStart => lineStart({ ppm, room: 0.04, width: 0.045, widths: [0, 0.16] }, f0, shiftHz);
  const starts = [line(CREATINE_PPM), line(CHOLINE_PPM)];
  const common = { phaseRad: 0, phaseFree: true, voigt: options.singlets === 'voigt' };
  const fitAt = (phaseRad: number): FittedLines =>
    fitLines(phased(input, phaseRad), model, starts, common, options.maxIterations, cancellation);
  const phaseRad = phase0 + (fitAt(phase0).solution.theta[PHASE] as number);
  return { model, fitted: fitAt(phaseRad), phaseRad };
}

function curvesOf(model: LineModel, fitted: FittedLines, names: readonly string[], shiftPpm: number): FitCurves {
  const components = [...new Set(names)].map((name) => {
    const curve = new Float64Array(model.ppm.length);
    fitted.lines.forEach((line, m) => {
      if (names[m] === name)
        for (let i = 0; i < curve.length; i++) curve[i] = (curve[i] as number) + (line[i] as number);
    });
    return { name, curve };
  });
  const fit = fitted.baseline.slice();
  for (const { curve } of components)
    for (let i = 0; i < fit.length; i++) fit[i] = (fit[i] as number) + (curve[i] as number);
  const residual = fitted.data.map((v, i) => v - (fit[i] as number));
  const ppm = model.ppm.map((p) => p + shiftPpm);
  return { ppm, data: fitted.data, fit, baseline: fitted.baseline, residual, components };
}

/** Areas summed by name, with their covariance. */
function summed(fitted: FittedLines, names: readonly string[], unique: readonly string[]) {
  const n = names.length;
  const areas = unique.map((name) => fitted.areas.reduce((sum, a, m) => sum + (names[m] === name ? a : 0), 0));
  const { covariance } = fitted;
  if (covariance === null) return { areas, covariance: null };
  const out = new Float64Array(unique.length ** 2);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      const at = unique.indexOf(names[i] as string) * unique.length + unique.indexOf(names[j] as string);
      out[at] = (out[at] as number) + (covariance[i * n + j] as number);
    }
  }
  return { areas, covariance: out };
}

/** Names, areas and covariance of both fits together. */
interface Joined {
  readonly names: readonly string[];
  readonly areas: readonly number[];
  readonly covariance: Float64Array | null;
}

/**
 * The two fits' areas side by side. Their noise is taken as independent, which it is for difference and sum; OFF's half of the
 * difference's noise matters little, since creatine is some 50 times surer than GABA+.
 */
function joined(edited: Joined, reference: Joined, factor: number): Joined {
  const names = [...edited.names, ...reference.names];
  const areas = [...edited.areas, ...reference.areas.map((a) => a * factor)];
  if (edited.covariance === null || reference.covariance === null) return { names, areas, covariance: null };
  const [k, n] = [edited.names.length, names.length];
  const covariance = new Float64Array(n * n);
  for (let i = 0; i < k; i++)
    for (let j = 0; j < k; j++) covariance[i * n + j] = edited.covariance[i * k + j] as number;
  const r = n - k;
  for (let i = 0; i < r; i++) {
    for (let j = 0; j < r; j++) {
      covariance[(k + i) * n + k + j] = factor ** 2 * (reference.covariance[i * r + j] as number);
    }
  }
  return { names, areas, covariance };
}

function estimatesWithRatios({ names, areas, covariance }: Joined): MetaboliteEstimate[] {
  const n = names.length;
  const c = names.indexOf('tCr');
  const creatine = areas[c] as number;
  return names.map((name, i) => {
    const amplitude = areas[i] as number;
    const variance = covariance === null ? null : (covariance[i * n + i] as number);
    const sd = variance === null ? null : Math.sqrt(Math.max(0, variance));
    const ratio = creatine > 0 ? amplitude / creatine : null;
    const estimate = {
      name,
      amplitude,
      crlbPercent: sd === null || amplitude <= 0 ? null : (100 * sd) / amplitude,
      crlbAbsolute: sd,
      ratioToTCr: ratio,
      concentrationMM: null,
    };
    if (ratio === null || i === c) return estimate;
    const ratioSd =
      covariance === null || variance === null
        ? null
        : Math.sqrt(
            Math.max(
              0,
              variance - 2 * ratio * (covariance[i * n + c] as number) + ratio ** 2 * (covariance[c * n + c] as number),
            ),
          ) / creatine;
    return { ...estimate, ratios: [{ reference: 'tCr', value: ratio, sd: ratioSd }] };
  });
}

function warningsOf(
  edited: FittedLines,
  reference: FittedLines,
  names: readonly string[],
  model: LineModel,
): Warning[] {
  const warnings: Warning[] = [];
  const warn = (code: string, message: string): number => warnings.push({ code, message });
  const zero = names.filter((_, m) => edited.areas[m] === 0);
  if (zero.length > 0) {
    const list = [...new Set(zero)].join(', ');
    warn('amplitude-at-bound', `Held at zero, since the best area would be negative: a line of ${list}. Its true amount is unknown, not zero.`); // prettier-ignore
  }
  if (edited.misfit > UNEXPLAINED || reference.misfit > UNEXPLAINED) {
    const worst = Math.max(edited.misfit, reference.misfit).toFixed(1);
    warn('residual-above-noise', `The residual is ${worst} times the noise: single lines do not explain the spectrum; the bounds are widened by as much.`); // prettier-ignore
  }
  if (edited.covariance === null || reference.covariance === null) {
    warn('crlb-unavailable', 'The Fisher matrix is singular: no Cramér–Rao bounds for this fit.');
  }
  if (model.sampling.points * model.sampling.dwellTimeS < 0.2) {
    warn(
      'short-signal',
      'The signal lasts less than 0.2 s, so that lines of the difference spectrum blur into each other.',
    );
  }
  return warnings;
}

/**
 * Fits an edited scan. The amplitudes are areas (FID at t = 0, data units); `ratios` holds GABA+/tCr and Glx/tCr with their SD.
 * `elapsedMs` of the result is 0: the caller, who has a clock, sets it.
 * @throws ProcessingError, UsageError (options), CancelledError
 */
export function fitEditedGaussian(input: EditedInput, json: JsonObject, cancellation: Cancellation): EditedOutput {
  const options = parseEditedGaussianOptions(json);
  const { difference, reference } = input;
  const f0 = difference.spectrometerFrequencyMHz;
  const creatine = fitReference(reference, options, cancellation);
  const found = creatine.fitted.solution.theta;
  const shiftHz = (found[frequencyOf(0)] as number) - ppmToHz(CREATINE_PPM, f0);
  const phase0 = creatine.phaseRad + (found[PHASE] as number);
  const names = options.target === 'GABA' ? ['GABA+'] : ['GABA+', 'Glx', 'Glx'];
  const lines = options.target === 'GABA' ? [GABA_LINE] : [GABA_LINE, ...GLX_LINES];
  const sampling = samplingOf(difference, options, RANGE_PPM[options.target], [CHOLINE_LEFT_OUT_PPM], shiftHz);
  const model = new LineModel(names.map(() => 'gaussian'), BASELINE_ORDER[options.baseline], sampling); // prettier-ignore
  const starts = lines.map((line) => lineStart(line, f0, shiftHz));
  const common = { phaseRad: 0, phaseFree: false, voigt: false };
  const fitted = fitLines(phased(difference, phase0), model, starts, common, options.maxIterations, cancellation);
  const unique = [...new Set(names)];
  const edited: Joined = { names: unique, ...summed(fitted, names, unique) };
  const referenceNames = ['tCr', 'tCho'];
  const own: Joined = { names: referenceNames, areas: creatine.fitted.areas, covariance: creatine.fitted.covariance };
  const both = joined(edited, own, 1 / input.referenceConditions);
  const shiftPpm = shiftHz / f0;
  const curves = curvesOf(model, fitted, names, shiftPpm);
  const inFit = model.fitted.map((i) => curves.residual[i] as number);
  const residualSd = Math.sqrt(inFit.reduce((s, v) => s + v * v, 0) / inFit.length);
  const largest = model.fitted.reduce((m, i) => Math.max(m, (curves.data[i] as number) - (curves.baseline[i] as number)), 0); // prettier-ignore
  const converged = fitted.solution.converged && creatine.fitted.solution.converged;
  const result: QuantificationResult = {
    method: 'edited-gaussian',
    version: EDITED_GAUSSIAN_VERSION,
    status: converged ? 'converged' : 'notConverged',
    reason: converged ? null : `The fit was still improving after ${options.maxIterations} iterations.`,
    metabolites: estimatesWithRatios(both),
    combined: [],
    phase0Deg: wrapDegrees(degrees(phase0)),
    phase1DegPerPpm: 0,
    shiftHz,
    lorentzianHz: found[widthOf(0)] as number,
    gaussianHz: fitted.solution.theta[widthOf(0)] as number,
    snr: { value: residualSd > 0 ? largest / (2 * residualSd) : 0, definition: SNR_DEFINITION },
    fwhmHz: found[widthOf(0)] as number,
    residualSd,
    elapsedMs: 0,
    inDistribution: true,
    executionProvider: 'cpu',
    warnings: warningsOf(fitted, creatine.fitted, names, model),
    correlation: correlationOf(both.covariance, both.names.length),
    diagnostics: {
      iterations: fitted.solution.iterations + creatine.fitted.solution.iterations,
      gabaFwhmHz: fitted.solution.theta[widthOf(0)] as number,
      gabaPpm: GABA_LINE.ppm - ((fitted.solution.theta[frequencyOf(0)] as number) - (starts[0]?.hz ?? 0)) / f0,
      residualOverNoise: fitted.misfit,
      referenceResidualOverNoise: creatine.fitted.misfit,
      noiseSd: fitted.noiseSd,
      fitPoints: model.fitted.length,
    },
  };
  const referenceCurves = curvesOf(creatine.model, creatine.fitted, referenceNames, shiftPpm);
  return { voxel: difference.voxel, result, curves, referenceCurves };
}

/**
 * The method "edited-gaussian" as the pipeline calls it: the difference spectrum with its edit-off spectrum as the reference.
 * @throws ProcessingError where the input is no difference spectrum, UsageError (options), CancelledError
 */
export function fitEditedScan(input: FitInput, json: JsonObject, cancellation: Cancellation): FitOutput {
  if (input.editOff === undefined) {
    throw new ProcessingError(
      'PROCESSING_FAILED',
      'The method edited-gaussian fits the difference spectrum of an edited scan; this is none: take the recipe mega-difference.',
    );
  }
  const reference = { ...input, fid: input.editOff, noiseSd: editOffNoiseSd(input) };
  const { voxel, result, curves } = fitEditedGaussian({ difference: input, reference, referenceConditions: 1 }, json, cancellation); // prettier-ignore
  return { voxel, result, curves };
}
