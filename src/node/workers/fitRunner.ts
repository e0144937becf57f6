// The port FitRunner on a worker pool: one voxel a task, given out as workers become free.
import { CancelledError } from '../../core/domain/errors.ts';
import type { Cancellation } from '../../core/ports/cancellation.ts';
import type { FitBatch, FitInput, FitOutput, FitRunner } from '../../core/ports/fitRunner.ts';
import type { ProgressListener } from '../../core/ports/progress.ts';
import { cancellationSource } from './cancellation.ts';
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

/** Keeps as many fits under way as there are workers; the first failure stops the rest and is thrown. */
async function runBatch(
  pool: WorkerPool<WorkerTask>,
  batch: FitBatch,
  cancellation: Cancellation,
  onProgress: ProgressListener,
): Promise<FitOutput[]> {
  const { inputs, method, options } = batch;
  const { key, basis } = shareBasis(batch.basis);
  pool.share(key, basis);
  const stop = cancellationSource();
  const either = anyOf(cancellation, stop.cancellation);
  const report = throttleProgress(onProgress);
  const outputs = new Array<FitOutput>(inputs.length);
  let next = 0;
  let done = 0;

  const fitOne = async (input: FitInput, index: number): Promise<void> => {
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
    outputs[index] = fitted as FitOutput;
    done++;
    report({ fraction: done / inputs.length, message: `Fitted ${done} of ${inputs.length} spectra` });
  };
  const lane = async (): Promise<void> => {
    while (next < inputs.length) {
      either.throwIfCancelled();
      const index = next++;
      await fitOne(inputs[index] as FitInput, index);
    }
  };

  const lanes = Array.from({ length: Math.min(pool.threads, inputs.length) }, () =>
    lane().catch((error: unknown) => {
      stop.cancel();
      throw error;
    }),
  );
  const failures = (await Promise.allSettled(lanes)).flatMap((l) =>
    l.status === 'rejected' ? [l.reason as unknown] : [],
  );
  cancellation.throwIfCancelled();
  // The lanes that the first failure stopped report a cancellation; the failure itself is what counts.
  const failure = failures.find((error) => !(error instanceof CancelledError)) ?? failures[0];
  if (failure !== undefined) throw failure;
  return outputs;
}

function anyOf(a: Cancellation, b: Cancellation): Cancellation {
  return {
    isCancelled: () => a.isCancelled() || b.isCancelled(),
    throwIfCancelled: () => {
      a.throwIfCancelled();
      b.throwIfCancelled();
    },
  };
}
