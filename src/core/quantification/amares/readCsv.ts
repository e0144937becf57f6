// Reads prior knowledge from the table that OXSA's and pyAMARES's users keep (pyAMARES documentation, "Prior knowledge";
// Purvis 2017, doi:10.1371/journal.pone.0185356): a column a peak; "Initial Values" with amplitude, chemicalshift [ppm],
// linewidth [Hz], phase [degrees], g; "Bounds" with the same rows as (lower, upper), either side left open; "#" comments.
// An initial value may name an earlier peak: BATP, BATP/2, 0.5*BATP, BATP-15Hz, BATP+0.1ppm.
import { UsageError } from '../../domain/errors.ts';
import type { JsonObject, JsonValue } from '../../domain/json.ts';
import { PRIOR_KNOWLEDGE_SCHEMA } from './readPriorKnowledge.ts';

const ROWS = ['amplitude', 'chemicalshift', 'linewidth', 'phase', 'g'] as const;
type RowName = (typeof ROWS)[number];

const JSON_NAMES: Readonly<Record<Exclude<RowName, 'g'>, string>> = {
  amplitude: 'amplitude',
  chemicalshift: 'shiftPpm',
  linewidth: 'linewidthHz',
  phase: 'phaseDeg',
};

const refuse = (message: string): never => {
  throw new UsageError(`The prior knowledge table ${message}.`);
};

/** Cells of one line; a quoted cell may hold commas. */
function cellsOf(line: string): string[] {
  const cells = line.match(/("([^"]|"")*"|[^,]*)(,|$)/g) ?? [];
  const texts = cells.map((c) =>
    c
      .replace(/,$/, '')
      .trim()
      .replace(/^"(.*)"$/s, '$1')
      .trim(),
  );
  // The last match is the empty one at the line's end.
  return texts.slice(0, -1);
}

interface Table {
  readonly peaks: readonly string[];
  readonly values: ReadonlyMap<RowName, readonly string[]>;
  readonly bounds: ReadonlyMap<RowName, readonly string[]>;
}

function readTable(text: string): Table {
  const lines = text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\n|\r/)
    .map(cellsOf)
    .filter((cells) => cells.some((c) => c !== '') && !(cells[0] ?? '').startsWith('#'));
  const [head, ...body] = lines;
  const peaks = (head ?? []).slice(1).filter((name) => name !== '');
  if (peaks.length === 0) return refuse('has no peak names in its first line');
  const values = new Map<RowName, readonly string[]>();
  const bounds = new Map<RowName, readonly string[]>();
  let section = values;
  for (const [label = '', ...cells] of body) {
    const name = label.toLowerCase().replace(/[\s_-]/g, '');
    if (name.startsWith('initialvalue')) section = values;
    else if (name.startsWith('bound')) section = bounds;
    else if ((ROWS as readonly string[]).includes(name)) section.set(name as RowName, cells);
    else refuse(`has a line "${label}", which is none of ${ROWS.join(', ')}, Initial Values, Bounds`);
  }
  for (const row of ROWS.slice(0, 3)) if (!values.has(row)) refuse(`lacks the line "${row}" of its initial values`);
  return { peaks, values, bounds };
}

const NUMBER = String.raw`[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?`;
const SCALED = new RegExp(String.raw`^(?:(${NUMBER})\*)?([A-Za-z]\w*)(?:([*/])(${NUMBER}))?$`);
const MOVED = new RegExp(String.raw`^([A-Za-z]\w*)([-+](?:\d+\.?\d*|\.\d+))(Hz|ppm)?$`);

/** (lower, upper); a side may be missing. */
function boundsOf(cell: string, place: string): { lower?: number; upper?: number } {
  const text = cell.replace(/\s/g, '');
  if (text === '') return {};
  const match = new RegExp(String.raw`^\(?(${NUMBER})?,?(${NUMBER})?\)?$`).exec(text);
  if (match === null) return refuse(`has the bounds "${cell}" ${place}; (lower, upper) is expected`);
  // "(0," opens the upper side, ",10)" the lower one; both are told by the bracket that is there.
  if (text.startsWith('(') && text.endsWith(')') && (match[1] === undefined || match[2] === undefined)) {
    return refuse(`has the bounds "${cell}" ${place}; (lower, upper) is expected`);
  }
  const lower = text.startsWith('(') ? match[1] : undefined;
  const upper = text.endsWith(')') ? (match[2] ?? match[1]) : undefined;
  return {
    ...(lower === undefined ? {} : { lower: Number(lower) }),
    ...(upper === undefined ? {} : { upper: Number(upper) }),
  };
}

interface CellContext {
  readonly row: Exclude<RowName, 'g'>;
  readonly peak: string;
  readonly earlier: readonly string[];
  readonly spectrometerFrequencyMHz: number;
}

/** A cell that names another peak, as a link. */
function linkOf(cell: string, { row, peak, earlier, spectrometerFrequencyMHz }: CellContext): JsonObject {
  const place = `at ${row} of ${peak}`;
  const text = cell.replace(/\s/g, '');
  const scaled = SCALED.exec(text);
  const moved = MOVED.exec(text);
  const follows = scaled?.[2] ?? moved?.[1];
  if (follows === undefined)
    return refuse(`has "${cell}" ${place}, which is neither a number nor a link like BATP-15Hz`);
  if (!earlier.includes(follows)) return refuse(`links ${row} of ${peak} to "${follows}", which is no earlier peak`);
  if (moved !== null) {
    const amount = Number(moved[2]);
    if (row === 'chemicalshift') {
      const hz = moved[3] === 'Hz' ? amount : amount * spectrometerFrequencyMHz;
      return { follows, offsetHz: hz };
    }
    if (row === 'amplitude') return refuse(`adds to an amplitude ${place}; a ratio such as BATP/2 is expected`);
    return { follows, offset: amount };
  }
  const [, before, , operator, after] = scaled as RegExpExecArray;
  const ratio = Number(before ?? 1) * (operator === '/' ? 1 / Number(after) : Number(after ?? 1));
  if (row === 'chemicalshift' || row === 'phase') {
    return ratio === 1 ? { follows } : refuse(`scales the ${row} of ${peak}; only an offset makes sense there`);
  }
  return ratio === 1 ? { follows } : { follows, ratio };
}

function parameterOf(cell: string, boundsCell: string, context: CellContext): JsonValue {
  const place = `at ${context.row} of ${context.peak}`;
  if (cell === '') return refuse(`has no value ${place}`);
  const value = Number(cell);
  if (!isFinite(value)) return linkOf(cell, context);
  const bounds = boundsOf(boundsCell, place);
  if (context.row === 'linewidth' && bounds.lower !== undefined && bounds.lower < 0) bounds.lower = 0;
  if (bounds.lower !== undefined && bounds.lower === bounds.upper && context.row !== 'amplitude') return bounds.lower;
  return { value, ...bounds };
}

/** Peaks named alike but for a trailing number, whose amplitudes follow the first, are one multiplet: its sum is t + name. */
function sumsOf(peaks: readonly string[]): JsonObject {
  const sums: JsonObject = {};
  for (const name of peaks) {
    const members = peaks.filter((p) => p === name || (p.startsWith(name) && /^\d+$/.test(p.slice(name.length))));
    if (members.length > 1) sums[`t${name}`] = members;
  }
  return sums;
}

/**
 * Reads a prior-knowledge table.
 * @param text content of the CSV file
 * @param spectrometerFrequencyMHz of the scan: the table may give distances in ppm
 * @returns the JSON form of the same knowledge, which `readPriorKnowledge` checks
 * @throws UsageError with the place of what is wrong
 */
export function priorKnowledgeFromCsv(text: string, spectrometerFrequencyMHz: number): JsonObject {
  const { peaks, values, bounds } = readTable(text);
  const cell = (rows: Table['values'], row: RowName, i: number): string => rows.get(row)?.[i] ?? '';
  const list = peaks.map((name, i) => {
    const context = { peak: name, earlier: peaks.slice(0, i), spectrometerFrequencyMHz };
    const g = Number(cell(values, 'g', i) || 0);
    if (g !== 0 && g !== 1) {
      return refuse(`gives ${name} g = ${cell(values, 'g', i)}; 0 (Lorentzian) and 1 (Gaussian) are understood`);
    }
    const peak: JsonObject = { name, lineshape: g === 1 ? 'gaussian' : 'lorentzian' };
    for (const [row, field] of Object.entries(JSON_NAMES)) {
      const rowName = row as Exclude<RowName, 'g'>;
      const value = cell(values, rowName, i) || (rowName === 'phase' ? '0' : '');
      peak[field] = parameterOf(value, cell(bounds, rowName, i), { ...context, row: rowName });
    }
    return peak;
  });
  return { schema: PRIOR_KNOWLEDGE_SCHEMA, title: 'Prior knowledge table', peaks: list, sums: sumsOf(peaks) };
}
