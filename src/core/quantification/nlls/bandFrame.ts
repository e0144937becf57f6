// The frame of a fit at as low a sampling rate as its window allows: spectra within the window are the same, at a fraction of
// the cost.
import { hzToPpm, ppmToHz } from '../../domain/axes.ts';
import type { ComplexSignal } from '../../domain/complexArray.ts';
import { decimation } from '../../math/decimation.ts';
import { nextPowerOfTwo } from '../../math/fft.ts';
import type { FitInput } from '../../ports/fitRunner.ts';
import { estimateNoiseSd } from '../shared/noise.ts';
import { fitRange, prepareFrame } from './frame.ts';
import type { Frame } from './frame.ts';
import type { ModelSignal } from './model.ts';
import type { NllsOptions } from './options.ts';

/** What passes unchanged on either side of the window, for lines whose feet reach into it. [ppm] */
const MARGIN_PPM = 0.25;
/** Sampling rate over half width of what passes, at least: the filter's flank needs the rest. */
const LEAST_RATE = 2.6;

/** How a scan of one sampling is narrowed. */
interface Narrowing {
  readonly factor: number;
  readonly referencePpm: number;
  readonly narrow: (fid: ComplexSignal) => ComplexSignal;
  readonly signals: readonly ModelSignal[];
}

/** The largest power of two that the sampling rate may be divided by; bins stay where they are then. */
function factorFor(dwellTimeS: number, halfWidthHz: number): number {
  let factor = 1;
  while (1 / (2 * factor * dwellTimeS) >= LEAST_RATE * halfWidthHz) factor *= 2;
  return factor;
}

function narrowingOf(input: FitInput, signals: readonly ModelSignal[], options: NllsOptions): Narrowing {
  const { dwellTimeS, spectrometerFrequencyMHz: f0 } = input;
  const points = input.fid.re.length;
  const [low, high] = fitRange(options, signals);
  const halfWidthHz = ((high - low) / 2 + MARGIN_PPM) * f0;
  const factor = factorFor(dwellTimeS, halfWidthHz);
  // A whole number of bins, so that these stay where they are.
  const binHz = 1 / (2 * nextPowerOfTwo(points) * dwellTimeS);
  const centreHz = Math.round(ppmToHz((low + high) / 2, f0) / binHz) * binHz;
  const band = { centre: centreHz * dwellTimeS, halfWidth: halfWidthHz * dwellTimeS, factor };
  const narrow = decimation(points, band);
  return {
    factor,
    referencePpm: hzToPpm(centreHz, f0),
    narrow,
    signals: signals.map((s) => ({ ...s, fid: narrow(s.fid) })),
  };
}

/** The same prepared basis serves every voxel of a scan. */
const known = new WeakMap<readonly ModelSignal[], Map<string, Narrowing>>();

function knownNarrowing(input: FitInput, signals: readonly ModelSignal[], options: NllsOptions): Narrowing {
  const key = JSON.stringify([input.fid.re.length, input.dwellTimeS, fitRange(options, signals)]);
  const bySampling = known.get(signals) ?? new Map<string, Narrowing>();
  known.set(signals, bySampling);
  const found = bySampling.get(key) ?? narrowingOf(input, signals, options);
  bySampling.set(key, found);
  return found;
}

export interface BandFrame {
  readonly frame: Frame;
  /** Samples of the data that are one of the frame's. */
  readonly factor: number;
}

/**
 * Scales data and basis and sets the model up, at a lower sampling rate than the data's where the window allows it.
 * @throws ProcessingError where there is no signal, or the window holds too few points
 */
export function prepareBandFrame(input: FitInput, signals: readonly ModelSignal[], options: NllsOptions): BandFrame {
  const { fid, dwellTimeS, spectrometerFrequencyMHz } = input;
  const narrowing = knownNarrowing(input, signals, options);
  const { factor, referencePpm } = narrowing;
  const noise = input.noiseSd ?? estimateNoiseSd(fid, dwellTimeS, spectrometerFrequencyMHz);
  const narrowed = narrowing.narrow(fid);
  // The noise of a sum of all samples is what it was.
  const noiseSd = noise * Math.sqrt(fid.re.length / narrowed.re.length);
  const inBand = { ...input, fid: narrowed, dwellTimeS: factor * dwellTimeS, noiseSd };
  return { frame: prepareFrame(inBand, narrowing.signals, options, referencePpm), factor };
}
