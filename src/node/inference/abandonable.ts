// Lets a caller go at once when it cancels, although the native runtime finishes what it is at.
import { CancelledError } from '../../core/domain/errors.ts';
import type { Cancellation } from '../../core/ports/cancellation.ts';

/** How often the cancellation is looked at. [ms] */
const POLL_MS = 20;

/** @returns what `work` gives, or a CancelledError as soon as the cancellation says so; its late answer is dropped */
export async function abandonable<T>(work: Promise<T>, cancellation: Cancellation): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const abandoned = new Promise<never>((_resolve, reject) => {
    timer = setInterval(() => {
      if (cancellation.isCancelled()) reject(new CancelledError());
    }, POLL_MS);
  });
  try {
    return await Promise.race([work, abandoned]);
  } finally {
    clearInterval(timer);
    // Nobody waits for it any more; its failure must not become an unhandled one.
    void work.catch(() => undefined);
  }
}
