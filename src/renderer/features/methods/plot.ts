// The methods' values as series of the plot, as they are or as differences from the fit.
import { t } from '../../app/i18n/index.ts';
import type { MethodRow, MethodValue } from '../../../core/domain/methodValues.ts';
import { formatFixed, formatSignificant } from '../../../core/reports/tables.ts';
import type { IntervalSeries } from '../../charts/intervalFigure.ts';
import type { MethodColumn } from './model.ts';

/** Every value as its difference from the reference's in percent; rows where that is not above zero are left out. */
export function relativeRows(rows: readonly MethodRow[], reference: number): MethodRow[] {
  return rows.flatMap((row) => {
    const base = row.values[reference]?.value ?? 0;
    if (!(base > 0)) return [];
    const percent = (value: number): number => 100 * (value / base - 1);
    const relative = (v: MethodValue | null): MethodValue | null =>
      v === null
        ? null
        : { value: percent(v.value), interval: v.interval === null ? null : [percent(v.interval[0]), percent(v.interval[1])] }; // prettier-ignore
    return [{ ...row, values: row.values.map(relative) }];
  });
}

/** One series a method. */
export function plotSeries(columns: readonly MethodColumn[], rows: readonly MethodRow[]): IntervalSeries[] {
  return columns.map(({ look, isNetwork, view }, i) => ({
    ...look,
    doubtful: isNetwork && !view.inDistribution,
    points: rows.map((row) => row.values[i] ?? null),
  }));
}

/** What the read-out says of each drawn point, in the order in which the figure has them. */
export function plotMarks(columns: readonly MethodColumn[], rows: readonly MethodRow[], isPercent: boolean): string[] {
  const text = (value: number): string => (isPercent ? `${formatFixed(value, 1)} %` : formatSignificant(value));
  return columns.flatMap((column, i) =>
    rows.flatMap(({ name, values }) => {
      const value = values[i] ?? null;
      if (value === null) return [];
      const { interval } = value;
      const range =
        interval === null ? '' : `  ${t('methods.plot.range', { low: text(interval[0]), high: text(interval[1]) })}`;
      const doubt = column.isNetwork && !column.view.inDistribution ? `  ${t('methods.plot.unlike')}` : '';
      return [`${name}  ${column.title}  ${text(value.value)}${range}${doubt}`];
    }),
  );
}
