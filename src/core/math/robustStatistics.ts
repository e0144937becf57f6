// Order statistics that a few outliers do not move: median, scaled median absolute deviation, robust z-scores.

/** Makes the median absolute deviation of a normal distribution equal to its SD: 1/Φ⁻¹(3/4). */
const MAD_TO_SD = 1.4826022185056018;

/**
 * Median (mean of the two middle values for even lengths).
 * @param values any order; left untouched
 * @returns NaN for an empty list
 */
export function median(values: ArrayLike<number>): number {
  const sorted = Float64Array.from(values).sort();
  const n = sorted.length;
  if (n === 0) return NaN;
  const upper = sorted[n >> 1] as number;
  return n % 2 === 1 ? upper : ((sorted[(n >> 1) - 1] as number) + upper) / 2;
}

/** Standard deviation estimated from the median absolute deviation. @param values any order */
export function madSd(values: ArrayLike<number>): number {
  const centre = median(values);
  return MAD_TO_SD * median(Float64Array.from(values, (v) => Math.abs(v - centre)));
}

/**
 * Robust z-scores (value − median) / max(MAD-SD, floor).
 * @param floor smallest spread taken as real, in the values' unit
 */
export function robustZScores(values: ArrayLike<number>, floor: number): Float64Array {
  const centre = median(values);
  const spread = Math.max(madSd(values), floor, Number.MIN_VALUE);
  return Float64Array.from(values, (v) => (v - centre) / spread);
}

/** Sample standard deviation (n − 1). */
export function standardDeviation(values: ArrayLike<number>): number {
  const n = values.length;
  if (n < 2) return 0;
  let sum = 0;
  for (let i = 0; i < n; i++) sum += values[i] as number;
  const mean = sum / n;
  let squares = 0;
  for (let i = 0; i < n; i++) squares += ((values[i] as number) - mean) ** 2;
  return Math.sqrt(squares / (n - 1));
}
