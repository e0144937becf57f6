// The canonical input of the networks: one sampling, in units of ppm, for every field strength and bandwidth. Twin of
// training/fpc/canonical.py, where the four steps are told; a fixture holds both together. The Fourier integral at the canonical
// frequencies is a chirp-z transform (Rabiner, Schafer, Rader, IEEE Trans Audio Electroacoust 1969;17:86).
import { ppmToHz } from '../../../domain/axes.ts';
import type { ComplexSignal } from '../../../domain/complexArray.ts';
import { fft, ifft, nextPowerOfTwo, spectrumToFid } from '../../../math/fft.ts';

/** Place of creatine's CH3 line, zero frequency of the canonical signal. [ppm] Source: Govindaraju 2000, doi:10.1002/1099-1492(200005)13:3<129::AID-NBM619>3.0.CO;2-V. */
export const CREATINE_PPM = 3.027;
/** Canonical bandwidth. [ppm] */
export const CANONICAL_BANDWIDTH_PPM = 8;
/** Samples of the canonical signal. */
export const CANONICAL_POINTS = 512;
/** Points of the spectrum through which it is resampled: twice the samples, so that nothing wraps round. */
const TRANSFORM_POINTS = 1024;

/** What of a set decides its resampling. */
export interface CanonicalSampling {
  readonly dwellTimeS: number;
  readonly spectrometerFrequencyMHz: number;
  /** Samples of the scan's signals. */
  readonly points: number;
}

/** e^{iπ·n²·step} for n of a range: the chirp of the transform. @param step turns */
function chirp(from: number, length: number, step: number): ComplexSignal {
  const re = new Float64Array(length);
  const im = new Float64Array(length);
  for (let i = 0; i < length; i++) {
    const angle = Math.PI * (from + i) ** 2 * step;
    re[i] = Math.cos(angle);
    im[i] = Math.sin(angle);
  }
  return { re, im };
}

/** Product of two signals, sample by sample; the second conjugated on demand. */
function multiply(a: ComplexSignal, b: ComplexSignal, conjugate = false): ComplexSignal {
  const sign = conjugate ? -1 : 1;
  const re = a.re.map((x, i) => x * (b.re[i] as number) - sign * (a.im[i] as number) * (b.im[i] as number));
  const im = a.im.map((x, i) => x * (b.re[i] as number) + sign * (a.re[i] as number) * (b.im[i] as number));
  return { re, im };
}

/** Resamples signals of one sampling; what they share is computed once. */
export class CanonicalResampler {
  readonly #used: number;
  readonly #size: number;
  /** Demodulation to the lowest canonical frequency, integration weights and the chirp. */
  readonly #entry: ComplexSignal;
  readonly #kernel: ComplexSignal;
  readonly #exit: ComplexSignal;

  constructor({ dwellTimeS, spectrometerFrequencyMHz, points }: CanonicalSampling) {
    const bandwidthHz = CANONICAL_BANDWIDTH_PPM * spectrometerFrequencyMHz;
    const stepHz = bandwidthHz / TRANSFORM_POINTS;
    this.#used = Math.min(points, Math.ceil(CANONICAL_POINTS / bandwidthHz / dwellTimeS - 1e-9));
    this.#size = nextPowerOfTwo(this.#used + TRANSFORM_POINTS);
    const lowestHz = ppmToHz(CREATINE_PPM, spectrometerFrequencyMHz) - bandwidthHz / 2;
    const step = stepHz * dwellTimeS;
    const down = chirp(0, this.#used, -step);
    const carrier = { re: new Float64Array(this.#used), im: new Float64Array(this.#used) };
    for (let n = 0; n < this.#used; n++) {
      const angle = -2 * Math.PI * lowestHz * n * dwellTimeS;
      const weight = (n === 0 ? 0.5 : 1) * dwellTimeS * bandwidthHz;
      carrier.re[n] = weight * Math.cos(angle);
      carrier.im[n] = weight * Math.sin(angle);
    }
    this.#entry = multiply(down, carrier);
    this.#kernel = fft(this.#chirpKernel(step));
    this.#exit = chirp(0, TRANSFORM_POINTS, -step);
    this.#clearOutside(lowestHz, stepHz, 0.5 / dwellTimeS);
  }

  /** nk = (n² + k² − (k − n)²)/2: the last part, for k − n from −(used − 1) to 1023, the negative ones wrapped. */
  #chirpKernel(step: number): ComplexSignal {
    const kernel = { re: new Float64Array(this.#size), im: new Float64Array(this.#size) };
    const up = chirp(0, Math.max(this.#used, TRANSFORM_POINTS), step);
    kernel.re.set(up.re.subarray(0, TRANSFORM_POINTS));
    kernel.im.set(up.im.subarray(0, TRANSFORM_POINTS));
    for (let n = 1; n < this.#used; n++) {
      kernel.re[this.#size - n] = up.re[n] as number;
      kernel.im[this.#size - n] = up.im[n] as number;
    }
    return kernel;
  }

  /** Frequencies outside the scan's own band are zero, never its periodic image. */
  #clearOutside(lowestHz: number, stepHz: number, edgeHz: number): void {
    for (let k = 0; k < TRANSFORM_POINTS; k++) {
      if (Math.abs(lowestHz + k * stepHz) <= edgeHz) continue;
      this.#exit.re[k] = 0;
      this.#exit.im[k] = 0;
    }
  }

  /**
   * @param signal as many samples as the sampling says
   * @returns its spectrum at 1024 frequencies of rising order, creatine's at index 512
   */
  spectrum(signal: ComplexSignal): ComplexSignal {
    const used = { re: signal.re.subarray(0, this.#used), im: signal.im.subarray(0, this.#used) };
    const entered = multiply(used, this.#entry);
    const padded = { re: new Float64Array(this.#size), im: new Float64Array(this.#size) };
    padded.re.set(entered.re);
    padded.im.set(entered.im);
    const convolved = ifft(multiply(fft(padded), this.#kernel));
    const tail = { re: convolved.re.subarray(0, TRANSFORM_POINTS), im: convolved.im.subarray(0, TRANSFORM_POINTS) };
    return multiply(tail, this.#exit);
  }

  /** @returns the canonical signal, 512 samples, not scaled */
  resample(signal: ComplexSignal): ComplexSignal {
    const { re, im } = spectrumToFid(this.spectrum(signal));
    // The band limit halves the jump at t = 0.
    re[0] = 2 * (re[0] as number);
    im[0] = 2 * (im[0] as number);
    return { re: re.subarray(0, CANONICAL_POINTS), im: im.subarray(0, CANONICAL_POINTS) };
  }
}

/**
 * Canonical signals as the networks take them.
 * @param canonical signals of 512 samples
 * @returns float32 [signals, 2, 512], each signal's largest magnitude 1; a zero signal stays zero
 */
export function networkInput(canonical: readonly ComplexSignal[]): Float32Array {
  const data = new Float32Array(canonical.length * 2 * CANONICAL_POINTS);
  canonical.forEach(({ re, im }, k) => {
    let largest = 0;
    for (let i = 0; i < CANONICAL_POINTS; i++)
      largest = Math.max(largest, Math.hypot(re[i] as number, im[i] as number));
    const scale = largest > 0 ? 1 / largest : 0;
    const start = 2 * k * CANONICAL_POINTS;
    for (let i = 0; i < CANONICAL_POINTS; i++) {
      data[start + i] = scale * (re[i] as number);
      data[start + CANONICAL_POINTS + i] = scale * (im[i] as number);
    }
  });
  return data;
}
