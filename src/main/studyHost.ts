// The main process's end of the study host: starts the thread, asks it, passes its events on. Database writes, hashing
// and parsing happen over there, so that windows and menus never wait for them.
import { Worker } from 'node:worker_threads';
import { BugError, fromErrorRecord, toErrorRecord } from '../core/domain/errors.ts';
import { actingUser } from './acting.ts';
import type { Emit } from './emit.ts';
import type {
  FromHost,
  HostRequest,
  HostRequestName,
  HostResponse,
  HostStart,
  PrintRequest,
  ToHost,
  ToHostAnswer,
} from './hostMessages.ts';

export interface StudyHost {
  /** Resolves once the database is open. @throws StudyDbError in words where it can't be */
  readonly ready: Promise<{ readonly threads: number }>;
  /** Waits for `ready`, then asks. @throws AppError */
  readonly ask: <N extends HostRequestName>(name: N, request: HostRequest<N>) => Promise<HostResponse<N>>;
  /** Cancels jobs, closes the database, ends the thread. */
  readonly close: () => Promise<void>;
}

interface Pending {
  readonly resolve: (value: never) => void;
  readonly reject: (error: Error) => void;
}

/** The part of a Worker that is used. */
export interface HostThread {
  readonly on: (event: 'message' | 'error' | 'exit', listener: (value: never) => void) => unknown;
  readonly postMessage: (message: ToHost | ToHostAnswer) => void;
  readonly terminate: () => Promise<unknown>;
}

/** Starts the thread. @param workerFile the bundled studyHost.worker.js */
export function startHostThread(workerFile: string, start: HostStart): HostThread {
  const worker = new Worker(workerFile, { workerData: start });
  return {
    on: (event, listener) => worker.on(event, listener as (value: unknown) => void),
    postMessage: (message) => worker.postMessage(message),
    terminate: () => worker.terminate(),
  };
}

/** What the host may ask of the main process. */
export interface HostNeeds {
  /** @throws ProcessingError where the page can't be laid out */
  readonly print: (request: PrintRequest) => Promise<Uint8Array>;
}

/**
 * @param thread the started host
 * @param emit takes the host's events
 * @param needs what only the main process can do for it
 * @param onDeath called with the reason if the thread ends by itself after it was ready
 */
export function createStudyHost(
  thread: HostThread,
  emit: Emit,
  needs: HostNeeds,
  onDeath: (error: Error) => void,
): StudyHost {
  const pending = new Map<number, Pending>();
  let nextId = 1;
  let isReady = false;
  let isClosing = false;
  let dead: Error | null = null;
  let settleReady: { resolve: (value: { threads: number }) => void; reject: (error: Error) => void };
  const ready = new Promise<{ threads: number }>((resolve, reject) => (settleReady = { resolve, reject }));
  ready.catch(() => undefined); // told to whoever asks; nobody need be waiting

  const die = (error: Error): void => {
    if (dead !== null) return;
    dead = error;
    settleReady.reject(error);
    for (const { reject } of pending.values()) reject(error);
    pending.clear();
    if (isReady && !isClosing) onDeath(error);
  };

  const settle = (id: number, act: (waiting: Pending) => void): void => {
    const waiting = pending.get(id);
    pending.delete(id);
    if (waiting !== undefined) act(waiting);
  };

  const serve = async (id: number, request: PrintRequest): Promise<void> => {
    let answer: ToHostAnswer;
    try {
      answer = { answerTo: id, ok: true, value: await needs.print(request) };
    } catch (error) {
      answer = { answerTo: id, ok: false, error: toErrorRecord(error) };
    }
    if (dead === null) thread.postMessage(answer);
  };

  thread.on('message', (message: FromHost) => {
    switch (message.kind) {
      case 'ready':
        isReady = true;
        settleReady.resolve({ threads: message.threads });
        break;
      case 'unusable':
        die(fromErrorRecord(message.error));
        break;
      case 'answer':
        settle(message.id, ({ resolve }) => resolve(message.value as never));
        break;
      case 'refusal':
        settle(message.id, ({ reject }) => reject(fromErrorRecord(message.error)));
        break;
      case 'ask':
        void serve(message.id, message.request);
        break;
      case 'event':
        emit(message.event, message.payload as never);
    }
  });
  thread.on('error', (error: Error) => {
    die(new BugError('The thread that holds the study database failed; restart Lineshape.', {}, error));
  });
  thread.on('exit', () => die(new BugError('The thread that holds the study database ended; restart Lineshape.')));

  const ask = async <N extends HostRequestName>(name: N, request: HostRequest<N>): Promise<HostResponse<N>> => {
    await ready;
    if (dead !== null) throw dead;
    return new Promise<HostResponse<N>>((resolve, reject) => {
      const id = nextId++;
      pending.set(id, { resolve, reject });
      const message: ToHost = { id, name, request, user: actingUser() };
      thread.postMessage(message);
    });
  };

  const close = async (): Promise<void> => {
    isClosing = true;
    try {
      if (dead === null) await ask('host:close', null);
    } finally {
      await thread.terminate();
    }
  };

  return { ready, ask, close };
}
