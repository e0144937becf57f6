// The study host's end of what it asks of the main process: reports are printed there, by Chromium.
import { fromErrorRecord, ProcessingError } from '../core/domain/errors.ts';
import type { FromHost, PrintRequest, ToHostAnswer } from './hostMessages.ts';

/** Longer than any page takes to print, with a window that starts first. [ms] */
const PATIENCE_MS = 120_000;

export interface MainRequests {
  /** @returns PDF or PNG @throws ProcessingError where the page can't be laid out, or nobody answers */
  readonly print: (request: PrintRequest) => Promise<Uint8Array>;
  /** Takes what the main process answered. */
  readonly settle: (answer: ToHostAnswer) => void;
}

interface Pending {
  readonly resolve: (value: Uint8Array) => void;
  readonly reject: (error: Error) => void;
  readonly timer: ReturnType<typeof setTimeout>;
}

/**
 * @param send to the main process
 * @param patienceMs how long an answer is waited for
 */
export function createMainRequests(send: (message: FromHost) => void, patienceMs = PATIENCE_MS): MainRequests {
  const pending = new Map<number, Pending>();
  let nextId = 1;

  return {
    print: (request) =>
      new Promise<Uint8Array>((resolve, reject) => {
        const id = nextId++;
        const giveUp = (): void => {
          pending.delete(id);
          reject(
            new ProcessingError(
              'PROCESSING_FAILED',
              `The report was not printed within ${Math.round(patienceMs / 1000)} s; it can’t be sent as PDF or picture now.`,
            ),
          );
        };
        pending.set(id, { resolve, reject, timer: setTimeout(giveUp, patienceMs) });
        send({ kind: 'ask', id, name: 'print', request });
      }),
    settle: (answer) => {
      const waiting = pending.get(answer.answerTo);
      if (waiting === undefined) return;
      pending.delete(answer.answerTo);
      clearTimeout(waiting.timer);
      if (answer.ok) waiting.resolve(answer.value);
      else waiting.reject(fromErrorRecord(answer.error));
    },
  };
}
