// The measured figures of a model card as tables: objects of objects become rows, lists become rows, what is left is facts.
import type { JsonObject, JsonValue } from '../../../core/domain/json.ts';

export interface MetricColumn {
  readonly key: string;
  /** With the unit: "Precision (Hz)". */
  readonly head: string;
  readonly isNumber: boolean;
}

export interface MetricTable {
  readonly title: string;
  readonly columns: readonly MetricColumn[];
  /** false: names and values, which need no head. */
  readonly hasHead: boolean;
  /** Cells by column. */
  readonly rows: readonly (readonly string[])[];
}

type Row = Readonly<Record<string, JsonValue>>;

const UNITS: readonly (readonly [ending: string, unit: string])[] = [
  ['Percent', '%'],
  ['Ppm', 'ppm'],
  ['Hz', 'Hz'],
  ['Deg', '°'],
  ['Ms', 'ms'],
  ['S', 's'],
];

/** Names whose words don't come from their spelling alone. */
const KNOWN: Readonly<Record<string, string>> = {
  msPerSpectrum: 'Time a spectrum (ms)',
  msPerTransient: 'Time a transient (ms)',
  boundHz: 'Cramér–Rao bound (Hz)',
  boundDeg: 'Cramér–Rao bound (°)',
};

/** "tNAA", "mI", "Glx". */
const METABOLITE = /^(t[A-Z]\w+|mI|[A-Z]\w*)$/;

const isObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isScalar = (value: JsonValue): boolean => value === null || typeof value !== 'object';

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** A key as words: "biasAgainstTruthPercent" → "Bias against truth (%)". */
export function metricName(key: string): string {
  const known = KNOWN[key];
  if (known !== undefined) return known;
  const [ending = '', unit = ''] = UNITS.find(([end]) => key.endsWith(end) && key.length > end.length) ?? [];
  // Names of data sets and of metabolites are no words run together.
  if (key.includes('-') || METABOLITE.test(key)) return key;
  const words = key
    .slice(0, key.length - ending.length)
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([a-z])([0-9])/g, '$1 $2')
    .toLowerCase()
    .replace(/\b(snr|sd)\b/g, (short) => short.toUpperCase());
  return unit === '' ? capital(words) : `${capital(words)} (${unit})`;
}

/** A figure as it is read: three significant digits, whole numbers whole. */
export function metricText(value: JsonValue | undefined): string {
  if (value === null || value === undefined) return '–';
  if (typeof value === 'number') {
    return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(3))).replace('-', '−');
  }
  if (Array.isArray(value)) return value.map(metricText).join(' to ');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** A list's entries as rows; a list within an entry gives a row for each of its own. */
function rowsOfList(list: readonly JsonValue[]): Row[] {
  return list.filter(isObject).flatMap((entry) => {
    const inner = Object.values(entry).find((value) => Array.isArray(value) && value.every(isObject));
    const own = Object.fromEntries(Object.entries(entry).filter(([, value]) => isScalar(value)));
    return Array.isArray(inner) ? rowsOfList(inner).map((row) => ({ ...own, ...row })) : [own];
  });
}

function tableOf(title: string, rows: readonly Row[]): MetricTable {
  const keys = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  return {
    title,
    columns: keys.map((key) => ({
      key,
      head: key === '' ? '' : metricName(key),
      isNumber: rows.some((row) => typeof row[key] === 'number'),
    })),
    hasHead: true,
    rows: rows.map((row) => keys.map((key) => metricText(row[key]))),
  };
}

/** A list that is a range or a few figures, not a table. */
const isPlain = (value: JsonValue): boolean => isScalar(value) || (Array.isArray(value) && value.every(isScalar));

/**
 * @param metrics of a card
 * @returns one table for each group, then the figures that stand alone as a table of two columns
 */
export function metricTables(metrics: JsonObject, title = ''): MetricTable[] {
  const entries = Object.entries(metrics);
  const single = entries.filter(([, value]) => isPlain(value));
  const facts = single.map(([key, value]): readonly string[] => [metricName(key), metricText(value)]);
  const columns = [
    { key: 'name', head: 'Figure', isNumber: false },
    { key: 'value', head: 'Value', isNumber: true },
  ];
  const alone = facts.length === 0 ? [] : [{ title, columns, hasHead: false, rows: facts }];
  return [
    ...entries.filter(([, value]) => !isPlain(value)).flatMap(([key, value]) => group(title, key, value)),
    ...alone,
  ];
}

function group(parent: string, key: string, value: JsonValue): MetricTable[] {
  const title = parent === '' ? metricName(key) : `${parent}: ${metricName(key)}`;
  if (Array.isArray(value)) return [tableOf(title, rowsOfList(value))];
  if (!isObject(value)) return [];
  const parts = Object.entries(value);
  const areRows = parts.every(([, part]) => isObject(part) && Object.values(part).every(isPlain));
  if (!areRows) return metricTables(value, title);
  return [
    tableOf(
      title,
      parts.map(([name, part]) => ({ '': metricName(name), ...(part as JsonObject) })),
    ),
  ];
}
