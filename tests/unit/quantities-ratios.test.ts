// Ratios and their uncertainty against the propagation formula by hand, and against a Monte Carlo of correlated amplitudes.
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/core/math/seededRandom.ts';
import { withRatios } from '../../src/core/quantification/ratios/index.ts';
import { fitResult } from '../fixtures/fitResults.ts';

const RESULT = fitResult(
  [['NAA', 12, 0.6], ['Cr', 5, 0.5], ['PCr', 3, 0.4], ['Glu', 10, 0.7]],
  { 'NAA Cr': 0.3, 'Cr PCr': -0.7, 'Glu PCr': 0.2 },
); // prettier-ignore

const ratio = (references: readonly string[], name: string, water?: { amplitude: number; sd: number | null }) => {
  const result = withRatios(RESULT, references, water ?? null);
  return [...result.metabolites, ...result.combined].find((m) => m.name === name)!.ratios![0]!;
};

describe('ratios', () => {
  it('NAA/Cr = 12/5 ± √(0.6² + 2.4²·0.5² − 2·2.4·0.3·0.6·0.5)/5', () => {
    const found = ratio(['Cr'], 'NAA');
    expect(found.value).toBe(2.4);
    // √(0.36 + 1.44 − 0.432)/5 = √1.368/5 = 0.233924
    expect(found.sd).toBeCloseTo(Math.sqrt(1.368) / 5, 12);
  });

  it('to a sum uses the members’ covariance', () => {
    // var tCr = 0.25 + 0.16 − 2·0.7·0.5·0.4 = 0.13; cov(NAA, tCr) = 0.3·0.6·0.5 = 0.09; NAA/tCr = 1.5
    // √(0.36 + 2.25·0.13 − 2·1.5·0.09)/8 = √0.3825/8
    const found = ratio(['tCr'], 'NAA');
    expect(found.value).toBe(1.5);
    expect(found.sd).toBeCloseTo(Math.sqrt(0.3825) / 8, 12);
  });

  it('of a sum to itself is 1 without error, and of a member to its sum counts it once', () => {
    expect(ratio(['tCr'], 'tCr')).toEqual({ reference: 'tCr', value: 1, sd: 0 });
    // cov(Cr, tCr) = 0.25 − 0.7·0.5·0.4 = 0.11; r = 0.625: √(0.25 + 0.390625·0.13 − 2·0.625·0.11)/8
    expect(ratio(['tCr'], 'Cr').sd).toBeCloseTo(Math.sqrt(0.25 + 0.390625 * 0.13 - 1.25 * 0.11) / 8, 12);
  });

  it('agrees with a Monte Carlo', () => {
    // NAA, Cr with correlation 0.3 by Cholesky; 40 000 draws know an SD to 0.35 %, first order errs by (0.1)² here.
    const random = seededRandom(3);
    const ratios = Array.from({ length: 40000 }, () => {
      const a = random.normal();
      const b = 0.3 * a + Math.sqrt(1 - 0.09) * random.normal();
      return (12 + 0.1 * 0.6 * a) / (5 + 0.1 * 0.5 * b);
    });
    const mean = ratios.reduce((s, r) => s + r / ratios.length, 0);
    const sd = Math.sqrt(ratios.reduce((s, r) => s + (r - mean) ** 2 / ratios.length, 0));
    expect(Math.abs(sd / (0.1 * (Math.sqrt(1.368) / 5)) - 1)).toBeLessThan(0.02);
  });

  it('to water is independent of the fit', () => {
    // r = 12/20000; √(0.6² + r²·200²)/20000
    const found = ratio(['water'], 'NAA', { amplitude: 20000, sd: 200 });
    expect(found.value).toBe(12 / 20000);
    expect(found.sd).toBeCloseTo(Math.sqrt(0.36 + (12 / 20000) ** 2 * 200 ** 2) / 20000, 14);
    expect(ratio(['water'], 'NAA', { amplitude: 20000, sd: null }).sd).toBeNull();
  });

  it('keeps the order asked for, and says what can’t be', () => {
    const result = withRatios(RESULT, ['tCho', 'tNAA', 'water', 'tCr']);
    expect(result.metabolites[0]!.ratios!.map((r) => r.reference)).toEqual(['tNAA', 'tCr']);
    expect(result.warnings.map((w) => w.message)).toEqual([
      'No ratios to tCho: it is not in this result.',
      'No ratios to water: it is not in this result.',
    ]);
    const weak = withRatios(fitResult([['NAA', 12, 1], ['Cr', 1, 0.4]], {}), ['Cr']); // prettier-ignore
    expect(weak.warnings[0]!.message).toMatch(/Cr itself is known to 40 % only/);
    expect(withRatios(fitResult([['NAA', 12, 1], ['Cr', 0, 0.4]], {}), ['Cr']).warnings[0]!.message).toMatch(/zero/); // prettier-ignore
  });

  it('has no SD without CRLBs or correlation', () => {
    const blind = withRatios({ ...RESULT, correlation: null }, ['Cr']);
    expect(blind.metabolites[0]!.ratios![0]).toEqual({ reference: 'Cr', value: 2.4, sd: null });
  });
});
