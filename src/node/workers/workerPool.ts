// A long-lived pool of worker threads. Threads start when first needed, take one task at a time, end where they had none for
// long, and are replaced when they die; what many tasks use (a basis set) is sent to a worker once and lies in shared memory.
import { availableParallelism } from 'node:os';
import { BugError, CancelledError } from '../../core/domain/errors.ts';
import type { Cancellation } from '../../core/ports/cancellation.ts';
import type { ModelLibrary } from '../../core/ports/modelLibrary.ts';
import type { ProgressListener } from '../../core/ports/progress.ts';
import { makeCancelFlag } from './cancellation.ts';
import { HEAP_LIMIT_MB, PoolWorker } from './poolWorker.ts';
import type { WorkerJob } from './poolWorker.ts';

/** How often a caller's cancellation is looked at while jobs wait or run. [ms] */
const CANCEL_POLL_MS = 20;
/** A job that was told to stop and hasn't by then loses its thread. [ms] */
const CANCEL_GRACE_MS = 5000;
/** Shared resources kept in the workers; the least recently used goes first. */
const SHARED_LIMIT = 8;

export interface WorkerPoolOptions {
  /** Threads at most, 1 or more. */
  readonly threads: number;
  /** The worker file: JavaScript that calls `serveTasks`. */
  readonly workerUrl: URL;
  /** How long a cancelled job may take to stop. [ms] */
  readonly cancelGraceMs?: number;
  /** A thread without a task for so long is ended, and its memory given back; never where not given. [ms] */
  readonly idleMs?: number;
  /** Networks that tasks may use, on a thread of their own; none where not given. */
  readonly models?: ModelLibrary;
  /** Memory for a thread's own objects; see HEAP_LIMIT_MB. [MiB] */
  readonly heapLimitMB?: number;
  /** Called when a thread has ended, whatever it was at: what it held is gone. */
  readonly onThreadEnd?: () => void;
}

export interface RunOptions {
  readonly cancellation: Cancellation;
  readonly onProgress: ProgressListener;
  /** Key of a shared resource that the task needs (see `share`). */
  readonly sharedKey?: string;
}

export interface WorkerPool<Task> {
  readonly threads: number;
  /** Offers a value (on shared memory) to tasks that name its key; sent to a worker before the first of them. */
  readonly share: (key: string, value: unknown) => void;
  /**
   * Runs a task on the next free worker. Its typed arrays are copied; the caller keeps its own.
   * @throws CancelledError, ProcessingError (the worker died), or what the task threw
   */
  readonly run: (task: Task, options: RunOptions) => Promise<unknown>;
  /** Ends all threads; jobs not done are rejected with CancelledError. */
  readonly close: () => Promise<void>;
}

/** Threads for heavy work that leave one core to the user interface; at least one. */
export function defaultThreads(): number {
  return Math.max(1, availableParallelism() - 1);
}

export function createWorkerPool<Task>(options: WorkerPoolOptions): WorkerPool<Task> {
  if (!Number.isInteger(options.threads) || options.threads < 1) {
    throw new BugError('A worker pool needs at least one thread.', { threads: options.threads });
  }
  return new Pool<Task>(options);
}

interface Job<Task> extends WorkerJob<Task> {
  readonly cancellation: Cancellation;
  readonly sharedKey: string | undefined;
  cancelledAt: number | null;
}

class Pool<Task> implements WorkerPool<Task> {
  readonly threads: number;
  readonly #url: URL;
  readonly #graceMs: number;
  readonly #idleMs: number | null;
  readonly #models: ModelLibrary | null;
  readonly #heapLimitMB: number;
  readonly #onThreadEnd: () => void;
  readonly #workers = new Set<PoolWorker<Task>>();
  readonly #running = new Map<PoolWorker<Task>, Job<Task>>();
  /** Of the threads that have no task. */
  readonly #idleTimers = new Map<PoolWorker<Task>, NodeJS.Timeout>();
  readonly #shared = new Map<string, unknown>();
  #queue: Job<Task>[] = [];
  #nextId = 1;
  #poll: NodeJS.Timeout | null = null;
  #closed = false;

  constructor({ threads, workerUrl, cancelGraceMs, idleMs, models, heapLimitMB, onThreadEnd }: WorkerPoolOptions) {
    this.threads = threads;
    this.#url = workerUrl;
    this.#graceMs = cancelGraceMs ?? CANCEL_GRACE_MS;
    this.#idleMs = idleMs ?? null;
    this.#models = models ?? null;
    this.#heapLimitMB = heapLimitMB ?? HEAP_LIMIT_MB;
    this.#onThreadEnd = onThreadEnd ?? ((): void => undefined);
  }

  share = (key: string, value: unknown): void => {
    this.#shared.delete(key);
    this.#shared.set(key, value);
    const inUse = new Set([...this.#queue, ...this.#running.values()].map((job) => job.sharedKey));
    for (const old of this.#shared.keys()) {
      if (this.#shared.size <= SHARED_LIMIT) break;
      if (old === key || inUse.has(old)) continue;
      this.#shared.delete(old);
      for (const worker of this.#workers) worker.forget(old);
    }
  };

  run = (task: Task, { cancellation, onProgress, sharedKey }: RunOptions): Promise<unknown> => {
    if (this.#closed) return Promise.reject(new BugError('Work was given to a worker pool that is closed.'));
    return new Promise((resolve, reject) => {
      const id = this.#nextId++;
      const cancelFlag = makeCancelFlag();
      this.#queue.push({
        id,
        task,
        cancelFlag,
        onProgress,
        resolve,
        reject,
        cancellation,
        sharedKey,
        cancelledAt: null,
      });
      this.#poll ??= setInterval(() => this.#lookForCancellations(), CANCEL_POLL_MS);
      this.#dispatch();
    });
  };

  close = async (): Promise<void> => {
    this.#closed = true;
    const waiting = this.#queue;
    this.#queue = [];
    for (const job of waiting) job.reject(new CancelledError());
    await Promise.all([...this.#workers].map((worker) => worker.end(new CancelledError())));
    this.#stopPollingWhenIdle();
  };

  #dispatch(): void {
    while (this.#queue.length > 0 && !this.#closed) {
      const worker = this.#freeWorker();
      if (worker === null) return;
      const job = this.#queue.shift() as Job<Task>;
      if (job.cancellation.isCancelled()) job.reject(new CancelledError());
      else this.#start(worker, job);
    }
    this.#stopPollingWhenIdle();
  }

  #start(worker: PoolWorker<Task>, job: Job<Task>): void {
    const { sharedKey } = job;
    this.#stopIdleTimer(worker);
    try {
      if (sharedKey !== undefined) worker.share(sharedKey, this.#shared.get(sharedKey));
      worker.run(job);
      this.#running.set(worker, job);
    } catch (error) {
      // A task that can't be sent leaves the worker in doubt: it is replaced.
      const failure = new BugError("A task can't be sent to a worker thread.", {}, error);
      job.reject(failure);
      void worker.end(failure);
    }
  }

  #freeWorker(): PoolWorker<Task> | null {
    for (const worker of this.#workers) if (worker.job === null) return worker;
    if (this.#workers.size >= this.threads) return null;
    const onFree = (freed: PoolWorker<Task>, alive: boolean): void => this.#onFree(freed, alive);
    const worker = new PoolWorker<Task>(this.#url, this.#models, this.#heapLimitMB, onFree);
    this.#workers.add(worker);
    return worker;
  }

  #onFree(worker: PoolWorker<Task>, alive: boolean): void {
    this.#running.delete(worker);
    // A dead worker is replaced when a job next needs one: a file that can't even start fails each job once, no loop.
    if (!alive) this.#forgetWorker(worker);
    this.#dispatch();
    if (worker.job === null && alive) this.#startIdleTimer(worker);
    this.#stopPollingWhenIdle();
  }

  #forgetWorker(worker: PoolWorker<Task>): void {
    this.#stopIdleTimer(worker);
    if (this.#workers.delete(worker)) this.#onThreadEnd();
  }

  #startIdleTimer(worker: PoolWorker<Task>): void {
    if (this.#idleMs === null || this.#closed) return;
    this.#stopIdleTimer(worker);
    // An ended worker is at once no longer among those that can be given a job.
    const timer = setTimeout(() => void worker.end(new CancelledError()), this.#idleMs);
    timer.unref();
    this.#idleTimers.set(worker, timer);
  }

  #stopIdleTimer(worker: PoolWorker<Task>): void {
    clearTimeout(this.#idleTimers.get(worker));
    this.#idleTimers.delete(worker);
  }

  #lookForCancellations(): void {
    const cancelled = this.#queue.filter((job) => job.cancellation.isCancelled());
    if (cancelled.length > 0) {
      this.#queue = this.#queue.filter((job) => !cancelled.includes(job));
      for (const job of cancelled) job.reject(new CancelledError());
    }
    const now = performance.now();
    for (const [worker, job] of this.#running) {
      if (job.cancelledAt === null && job.cancellation.isCancelled()) {
        job.cancelledAt = now;
        Atomics.store(job.cancelFlag, 0, 1);
      } else if (job.cancelledAt !== null && now - job.cancelledAt > this.#graceMs) {
        void worker.end(new CancelledError());
      }
    }
    this.#stopPollingWhenIdle();
  }

  #stopPollingWhenIdle(): void {
    if (this.#poll === null || this.#queue.length > 0 || this.#running.size > 0) return;
    clearInterval(this.#poll);
    this.#poll = null;
  }
}
