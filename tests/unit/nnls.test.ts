// Truth: the Karush–Kuhn–Tucker conditions, on random well and badly conditioned problems.
import { describe, expect, it } from 'vitest';
import { solveNnls } from '../../src/core/math/nnls.ts';
import { seededNormal } from '../fixtures/analyticBasis.ts';

function randomProblem(rows: number, n: number, seed: number, collinear: boolean) {
  const normal = seededNormal(seed);
  const a = Array.from({ length: n }, () => Float64Array.from({ length: rows }, normal));
  if (collinear) a[1] = a[0]!.map((v) => v + 1e-4 * normal());
  const b = Float64Array.from({ length: rows }, normal);
  const gram = new Float64Array(n * n);
  const h = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) gram[i * n + j] = a[i]!.reduce((s, v, k) => s + v * a[j]![k]!, 0);
    h[i] = a[i]!.reduce((s, v, k) => s + v * b[k]!, 0);
  }
  return { gram, h, n };
}

describe('solveNnls', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])('meets the optimality conditions, problem %i', (seed) => {
    const { gram, h, n } = randomProblem(30, 12, seed, seed % 2 === 0);
    const cold = solveNnls(gram, h, n);
    const warm = solveNnls(gram, h, n, [], [0, 3, 5]);
    for (const { x } of [cold, warm]) {
      for (let i = 0; i < n; i++) {
        let gradient = -h[i]!;
        for (let j = 0; j < n; j++) gradient += gram[i * n + j]! * x[j]!;
        expect(x[i]!).toBeGreaterThanOrEqual(0);
        // gradients are of order 30; 1e-6 leaves room for the condition number of the collinear pair
        if (x[i]! > 1e-9) expect(Math.abs(gradient)).toBeLessThan(1e-6);
        else expect(gradient).toBeGreaterThan(-1e-6);
      }
    }
  });

  it('lets free variables turn negative', () => {
    const { x } = solveNnls(Float64Array.of(2, 0, 0, 2), Float64Array.of(-4, -4), 2, [true, false]);
    expect(x[0]).toBeCloseTo(-2, 12);
    expect(x[1]).toBe(0);
  });
});
