// Batches of the study host: several at a time, each study's end its own; cancelled, ended, crashed and tried again.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { BATCH_EVENTS } from '../../src/ipc/batchContract.ts';
import type { BatchSettings } from '../../src/core/domain/batch.ts';
import { ProcessingError } from '../../src/core/domain/errors.ts';
import type { StudyStore } from '../../src/core/ports/studyStore.ts';
import { closeAbandonedBatches, createBatches } from '../../src/main/batches.ts';
import type { FitStudy } from '../../src/main/batches.ts';
import { createEventLog } from '../../src/main/eventLog.ts';
import { createJobs } from '../../src/main/jobs.ts';
import { openStudyDb } from '../../src/node/study-db/openStudyDb.ts';
import { newDataset, newStudy } from '../fixtures/studies.ts';
import { makeTempFolder } from '../fixtures/tempFolder.ts';

const folder = makeTempFolder();
const SETTINGS: BatchSettings = { recipeId: null, method: null, alsoBy: [], basisId: null };
let serial = 0;
let store: StudyStore;
let ids: string[];
let events: [string, Record<string, unknown>][];

beforeEach(() => {
  store = openStudyDb(join(folder, `host${serial++}.db`), { now: () => '2026-01-01T00:00:00.000Z' });
  ids = [1, 2, 3, 4].map((n) => {
    const patient = { ...newStudy().patient, id: `P-${n}` };
    return store.importStudy(newStudy({ patient }), [newDataset(n)]).study.id;
  });
  events = [];
});
afterAll(() => rmSync(folder, { recursive: true }));

function setUp(fitStudy: FitStudy, atOnce = 2) {
  const waiting: (() => void)[] = [];
  const emit = (event: string, payload: unknown): void => {
    events.push([event, payload as Record<string, unknown>]);
    if (event === 'job:finished') waiting.splice(0).forEach((go) => go());
  };
  const log = createEventLog(
    () => undefined,
    () => '',
  );
  const jobs = createJobs({ store, emit, log });
  const ended = (): Promise<void> => new Promise((resolve) => waiting.push(resolve));
  return { jobs, ended, batches: createBatches({ store, jobs, emit, fitStudy, atOnce }) };
}

const states = (batchId: string): string[] => store.getBatch(batchId).items.map(({ state }) => state);
const done = { analysisIds: ['a'], problems: [] };

describe('a batch', () => {
  it('fits every study, at most so many at a time, and keeps a failure to itself', async () => {
    let [now, most] = [0, 0];
    const { batches, ended } = setUp(async (studyId, settings, _cancellation, onProgress) => {
      expect(settings).toEqual(SETTINGS);
      most = Math.max(most, ++now);
      onProgress({ fraction: 0.5, message: 'half' });
      await new Promise((resolve) => setImmediate(resolve));
      now--;
      if (studyId === ids[1]) throw new ProcessingError('PROCESSING_FAILED', 'The scan is empty.');
      return studyId === ids[2] ? { analysisIds: ['a', 'b'], problems: ['QNet gave no result.'] } : done;
    });
    const { batchId, jobId } = batches.start(ids, SETTINGS);
    expect(batches.jobOf(batchId)).toBe(jobId);
    await ended();
    expect(most).toBe(2);
    const batch = store.getBatch(batchId);
    expect(batch.state).toBe('done');
    expect(batch.items.map(({ state, message }) => [state, message])).toEqual([
      ['done', null],
      ['failed', 'The scan is empty.'],
      ['done', 'QNet gave no result.'],
      ['done', null],
    ]);
    expect(batch.items[2]!.analysisIds).toEqual(['a', 'b']);
    expect(batches.jobOf(batchId)).toBeNull();
    const changed = events.filter(([event]) => event === 'studies:changed').map(([, { studyId }]) => studyId);
    expect(changed.sort()).toEqual([ids[0], ids[2], ids[3]].sort());
    expect(events.at(-1)).toMatchObject(['job:finished', { jobId, state: 'done' }]);
    // Each end is told with what it brought, so that no page reads the whole batch again for it.
    const told = events.flatMap(([event, { item }]) => (event === 'batch:changed' && item !== null ? [item] : []));
    const ends = told.filter((item) => (item as { state: string }).state !== 'running');
    expect(told).toHaveLength(8);
    expect(ends).toContainEqual({ studyId: ids[1], state: 'failed', message: 'The scan is empty.', analysisId: null, resultCount: 0 }); // prettier-ignore
    expect(ends).toContainEqual({ studyId: ids[2], state: 'done', message: 'QNet gave no result.', analysisId: 'a', resultCount: 2 }); // prettier-ignore
    expect(told.every((item) => BATCH_EVENTS['batch:changed'].safeParse({ batchId, item }).success)).toBe(true);
  });

  it('is stopped by cancel, and a retry does what is left and only that', async () => {
    let fitted: string[] = [];
    let stop = (): void => undefined;
    const { batches, jobs, ended } = setUp(async (studyId, _settings, cancellation) => {
      fitted.push(studyId);
      if (fitted.length === 2) stop();
      cancellation.throwIfCancelled();
      return done;
    }, 1);
    const { batchId, jobId } = batches.start(ids, SETTINGS);
    stop = () => jobs.cancel(jobId);
    await ended();
    expect(states(batchId)).toEqual(['done', 'cancelled', 'cancelled', 'cancelled']);
    expect(store.getBatch(batchId).state).toBe('cancelled');
    [stop, fitted] = [() => undefined, []];
    batches.retry(batchId);
    expect(() => batches.retry(batchId)).toThrow('This batch is running.');
    await ended();
    expect(fitted).toEqual(ids.slice(1));
    expect(states(batchId)).toEqual(['done', 'done', 'done', 'done']);
    expect(() => batches.retry(batchId)).toThrow('Every study of this batch is done.');
  });

  it('says after the program ended meanwhile what was interrupted', async () => {
    const { batches, jobs } = setUp(async (studyId, _settings, cancellation) => {
      if (studyId !== ids[0]) {
        while (!cancellation.isCancelled()) await new Promise((resolve) => setImmediate(resolve));
        cancellation.throwIfCancelled();
      }
      return done;
    }, 1);
    const { batchId } = batches.start(ids, SETTINGS);
    while (states(batchId)[1] !== 'running') await new Promise((resolve) => setImmediate(resolve));
    await jobs.cancelAll();
    expect(states(batchId)).toEqual(['done', 'interrupted', 'interrupted', 'interrupted']);
    expect(store.getBatch(batchId).state).toBe('interrupted');
  });

  it('left running by a crash is closed at the next start', () => {
    const { id } = store.addBatch(SETTINGS, ids);
    store.setBatchItem(id, ids[0]!, { state: 'done', message: null, analysisIds: ['a'] });
    store.setBatchItem(id, ids[1]!, { state: 'running', message: null, analysisIds: [] });
    expect(closeAbandonedBatches(store)).toBe(1);
    expect(states(id)).toEqual(['done', 'interrupted', 'interrupted', 'interrupted']);
    expect(closeAbandonedBatches(store)).toBe(0);
  });
});
