// The port ModelLibrary on a folder of cards and ONNX files. Every network is checked against its card before it is handed
// out, and on a graphics card against its self-test too: a driver that computes something else is found out, and the
// processor does the work.
import { ModelError, ProcessingError } from '../../core/domain/errors.ts';
import type { ModelCard } from '../../core/domain/modelCard.ts';
import type {
  ExecutionProvider,
  InferenceEngine,
  InferenceSessionHandle,
  ModelSource,
  ProviderFallback,
  Tensors,
} from '../../core/ports/inferenceEngine.ts';
import type { ModelLibrary, OpenModel } from '../../core/ports/modelLibrary.ts';
import { readModelCard, readModelFile, readSelfTest } from '../files/modelCards.ts';
import { selfTestFailure } from './selfTest.ts';
import { cardMismatch, tensorMismatch } from './tensorChecks.ts';

/** An open network with what is known of its choice of provider. */
export interface CheckedModel extends OpenModel {
  readonly executionProvider: ExecutionProvider;
  /** Better providers, and why they were not taken. */
  readonly fallbacks: readonly ProviderFallback[];
}

export interface ModelLibraryOptions {
  /** Folder `models` of the resources; one that is not there is an empty library. */
  readonly folder: string;
  readonly engine: InferenceEngine;
  /** Those that may be used; all where not given. */
  readonly providers?: readonly ExecutionProvider[];
}

export interface FolderLibrary extends ModelLibrary {
  readonly open: (id: string) => Promise<CheckedModel>;
}

/** @param options the engine stays the caller's to close */
export function createModelLibrary(options: ModelLibraryOptions): FolderLibrary {
  const opened = new Map<string, Promise<CheckedModel>>();
  const open = (id: string): Promise<CheckedModel> => {
    const known = opened.get(id) ?? openModel(id, options);
    opened.set(id, known);
    // What failed may be mended: the next call tries again.
    known.catch(() => opened.delete(id));
    return known;
  };
  return { open };
}

async function openModel(id: string, { folder, engine, providers }: ModelLibraryOptions): Promise<CheckedModel> {
  const card = await readModelCard(folder, id);
  const source: ModelSource = {
    fileName: card.file,
    sha256: card.sha256,
    read: () => readModelFile(folder, card),
  };
  const session = await engine.load(source, providers === undefined ? {} : { providers });
  const mismatch = cardMismatch(card, session);
  if (mismatch !== null) {
    await session.close();
    const message = `The network file ${card.file} does not agree with its card: it has ${mismatch}.`;
    throw new ModelError('MODEL_INVALID', message, { id });
  }
  if (session.executionProvider === 'cpu') return checkedModel(card, session, session.fallbacks);
  const failure = await failureOn(session, folder, card);
  if (failure === null) return checkedModel(card, session, session.fallbacks);
  await session.close();
  const onProcessor = await engine.load(source, { providers: ['cpu'] });
  const refused = { provider: session.executionProvider, reason: failure };
  return checkedModel(card, onProcessor, [...session.fallbacks, refused]);
}

/** @returns why the provider is not to be trusted with this network; null where it may be */
async function failureOn(session: InferenceSessionHandle, folder: string, { id }: ModelCard): Promise<string | null> {
  const selfTest = await readSelfTest(folder, id);
  try {
    const failure = await selfTestFailure(selfTest, session.run);
    return failure === null ? null : `in the self-test ${failure}`;
  } catch (error) {
    if (!(error instanceof ProcessingError)) throw error;
    return error.message;
  }
}

function checkedModel(
  card: ModelCard,
  session: InferenceSessionHandle,
  fallbacks: readonly ProviderFallback[],
): CheckedModel {
  const run: OpenModel['run'] = async (inputs, cancellation) => {
    const wrong = tensorMismatch(card.inputs, inputs);
    if (wrong !== null) {
      throw new ModelError('MODEL_MISMATCH', `The network "${card.title}" can't take its input: ${wrong}.`, {
        id: card.id,
      });
    }
    const outputs = await session.run(inputs, cancellation);
    return answered(card, outputs);
  };
  return { card, executionProvider: session.executionProvider, fallbacks, run };
}

/** @throws ProcessingError where an output is not what the card says, or holds what is no number */
function answered(card: ModelCard, outputs: Tensors): Tensors {
  const wrong = tensorMismatch(card.outputs, outputs);
  if (wrong === null) return outputs;
  const message = `The answer of the network "${card.title}" can't be used: ${wrong}.`;
  throw new ProcessingError('PROCESSING_FAILED', message, { id: card.id });
}
