// Variances of linear combinations of a result's amplitudes, from its CRLBs and correlation matrix.
import { COMBINED_METABOLITES, EDITED_SUM } from '../domain/metaboliteNames.ts';
import type { QuantificationResult } from '../domain/quantification.ts';

/** Σ w_i · amplitude of metabolite i, weights in the order of `result.metabolites`. */
export type AmplitudeWeights = Float64Array;

/**
 * Weights of a metabolite or of a reported sum.
 * @param name "NAA", "tCr" …
 * @returns null where the result has neither
 */
export function amplitudeWeights(result: QuantificationResult, name: string): AmplitudeWeights | null {
  const isOwn = result.metabolites.some((m) => m.name === name);
  const sum = [...COMBINED_METABOLITES, EDITED_SUM].find((c) => c.name === name);
  const members: readonly string[] = isOwn ? [name] : (sum?.members ?? [name]);
  const weights = Float64Array.from(result.metabolites, (m) => (members.includes(m.name) ? 1 : 0));
  return weights.some((w) => w > 0) ? weights : null;
}

/** The combination's value. */
export function combinedAmplitude(result: QuantificationResult, weights: AmplitudeWeights): number {
  return result.metabolites.reduce((sum, m, i) => sum + (weights[i] as number) * m.amplitude, 0);
}

/**
 * Covariance of two combinations: wᵀ·C·v with C_ij = r_ij·σ_i·σ_j.
 * @returns null where a needed CRLB or the correlation is unknown
 */
export function combinationCovariance(
  result: QuantificationResult,
  w: AmplitudeWeights,
  v: AmplitudeWeights,
): number | null {
  const n = result.metabolites.length;
  let sum = 0;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      const weight = (w[i] as number) * (v[j] as number);
      if (weight === 0) continue;
      const si = result.metabolites[i]?.crlbAbsolute ?? null;
      const sj = result.metabolites[j]?.crlbAbsolute ?? null;
      const r = i === j ? 1 : (result.correlation?.[i * n + j] ?? null);
      if (si === null || sj === null || r === null) return null;
      sum += weight * r * si * sj;
    }
  }
  return sum;
}
