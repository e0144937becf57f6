// onnxruntime-node, called nowhere else: which providers it has, a session from a file's bytes, one run.
import { existsSync } from 'node:fs';
import type { InferenceSession } from 'onnxruntime-node';
import { ModelError, ProcessingError } from '../../core/domain/errors.ts';
import { EXECUTION_PROVIDERS } from '../../core/ports/inferenceEngine.ts';
import type { DeclaredTensor, ExecutionProvider, ProviderFallback, Tensors } from '../../core/ports/inferenceEngine.ts';
import { requireNoTelemetry } from './telemetry.ts';

type Runtime = typeof import('onnxruntime-node');

export interface Session {
  readonly executionProvider: ExecutionProvider;
  readonly fallbacks: readonly ProviderFallback[];
  readonly inputs: readonly DeclaredTensor[];
  readonly outputs: readonly DeclaredTensor[];
  /** @throws ProcessingError */
  readonly run: (inputs: Tensors) => Promise<Tensors>;
  readonly release: () => Promise<void>;
}

/**
 * Loads the native library, the first time.
 * @throws ProcessingError where there is none for this system; BugError where telemetry has not been switched off
 */
async function loadRuntime(): Promise<Runtime> {
  requireNoTelemetry();
  try {
    const runtime = await import('onnxruntime-node');
    // What goes wrong comes as an exception; the runtime would print it on stderr too.
    runtime.env.logLevel = 'fatal';
    return runtime;
  } catch (error) {
    throw new ProcessingError(
      'PROCESSING_FAILED',
      `Networks can't be run: the program has no runtime for this system (${process.platform} ${process.arch}), or its installation is damaged.`,
      { reason: reasonOf(error) },
      error,
    );
  }
}

/** @returns the providers that this build of the runtime has and this computer may have, best first @throws ProcessingError */
export async function supportedProviders(): Promise<ExecutionProvider[]> {
  const { listSupportedBackends } = await loadRuntime();
  const built = listSupportedBackends().map(({ name }) => name);
  return EXECUTION_PROVIDERS.filter((provider) => built.includes(provider) && !isHopeless(provider));
}

/** Without a graphics device Linux has no WebGPU, and looking for it prints a warning that can't be silenced. */
function isHopeless(provider: ExecutionProvider): boolean {
  return provider === 'webgpu' && process.platform === 'linux' && !existsSync('/dev/dri') && !existsSync('/dev/dxg');
}

/**
 * Makes a session with the first provider that works.
 * @param fileName for messages
 * @param providers in the order in which they are tried; the last is the one whose failure counts
 * @param threads of the runtime within one operator
 * @throws ModelError MODEL_INVALID; ProcessingError
 */
export async function openSession(
  bytes: Uint8Array,
  fileName: string,
  providers: readonly ExecutionProvider[],
  threads: number,
): Promise<Session> {
  const runtime = await loadRuntime();
  const fallbacks: ProviderFallback[] = [];
  for (const provider of providers) {
    try {
      const native = await runtime.InferenceSession.create(bytes, {
        executionProviders: [provider],
        intraOpNumThreads: threads,
        // Waiting threads sleep: other workers want the processor.
        extra: { session: { intra_op: { allow_spinning: '0' } } },
      });
      return session(runtime, native, provider, fallbacks);
    } catch (error) {
      fallbacks.push({ provider, reason: reasonOf(error) });
    }
  }
  throw new ModelError(
    'MODEL_INVALID',
    `The network file ${fileName} can't be loaded: it is damaged, or made for a newer runtime than this program has.`,
    { file: fileName, reasons: fallbacks.map(({ provider, reason }) => `${provider}: ${reason}`) },
  );
}

function session(
  runtime: Runtime,
  native: InferenceSession,
  executionProvider: ExecutionProvider,
  fallbacks: ProviderFallback[],
): Session {
  return {
    executionProvider,
    fallbacks,
    inputs: native.inputMetadata.map(declared),
    outputs: native.outputMetadata.map(declared),
    run: (inputs) => run(runtime, native, inputs),
    release: () => native.release(),
  };
}

function declared(metadata: InferenceSession.ValueMetadata): DeclaredTensor {
  if (!metadata.isTensor) return { name: metadata.name, dtype: null, shape: [] };
  const shape = metadata.shape.map((axis) => (typeof axis === 'number' ? axis : null));
  return { name: metadata.name, dtype: metadata.type, shape };
}

async function run({ Tensor }: Runtime, native: InferenceSession, inputs: Tensors): Promise<Tensors> {
  const feeds = Object.fromEntries(
    Object.entries(inputs).map(([name, { data, shape }]) => [name, new Tensor('float32', data, shape)]),
  );
  let fetched: InferenceSession.OnnxValueMapType;
  try {
    fetched = await native.run(feeds);
  } catch (error) {
    throw new ProcessingError(
      'PROCESSING_FAILED',
      'The network could not be run on this input; there may be too little memory, or too little on the graphics card.',
      { reason: reasonOf(error) },
      error,
    );
  }
  const outputs: Record<string, { data: Float32Array; shape: readonly number[] }> = {};
  for (const name of native.outputNames) {
    const tensor = fetched[name];
    if (tensor instanceof Tensor && tensor.data instanceof Float32Array) {
      outputs[name] = { data: tensor.data, shape: tensor.dims };
    }
  }
  return outputs;
}

/** What the runtime says where a provider's own libraries (CUDA's, TensorRT's) are not on the computer. */
const NO_LIBRARY = /failed to load (shared )?library|lib\S+\.so\S*: cannot open|error loading \S+\.dll/i;

/** First line of what the runtime says, without the places in its source; its commonest answer in words. */
function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  if (NO_LIBRARY.test(text)) return 'its libraries are not installed on this computer';
  const line = text.split('\n')[0] ?? '';
  return line.replace(/^\S*onnxruntime_src\S* .*? was false\. /, '').slice(0, 300);
}
