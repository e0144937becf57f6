// The chirp transform (math/chirpTransform.ts) of two signals at a time by the SIMD kernels.
import { chirpTables } from '../chirpTransform.ts';
import type { ChirpFrequencies } from '../chirpTransform.ts';
import type { ComplexVector } from '../fft.ts';
import { newInstance } from './instance.ts';
import { SimdMemory } from './memory.ts';
import { twiddlesOf } from './twiddles.ts';

const even = (n: number): number => n + (n % 2);

/** Bytes of a point of the transform: two signals, real and imaginary. */
const POINT_BYTES = 32;

/** Complex factors as `putBins` wants them: real and imaginary part in turn. */
function interleaved({ re, im }: ComplexVector, factor: number, imaginarySign: 1 | -1): Float64Array {
  const out = new Float64Array(2 * re.length);
  for (let i = 0; i < re.length; i++) {
    out[2 * i] = factor * (re[i] as number);
    out[2 * i + 1] = factor * imaginarySign * (im[i] as number);
  }
  return out;
}

/** Where everything lies. [bytes] */
interface Layout {
  readonly before: number;
  readonly kernel: number;
  readonly after: number;
  readonly twiddles: number;
  readonly signals: readonly [number, number];
  readonly spectra: readonly [number, number];
  readonly work: readonly [number, number];
}

/** A transform with its tables in the kernels' memory; the second half of it is an inverse FFT as the FFT of what is swapped. */
export class SimdChirp {
  readonly #memory: SimdMemory;
  readonly #layout: Layout;
  readonly #size: number;
  readonly #samples: number;

  /** @param weights factor of each frequency of the result */
  constructor(
    memory: SimdMemory,
    readonly points: number,
    readonly frequencies: ChirpFrequencies,
    weights: Float64Array,
  ) {
    const { size, before, kernel, after } = chirpTables(points, frequencies);
    this.#memory = memory;
    this.#size = size;
    this.#samples = even(points);
    const samples = this.#samples;
    const place = (numbers: Float64Array): number => {
      const at = memory.reserve(8 * numbers.length);
      memory.write(at, numbers);
      return at;
    };
    const beforeAt = memory.reserveZeros(2 * samples);
    memory.write(beforeAt, before.re);
    memory.write(beforeAt + 8 * samples, before.im);
    const weighted = { re: after.re.map((v, j) => v * (weights[j] as number)), im: after.im.map((v, j) => v * (weights[j] as number)) }; // prettier-ignore
    this.#layout = {
      before: beforeAt,
      kernel: place(interleaved(kernel, 1 / size, 1)),
      // What comes out is i times the conjugate of the result: so is its factor.
      after: place(interleaved(weighted, 1, -1)),
      twiddles: place(twiddlesOf(size)),
      signals: [memory.reserveZeros(2 * samples), memory.reserveZeros(2 * samples)],
      spectra: [memory.reserve(16 * size), memory.reserve(16 * size)],
      work: [memory.reserve(POINT_BYTES * size), memory.reserve(POINT_BYTES * size)],
    };
  }

  /**
   * @param a,b at least `points` samples each
   * @param firstWeight factor of each signal's first sample
   */
  applyPair(a: ComplexVector, b: ComplexVector, firstWeight: number): [ComplexVector, ComplexVector] {
    const { kernels } = this.#memory;
    const { before, kernel, after, twiddles, signals, spectra, work } = this.#layout;
    const [sa, sb] = signals;
    const [fa, fb] = spectra;
    const imaginary = 8 * this.#samples;
    this.#place(sa, a, firstWeight);
    this.#place(sb, b, firstWeight);
    kernels.shape(sa, sa + imaginary, before, before + imaginary, this.#samples);
    kernels.shape(sb, sb + imaginary, before, before + imaginary, this.#samples);
    const size = this.#size;
    const left = kernels.transform(
      sa, sa + imaginary, sb, sb + imaginary, this.points, size, twiddles, work[0], work[1],
    ); // prettier-ignore
    kernels.putBins(left, size, 0, size, kernel, fa, fb, 8 * size);
    const back = kernels.transform(
      fa + 8 * size, fa, fb + 8 * size, fb, size, size, twiddles, work[0], work[1],
    ); // prettier-ignore
    const { count } = this.frequencies;
    kernels.putBins(back, size, 0, count, after, fa, fb, 8 * size);
    return [this.#result(fa), this.#result(fb)];
  }

  #place(at: number, { re, im }: ComplexVector, firstWeight: number): void {
    const { numbers } = this.#memory;
    numbers.set(re.length === this.points ? re : re.subarray(0, this.points), at / 8);
    numbers.set(im.length === this.points ? im : im.subarray(0, this.points), at / 8 + this.#samples);
    numbers[at / 8] = (numbers[at / 8] as number) * firstWeight;
    const imaginary = at / 8 + this.#samples;
    numbers[imaginary] = (numbers[imaginary] as number) * firstWeight;
  }

  #result(at: number): ComplexVector {
    const { count } = this.frequencies;
    return { re: this.#memory.read(at + 8 * this.#size, count), im: this.#memory.read(at, count) };
  }
}

/** @returns a transform in a memory of its own; null where the runtime has no SIMD */
export function simdChirp(points: number, frequencies: ChirpFrequencies, weights: Float64Array): SimdChirp | null {
  const instance = newInstance();
  return instance === null ? null : new SimdChirp(new SimdMemory(instance), points, frequencies, weights);
}
