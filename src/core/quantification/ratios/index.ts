// Ratios of amplitudes with their uncertainty. For r = x/y, to first order
// var r = (var x + r²·var y − 2r·cov(x, y))/y² (Near 2021, doi:10.1002/nbm.4257, asks that a ratio carry both errors).
import type { Warning } from '../../domain/provenance.ts';
import type { MetaboliteEstimate, QuantificationResult, RatioEstimate } from '../../domain/quantification.ts';
import { amplitudeWeights, combinationCovariance, combinedAmplitude } from '../amplitudeCovariance.ts';
import type { AmplitudeWeights } from '../amplitudeCovariance.ts';

/** What may be divided by besides metabolites and sums. */
export interface WaterDenominator {
  /** Water amplitude per proton over that of the basis: ratios are molecules per water molecule, relaxation left in. */
  readonly amplitude: number;
  readonly sd: number | null;
}

/** Below this amplitude over SD the first-order SD of a ratio, and the ratio itself, mislead. */
const LEAST_DENOMINATOR_SNR = 5;

interface Denominator {
  readonly name: string;
  readonly value: number;
  readonly variance: number | null;
  /** null for water, which was measured in another scan and is independent of all. */
  readonly weights: AmplitudeWeights | null;
}

function denominatorOf(result: QuantificationResult, name: string, water: WaterDenominator | null): Denominator | null {
  if (name === 'water') {
    if (water === null) return null;
    return { name, value: water.amplitude, variance: water.sd === null ? null : water.sd ** 2, weights: null };
  }
  const weights = amplitudeWeights(result, name);
  if (weights === null) return null;
  const variance = combinationCovariance(result, weights, weights);
  return { name, value: combinedAmplitude(result, weights), variance, weights };
}

function ratioOf(result: QuantificationResult, weights: AmplitudeWeights, by: Denominator): RatioEstimate {
  const x = combinedAmplitude(result, weights);
  const value = x / by.value;
  const varX = combinationCovariance(result, weights, weights);
  const cov = by.weights === null ? 0 : combinationCovariance(result, weights, by.weights);
  const known = varX !== null && by.variance !== null && cov !== null;
  // A metabolite over itself has variance 0, which rounding (of the stored correlations, too) can make negative.
  const sd = known
    ? Math.sqrt(Math.max(0, varX + value * value * (by.variance ?? 0) - 2 * value * cov)) / by.value
    : null;
  return { reference: by.name, value, sd };
}

/**
 * Adds ratios to every estimate of a result.
 * @param references names of metabolites or sums ("tCr", "tNAA", "NAA" …), or "water"
 * @param water needed for "water" only
 * @returns a new result; a reference that is absent, zero or poorly known is told in its warnings
 */
export function withRatios(
  result: QuantificationResult,
  references: readonly string[],
  water: WaterDenominator | null = null,
): QuantificationResult {
  const warnings: Warning[] = [];
  const denominators = references.flatMap((name) => {
    const found = denominatorOf(result, name, water);
    if (found === null || !(found.value > 0)) {
      const why = found === null ? 'is not in this result' : `came out ${found.value < 0 ? 'negative' : 'as zero'}`;
      warnings.push({ code: 'ratio-reference-missing', message: `No ratios to ${name}: it ${why}.` });
      return [];
    }
    if (found.variance !== null && found.value < LEAST_DENOMINATOR_SNR * Math.sqrt(found.variance)) {
      const percent = ((100 * Math.sqrt(found.variance)) / found.value).toFixed(0);
      warnings.push({
        code: 'ratio-reference-uncertain',
        message: `Ratios to ${name} are unreliable: ${name} itself is known to ${percent} % only.`,
      });
    }
    return [found];
  });
  const add = (estimate: MetaboliteEstimate): MetaboliteEstimate => {
    const weights = amplitudeWeights(result, estimate.name);
    return weights === null ? estimate : { ...estimate, ratios: denominators.map((d) => ratioOf(result, weights, d)) };
  };
  return {
    ...result,
    metabolites: result.metabolites.map(add),
    combined: result.combined.map(add),
    warnings: [...result.warnings, ...warnings],
  };
}
