// A long batch goes through a network in parts: less memory at a time, and a cancellation is heeded between two parts.
import { ProcessingError } from '../../core/domain/errors.ts';
import type { DeclaredTensor, Tensor, Tensors } from '../../core/ports/inferenceEngine.ts';

/** @returns whether every tensor leaves its first axis open, so that rows go through the network independently */
export function isBatched(declared: readonly DeclaredTensor[]): boolean {
  return declared.length > 0 && declared.every(({ shape }) => shape[0] === null);
}

/** @returns common length of the first axes; null where they differ or there is none */
export function rowsOf(tensors: Tensors): number | null {
  const lengths = new Set(Object.values(tensors).map(({ shape }) => shape[0] ?? null));
  const [only] = lengths;
  return lengths.size === 1 && only !== undefined ? only : null;
}

/** Rows [start, end) of every tensor, as views. */
export function rowsOfBatch(tensors: Tensors, start: number, end: number): Tensors {
  return mapTensors(tensors, ({ data, shape: [rows = 1, ...rest] }) => {
    const length = data.length / rows;
    return { data: data.subarray(start * length, end * length), shape: [end - start, ...rest] };
  });
}

/**
 * Puts the parts' outputs together.
 * @param parts at least one, in order
 * @throws ProcessingError where the network does not answer with one row for every row
 */
export function joinParts(parts: readonly Tensors[], rows: number): Tensors {
  return mapTensors(parts[0] as Tensors, (first, name) => {
    const pieces = parts.map((part) => part[name] as Tensor);
    const size = pieces.reduce((sum, { data }) => sum + data.length, 0);
    const found = pieces.reduce((sum, { shape }) => sum + (shape[0] ?? 0), 0);
    if (found !== rows) {
      throw new ProcessingError(
        'PROCESSING_FAILED',
        `The network answered with ${found} rows in "${name}" for a batch of ${rows}.`,
      );
    }
    const data = new Float32Array(size);
    let offset = 0;
    for (const piece of pieces) {
      data.set(piece.data, offset);
      offset += piece.data.length;
    }
    return { data, shape: [rows, ...first.shape.slice(1)] };
  });
}

function mapTensors(tensors: Tensors, change: (tensor: Tensor, name: string) => Tensor): Tensors {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, change(tensor, name)]));
}
