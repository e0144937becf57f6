// Worker entry: reads, preprocesses, fits and simulates. It is the only code that runs in the pool's threads.
import { parentPort, workerData } from 'node:worker_threads';
import { simulateSignals } from '../../core/basis/buildBasisSet.ts';
import type { MetaboliteSignals } from '../../core/basis/buildBasisSet.ts';
import type { BasisSet } from '../../core/domain/basisSet.ts';
import { ModelError, toErrorRecord } from '../../core/domain/errors.ts';
import type { MrsDataset } from '../../core/domain/mrsDataset.ts';
import { readMrs } from '../../core/formats/index.ts';
import { compareCorrections } from '../../core/pipeline/correctionComparison.ts';
import type { CorrectionComparison } from '../../core/pipeline/correctionComparison.ts';
import { quantifyVoxel, quantifyVoxels } from '../../core/pipeline/quantifyVoxel.ts';
import { runPreprocessing } from '../../core/pipeline/runPreprocessing.ts';
import type { PreprocessingOutcome } from '../../core/pipeline/runPreprocessing.ts';
import type { FitOutput } from '../../core/ports/fitRunner.ts';
import { isFailure } from '../../core/quantification/index.ts';
import { fitSeries } from '../../core/quantification/dynamicSeries/index.ts';
import type { SeriesFit } from '../../core/quantification/dynamicSeries/index.ts';
import type {
  BatchAnswer,
  CompareCorrectionsTask,
  FitBatchTask,
  FitSeriesTask,
  FitTask,
  PreprocessTask,
  WorkerStart,
  WorkerTask,
} from './messages.ts';
import { pack } from './packing.ts';
import type { Packed } from './packing.ts';
import { unpackedFile } from '../files/unpackedFile.ts';
import { withSentFiles } from './sentFiles.ts';
import { connectModels } from '../inference/modelPort.ts';
import { serveTasks } from './workerSide.ts';
import type { TaskContext } from './workerSide.ts';

type Answer =
  Packed | CorrectionComparison | SeriesFit | FitOutput | PreprocessingOutcome | MrsDataset | MetaboliteSignals;

const givesAway = (task: WorkerTask): boolean => task.kind === 'parse';

/** The networks of the one inference thread; null where the pool was given none. */
const { modelsPort } = workerData as WorkerStart;
const models = modelsPort === null ? null : connectModels(modelsPort);

serveTasks<WorkerTask>(parentPort, runTask, givesAway);

function runTask(task: WorkerTask, context: TaskContext): Answer | Promise<Answer> {
  switch (task.kind) {
    case 'fit':
      return fit(task, context);
    case 'fitBatch':
      return fitBatch(task, context);
    case 'fitSeries':
      return series(task, context);
    case 'preprocess':
      return preprocess(task, context);
    case 'compareCorrections':
      return corrections(task, context);
    case 'parse':
      return withSentFiles(task.files, (files) => readMrs(files.map(unpackedFile), task.options));
    case 'simulate':
      return simulateSignals(task.request, task.metabolite, context.cancellation.throwIfCancelled);
  }
}

/** Core has no clock: the time a fit took is measured here. */
function fit(task: FitTask, { shared, cancellation }: TaskContext): FitOutput {
  const { input, basisKey, method, options, quantities, withComponents } = task;
  const start = performance.now();
  const batch = {
    method,
    options,
    basis: shared(basisKey) as BasisSet,
    ...(quantities === null ? {} : { quantities }),
  };
  const output = quantifyVoxel(input, batch, cancellation);
  const curves = withComponents ? output.curves : { ...output.curves, components: [] };
  return { ...output, curves, result: { ...output.result, elapsedMs: performance.now() - start } };
}

/** All spectra are quantified together: each bears its part of the time. */
async function fitBatch(task: FitBatchTask, { shared, cancellation }: TaskContext): Promise<Packed> {
  const { inputs, basisKey, method, options, network, quantities, withCurves, withComponents } = task;
  if (models === null) {
    throw new ModelError('MODEL_MISSING', `The method ${method} needs its network, and no networks are at hand here.`);
  }
  const start = performance.now();
  const basis = shared(basisKey) as BasisSet;
  const batch = { method, options, basis, ...(quantities === null ? {} : { quantities }) };
  const outputs = await quantifyVoxels(inputs, batch, { models, network, cancellation, withCurves });
  const elapsedMs = (performance.now() - start) / Math.max(1, inputs.length);
  const answer: BatchAnswer = outputs.map((output) => {
    if (isFailure(output)) return { voxel: output.voxel, failed: toErrorRecord(output.error) };
    const curves = withComponents ? output.curves : { ...output.curves, components: [] };
    return { ...output, curves, result: { ...output.result, elapsedMs } };
  });
  return pack(answer);
}

function series({ input, basisKey, options }: FitSeriesTask, context: TaskContext): SeriesFit {
  const start = performance.now();
  const { shared, cancellation, onProgress } = context;
  const fit = fitSeries(input, shared(basisKey) as BasisSet, options, cancellation, onProgress);
  // All points are fitted together: each bears its part of the time.
  const elapsedMs = (performance.now() - start) / fit.points.length;
  const points = fit.points.map((point) => ({ ...point, result: { ...point.result, elapsedMs } }));
  return { ...fit, points };
}

function preprocess(task: PreprocessTask, { cancellation, onProgress }: TaskContext): Promise<PreprocessingOutcome> {
  const { dataset, water, recipe, program, version, time } = task;
  const stamp = { program, version, now: () => time };
  return runPreprocessing(dataset, water, recipe, { stamp, cancellation, onProgress, models });
}

function corrections(task: CompareCorrectionsTask, context: TaskContext): Promise<CorrectionComparison> {
  const { input, program, version, time } = task;
  const { cancellation, onProgress } = context;
  const stamp = { program, version, now: () => time };
  const nowMs = (): number => performance.now();
  return compareCorrections(input, { stamp, cancellation, onProgress, models, nowMs });
}
