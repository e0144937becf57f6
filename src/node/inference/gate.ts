// The gate before the native runtime. A thread that ends while the runtime is computing takes the whole process with it
// (onnxruntime-node throws where nothing can be thrown any more: measured with 1.30 in Node 20 and Electron 33). So whoever
// is about to end the thread closes the gate first, and waits until nobody is inside.
import { CancelledError } from '../../core/domain/errors.ts';

/** Places in the shared memory. */
const INSIDE = 0;
const CLOSED = 1;

/** How long the end of the process is held up for the runtime: many times what one part of a batch takes. [ms] */
const PATIENCE_MS = 20_000;

/** Shared memory of a gate that is open. */
export function makeGate(): Int32Array {
  return new Int32Array(new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT));
}

/**
 * Runs native code behind the gate; one at a time.
 * @throws CancelledError where the gate is closed
 */
export async function inside<T>(gate: Int32Array, native: () => Promise<T>): Promise<T> {
  // First in, then looking whether it is closed: the closer does it the other way round, so neither can miss the other.
  Atomics.store(gate, INSIDE, 1);
  try {
    if (Atomics.load(gate, CLOSED) !== 0) throw new CancelledError();
    return await native();
  } finally {
    Atomics.store(gate, INSIDE, 0);
    Atomics.notify(gate, INSIDE);
  }
}

/** A thread that ended inside the gate can't have told so. Call once it is gone: nobody is inside then. */
export function leaveFor(gate: Int32Array): void {
  Atomics.store(gate, INSIDE, 0);
  Atomics.notify(gate, INSIDE);
}

/** Lets nobody in any more; returns when nobody is inside. Blocks the calling thread: for the end of a process. */
export function closeGateAndWait(gate: Int32Array): void {
  closeGate(gate);
  if (Atomics.load(gate, INSIDE) !== 0) Atomics.wait(gate, INSIDE, 1, PATIENCE_MS);
}

/** As `closeGateAndWait`, without blocking. */
export async function closeGateAndPause(gate: Int32Array): Promise<void> {
  closeGate(gate);
  const until = performance.now() + PATIENCE_MS;
  while (Atomics.load(gate, INSIDE) !== 0 && performance.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

function closeGate(gate: Int32Array): void {
  Atomics.store(gate, CLOSED, 1);
}
