// The memory in which the SIMD versions of this thread's models live. A model stays as long as there is room; when there is
// none, all are sent away, and each comes back when it is next used.
import { newInstance } from '../../math/simd/instance.ts';
import { SimdMemory } from '../../math/simd/memory.ts';

/** Room for the models of a few protocols: one of 20 signals of 2048 samples takes 2 MB. [bytes] */
const CAPACITY = 24 * 2 ** 20;

export class SimdArena {
  /** Models that moved in before this was raised are gone. */
  #generation = 1;

  constructor(readonly memory: SimdMemory) {}

  get generation(): number {
    return this.#generation;
  }

  /** Makes room for a model. @param bytes what it will reserve */
  makeRoom(bytes: number): void {
    if (this.memory.used === 0 || this.memory.used + bytes <= CAPACITY) return;
    this.memory.clear();
    this.#generation++;
  }
}

/** undefined: not asked for yet. */
let shared: SimdArena | null | undefined;

/** The arena of this thread, or null where the runtime has no SIMD. */
export function simdArena(): SimdArena | null {
  if (shared === undefined) {
    const instance = newInstance();
    shared = instance === null ? null : new SimdArena(new SimdMemory(instance));
  }
  return shared;
}
