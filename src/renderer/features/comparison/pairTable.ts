// The comparison of one spectrum as text: cells of the table, and the table as CSV.
import { t } from '../../app/i18n/index.ts';
import { intervalText } from '../../../core/reports/intervalText.ts';
import { csvRow, type CsvCell } from '../../../core/reports/csvTable.ts';
import { formatFixed, formatSignificant } from '../../../core/reports/tables.ts';
import type { ComparedValue, PairRow } from './model.ts';

/** "1.21 ± 0.04", or the interval's ends where it is not symmetric. */
export function valueText(compared: ComparedValue | null): { readonly value: string; readonly interval: string } {
  if (compared === null) return { value: '–', interval: '' };
  const fromTo = (low: string, high: string): string => t('comparison.table.fromTo', { low, high });
  return { value: formatSignificant(compared.value), interval: intervalText(compared, fromTo) };
}

export const percentText = (percent: number | null): string => {
  const text = formatFixed(percent, 1);
  return percent !== null && Number(text) > 0 ? `+${text}` : text;
};

/** For programs: the same in every language. */
const VERDICT_WORDS: Readonly<Record<PairRow['verdict'], string>> = {
  within: 'within both',
  beyondOne: 'beyond one',
  beyondBoth: 'beyond both',
  unknown: 'no interval',
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
      VERDICT_WORDS[row.verdict],
    ]),
  );
  return `${[HEAD, ...lines].join('\n')}\n`;
}
