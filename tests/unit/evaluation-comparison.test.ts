// From results to accuracy and agreement: which truth belongs to which estimate, scaling, sums, pairs of spectra.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seriesOfStudy } from '../../src/cli/comparedResults.ts';
import type { StudyStore } from '../../src/core/ports/studyStore.ts';
import { compareResults } from '../../src/core/quality/comparison.ts';
import type { KeyedResult } from '../../src/core/quality/comparison.ts';
import { distributionRate } from '../../src/core/quality/distributionRates.ts';
import { evaluateByLevel, evaluateEstimates, pullsTowards, truthOf } from '../../src/core/quality/evaluation.ts';
import type { CaseEstimate } from '../../src/core/quality/evaluation.ts';
import { openStudyDb } from '../../src/node/study-db/openStudyDb.ts';
import { newAnalysis, newDataset, newStudy, voxelResult } from '../fixtures/studies.ts';
import { makeTempFolder } from '../fixtures/tempFolder.ts';

const column = (...values: number[]): Float64Array => Float64Array.from(values);
const estimate = (name: string, amplitude: number, crlbAbsolute: number | null = 0.5) => ({
  name,
  amplitude,
  crlbAbsolute,
});

describe('evaluateEstimates', () => {
  const truth = new Map([
    ['NAA', column(10, 12)],
    ['NAAG', column(1, 2)],
    ['Cr', column(5, 5)],
    ['PCr', column(3, 3)],
    ['GABA', column(1, 1)],
  ]);
  /** Both cases measured twice as high, and one with another factor on top. */
  const cases: CaseEstimate[] = [
    { metabolites: [estimate('NAA', 20), estimate('Lac', 1)], combined: [estimate('tNAA', 22), estimate('tCr', 16)] },
    { metabolites: [estimate('NAA', 36)], combined: [estimate('tNAA', 42), estimate('tCr', 24)] },
  ];

  it('takes a sum from its own column or from its members, absent ones as 0', () => {
    expect([...truthOf(truth, 'tNAA')!]).toEqual([11, 14]);
    expect([...truthOf(new Map([...truth, ['tNAA', column(7, 7)]]), 'tNAA')!]).toEqual([7, 7]);
    expect([...truthOf(new Map([['Glu', column(2)]]), 'Glx')!]).toEqual([2]);
    expect(truthOf(truth, 'tCho')).toBeNull();
  });

  it('compares amplitudes as they are, and says what it could not compare', () => {
    const { metabolites, combined, withoutTruth, notEstimated } = evaluateEstimates(cases, truth);
    expect(metabolites.map((m) => m.name)).toEqual(['NAA']);
    expect(metabolites[0]).toMatchObject({ n: 2, bias: 17, meanCrlb: 0.5 });
    expect(combined.map((m) => m.name)).toEqual(['tNAA', 'tCr']);
    expect(withoutTruth).toEqual(['Lac']);
    expect(notEstimated).toEqual(['NAAG', 'Cr', 'PCr', 'GABA']);
  });

  it('scales each case to its tCr, or all by one factor, bounds along', () => {
    const each = evaluateEstimates(cases, truth, 'tCr');
    expect(each.metabolites[0]!.bias).toBeCloseTo(0, 12);
    expect(each.metabolites[0]!.meanCrlb).toBeCloseTo((0.5 * (1 / 2 + 1 / 3)) / 2, 12);
    // The median of 1/2 and 1/3.
    const all = evaluateEstimates(cases, truth, 'common');
    expect(all.metabolites[0]!.bias).toBeCloseTo((20 * (5 / 12) - 10 + (36 * (5 / 12) - 12)) / 2, 12);
  });

  it('passes over cases without an estimate', () => {
    expect(evaluateEstimates([null, cases[1]!], truth).metabolites[0]).toMatchObject({ n: 1, bias: 24 });
  });
});

describe('evaluation beyond the whole', () => {
  const truth = new Map([['NAA', column(10, 10, 12, 8)]]);
  const cases = [10, 12, 12, 9].map((naa) => ({ metabolites: [estimate('NAA', naa)], combined: [] }));

  it('goes level by level, the last one closed', () => {
    const levels = evaluateByLevel(cases, truth, [3, 5, 10, 20], [3, 10, 20]);
    expect(levels.map(({ from, to, cases: n }) => [from, to, n])).toEqual([[3, 10, 2], [10, 20, 2]]); // prettier-ignore
    expect(levels.map(({ metabolites }) => metabolites[0]!.bias)).toEqual([1, 0.5]);
  });

  it('says what is pulled to a mean, of what has one', () => {
    // Errors 0, 2, 0, 1 against distances of 0, 0, −2 and 2 from the mean.
    expect([...pullsTowards(new Map([['NAA', 10]]), cases, truth)]).toEqual([['NAA', 0.25]]);
    expect(pullsTowards(new Map(), cases, truth).size).toBe(0);
  });

  it('counts spectra that a network found unlike its own, and what it refused with them', () => {
    const tested = (...failedChecks: ('latent' | 'residual')[]): CaseEstimate => ({ metabolites: [], combined: [], failedChecks }); // prettier-ignore
    const rate = distributionRate([tested(), tested('residual'), tested('residual', 'latent'), null])!;
    expect(rate).toEqual({ n: 4, outsidePercent: 75, byCheck: { latent: 25, residual: 50 } });
    expect(distributionRate(cases)).toBeNull();
    expect(distributionRate([])).toBeNull();
  });
});

function keyed(key: string, naa: number, status: 'converged' | 'refused' = 'converged'): KeyedResult {
  const of = (name: string, ratioToTCr: number) => ({ name, amplitude: 8 * ratioToTCr, ratioToTCr, concentrationMM: null }); // prettier-ignore
  return { key, result: { status, metabolites: [of('NAA', naa)], combined: [of('tCr', 1), of('tNAA', naa + 0.1)] } };
}

describe('compareResults', () => {
  it('pairs spectra by their key and leaves out what only one has', () => {
    const a = [keyed('1', 1.5), keyed('2', 1.6), keyed('3', 1.7, 'refused'), keyed('4', 1)];
    const b = [keyed('2', 1.4), keyed('1', 1.4), keyed('3', 1.7), keyed('5', 1)];
    const { rows, common, onlyA, onlyB } = compareResults(a, b, 'ratio');
    expect([common, onlyA, onlyB]).toEqual([2, 1, 2]);
    expect(rows.map((r) => [r.name, r.isSum])).toEqual([['tNAA', true], ['NAA', false]]); // prettier-ignore
    expect(rows[1]!.bias).toBeCloseTo(0.15, 12);
    expect(rows[1]!.pairs).toEqual([{ key: '1', a: 1.5, b: 1.4 }, { key: '2', a: 1.6, b: 1.4 }]); // prettier-ignore
  });

  it('compares amplitudes too, and has no rows where a quantity is missing', () => {
    const list = [keyed('1', 1.5)];
    expect(compareResults(list, list, 'amplitude').rows.map((r) => r.name)).toContain('tCr');
    expect(compareResults(list, list, 'concentration').rows).toEqual([]);
  });
});

describe("a study's analyses", () => {
  let folder: string;
  let store: StudyStore;
  beforeAll(() => {
    folder = makeTempFolder();
    store = openStudyDb(join(folder, 'a.db'), { now: () => new Date().toISOString() });
  });
  afterAll(() => {
    store.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('are found by method or by id, the voxels of one scan under the same key', () => {
    const { study, datasets } = store.importStudy(newStudy(), [newDataset(1)]);
    const voxels = [voxelResult(0), voxelResult(3)];
    const nlls = store.addAnalysis(newAnalysis(study.id, datasets[0]!.id, { voxels }));
    store.addAnalysis(newAnalysis(study.id, datasets[0]!.id, { voxels, method: 'lcmodel' }));
    const [a, b] = seriesOfStudy(store, study.id, [nlls.id, 'lcmodel']);
    expect([a.method, b.method]).toEqual(['nlls', 'lcmodel']);
    expect(a.results.map((r) => r.key)).toEqual(b.results.map((r) => r.key));
    expect(a.results).toHaveLength(2);
    expect(compareResults(a.results, b.results, 'amplitude').common).toBe(2);
    expect(() => seriesOfStudy(store, study.id, ['nlls', 'qnet'])).toThrow(
      /no analysis by "qnet"; it has (nlls, lcmodel|lcmodel, nlls)/,
    );
  });
});
