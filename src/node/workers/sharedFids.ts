// The signals of a task in shared memory that is used again for the next one: a message that carries thousands of FIDs would
// leave as many buffers behind in the worker, and clearing them away costs more than quantifying by a network.
import type { ComplexSignal } from '../../core/domain/complexArray.ts';
import type { FitInput } from '../../core/ports/fitRunner.ts';

const signalsOf = ({ fid, water, editOff }: FitInput): (ComplexSignal | undefined)[] => [fid, water, editOff];

/** Room for the signals of one task at a time. */
export class SharedFids {
  #memory: Float64Array = new Float64Array();

  /** @returns the inputs with their signals in the memory, good until the next call */
  place(inputs: readonly FitInput[]): FitInput[] {
    this.#makeRoom(inputs);
    let used = 0;
    const placed = (samples: Float64Array): Float64Array => {
      const view = this.#memory.subarray(used, used + samples.length);
      view.set(samples);
      used += samples.length;
      return view;
    };
    const shared = ({ re, im }: ComplexSignal): ComplexSignal => ({ re: placed(re), im: placed(im) });
    return inputs.map((input) => ({
      ...input,
      fid: shared(input.fid),
      ...(input.water === undefined ? {} : { water: shared(input.water) }),
      ...(input.editOff === undefined ? {} : { editOff: shared(input.editOff) }),
    }));
  }

  #makeRoom(inputs: readonly FitInput[]): void {
    let numbers = 0;
    for (const input of inputs) {
      for (const signal of signalsOf(input)) if (signal !== undefined) numbers += signal.re.length + signal.im.length;
    }
    if (numbers <= this.#memory.length) return;
    this.#memory = new Float64Array(new SharedArrayBuffer(numbers * Float64Array.BYTES_PER_ELEMENT));
  }
}
