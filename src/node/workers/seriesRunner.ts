// The fit of a series off the main thread, so that it can be cancelled and the window stays alive.
import type { SeriesDeps } from '../../core/pipeline/analyseSeries.ts';
import type { SeriesFit } from '../../core/quantification/dynamicSeries/index.ts';
import type { WorkerTask } from './messages.ts';
import { shareBasis } from './sharedBasis.ts';
import type { WorkerPool } from './workerPool.ts';

/** @param pool its workers run task.worker.ts */
export function seriesRunnerOn(pool: WorkerPool<WorkerTask>): SeriesDeps['fitSeries'] {
  return async (input, basis, options, cancellation, onProgress) => {
    const { key, basis: shared } = shareBasis(basis);
    pool.share(key, shared);
    const task: WorkerTask = { kind: 'fitSeries', options, basisKey: key, input };
    return (await pool.run(task, { cancellation, sharedKey: key, onProgress })) as SeriesFit;
  };
}
