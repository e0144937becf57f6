// The result table as report, CSV and command line show it: row order, reliability marks, significant digits.
import { COMBINED_METABOLITES, EDITED_SUM } from '../domain/metaboliteNames.ts';
import type { MetaboliteEstimate, QuantificationResult } from '../domain/quantification.ts';

/**
 * CRLB above which a value is marked as unreliable; rows are marked, never removed, because dropping them biases group
 * means (Kreis, Magn Reson Med 2016;75:15, doi:10.1002/mrm.25568). [%]
 */
export const CRLB_LIMIT_PERCENT = 20;
/** CRLB above which the value is not distinguishable from zero (two standard errors). [%] */
export const CRLB_UNDETERMINED_PERCENT = 50;

/** What the mark beside a value says. */
export type Reliability = 'reliable' | 'uncertain' | 'undetermined';

/** Symbol and words of each mark: state is told by symbol and word as well as by tone. */
export const RELIABILITY_MARKS: Readonly<Record<Reliability, { readonly symbol: string; readonly words: string }>> = {
  reliable: { symbol: '', words: `CRLB up to ${CRLB_LIMIT_PERCENT} %` },
  uncertain: { symbol: '△', words: `CRLB above ${CRLB_LIMIT_PERCENT} %: uncertain` },
  undetermined: { symbol: '✕', words: `CRLB above ${CRLB_UNDETERMINED_PERCENT} % or none: not determined` },
};

/** One line of the result table. */
export interface ResultRow {
  readonly name: string;
  readonly kind: 'sum' | 'single';
  /** Members of a sum that the basis has; empty for a single metabolite. */
  readonly members: readonly string[];
  readonly estimate: MetaboliteEstimate;
  readonly reliability: Reliability;
}

/** @param estimate one metabolite or sum @returns how far its value can be relied on */
export function reliabilityOf(estimate: MetaboliteEstimate): Reliability {
  const crlb = estimate.crlbPercent;
  if (crlb === null || !Number.isFinite(crlb) || crlb > CRLB_UNDETERMINED_PERCENT) return 'undetermined';
  return crlb > CRLB_LIMIT_PERCENT ? 'uncertain' : 'reliable';
}

/** @returns rows of a result: sums in their usual order first, then single metabolites in the basis' order */
export function resultRows(result: QuantificationResult): ResultRow[] {
  const present = new Set(result.metabolites.map((m) => m.name));
  const order = COMBINED_METABOLITES.map((c) => c.name);
  const rank = (name: string): number => (order.includes(name) ? order.indexOf(name) : order.length);
  const sums = [...result.combined].sort((a, b) => rank(a.name) - rank(b.name));
  const membersOf = (name: string): string[] =>
    ([...COMBINED_METABOLITES, EDITED_SUM].find((c) => c.name === name)?.members ?? []).filter((m) => present.has(m));
  const row = (kind: ResultRow['kind'], estimate: MetaboliteEstimate): ResultRow => ({
    name: estimate.name,
    kind,
    members: kind === 'sum' ? membersOf(estimate.name) : [],
    estimate,
    reliability: reliabilityOf(estimate),
  });
  return [...sums.map((e) => row('sum', e)), ...result.metabolites.map((e) => row('single', e))];
}

/**
 * A number with a fixed count of significant digits, without exponent where it is readable without.
 * @param value any number; null or not finite gives the dash of a missing value
 * @param digits significant digits, 1 to 15
 */
export function formatSignificant(value: number | null, digits = 3): string {
  if (value === null || !Number.isFinite(value)) return '–';
  if (value === 0) return '0';
  const text = value.toPrecision(digits);
  const magnitude = Math.abs(Number(text));
  if (magnitude < 1e-4 || magnitude >= 1e6)
    return Number(text)
      .toExponential(digits - 1)
      .replace('-', '−');
  // A value rounded to fewer integer digits than it has (1230 at 2 digits) comes as 1.2e+3: written out.
  const plain = text.includes('e') ? String(Number(text)) : text;
  return plain.replace('-', '−');
}

/** As `formatSignificant`, without trailing zeros: for sizes and times that are set, not measured. */
export function formatTrimmed(value: number | null, digits = 3): string {
  const formatted = formatSignificant(value, digits);
  return /^[^e]*\.[0-9]*$/.test(formatted) ? formatted.replace(/\.?0+$/, '') : formatted;
}

/** A CRLB in whole percent from 10 on, with one decimal below; above 999 it only says so. */
export function formatCrlb(percent: number | null): string {
  if (percent === null || !Number.isFinite(percent)) return '–';
  if (percent > 999) return '>999';
  return percent >= 9.95 ? percent.toFixed(0) : percent.toFixed(1);
}

/** A number with fixed decimals and a true minus sign; a dash where missing. */
export function formatFixed(value: number | null, decimals: number): string {
  if (value === null || !Number.isFinite(value)) return '–';
  const text = value.toFixed(decimals);
  return (Number(text) === 0 ? text.replace('-', '') : text).replace('-', '−');
}
