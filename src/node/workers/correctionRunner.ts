// The comparison of corrections off the main thread; a worker has its own way to the networks.
import type { ComparisonContext, CorrectionComparison } from '../../core/pipeline/correctionComparison.ts';
import type { CorrectionInput } from '../../core/pipeline/correctionComparisonInput.ts';
import type { WorkerTask } from './messages.ts';
import type { WorkerPool } from './workerPool.ts';

export type CorrectionRunner = (
  input: CorrectionInput,
  context: Pick<ComparisonContext, 'stamp' | 'cancellation' | 'onProgress'>,
) => Promise<CorrectionComparison>;

/**
 * As core's compareCorrections, in a worker.
 * @param pool its workers run task.worker.ts
 */
export function correctionRunnerOn(pool: WorkerPool<WorkerTask>): CorrectionRunner {
  return async (input, { stamp, cancellation, onProgress }) => {
    const { program, version } = stamp;
    const task: WorkerTask = { kind: 'compareCorrections', input, program, version, time: stamp.now() };
    return (await pool.run(task, { cancellation, onProgress })) as CorrectionComparison;
  };
}
