// What a difference fit lacks alone: creatine, which editing subtracts away, from the fit of OFF; and the sum GABA+.
import type { MetaboliteEstimate, QuantificationResult } from '../../domain/quantification.ts';
import { amplitudeWeights, combinationCovariance, combinedAmplitude } from '../amplitudeCovariance.ts';
import { COEDITED_NAME, GABA_PLUS } from './differenceBasis.ts';

/** Amplitude and variance of a metabolite or sum. */
function estimateOf(result: QuantificationResult, name: string): MetaboliteEstimate | null {
  return [...result.metabolites, ...result.combined].find((m) => m.name === name) ?? null;
}

/** GABA and what is edited with it, where both were fitted. */
function gabaPlus(result: QuantificationResult): MetaboliteEstimate | null {
  const gaba = amplitudeWeights(result, 'GABA');
  const coedited = amplitudeWeights(result, COEDITED_NAME);
  if (gaba === null || coedited === null) return null;
  const weights = gaba.map((w, i) => w + (coedited[i] as number));
  const amplitude = combinedAmplitude(result, weights);
  const variance = combinationCovariance(result, weights, weights);
  const sd = variance === null ? null : Math.sqrt(Math.max(0, variance));
  return {
    name: GABA_PLUS,
    amplitude,
    crlbPercent: sd === null || amplitude <= 0 ? null : (100 * sd) / amplitude,
    crlbAbsolute: sd,
    ratioToTCr: null,
    concentrationMM: null,
  };
}

/**
 * The difference fit with GABA+ and with ratios to OFF's creatine. Both bases must be of one simulation, so that a unit of
 * amplitude is the same in both. The noise of the two fits is taken as independent: half of the difference's is OFF's own,
 * but creatine is so much surer than GABA that this matters little.
 * @param difference of ON − OFF @param off of OFF of the same scan, or null where there is none
 */
export function joinEditedResults(
  difference: QuantificationResult,
  off: QuantificationResult | null,
): QuantificationResult {
  const plus = gabaPlus(difference);
  const creatine = off === null ? null : estimateOf(off, 'tCr');
  const withRatio = (m: MetaboliteEstimate): MetaboliteEstimate => {
    if (creatine === null || !(creatine.amplitude > 0)) return { ...m, ratioToTCr: null };
    const value = m.amplitude / creatine.amplitude;
    const sd =
      m.crlbAbsolute === null || creatine.crlbAbsolute === null
        ? null
        : Math.hypot(m.crlbAbsolute, value * creatine.crlbAbsolute) / creatine.amplitude;
    return { ...m, ratioToTCr: value, ratios: [{ reference: 'tCr', value, sd }] };
  };
  const combined = difference.combined.filter((m) => m.name !== 'tCr');
  return {
    ...difference,
    metabolites: difference.metabolites.map(withRatio),
    combined: [...combined, ...(plus === null ? [] : [plus])].map(withRatio),
    diagnostics: {
      ...difference.diagnostics,
      creatineOfOff: creatine?.amplitude ?? null,
      creatineOfOffCrlb: creatine?.crlbAbsolute ?? null,
    },
  };
}
