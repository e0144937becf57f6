// The comparison of one spectrum as text: cells of the table, and the table as CSV.
import { csvRow, type CsvCell } from '../../../core/reports/csvTable.ts';
import { formatFixed, formatSignificant } from '../../../core/reports/tables.ts';
import type { ComparedValue, PairRow } from './model.ts';
import { VERDICTS } from './model.ts';

/** "1.21 ± 0.04", or the interval's ends where it is not symmetric. */
export function valueText(compared: ComparedValue | null): { readonly value: string; readonly interval: string } {
  if (compared === null) return { value: '–', interval: '' };
  const { value, interval } = compared;
  if (interval === null) return { value: formatSignificant(value), interval: '' };
  const [below, above] = [value - interval[0], interval[1] - value];
  const symmetric = Math.abs(below - above) <= 0.02 * Math.max(below, above);
  const text = symmetric
    ? `± ${formatSignificant(below, 2)}`
    : `${formatSignificant(interval[0])} to ${formatSignificant(interval[1])}`;
  return { value: formatSignificant(value), interval: text };
}

export const percentText = (percent: number | null): string => {
  const text = formatFixed(percent, 1);
  return percent !== null && Number(text) > 0 ? `+${text}` : text;
};

const HEAD =
  'metabolite,a,a_low,a_high,b,b_low,b_high,difference,difference_low,difference_high,difference_percent,verdict';

/** Plain numbers at full precision; 95 % intervals. */
export function pairCsv(rows: readonly PairRow[]): string {
  const three = (v: ComparedValue | null): CsvCell[] => [v?.value, v?.interval?.[0], v?.interval?.[1]];
  const lines = rows.map((row) =>
    csvRow([
      row.name,
      ...three(row.a),
      ...three(row.b),
      ...three(row.difference),
      row.differencePercent,
      VERDICTS[row.verdict].word,
    ]),
  );
  return `${[HEAD, ...lines].join('\n')}\n`;
}
