// What goes between the main thread and its workers. Messages carry a job id; tasks are data.
import type { MessagePort } from 'node:worker_threads';
import type { BasisRequest } from '../../core/domain/basisRequest.ts';
import type { ErrorRecord } from '../../core/domain/errors.ts';
import type { JsonObject } from '../../core/domain/json.ts';
import type { NetworkChoice } from '../../core/domain/networkChoice.ts';
import type { MrsDataset } from '../../core/domain/mrsDataset.ts';
import type { QuantitySettings } from '../../core/domain/quantitySettings.ts';
import type { Recipe } from '../../core/domain/recipe.ts';
import type { ReadOptions } from '../../core/formats/readOptions.ts';
import type { CorrectionInput } from '../../core/pipeline/correctionComparisonInput.ts';
import type { FitInput, FitOutput } from '../../core/ports/fitRunner.ts';
import type { ProgressReport } from '../../core/ports/progress.ts';
import type { SeriesInput } from '../../core/quantification/dynamicSeries/index.ts';
import type { SentFile } from './sentFiles.ts';

/** Fits one voxel with the basis set shared under `basisKey`. Answer: FitOutput. */
export interface FitTask {
  readonly kind: 'fit';
  readonly method: string;
  readonly options: JsonObject;
  readonly basisKey: string;
  readonly input: FitInput;
  /** Whether the curves come with one component a signal. */
  readonly withComponents: boolean;
  /** Ratios, amounts and quality figures; null for the bare fit. */
  readonly quantities: QuantitySettings | null;
}

/** Quantifies voxels together, with the basis set shared under `basisKey`. Answer: a BatchAnswer, packed (packing.ts). */
export interface FitBatchTask {
  readonly kind: 'fitBatch';
  readonly method: string;
  readonly options: JsonObject;
  readonly basisKey: string;
  readonly network: NetworkChoice;
  readonly inputs: readonly FitInput[];
  readonly withCurves: boolean;
  readonly withComponents: boolean;
  /** Ratios, amounts and quality figures; null for the bare fit. */
  readonly quantities: QuantitySettings | null;
}

/** In the order of the inputs; errors as records, which cross threads. */
export type BatchAnswer = readonly (FitOutput | { readonly voxel: number; readonly failed: ErrorRecord })[];

/** Runs a recipe's preprocessing. Answer: PreprocessingOutcome. */
export interface PreprocessTask {
  readonly kind: 'preprocess';
  readonly dataset: MrsDataset;
  readonly water: MrsDataset | null;
  readonly recipe: Recipe;
  /** Who signs the provenance, and when: a clock can't be sent. */
  readonly program: string;
  readonly version: string;
  readonly time: string;
}

/** Reads the files of one scan. Answer: MrsDataset. */
export interface ParseTask {
  readonly kind: 'parse';
  readonly files: readonly SentFile[];
  readonly options: ReadOptions;
}

/** Simulates one metabolite of a basis set. Answer: MetaboliteSignals. */
export interface SimulateTask {
  readonly kind: 'simulate';
  readonly request: BasisRequest;
  /** One of the request's. */
  readonly metabolite: string;
}

/** Fits all points of a series together with the basis set shared under `basisKey`. Answer: SeriesFit. */
export interface FitSeriesTask {
  readonly kind: 'fitSeries';
  readonly options: JsonObject;
  readonly basisKey: string;
  readonly input: SeriesInput;
}

/** Corrects the same transients by every method. Answer: CorrectionComparison. */
export interface CompareCorrectionsTask {
  readonly kind: 'compareCorrections';
  readonly input: CorrectionInput;
  readonly program: string;
  readonly version: string;
  readonly time: string;
}

export type WorkerTask =
  CompareCorrectionsTask | FitBatchTask | FitSeriesTask | FitTask | PreprocessTask | ParseTask | SimulateTask;

/** What a worker starts with (its `workerData`). */
export interface WorkerStart {
  /** To the networks (see inference/modelPort.ts); null where the pool has none. */
  readonly modelsPort: MessagePort | null;
}

/** To a worker. `cancelFlag` is one shared integer: not zero once the job is cancelled. */
export type PoolMessage<Task> =
  | { readonly type: 'share'; readonly key: string; readonly value: unknown }
  | { readonly type: 'forget'; readonly key: string }
  | { readonly type: 'run'; readonly jobId: number; readonly task: Task; readonly cancelFlag: Int32Array };

/** From a worker. */
export type WorkerMessage =
  | { readonly type: 'progress'; readonly jobId: number; readonly report: ProgressReport }
  | { readonly type: 'done'; readonly jobId: number; readonly value: unknown }
  | { readonly type: 'failed'; readonly jobId: number; readonly error: ErrorRecord };
