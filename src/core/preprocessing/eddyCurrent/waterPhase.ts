// The phase course of a water FID, as Klose's correction needs it: unwrapped, exact where the water is well above the
// noise, continued as a straight line (a constant frequency) where it is not or where the water FID has ended.
import type { ComplexSignal } from '../../domain/complexArray.ts';
import { noiseSdOfTail } from '../signal.ts';

export interface WaterPhase {
  /** One value per data sample. [rad] */
  readonly phaseRad: Float64Array;
  /** Samples whose phase is the water's own; the rest is continued. */
  readonly measuredPoints: number;
}

/** The correction follows the water while its amplitude is above this many noise SDs (phase error then < 0.1 rad). */
const AMPLITUDE_OVER_NOISE = 10;
/** Samples on which the continuing line is fitted. */
const LINE_POINTS = 64;
/** Half width of the amplitude's running mean: dips of the beating of two lines are not taken for the end. */
const SMOOTHING = 8;

/** Last sample, exclusive, whose smoothed amplitude is above the limit. */
function measuredLength(water: ComplexSignal, points: number): number {
  const limit = AMPLITUDE_OVER_NOISE * noiseSdOfTail(water);
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

/** Amplitude-weighted straight line through the phase over [from, to). */
function fitLine(phase: Float64Array, water: ComplexSignal, from: number, to: number) {
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
  const measured = measuredLength(water, available);
  const phaseRad = new Float64Array(points);
  let turns = 0;
  let previous = 0;
  for (let i = 0; i < measured; i++) {
    const raw = Math.atan2(water.im[i] as number, water.re[i] as number);
    if (i > 0) turns -= Math.round((raw - previous) / (2 * Math.PI));
    previous = raw;
    phaseRad[i] = raw + 2 * Math.PI * turns;
  }
  const line = fitLine(phaseRad, water, Math.max(0, measured - LINE_POINTS), measured);
  for (let i = measured; i < points; i++) phaseRad[i] = line.value + line.slope * (i - line.centre);
  return { phaseRad, measuredPoints: measured };
}
