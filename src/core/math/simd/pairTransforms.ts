// Forward Fourier transforms of two complex signals at once, of several lengths, on arrays that are filled and read in place:
// by the SIMD kernels, or by fft.ts where the runtime has none.
import type { ComplexVector } from '../fft.ts';
import { fft } from '../fft.ts';
import { newInstance } from './instance.ts';
import type { SimdFunctions } from './instance.ts';
import { SimdMemory } from './memory.ts';
import { twiddlesOf } from './twiddles.ts';

export type SignalPair = readonly [ComplexVector, ComplexVector];

export interface PairTransform {
  /** Length: a power of two, 16 or more. */
  readonly points: number;
  /** To be filled with both signals. */
  readonly input: SignalPair;
  /** `points` bins each, of which a run writes as many as it was asked for. */
  readonly output: SignalPair;
  /**
   * Transforms `input`, which it leaves as it is; unnormalised.
   * @param first bin, in natural order; may be below zero
   * @param count bins from there on, past the end back to zero
   */
  readonly run: (first: number, count: number) => void;
}

/** Bytes of a point of a transform under way: two signals, real and imaginary. */
const POINT_BYTES = 32;

/** Where a transform's arrays lie. [bytes] */
interface Layout {
  readonly points: number;
  readonly twiddles: number;
  readonly inputs: readonly [number, number];
  readonly outputs: readonly [number, number];
}

/** @param lengths powers of two @returns a transform for each, with arrays of its own */
export function pairTransforms(lengths: readonly number[]): PairTransform[] {
  const instance = newInstance();
  return instance === null ? lengths.map(plainTransform) : simdTransforms(lengths, instance);
}

function simdTransforms(lengths: readonly number[], kernels: SimdFunctions): PairTransform[] {
  const memory = new SimdMemory(kernels);
  const longest = Math.max(...lengths);
  const work = [memory.reserve(POINT_BYTES * longest), memory.reserve(POINT_BYTES * longest)] as const;
  const turns = memory.reserve(16 * longest);
  const layouts = lengths.map((points): Layout => {
    const twiddles = memory.reserve(12 * points);
    memory.write(twiddles, twiddlesOf(points));
    const pair = (): readonly [number, number] => [memory.reserveZeros(2 * points), memory.reserveZeros(2 * points)];
    return { points, twiddles, inputs: pair(), outputs: pair() };
  });
  // The kernels turn every bin; these turns are by nothing.
  memory.write(
    turns,
    Float64Array.from({ length: 2 * longest }, (_, i) => 1 - (i % 2)),
  );
  // Nothing is reserved any more, so views of the memory stay good.
  const { numbers } = memory;
  const viewOf = (at: number, points: number): ComplexVector => ({
    re: numbers.subarray(at / 8, at / 8 + points),
    im: numbers.subarray(at / 8 + points, at / 8 + 2 * points),
  });
  return layouts.map(({ points, twiddles, inputs, outputs }) => ({
    points,
    input: [viewOf(inputs[0], points), viewOf(inputs[1], points)],
    output: [viewOf(outputs[0], points), viewOf(outputs[1], points)],
    run: (first, count) => {
      const imaginary = 8 * points;
      const [a, b] = inputs;
      const left = kernels.transform(a, a + imaginary, b, b + imaginary, points, points, twiddles, work[0], work[1]);
      kernels.putBins(left, points, (first + points) % points, count, turns, outputs[0], outputs[1], imaginary);
    },
  }));
}

function plainTransform(points: number): PairTransform {
  const empty = (): ComplexVector => ({ re: new Float64Array(points), im: new Float64Array(points) });
  const input = [empty(), empty()] as const;
  const output = [empty(), empty()] as const;
  return {
    points,
    input,
    output,
    run: (first, count) => {
      input.forEach((signal, s) => {
        const { re, im } = fft(signal);
        const out = output[s] as ComplexVector;
        for (let i = 0; i < count; i++) {
          const k = (first + i + points) % points;
          out.re[i] = re[k] as number;
          out.im[i] = im[k] as number;
        }
      });
    },
  };
}
