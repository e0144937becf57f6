// Reading and preprocessing off the main thread.
import type { MrsDataset } from '../../core/domain/mrsDataset.ts';
import type { Recipe } from '../../core/domain/recipe.ts';
import type { ReadOptions } from '../../core/formats/readOptions.ts';
import type { PreprocessingOutcome, RunContext } from '../../core/pipeline/runPreprocessing.ts';
import type { Cancellation } from '../../core/ports/cancellation.ts';
import type { NamedBytes } from '../files/hashing.ts';
import { NEVER_CANCELLED } from './cancellation.ts';
import type { WorkerTask } from './messages.ts';
import { createWorkerPool } from './workerPool.ts';
import type { WorkerPool, WorkerPoolOptions } from './workerPool.ts';

export interface PipelineRunner {
  /**
   * As core's runPreprocessing, in a worker. All provenance entries bear the time at which it was called.
   * @throws CancelledError, ProcessingError and what the steps throw
   */
  readonly preprocess: (
    dataset: MrsDataset,
    water: MrsDataset | null,
    recipe: Recipe,
    context: RunContext,
  ) => Promise<PreprocessingOutcome>;
  /** Reads one scan's files. @throws ReaderError, UnsupportedDataError, CancelledError */
  readonly parse: (
    files: readonly NamedBytes[],
    options?: ReadOptions,
    cancellation?: Cancellation,
  ) => Promise<MrsDataset>;
}

/** @returns a pipeline runner with a pool of its own @see pipelineRunnerOn to share one */
export function createPipelineRunner(
  options: WorkerPoolOptions,
): PipelineRunner & { readonly close: () => Promise<void> } {
  const pool = createWorkerPool<WorkerTask>(options);
  return { ...pipelineRunnerOn(pool), close: pool.close };
}

/** @param pool its workers run task.worker.ts */
export function pipelineRunnerOn(pool: WorkerPool<WorkerTask>): PipelineRunner {
  return {
    preprocess: async (dataset, water, recipe, { stamp, cancellation, onProgress }) => {
      const { program, version } = stamp;
      const task: WorkerTask = { kind: 'preprocess', dataset, water, recipe, program, version, time: stamp.now() };
      return (await pool.run(task, { cancellation, onProgress })) as PreprocessingOutcome;
    },
    parse: async (files, options = {}, cancellation = NEVER_CANCELLED) => {
      const task: WorkerTask = { kind: 'parse', files, options };
      return (await pool.run(task, { cancellation, onProgress: () => undefined })) as MrsDataset;
    },
  };
}
