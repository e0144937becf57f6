// Several methods on one spectrum: values with their intervals, verdicts, what a report may print of a network, and the view.
import { describe, expect, it } from 'vitest';
import {
  agreementWords,
  distributionWords,
  intervalVerdict,
  methodRows,
  pairTally,
  referenceFit,
} from '../../src/core/domain/methodValues.ts';
import type { MetaboliteEstimate, NetworkDoubt, QuantificationResult } from '../../src/core/domain/quantification.ts';
import { buildReport, htmlReport, secondOpinions } from '../../src/core/reports/index.ts';
import { exampleReport, exampleResult } from './reportsFixture.ts';

const value = (v: number, low: number, high: number) => ({ value: v, interval: [low, high] as const });
const check = (passed: boolean, message: string): NetworkDoubt['checks'][number] => ({
  ...{ check: 'residual', passed, value: 2.4, limit: 1.3, message },
});

/** The example's fit as if a network had given it: `naa` over tCr with a half-width, everything else without interval. */
function ofNetwork(
  method: string,
  naa: number,
  half: number | null,
  checks: NetworkDoubt['checks'],
): QuantificationResult {
  const fit = exampleResult();
  const estimate = (e: MetaboliteEstimate): MetaboliteEstimate => {
    const ratios = half === null ? [] : [{ reference: 'tCr', value: naa, sd: half / 1.959963984540054 }];
    const { name, amplitude } = e;
    const bare = { name, amplitude, crlbPercent: null, crlbAbsolute: null, concentrationMM: null };
    return name === 'tNAA' ? { ...bare, ratioToTCr: naa, ratios } : { ...bare, ratioToTCr: e.ratioToTCr };
  };
  return {
    ...fit,
    method,
    metabolites: fit.metabolites.map(estimate),
    combined: fit.combined.map(estimate),
    inDistribution: checks.every((c) => c.passed),
    doubt: { model: { id: `${method}@3t-press-30`, version: 2, sha256: 'ab'.repeat(32) }, checks },
  };
}

const KNOWN = [check(true, 'The residual is 1.0 times the noise.')];
const UNLIKE = [check(false, 'The residual is 2.4 times the noise, above the limit of 1.3.')];

describe('two values', () => {
  it('agree where each lies in the other’s interval, and contradict each other where neither does', () => {
    expect(intervalVerdict(value(1, 0.8, 1.2), value(1.1, 0.9, 1.3))).toBe('within');
    expect(intervalVerdict(value(1, 0.8, 1.2), value(1.3, 0.9, 1.7))).toBe('beyondOne');
    expect(intervalVerdict(value(1, 0.9, 1.1), value(1.3, 1.2, 1.4))).toBe('beyondBoth');
    expect(intervalVerdict(value(1, 0.9, 1.1), { value: 1, interval: null })).toBe('unknown');
  });
});

describe('methods on one spectrum', () => {
  it('are tallied over what both have intervals of, and held against the usual fit', () => {
    const rows = methodRows([exampleResult(), ofNetwork('qnet', 1.9, 0.05, KNOWN), null], 'ratio');
    expect(rows.find((r) => r.name === 'tNAA')!.values[2]).toBeNull();
    expect(rows.some((r) => r.name === 'tCr')).toBe(false);
    const tally = pairTally(rows, 0, 1);
    expect(tally).toEqual({ compared: 1, within: 0, beyondOne: [], beyondBoth: ['tNAA'] });
    expect(agreementWords(tally, 'NLLS')).toContain('beyond both intervals: tNAA');
    expect(pairTally(rows, 0, 2).compared).toBe(0);
    expect(referenceFit(['qnet', 'quest', 'nlls'])).toBe(2);
    expect(referenceFit(['qnet'])).toBeNull();
  });

  it('say in words whether a network knows the spectrum, with the reasons', () => {
    expect(distributionWords({ checks: KNOWN })).toBe('The spectrum is like those the network was trained on.');
    expect(distributionWords({ checks: UNLIKE })).toContain('not to be relied on. The residual is 2.4 times the noise');
  });
});

describe('the report', () => {
  const htmlWith = (result: QuantificationResult, otherResults: readonly QuantificationResult[]): string =>
    htmlReport(buildReport({ ...exampleReport(), result, otherResults }));

  it('says nothing of second opinions where there are none', () => {
    expect(secondOpinions(exampleResult(), [])).toBeNull();
    expect(htmlWith(exampleResult(), [])).not.toContain('Second opinions');
  });

  it('prints a network’s value with interval, model, verdict and agreement, and warns of a contradiction', () => {
    const html = htmlWith(exampleResult(), [ofNetwork('qnet', 1.9, 0.05, KNOWN)]);
    expect(html).toContain('Second opinions');
    expect(html).toContain('1.90 ± 0.050');
    expect(html).toContain('qnet@3t-press-30, version 2');
    expect(html).toContain('like those the network was trained on');
    expect(html).toContain('beyond both intervals: tNAA');
    const { allWarnings } = buildReport({ ...exampleReport(), otherResults: [ofNetwork('qnet', 1.9, 0.05, KNOWN)] });
    expect(allWarnings[0]).toMatchObject({
      code: 'methods-disagree',
      message: expect.stringContaining('(tNAA)') as string,
    });
  });

  it('warns of a network that does not know the spectrum', () => {
    const { allWarnings } = buildReport({ ...exampleReport(), otherResults: [ofNetwork('qnet', 1.2, 0.5, UNLIKE)] });
    expect(allWarnings.map((w) => w.code)).toContain('network-unlike');
  });

  it('leaves out a network’s value without an interval', () => {
    const opinions = secondOpinions(exampleResult(), [ofNetwork('qnet', 1.9, null, KNOWN)])!;
    expect(opinions.rows.every(({ cells }) => cells[1]!.value === null)).toBe(true);
  });

  it('prints on page one of a network’s own report no number without interval, and its doubt above them', () => {
    const own = ofNetwork('qnet', 1.9, 0.05, UNLIKE);
    const page = htmlWith(own, [exampleResult()]).split('class="page second"')[0]!;
    expect(page).toContain('unlike those the network was trained on');
    expect(page).toContain('beyond both intervals: tNAA');
    const rows = [...page.matchAll(/<tr class="(?:reliable|uncertain|undetermined)"><td>([^<]+)(.*?)<\/tr>/g)];
    expect(rows.length).toBeGreaterThan(5);
    for (const [, name, cells = ''] of rows) {
      if (name!.trim() === 'tNAA') expect(cells).toContain('<td>1.90</td><td>0.050</td>');
      else expect(cells).toContain('<td>–</td><td>–</td>');
    }
    expect(htmlWith(own, [])).toContain('no model fit of this spectrum to hold it against');
  });
});
