// Vector loops against their definition, and the substitution through a banded factor against the dense one.
import { describe, expect, it } from 'vitest';
import { cubicSplineDesign, secondDifferencePenalty, splineGram } from '../../src/core/math/bspline.ts';
import {
  bandedForwardSubstitutions,
  choleskyFactor,
  forwardSubstitutionsByLoops,
} from '../../src/core/math/cholesky.ts';
import { seededRandom } from '../../src/core/math/seededRandom.ts';
import { minus, sumOfSquares, times } from '../../src/core/math/vectors.ts';

describe('vectors', () => {
  it('are scaled, subtracted and squared', () => {
    const a = Float64Array.of(1, -2, 3);
    expect(Array.from(times(a, -2))).toEqual([-2, 4, -6]);
    expect(Array.from(minus(a, Float64Array.of(1, 1, 1)))).toEqual([0, -3, 2]);
    expect(sumOfSquares(a)).toBe(14);
    expect(Array.from(a)).toEqual([1, -2, 3]);
  });
});

describe("a spline system's factor", () => {
  it.each([1, 2])('is gone through by its band as by all of it (%i parts)', (parts) => {
    const design = cubicSplineDesign(120, 20);
    const n = design.columns;
    const penalty = secondDifferencePenalty(n);
    const system = splineGram(design).map((v, i) => v + 3 * penalty[i]!);
    const factor = choleskyFactor(system, n)!;
    const random = seededRandom(5);
    const columns = Array.from({ length: 3 }, () => Float64Array.from({ length: parts * n }, () => random.normal()));
    const found = bandedForwardSubstitutions(factor, n, 3, columns, parts);
    forwardSubstitutionsByLoops(factor, n, columns, parts).forEach((wanted, j) => {
      // Rounding of a multiplication by a reciprocal, carried through twenty rows.
      wanted.forEach((v, i) => expect(found[j]![i]).toBeCloseTo(v, 12));
    });
  });
});
