// Agreement of methods on one spectrum: differences, verdicts by both intervals, the matrix, the warning.
import { describe, expect, it } from 'vitest';
import type { MetaboliteEstimate, QuantificationResult } from '../../../src/core/domain/quantification.ts';
import { refusedResult } from '../../../src/core/domain/refusedResult.ts';
import { methodAgreement } from '../../../src/core/quality/methodAgreement.ts';

function estimate(name: string, amplitude: number, sd: number, tCr: number): MetaboliteEstimate {
  return {
    name,
    amplitude,
    crlbAbsolute: sd,
    crlbPercent: (100 * sd) / amplitude,
    ratioToTCr: amplitude / tCr,
    concentrationMM: null,
    ratios: [{ reference: 'tCr', value: amplitude / tCr, sd: sd / tCr }],
  };
}

/** tCr is 8 in each; the others as given, with an SD. */
function resultOf(method: string, values: Readonly<Record<string, readonly [number, number]>>): QuantificationResult {
  const metabolites = Object.entries(values).map(([name, [amplitude, sd]]) => estimate(name, amplitude, sd, 8));
  return {
    ...refusedResult(method, ''),
    status: 'converged',
    reason: null,
    metabolites,
    combined: [estimate('tCr', 8, 0.1, 8)],
  };
}

const FIT = resultOf('nlls', { NAA: [12, 0.4], Ins: [6, 0.4], Glu: [9, 0.5] });
const NETWORK = resultOf('qnet', { NAA: [12.3, 0.4], Ins: [9, 0.4], GABA: [1, 0.3] });

describe('methodAgreement', () => {
  it('holds ratios to tCr of every pair against each other', () => {
    const agreement = methodAgreement([FIT, NETWORK])!;
    expect(agreement.quantity).toBe('ratio');
    expect(agreement.methods).toEqual(['nlls', 'qnet']);
    // What both estimate; tCr over itself says nothing.
    expect(agreement.metabolites.map(({ name }) => name)).toEqual(['NAA', 'Ins']);
    const [naa, ins] = agreement.metabolites.map(({ pairs }) => pairs[0]!);
    expect(naa).toMatchObject({ first: 'nlls', second: 'qnet', verdict: 'within' });
    expect(naa!.difference).toBeCloseTo(0.3 / 8, 9);
    expect(naa!.differencePercent).toBeCloseTo((100 * 0.3) / 12.15, 9);
    expect(ins!.verdict).toBe('beyondBoth');
    expect(agreement.matrix).toEqual([
      [1, 0.5],
      [0.5, 1],
    ]);
    expect(agreement.warnings).toEqual([
      { code: 'methods-disagree', message: 'NLLS and QNet disagree beyond both their 95 % intervals on Ins.' },
    ]);
  });

  it('warns once for each method that contradicts the fit, and names a sum of one member once', () => {
    const other = resultOf('dq-nmm', { NAA: [20, 0.4], Ins: [12, 0.4] });
    const withSum = (result: QuantificationResult): QuantificationResult => {
      const inositol = result.metabolites.find(({ name }) => name === 'Ins')!;
      return { ...result, combined: [...result.combined, { ...inositol, name: 'mI' }] };
    };
    const agreement = methodAgreement([NETWORK, FIT, other].map(withSum))!;
    expect(agreement.warnings.map(({ message }) => message)).toEqual([
      'NLLS and QNet disagree beyond both their 95 % intervals on mI.',
      'NLLS and DQ-nMM disagree beyond both their 95 % intervals on mI, NAA.',
    ]);
    expect(agreement.matrix[0]).toHaveLength(3);
  });

  it('falls back on amplitudes where a method has no tCr, and tells nothing of one method alone', () => {
    const without = { ...NETWORK, combined: [] };
    expect(methodAgreement([FIT, without])?.quantity).toBe('amplitude');
    expect(methodAgreement([FIT, refusedResult('qnet', 'no signal')])).toBeNull();
  });
});
