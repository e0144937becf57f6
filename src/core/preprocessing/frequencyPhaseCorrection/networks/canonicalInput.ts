// Canonical FIDs (preprocessing/canonicalFid.ts) as the correction networks take them. A fixture holds them together with
// training/fpc/canonical.py.
import type { ComplexSignal } from '../../../domain/complexArray.ts';
import { CANONICAL_POINTS } from '../../../domain/canonicalBand.ts';

/**
 * Canonical signals as the networks take them.
 * @param canonical signals of 512 samples
 * @returns float32 [signals, 2, 512], each signal's largest magnitude 1; a zero signal stays zero
 */
export function networkInput(canonical: readonly ComplexSignal[]): Float32Array {
  const data = new Float32Array(canonical.length * 2 * CANONICAL_POINTS);
  canonical.forEach(({ re, im }, k) => {
    let largest = 0;
    for (let i = 0; i < CANONICAL_POINTS; i++)
      largest = Math.max(largest, Math.hypot(re[i] as number, im[i] as number));
    const scale = largest > 0 ? 1 / largest : 0;
    const start = 2 * k * CANONICAL_POINTS;
    for (let i = 0; i < CANONICAL_POINTS; i++) {
      data[start + i] = scale * (re[i] as number);
      data[start + CANONICAL_POINTS + i] = scale * (im[i] as number);
    }
  });
  return data;
}
