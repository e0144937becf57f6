// The part of a zero-filled spectrum that a fit looks at: FFT of a short signal, a band of the centred bins out.
// The FFT's own interleaved arrays are kept between calls, since a fit makes hundreds of these.
import FFT from 'fft.js';
import { nextPowerOfTwo } from './fft.ts';

export class BandTransform {
  readonly fftSize: number;
  readonly bandLength: number;
  readonly #fft: FFT;
  readonly #input: number[];
  readonly #output: number[];
  readonly #naturalIndex: Int32Array;

  /**
   * @param points length of the signals
   * @param zeroFill factor of zero filling before rounding up to a power of two
   */
  constructor(
    readonly points: number,
    zeroFill: number,
    band: (fftSize: number) => { readonly start: number; readonly end: number },
  ) {
    this.fftSize = nextPowerOfTwo(points * zeroFill);
    const { start, end } = band(this.fftSize);
    this.bandLength = end - start;
    this.#fft = new FFT(this.fftSize);
    this.#input = this.#fft.createComplexArray();
    this.#output = this.#fft.createComplexArray();
    const half = this.fftSize / 2;
    this.#naturalIndex = Int32Array.from({ length: this.bandLength }, (_, i) => (start + i + half) % this.fftSize);
  }

  /**
   * Spectrum of one signal in the band.
   * @param re,im `points` samples
   * @param outRe,outIm `bandLength` values are written from `offset`
   */
  transform(re: Float64Array, im: Float64Array, outRe: Float64Array, outIm: Float64Array, offset = 0): void {
    const input = this.#input;
    for (let i = 0; i < this.points; i++) {
      input[2 * i] = re[i] as number;
      input[2 * i + 1] = im[i] as number;
    }
    this.#fft.transform(this.#output, input);
    const output = this.#output;
    const index = this.#naturalIndex;
    for (let i = 0; i < this.bandLength; i++) {
      const k = 2 * (index[i] as number);
      outRe[offset + i] = output[k] as number;
      outIm[offset + i] = output[k + 1] as number;
    }
  }
}
