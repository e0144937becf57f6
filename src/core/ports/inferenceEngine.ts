// InferenceEngine: runs one ONNX model on float32 tensors; the adapter chooses the execution provider.

export interface Tensor {
  readonly data: Float32Array;
  readonly shape: readonly number[];
}

export interface InferenceSessionHandle {
  readonly executionProvider: string;
  readonly run: (inputs: Readonly<Record<string, Tensor>>) => Promise<Readonly<Record<string, Tensor>>>;
  readonly close: () => Promise<void>;
}

export interface InferenceEngine {
  /** @throws ModelError where the file is not a model this runtime runs */
  readonly load: (model: Uint8Array) => Promise<InferenceSessionHandle>;
}
