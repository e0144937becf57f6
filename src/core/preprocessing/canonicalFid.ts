// The canonical FID that the networks of preprocessing see: a scan's band of 8 ppm about creatine's CH3 line as 512 points,
// whatever the scan's field, bandwidth and length; and the way back. training/fpc/canonical.py computes the same.
import { WATER_PPM } from '../domain/axes.ts';
import type { ComplexSignal } from '../domain/complexArray.ts';
import { chirpTransform } from '../math/chirpTransform.ts';
import type { ChirpTransform } from '../math/chirpTransform.ts';
import { fftShift, ifft, ifftShift, fft } from '../math/fft.ts';

/** Points of a canonical FID. */
export const CANONICAL_POINTS = 512;
/** Width of the band. Its dwell time is 1/(8 · f0[MHz]) s. [ppm] */
export const CANONICAL_BANDWIDTH_PPM = 8;
/** Creatine's CH3 line: at zero frequency. [ppm] */
export const CANONICAL_CENTRE_PPM = 3.027;
/** Frequencies at which the signal's Fourier integral is taken: twice the points, so that the end does not wrap round. */
const TRANSFORM_POINTS = 1024;

/** How a scan is sampled. */
export interface ScanSampling {
  readonly points: number;
  readonly dwellTimeS: number;
  readonly spectrometerFrequencyMHz: number;
}

export interface CanonicalSampling {
  /** Leading points of the scan that the canonical FID covers; later ones do not count. */
  readonly used: number;
  /** Canonical points that the scan covers: fewer than 512 where it is shorter. */
  readonly covered: number;
  /** @param fid zero frequency at 4.65 ppm @returns 512 points, amplitudes as in the scan */
  readonly toCanonical: (fid: ComplexSignal) => ComplexSignal;
  /**
   * What a canonical signal is at the scan's sampling: `used` points.
   * @param canonical 512 points
   */
  readonly toScan: (canonical: ComplexSignal) => ComplexSignal;
}

/**
 * Frequencies outside the scan's own band are zero, never its periodic image. The trapezoid rule counts the first point
 * half, and the band limit halves the jump at t = 0, so the first canonical point is doubled.
 */
export function canonicalSampling({ points, dwellTimeS, spectrometerFrequencyMHz }: ScanSampling): CanonicalSampling {
  const bandwidthHz = CANONICAL_BANDWIDTH_PPM * spectrometerFrequencyMHz;
  const used = Math.min(points, Math.ceil(CANONICAL_POINTS / bandwidthHz / dwellTimeS - 1e-9));
  const referenceHz = (WATER_PPM - CANONICAL_CENTRE_PPM) * spectrometerFrequencyMHz;
  const step = (bandwidthHz / TRANSFORM_POINTS) * dwellTimeS;
  const first = referenceHz * dwellTimeS - (TRANSFORM_POINTS / 2) * step;
  const forward = chirpTransform(used, { first, step, count: TRANSFORM_POINTS });
  const isOutside = (j: number): boolean => Math.abs(first + j * step) > 0.5;
  // Back: x_n = e^{2πi·first·n} Σ_j S_j e^{2πi·step·j·n}, the sum over the frequencies at `used` times. Few go back.
  let backward: ChirpTransform | null = null;
  return {
    used,
    covered: Math.min(CANONICAL_POINTS, Math.ceil(used * dwellTimeS * bandwidthHz - 1e-9)),
    toCanonical: (fid) => {
      const head = { re: fid.re.slice(0, used), im: fid.im.slice(0, used) };
      scaleFirst(head, 0.5);
      const spectrum = forward.apply(head);
      scaleBand(spectrum, isOutside, dwellTimeS * bandwidthHz);
      const whole = ifft(ifftShift(spectrum));
      const canonical = { re: whole.re.slice(0, CANONICAL_POINTS), im: whole.im.slice(0, CANONICAL_POINTS) };
      scaleFirst(canonical, 2);
      return canonical;
    },
    toScan: (canonical) => {
      const padded = { re: new Float64Array(TRANSFORM_POINTS), im: new Float64Array(TRANSFORM_POINTS) };
      padded.re.set(canonical.re);
      padded.im.set(canonical.im);
      scaleFirst(padded, 0.5);
      const spectrum = fftShift(fft(padded));
      scaleBand(spectrum, isOutside, 1 / TRANSFORM_POINTS);
      backward ??= chirpTransform(TRANSFORM_POINTS, { first: 0, step: -step, count: used });
      const scan = backward.apply(spectrum);
      turn(scan, first);
      scaleFirst(scan, 2);
      return scan;
    },
  };
}

function scaleFirst(signal: ComplexSignal, by: number): void {
  signal.re[0] = (signal.re[0] as number) * by;
  signal.im[0] = (signal.im[0] as number) * by;
}

function scaleBand(spectrum: ComplexSignal, isOutside: (j: number) => boolean, by: number): void {
  for (let j = 0; j < spectrum.re.length; j++) {
    const factor = isOutside(j) ? 0 : by;
    spectrum.re[j] = (spectrum.re[j] as number) * factor;
    spectrum.im[j] = (spectrum.im[j] as number) * factor;
  }
}

/** Multiplies by e^{2πi·cycles·n}, in place. */
function turn(signal: ComplexSignal, cycles: number): void {
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
