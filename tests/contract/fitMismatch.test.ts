// A fit from the app with a basis set of another field, echo time and sequence: done, but with a warning of each in the
// stored result and in the report; another nucleus is refused.
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { MrsDataset } from '../../src/core/domain/mrsDataset.ts';
import { readMrs, writeMrs } from '../../src/core/formats/index.ts';
import { runPreprocessing } from '../../src/core/pipeline/index.ts';
import { fitVoxel } from '../../src/core/quantification/index.ts';
import type { StudyStore } from '../../src/core/ports/studyStore.ts';
import { createAnalysisCache } from '../../src/main/analysisCache.ts';
import { createEventLog } from '../../src/main/eventLog.ts';
import type { HostHandlers } from '../../src/main/hostMessages.ts';
import { createHostHandlers } from '../../src/main/ipcHandlers/index.ts';
import { createJobs } from '../../src/main/jobs.ts';
import type { Services } from '../../src/main/services.ts';
import { loadBundledBasis } from '../../src/node/files/basisLibrary.ts';
import { resourcesDir } from '../../src/node/files/resourcePaths.ts';
import { openStudyDb } from '../../src/node/study-db/openStudyDb.ts';
import { syntheticScan } from '../unit/workflowFixture.ts';

const BASIS = 'lineshape-3t-press-te30-123mhz';
const stamp = { program: 'Lineshape', version: '0', now: () => '2026-01-01T00:00:00.000Z' };

let folder = '';
let store: StudyStore;
let handlers: HostHandlers;
let finished: Promise<Record<string, unknown>>;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'lineshape-mismatch-'));
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
  const services: Pick<
    Services,
    'store' | 'stamp' | 'jobs' | 'analyses' | 'parse' | 'basis' | 'pipeline' | 'fitRunner'
  > = {
    store,
    stamp,
    jobs: createJobs({ store, emit, log }),
    analyses: createAnalysisCache(store),
    parse,
    basis: (id) => loadBundledBasis(resourcesDir(), id),
    pipeline: {
      parse: (files, options) => parse([...files], options ?? {}),
      preprocess: (scan, water, recipe, context) => runPreprocessing(scan, water, recipe, context),
    },
    fitRunner: {
      run: async ({ inputs, basis, method, options }, c) =>
        inputs.map((input) => fitVoxel(input, basis, method, options, c)),
    },
  };
  handlers = createHostHandlers({ services: services as Services, emit });
});

afterEach(async () => {
  store.close();
  await rm(folder, { recursive: true, force: true });
});

/** Imports the scan and fits it. @returns how the job ended */
async function fit(scan: MrsDataset): Promise<Record<string, unknown>> {
  const file = path.join(folder, 'scan.nii.gz');
  await writeFile(file, writeMrs(scan, 'nifti-mrs'));
  const token = randomUUID();
  await handlers['import:inspect-paths']({ token, paths: [file] });
  const { studies } = await handlers['import:commit']({ token, choices: { roles: {}, deidentify: false } });
  const { datasets } = await handlers['study:open']({ studyId: studies[0]?.studyId as string });
  await handlers['fit:start']({
    datasetId: datasets[0]?.id as string,
    waterDatasetId: null,
    basisId: BASIS,
    recipeId: 'svs-processed',
    options: {},
    voxels: null,
  });
  return finished;
}

it('a fit with a basis set that differs has a warning of each difference in result and report', async () => {
  const scan = syntheticScan();
  const acquisition = { ...scan.acquisition, echoTimeS: 0.05, sequence: 'STEAM' };
  const end = await fit({ ...scan, spectrometerFrequencyMHz: 297.2, acquisition });
  expect(end).toMatchObject({ state: 'done', basisIds: [] });
  const analysisId = end['analysisId'] as string;
  const { warnings } = await handlers['analysis:open']({ analysisId });
  const ofBasis = warnings.filter(({ code }) => code.startsWith('basis-'));
  expect(ofBasis.map(({ code }) => code)).toEqual([
    'basis-field-mismatch',
    'basis-echo-time-mismatch',
    'basis-sequence-mismatch',
  ]);
  expect(ofBasis.map(({ message }) => message).join(' ')).toMatch(/297\.20 MHz.*50 ms.*STEAM/);
  const { html } = await handlers['report:preview']({ analysisId, voxel: 0 });
  for (const { message } of ofBasis) expect(html).toContain(message);
});

it('a fit with a basis set that fits has no such warning', async () => {
  const end = await fit(syntheticScan());
  const { warnings } = await handlers['analysis:open']({ analysisId: end['analysisId'] as string });
  expect(warnings.filter(({ code }) => code.startsWith('basis-'))).toEqual([]);
});

it('a fit of another nucleus is refused', async () => {
  const end = await fit({ ...syntheticScan(), nucleus: '31P' });
  expect(end).toMatchObject({ state: 'failed', analysisId: null, error: { code: 'BASIS_MISMATCH' } });
});
