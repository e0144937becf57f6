// What one fit works on: data and basis scaled to order one, the model in its window, noise, an empty baseline.
import { WATER_PPM } from '../../domain/axes.ts';
import type { ComplexSignal } from '../../domain/complexArray.ts';
import { ProcessingError } from '../../domain/errors.ts';
import { times } from '../../math/vectors.ts';
import type { FitInput } from '../../ports/fitRunner.ts';
import { Baseline } from './baseline.ts';
import type { ParameterRule } from './problem.ts';
import { groupSignals } from './groups.ts';
import type { Grouping } from './groups.ts';
import { LINESHAPE_TERMS, lineshapePriorSd } from './lineshape.ts';
import { GAUSSIAN, LORENTZIAN, PHASE0, PHASE1, SHIFT, SpectralModel, gaussianHzToGamma } from './model.ts';
import type { ModelSignal } from './model.ts';
import { estimateNoiseSd } from '../shared/noise.ts';
import type { NllsOptions } from './options.ts';

/** Widest broadening the fit may use. [Hz] at 3 T; scaled with field. */
const WIDEST_HZ_AT_3T = 40;
/** Macromolecule and lipid signals may move and broaden more than metabolites, being sums of many lines. */
const BROAD_SIGNAL_SHIFT_SD_PPM = 0.01;
const BROAD_SIGNAL_LORENTZIAN_SD_HZ = 3;
/** Change of γ with the Gaussian FWHM where that is 4 Hz, a usual one: priors of widths are given in Hz. */
const GAMMA_PER_HZ = gaussianHzToGamma(4.5) - gaussianHzToGamma(3.5);
/** A window with fewer points than this says nothing. */
const LEAST_BAND_POINTS = 16;
/** Degrees of freedom of the baseline per ppm before its smoothness is chosen. */
const FIRST_ED_PER_PPM = 3;
/** Keeps the noise of a noiseless signal above the rounding of its peaks. */
const NOISE_FLOOR = 1e-7;

interface Sampling {
  readonly dwellTimeS: number;
  readonly spectrometerFrequencyMHz: number;
  /** Shift at zero frequency. */
  readonly referencePpm: number;
  readonly ppmRange: readonly [number, number];
  readonly domain: 'real' | 'complex';
  readonly grouping: Grouping;
  readonly lineshape: NllsOptions['lineshape'];
}

interface ScaledSignals {
  readonly signals: readonly ModelSignal[];
  readonly scale: number;
  /** Models by sampling and window: fits follow one another in a thread, so that one set of buffers serves them all. */
  readonly models: Map<string, SpectralModel>;
}

export interface Frame {
  /** Data of largest magnitude 1. */
  readonly fid: ComplexSignal;
  /** Noise SD per channel and sample of `fid`. */
  readonly noiseSd: number;
  readonly model: SpectralModel;
  readonly baseline: Baseline | null;
  /** Noise SD of a row: the sum of all samples. */
  readonly noiseRows: number;
  readonly ppmRange: readonly [number, number];
  readonly ppmSpan: number;
  /** Data units = frame units × this. */
  readonly dataScale: number;
  /** Basis units = frame units × `basis.scale`. */
  readonly basis: ScaledSignals;
  readonly sampling: Sampling;
}

export function fitRange(options: NllsOptions, signals: readonly ModelSignal[]): readonly [number, number] {
  if (options.ppmRange !== 'auto') return options.ppmRange;
  return signals.some((s) => s.added === true) ? [0.2, 4.0] : [0.2, 4.2];
}

function largestMagnitude(fid: ComplexSignal): number {
  let largest = 0;
  for (let i = 0; i < fid.re.length; i++)
    largest = Math.max(largest, (fid.re[i] as number) ** 2 + (fid.im[i] as number) ** 2);
  return Math.sqrt(largest);
}

const scaled = (fid: ComplexSignal, by: number): ComplexSignal => ({
  re: times(fid.re, by),
  im: times(fid.im, by),
});

const firstSamples = (fid: ComplexSignal, points: number): ComplexSignal => ({
  re: fid.re.subarray(0, points),
  im: fid.im.subarray(0, points),
});

/** The same prepared basis serves every voxel of a scan. */
const scaledBases = new WeakMap<readonly ModelSignal[], ScaledSignals>();

function scaledSignals(signals: readonly ModelSignal[]): ScaledSignals {
  const known = scaledBases.get(signals);
  if (known !== undefined) return known;
  const scale = Math.max(...signals.map((s) => largestMagnitude(s.fid)));
  const made = {
    signals: signals.map((s) => ({ ...s, fid: scaled(s.fid, 1 / scale) })),
    scale,
    models: new Map<string, SpectralModel>(),
  };
  scaledBases.set(signals, made);
  return made;
}

/** The model of the first `points` samples. */
function modelOf(basis: ScaledSignals, points: number, sampling: Sampling): SpectralModel {
  const key = JSON.stringify([points, sampling]);
  const known = basis.models.get(key);
  if (known !== undefined) return known;
  const signals = basis.signals.map((s) =>
    s.fid.re.length === points ? s : { ...s, fid: firstSamples(s.fid, points) },
  );
  const { dwellTimeS, spectrometerFrequencyMHz, referencePpm, ppmRange, domain, grouping, lineshape } = sampling;
  const terms = lineshape === 'free' ? LINESHAPE_TERMS : 0;
  const groupOf = groupSignals(signals, grouping);
  const frequency = spectrometerFrequencyMHz;
  const made = new SpectralModel(
    signals,
    dwellTimeS,
    frequency,
    ppmRange,
    domain,
    groupOf,
    terms,
    undefined,
    referencePpm,
  );
  basis.models.set(key, made);
  return made;
}

/** Model, baseline and row noise for the first `points` samples. */
function buildFrame(
  base: Omit<Frame, 'model' | 'baseline' | 'noiseRows'>,
  model: SpectralModel,
  options: NllsOptions,
): Frame {
  const { ppmSpan } = base;
  const perPpm =
    options.baseline === 'fixed' ? options.baselineEdPerPpm : Math.min(FIRST_ED_PER_PPM, options.baselineMaxEdPerPpm);
  const knots = Math.round(options.baselineKnotsPerPpm * ppmSpan);
  const baseline =
    options.baseline === 'none' ? null : new Baseline(model.bandLength, model.parts, knots, perPpm * ppmSpan);
  const noiseRows = Math.max(base.noiseSd, NOISE_FLOOR) * Math.sqrt(model.points);
  return { ...base, model, baseline, noiseRows };
}

/**
 * Scales data and basis and sets the model up.
 * @param referencePpm shift at zero frequency of data and signals
 * @throws ProcessingError where there is no signal, or the window holds too few points
 */
export function prepareFrame(
  input: FitInput,
  signals: readonly ModelSignal[],
  options: NllsOptions,
  referencePpm: number = WATER_PPM,
): Frame {
  const dataScale = largestMagnitude(input.fid);
  if (!(dataScale > 0) || !isFinite(dataScale)) {
    throw new ProcessingError(
      'PROCESSING_FAILED',
      'The spectrum holds no signal to fit: every sample is zero or not a number.',
    );
  }
  const basis = scaledSignals(signals);
  const ppmRange = fitRange(options, signals);
  const { dwellTimeS, spectrometerFrequencyMHz } = input;
  const { domain, grouping, lineshape } = options;
  const shape = { ppmRange, domain, grouping, lineshape };
  const sampling: Sampling = { dwellTimeS, spectrometerFrequencyMHz, referencePpm, ...shape };
  const model = modelOf(basis, input.fid.re.length, sampling);
  if (model.bandLength < LEAST_BAND_POINTS) {
    throw new ProcessingError(
      'PROCESSING_FAILED',
      `The fit range ${ppmRange[0]} to ${ppmRange[1]} ppm holds only ${model.bandLength} points of this spectrum; at least ${LEAST_BAND_POINTS} are needed.`,
    );
  }
  const noise = input.noiseSd ?? estimateNoiseSd(input.fid, dwellTimeS, spectrometerFrequencyMHz);
  const base = {
    fid: scaled(input.fid, 1 / dataScale),
    noiseSd: noise / dataScale,
    ppmRange,
    ppmSpan: ppmRange[1] - ppmRange[0],
    dataScale,
    basis,
    sampling,
  };
  return buildFrame(base, model, options);
}

/** The same fit on the first samples only: a coarser spectrum at a fraction of the cost. */
export function shortenFrame(frame: Frame, points: number, options: NllsOptions): Frame {
  const shorter = modelOf(frame.basis, points, frame.sampling);
  return buildFrame({ ...frame, fid: firstSamples(frame.fid, points) }, shorter, options);
}

/**
 * Bounds and priors of all parameters.
 * @param shiftHz centre of the allowed shifts
 * @param shiftRoomHz half width about it
 */
export function parameterRules(
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
  for (let group = 0; group < model.groupCount; group++) {
    const broad = model.isBroadGroup(group);
    const shiftSd = f0 * (broad ? BROAD_SIGNAL_SHIFT_SD_PPM : options.shiftPriorSdPpm);
    const widthSd = broad ? BROAD_SIGNAL_LORENTZIAN_SD_HZ : options.lorentzianPriorSdHz;
    const gaussianSd = options.gaussianPriorSdHz * GAMMA_PER_HZ;
    const prior = (sd: number): ParameterRule => ({ lower: -6 * sd, upper: 6 * sd, priorMean: 0, priorSd: sd });
    rules[model.shiftDeviation(group)] = prior(shiftSd);
    rules[model.lorentzianDeviation(group)] = prior(widthSd);
    rules[model.gaussianDeviation(group)] = prior(gaussianSd);
  }
  for (let k = 0; k < model.lineshapeTerms; k++) {
    const sd = lineshapePriorSd(k + 1);
    const rule: ParameterRule = { lower: -4 * sd, upper: 4 * sd, priorMean: 0, priorSd: sd };
    rules[model.firstLineshape + k] = rule;
    rules[model.firstLineshape + model.lineshapeTerms + k] = rule;
  }
  return rules;
}
