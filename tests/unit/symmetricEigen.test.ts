// Truth: the defining equation A V = V diag(λ), orthonormality, and closed forms.
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/core/math/seededRandom.ts';
import { symmetricEigen } from '../../src/core/math/symmetricEigen.ts';

function largestResidual(a: Float64Array, n: number): number {
  const { values, vectors } = symmetricEigen(a, n);
  let largest = 0;
  for (let k = 0; k < n; k++) {
    for (let i = 0; i < n; i++) {
      let av = 0;
      let dot = 0;
      for (let j = 0; j < n; j++) {
        av += a[i * n + j]! * vectors[j * n + k]!;
        dot += vectors[j * n + i]! * vectors[j * n + k]!;
      }
      largest = Math.max(largest, Math.abs(av - values[k]! * vectors[i * n + k]!), Math.abs(dot - (i === k ? 1 : 0)));
    }
  }
  return largest;
}

describe('symmetricEigen', () => {
  it('solves a 2 × 2 matrix in closed form', () => {
    const { values } = symmetricEigen(Float64Array.of(2, 1, 1, 2), 2);
    expect(Array.from(values).sort()).toEqual([expect.closeTo(1, 14), expect.closeTo(3, 14)]);
  });

  it.each([1, 3, 10, 35])('satisfies A V = V λ with orthonormal V, n = %i', (n) => {
    const random = seededRandom(n);
    const a = new Float64Array(n * n);
    for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) a[i * n + j] = a[j * n + i] = random.normal();
    // n · rounding of ‖A‖ ≈ 10
    expect(largestResidual(a, n)).toBeLessThan(1e-12);
  });

  it('keeps degenerate eigenvectors orthonormal (identity plus a rank-one matrix)', () => {
    const n = 6;
    const a = Float64Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? 2 : 1));
    expect(largestResidual(a, n)).toBeLessThan(1e-13);
    const values = Array.from(symmetricEigen(a, n).values).sort((x, y) => x - y);
    values.forEach((v, k) => expect(v).toBeCloseTo(k === n - 1 ? n + 1 : 1, 12));
  });
});
