// A band of a sampled signal as a signal of its own sampling, and back: the band-limited part of what was measured, at the
// times of another dwell time. Frequencies outside the signal's own band are zero, never its periodic image.
import { chirpTransform } from './chirpTransform.ts';
import type { ChirpTransform } from './chirpTransform.ts';
import { fft, fftShift, ifft, ifftShift } from './fft.ts';
import type { ComplexVector } from './fft.ts';

/** How a signal is sampled. */
export interface SignalSampling {
  readonly points: number;
  readonly dwellTimeS: number;
}

/** The band, and its signals. Their dwell time is 1/bandwidthHz. */
export interface Band {
  readonly centreHz: number;
  readonly bandwidthHz: number;
  readonly points: number;
  /** Frequencies at which the Fourier integral is taken: more than `points`, so that the end does not wrap round. */
  readonly transformPoints: number;
}

export interface BandSampling {
  /** Leading samples that the band's signal covers; later ones do not count. */
  readonly used: number;
  /** Points of the band's signal that the samples cover: fewer than its own where these are shorter. */
  readonly covered: number;
  /** @returns the band's `points`, amplitudes as in the signal */
  readonly toBand: (signal: ComplexVector) => ComplexVector;
  /** What a signal of the band is at the other sampling: `used` points. */
  readonly fromBand: (signal: ComplexVector) => ComplexVector;
}

/**
 * The trapezoid rule counts the first point half, and the band limit halves the jump at t = 0, so the band's first point is
 * doubled.
 */
export function bandSampling(
  { points, dwellTimeS }: SignalSampling,
  { centreHz, bandwidthHz, points: bandPoints, transformPoints }: Band,
): BandSampling {
  const used = Math.min(points, Math.ceil(bandPoints / bandwidthHz / dwellTimeS - 1e-9));
  const step = (bandwidthHz / transformPoints) * dwellTimeS;
  const first = centreHz * dwellTimeS - (transformPoints / 2) * step;
  const forward = chirpTransform(used, { first, step, count: transformPoints });
  const isOutside = (j: number): boolean => Math.abs(first + j * step) > 0.5;
  // Back: x_n = e^{2πi·first·n} Σ_j S_j e^{2πi·step·j·n}, the sum over the frequencies at `used` times. Few go back.
  let backward: ChirpTransform | null = null;
  return {
    used,
    covered: Math.min(bandPoints, Math.ceil(used * dwellTimeS * bandwidthHz - 1e-9)),
    toBand: (signal) => {
      const head = { re: signal.re.slice(0, used), im: signal.im.slice(0, used) };
      scaleFirst(head, 0.5);
      const spectrum = forward.apply(head);
      scaleBand(spectrum, isOutside, dwellTimeS * bandwidthHz);
      const whole = ifft(ifftShift(spectrum));
      const out = { re: whole.re.slice(0, bandPoints), im: whole.im.slice(0, bandPoints) };
      scaleFirst(out, 2);
      return out;
    },
    fromBand: (signal) => {
      const padded = { re: new Float64Array(transformPoints), im: new Float64Array(transformPoints) };
      padded.re.set(signal.re);
      padded.im.set(signal.im);
      scaleFirst(padded, 0.5);
      const spectrum = fftShift(fft(padded));
      scaleBand(spectrum, isOutside, 1 / transformPoints);
      backward ??= chirpTransform(transformPoints, { first: 0, step: -step, count: used });
      const out = backward.apply(spectrum);
      turn(out, first);
      scaleFirst(out, 2);
      return out;
    },
  };
}

function scaleFirst(signal: ComplexVector, by: number): void {
  signal.re[0] = (signal.re[0] as number) * by;
  signal.im[0] = (signal.im[0] as number) * by;
}

function scaleBand(spectrum: ComplexVector, isOutside: (j: number) => boolean, by: number): void {
  for (let j = 0; j < spectrum.re.length; j++) {
    const factor = isOutside(j) ? 0 : by;
    spectrum.re[j] = (spectrum.re[j] as number) * factor;
    spectrum.im[j] = (spectrum.im[j] as number) * factor;
  }
}

/** Multiplies by e^{2πi·cycles·n}, in place. */
function turn(signal: ComplexVector, cycles: number): void {
  for (let n = 0; n < signal.re.length; n++) {
    const whole = cycles * n;
    const angle = 2 * Math.PI * (whole - Math.round(whole));
    const c = Math.cos(angle);
    const s = Math.sin(angle);
    const re = signal.re[n] as number;
    const im = signal.im[n] as number;
    signal.re[n] = re * c - im * s;
    signal.im[n] = re * s + im * c;
  }
}
