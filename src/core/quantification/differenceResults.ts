// What a difference fit lacks alone: creatine, which editing subtracts away, from the fit of OFF; and the sum GABA+.
import { EDITED_SUM } from '../domain/metaboliteNames.ts';
import type { MetaboliteEstimate, QuantificationResult } from '../domain/quantification.ts';
import { amplitudeWeights, combinationCovariance, combinedAmplitude } from './amplitudeCovariance.ts';
import { withRatios } from './ratios/index.ts';

/** GABA and what is edited with it, where both were fitted. */
function gabaPlus(result: QuantificationResult): MetaboliteEstimate[] {
  const { name, members } = EDITED_SUM;
  if (!members.every((member) => result.metabolites.some((m) => m.name === member))) return [];
  const weights = amplitudeWeights(result, name);
  if (weights === null) return [];
  const amplitude = combinedAmplitude(result, weights);
  const variance = combinationCovariance(result, weights, weights);
  const sd = variance === null ? null : Math.sqrt(Math.max(0, variance));
  return [
    {
      name,
      amplitude,
      crlbPercent: sd === null || amplitude <= 0 ? null : (100 * sd) / amplitude,
      crlbAbsolute: sd,
      ratioToTCr: null,
      concentrationMM: null,
    },
  ];
}

/** Correlation with one more estimate that is independent of the others. */
function withIndependent(correlation: readonly number[], count: number): number[] {
  const size = count + 1;
  return Array.from({ length: size * size }, (_, k) => {
    const [i, j] = [Math.floor(k / size), k % size];
    if (i === count || j === count) return i === j ? 1 : 0;
    return correlation[i * count + j] as number;
  });
}

/**
 * The difference fit with GABA+, with OFF's creatine as one more estimate, and with ratios to it. Both bases must be of one
 * simulation, so that a unit of amplitude is the same in both. The noise of the two fits is taken as independent: half of
 * the difference's is OFF's own, but creatine is so much surer than GABA that this matters little.
 * @param difference of ON − OFF @param off of OFF of the same scan, or null where there is none
 */
export function joinEditedResults(
  difference: QuantificationResult,
  off: QuantificationResult | null,
): QuantificationResult {
  const creatine = off?.combined.find((m) => m.name === 'tCr') ?? null;
  const count = difference.metabolites.length;
  const own = difference.metabolites.map((m) => ({ ...m, ratioToTCr: null }));
  const sums = difference.combined.filter((m) => m.name !== 'tCr').map((m) => ({ ...m, ratioToTCr: null }));
  const alone = { ...difference, metabolites: own, combined: [...sums, ...gabaPlus(difference)] };
  if (creatine === null || !(creatine.amplitude > 0)) return alone;
  const joined: QuantificationResult = {
    ...alone,
    metabolites: [...own, creatine],
    correlation: difference.correlation === null ? null : withIndependent(difference.correlation, count),
    diagnostics: { ...difference.diagnostics, creatineOfOff: creatine.amplitude },
  };
  const over = withRatios(joined, ['tCr']);
  const withRatio = (m: MetaboliteEstimate): MetaboliteEstimate => ({
    ...m,
    ratioToTCr: m.ratios?.[0]?.value ?? null,
  });
  return { ...over, metabolites: over.metabolites.map(withRatio), combined: over.combined.map(withRatio) };
}
