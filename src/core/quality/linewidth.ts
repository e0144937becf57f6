// Full width at half maximum of one line, read from a zero-filled spectrum.
import { ppmRangeIndices } from '../domain/axes.ts';
import type { FidWithAxes } from './spectrumRegions.ts';
import { zeroFilledSpectrum } from './spectrumRegions.ts';

/** Windows in which the highest point is taken for the line. [ppm] */
export const LINE_WINDOWS_PPM = {
  water: [4.35, 4.95],
  tCr: [2.95, 3.1],
  tNAA: [1.9, 2.1],
} as const satisfies Readonly<Record<string, readonly [number, number]>>;

export interface Linewidth {
  readonly fwhmHz: number;
  readonly fwhmPpm: number;
  /** Place of the maximum. */
  readonly ppm: number;
  /** Height of the maximum, spectrum units. */
  readonly height: number;
}

/** At this zero-filling, linear interpolation between points errs below 0.1 % of the width. */
const ZERO_FILL = 16;

/**
 * Width of the highest line in a window, at its own phase (that of its highest point), so that no phasing is needed.
 * @param windowPpm where the maximum is looked for
 * @returns null where the spectrum does not fall to half the height on both sides before it reaches its end
 */
export function lineFwhm(signal: FidWithAxes, windowPpm: readonly [number, number]): Linewidth | null {
  const { re, im, ppm } = zeroFilledSpectrum(signal, ZERO_FILL);
  const { start, end } = ppmRangeIndices(ppm, windowPpm[0], windowPpm[1]);
  if (start >= end) return null;
  let top = start;
  const size = (i: number): number => Math.hypot(re[i] as number, im[i] as number);
  for (let i = start; i < end; i++) if (size(i) > size(top)) top = i;
  const height = size(top);
  if (height === 0) return null;
  const c = (re[top] as number) / height;
  const s = (im[top] as number) / height;
  const absorption = (i: number): number => (re[i] as number) * c + (im[i] as number) * s;
  const crossing = (step: 1 | -1): number | null => {
    for (let i = top; i + step >= 0 && i + step < re.length; i += step) {
      const here = absorption(i);
      const next = absorption(i + step);
      if (next < height / 2) return i + (step * (here - height / 2)) / (here - next);
    }
    return null;
  };
  const left = crossing(-1);
  const right = crossing(1);
  if (left === null || right === null) return null;
  const stepPpm = Math.abs((ppm[0] as number) - (ppm[1] as number));
  const fwhmPpm = (right - left) * stepPpm;
  return { fwhmPpm, fwhmHz: fwhmPpm * signal.spectrometerFrequencyMHz, ppm: ppm[top] as number, height };
}
