// A worker thread killed in mid-fit, with the study host's own parts: the database on disk, the worker pool and its real
// threads, the jobs. The job it worked for fails in one sentence and leaves nothing; every other job is as if undisturbed.
import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Worker } from 'node:worker_threads';
import Database from 'libsql';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { VoxelQuantification } from '../../src/core/domain/quantification.ts';
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

type JobEnd = EventPayload<'job:finished'>;

/** Monte Carlo draws of a fit that is still running long after the other has begun, and of one that takes some seconds. */
const [VERY_LONG, LONG] = [20_000, 40];
/** Where a fit is surely in its draws, and far from their end. [ms] */
const INTO_THE_FIT_MS = 150;

let folder: string;
let store: StudyStore;
let pool: WorkerPool<WorkerTask>;
let handlers: HostHandlers;
/** Every thread that this process starts, in order. */
let threads: Worker[];
let fitsBegun: number;
const ends = new Map<string, JobEnd>();
const onWorker = (worker: Worker): void => void threads.push(worker);

beforeEach(async () => {
  folder = makeTempFolder();
  threads = [];
  fitsBegun = 0;
  ends.clear();
  process.on('worker', onWorker);
  const stamp = { program: 'Lineshape', version: '0', now: () => new Date().toISOString() };
  store = openStudyDb(join(folder, 'study.db'), { now: stamp.now });
  pool = createWorkerPool<WorkerTask>({ threads: 2, workerUrl: await bundleWorker('src/node/workers/task.worker.ts') });
  const emit = (event: string, payload: unknown): void => {
    if (event === 'job:finished') ends.set((payload as JobEnd).jobId, payload as JobEnd);
  };
  const log = createEventLog(
    () => undefined,
    () => '',
  );
  const pipeline = pipelineRunnerOn(pool);
  const fitRunner = fitRunnerOn(pool);
  const services: Partial<Services> = {
    store,
    stamp,
    pipeline,
    parse: (files, options) => pipeline.parse(files, options),
    jobs: createJobs({ store, emit, log }),
    analyses: createAnalysisCache(store),
    basis: (id) => loadBundledBasis(resourcesDir(), id),
    fitRunner: {
      run: (batch, cancellation, onProgress) => {
        fitsBegun++;
        return fitRunner.run(batch, cancellation, onProgress);
      },
    },
  };
  handlers = createHostHandlers({ services: services as Services, emit });
});

afterEach(async () => {
  process.off('worker', onWorker);
  await pool.close();
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

/** @returns ids of the study and its scan */
async function imported(): Promise<{ studyId: string; datasetId: string }> {
  const file = join(folder, 'scan.nii.gz');
  await writeFile(file, writeMrs(syntheticScan(), 'nifti-mrs'));
  const token = randomUUID();
  await handlers['import:inspect-paths']({ token, paths: [file] });
  const { studies } = await handlers['import:commit']({ token, choices: { roles: {}, deidentify: false } });
  const studyId = studies[0]?.studyId as string;
  const { datasets } = await handlers['study:open']({ studyId });
  return { studyId, datasetId: datasets[0]?.id as string };
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await sleep(5);
}

/** Starts a fit. @returns its job, once the fit itself is under way */
async function startFit(datasetId: string, monteCarloDraws: number): Promise<string> {
  const before = fitsBegun;
  const usual = { waterDatasetId: null, basisId: 'lineshape-3t-press-te30-123mhz', recipeId: 'svs-processed' };
  const { jobId } = await handlers['fit:start']({ ...usual, datasetId, options: { monteCarloDraws }, voxels: null });
  await until(() => fitsBegun > before || ends.has(jobId));
  return jobId;
}

async function endOf(jobId: string): Promise<JobEnd> {
  await until(() => ends.has(jobId));
  return ends.get(jobId) as JobEnd;
}

/** What was stored, without the time it took. */
function storedVoxels(end: JobEnd): VoxelQuantification[] {
  const { voxels } = store.getAnalysis(end.analysisId as string);
  return voxels.map((v) => ({ ...v, result: { ...v.result, elapsedMs: 0 } }));
}

it('loses its own job and nothing else', async () => {
  const { studyId, datasetId } = await imported();
  // The first thread is free whenever the first job has a task, so all of that job's work is its; then the second's begins.
  const lost = await startFit(datasetId, VERY_LONG);
  const kept = await startFit(datasetId, LONG);
  await sleep(INTO_THE_FIT_MS);
  expect(threads).toHaveLength(2);
  expect(ends.size).toBe(0);
  await threads[0]?.terminate();

  const sentence = 'A worker thread stopped unexpectedly, and the work it was doing is lost; please try again.';
  const end = await endOf(lost);
  expect(end).toMatchObject({ state: 'failed', analysisId: null, error: { code: 'PROCESSING_FAILED' } });
  expect(end.error?.message).toBe(sentence);
  const disturbed = await endOf(kept);
  expect(disturbed).toMatchObject({ state: 'done', error: null });

  // The next one works, on the thread that took the dead one's place, or on the other.
  const again = await endOf(await startFit(datasetId, LONG));
  expect(again).toMatchObject({ state: 'done', error: null });
  const both = await Promise.all([startFit(datasetId, 0), startFit(datasetId, 0)]);
  for (const jobId of both) expect(await endOf(jobId)).toMatchObject({ state: 'done' });
  expect(threads).toHaveLength(3);

  expect(storedVoxels(disturbed)).toEqual(storedVoxels(again));
  expect(storedVoxels(disturbed)[0]?.result.metabolites[0]?.interval95).toBeDefined();
  expect(store.listAnalyses(studyId)).toHaveLength(4);
  const states = Object.fromEntries(store.listJobs().map(({ id, state, message }) => [id, [state, message]]));
  expect(states[lost]).toEqual(['failed', sentence]);
  expect(states[kept]).toEqual(['done', null]);
  const raw = new Database(join(folder, 'study.db'));
  expect(raw.prepare('PRAGMA integrity_check').raw().all()).toEqual([['ok']]);
  expect(raw.prepare('PRAGMA foreign_key_check').raw().all()).toEqual([]);
  raw.close();
}, 120_000);
