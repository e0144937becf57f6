// An interval as it stands beside its value.
import { formatSignificant } from './tables.ts';

/** Halves of an interval that differ by less are one figure after "±". */
const ASYMMETRY = 0.02;

/**
 * "± 0.10", or both ends where the halves differ; empty without an interval.
 * @param fromTo writes the two ends
 */
export function intervalText(
  { value, interval }: { readonly value: number; readonly interval: readonly [number, number] | null },
  fromTo: (low: string, high: string) => string,
): string {
  if (interval === null) return '';
  const [below, above] = [value - interval[0], interval[1] - value];
  return Math.abs(below - above) <= ASYMMETRY * Math.max(below, above)
    ? `± ${formatSignificant(below, 2)}`
    : fromTo(formatSignificant(interval[0]), formatSignificant(interval[1]));
}
