// All methods' values of one spectrum as CSV: a line a metabolite and method, never a value without its doubt.
import { intervalVerdict, type IntervalVerdict, type MethodRow } from '../../../core/domain/methodValues.ts';
import { csvRow } from '../../../core/reports/csvTable.ts';
import type { MethodColumn } from './model.ts';

const HEAD = 'metabolite,method,version,model,value,low95,high95,in_distribution,against_fit';

const AGAINST: Readonly<Record<IntervalVerdict, string>> = {
  within: 'within both',
  beyondOne: 'beyond one',
  beyondBoth: 'beyond both',
  unknown: '',
};

/** @param reference place of the fit that the others are held against */
export function methodsCsv(
  columns: readonly MethodColumn[],
  rows: readonly MethodRow[],
  reference: number | null,
): string {
  const lines = rows.flatMap((row) =>
    columns.flatMap(({ view, isNetwork }, i) => {
      const value = row.values[i] ?? null;
      if (value === null) return [];
      const fit = reference === null || reference === i ? null : (row.values[reference] ?? null);
      const known = isNetwork ? (view.inDistribution ? 'yes' : 'no') : '';
      return [
        csvRow([
          ...[row.name, view.method, view.version, view.doubt?.model.id],
          ...[value.value, value.interval?.[0], value.interval?.[1]],
          ...[known, AGAINST[intervalVerdict(value, fit)]],
        ]),
      ];
    }),
  );
  return `${[HEAD, ...lines].join('\n')}\n`;
}
