// Tensors of time-frequency features of a batch.
import type { Tensor } from '../../../ports/inferenceEngine.ts';
import type { TimeFrequencyInput } from '../timeFrequency/timeFrequencyInput.ts';
import type { BandInput } from './spectraBatch.ts';

/**
 * @param make filters; called once, with the first batch
 * @returns [spectra, 2, rows, times]
 */
export function featureTensors(
  make: () => TimeFrequencyInput,
): (batch: readonly Pick<BandInput, 'spectrum' | 'scale'>[]) => Tensor {
  let made: TimeFrequencyInput | null = null;
  return (batch) => {
    made ??= make();
    const { shape, put } = made;
    const size = shape.reduce((product, axis) => product * axis, 1);
    const data = new Float32Array(batch.length * size);
    batch.forEach(({ spectrum, scale }, k) => put(spectrum, scale, data, k * size));
    return { data, shape: [batch.length, ...shape] };
  };
}
