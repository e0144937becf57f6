// Many like tasks side by side: as many under way as there are workers, each lane taking the next when it is free.
import { CancelledError } from '../../core/domain/errors.ts';
import type { Cancellation } from '../../core/ports/cancellation.ts';
import { cancellationSource } from './cancellation.ts';

/**
 * Runs every input; the first failure stops the rest and is thrown.
 * @param inputs in the order in which they are begun
 * @param lanes how many at a time
 * @param run does one; the cancellation it gets covers the caller's and the failure of another; a lane, counted from 0, does one
 *   after another
 * @returns outputs in the order of the inputs
 * @throws CancelledError, or what `run` threw first
 */
export async function runInLanes<I, O>(
  inputs: readonly I[],
  lanes: number,
  cancellation: Cancellation,
  run: (input: I, cancellation: Cancellation, lane: number) => Promise<O>,
): Promise<O[]> {
  const stop = cancellationSource();
  const either = anyOf(cancellation, stop.cancellation);
  const outputs = new Array<O>(inputs.length);
  let next = 0;
  const goAlong = async (lane: number): Promise<void> => {
    while (next < inputs.length) {
      either.throwIfCancelled();
      const index = next++;
      outputs[index] = await run(inputs[index] as I, either, lane);
    }
  };
  const running = Array.from({ length: Math.min(lanes, inputs.length) }, (_, lane) =>
    goAlong(lane).catch((error: unknown) => {
      stop.cancel();
      throw error;
    }),
  );
  const failures = (await Promise.allSettled(running)).flatMap((l) =>
    l.status === 'rejected' ? [l.reason as unknown] : [],
  );
  cancellation.throwIfCancelled();
  // The lanes that the first failure stopped report a cancellation; the failure itself is what counts.
  const failure = failures.find((error) => !(error instanceof CancelledError)) ?? failures[0];
  if (failure !== undefined) throw failure;
  return outputs;
}

function anyOf(a: Cancellation, b: Cancellation): Cancellation {
  return {
    isCancelled: () => a.isCancelled() || b.isCancelled(),
    throwIfCancelled: () => {
      a.throwIfCancelled();
      b.throwIfCancelled();
    },
  };
}
