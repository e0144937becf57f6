// A network's self-test: a fixed input must give the stored output.
import type { ModelSelfTest, StoredTensor } from '../../core/domain/modelCard.ts';
import type { Tensor, Tensors } from '../../core/ports/inferenceEngine.ts';

/**
 * @param run the network's
 * @returns one clause saying how the answer differs; null where it is the stored one within the tolerance
 * @throws what `run` throws
 */
export async function selfTestFailure(
  { inputs, outputs, tolerance }: ModelSelfTest,
  run: (inputs: Tensors) => Promise<Tensors>,
): Promise<string | null> {
  const given = Object.fromEntries(Object.entries(inputs).map(([name, stored]) => [name, tensorOf(stored)]));
  const answer = await run(given);
  for (const [name, found] of Object.entries(answer)) {
    const stored = outputs[name];
    if (stored === undefined) return `it stores no output "${name}"`;
    const sameShape = found.shape.join() === stored.shape.join();
    if (!sameShape) return `"${name}" has the shape ${found.shape.join(' × ')}, not ${stored.shape.join(' × ')}`;
    const difference = largestDifference(found.data, stored.data);
    // Not "greater than": what is no number fails too.
    if (!(difference <= tolerance)) {
      return `"${name}" differs from the stored one by ${difference.toPrecision(3)}, more than ${tolerance}`;
    }
  }
  return null;
}

const tensorOf = ({ shape, data }: StoredTensor): Tensor => ({ shape, data: Float32Array.from(data) });

function largestDifference(found: Float32Array, stored: readonly number[]): number {
  let largest = 0;
  for (let i = 0; i < found.length; i++) {
    const difference = Math.abs((found[i] as number) - (stored[i] as number));
    if (!(difference <= largest)) largest = difference;
    if (Number.isNaN(difference)) return NaN;
  }
  return largest;
}
