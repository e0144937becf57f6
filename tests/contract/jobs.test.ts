// Jobs: recorded, told of, cancellable, and never left running.
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { ProcessingError, StudyDbError } from '../../src/core/domain/errors.ts';
import type { JsonObject } from '../../src/core/domain/json.ts';
import type { Cancellation } from '../../src/core/ports/cancellation.ts';
import type { JobRecord } from '../../src/core/ports/studyStore.ts';
import { createEventLog } from '../../src/main/eventLog.ts';
import { closeAbandonedJobs, createJobs } from '../../src/main/jobs.ts';
import type { JobsPorts } from '../../src/main/jobs.ts';

function jobStore() {
  const jobs = new Map<string, JobRecord>();
  return {
    startJob: (kind: string, studyId: string | null, request: JsonObject | null = null): JobRecord => {
      const id = `job-${jobs.size + 1}`;
      const record: JobRecord = {
        id,
        studyId,
        kind,
        state: 'running',
        message: null,
        createdAt: '',
        finishedAt: null,
        request,
      };
      jobs.set(id, record);
      return record;
    },
    finishJob: (id: string, state: JobRecord['state'], message: string | null): void => {
      const found = jobs.get(id);
      if (found === undefined) throw new Error('no such job');
      jobs.set(id, { ...found, state, message });
    },
    listJobs: () => [...jobs.values()],
    listUnfinishedJobs: () => [...jobs.values()].filter(({ state }) => state === 'running' || state === 'interrupted'),
  };
}

function setUp() {
  const store = jobStore();
  const events: { event: string; payload: Record<string, unknown> }[] = [];
  const logged: string[] = [];
  let ended: (() => void) | null = null;
  const finished = new Promise<void>((resolve) => (ended = resolve));
  const ports: JobsPorts = {
    store,
    emit: (event, payload) => {
      events.push({ event, payload: payload as Record<string, unknown> });
      if (event === 'job:finished') ended?.();
    },
    log: createEventLog(
      (line) => logged.push(line),
      () => '',
    ),
  };
  return { jobs: createJobs(ports), store, events, logged, finished };
}

describe('jobs', () => {
  it('tell that they are done, with the analysis, and that the study changed', async () => {
    const { jobs, store, events, finished } = setUp();
    const jobId = jobs.start('fit', 's1', async () => ({ analysisId: 'a1', basisIds: [] }));
    expect(events).toEqual([]); // nothing is told before the caller has the id
    await finished;
    expect(events).toEqual([
      { event: 'studies:changed', payload: { studyId: 's1' } },
      { event: 'job:finished', payload: { jobId, state: 'done', analysisId: 'a1', basisIds: [], error: null } },
    ]);
    expect(store.listJobs()[0]).toMatchObject({ state: 'done' });
  });

  it('of no study tell what they stored and change no study', async () => {
    const { jobs, store, events, finished } = setUp();
    const jobId = jobs.start('simulate', null, async () => ({ analysisId: null, basisIds: ['b1', 'b2'] }));
    await finished;
    const payload = { jobId, state: 'done', analysisId: null, basisIds: ['b1', 'b2'], error: null };
    expect(events).toEqual([{ event: 'job:finished', payload }]);
    expect(store.listJobs()[0]).toMatchObject({ studyId: null, state: 'done' });
  });

  it('fail in words, in the database and to the page, but not in the log', async () => {
    const { jobs, store, events, logged, finished } = setUp();
    jobs.start('fit', 's1', () => Promise.reject(new ProcessingError('PROCESSING_FAILED', 'No signal in SMITH.nii.')));
    await finished;
    expect(events.at(-1)?.payload).toMatchObject({ state: 'failed', error: { code: 'PROCESSING_FAILED' } });
    expect(store.listJobs()[0]).toMatchObject({ state: 'failed', message: 'No signal in SMITH.nii.' });
    expect(logged.join('')).not.toContain('SMITH');
  });

  it.each(['cancel', 'cancelOfStudy', 'cancelAll'] as const)('end as cancelled after %s', async (way) => {
    const { jobs, events, finished } = setUp();
    const jobId = jobs.start('fit', 's1', async (cancellation) => {
      for (;;) {
        cancellation.throwIfCancelled();
        await sleep(1);
      }
    });
    jobs.cancelOfStudy('another study');
    if (way === 'cancel') jobs.cancel(jobId);
    else if (way === 'cancelOfStudy') jobs.cancelOfStudy('s1');
    else await jobs.cancelAll();
    await finished;
    expect(events.at(-1)?.payload).toMatchObject({ jobId, state: 'cancelled', error: { code: 'CANCELLED' } });
  });

  it('tell the page of their end even where the database can no longer record it', async () => {
    const { jobs, store, events, finished } = setUp();
    store.finishJob = () => {
      throw new Error('gone');
    };
    jobs.start('fit', 's1', async () => ({ analysisId: 'a1', basisIds: [] }));
    await finished;
    expect(events.at(-1)).toMatchObject({ event: 'job:finished', payload: { state: 'done' } });
  });

  it('left running by a crash are marked as interrupted at the next start, once', () => {
    const store = jobStore();
    store.startJob('fit', 's1', { datasetId: 'd1' });
    store.finishJob(store.startJob('fit', 's1').id, 'done', null);
    store.startJob('batch', null);
    expect(closeAbandonedJobs(store)).toBe(2);
    expect(store.listJobs().map((job) => job.state)).toEqual(['interrupted', 'done', 'failed']);
    expect(closeAbandonedJobs(store)).toBe(0);
  });

  it('stopped by the end of the program are interrupted, not cancelled', async () => {
    const { jobs, store, finished } = setUp();
    const wait = async (cancellation: Cancellation): Promise<never> => {
      for (;;) {
        cancellation.throwIfCancelled();
        await sleep(1);
      }
    };
    jobs.start('fit', 's1', wait, { datasetId: 'd1' });
    await jobs.cancelAll();
    await finished;
    expect(store.listJobs()).toMatchObject([{ state: 'interrupted', request: { datasetId: 'd1' } }]);
  });

  it('that the caller waits for are written down with what they were asked, and how they ended', async () => {
    const { jobs, store } = setUp();
    expect(await jobs.record('import', { paths: ['a'] }, () => Promise.resolve(7))).toBe(7);
    const full = new StudyDbError('DISK_FULL', 'The disk is full.');
    await expect(jobs.record('import', { paths: ['b'] }, () => Promise.reject(full))).rejects.toBe(full);
    expect(store.listJobs()).toMatchObject([
      { kind: 'import', state: 'done', request: { paths: ['a'] } },
      { kind: 'import', state: 'failed', message: 'The disk is full.' },
    ]);
  });
});
