// The phase course of a water FID, as Klose's correction needs it: unwrapped, exact where the water is well above the
// noise, smoothed while only its running mean is, and continued as a straight line (a constant frequency) where even
// that is not, or where the water FID has ended.
import type { ComplexSignal } from '../../domain/complexArray.ts';
import { noiseSdOfTail } from '../signal.ts';

export interface WaterPhase {
  /** One value per data sample. [rad] */
  readonly phaseRad: Float64Array;
  /** Samples whose phase is the water's own, plain or smoothed; the rest is continued. */
  readonly measuredPoints: number;
  /** Those of them whose phase is smoothed. */
  readonly smoothedPoints: number;
  /** The water's mean frequency. [rad/sample] */
  readonly slope: number;
}

/** The correction follows the water while its amplitude is above this many noise SDs (phase error then < 0.1 rad). */
const AMPLITUDE_OVER_NOISE = 10;
/** Samples on which the continuing line is fitted. */
const LINE_POINTS = 64;
/** Half width of the amplitude's running mean: dips of the beating of two lines are not taken for the end. */
const SMOOTHING = 8;
/** Half width of the running mean that follows the water below the limit. */
const FOLLOWING = 16;

/** Last sample, exclusive, whose smoothed amplitude is above the limit. */
function measuredLength(water: ComplexSignal, points: number, noiseSd: number): number {
  const limit = AMPLITUDE_OVER_NOISE * noiseSd;
  const amplitude = water.re.map((re, i) => Math.hypot(re, water.im[i] as number));
  for (let end = points; end > LINE_POINTS; end--) {
    let sum = 0;
    let count = 0;
    for (let i = Math.max(0, end - 1 - SMOOTHING); i < Math.min(points, end + SMOOTHING); i++) {
      sum += amplitude[i] as number;
      count++;
    }
    if (sum / count > limit) return end;
  }
  return Math.min(points, LINE_POINTS);
}

interface PhaseLine {
  readonly centre: number;
  readonly value: number;
  readonly slope: number;
}

/**
 * Goes on from sample `from` by the phase of the running mean of the water demodulated with `line`, while that mean is
 * above its own noise. @returns samples followed, exclusive end
 */
function followSmoothed(
  water: ComplexSignal,
  phase: Float64Array,
  from: number,
  to: number,
  line: PhaseLine,
  noiseSd: number,
): number {
  const width = 2 * FOLLOWING + 1;
  const limit = (AMPLITUDE_OVER_NOISE * noiseSd) / Math.sqrt(width);
  let previous = 0;
  for (let i = from; i < to - FOLLOWING; i++) {
    let re = 0;
    let im = 0;
    for (let k = i - FOLLOWING; k <= i + FOLLOWING; k++) {
      const angle = -(line.value + line.slope * (k - line.centre));
      const c = Math.cos(angle);
      const s = Math.sin(angle);
      re += (water.re[k] as number) * c - (water.im[k] as number) * s;
      im += (water.re[k] as number) * s + (water.im[k] as number) * c;
    }
    if (Math.hypot(re, im) / width <= limit) return i;
    const raw = Math.atan2(im, re);
    previous = raw - 2 * Math.PI * Math.round((raw - previous) / (2 * Math.PI));
    phase[i] = line.value + line.slope * (i - line.centre) + previous;
  }
  return Math.max(from, to - FOLLOWING);
}

/** Amplitude-weighted straight line through the phase over [from, to). */
function fitLine(phase: Float64Array, water: ComplexSignal, from: number, to: number): PhaseLine {
  let w = 0;
  let wt = 0;
  let wp = 0;
  for (let i = from; i < to; i++) {
    const weight = (water.re[i] as number) ** 2 + (water.im[i] as number) ** 2;
    w += weight;
    wt += weight * i;
    wp += weight * (phase[i] as number);
  }
  if (w === 0) return { centre: from, value: phase[from] ?? 0, slope: 0 };
  const centre = wt / w;
  const value = wp / w;
  let top = 0;
  let bottom = 0;
  for (let i = from; i < to; i++) {
    const weight = (water.re[i] as number) ** 2 + (water.im[i] as number) ** 2;
    top += weight * (i - centre) * ((phase[i] as number) - value);
    bottom += weight * (i - centre) ** 2;
  }
  return { centre, value, slope: bottom > 0 ? top / bottom : 0 };
}

/**
 * Phase of a water FID at the samples of the data.
 * @param water mean water FID, same dwell time as the data
 * @param points samples of the data
 */
export function waterPhase(water: ComplexSignal, points: number): WaterPhase {
  const available = Math.min(points, water.re.length);
  const noiseSd = noiseSdOfTail(water);
  const plain = measuredLength(water, available, noiseSd);
  const phaseRad = new Float64Array(points);
  let turns = 0;
  let previous = 0;
  for (let i = 0; i < plain; i++) {
    const raw = Math.atan2(water.im[i] as number, water.re[i] as number);
    if (i > 0) turns -= Math.round((raw - previous) / (2 * Math.PI));
    previous = raw;
    phaseRad[i] = raw + 2 * Math.PI * turns;
  }
  const { slope } = fitLine(phaseRad, water, 0, plain);
  let line = fitLine(phaseRad, water, Math.max(0, plain - LINE_POINTS), plain);
  let measured = plain;
  if (plain < available && plain >= LINE_POINTS) {
    measured = followSmoothed(water, phaseRad, plain, available, line, noiseSd);
    line = fitLine(phaseRad, water, Math.max(0, measured - LINE_POINTS), measured);
  }
  for (let i = measured; i < points; i++) phaseRad[i] = line.value + line.slope * (i - line.centre);
  return { phaseRad, measuredPoints: measured, smoothedPoints: measured - plain, slope };
}

/** The same phase without its mean frequency: what eddy currents and the zero order make of it. */
export function withoutFrequency(phase: WaterPhase): WaterPhase {
  return { ...phase, phaseRad: phase.phaseRad.map((v, i) => v - phase.slope * i), slope: 0 };
}
