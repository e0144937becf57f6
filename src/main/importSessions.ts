// Files that were read and wait for the user's word: by token, in memory only, a few at a time and not for long.
import { CancelledError, ReaderError, UsageError } from '../core/domain/errors.ts';
import type { ImportPlan } from '../core/pipeline/importFiles.ts';
import type { Cancellation } from '../core/ports/cancellation.ts';
import type { ProgressListener } from '../core/ports/progress.ts';
import { cancellationSource } from '../node/workers/cancellation.ts';
import { throttleProgress } from '../node/workers/throttle.ts';
import type { Emit } from './emit.ts';

/** Plans that may wait: the page asks about one at a time, more are left behind by closed windows. */
const MAX_WAITING = 4;
/** [ms] */
const KEPT_FOR_MS = 30 * 60_000;

export type Reading = (cancellation: Cancellation, onProgress: ProgressListener) => Promise<ImportPlan>;

export interface ImportSessions {
  /** Reads and keeps the plan. @returns null where it was cancelled @throws what reading throws, UsageError for a token in use */
  readonly read: (token: string, reading: Reading) => Promise<ImportPlan | null>;
  /** Nothing happens for a reading that has ended. */
  readonly cancel: (token: string) => void;
  /** The plan, which stays. @throws ReaderError NOT_FOUND where it is not there any more */
  readonly plan: (token: string) => ImportPlan;
  readonly forget: (token: string) => void;
}

interface Waiting {
  readonly plan: ImportPlan;
  readonly timer: NodeJS.Timeout;
}

/** @param emit tells the page how far a reading is */
export function createImportSessions(emit: Emit): ImportSessions {
  const reading = new Map<string, () => void>();
  const waiting = new Map<string, Waiting>();

  const forget = (token: string): void => {
    clearTimeout(waiting.get(token)?.timer);
    waiting.delete(token);
  };

  const keep = (token: string, plan: ImportPlan): void => {
    const timer = setTimeout(() => waiting.delete(token), KEPT_FOR_MS);
    timer.unref();
    waiting.set(token, { plan, timer });
    const [oldest] = waiting.keys();
    if (waiting.size > MAX_WAITING && oldest !== undefined) forget(oldest);
  };

  return {
    read: async (token, work) => {
      if (reading.has(token) || waiting.has(token)) throw new UsageError('This import was started already.');
      const { cancellation, cancel } = cancellationSource();
      reading.set(token, cancel);
      const onProgress = throttleProgress(({ fraction, message }) =>
        emit('import:progress', { token, fraction: Math.min(1, Math.max(0, fraction)), message }),
      );
      try {
        const plan = await work(cancellation, onProgress);
        cancellation.throwIfCancelled();
        keep(token, plan);
        return plan;
      } catch (error) {
        if (error instanceof CancelledError) return null;
        throw error;
      } finally {
        reading.delete(token);
      }
    },
    cancel: (token) => reading.get(token)?.(),
    plan: (token) => {
      const found = waiting.get(token);
      if (found === undefined) {
        throw new ReaderError('NOT_FOUND', 'These files are no longer held ready for import; please give them again.');
      }
      return found.plan;
    },
    forget,
  };
}
