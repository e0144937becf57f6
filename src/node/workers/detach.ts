// Prepares a value for a message to another thread: its typed arrays become compact copies whose buffers can be given
// away. A plain message would copy the whole buffer behind each view (one FID of an MRSI scan: the whole scan), and
// giving the caller's own buffers away would empty them under its hands.
import { BugError } from '../../core/domain/errors.ts';

/** A value and the buffers to be transferred with it. */
export interface Detached<T> {
  readonly value: T;
  readonly transfer: ArrayBuffer[];
}

const KINDS = [Float64Array, Float32Array, Int32Array, Uint8Array] as const;
type TypedArray = InstanceType<(typeof KINDS)[number]>;

export interface DetachOptions {
  /** Whether the value's arrays may be given away themselves, where they are all that lies in their buffers. */
  readonly giveAway?: boolean;
}

/**
 * Copies a plain value (objects, arrays, typed arrays, primitives). Arrays on shared memory stay shared.
 * @param value no cycles; what is referenced twice stays one copy
 */
export function detach<T>(value: T, { giveAway = false }: DetachOptions = {}): Detached<T> {
  const transfer: ArrayBuffer[] = [];
  const copies = new Map<object, unknown>();

  const copyArray = (array: TypedArray): TypedArray => {
    if (array.buffer instanceof SharedArrayBuffer) return array;
    const Kind = KINDS.find((kind) => array instanceof kind);
    if (Kind === undefined) throw new BugError('A message holds an array of a kind that messages are not made for.');
    const isAlone = array.byteLength === array.buffer.byteLength && !transfer.includes(array.buffer);
    if (giveAway && isAlone) {
      transfer.push(array.buffer);
      return array;
    }
    // Not slice(): of a Node Buffer it makes a view.
    const copy = new Kind(array.length);
    copy.set(array);
    transfer.push(copy.buffer as ArrayBuffer);
    return copy;
  };

  const copy = (item: unknown): unknown => {
    if (item === null || typeof item !== 'object') return item;
    const known = copies.get(item);
    if (known !== undefined) return known;
    const made = ArrayBuffer.isView(item)
      ? copyArray(item as TypedArray)
      : Array.isArray(item)
        ? item.map(copy)
        : Object.fromEntries(Object.entries(item).map(([key, field]) => [key, copy(field)]));
    copies.set(item, made);
    return made;
  };

  return { value: copy(value) as T, transfer };
}
