// Frequency drift of a scan, from the frequency found in each transient.
import type { FrequencyDrift } from '../domain/spectrumQuality.ts';
import { standardDeviation } from '../math/robustStatistics.ts';

export type { FrequencyDrift };

/**
 * Drift statistics.
 * @param frequenciesHz of each transient in order of acquisition, as found: alignment's record of what it removed
 *   (positive: the transient lay at higher frequency)
 * @param intervalS time between the starts of transients (TR, times the number of interleaved conditions); null if unknown
 * @returns null for fewer than two transients
 */
export function frequencyDrift(frequenciesHz: ArrayLike<number>, intervalS: number | null): FrequencyDrift | null {
  const n = frequenciesHz.length;
  if (n < 2) return null;
  const values = Float64Array.from(frequenciesHz);
  const meanHz = values.reduce((a, b) => a + b, 0) / n;
  const middle = (n - 1) / 2;
  let covariance = 0;
  let spread = 0;
  values.forEach((v, i) => {
    covariance += (i - middle) * (v - meanHz);
    spread += (i - middle) ** 2;
  });
  const slope = covariance / spread;
  const squares = values.reduce((sum, v, i) => sum + (v - meanHz - slope * (i - middle)) ** 2, 0);
  const perMinute = intervalS !== null && intervalS > 0 ? 60 / intervalS : null;
  return {
    transients: n,
    meanHz,
    sdHz: standardDeviation(values),
    rangeHz: Math.max(...values) - Math.min(...values),
    slopeHzPerMin: perMinute === null ? null : slope * perMinute,
    slopeSeHzPerMin: perMinute === null || n < 3 ? null : Math.sqrt(squares / (n - 2) / spread) * perMinute,
  };
}
