// Transforms of two signals at once against the plain FFT, of every length that the scattering transform has.
import { describe, expect, it } from 'vitest';
import { fft } from '../../src/core/math/fft.ts';
import { seededRandom } from '../../src/core/math/seededRandom.ts';
import { pairTransforms } from '../../src/core/math/simd/pairTransforms.ts';
import type { PairTransform } from '../../src/core/math/simd/pairTransforms.ts';

const LENGTHS = [16, 32, 64, 128, 256, 512, 1024, 2048];

/** What a runtime without WebAssembly gets. */
function plainTransforms(lengths: readonly number[]): PairTransform[] {
  const runtime = globalThis as { WebAssembly?: unknown };
  const { WebAssembly: wasm } = runtime;
  delete runtime.WebAssembly;
  try {
    return pairTransforms(lengths);
  } finally {
    runtime.WebAssembly = wasm;
  }
}

describe.each([
  ['by SIMD', pairTransforms],
  ['without SIMD', plainTransforms],
])('pairTransforms %s', (_, make) => {
  it('is the FFT of each signal, in the bins asked for', () => {
    const random = seededRandom(5);
    for (const transform of make(LENGTHS)) {
      const { points, input, output } = transform;
      for (const { re, im } of input) {
        for (let n = 0; n < points; n++) {
          re[n] = random.normal();
          im[n] = random.normal();
        }
      }
      const first = -points / 4;
      const count = points / 2 + 1;
      transform.run(first, count);
      input.forEach((signal, s) => {
        const expected = fft(signal);
        for (let i = 0; i < count; i++) {
          const k = (first + i + points) % points;
          // Rounding of a sum of `points` numbers of order 1.
          expect(output[s as 0 | 1].re[i]).toBeCloseTo(expected.re[k] as number, 9);
          expect(output[s as 0 | 1].im[i]).toBeCloseTo(expected.im[k] as number, 9);
        }
      });
    }
  });

  it('keeps the arrays of its lengths apart', () => {
    const [a, b] = pairTransforms([64, 64]) as [
      ReturnType<typeof pairTransforms>[0],
      ReturnType<typeof pairTransforms>[0],
    ];
    a.input[0].re[0] = 1;
    a.run(0, 64);
    b.run(0, 64);
    expect(Array.from(a.output[0].re)).toEqual(new Array<number>(64).fill(1));
    expect(Array.from(b.output[0].re)).toEqual(new Array<number>(64).fill(0));
  });
});
