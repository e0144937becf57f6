// Zero-filled spectra of a FID with their ppm axis, as the quality figures read them.
import type { ComplexSignal } from '../domain/complexArray.ts';
import { ppmAxis } from '../domain/axes.ts';
import { fidToSpectrum, nextPowerOfTwo } from '../math/fft.ts';

/** One FID and what its axes need. */
export interface FidWithAxes {
  readonly fid: ComplexSignal;
  readonly dwellTimeS: number;
  readonly spectrometerFrequencyMHz: number;
}

export interface SpectrumWithAxis {
  readonly re: Float64Array;
  readonly im: Float64Array;
  /** Falling. */
  readonly ppm: Float64Array;
}

/**
 * Centred spectrum, zero-filled.
 * @param zeroFill factor on the number of points, rounded up to a power of two; 1 keeps the length as it is
 */
export function zeroFilledSpectrum(signal: FidWithAxes, zeroFill: number): SpectrumWithAxis {
  const points = signal.fid.re.length;
  const size = zeroFill <= 1 ? points : nextPowerOfTwo(Math.ceil(zeroFill * points));
  const padded = { re: new Float64Array(size), im: new Float64Array(size) };
  padded.re.set(signal.fid.re);
  padded.im.set(signal.fid.im);
  const { re, im } = fidToSpectrum(padded);
  return { re, im, ppm: ppmAxis(size, signal.dwellTimeS, signal.spectrometerFrequencyMHz) };
}
