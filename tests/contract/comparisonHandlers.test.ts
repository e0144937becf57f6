// What the page asks about comparisons, over a real database: one spectrum's two results, methods of studies, pairs.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { QuantificationResult, VoxelQuantification } from '../../src/core/domain/quantification.ts';
import { recipeById } from '../../src/core/pipeline/index.ts';
import type { NewAnalysis, StudyStore } from '../../src/core/ports/studyStore.ts';
import { CHANNELS } from '../../src/ipc/contract.ts';
import type { ChannelName, ChannelRequest } from '../../src/ipc/contract.ts';
import { createAnalysisCache } from '../../src/main/analysisCache.ts';
import { comparisonHandlers } from '../../src/main/ipcHandlers/comparisonHandlers.ts';
import { savedContent } from '../../src/main/savedContent.ts';
import type { Services } from '../../src/main/services.ts';
import { recipeSha256 } from '../../src/node/files/hashing.ts';
import { openStudyDb } from '../../src/node/study-db/openStudyDb.ts';
import { newAnalysis, newDataset, newStudy, voxelResult } from '../fixtures/studies.ts';

type Asked = ReturnType<typeof comparisonHandlers>;

let folder = '';
let store: StudyStore;
let handlers: Asked;
/** Rises, as a real clock does. */
let seconds = 0;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'lineshape-comparison-'));
  seconds = 0;
  const now = (): string => new Date(Date.UTC(2026, 0, 1, 0, 0, seconds++)).toISOString();
  store = openStudyDb(path.join(folder, 'study.db'), { now });
  const services = { store, analyses: createAnalysisCache(store) } as unknown as Services;
  handlers = comparisonHandlers({ services, emit: () => undefined });
});

afterEach(async () => {
  store.close();
  await rm(folder, { recursive: true, force: true });
});

/** Asks as the registrar does, and checks the answer against the contract. */
async function ask<C extends ChannelName & keyof Asked>(channel: C, request: ChannelRequest<C>) {
  const { request: asked, response } = CHANNELS[channel];
  const answer: unknown = await handlers[channel](asked.parse(request) as never);
  expect(response.safeParse(answer).error).toBeUndefined();
  return answer as Awaited<ReturnType<Asked[C]>>;
}

/** A voxel with NAA as ratio to tCr, and the bound in percent. */
function voxel(
  index: number,
  naa: number,
  crlb: number,
  status: QuantificationResult['status'] = 'converged',
): VoxelQuantification {
  // prettier-ignore
  const made = voxelResult(index, status);
  const of = (name: string, ratioToTCr: number) => ({
    ...{ name, amplitude: 8 * ratioToTCr, ratioToTCr, concentrationMM: null },
    ...{ crlbPercent: crlb, crlbAbsolute: (8 * ratioToTCr * crlb) / 100 },
  });
  const curves = { ...made.curves!, components: [] };
  return { voxel: index, curves, result: { ...made.result, metabolites: [of('NAA', naa)], combined: [of('tCr', 1)] } };
}

interface Scan {
  readonly studyId: string;
  readonly datasetId: string;
}

function scan(seed: number): Scan {
  const study = newStudy({ patient: { ...newStudy().patient, id: `P-${seed}` } });
  const { study: made, datasets } = store.importStudy(study, [newDataset(seed)]);
  return { studyId: made.id, datasetId: datasets[0]!.id };
}

function analysed(
  { studyId, datasetId }: Scan,
  method: string,
  voxels: VoxelQuantification[],
  more: Partial<NewAnalysis> = {},
): string {
  // prettier-ignore
  return store.addAnalysis(newAnalysis(studyId, datasetId, { method, voxels, ...more })).id;
}

describe('one spectrum', () => {
  it('comes with both results and curves, and with null where a voxel was left out', async () => {
    const one = scan(1);
    const a = analysed(one, 'nlls', [voxel(0, 1.5, 3), voxel(1, 1.6, 3)]);
    const b = analysed(one, 'lcmodel', [voxel(0, 1.4, 5)]);
    const both = await ask('comparison:voxel', { a, b, voxel: 0 });
    expect([both.a.method, both.b.method]).toEqual(['nlls', 'lcmodel']);
    expect(both.b.result?.metabolites[0]).toMatchObject({ name: 'NAA', ratioToTCr: 1.4, crlbPercent: 5 });
    expect(both.a.curves?.residual).toHaveLength(64);
    const half = await ask('comparison:voxel', { a, b, voxel: 1 });
    expect([half.a.result === null, half.b.result, half.b.curves]).toEqual([false, null, null]);
  });

  it('is refused for two scans, in words', () => {
    const [a, b] = [scan(1), scan(2)].map((one) => analysed(one, 'nlls', [voxel(0, 1, 3)])) as [string, string];
    const of = (request: ChannelRequest<'comparison:voxel'>) => () => handlers['comparison:voxel'](request);
    expect(of({ a, b, voxel: 0 })).toThrow('Only analyses of the same scan are compared.');
    expect(of({ a, b: 'gone', voxel: 0 })).toThrow();
  });
});

describe('methods', () => {
  it('are those of the studies named, with set-ups where a method has several', async () => {
    const [one, two] = [scan(1), scan(2)];
    const shipped = recipeById('svs-default');
    const { quantification } = shipped;
    const other = {
      ...shipped,
      quantification: { ...quantification, options: { ...quantification.options, baseline: 'none' } },
    };
    const withRecipe = (recipe: typeof shipped) => ({ recipe, recipeSha256: recipeSha256(recipe) });
    analysed(one, 'nlls', [voxel(0, 1, 3)], withRecipe(shipped));
    analysed(one, 'nlls', [voxel(0, 1, 3)], withRecipe(other));
    analysed(two, 'nlls', [voxel(0, 1, 3)], withRecipe(shipped));
    analysed(two, 'quest', [voxel(0, 1, 3)], withRecipe(shipped));
    const found = await ask('comparison:methods', { studyIds: [one.studyId, two.studyId] });
    expect(found.map(({ method, recipeId, changed, studies }) => [method, recipeId, changed, studies])).toEqual([
      ['nlls', null, '', 2],
      ['nlls', 'svs-default', '', 2],
      ['nlls', 'svs-default', 'baseline none', 1],
      ['quest', null, '', 1],
    ]);
    const only = await ask('comparison:methods', { studyIds: [two.studyId] });
    expect(only.map((m) => m.key)).toEqual(['nlls', 'quest']);
    // Two set-ups of one method are compared by their keys.
    const studyIds = [one.studyId];
    const scope = { kind: 'studies', studyIds, a: found[1]!.key, b: found[2]!.key } as const;
    expect((await ask('comparison:agreement', { scope, quantity: 'ratio' })).spectra).toHaveLength(1);
  });
});

describe('agreement', () => {
  it('of a grid pairs its voxels with bounds and states', async () => {
    const one = scan(1);
    const a = analysed(one, 'nlls', [voxel(4, 1.5, 3), voxel(5, 1.6, 3, 'notConverged'), voxel(6, 1.7, 3)]);
    const b = analysed(one, 'quest', [voxel(5, 1.4, 9), voxel(4, 1.3, 8), voxel(7, 1, 1)]);
    const found = await ask('comparison:agreement', { scope: { kind: 'grid', a, b }, quantity: 'ratio' });
    expect([found.onlyA, found.onlyB]).toEqual([1, 1]);
    expect(found.rows.map((r) => r.name)).toEqual(['NAA']); // tCr to itself says nothing
    expect(found.rows[0]!.points).toEqual([
      { spectrum: 0, a: 1.5, b: 1.3, crlbPercentA: 3, crlbPercentB: 8 },
      { spectrum: 1, a: 1.6, b: 1.4, crlbPercentA: 3, crlbPercentB: 9 },
    ]);
    const place = { studyId: one.studyId, studyNumber: 1, datasetId: one.datasetId, analysisA: a, analysisB: b };
    expect(found.spectra).toEqual([
      { ...place, voxel: 4, statusA: 'converged', statusB: 'converged' },
      { ...place, voxel: 5, statusA: 'notConverged', statusB: 'converged' },
    ]);
  });

  it('of studies takes the newest of each scan, numbers them by import, and names no patient', async () => {
    const [one, two, three] = [scan(1), scan(2), scan(3)];
    analysed(one, 'nlls', [voxel(0, 1.1, 3)]);
    analysed(one, 'nlls', [voxel(0, 1.2, 3)]);
    analysed(one, 'quest', [voxel(0, 1, 3)]);
    analysed(two, 'nlls', [voxel(0, 2, 3)]);
    analysed(three, 'nlls', [voxel(0, 3, 3)]);
    analysed(three, 'quest', [voxel(0, 2.5, 3)]);
    const studyIds = [three, two, one].map((s) => s.studyId);
    const scope = { kind: 'studies', studyIds, a: 'nlls', b: 'quest' } as const;
    const found = await ask('comparison:agreement', { scope, quantity: 'ratio' });
    expect(found.spectra.map((s) => s.studyNumber)).toEqual([3, 1]);
    expect(found.rows[0]!.points.map((p) => [p.a, p.b])).toEqual([
      [3, 2.5],
      [1.2, 1],
    ]);
    expect(JSON.stringify(found)).not.toMatch(/Test Person|P-\d/);
    const none = await ask('comparison:agreement', { scope, quantity: 'concentration' });
    expect(none.rows).toEqual([]);
  });
});

describe('what is saved', () => {
  it('is text as it is, and a PNG only where it is one', () => {
    expect(savedContent({ format: 'csv', content: 'a,b\n' })).toBe('a,b\n');
    const png = Buffer.from([0x89, 0x50, 0x4e, 0x47, 1, 2]);
    expect(savedContent({ format: 'png', content: png.toString('base64') })).toEqual(new Uint8Array(png));
    expect(() => savedContent({ format: 'png', content: 'PHN2Zz4=' })).toThrow(/could not be made into a PNG/);
  });

  it('has a plain name: no folders, no dots', () => {
    const { request } = CHANNELS['comparison:save'];
    const named = (suggestedName: string): boolean =>
      request.safeParse({ format: 'svg', suggestedName, content: '' }).success;
    expect([named('scatter-tNAA'), named('../x'), named('a/b'), named('x.svg'), named('')]).toEqual([
      true,
      false,
      false,
      false,
      false,
    ]);
  });
});
