// Batches: one set-up over many studies as one job, several studies at a time; every end is written at once, so that a
// crash loses no result and a failure keeps no other study out.
import type { BatchItemState, BatchSettings } from '../core/domain/batch.ts';
import { toErrorRecord, UsageError } from '../core/domain/errors.ts';
import type { BatchItemChange } from '../core/ports/batches.ts';
import type { Cancellation } from '../core/ports/cancellation.ts';
import type { ProgressListener } from '../core/ports/progress.ts';
import type { StudyStore } from '../core/ports/studyStore.ts';
import { throttleProgress } from '../node/workers/throttle.ts';
import type { Emit } from './emit.ts';
import type { Jobs } from './jobs.ts';

/** What one study of a batch brought. */
export interface BatchFit {
  /** In the order of the methods; the first is the one to show. */
  readonly analysisIds: readonly string[];
  /** What could not be done, a sentence each. */
  readonly problems: readonly string[];
}

export type FitStudy = (
  studyId: string,
  settings: BatchSettings,
  cancellation: Cancellation,
  onProgress: ProgressListener,
) => Promise<BatchFit>;

type Store = Pick<
  StudyStore,
  'addBatch' | 'listBatches' | 'getBatch' | 'setBatchState' | 'setBatchItem' | 'moveBatchItems'
>;

export interface BatchPorts {
  readonly store: Store;
  readonly jobs: Pick<Jobs, 'start' | 'isEnding'>;
  readonly emit: Emit;
  readonly fitStudy: FitStudy;
  /** Studies fitted at a time. */
  readonly atOnce: number;
}

export interface Batches {
  /** @throws StudyDbError NOT_FOUND for a study that isn't there; then nothing is begun */
  readonly start: (
    studyIds: readonly string[],
    settings: BatchSettings,
  ) => { readonly batchId: string; readonly jobId: string };
  /**
   * Goes on where it was interrupted; otherwise runs again what is not done.
   * @throws UsageError where it runs, or everything is done
   */
  readonly retry: (batchId: string) => string;
  /** Gives up what was interrupted. @throws UsageError where nothing of it is */
  readonly giveUp: (batchId: string) => void;
  /** The job that runs a batch; null where none does. */
  readonly jobOf: (batchId: string) => string | null;
}

const UNDONE: readonly BatchItemState[] = ['failed', 'cancelled', 'interrupted', 'waiting', 'running'];

/** Marks what a crash or a power cut left running. @returns how many batches there were */
export function closeAbandonedBatches(store: Store): number {
  const open = store.listBatches().filter(({ state }) => state === 'running');
  for (const { id } of open) {
    const left = store.moveBatchItems(id, ['waiting', 'running'], 'interrupted');
    // The crash may have come between the last study's end and the batch's.
    store.setBatchState(id, left > 0 ? 'interrupted' : 'done');
  }
  return open.length;
}

/** Works through a list in its order, so many at a time, until it is cancelled; tells the share that is through. */
async function severalAtOnce<T>(
  list: readonly T[],
  atOnce: number,
  { cancellation, onProgress }: { readonly cancellation: Cancellation; readonly onProgress: ProgressListener },
  work: (item: T, onFraction: (fraction: number) => void) => Promise<void>,
): Promise<void> {
  const fractions = list.map(() => 0);
  let next = 0;
  const tell = (at: number, fraction: number): void => {
    fractions[at] = fraction;
    const ended = fractions.filter((one) => one === 1).length;
    const sum = fractions.reduce((total, one) => total + one, 0);
    onProgress({ fraction: sum / fractions.length, message: `${ended} of ${fractions.length}` });
  };
  const worker = async (): Promise<void> => {
    for (let at = next++; at < list.length && !cancellation.isCancelled(); at = next++) {
      // A study counts as through only once it is stored.
      await work(list[at] as T, (fraction) => tell(at, Math.min(0.99, Math.max(0, fraction))));
      tell(at, 1);
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, atOnce) }, worker));
}

export function createBatches({ store, jobs, emit, fitStudy, atOnce }: BatchPorts): Batches {
  const running = new Map<string, string>();

  /** What is stopped because the program ends is taken up again by a retry, as after a crash. */
  const stopped = (): 'cancelled' | 'interrupted' => (jobs.isEnding() ? 'interrupted' : 'cancelled');

  const setItem = (batchId: string, studyId: string, change: BatchItemChange): void => {
    store.setBatchItem(batchId, studyId, change);
    const { state, message, analysisIds } = change;
    const item = { studyId, state, message, analysisId: analysisIds[0] ?? null, resultCount: analysisIds.length };
    emit('batch:changed', { batchId, item });
  };

  /** One study; its failure is its own. */
  const runItem = async (
    batchId: string,
    studyId: string,
    settings: BatchSettings,
    cancellation: Cancellation,
    onFraction: (fraction: number) => void,
  ): Promise<void> => {
    setItem(batchId, studyId, { state: 'running', message: null, analysisIds: [] });
    const tell = throttleProgress(({ fraction, message }) =>
      emit('batch:progress', { batchId, studyId, fraction: Math.min(1, Math.max(0, fraction)), message }),
    );
    try {
      const { analysisIds, problems } = await fitStudy(studyId, settings, cancellation, (report) => {
        onFraction(report.fraction);
        tell(report);
      });
      setItem(batchId, studyId, { state: 'done', message: problems.join(' ') || null, analysisIds });
      emit('studies:changed', { studyId });
    } catch (error) {
      const { code, message } = toErrorRecord(error);
      const state = code === 'CANCELLED' ? stopped() : 'failed';
      setItem(batchId, studyId, { state, message: state === 'failed' ? message : null, analysisIds: [] });
    }
  };

  const runAll = async (batchId: string, cancellation: Cancellation, onProgress: ProgressListener): Promise<void> => {
    const { settings, items } = store.getBatch(batchId);
    const waiting = items.filter(({ state }) => state === 'waiting');
    await severalAtOnce(waiting, atOnce, { cancellation, onProgress }, ({ studyId }, onFraction) =>
      runItem(batchId, studyId, settings, cancellation, onFraction),
    );
  };

  const run = (batchId: string): string => {
    const jobId = jobs.start('batch', null, async (cancellation, onProgress) => {
      try {
        await runAll(batchId, cancellation, onProgress);
        store.moveBatchItems(batchId, ['waiting', 'running'], stopped());
        store.setBatchState(batchId, cancellation.isCancelled() ? stopped() : 'done');
      } finally {
        running.delete(batchId);
        emit('batch:changed', { batchId, item: null });
      }
      cancellation.throwIfCancelled();
      return { analysisId: null, basisIds: [] };
    });
    running.set(batchId, jobId);
    return jobId;
  };

  return {
    start: (studyIds, settings) => {
      const { id } = store.addBatch(settings, studyIds);
      return { batchId: id, jobId: run(id) };
    },
    retry: (batchId) => {
      if (running.has(batchId)) throw new UsageError('This batch is running.');
      const isInterrupted = store.getBatch(batchId).state === 'interrupted';
      if (store.moveBatchItems(batchId, isInterrupted ? ['interrupted'] : UNDONE, 'waiting') === 0) {
        throw new UsageError('Every study of this batch is done.');
      }
      store.setBatchState(batchId, 'running');
      const jobId = run(batchId);
      emit('batch:changed', { batchId, item: null });
      return jobId;
    },
    giveUp: (batchId) => {
      if (store.getBatch(batchId).state !== 'interrupted') throw new UsageError('This batch is not interrupted.');
      store.moveBatchItems(batchId, ['interrupted'], 'cancelled');
      store.setBatchState(batchId, 'cancelled');
      emit('batch:changed', { batchId, item: null });
    },
    jobOf: (batchId) => running.get(batchId) ?? null,
  };
}
