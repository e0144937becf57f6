// Reading and preprocessing off the main thread.
import type { MrsDataset } from '../../core/domain/mrsDataset.ts';
import type { GivenFile } from '../../core/formats/inputFile.ts';
import type { ReadOptions } from '../../core/formats/readOptions.ts';
import type { AnalysisDeps } from '../../core/pipeline/analyse.ts';
import type { PreprocessingOutcome } from '../../core/pipeline/runPreprocessing.ts';
import type { Cancellation } from '../../core/ports/cancellation.ts';
import { NEVER_CANCELLED } from './cancellation.ts';
import { freeUnreachable } from './freeUnreachable.ts';
import type { WorkerTask } from './messages.ts';
import { sentFile } from './sentFiles.ts';
import type { WorkerPool } from './workerPool.ts';

export interface PipelineRunner {
  /**
   * As core's runPreprocessing, in a worker. All provenance entries bear the time at which it was called.
   * @throws CancelledError, ProcessingError and what the steps throw
   */
  readonly preprocess: AnalysisDeps['preprocess'];
  /** Reads one scan's files; large ones are opened by the worker. @throws ReaderError, UnsupportedDataError, CancelledError */
  readonly parse: (
    files: readonly GivenFile[],
    options?: ReadOptions,
    cancellation?: Cancellation,
  ) => Promise<MrsDataset>;
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
      const sent = files.map(sentFile);
      if (sent.some(({ kind }) => kind !== 'bytes')) freeUnreachable();
      const task: WorkerTask = { kind: 'parse', files: sent, options };
      return (await pool.run(task, { cancellation, onProgress: () => undefined })) as MrsDataset;
    },
  };
}
