// A region's table as tab-separated text, with all digits.
import { t } from '../../app/i18n/index.ts';
import type { RegionRow } from './regions.ts';

const cell = (value: number | null): string => (value === null || Number.isNaN(value) ? '' : String(value));

/** @param quantity with its unit */
export function regionTsv(rows: readonly RegionRow[], quantity: string): string {
  const head = [
    t('mrsi.regions.metabolite'),
    t('mrsi.regions.meanOfQuantity', { quantity }),
    'SD',
    'n',
    t('mrsi.regions.ofMean'),
    'CRLB [%]',
  ];
  const lines = rows.map(({ name, mean, sd, n, ofMean }) =>
    [name, cell(mean), cell(sd), String(n), cell(ofMean?.value ?? null), cell(ofMean?.crlbPercent ?? null)].join('\t'),
  );
  return [head.join('\t'), ...lines].join('\n');
}
