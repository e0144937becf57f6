// Fit settings from the page's side: the methods with their options, a fit with a chosen method and options, prior knowledge
// from a file, and another nucleus without a basis set.
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DENOISING_METHOD_IDS, FPC_METHOD_IDS } from '../../src/core/domain/correctionMethods.ts';
import type { JsonObject } from '../../src/core/domain/json.ts';
import type { MrsDataset } from '../../src/core/domain/mrsDataset.ts';
import type { Recipe } from '../../src/core/domain/recipe.ts';
import { readMrs, writeMrs } from '../../src/core/formats/index.ts';
import { defaultRecipeFor, runPreprocessing } from '../../src/core/pipeline/index.ts';
import { fitVoxel, METHOD_IDS } from '../../src/core/quantification/index.ts';
import type { StudyStore } from '../../src/core/ports/studyStore.ts';
import type { ChannelRequest } from '../../src/ipc/contract.ts';
import { CHANNELS } from '../../src/ipc/contract.ts';
import { createAnalysisCache } from '../../src/main/analysisCache.ts';
import { createEventLog } from '../../src/main/eventLog.ts';
import type { HostHandlers } from '../../src/main/hostMessages.ts';
import { recipeWithOptions } from '../../src/main/ipcHandlers/fitHandlers.ts';
import { createHostHandlers } from '../../src/main/ipcHandlers/index.ts';
import { createJobs } from '../../src/main/jobs.ts';
import type { Services } from '../../src/main/services.ts';
import { createSignals } from '../../src/main/signals.ts';
import { loadBundledBasis } from '../../src/node/files/basisLibrary.ts';
import { resourcesDir } from '../../src/node/files/resourcePaths.ts';
import { createNetworkShelf } from '../../src/node/inference/networkShelf.ts';
import { openStudyDb } from '../../src/node/study-db/openStudyDb.ts';
import { P31_TABLE, phosphorusScan } from '../fixtures/phosphorusScan.ts';
import { syntheticScan } from '../unit/workflowFixture.ts';

const BASIS = 'lineshape-3t-press-te30-123mhz';
const stamp = { program: 'Lineshape', version: '0', now: () => '2026-01-01T00:00:00.000Z' };

let folder = '';
let store: StudyStore;
let handlers: HostHandlers;
let finished: Promise<Record<string, unknown>>;
let preprocessings = 0;

beforeEach(async () => {
  preprocessings = 0;
  folder = await mkdtemp(path.join(tmpdir(), 'lineshape-settings-'));
  store = openStudyDb(path.join(folder, 'study.db'), { now: stamp.now });
  let tell: (payload: Record<string, unknown>) => void;
  finished = new Promise((resolve) => (tell = resolve));
  const emit = (event: string, payload: unknown): void => {
    if (event === 'job:finished') tell(payload as Record<string, unknown>);
  };
  const log = createEventLog(
    () => undefined,
    () => '',
  );
  // The work of the worker threads, in this one.
  const parse: Services['parse'] = async (files, options) => readMrs(files, options);
  const pipeline: Services['pipeline'] = {
    parse: (files, options) => parse([...files], options ?? {}),
    preprocess: (scan, water, recipe, context) => {
      preprocessings++;
      return runPreprocessing(scan, water, recipe, context);
    },
  };
  const services = {
    ...{ store, stamp, parse, pipeline },
    jobs: createJobs({ store, emit, log }),
    analyses: createAnalysisCache(store),
    signals: createSignals({ store, parse, pipeline, stamp }),
    resources: resourcesDir(),
    basis: (id: string) => loadBundledBasis(resourcesDir(), id),
    networks: createNetworkShelf(path.join(resourcesDir(), 'models'), resourcesDir),
    fitRunner: {
      run: async ({ inputs, basis, method, options }, c) =>
        inputs.map((input) => fitVoxel(input, basis, method, options, c)),
    } satisfies Services['fitRunner'],
  };
  handlers = createHostHandlers({ services: services as unknown as Services, emit });
});

afterEach(async () => {
  store.close();
  await rm(folder, { recursive: true, force: true });
});

/** @returns the id of the stored scan */
async function imported(scan: MrsDataset): Promise<string> {
  const file = path.join(folder, 'scan.nii.gz');
  await writeFile(file, writeMrs(scan, 'nifti-mrs'));
  const token = randomUUID();
  await handlers['import:inspect-paths']({ token, paths: [file] });
  const { studies } = await handlers['import:commit']({ token, choices: { roles: {}, deidentify: false } });
  const { datasets } = await handlers['study:open']({ studyId: studies[0]?.studyId as string });
  return datasets[0]?.id as string;
}

async function fitted(request: Partial<ChannelRequest<'fit:start'>> & { readonly datasetId: string }) {
  const usual = { waterDatasetId: null, basisId: BASIS, recipeId: 'svs-processed', options: {}, voxels: null };
  const whole: ChannelRequest<'fit:start'> = { ...usual, ...request };
  // As it crosses from the page.
  await handlers['fit:start'](CHANNELS['fit:start'].request.parse(whole));
  const end = await finished;
  expect(end).toMatchObject({ state: 'done', error: null });
  return handlers['analysis:open']({ analysisId: end['analysisId'] as string });
}

describe('the methods', () => {
  it('are told with all their options, and the recipes with the method they are for', async () => {
    const answer = CHANNELS['fit:methods'].response.parse(await handlers['fit:methods']({}));
    expect(answer.methods.map((m) => m.id)).toEqual(METHOD_IDS);
    expect(answer.methods.find((m) => m.id === 'amares')).toMatchObject({ needsBasis: false, fitsSingleLines: true });
    expect(answer.methods.find((m) => m.id === 'quest')).toMatchObject({ group: 'fit', obstacle: null });
    expect(answer.methods.find((m) => m.id === 'qnet')).toMatchObject({ group: 'network' });
    expect(answer.methods.find((m) => m.id === 'nlls')!.defaults).toMatchObject({
      baseline: 'auto',
      ratioPriors: 'none',
    });
    expect(answer.priorKnowledge).toContainEqual(
      expect.objectContaining({ id: '31P-brain', nucleus: '31P', isUsual: true }),
    );
    const { recipes, suitable } = CHANNELS['recipe:list'].response.parse(
      await handlers['recipe:list']({ datasetId: null }),
    );
    expect(suitable).toBeNull();
    expect(recipes.find((r) => r.id === 'x-nucleus')).toMatchObject({ method: 'amares' });
    expect(recipes.find((r) => r.id === 'svs-default')).toMatchObject({ method: 'nlls', options: {} });
  });

  it('come with the recipe that suits a stored scan', async () => {
    const processed = await imported(syntheticScan());
    expect((await handlers['recipe:list']({ datasetId: processed })).suitable).toBe('svs-processed');
  });

  it('keep a recipe’s options to themselves', () => {
    const recipe = defaultRecipeFor(syntheticScan());
    const own = { ...recipe, quantification: { method: 'nlls', options: { baseline: 'none' } } };
    expect(recipeWithOptions(own, {})).toBe(own);
    expect(recipeWithOptions(own, { lineshape: 'free' }).quantification.options).toEqual({
      baseline: 'none',
      lineshape: 'free',
    });
    expect(recipeWithOptions(own, {}, 'quest').quantification).toEqual({ method: 'quest', options: {} });
  });
});

describe('a fit', () => {
  it('with a chosen method and options has them in its result and in its recipe', async () => {
    const datasetId = await imported(syntheticScan());
    const options = { background: 'inbase', omit: ['Ace'] };
    const { voxels, recipe, summary } = await fitted({ datasetId, method: 'quest', options });
    expect(summary).toMatchObject({ method: 'quest', basisId: BASIS });
    expect(voxels[0]!.result).toMatchObject({ method: 'quest', status: 'converged' });
    expect((recipe as JsonObject)['quantification']).toEqual({ method: 'quest', options });
  });

  it('with an option that the method has not, or takes otherwise, is refused before a job begins', async () => {
    const datasetId = await imported(syntheticScan());
    const request = { datasetId, waterDatasetId: null, basisId: BASIS, recipeId: 'svs-processed', voxels: null };
    const start = (more: { method?: string; options: JsonObject }) =>
      Promise.resolve(handlers['fit:start']({ ...request, ...more }));
    await expect(start({ options: { background: 'none' } })).rejects.toThrow(/nlls has no option "background"/);
    await expect(start({ method: 'quest', options: { background: 1 } })).rejects.toThrow(
      /must be one of auto, subtract/,
    );
    await expect(start({ method: 'magic', options: {} })).rejects.toThrow(/There is no method "magic"/);
  });

  it('of denoised spectra has the step in its recipe, and says in its provenance and warnings what was done', async () => {
    const datasetId = await imported(syntheticScan());
    const { recipe, provenance, warnings } = await fitted({ datasetId, denoising: 'tikhonov' });
    const { preprocessing } = recipe as unknown as Recipe;
    expect(preprocessing.at(-1)).toEqual({ step: 'denoising', options: { method: 'tikhonov' } });
    expect(provenance.find((p) => p.method === 'Denoising')?.details).toMatchObject({ method: 'tikhonov' });
    expect(warnings.map(({ code }) => code)).toContain('denoised');
  });

  it('by several methods is preprocessed once, and each makes a result of its own', async () => {
    const datasetId = await imported(syntheticScan());
    const analysis = await fitted({ datasetId, method: 'quest', alsoBy: [{ method: 'nlls', options: {} }] });
    expect(analysis.summary.method).toBe('quest');
    expect(preprocessings).toBe(1);
    const { methods } = CHANNELS['methods:voxel'].response.parse(
      await handlers['methods:voxel']({ datasetId, voxel: 0 }),
    );
    expect(methods.map((m) => m.method)).toEqual(['quest', 'nlls']);
    expect(methods[0]).toMatchObject({ analysisId: analysis.summary.id, executionProvider: 'cpu' });
    expect(methods[0]!.curves!.ppm.length).toBeGreaterThan(100);
  });

  it('keeps the first method’s result where a second opinion can’t be had, and says why', async () => {
    const datasetId = await imported(syntheticScan());
    await fitted({ datasetId, alsoBy: [{ method: 'edited-gaussian', options: {} }] });
    const end = await finished;
    expect(end['problems']).toEqual([expect.stringContaining('Edited Gaussian gave no result')]);
    expect(CHANNELS['methods:voxel'].request.safeParse({ datasetId, voxel: -1 }).success).toBe(false);
  });

  it('takes only the methods of correction and denoising that there are', async () => {
    const { request } = CHANNELS['fit:start'];
    const usual = {
      ...{ datasetId: 'd', waterDatasetId: null, basisId: BASIS },
      recipeId: 'r',
      options: {},
      voxels: null,
    };
    expect(request.safeParse({ ...usual, correction: 'dsrf', denoising: 'mp-pca' }).success).toBe(true);
    expect(request.safeParse({ ...usual, correction: 'magic' }).success).toBe(false);
    expect(request.safeParse({ ...usual, denoising: 'auto' }).success).toBe(false);
    const answer = CHANNELS['fit:methods'].response.parse(await handlers['fit:methods']({}));
    expect(answer.corrections.map(({ id }) => id).sort()).toEqual([...FPC_METHOD_IDS].sort());
    expect(answer.denoisers.map(({ id }) => id)).toEqual(DENOISING_METHOD_IDS);
  });

  it('with a correction that its recipe has no place for is refused before a job begins', async () => {
    const datasetId = await imported(syntheticScan());
    const wanted = { ...{ datasetId, waterDatasetId: null, basisId: BASIS }, options: {}, voxels: null };
    const start = Promise.resolve(handlers['fit:start']({ ...wanted, recipeId: 'fit-only', correction: 'sr' }));
    await expect(start).rejects.toThrow(/averages no transients/);
  });

  it('of ³¹P needs no basis set, and is shown on its own axis', async () => {
    const datasetId = await imported(phosphorusScan({ coils: 2, transients: 4, noiseSd: 0.2, seed: 9 }));
    const { voxels, summary } = await fitted({ datasetId, basisId: 'none', recipeId: 'x-nucleus' });
    expect(summary).toMatchObject({ method: 'amares', basisId: 'none', recipeId: 'x-nucleus' });
    expect(voxels[0]!.result.status).toBe('converged');
    const shown = { datasetId, waterDatasetId: null, voxel: 0, coil: 'combined', transient: 'mean' } as const;
    for (const stage of ['raw', 'processed'] as const) {
      expect(await handlers['dataset:signal']({ ...shown, stage })).toMatchObject({ nucleus: '31P', referencePpm: 0 });
    }
  });
});

it('prior knowledge from a file is read for the scan, and refused in words where it is wrong', async () => {
  const datasetId = await imported(phosphorusScan({ coils: 1, transients: 1, noiseSd: 0.2 }));
  const table = path.join(folder, 'table.csv');
  await writeFile(table, P31_TABLE);
  const read = (file: string) => Promise.resolve(handlers['host:read-prior-knowledge']({ path: file, datasetId }));
  const answer = CHANNELS['fit:prior-knowledge'].response.parse(await read(table))!;
  expect(answer).toMatchObject({ fileName: 'table.csv', nucleus: null });
  expect(answer.peaks).toContain('PCr');
  const { voxels } = await fitted({
    datasetId,
    basisId: 'none',
    recipeId: 'x-nucleus',
    options: { priorKnowledge: answer.knowledge },
  });
  expect(voxels[0]!.result.metabolites.map((m) => m.name)).toContain('BATP2');
  await writeFile(path.join(folder, 'bad.json'), '{"schema":"lineshape.priorKnowledge/1","peaks":[{"name":"A"}]}');
  await expect(read(path.join(folder, 'bad.json'))).rejects.toThrow(/lacks shiftPpm of the peak A/);
  await expect(read(path.join(folder, 'scan.nii.gz'))).rejects.toThrow(/read from .json and .csv files/);
});
