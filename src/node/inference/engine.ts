// The port InferenceEngine on one worker thread. Sessions are kept while memory allows, the least recently used goes first;
// one that is gone (put aside, or its thread died) is made again when it is next run.
import * as plainFiles from 'node:fs/promises';
import { ProcessingError } from '../../core/domain/errors.ts';
import type { Cancellation } from '../../core/ports/cancellation.ts';
import { EXECUTION_PROVIDERS } from '../../core/ports/inferenceEngine.ts';
import type {
  ExecutionProvider,
  InferenceEngine,
  InferenceSessionHandle,
  ModelSource,
  Tensors,
} from '../../core/ports/inferenceEngine.ts';
import { requireSealed } from '../files/programFiles.ts';
import type { SealedFiles } from '../files/programFiles.ts';
import { NEVER_CANCELLED } from '../workers/cancellation.ts';
import { createWorkerPool, defaultThreads } from '../workers/workerPool.ts';
import type { WorkerPool } from '../workers/workerPool.ts';
import { abandonable } from './abandonable.ts';
import { closeGateAndPause, closeGateAndWait, leaveFor, makeGate } from './gate.ts';
import { GATE_KEY } from './messages.ts';
import type { InferenceTask, SessionInfo } from './messages.ts';
import { forbidTelemetry } from './telemetry.ts';

/** Rows that go through a network at a time: more are hardly faster, but take memory and heed a cancellation later (docs/models.md). */
const BATCH_ROWS = 64;
/** Of all sessions together: what the program's own networks need three times over. [bytes] */
const MEMORY_BYTES = 512e6;
/** A session holds the weights as read and once more as its kernels want them. */
const BYTES_PER_FILE_BYTE = 2;

export interface InferenceEngineOptions {
  /** The bundled inference.worker.ts. */
  readonly workerUrl: URL;
  /** Of the runtime within one operator; one fewer than the processor has where not given. */
  readonly threads?: number;
  /** Rows of a batch that go through a network at a time. */
  readonly batchRows?: number;
  /** Memory of all kept sessions together, as estimated from their files. */
  readonly memoryBytes?: number;
  /** The thread, with all sessions, is ended when it had nothing to do for so long; never where not given. [ms] */
  readonly idleMs?: number;
  /** The native runtime's files as they were packed: compared once, before the first call. @default not compared */
  readonly runtimeFiles?: SealedFiles | null;
}

/** The worker thread starts with the first call. */
export function createInferenceEngine(options: InferenceEngineOptions): InferenceEngine {
  return new Engine(options);
}

/** What makes a session again: its key tells apart one file run by different providers. */
interface Wanted {
  readonly key: string;
  readonly source: ModelSource;
  readonly providers: readonly ExecutionProvider[];
}

class Engine implements InferenceEngine {
  readonly #pool: WorkerPool<InferenceTask>;
  readonly #gate = makeGate();
  readonly #threads: number;
  readonly #batchRows: number;
  readonly #memoryBytes: number;
  readonly #runtimeFiles: SealedFiles | null;
  #runtimeChecked: Promise<void> | null = null;
  /** Bytes of the kept sessions by key, the least recently used first. */
  readonly #kept = new Map<string, number>();
  readonly #loading = new Map<string, Promise<SessionInfo>>();
  readonly #onExit = (): void => closeGateAndWait(this.#gate);

  constructor({ workerUrl, threads, batchRows, memoryBytes, idleMs, runtimeFiles = null }: InferenceEngineOptions) {
    forbidTelemetry();
    // Never ended in the middle of a run, however long it takes to heed a cancellation: see gate.ts.
    this.#pool = createWorkerPool<InferenceTask>({
      ...{ threads: 1, workerUrl, cancelGraceMs: Infinity },
      ...(idleMs === undefined ? {} : { idleMs }),
      onThreadEnd: () => {
        leaveFor(this.#gate);
        // Its sessions went with it.
        this.#kept.clear();
      },
    });
    this.#pool.share(GATE_KEY, this.#gate);
    this.#threads = threads ?? defaultThreads();
    this.#batchRows = batchRows ?? BATCH_ROWS;
    this.#memoryBytes = memoryBytes ?? MEMORY_BYTES;
    this.#runtimeFiles = runtimeFiles;
    process.once('exit', this.#onExit);
  }

  providers = async (): Promise<readonly ExecutionProvider[]> =>
    (await this.#ask({ kind: 'providers' })) as ExecutionProvider[];

  load: InferenceEngine['load'] = async (source, { providers } = {}) => {
    const here = await this.providers();
    const allowed = here.filter((provider) => (providers ?? EXECUTION_PROVIDERS).includes(provider));
    const first: Wanted = { key: `${source.sha256} ${allowed.join(' ')}`, source, providers: allowed };
    const info = await this.#loaded(first);
    // Once chosen, a provider is kept: results name it.
    return this.#handle(info, { ...first, providers: [info.executionProvider] });
  };

  close = async (): Promise<void> => {
    await closeGateAndPause(this.#gate);
    process.off('exit', this.#onExit);
    this.#kept.clear();
    await this.#pool.close();
  };

  async #ask(task: InferenceTask, cancellation: Cancellation = NEVER_CANCELLED): Promise<unknown> {
    // The thread loads the runtime with its first task.
    if (this.#runtimeFiles !== null) await (this.#runtimeChecked ??= requireSealed(this.#runtimeFiles, plainFiles));
    return this.#pool.run(task, { cancellation, onProgress: () => undefined, sharedKey: GATE_KEY });
  }

  #handle(info: SessionInfo, wanted: Wanted): InferenceSessionHandle {
    return {
      ...info,
      run: (inputs, cancellation = NEVER_CANCELLED) =>
        abandonable(this.#run(wanted, inputs, cancellation), cancellation),
      close: () => this.#putAside(wanted.key),
    };
  }

  async #run(wanted: Wanted, inputs: Tensors, cancellation: Cancellation): Promise<Tensors> {
    const { key } = wanted;
    const task: InferenceTask = { kind: 'run', key, inputs, batchRows: this.#batchRows };
    this.#use(key);
    const outputs = await this.#ask(task, cancellation);
    if (outputs !== null) return outputs as Tensors;
    await this.#loaded(wanted);
    const again = await this.#ask(task, cancellation);
    if (again !== null) return again as Tensors;
    throw new ProcessingError(
      'PROCESSING_FAILED',
      `The network of ${wanted.source.fileName} was put aside before it could run; please try again.`,
    );
  }

  /** Loads a session unless the thread has it; calls for the same one share the work. */
  #loaded(wanted: Wanted): Promise<SessionInfo> {
    const { key } = wanted;
    const loading = this.#loading.get(key) ?? this.#load(wanted).finally(() => this.#loading.delete(key));
    this.#loading.set(key, loading);
    return loading;
  }

  async #load({ key, source, providers }: Wanted): Promise<SessionInfo> {
    const { fileName, sha256 } = source;
    const bytes = await source.read();
    const task: InferenceTask = { kind: 'load', key, fileName, bytes, sha256, providers, threads: this.#threads };
    const info = (await this.#ask(task)) as SessionInfo;
    this.#kept.set(key, bytes.byteLength * BYTES_PER_FILE_BYTE);
    this.#use(key);
    this.#makeRoom(key);
    return info;
  }

  /** Moves a session to the end of the order in which they are put aside. */
  #use(key: string): void {
    const bytes = this.#kept.get(key);
    if (bytes === undefined) return;
    this.#kept.delete(key);
    this.#kept.set(key, bytes);
  }

  #makeRoom(except: string): void {
    let total = [...this.#kept.values()].reduce((sum, bytes) => sum + bytes, 0);
    for (const [key, bytes] of [...this.#kept]) {
      if (total <= this.#memoryBytes) return;
      if (key === except) continue;
      total -= bytes;
      // A thread that dies over this has put the session aside all the same.
      void this.#putAside(key).catch(() => undefined);
    }
  }

  async #putAside(key: string): Promise<void> {
    if (this.#kept.delete(key)) await this.#ask({ kind: 'unload', key });
  }
}
