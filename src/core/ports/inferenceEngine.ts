// InferenceEngine: runs ONNX networks on float32 tensors; the adapter chooses the execution provider. It knows no cards:
// see ModelLibrary.
import type { Cancellation } from './cancellation.ts';

export interface Tensor {
  /** C order. */
  readonly data: Float32Array;
  readonly shape: readonly number[];
}

export type Tensors = Readonly<Record<string, Tensor>>;

/** In the order in which they are tried. */
export const EXECUTION_PROVIDERS = ['cuda', 'dml', 'coreml', 'webgpu', 'cpu'] as const;
export type ExecutionProvider = (typeof EXECUTION_PROVIDERS)[number];

/** A provider that goes before the chosen one, and why it was not taken. */
export interface ProviderFallback {
  readonly provider: ExecutionProvider;
  readonly reason: string;
}

/** An input or output as the ONNX file declares it. */
export interface DeclaredTensor {
  readonly name: string;
  /** "float32", "int64" …; null for what is no tensor. */
  readonly dtype: string | null;
  /** null: any length. */
  readonly shape: readonly (number | null)[];
}

/** An ONNX file to be loaded, now and again after it was put aside. */
export interface ModelSource {
  /** For messages. */
  readonly fileName: string;
  /** The only one that is accepted, lower-case hex. */
  readonly sha256: string;
  /** @throws ModelError MODEL_MISSING */
  readonly read: () => Promise<Uint8Array>;
}

export interface InferenceSessionHandle {
  readonly executionProvider: ExecutionProvider;
  readonly fallbacks: readonly ProviderFallback[];
  readonly inputs: readonly DeclaredTensor[];
  readonly outputs: readonly DeclaredTensor[];
  /**
   * Runs the network; a long batch is split where every input and output leaves its first axis open.
   * @param inputs copied; the caller keeps its own
   * @throws ProcessingError, CancelledError (at once, even where the runtime is still at it); ModelError where the file
   *   had to be read again and has changed
   */
  readonly run: (inputs: Tensors, cancellation?: Cancellation) => Promise<Tensors>;
  readonly close: () => Promise<void>;
}

export interface LoadOptions {
  /** Those that may be used; all where not given. */
  readonly providers?: readonly ExecutionProvider[];
}

export interface InferenceEngine {
  /** Those that this runtime has here, best first. Whether one works is only known once a network was loaded. */
  readonly providers: () => Promise<readonly ExecutionProvider[]>;
  /** @throws ModelError MODEL_INVALID where the hash is another, or the runtime can't run the file; ProcessingError */
  readonly load: (source: ModelSource, options?: LoadOptions) => Promise<InferenceSessionHandle>;
  /** Waits for what is running in the runtime (an interrupted one would take the whole process with it). */
  readonly close: () => Promise<void>;
}
