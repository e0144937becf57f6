// The choice of the baseline's smoothness finds the least criterion of all trials, without making those that can't have it.
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/core/math/seededRandom.ts';
import { leastCriterion } from '../../src/core/quantification/nlls/smoothness.ts';

const DEGREES = Array.from({ length: 10 }, (_, i) => 2 * 1.4 ** i);

/** Squares that fall with the degrees, by steps of random size. */
function fallingSquares(seed: number): number[] {
  const random = seededRandom(seed);
  const falls = DEGREES.map(() => random.uniform() ** 4);
  return DEGREES.map((_, i) => 1 + falls.slice(i).reduce((sum, v) => sum + v, 0));
}

describe('the least criterion', () => {
  it('is that of all trials, wherever it lies', () => {
    const chosen = new Set<number>();
    let made = 0;
    for (let seed = 0; seed < 200; seed++) {
      const squares = fallingSquares(seed);
      const weight = 0.2 / (1 + (seed % 20));
      const trials = DEGREES.map((degrees, at) => ({ degrees, at }));
      const criteria = trials.map(({ degrees, at }) => Math.log(squares[at]!) + weight * degrees);
      const found = leastCriterion(
        trials,
        ({ at }) => {
          made++;
          return { squares: squares[at]!, log: Math.log(squares[at]!) };
        },
        ({ degrees }) => weight * degrees,
      );
      const wanted = criteria.indexOf(Math.min(...criteria));
      expect(found).toEqual({ degrees: DEGREES[wanted], squares: squares[wanted] });
      chosen.add(wanted);
    }
    expect(chosen.size).toBeGreaterThan(5);
    expect(made).toBeLessThan(200 * DEGREES.length);
  });

  it('is found with a few trials where the data want a smooth baseline', () => {
    const made: number[] = [];
    const found = leastCriterion(
      DEGREES.map((degrees) => ({ degrees })),
      ({ degrees }) => {
        made.push(degrees);
        return { squares: 1 - 0.001 * degrees, log: Math.log(1 - 0.001 * degrees) };
      },
      ({ degrees }) => 0.02 * degrees,
    );
    expect(found.degrees).toBe(DEGREES[0]);
    expect(made.length).toBeLessThan(5);
  });
});
