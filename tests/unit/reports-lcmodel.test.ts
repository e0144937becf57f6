// What the report says of amounts that LCModel scaled itself: whose they are, by which factors, and nothing of a page of ours.
import { describe, expect, it } from 'vitest';
import type { MetaboliteEstimate, QuantificationResult } from '../../src/core/domain/quantification.ts';
import { lcmodelResult, readLcmodelCoord } from '../../src/core/quantification/lcmodel/index.ts';
import { buildReport, htmlReport } from '../../src/core/reports/index.ts';
import { coordText } from '../fixtures/lcmodelResults.ts';
import { exampleReport, exampleResult } from './reportsFixture.ts';

const scaled = (estimate: MetaboliteEstimate): MetaboliteEstimate => ({
  ...estimate,
  concentrationMM: estimate.amplitude,
  concentrations: [
    { convention: 'lcmodel', value: estimate.amplitude, unit: 'mM', sd: null, factors: [], members: null },
  ],
});

function ofLcmodel(isScaled: boolean): QuantificationResult {
  const result = { ...exampleResult(), method: 'lcmodel', version: '6.3-1N' };
  if (!isScaled) return result;
  const factors = { waterConcentrationMM: 55556, waterAttenuation: 0.7, metaboliteAttenuation: 1 };
  return {
    ...result,
    metabolites: result.metabolites.map(scaled),
    combined: result.combined.map(scaled),
    diagnostics: { ...result.diagnostics, ...factors },
  };
}

function page(result: QuantificationResult, waterFileName: string | null): string {
  const input = exampleReport();
  return htmlReport(buildReport({ ...input, result, scan: { ...input.scan, waterFileName } }));
}

describe('amounts of LCModel in the report', () => {
  it('are LCModel’s, with its own factors, and a water reference that is not here', () => {
    const html = page(ofLcmodel(true), null);
    expect(html).toContain('LCModel’s own');
    expect(html).not.toContain('none given');
    expect(html).toContain('Amount: LCModel’s convention, mM; scaled by LCModel itself.');
    expect(html).toContain('scaled by LCModel itself (WCONC 55556 mM, ATTH2O 0.7, ATTMET 1)');
    expect(html).toContain('LCModel 6.3-1N');
    expect(html).not.toContain('page 3');
    expect(html).not.toMatch(/lcmodel’s/);
  });

  it('name the water reference that LCModel was given', () => {
    const html = page(ofLcmodel(true), 'h2o.RAW');
    expect(html).toContain('h2o.RAW');
    expect(html).not.toContain('LCModel’s own');
  });

  it('are none where LCModel did not scale by water', () => {
    const html = page(ofLcmodel(false), null);
    expect(html).toContain('none given');
    expect(html).not.toContain('scaled by LCModel');
  });
});

it('LCModel’s factors are read from what it says it was told, else its defaults', () => {
  const read = readLcmodelCoord(new TextEncoder().encode(coordText()), 'a.coord');
  const { result } = lcmodelResult(read, { fileName: 'a.coord' });
  expect(result.diagnostics).toMatchObject({
    waterConcentrationMM: 55556,
    waterAttenuation: 0.7,
    metaboliteAttenuation: 1,
  });
});
