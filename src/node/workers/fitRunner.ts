// The port FitRunner on a worker pool: one voxel a task, given out as workers become free.
import { ProcessingError } from '../../core/domain/errors.ts';
import { compactFit } from '../../core/pipeline/compactCurves.ts';
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

/**
 * One task a voxel. What fails one voxel (no signal, a worker that died) is told to the batch's listener, where it has one;
 * any other failure stops the rest and is thrown.
 */
async function runBatch(
  pool: WorkerPool<WorkerTask>,
  batch: FitBatch,
  cancellation: Cancellation,
  onProgress: ProgressListener,
): Promise<FitOutput[]> {
  const { inputs, method, options, withComponents = true, quantities = null, onVoxelFailure } = batch;
  const { key, basis } = shareBasis(batch.basis);
  pool.share(key, basis);
  const report = throttleProgress(onProgress);
  let done = 0;

  const fitOne = async (input: FitInput, either: Cancellation): Promise<FitOutput> => {
    const task: WorkerTask = { kind: 'fit', method, options, basisKey: key, input, withComponents, quantities };
    const onProgressOfOne: ProgressListener = ({ fraction, message }) => {
      if (inputs.length === 1 && fraction < 1) report({ fraction, message });
    };
    const fitted = await pool.run(task, { cancellation: either, sharedKey: key, onProgress: onProgressOfOne });
    return withComponents ? (fitted as FitOutput) : compactFit(fitted as FitOutput);
  };
  const fitOrTell = async (input: FitInput, either: Cancellation): Promise<FitOutput | null> => {
    const output = await fitOne(input, either).catch((error: unknown) => {
      if (onVoxelFailure === undefined || !(error instanceof ProcessingError)) throw error;
      onVoxelFailure(input.voxel, error);
      return null;
    });
    done++;
    report({ fraction: done / inputs.length, message: `Fitted ${done} of ${inputs.length} spectra` });
    return output;
  };
  const outputs = await runInLanes(inputs, pool.threads, cancellation, fitOrTell);
  return outputs.filter((output) => output !== null);
}
