// Long work the user waits for: each job has an id, stands in the database, tells its progress, and can be cancelled.
import { toErrorRecord } from '../core/domain/errors.ts';
import type { JsonObject } from '../core/domain/json.ts';
import type { Cancellation } from '../core/ports/cancellation.ts';
import type { ProgressListener } from '../core/ports/progress.ts';
import type { JobState, StudyStore } from '../core/ports/studyStore.ts';
import type { EventLog } from './eventLog.ts';
import { cancellationSource } from '../node/workers/cancellation.ts';
import { throttleProgress } from '../node/workers/throttle.ts';
import type { Emit } from './emit.ts';

/** What a job stored. */
export interface JobOutcome {
  readonly analysisId: string | null;
  readonly basisIds: readonly string[];
  /** What of the work could not be done, a sentence each. */
  readonly problems?: readonly string[];
  /** Studies that were fetched. */
  readonly studyIds?: readonly string[];
}

const INTERRUPTED = 'Lineshape ended while the job was running.';

export type JobWork = (cancellation: Cancellation, onProgress: ProgressListener) => Promise<JobOutcome>;

export interface JobsPorts {
  readonly store: Pick<StudyStore, 'startJob' | 'finishJob'>;
  readonly emit: Emit;
  readonly log: EventLog;
}

export interface Jobs {
  /**
   * Starts the work and returns at once.
   * @param studyId of the study that it changes; null for work on no study
   * @param request plain data; what is asked again where the work is interrupted
   */
  readonly start: (kind: string, studyId: string | null, work: JobWork, request?: object) => string;
  /**
   * Work that the caller waits for, written down so that a crash in its middle is known at the next start.
   * @returns what the work returns @throws what the work throws
   */
  readonly record: <T>(kind: string, request: object, work: () => Promise<T>) => Promise<T>;
  /** Nothing happens for a job that has ended. */
  readonly cancel: (jobId: string) => void;
  readonly cancelOfStudy: (studyId: string) => void;
  /** Whether the program is ending: what is cancelled then was not the user's wish. */
  readonly isEnding: () => boolean;
  /** Cancels everything. @returns once every job has ended */
  readonly cancelAll: () => Promise<void>;
}

interface RunningJob {
  readonly kind: string;
  readonly studyId: string | null;
  readonly cancellation: Cancellation;
  readonly cancel: () => void;
  ended: Promise<void>;
}

/**
 * Marks the jobs that a crash or a power cut left running as interrupted. A batch's own job ends: the batch is what can be
 * taken up again.
 * @returns how many there were
 */
export function closeAbandonedJobs(store: Pick<StudyStore, 'listUnfinishedJobs' | 'finishJob'>): number {
  const open = store.listUnfinishedJobs().filter(({ state }) => state !== 'interrupted');
  for (const { id, kind } of open) store.finishJob(id, kind === 'batch' ? 'failed' : 'interrupted', INTERRUPTED);
  return open.length;
}

/**
 * @param ports database, events, clock
 * @returns the jobs of this run of the app
 */
export function createJobs(ports: JobsPorts): Jobs {
  const running = new Map<string, RunningJob>();
  let ending = false;

  const finish = (jobId: string, studyId: string | null, state: JobState, message: string | null): void => {
    try {
      ports.store.finishJob(jobId, state, message);
    } catch (storeError) {
      // The study may have been deleted meanwhile, and its jobs with it; the page is told either way.
      ports.log.failure('job-not-recorded', { code: toErrorRecord(storeError).code }, storeError);
    }
    if (state === 'done' && studyId !== null) ports.emit('studies:changed', { studyId });
  };

  const execute = async (jobId: string, job: RunningJob, work: JobWork): Promise<void> => {
    const onProgress = throttleProgress(({ fraction, message }) =>
      ports.emit('job:progress', { jobId, fraction: Math.min(1, Math.max(0, fraction)), message }),
    );
    try {
      const outcome = await work(job.cancellation, onProgress);
      finish(jobId, job.studyId, 'done', null);
      ports.emit('job:finished', { jobId, state: 'done', ...outcome, error: null });
    } catch (error) {
      const record = toErrorRecord(error);
      const state = record.code === 'CANCELLED' ? 'cancelled' : 'failed';
      if (state === 'failed') ports.log.failure('job-failed', { code: record.code }, error);
      // What is stopped because the program ends was not the user's wish.
      if (state === 'cancelled' && ending && job.kind !== 'batch')
        finish(jobId, job.studyId, 'interrupted', INTERRUPTED);
      else finish(jobId, job.studyId, state, record.message);
      ports.emit('job:finished', { jobId, state, analysisId: null, basisIds: [], error: record });
    } finally {
      running.delete(jobId);
    }
  };

  return {
    start: (kind, studyId, work, request) => {
      const { id } = ports.store.startJob(kind, studyId, request as JsonObject | undefined);
      const job: RunningJob = { kind, studyId, ...cancellationSource(), ended: Promise.resolve() };
      running.set(id, job);
      // After the caller's answer is on its way: the page must know the id before the first event of it.
      job.ended = new Promise<void>((resolve) => setImmediate(resolve)).then(() => execute(id, job, work));
      return id;
    },
    record: async (kind, request, work) => {
      const { id } = ports.store.startJob(kind, null, request as JsonObject);
      try {
        const value = await work();
        finish(id, null, 'done', null);
        return value;
      } catch (error) {
        finish(id, null, 'failed', toErrorRecord(error).message);
        throw error;
      }
    },
    cancel: (jobId) => {
      running.get(jobId)?.cancel();
    },
    cancelOfStudy: (studyId) => {
      for (const job of running.values()) if (job.studyId === studyId) job.cancel();
    },
    isEnding: () => ending,
    cancelAll: async () => {
      ending = true;
      const ended = [...running.values()].map((job) => {
        job.cancel();
        return job.ended;
      });
      await Promise.all(ended);
    },
  };
}
