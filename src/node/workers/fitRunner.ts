// The port FitRunner on a worker pool: one voxel a task, given out as workers become free.
import type { Cancellation } from '../../core/ports/cancellation.ts';
import type { FitBatch, FitInput, FitOutput, FitRunner } from '../../core/ports/fitRunner.ts';
import type { ProgressListener } from '../../core/ports/progress.ts';
import { runInLanes } from './lanes.ts';
import type { WorkerTask } from './messages.ts';
import { shareBasis } from './sharedBasis.ts';
import { throttleProgress } from './throttle.ts';
import { createWorkerPool } from './workerPool.ts';
import type { WorkerPool, WorkerPoolOptions } from './workerPool.ts';

/** @returns a fit runner with a pool of its own @see fitRunnerOn to share one */
export function createFitRunner(options: WorkerPoolOptions): FitRunner & { readonly close: () => Promise<void> } {
  const pool = createWorkerPool<WorkerTask>(options);
  return { ...fitRunnerOn(pool), close: pool.close };
}

/** @param pool its workers run task.worker.ts */
export function fitRunnerOn(pool: WorkerPool<WorkerTask>): FitRunner {
  return { run: (batch, cancellation, onProgress) => runBatch(pool, batch, cancellation, onProgress) };
}

/** One task a voxel; the first failure stops the rest and is thrown. */
async function runBatch(
  pool: WorkerPool<WorkerTask>,
  batch: FitBatch,
  cancellation: Cancellation,
  onProgress: ProgressListener,
): Promise<FitOutput[]> {
  const { inputs, method, options } = batch;
  const { key, basis } = shareBasis(batch.basis);
  pool.share(key, basis);
  const report = throttleProgress(onProgress);
  let done = 0;

  const fitOne = async (input: FitInput, either: Cancellation): Promise<FitOutput> => {
    const fitted = await pool.run(
      { kind: 'fit', method, options, basisKey: key, input },
      {
        cancellation: either,
        sharedKey: key,
        onProgress: ({ fraction, message }) => {
          if (inputs.length === 1 && fraction < 1) report({ fraction, message });
        },
      },
    );
    done++;
    report({ fraction: done / inputs.length, message: `Fitted ${done} of ${inputs.length} spectra` });
    return fitted as FitOutput;
  };
  return runInLanes(inputs, pool.threads, cancellation, fitOne);
}
