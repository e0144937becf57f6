// Intervals of bias and limits of agreement, against SciPy.
import { describe, expect, it } from 'vitest';
import { agreementIntervals, student95 } from '../../src/core/math/limitsOfAgreement.ts';
import { pairedAgreement } from '../../src/core/math/pairedAgreement.ts';

// SciPy 1.17.1: stats.t.ppf(0.975, v) for v in the first column.
const QUANTILES: readonly (readonly [degrees: number, quantile: number])[] = [
  [1, 12.706204736174694],
  [2, 4.302652729749462],
  [3, 3.1824463052837078],
  [7, 2.364624251592784],
  [30, 2.0422724563012378],
  [100, 1.9839715185235518],
  [101, 1.983731002955606],
  [1000, 1.9623390808264083],
];

// SciPy 1.17.1, d = a − b: d.mean(); d.std(ddof=1); stats.t.interval(.95, n-1, d.mean(), stats.sem(d)); the limits
// d.mean() ± z·s, each ± stats.t.ppf(.975, n-1)·s·sqrt(1/n + z²/(2(n-1))), z = stats.norm.ppf(.975).
const A = [1.31, 1.42, 1.18, 1.55, 1.37, 1.29, 1.61, 1.44];
const B = [1.25, 1.45, 1.11, 1.49, 1.3, 1.33, 1.52, 1.36];

describe('limits of agreement', () => {
  it.each(QUANTILES)('takes Student’s t with %i degrees of freedom', (degrees, quantile) => {
    expect(student95(degrees)).toBeCloseTo(quantile, 9);
  });

  it('gives SciPy’s numbers for eight pairs', () => {
    const paired = pairedAgreement(A, B)!;
    expect(paired.bias).toBeCloseTo(0.045, 12);
    expect(paired.sd).toBeCloseTo(0.05042675027063655, 12);
    expect(paired.correlation).toBeCloseTo(0.93387072442194, 12);
    const { bias, lowLimit, highLimit } = agreementIntervals(paired)!;
    const close = (found: readonly number[], known: readonly number[]): void =>
      found.forEach((value, i) => expect(value).toBeCloseTo(known[i]!, 10));
    close(bias, [0.0028421817639511307, 0.08715781823604885]);
    close(paired.limits!, [-0.053834614387843066, 0.14383461438784303]);
    close(lowLimit, [-0.12919127906237443, 0.021522050286688313]);
    close(highLimit, [0.06847794971331166, 0.2191912790623744]);
  });

  it('says nothing of a single pair', () => {
    expect(agreementIntervals(pairedAgreement([1], [2])!)).toBeNull();
  });
});
