// Truth: DFT by its definition, for powers of two, odd and prime lengths.
import { describe, expect, it } from 'vitest';
import { fft, fftShift, ifft, ifftShift } from '../../src/core/math/fft.ts';

function signal(n: number) {
  return {
    re: Float64Array.from({ length: n }, (_, i) => Math.sin(i * 1.3) + 0.1 * i),
    im: Float64Array.from({ length: n }, (_, i) => Math.cos(i * i * 0.7)),
  };
}

function dft(x: { re: Float64Array; im: Float64Array }) {
  const n = x.re.length;
  const re = new Float64Array(n);
  const im = new Float64Array(n);
  for (let k = 0; k < n; k++)
    for (let j = 0; j < n; j++) {
      const angle = (-2 * Math.PI * k * j) / n;
      re[k]! += x.re[j]! * Math.cos(angle) - x.im[j]! * Math.sin(angle);
      im[k]! += x.re[j]! * Math.sin(angle) + x.im[j]! * Math.cos(angle);
    }
  return { re, im };
}

const largest = (a: Float64Array, b: Float64Array) => a.reduce((m, v, i) => Math.max(m, Math.abs(v - b[i]!)), 0);

describe('fft', () => {
  it.each([1, 2, 7, 30, 64, 101, 198])('equals the definition for %i points and inverts', (n) => {
    const x = signal(n);
    const f = fft(x);
    const d = dft(x);
    // rounding of a sum of ~200 terms of size ~20
    expect(largest(f.re, d.re)).toBeLessThan(1e-9);
    expect(largest(f.im, d.im)).toBeLessThan(1e-9);
    const back = ifft(f);
    expect(largest(back.re, x.re)).toBeLessThan(1e-11);
    const shifted = ifftShift(fftShift(x));
    expect(largest(shifted.re, x.re)).toBe(0);
  });
});
