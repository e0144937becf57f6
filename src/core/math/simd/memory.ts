// Memory of one SIMD instance, handed out from its start to its end and taken back all at once.
import type { SimdFunctions } from './instance.ts';

const PAGE = 65536;
/** Vectors are read fastest where they don't cross this. */
const ALIGNMENT = 16;

export class SimdMemory {
  #next: number;
  #floats: Float64Array;
  #integers: Int32Array;

  constructor(readonly kernels: SimdFunctions) {
    this.#next = this.#start();
    this.#floats = new Float64Array(kernels.memory.buffer);
    this.#integers = new Int32Array(kernels.memory.buffer);
  }

  #start(): number {
    return Math.ceil(this.kernels.heapBase.value / ALIGNMENT) * ALIGNMENT;
  }

  /** Bytes handed out. */
  get used(): number {
    return this.#next - this.#start();
  }

  /** Takes everything back. */
  clear(): void {
    this.#next = this.#start();
  }

  /** @returns address of `bytes` bytes; what they hold is not said */
  reserve(bytes: number): number {
    const at = this.#next;
    this.#next = at + Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
    const { memory } = this.kernels;
    const missing = this.#next - memory.buffer.byteLength;
    if (missing > 0) {
      memory.grow(Math.ceil(missing / PAGE));
      this.#floats = new Float64Array(memory.buffer);
      this.#integers = new Int32Array(memory.buffer);
    }
    return at;
  }

  /** @returns address of `count` numbers, all zero */
  reserveZeros(count: number): number {
    const at = this.reserve(8 * count);
    this.zero(at, count);
    return at;
  }

  zero(at: number, count: number): void {
    this.#floats.fill(0, at / 8, at / 8 + count);
  }

  /** The whole memory as numbers, to be read or written at address / 8; good until the next `reserve`. */
  get numbers(): Float64Array {
    return this.#floats;
  }

  /** Copies numbers in. */
  write(at: number, values: Float64Array): void {
    this.#floats.set(values, at / 8);
  }

  writeIntegers(at: number, values: Int32Array): void {
    this.#integers.set(values, at / 4);
  }

  /** A copy of `count` numbers. */
  read(at: number, count: number): Float64Array {
    return this.#floats.slice(at / 8, at / 8 + count);
  }
}
