// One worker thread of the pool: its job, what it holds, and how it ends.
import { MessageChannel, Worker } from 'node:worker_threads';
import { fromErrorRecord, ProcessingError } from '../../core/domain/errors.ts';
import type { ModelLibrary } from '../../core/ports/modelLibrary.ts';
import type { ProgressListener } from '../../core/ports/progress.ts';
import { serveModels } from '../inference/modelPort.ts';
import { detach } from './detach.ts';
import type { PoolMessage, WorkerMessage, WorkerStart } from './messages.ts';

/** A job as a worker sees it. */
export interface WorkerJob<Task> {
  readonly id: number;
  readonly task: Task;
  readonly cancelFlag: Int32Array;
  readonly onProgress: ProgressListener;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Of a thread's own objects; signals and basis sets are arrays outside it. A thread that needs more ends alone: without a
 * limit V8 would end the whole program. [MiB]
 */
export const HEAP_LIMIT_MB = 1024;

/** A thread with a way of its own to the networks; that way ends with the thread. */
function startWorker(url: URL, models: ModelLibrary | null, heapLimitMB: number): Worker {
  // No inherited flags: those of a test runner or of a debugger don't suit a worker.
  const options = { execArgv: [], resourceLimits: { maxOldGenerationSizeMb: heapLimitMB } };
  if (models === null) return new Worker(url, { ...options, workerData: { modelsPort: null } satisfies WorkerStart });
  const { port1: here, port2: there } = new MessageChannel();
  serveModels(here, models);
  const workerData: WorkerStart = { modelsPort: there };
  return new Worker(url, { ...options, workerData, transferList: [there] });
}

export class PoolWorker<Task> {
  readonly #worker: Worker;
  readonly #shared = new Set<string>();
  readonly #onFree: (worker: PoolWorker<Task>, alive: boolean) => void;
  #job: WorkerJob<Task> | null = null;
  #ended = false;

  /**
   * @param url worker file (JavaScript)
   * @param models networks that its tasks may use; null: none
   * @param heapLimitMB see HEAP_LIMIT_MB
   * @param onFree called after each job, and once when the thread has died
   */
  constructor(
    url: URL,
    models: ModelLibrary | null,
    heapLimitMB: number,
    onFree: (worker: PoolWorker<Task>, alive: boolean) => void,
  ) {
    this.#onFree = onFree;
    this.#worker = startWorker(url, models, heapLimitMB);
    this.#worker.on('message', (message: WorkerMessage) => this.#receive(message));
    this.#worker.on('messageerror', (error) => this.#die(error));
    this.#worker.on('error', (error) => this.#die(error));
    this.#worker.on('exit', (code) => this.#die(new Error(`exit code ${code}`)));
    // An idle worker must not keep the process alive.
    this.#worker.unref();
  }

  get job(): WorkerJob<Task> | null {
    return this.#job;
  }

  /** Hands over something that several tasks use, unless the worker has it. */
  share(key: string, value: unknown): void {
    if (this.#shared.has(key)) return;
    this.#shared.add(key);
    this.#send({ type: 'share', key, value });
  }

  forget(key: string): void {
    if (this.#shared.delete(key)) this.#send({ type: 'forget', key });
  }

  run(job: WorkerJob<Task>): void {
    this.#job = job;
    this.#worker.ref();
    const { value: task, transfer } = detach(job.task);
    this.#send({ type: 'run', jobId: job.id, task, cancelFlag: job.cancelFlag }, transfer);
  }

  /** Ends the thread; its job, if any, is rejected with `error`. */
  async end(error: Error): Promise<void> {
    this.#fail(error);
    await this.#worker.terminate();
  }

  #send(message: PoolMessage<Task>, transfer: ArrayBuffer[] = []): void {
    this.#worker.postMessage(message, transfer);
  }

  #receive(message: WorkerMessage): void {
    const job = this.#job;
    if (this.#ended || job === null || job.id !== message.jobId) return;
    if (message.type === 'progress') {
      job.onProgress(message.report);
      return;
    }
    this.#job = null;
    this.#worker.unref();
    if (message.type === 'done') job.resolve(message.value);
    else job.reject(fromErrorRecord(message.error));
    this.#onFree(this, true);
  }

  #die(cause: unknown): void {
    const text = cause instanceof Error ? cause.message : String(cause);
    const isFull = (cause as NodeJS.ErrnoException | null)?.code === 'ERR_WORKER_OUT_OF_MEMORY';
    const words = isFull
      ? 'A worker thread needed more memory than it may have, and the work it was doing is lost; try fewer spectra at a time.'
      : 'A worker thread stopped unexpectedly, and the work it was doing is lost; please try again.';
    this.#fail(new ProcessingError('PROCESSING_FAILED', words, { cause: text }, cause));
  }

  /** The first reason counts; what the dying thread says afterwards is ignored. */
  #fail(error: Error): void {
    if (this.#ended) return;
    this.#ended = true;
    const job = this.#job;
    this.#job = null;
    job?.reject(error);
    this.#onFree(this, false);
  }
}
