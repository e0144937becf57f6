// DICOM network services on a thread of their own: started when first needed, ended when idle, started anew after it died.
import { Worker } from 'node:worker_threads';
import type { DicomNodeSettings } from '../../../core/domain/dicomNode.ts';
import { BugError, CancelledError, fromErrorRecord, NetworkError } from '../../../core/domain/errors.ts';
import type { Cancellation } from '../../../core/ports/cancellation.ts';
import type {
  DicomNetwork,
  FetchProgress,
  InstanceReceiver,
  Receiver,
  ReceiverEvent,
} from '../../../core/ports/dicomNetwork.ts';
import type { FromNetwork, NetworkCall, ToNetwork } from './networkMessages.ts';
import type { NetworkStart } from './serveNetwork.ts';

/** How often a caller's cancellation is looked at. [ms] */
const CANCEL_POLL_MS = 50;
/** A thread with nothing to do is ended after so long. [ms] */
const IDLE_MS = 60_000;
/** A receiver whose thread died listens again after so long, twice as long after every further failure. [ms] */
const FIRST_RESTART_MS = 500;
const LONGEST_RESTART_MS = 60_000;
/** Memory for the thread's own objects; instances are arrays outside it. [MiB] */
const HEAP_LIMIT_MB = 512;

export interface DicomNetworkOptions extends NetworkStart {
  /** The thread's file: dicomNetwork.worker.js. */
  readonly workerUrl: URL;
  /** How long the thread may be without work before it is ended; a minute where not given. [ms] */
  readonly idleMs?: number;
}

interface Handlers {
  readonly onProgress?: (progress: FetchProgress) => void;
  readonly onEvent?: (event: ReceiverEvent) => void;
  readonly receiver?: InstanceReceiver;
}

interface Running extends Handlers {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** @returns the network services; nothing is started before they are used */
export function createDicomNetwork(options: DicomNetworkOptions): DicomNetwork {
  return new ThreadedNetwork(options);
}

class ThreadedNetwork implements DicomNetwork {
  readonly #options: DicomNetworkOptions;
  readonly #running = new Map<number, Running>();
  readonly #receivers = new Set<ListeningReceiver>();
  #worker: Worker | null = null;
  #nextId = 1;
  #idleTimer: NodeJS.Timeout | null = null;
  #isClosed = false;

  constructor(options: DicomNetworkOptions) {
    this.#options = options;
  }

  listen: DicomNetwork['listen'] = async (settings, receiver, onEvent) => {
    const made = new ListeningReceiver(this, settings, receiver, onEvent);
    await made.open();
    this.#receivers.add(made);
    return { port: made.port, close: () => this.#closeReceiver(made) } satisfies Receiver;
  };

  echo: DicomNetwork['echo'] = async (node, ownAeTitle) =>
    (await this.#call({ kind: 'echo', node, ownAeTitle }, null)) as number;

  findStudies: DicomNetwork['findStudies'] = async (node, ownAeTitle, query, limit, cancellation) =>
    (await this.#call({ kind: 'findStudies', node, ownAeTitle, query, limit }, cancellation)) as Awaited<
      ReturnType<DicomNetwork['findStudies']>
    >;

  findSeries: DicomNetwork['findSeries'] = async (node, ownAeTitle, studyInstanceUid, cancellation) =>
    (await this.#call({ kind: 'findSeries', node, ownAeTitle, studyInstanceUid }, cancellation)) as Awaited<
      ReturnType<DicomNetwork['findSeries']>
    >;

  findScheduled: DicomNetwork['findScheduled'] = async (node, ownAeTitle, query, limit, cancellation) =>
    (await this.#call({ kind: 'findScheduled', node, ownAeTitle, query, limit }, cancellation)) as Awaited<
      ReturnType<DicomNetwork['findScheduled']>
    >;

  fetch: DicomNetwork['fetch'] = async (node, ownAeTitle, request, receiver, onProgress, cancellation) =>
    (await this.#call({ kind: 'fetch', node, ownAeTitle, request }, cancellation, {
      receiver,
      onProgress,
    })) as FetchProgress;

  send: DicomNetwork['send'] = async (node, ownAeTitle, objects, cancellation) =>
    (await this.#call({ kind: 'send', node, ownAeTitle, objects }, cancellation)) as Awaited<
      ReturnType<DicomNetwork['send']>
    >;

  close = async (): Promise<void> => {
    await Promise.all([...this.#receivers].map((receiver) => this.#closeReceiver(receiver)));
    this.#isClosed = true;
    const worker = this.#worker;
    this.#worker = null;
    this.#rejectAll(new CancelledError());
    this.#stopIdleTimer();
    await worker?.terminate();
  };

  /** Begins a call, in a thread that is started where there is none. */
  begin(call: NetworkCall, handlers: Handlers): { readonly id: number; readonly ended: Promise<unknown> } {
    if (this.#isClosed) throw new BugError('The DICOM network was used after it was closed.');
    const worker = this.#startedWorker();
    const id = this.#nextId++;
    const ended = new Promise((resolve, reject) => {
      this.#running.set(id, { ...handlers, resolve, reject });
    });
    this.#stopIdleTimer();
    worker.ref();
    worker.postMessage({ type: 'call', id, call } satisfies ToNetwork);
    return { id, ended };
  }

  cancel(id: number): void {
    if (this.#running.has(id)) this.#worker?.postMessage({ type: 'cancel', id } satisfies ToNetwork);
  }

  async #call(call: NetworkCall, cancellation: Cancellation | null, handlers: Handlers = {}): Promise<unknown> {
    cancellation?.throwIfCancelled();
    const { id, ended } = this.begin(call, handlers);
    const look = (): void => {
      if (cancellation?.isCancelled() === true) this.cancel(id);
    };
    const poll = cancellation === null ? null : setInterval(look, CANCEL_POLL_MS);
    try {
      return await ended;
    } finally {
      if (poll !== null) clearInterval(poll);
    }
  }

  async #closeReceiver(receiver: ListeningReceiver): Promise<void> {
    this.#receivers.delete(receiver);
    await receiver.close();
  }

  #startedWorker(): Worker {
    if (this.#worker !== null) return this.#worker;
    const { workerUrl, receiverTimeouts, receivingBudgetBytes } = this.#options;
    const start: NetworkStart = {
      ...(receiverTimeouts === undefined ? {} : { receiverTimeouts }),
      ...(receivingBudgetBytes === undefined ? {} : { receivingBudgetBytes }),
    };
    const worker = new Worker(workerUrl, {
      workerData: start,
      // No inherited flags: those of a test runner or of a debugger don't suit a worker.
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: HEAP_LIMIT_MB },
      // What a library prints of messages would name patients.
      stdout: true,
      stderr: true,
    });
    worker.stdout.resume();
    worker.stderr.resume();
    worker.on('message', (message: FromNetwork) => this.#receive(worker, message));
    worker.on('error', (error) => this.#died(worker, error));
    worker.on('exit', (code) => this.#died(worker, new Error(`exit code ${code}`)));
    this.#worker = worker;
    return worker;
  }

  #receive(worker: Worker, message: FromNetwork): void {
    if (this.#worker !== worker) return;
    const running = this.#running.get(message.id);
    if (running === undefined) {
      if (message.type === 'store') this.#answer(message.instance, 'failed');
    } else if (message.type === 'progress') running.onProgress?.(message.progress);
    else if (message.type === 'event') running.onEvent?.(message.event);
    else if (message.type === 'store') void this.#store(worker, running, message);
    else this.#settle(message, running);
  }

  #settle(message: Extract<FromNetwork, { type: 'result' | 'error' }>, running: Running): void {
    this.#running.delete(message.id);
    if (message.type === 'result') running.resolve(message.value);
    else running.reject(fromErrorRecord(message.error));
    if (this.#running.size > 0) return;
    this.#worker?.unref();
    this.#idleTimer = setTimeout(() => this.#endIdle(), this.#options.idleMs ?? IDLE_MS);
    this.#idleTimer.unref();
  }

  async #store(
    worker: Worker,
    running: Running,
    { instance, received }: Extract<FromNetwork, { type: 'store' }>,
  ): Promise<void> {
    const verdict = await (running.receiver?.store(received) ?? Promise.resolve('failed' as const)).catch(
      () => 'failed' as const,
    );
    if (this.#worker === worker) this.#answer(instance, verdict);
  }

  #answer(instance: number, verdict: Extract<ToNetwork, { type: 'verdict' }>['verdict']): void {
    this.#worker?.postMessage({ type: 'verdict', instance, verdict } satisfies ToNetwork);
  }

  #died(worker: Worker, cause: Error): void {
    if (this.#worker !== worker) return;
    this.#worker = null;
    const words = 'The DICOM network thread stopped unexpectedly; what it was doing has to be done again.';
    this.#rejectAll(new NetworkError(words, { cause: cause.message }, cause));
  }

  #rejectAll(error: Error): void {
    const lost = [...this.#running.values()];
    this.#running.clear();
    for (const running of lost) running.reject(error);
  }

  #stopIdleTimer(): void {
    if (this.#idleTimer !== null) clearTimeout(this.#idleTimer);
    this.#idleTimer = null;
  }

  #endIdle(): void {
    if (this.#running.size > 0) return;
    const worker = this.#worker;
    this.#worker = null;
    void worker?.terminate();
  }
}

/** Listens, and goes on listening in a new thread where the first one died. */
class ListeningReceiver {
  readonly #network: ThreadedNetwork;
  readonly #receiver: InstanceReceiver;
  readonly #onEvent: (event: ReceiverEvent) => void;
  #settings: DicomNodeSettings;
  #id: number | null = null;
  #ended: Promise<unknown> = Promise.resolve();
  #isClosed = false;
  #restartMs = FIRST_RESTART_MS;
  #restart: NodeJS.Timeout | null = null;

  constructor(
    network: ThreadedNetwork,
    settings: DicomNodeSettings,
    receiver: InstanceReceiver,
    onEvent: (event: ReceiverEvent) => void,
  ) {
    this.#network = network;
    this.#settings = settings;
    this.#receiver = receiver;
    this.#onEvent = onEvent;
  }

  get port(): number {
    return this.#settings.port;
  }

  /** @throws NetworkError where listening is not possible */
  open(): Promise<void> {
    return new Promise((resolve, reject) => {
      let isListening = false;
      const onEvent = (event: ReceiverEvent): void => {
        if (event.kind === 'listening') {
          isListening = true;
          // The same port again after a restart, also where the system chose it.
          this.#settings = { ...this.#settings, port: event.port };
          this.#restartMs = FIRST_RESTART_MS;
          resolve();
        }
        this.#onEvent(event);
      };
      const call: NetworkCall = { kind: 'listen', settings: this.#settings };
      const { id, ended } = this.#network.begin(call, { receiver: this.#receiver, onEvent });
      this.#id = id;
      this.#ended = ended.then(
        () => undefined,
        (error: Error) => {
          if (!isListening) reject(error);
          else this.#stopped(error);
        },
      );
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#restart !== null) clearTimeout(this.#restart);
    if (this.#id !== null) this.#network.cancel(this.#id);
    await this.#ended;
  }

  #stopped(error: Error): void {
    if (this.#isClosed) return;
    this.#onEvent({ kind: 'failed', message: error.message });
    // Kept alive by this timer: a program that only listens must not end here.
    this.#restart = setTimeout(() => {
      this.open().catch((failure: Error) => this.#stopped(failure));
    }, this.#restartMs);
    this.#restartMs = Math.min(2 * this.#restartMs, LONGEST_RESTART_MS);
  }
}
