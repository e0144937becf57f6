// The port FitRunner on a worker pool: one voxel a task, or for methods that quantify many at once a batch a task, given out as
// workers become free.
import { BugError, ProcessingError, fromErrorRecord } from '../../core/domain/errors.ts';
import { compactFit } from '../../core/pipeline/compactCurves.ts';
import type { Cancellation } from '../../core/ports/cancellation.ts';
import type { FitBatch, FitInput, FitOutput, FitRunner } from '../../core/ports/fitRunner.ts';
import type { ProgressListener } from '../../core/ports/progress.ts';
import { isBatchMethod } from '../../core/quantification/index.ts';
import { runInLanes } from './lanes.ts';
import type { BatchAnswer, WorkerTask } from './messages.ts';
import { unpack } from './packing.ts';
import type { Packed } from './packing.ts';
import { shareBasis } from './sharedBasis.ts';
import { SharedFids } from './sharedFids.ts';
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
  return {
    run: (batch, cancellation, onProgress) =>
      isBatchMethod(batch.method)
        ? runTogether(pool, batch, cancellation, onProgress)
        : runOneByOne(pool, batch, cancellation, onProgress),
  };
}

/**
 * One task a voxel. What fails one voxel (no signal, a worker that died) is told to the batch's listener, where it has one;
 * any other failure stops the rest and is thrown.
 */
async function runOneByOne(
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

/** Spectra of one task: enough for the network, few enough that a cancellation is heeded soon and every thread has some. */
const MOST_TOGETHER = 128;
const LEAST_TOGETHER = 16;

function chunksOf(inputs: readonly FitInput[], threads: number): (readonly FitInput[])[] {
  const fair = Math.ceil(inputs.length / (2 * threads));
  const size = Math.max(LEAST_TOGETHER, Math.min(MOST_TOGETHER, fair));
  const chunks: (readonly FitInput[])[] = [];
  for (let start = 0; start < inputs.length; start += size) chunks.push(inputs.slice(start, start + size));
  return chunks;
}

/**
 * A batch of spectra a task. A spectrum that could not be quantified is told to the batch's listener, and so is a thread that
 * died for each of its spectra, where there is a listener.
 */
async function runTogether(
  pool: WorkerPool<WorkerTask>,
  batch: FitBatch,
  cancellation: Cancellation,
  onProgress: ProgressListener,
): Promise<FitOutput[]> {
  const { inputs, method, options, network, quantities = null, withComponents = true, withCurves = true } = batch;
  if (network === undefined) throw new BugError(`No network was chosen for the method ${method}.`);
  const { key, basis } = shareBasis(batch.basis);
  pool.share(key, basis);
  const report = throttleProgress(onProgress);
  let done = 0;

  const tell = (voxel: number, error: Error): void => {
    if (batch.onVoxelFailure === undefined) throw error;
    batch.onVoxelFailure(voxel, error);
  };
  const memories = Array.from({ length: pool.threads }, () => new SharedFids());
  const run = async (chunk: readonly FitInput[], either: Cancellation, lane: number): Promise<FitOutput[]> => {
    const placed = (memories[lane] as SharedFids).place(chunk);
    const shared = { method, options, basisKey: key, network, quantities, withComponents, withCurves };
    const task: WorkerTask = { kind: 'fitBatch', inputs: placed, ...shared };
    const answer = await pool
      .run(task, { cancellation: either, sharedKey: key, onProgress: () => undefined })
      .then((packed) => unpack(packed as Packed) as BatchAnswer)
      .catch((error: unknown): BatchAnswer => {
        if (!(error instanceof ProcessingError)) throw error;
        for (const { voxel } of chunk) tell(voxel, error);
        return [];
      });
    done += chunk.length;
    report({ fraction: done / inputs.length, message: `Quantified ${done} of ${inputs.length} spectra` });
    return answer.flatMap((output) => {
      if (!('failed' in output)) return withComponents ? output : compactFit(output);
      tell(output.voxel, fromErrorRecord(output.failed));
      return [];
    });
  };
  return (await runInLanes(chunksOf(inputs, pool.threads), pool.threads, cancellation, run)).flat();
}
