// A reference made of aligned transients, without the noise that stands where the signal has decayed: least squares weights a
// reference's late samples with time, so that its own noise there would become an error of every transient's shift.
import type { ComplexSignal } from '../../domain/complexArray.ts';
import { noiseSdOfTail } from '../signal.ts';

/** Samples over which the power is averaged. */
const BLOCK = 32;
/** Power over that of noise at which a block still counts: the mean of 32 complex samples scatters by 1/√32 of itself. */
const STILL_SIGNAL = 1.6;

/**
 * Wiener weights |s|²/(|s|² + noise), from the power averaged over neighbouring samples.
 * @param mean a mean of transients
 * @returns as many samples as carry signal, at least one block
 */
export function quietReference(mean: ComplexSignal): ComplexSignal {
  const points = mean.re.length;
  const noise = 2 * noiseSdOfTail(mean) ** 2;
  const blocks = Math.max(1, Math.floor(points / BLOCK));
  const power = Float64Array.from({ length: blocks }, (_, b) => {
    const end = Math.min(points, (b + 1) * BLOCK);
    let sum = 0;
    for (let i = b * BLOCK; i < end; i++) sum += (mean.re[i] as number) ** 2 + (mean.im[i] as number) ** 2;
    return sum / Math.max(1, end - b * BLOCK);
  });
  let last = blocks;
  while (last > 1 && (power[last - 1] as number) <= STILL_SIGNAL * noise) last--;
  const weightAt = (i: number): number => {
    const at = Math.min(Math.max((i + 0.5) / BLOCK - 0.5, 0), last - 1);
    const low = Math.floor(at);
    const here = power[low] as number;
    const next = power[Math.min(low + 1, last - 1)] as number;
    const both = here + (at - low) * (next - here);
    return both > noise ? 1 - noise / both : 0;
  };
  const length = Math.min(points, last * BLOCK);
  const weighted = (x: Float64Array): Float64Array =>
    Float64Array.from({ length }, (_, i) => (x[i] as number) * weightAt(i));
  return { re: weighted(mean.re), im: weighted(mean.im) };
}
