// Cancellation by a flag in shared memory, and by a button.
import { CancelledError } from '../../core/domain/errors.ts';
import type { Cancellation } from '../../core/ports/cancellation.ts';

/** @param flag shared integer, not zero once cancelled */
export function flagCancellation(flag: Int32Array): Cancellation {
  const isCancelled = (): boolean => Atomics.load(flag, 0) !== 0;
  return {
    isCancelled,
    throwIfCancelled: () => {
      if (isCancelled()) throw new CancelledError();
    },
  };
}

/** A flag that `flagCancellation` reads, on shared memory. */
export function makeCancelFlag(): Int32Array {
  return new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
}

/** A cancellation with the means to trigger it. */
export function cancellationSource(): { readonly cancellation: Cancellation; readonly cancel: () => void } {
  const flag = makeCancelFlag();
  const letOthersRun = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  return { cancellation: { ...flagCancellation(flag), letOthersRun }, cancel: () => void Atomics.store(flag, 0, 1) };
}

/** For work that nobody can cancel. */
export const NEVER_CANCELLED: Cancellation = { isCancelled: () => false, throwIfCancelled: () => undefined };
