// The worker thread's side: keeps sessions by key and does one task at a time, always behind the gate.
import { BugError, ModelError } from '../../core/domain/errors.ts';
import type { Cancellation } from '../../core/ports/cancellation.ts';
import type { ExecutionProvider, Tensors } from '../../core/ports/inferenceEngine.ts';
import { sha256Hex } from '../files/hashing.ts';
import type { TaskContext } from '../workers/workerSide.ts';
import { isBatched, joinParts, rowsOf, rowsOfBatch } from './batches.ts';
import { inside } from './gate.ts';
import { GATE_KEY } from './messages.ts';
import type { InferenceTask, LoadTask, RunTask, SessionInfo } from './messages.ts';
import { openSession, supportedProviders } from './runtime.ts';
import type { Session } from './runtime.ts';

type Answer = readonly ExecutionProvider[] | SessionInfo | Tensors | null;

/** @returns what does one task, to be given to `serveTasks` */
export function inferenceTasks(): (task: InferenceTask, context: TaskContext) => Promise<Answer> {
  const sessions = new Map<string, Session>();
  return async (task, { shared, cancellation }) => {
    const gate = shared(GATE_KEY) as Int32Array;
    switch (task.kind) {
      case 'providers':
        return supportedProviders();
      case 'load': {
        // Of a network that is loaded already too: its file may have been changed since.
        checkHash(task);
        const session = sessions.get(task.key) ?? (await inside(gate, () => load(task)));
        sessions.set(task.key, session);
        const { executionProvider, fallbacks, inputs, outputs } = session;
        return { executionProvider, fallbacks, inputs, outputs };
      }
      case 'run': {
        const session = sessions.get(task.key);
        return session === undefined ? null : run(session, task, gate, cancellation);
      }
      case 'unload': {
        const session = sessions.get(task.key);
        sessions.delete(task.key);
        if (session !== undefined) await inside(gate, () => session.release());
        return null;
      }
    }
  };
}

function checkHash({ bytes, sha256, fileName }: LoadTask): void {
  const found = sha256Hex(bytes);
  if (found !== sha256) {
    throw new ModelError(
      'MODEL_INVALID',
      `The network file ${fileName} is not the one its card describes: its SHA-256 begins ${found.slice(0, 12)}, and ` +
        `${sha256.slice(0, 12)} is expected.`,
      { file: fileName, expected: sha256, found },
    );
  }
}

async function load({ bytes, fileName, providers, threads }: LoadTask): Promise<Session> {
  const here = await supportedProviders();
  const wanted = providers.filter((provider) => here.includes(provider));
  if (wanted.length === 0) {
    throw new BugError('A network was to be run by a provider that this runtime does not have.', {
      providers: [...providers],
    });
  }
  return openSession(bytes, fileName, wanted, threads);
}

async function run(
  session: Session,
  { inputs, batchRows }: RunTask,
  gate: Int32Array,
  cancellation: Cancellation,
): Promise<Tensors> {
  const rows = isBatched([...session.inputs, ...session.outputs]) ? rowsOf(inputs) : null;
  const part = (tensors: Tensors): Promise<Tensors> => {
    cancellation.throwIfCancelled();
    return inside(gate, () => session.run(tensors));
  };
  if (rows === null || rows <= batchRows) return part(inputs);
  const parts: Tensors[] = [];
  for (let start = 0; start < rows; start += batchRows) {
    parts.push(await part(rowsOfBatch(inputs, start, Math.min(rows, start + batchRows))));
  }
  return joinParts(parts, rows);
}
