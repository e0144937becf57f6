// The phase of the model's bins, which is linear in ppm and so in the bin's number.
import type { LinearPhase } from './modelKernels.ts';

/** Bins after which the recurrence of `turnsOf` begins anew, so that rounding does not add up. */
const EXACT_EVERY = 32;

/** e^{i·phase} of every bin. @returns cosine and sine by turns, 2 · count numbers */
export function turnsOf({ first, step }: LinearPhase, count: number): Float64Array {
  const out = new Float64Array(2 * count);
  const stepRe = Math.cos(step);
  const stepIm = Math.sin(step);
  let c = 1;
  let s = 0;
  for (let i = 0; i < count; i++) {
    if (i % EXACT_EVERY === 0) {
      c = Math.cos(first + i * step);
      s = Math.sin(first + i * step);
    }
    out[2 * i] = c;
    out[2 * i + 1] = s;
    const next = c * stepRe - s * stepIm;
    s = c * stepIm + s * stepRe;
    c = next;
  }
  return out;
}
