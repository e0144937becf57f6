// ModelLibrary over a message port: threads that preprocess and fit use the one inference thread through it, and no runtime
// of their own.
import type { MessagePort } from 'node:worker_threads';
import { fromErrorRecord, ProcessingError, toErrorRecord } from '../../core/domain/errors.ts';
import type { ErrorRecord } from '../../core/domain/errors.ts';
import type { ModelCard } from '../../core/domain/modelCard.ts';
import type { Cancellation } from '../../core/ports/cancellation.ts';
import type { Tensors } from '../../core/ports/inferenceEngine.ts';
import type { ModelLibrary, OpenModel } from '../../core/ports/modelLibrary.ts';
import { cancellationSource, NEVER_CANCELLED } from '../workers/cancellation.ts';
import { detach } from '../workers/detach.ts';
import { abandonable } from './abandonable.ts';

type Request =
  | { readonly type: 'open'; readonly id: number; readonly model: string }
  | { readonly type: 'run'; readonly id: number; readonly model: string; readonly inputs: Tensors }
  | { readonly type: 'cancel'; readonly id: number };

type Answer =
  | { readonly type: 'done'; readonly id: number; readonly value: unknown }
  | { readonly type: 'failed'; readonly id: number; readonly error: ErrorRecord };

/** Answer to 'open'. */
interface Opened {
  readonly card: ModelCard;
  readonly executionProvider: string;
}

/** Answers what comes through the port from the library, until the port is closed; it doesn't keep the process alive. */
export function serveModels(port: MessagePort, library: ModelLibrary): void {
  const running = new Map<number, () => void>();

  const answerTo = async (request: Exclude<Request, { type: 'cancel' }>): Promise<unknown> => {
    const model = await library.open(request.model);
    if (request.type === 'open') {
      return { card: model.card, executionProvider: model.executionProvider } satisfies Opened;
    }
    const { cancellation, cancel } = cancellationSource();
    running.set(request.id, cancel);
    return model.run(request.inputs, cancellation).finally(() => running.delete(request.id));
  };

  const answer = async (request: Exclude<Request, { type: 'cancel' }>): Promise<void> => {
    const { id } = request;
    try {
      const { value, transfer } = detach(await answerTo(request));
      port.postMessage({ type: 'done', id, value } satisfies Answer, transfer);
    } catch (error) {
      port.postMessage({ type: 'failed', id, error: toErrorRecord(error) } satisfies Answer);
    }
  };

  port.on('message', (request: Request) => {
    if (request.type === 'cancel') running.get(request.id)?.();
    else void answer(request);
  });
  port.on('close', () => running.forEach((cancel) => cancel()));
  port.unref();
}

interface Pending {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** The library at the other end of a port; the port keeps the thread alive only while an answer is awaited. */
export function connectModels(port: MessagePort): ModelLibrary {
  const pending = new Map<number, Pending>();
  let nextId = 1;
  let closed = false;

  const settle = (id: number, act: (waiting: Pending) => void): void => {
    const waiting = pending.get(id);
    pending.delete(id);
    if (pending.size === 0) port.unref();
    if (waiting !== undefined) act(waiting);
  };
  port.on('message', (answer: Answer) => {
    settle(answer.id, ({ resolve, reject }) => {
      if (answer.type === 'done') resolve(answer.value);
      else reject(fromErrorRecord(answer.error));
    });
  });
  port.on('close', () => {
    closed = true;
    for (const id of [...pending.keys()]) settle(id, ({ reject }) => reject(gone()));
  });
  port.unref();

  const ask = (id: number, request: Request): Promise<unknown> =>
    new Promise((resolve, reject) => {
      if (closed) return reject(gone());
      pending.set(id, { resolve, reject });
      port.ref();
      const { value, transfer } = detach(request);
      port.postMessage(value, transfer);
    });

  const run = async (model: string, inputs: Tensors, cancellation: Cancellation): Promise<Tensors> => {
    const id = nextId++;
    try {
      return (await abandonable(ask(id, { type: 'run', id, model, inputs }), cancellation)) as Tensors;
    } finally {
      if (pending.has(id)) port.postMessage({ type: 'cancel', id } satisfies Request);
    }
  };

  return {
    open: async (model): Promise<OpenModel> => {
      const id = nextId++;
      const opened = (await ask(id, { type: 'open', id, model })) as Opened;
      return { ...opened, run: (inputs, cancellation = NEVER_CANCELLED) => run(model, inputs, cancellation) };
    },
  };
}

const gone = (): ProcessingError =>
  new ProcessingError('PROCESSING_FAILED', 'The thread that runs the networks has ended; please try again.');
