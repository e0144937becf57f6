// Studies opened, fitted and left again and again, with the study host's own parts: nothing is left over of a cycle, no listener,
// no timer, no open file, no temporary file. `bench soak` does it 2 000 times with the real app and looks at its memory.
import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { writeMrs } from '../../src/core/formats/index.ts';
import type { StudyStore } from '../../src/core/ports/studyStore.ts';
import type { EventPayload } from '../../src/ipc/contract.ts';
import { createAnalysisCache } from '../../src/main/analysisCache.ts';
import { createEventLog } from '../../src/main/eventLog.ts';
import type { HostHandlers } from '../../src/main/hostMessages.ts';
import { createHostHandlers } from '../../src/main/ipcHandlers/index.ts';
import { createJobs } from '../../src/main/jobs.ts';
import type { Services } from '../../src/main/services.ts';
import { loadBundledBasis } from '../../src/node/files/basisLibrary.ts';
import { resourcesDir } from '../../src/node/files/resourcePaths.ts';
import { openStudyDb } from '../../src/node/study-db/openStudyDb.ts';
import { fitRunnerOn } from '../../src/node/workers/fitRunner.ts';
import type { WorkerTask } from '../../src/node/workers/messages.ts';
import { pipelineRunnerOn } from '../../src/node/workers/pipelineRunner.ts';
import { createWorkerPool } from '../../src/node/workers/workerPool.ts';
import type { WorkerPool } from '../../src/node/workers/workerPool.ts';
import { bundleWorker } from '../fixtures/bundleWorker.ts';
import { makeTempFolder } from '../fixtures/tempFolder.ts';
import { syntheticScan } from '../unit/workflowFixture.ts';

const WARM_UP = 3;
const CYCLES = 20;

let folder: string;
let store: StudyStore;
let pool: WorkerPool<WorkerTask>;
let handlers: HostHandlers;
let ended: ((end: EventPayload<'job:finished'>) => void) | null = null;
const systemTemp = process.env['TMPDIR'];

beforeEach(async () => {
  folder = makeTempFolder();
  mkdirSync(join(folder, 'temp'));
  const workerUrl = await bundleWorker('src/node/workers/task.worker.ts');
  process.env['TMPDIR'] = join(folder, 'temp');
  const stamp = { program: 'Lineshape', version: '0', now: () => new Date().toISOString() };
  store = openStudyDb(join(folder, 'study.db'), { now: stamp.now });
  pool = createWorkerPool<WorkerTask>({ threads: 1, workerUrl });
  const emit = (event: string, payload: unknown): void => {
    if (event === 'job:finished') ended?.(payload as EventPayload<'job:finished'>);
  };
  const log = createEventLog(
    () => undefined,
    () => '',
  );
  const pipeline = pipelineRunnerOn(pool);
  const services: Partial<Services> = {
    ...{ store, stamp, pipeline, fitRunner: fitRunnerOn(pool) },
    parse: (files, options) => pipeline.parse(files, options),
    jobs: createJobs({ store, emit, log }),
    analyses: createAnalysisCache(store),
    basis: (id) => loadBundledBasis(resourcesDir(), id),
  };
  handlers = createHostHandlers({ services: services as Services, emit });
});

afterEach(async () => {
  await pool.close();
  store.close();
  if (systemTemp === undefined) delete process.env['TMPDIR'];
  else process.env['TMPDIR'] = systemTemp;
  rmSync(folder, { recursive: true, force: true });
});

async function importOne(): Promise<string> {
  const file = join(folder, 'scan.nii.gz');
  await writeFile(file, writeMrs(syntheticScan(), 'nifti-mrs'));
  const token = randomUUID();
  await handlers['import:inspect-paths']({ token, paths: [file] });
  const { studies } = await handlers['import:commit']({ token, choices: { roles: {}, deidentify: false } });
  return studies[0]?.studyId ?? '';
}

/** Opens, fits, looks at the result. */
async function cycle(studyId: string): Promise<void> {
  const { datasets } = await handlers['study:open']({ studyId });
  const end = new Promise<EventPayload<'job:finished'>>((resolve) => (ended = resolve));
  const usual = { waterDatasetId: null, basisId: 'lineshape-3t-press-te30-123mhz', recipeId: 'svs-processed' };
  await handlers['fit:start']({ ...usual, datasetId: datasets[0]?.id ?? '', options: {}, voxels: null });
  const { state, analysisId } = await end;
  expect(state).toBe('done');
  await handlers['analysis:open']({ analysisId: analysisId ?? '' });
  await handlers['analysis:curves']({ analysisId: analysisId ?? '', voxel: 0 });
}

/** What a program that leaks has more of. */
async function held(): Promise<Record<string, unknown>> {
  await sleep(100); // the pool's clock stops, and the last messages are through
  const resources: Record<string, number> = {};
  for (const name of process.getActiveResourcesInfo()) resources[name] = (resources[name] ?? 0) + 1;
  const listeners = process.eventNames().map((name) => [String(name), process.listenerCount(name)]);
  return {
    timers: resources['Timeout'] ?? 0,
    ports: resources['MessagePort'] ?? 0,
    workers: resources['Worker'] ?? 0,
    listeners,
    openFiles: process.platform === 'linux' ? readdirSync('/proc/self/fd').length : 0,
    temporary: readdirSync(join(folder, 'temp')),
    running: store.listUnfinishedJobs(),
    requests: store.listJobs().filter(({ request }) => request !== null),
  };
}

it('holds after many cycles what it held after a few', async () => {
  const studyId = await importOne();
  for (let n = 0; n < WARM_UP; n++) await cycle(studyId);
  const before = await held();
  expect(before).toMatchObject({ temporary: [], running: [], requests: [] });
  for (let n = 0; n < CYCLES; n++) await cycle(studyId);
  expect(await held()).toEqual(before);
  expect(store.listAnalyses(studyId)).toHaveLength(WARM_UP + CYCLES);
}, 180_000);
