// The mean of complex signals.
import type { ComplexVector } from './fft.ts';

/** Mean of signals of one length. @returns a new signal; of none an empty one */
export function meanSignal(signals: readonly ComplexVector[]): ComplexVector {
  const points = signals[0]?.re.length ?? 0;
  const mean = { re: new Float64Array(points), im: new Float64Array(points) };
  const scale = 1 / Math.max(1, signals.length);
  for (const { re, im } of signals) {
    for (let i = 0; i < points; i++) {
      mean.re[i] = (mean.re[i] as number) + scale * (re[i] as number);
      mean.im[i] = (mean.im[i] as number) + scale * (im[i] as number);
    }
  }
  return mean;
}
