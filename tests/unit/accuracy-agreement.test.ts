// Accuracy against truth and agreement of two methods: every figure against numbers worked out by hand.
import { describe, expect, it } from 'vitest';
import type { EstimateWithTruth } from '../../src/core/math/accuracy.ts';
import { accuracyOf, NORMAL_95, pullTowards } from '../../src/core/math/accuracy.ts';
import { pairedAgreement } from '../../src/core/math/pairedAgreement.ts';
import { seededRandom } from '../../src/core/math/seededRandom.ts';

const pair = (truth: number, estimate: number, bound: number | null = null): EstimateWithTruth => ({
  truth,
  estimate,
  bound,
  interval: null,
});

describe('accuracyOf', () => {
  it('gives what a hand works out', () => {
    // Errors 1, −1, 2, 2; truths 1 … 4.
    const found = accuracyOf([pair(1, 2, 1), pair(2, 1, 1), pair(3, 5, 1), pair(4, 6, 2)]);
    expect(found).not.toBeNull();
    const a = found!;
    expect(a.n).toBe(4);
    expect(a.mape).toBeCloseTo(100 * (1 + 1 / 2 + 2 / 3 + 2 / 4) * 0.25, 10);
    expect(a.smape).toBeCloseTo((100 * 6) / (14 + 10), 10);
    expect(a.smapeMean).toBeCloseTo((100 * (1 / 3 + 1 / 3 + 2 / 8 + 2 / 10)) / 4, 10);
    expect(a.bias).toBe(1);
    expect(a.errorSd).toBeCloseTo(Math.sqrt(2), 12);
    expect(a.sdOverCrlb).toBeCloseTo(Math.sqrt(2 / (7 / 4)), 12);
    // Deviations 0, −2, 1, 1: SD √(6/3).
    expect(a.biasSe).toBeCloseTo(Math.sqrt(2) / 2, 12);
    expect(a.rmse).toBeCloseTo(Math.sqrt(10 / 4), 12);
    // Sxx 5, Sxy 8, Syy 17 about the means 2.5 and 3.5.
    expect(a.slope).toBeCloseTo(1.6, 12);
    expect(a.intercept).toBeCloseTo(-0.5, 12);
    expect(a.r2).toBeCloseTo(64 / 85, 12);
    expect(a.r2Identity).toBeCloseTo(1 - 10 / 5, 12);
    expect(a.meanCrlb).toBe(1.25);
    expect(a.meanCrlbPercent).toBe(50);
    expect(a.rmseOverCrlb).toBeCloseTo(Math.sqrt(10 / 7), 12);
    // Errors in bounds: 1, 1, 2, 1 against 1.96.
    expect(a.coverage95).toBe(75);
    expect(a.bounded).toBe(4);
  });

  it('takes a stated interval before the bound, and leaves pairs without either out of the coverage', () => {
    const off: EstimateWithTruth = { truth: 1, estimate: 1, bound: 1, interval: [2, 3] };
    const on: EstimateWithTruth = { truth: 1, estimate: 9, bound: null, interval: [0, 10] };
    expect(accuracyOf([off, on, pair(1, 1)])!.coverage95).toBe(50);
    const none = accuracyOf([pair(1, 1), pair(2, 2)])!;
    expect([none.coverage95, none.meanCrlb, none.rmseOverCrlb, none.bounded]).toEqual([null, null, null, 0]);
  });

  it('says nothing where nothing can be said', () => {
    expect(accuracyOf([])).toBeNull();
    const one = accuracyOf([pair(0, 1)])!;
    expect([one.mape, one.biasSe, one.slope, one.r2]).toEqual([null, null, null, null]);
    const constant = accuracyOf([pair(2, 1), pair(2, 2), pair(2, 3)])!;
    expect([constant.slope, constant.r2, constant.r2Identity]).toEqual([null, null, null]);
    expect(constant.bias).toBe(0);
  });

  it('tells how far estimates fall back to a value', () => {
    const truths = [1, 2, 5];
    expect(pullTowards(3, truths.map((t) => pair(t, t)))).toBe(0);
    expect(pullTowards(3, truths.map((t) => pair(t, 3)))).toBe(1);
    expect(pullTowards(3, truths.map((t) => pair(t, (t + 3) / 2)))).toBeCloseTo(0.5, 12);
    expect(pullTowards(3, [pair(3, 4)])).toBeNull();
  }); // prettier-ignore

  it('finds true bounds true', () => {
    const random = seededRandom(5);
    const pairs = Array.from({ length: 20_000 }, () => {
      const bound = 0.5 + random.uniform();
      const truth = 10 * random.uniform();
      return pair(truth, truth + bound * random.normal(), bound);
    });
    const { bias, biasSe, rmseOverCrlb, coverage95 } = accuracyOf(pairs)!;
    // Four standard errors of each: 1/√(2n) of the ratio, √(0.95 · 0.05 / n) of the coverage.
    expect(Math.abs(bias)).toBeLessThan(4 * biasSe!);
    expect(Math.abs(rmseOverCrlb! - 1)).toBeLessThan(0.03);
    expect(Math.abs(coverage95! - 95)).toBeLessThan(0.65);
  });
});

describe('pairedAgreement', () => {
  it('gives what a hand works out', () => {
    // A − B: 1, 0, 2. Means 3 and 2; Saa 6, Sbb 2, Sab … about them: A −1, −1, 2; B −1, 0, 1.
    const p = pairedAgreement([2, 2, 5], [1, 2, 3])!;
    expect([p.n, p.meanA, p.meanB, p.bias]).toEqual([3, 3, 2, 1]);
    expect(p.biasPercent).toBe(40);
    expect(p.sd).toBeCloseTo(1, 12);
    expect(p.biasSe).toBeCloseTo(1 / Math.sqrt(3), 12);
    expect(p.limits![0]).toBeCloseTo(1 - NORMAL_95, 12);
    expect(p.limits![1]).toBeCloseTo(1 + NORMAL_95, 12);
    expect(p.correlation).toBeCloseTo(3 / Math.sqrt(12), 12);
    // (6 − 2 + √(16 + 36)) / 6.
    expect(p.slope).toBeCloseTo((4 + Math.sqrt(52)) / 6, 12);
    expect(p.intercept).toBeCloseTo(3 - 2 * p.slope!, 12);
    // Mean squares: rows 7/2, error 1/2, columns 3/2.
    expect(p.icc).toBeCloseTo((3.5 - 0.5) / (3.5 + 0.5 + (2 / 3) * (1.5 - 0.5)), 12);
  });

  it("gives Shrout and Fleiss's published ICC(2,1), of the first two of their judges by the same formula", () => {
    // Psychol Bull 1979;86:420, Table 1, judges 1 and 2: rows, columns and error worked out from the table.
    const judge1 = [9, 6, 8, 7, 10, 6];
    const judge2 = [2, 1, 4, 1, 5, 2];
    const { icc } = pairedAgreement(judge1, judge2)!;
    const rows = 2 * judge1.reduce((s, a, i) => s + ((a + judge2[i]!) / 2 - 61 / 12) ** 2, 0) / 5; // prettier-ignore
    const columns = 6 * ((46 / 6 - 61 / 12) ** 2 + (15 / 6 - 61 / 12) ** 2);
    const total = [...judge1, ...judge2].reduce((s, v) => s + (v - 61 / 12) ** 2, 0);
    const error = (total - 5 * rows - columns) / 5;
    expect(icc).toBeCloseTo((rows - error) / (rows + error + (2 / 6) * (columns - error)), 12);
  });

  it('finds the same line whichever way round, as ordinary least squares does not', () => {
    const random = seededRandom(9);
    const truth = Array.from({ length: 4000 }, () => 10 * random.uniform());
    const a = truth.map((t) => 2 + 1.5 * t + random.normal());
    const b = truth.map((t) => t + random.normal());
    const forth = pairedAgreement(a, b)!;
    const back = pairedAgreement(b, a)!;
    expect(forth.slope! * back.slope!).toBeCloseTo(1, 10);
    // Equal error variances: the slope is unbiased; its SE here is about 0.01.
    const equal = pairedAgreement(
      truth.map((t) => 2 + t + random.normal()),
      b,
    )!;
    expect(Math.abs(equal.slope! - 1)).toBeLessThan(0.04);
  });

  it('is 1 for the same values and says nothing where nothing varies', () => {
    const same = pairedAgreement([1, 2, 3], [1, 2, 3])!;
    expect([same.icc, same.slope, same.sd]).toEqual([1, 1, 0]);
    expect(same.correlation).toBeCloseTo(1, 12);
    const flat = pairedAgreement([2, 2, 2], [1, 2, 3])!;
    expect([flat.correlation, flat.slope, flat.intercept]).toEqual([null, null, null]);
    expect(pairedAgreement([1], [2])).toMatchObject({ n: 1, bias: -1, sd: null, limits: null, icc: null });
    expect(pairedAgreement([], [])).toBeNull();
  });
});
