// Mean normalised scalar product over all pairs of complex vectors.
import type { ComplexVector } from './fft.ts';

/**
 * Mean over all pairs of Re⟨a, b⟩/(‖a‖‖b‖), in O(vectors) through ‖Σ â‖² = n + Σ_{a≠b}⟨â, b̂⟩.
 * @param vectors complex vectors of one length; zero vectors are left out
 * @returns −1 to 1; 1 for fewer than two vectors
 */
export function meanPairwiseSimilarity(vectors: readonly ComplexVector[]): number {
  const length = vectors[0]?.re.length ?? 0;
  const sumRe = new Float64Array(length);
  const sumIm = new Float64Array(length);
  let count = 0;
  for (const { re, im } of vectors) {
    let energy = 0;
    for (let i = 0; i < length; i++) energy += (re[i] as number) ** 2 + (im[i] as number) ** 2;
    if (energy === 0) continue;
    const scale = 1 / Math.sqrt(energy);
    for (let i = 0; i < length; i++) {
      sumRe[i] = (sumRe[i] as number) + scale * (re[i] as number);
      sumIm[i] = (sumIm[i] as number) + scale * (im[i] as number);
    }
    count++;
  }
  if (count < 2) return 1;
  let total = 0;
  for (let i = 0; i < length; i++) total += (sumRe[i] as number) ** 2 + (sumIm[i] as number) ** 2;
  return (total - count) / (count * (count - 1));
}
