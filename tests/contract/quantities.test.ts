// Amounts and maps from the page's side: tissue fractions and a segmentation into a fit, bad values refused in words before a
// job begins; a grid's maps in a folder of their own.
import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/core/domain/json.ts';
import { readMrs, writeMrs } from '../../src/core/formats/index.ts';
import { openNiftiVoxels } from '../../src/core/formats/niftiImage.ts';
import { quantifyVoxel, runPreprocessing } from '../../src/core/pipeline/index.ts';
import type { StudyStore } from '../../src/core/ports/studyStore.ts';
import type { ChannelRequest } from '../../src/ipc/contract.ts';
import { CHANNELS } from '../../src/ipc/contract.ts';
import { createAnalysisCache } from '../../src/main/analysisCache.ts';
import { createEventLog } from '../../src/main/eventLog.ts';
import type { HostHandlers } from '../../src/main/hostMessages.ts';
import { createHostHandlers } from '../../src/main/ipcHandlers/index.ts';
import { createJobs } from '../../src/main/jobs.ts';
import type { Services } from '../../src/main/services.ts';
import { loadBundledBasis } from '../../src/node/files/basisLibrary.ts';
import { resourcesDir } from '../../src/node/files/resourcePaths.ts';
import { openStudyDb } from '../../src/node/study-db/openStudyDb.ts';
import { niftiBytes } from '../fixtures/niftiBytes.ts';
import { syntheticScan } from '../unit/workflowFixture.ts';

const DEMO = path.resolve(import.meta.dirname, '../../resources/demo');
const demo = (name: string): string => path.join(DEMO, name);
const BASIS = 'lineshape-3t-press-te30-123mhz';
const stamp = { program: 'Lineshape', version: '0', now: () => '2026-01-01T00:00:00.000Z' };

let folder = '';
let store: StudyStore;
let handlers: HostHandlers;
let onEnd: (payload: Record<string, unknown>) => void = () => undefined;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'lineshape-quantities-'));
  store = openStudyDb(path.join(folder, 'study.db'), { now: stamp.now });
  const emit = (event: string, payload: unknown): void => {
    if (event === 'job:finished') onEnd(payload as Record<string, unknown>);
  };
  const log = createEventLog(
    () => undefined,
    () => '',
  );
  // The work of the worker threads, in this one.
  const parse: Services['parse'] = async (files, options) => readMrs(files, options);
  const services = {
    ...{ store, stamp, parse },
    pipeline: {
      parse: (files, options) => parse([...files], options ?? {}),
      preprocess: (scan, water, recipe, context) => runPreprocessing(scan, water, recipe, context),
    } satisfies Services['pipeline'],
    jobs: createJobs({ store, emit, log }),
    analyses: createAnalysisCache(store),
    basis: (id: string) => loadBundledBasis(resourcesDir(), id),
    fitRunner: {
      run: async ({ inputs, ...batch }, c) => inputs.map((input) => quantifyVoxel(input, batch, c)),
    } satisfies Services['fitRunner'],
  };
  handlers = createHostHandlers({ services: services as unknown as Services, emit });
});

afterEach(async () => {
  store.close();
  await rm(folder, { recursive: true, force: true });
});

/** @returns the stored datasets' ids by their file's name */
async function imported(paths: string[]): Promise<Record<string, string>> {
  const token = randomUUID();
  await handlers['import:inspect-paths']({ token, paths });
  const { studies } = await handlers['import:commit']({ token, choices: { roles: {}, deidentify: false } });
  const ids: Record<string, string> = {};
  for (const { studyId } of studies) {
    for (const { id, fileName } of store.listDatasets(studyId)) ids[fileName] = id;
  }
  return ids;
}

type FitRequest = ChannelRequest<'fit:start'>;
const USUAL = { waterDatasetId: null, basisId: BASIS, recipeId: 'svs-default', options: {}, voxels: null };

/** As it crosses from the page. */
async function start(request: Partial<FitRequest> & { readonly datasetId: string }): Promise<void> {
  await handlers['fit:start'](CHANNELS['fit:start'].request.parse({ ...USUAL, ...request }));
}

async function fitted(request: Partial<FitRequest> & { readonly datasetId: string }) {
  const ended = new Promise<Record<string, unknown>>((resolve) => (onEnd = resolve));
  await start(request);
  const end = await ended;
  expect(end).toMatchObject({ state: 'done', error: null });
  const detail = await handlers['analysis:open']({ analysisId: end['analysisId'] as string });
  return CHANNELS['analysis:open'].response.parse(detail);
}

/** Large cubes over the whole head: all of them of one label. */
async function segmentationFile(name: string, label: number): Promise<string> {
  const values = new Array<number>(27).fill(label);
  const sform = [200, 0, 0, -200, 0, 200, 0, -200, 0, 0, 200, -200];
  const file = path.join(folder, name);
  await writeFile(file, niftiBytes({ version: 1, dims: [3, 3, 3], datatype: 16, values, sform }));
  return file;
}

const SVS = ['svs_press_te30.nii.gz', 'svs_water.nii.gz', 't1.nii.gz'];

describe('a fit with amounts', () => {
  it('has the given tissue in its factors, the chosen convention, and its recipe says so', async () => {
    const ids = await imported(SVS.map(demo));
    const [datasetId, waterDatasetId] = [ids[SVS[0]!]!, ids[SVS[1]!]!];
    const quantities = {
      tissue: { gm: 0.6, wm: 0.3, csf: 0.1 },
      waterScaling: { display: 'molarity' },
      ratios: ['water'],
      quality: 'consensus',
    };
    const { voxels, recipe } = await fitted({ datasetId, waterDatasetId, quantities });
    expect((recipe as JsonObject)['quantities']).toEqual(quantities);
    const { metabolites, waterScaling, quality } = voxels[0]!.result;
    const naa = metabolites.find((m) => m.name === 'NAA')!;
    const molarity = naa.concentrations!.find((c) => c.convention === 'molarity')!;
    expect(naa.concentrationMM).toBe(molarity.value);
    expect(naa.ratios!.map((r) => r.reference)).toEqual(['water']);
    expect(quality?.assessment.thresholds).toBe('consensus');
    const inputs = waterScaling!.conventions.flatMap((c) => c.factors.flatMap((f) => f.inputs));
    expect(inputs).toContainEqual(expect.objectContaining({ name: 'volume fraction of GM', value: 0.6 }));
  });

  it('takes the tissue from a segmentation of the study, and says which', async () => {
    const ids = await imported([...SVS.map(demo), await segmentationFile('aseg.nii', 42)]);
    const [datasetId, waterDatasetId] = [ids[SVS[0]!]!, ids[SVS[1]!]!];
    const { voxels } = await fitted({ datasetId, waterDatasetId, segmentationDatasetId: ids['aseg.nii']! });
    const inputs = voxels[0]!.result.waterScaling!.conventions.flatMap((c) => c.factors.flatMap((f) => f.inputs));
    const grey = inputs.find((input) => input.name === 'volume fraction of GM');
    expect(grey).toMatchObject({ value: expect.closeTo(1, 6) as number });
    expect(grey?.source).toMatch(/labels of FreeSurfer, SHA-256 [0-9a-f]{64}/);
  });

  it('is refused in words before a job begins', async () => {
    const ids = await imported([...SVS.map(demo), await segmentationFile('empty.nii', 0)]);
    const datasetId = ids[SVS[0]!]!;
    const tissue = { gm: 0.7, wm: 0.5, csf: 0 };
    await expect(start({ datasetId, quantities: { tissue } })).rejects.toThrow(/add up to 1.20, more than the voxel/);
    await expect(start({ datasetId, quantities: { tisue: {} } })).rejects.toThrow(/"tisue" is not known/);
    await expect(start({ datasetId, quantities: { quality: 'best' } })).rejects.toThrow(/no quality thresholds "best"/);
    const both = { quantities: { tissue: { gm: 1, wm: 0, csf: 0 } }, segmentationDatasetId: ids['t1.nii.gz']! };
    await expect(start({ datasetId, ...both })).rejects.toThrow(/contradict each other/);
    await expect(start({ datasetId, segmentationDatasetId: ids[SVS[1]!]! })).rejects.toThrow(/no image of this study/);
    await expect(start({ datasetId, segmentationDatasetId: ids['t1.nii.gz']! })).rejects.toThrow(
      /^t1.nii.gz is no segmentation: \d+ of its values are no tissue of FreeSurfer’s\.$/,
    );
    await expect(start({ datasetId, segmentationDatasetId: ids['empty.nii']! })).rejects.toThrow(
      /all its voxels are 0/,
    );
    expect(store.listJobs().filter(({ kind }) => kind === 'fit')).toEqual([]);
  });
});

describe('the maps of a grid', () => {
  const GRID = [2, 3, 1] as const;
  const VOXELS = [1, 3];

  /** The same spectrum in every voxel. */
  async function gridFile(): Promise<string> {
    const scan = syntheticScan();
    const [nx, ny, nz] = GRID;
    const points = scan.data.re.length;
    const repeated = (part: ArrayLike<number>): Float64Array =>
      Float64Array.from({ length: nx * ny * nz * points }, (_, i) => part[i % points] as number);
    const data = { re: repeated(scan.data.re), im: repeated(scan.data.im), shape: [nx, ny, nz, points] };
    const file = path.join(folder, 'grid.nii.gz');
    await writeFile(file, writeMrs({ ...scan, data }, 'nifti-mrs'));
    return file;
  }

  it('go into a new folder each time, hold the results, and name no patient', async () => {
    const { 'grid.nii.gz': datasetId } = await imported([await gridFile()]);
    const { summary, voxels } = await fitted({ datasetId: datasetId!, recipeId: 'mrsi-default', voxels: VOXELS });
    const parent = path.join(folder, 'out');
    await mkdir(parent);
    const request = { analysisId: summary.id, parent };
    const first = CHANNELS['maps:export'].response.parse(await handlers['host:export-maps'](request));
    const second = await handlers['host:export-maps'](request);
    expect([first!.folderName, second.folderName]).toEqual(['maps nlls', 'maps nlls (2)']);
    expect((await readdir(parent)).sort()).toEqual(['maps nlls', 'maps nlls (2)']);
    const files = await readdir(path.join(parent, 'maps nlls'));
    expect(files).toHaveLength(first!.fileCount);
    expect(files).toEqual(
      expect.arrayContaining(['fwhmHz.nii.gz', 'tNAA_amplitude.nii.gz', 'tNAA_crlbPercent.nii.gz']),
    );
    const read = openNiftiVoxels(await readFile(path.join(parent, 'maps nlls', 'tNAA_amplitude.nii.gz')), 'map')!;
    expect([...read.matrix]).toEqual(GRID);
    expect(voxels.map(({ voxel }) => voxel)).toEqual(VOXELS);
    for (const { voxel, result } of voxels) {
      const tNAA = result.combined.find((e) => e.name === 'tNAA')!.amplitude;
      expect(read.at((voxel % 3) * 2 + Math.floor(voxel / 3)) / tNAA).toBeCloseTo(1, 6); // stored as float32
    }
    expect(read.at(0)).toBeNaN();
  });

  it('are refused for one voxel, leave nothing where they can’t be written, and the page names no folder', async () => {
    const { [SVS[0]!]: single } = await imported([demo(SVS[0]!)]);
    const { summary } = await fitted({ datasetId: single! });
    const ask = (parent: string) => Promise.resolve(handlers['host:export-maps']({ analysisId: summary.id, parent }));
    await expect(ask(folder)).rejects.toThrow(/one voxel only, which makes no map/);
    expect(CHANNELS['maps:export'].request.parse({ analysisId: 'a', parent: '/' })).not.toHaveProperty('parent');
    expect((await readdir(folder)).filter((name) => name.startsWith('maps'))).toEqual([]);
  });
});
