// The last step of the scattering transform: every path averaged over windows, straight from its spectrum, of which the
// averaging leaves a few bins.
import type { ComplexVector } from '../../../math/fft.ts';
import { AVERAGING_LOG2, PADDED_POINTS, SCATTERING_POINTS } from './scatteringBank.ts';
import type { Filter } from './scatteringBank.ts';

/** Averages of a path. */
export const SCATTERING_WINDOWS = SCATTERING_POINTS >> AVERAGING_LOG2;
const PADDED_WINDOWS = PADDED_POINTS >> AVERAGING_LOG2;

export class WindowAverages {
  readonly #paths: number;
  readonly #re = new Float64Array(PADDED_WINDOWS);
  readonly #im = new Float64Array(PADDED_WINDOWS);
  /** Of the bins (rows) at the windows that lie within the signal. */
  readonly #cosines: Float64Array;
  readonly #sines: Float64Array;

  /** @param paths of the whole transform */
  constructor(paths: number) {
    this.#paths = paths;
    const table = (f: (angle: number) => number): Float64Array =>
      Float64Array.from({ length: PADDED_WINDOWS * SCATTERING_WINDOWS }, (_, i) => {
        const bin = Math.floor(i / SCATTERING_WINDOWS);
        const window = (i % SCATTERING_WINDOWS) + SCATTERING_WINDOWS / 2;
        return f((2 * Math.PI * bin * window) / PADDED_WINDOWS);
      });
    this.#cosines = table(Math.cos);
    this.#sines = table(Math.sin);
  }

  /**
   * @param spectra of two real signals of `points` points, from bin `first` on
   * @param window averaging filter at their sampling
   * @param out both signals' averages of this path: 2 × paths × windows from `offset` on
   */
  put(
    spectra: {
      readonly points: number;
      readonly first: number;
      readonly pair: readonly [ComplexVector, ComplexVector];
    },
    window: Filter,
    out: Float32Array,
    offset: number,
    path: number,
  ): void {
    for (let s = 0; s < 2; s++) {
      this.#thin(spectra.pair[s] as ComplexVector, spectra.points, spectra.first, window);
      const at = offset + (s * this.#paths + path) * SCATTERING_WINDOWS;
      for (let w = 0; w < SCATTERING_WINDOWS; w++) {
        let sum = 0;
        for (let k = 0; k < PADDED_WINDOWS; k++) {
          const turn = k * SCATTERING_WINDOWS + w;
          sum +=
            (this.#re[k] as number) * (this.#cosines[turn] as number) -
            (this.#im[k] as number) * (this.#sines[turn] as number);
        }
        out[at + w] = sum;
      }
    }
  }

  /** Spectrum of the averaged signal, thinned to one sample a window. */
  #thin({ re, im }: ComplexVector, points: number, firstBin: number, { first, values }: Filter): void {
    this.#re.fill(0);
    this.#im.fill(0);
    for (let i = 0; i < values.length; i++) {
      const weight = (values[i] as number) / points;
      const from = (first + i - firstBin) & (points - 1);
      const at = (first + i) & (PADDED_WINDOWS - 1);
      this.#re[at] = (this.#re[at] as number) + weight * (re[from] as number);
      this.#im[at] = (this.#im[at] as number) + weight * (im[from] as number);
    }
  }
}
