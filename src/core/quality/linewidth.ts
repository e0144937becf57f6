// Full width at half maximum of one line, read from a zero-filled spectrum.
import { ppmRangeIndices } from '../domain/axes.ts';
import { halfHeightWidth } from '../math/halfHeightWidth.ts';
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
  const line = halfHeightWidth({ re, im }, start, end);
  if (line === null) return null;
  const { samples, top, height } = line;
  const stepPpm = Math.abs((ppm[0] as number) - (ppm[1] as number));
  const fwhmPpm = samples * stepPpm;
  return { fwhmPpm, fwhmHz: fwhmPpm * signal.spectrometerFrequencyMHz, ppm: ppm[top] as number, height };
}
