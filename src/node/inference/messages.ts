// What goes between the engine and its one worker thread. Tasks are data; the worker pool carries them.
import type { DeclaredTensor, ExecutionProvider, ProviderFallback, Tensors } from '../../core/ports/inferenceEngine.ts';

/** Answer: ExecutionProvider[]. */
export interface ProvidersTask {
  readonly kind: 'providers';
}

/** Makes a session and keeps it under `key`, unless there is one. Answer: SessionInfo. */
export interface LoadTask {
  readonly kind: 'load';
  readonly key: string;
  readonly fileName: string;
  readonly bytes: Uint8Array;
  readonly sha256: string;
  /** In the order in which they are tried. */
  readonly providers: readonly ExecutionProvider[];
  /** Of the runtime within one operator. */
  readonly threads: number;
}

/** Answer: Tensors, or null where there is no session of that key (the thread is a new one). */
export interface RunTask {
  readonly kind: 'run';
  readonly key: string;
  readonly inputs: Tensors;
  /** Rows that go through the network at a time. */
  readonly batchRows: number;
}

/** Puts a session aside. Answer: null. */
export interface UnloadTask {
  readonly kind: 'unload';
  readonly key: string;
}

export type InferenceTask = ProvidersTask | LoadTask | RunTask | UnloadTask;

export interface SessionInfo {
  readonly executionProvider: ExecutionProvider;
  readonly fallbacks: readonly ProviderFallback[];
  readonly inputs: readonly DeclaredTensor[];
  readonly outputs: readonly DeclaredTensor[];
}

/** Under which the pool shares the gate's memory. */
export const GATE_KEY = 'gate';
