// Worker entry: reads, preprocesses, fits and simulates. It is the only code that runs in the pool's threads.
import { parentPort } from 'node:worker_threads';
import { simulateSignals } from '../../core/basis/buildBasisSet.ts';
import type { MetaboliteSignals } from '../../core/basis/buildBasisSet.ts';
import type { BasisSet } from '../../core/domain/basisSet.ts';
import type { MrsDataset } from '../../core/domain/mrsDataset.ts';
import { readMrs } from '../../core/formats/index.ts';
import { runPreprocessing } from '../../core/pipeline/runPreprocessing.ts';
import type { PreprocessingOutcome } from '../../core/pipeline/runPreprocessing.ts';
import type { FitOutput } from '../../core/ports/fitRunner.ts';
import { fitVoxel } from '../../core/quantification/index.ts';
import type { FitTask, PreprocessTask, WorkerTask } from './messages.ts';
import { withSentFiles } from './sentFiles.ts';
import { serveTasks } from './workerSide.ts';
import type { TaskContext } from './workerSide.ts';

type Answer = FitOutput | PreprocessingOutcome | MrsDataset | MetaboliteSignals;

const givesAway = (task: WorkerTask): boolean => task.kind === 'parse';

serveTasks<WorkerTask>(parentPort, runTask, givesAway);

function runTask(task: WorkerTask, context: TaskContext): Answer {
  switch (task.kind) {
    case 'fit':
      return fit(task, context);
    case 'preprocess':
      return preprocess(task, context);
    case 'parse':
      return withSentFiles(task.files, (files) => readMrs(files, task.options));
    case 'simulate':
      return simulateSignals(task.request, task.metabolite, context.cancellation.throwIfCancelled);
  }
}

/** Core has no clock: the time a fit took is measured here. */
function fit({ input, basisKey, method, options }: FitTask, { shared, cancellation }: TaskContext): FitOutput {
  const start = performance.now();
  const output = fitVoxel(input, shared(basisKey) as BasisSet, method, options, cancellation);
  return { ...output, result: { ...output.result, elapsedMs: performance.now() - start } };
}

function preprocess(task: PreprocessTask, { cancellation, onProgress }: TaskContext): PreprocessingOutcome {
  const { dataset, water, recipe, program, version, time } = task;
  const stamp = { program, version, now: () => time };
  return runPreprocessing(dataset, water, recipe, { stamp, cancellation, onProgress });
}
