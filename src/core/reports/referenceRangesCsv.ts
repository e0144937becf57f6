// Reference ranges as a table that a spreadsheet opens (RFC 4180), and back; every line that is refused says why.
import { UsageError } from '../domain/errors.ts';
import type { RangeField, RangeText, ReferenceRange } from '../domain/referenceRange.ts';
import { RANGE_FIELDS, rangeText, readRange } from '../domain/referenceRange.ts';
import { csvRow } from './csvTable.ts';

const HEADS: Readonly<Record<RangeField, string>> = {
  metabolite: 'metabolite',
  quantity: 'quantity',
  denominator: 'denominator',
  nucleus: 'nucleus',
  fieldT: 'field_T',
  echoTimeMinMs: 'te_min_ms',
  echoTimeMaxMs: 'te_max_ms',
  sequence: 'sequence',
  region: 'region',
  tissue: 'tissue',
  ageMinYears: 'age_min_years',
  ageMaxYears: 'age_max_years',
  mean: 'mean',
  sd: 'sd',
  n: 'n',
  citation: 'citation',
};

/** Columns that may be missing: their fields are empty then. */
const OPTIONAL: readonly RangeField[] = ['denominator', 'sequence', 'tissue', 'ageMinYears', 'ageMaxYears'];
/** A table of ranges has tens of lines; beyond this it is another file. */
const MOST_LINES = 5000;

export interface RangesCsv {
  readonly ranges: readonly ReferenceRange[];
  /** One sentence a line that was left out. */
  readonly refusals: readonly string[];
}

/** @returns header and one line a range, CRLF */
export function rangesCsv(ranges: readonly ReferenceRange[]): string {
  const rows = ranges.map((range) => {
    const text = rangeText(range);
    return RANGE_FIELDS.map((field) => (typeof range[field] === 'number' ? (range[field] as number) : text[field]));
  });
  return [RANGE_FIELDS.map((field) => HEADS[field]), ...rows].map((row) => `${csvRow(row)}\r\n`).join('');
}

/** A record with the line it begins on, from 1. */
interface CsvRecord {
  readonly line: number;
  readonly cells: readonly string[];
}

/** Records of quoted and plain cells; a quote within quotes is doubled. */
function records(text: string, separator: string): CsvRecord[] {
  const found: CsvRecord[] = [];
  let [cells, cell, quoted, line, start]: [string[], string, boolean, number, number] = [[], '', false, 1, 1];
  const endCell = (): void => {
    cells.push(cell);
    cell = '';
  };
  const endRecord = (): void => {
    endCell();
    if (cells.some((c) => c.trim() !== '')) found.push({ line: start, cells });
    cells = [];
    start = line + 1;
  };
  for (let i = 0; i < text.length; i++) {
    const character = text[i] as string;
    if (quoted && character === '"' && text[i + 1] === '"') cell += text[++i] as string;
    else if (character === '"' && (quoted || cell === '')) quoted = !quoted;
    else if (!quoted && character === separator) endCell();
    else if (!quoted && character === '\n') endRecord();
    else cell += character;
    if (character === '\n') line++;
  }
  endRecord();
  return found;
}

/** What the header line is parted by. */
function separatorOf(text: string): string {
  const header = text.slice(0, Math.max(0, text.search(/[\r\n]|$/)));
  return [',', ';', '\t'].reduce((best, s) => (header.split(s).length > header.split(best).length ? s : best));
}

/** "'=…" is how a spreadsheet is kept from running a cell. */
const plainCell = (cell: string | undefined): string =>
  (cell ?? '')
    .replace(/\r/g, '')
    .replace(/^'(?=[=+\-@])/, '')
    .trim();

function columnsOf(header: CsvRecord | undefined, fileName: string): Map<RangeField, number> {
  const names = (header?.cells ?? []).map((cell) => plainCell(cell).toLowerCase());
  const columns = new Map<RangeField, number>();
  for (const field of RANGE_FIELDS) {
    const at = names.indexOf(HEADS[field].toLowerCase());
    if (at >= 0) columns.set(field, at);
  }
  const missing = RANGE_FIELDS.filter((field) => !columns.has(field) && !OPTIONAL.includes(field));
  if (missing.length === 0) return columns;
  const heads = missing.map((field) => HEADS[field]).join(', ');
  throw new UsageError(`${fileName} is no table of reference ranges: its first line has no column ${heads}.`);
}

/**
 * Reads a table of ranges.
 * @param text UTF-8 with or without a byte order mark, parted by comma, semicolon or tab
 * @param fileName base name, for the sentences
 * @throws UsageError where the first line lacks a column
 */
export function readRangesCsv(text: string, fileName: string): RangesCsv {
  const plain = text.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n');
  const [header, ...lines] = records(plain, separatorOf(plain));
  const columns = columnsOf(header, fileName);
  if (lines.length > MOST_LINES) {
    throw new UsageError(
      `${fileName} has ${lines.length} lines; a table of reference ranges has at most ${MOST_LINES}.`,
    );
  }
  const ranges: ReferenceRange[] = [];
  const refusals: string[] = [];
  for (const { line, cells } of lines) {
    const entries = RANGE_FIELDS.map((field) => [field, plainCell(cells[columns.get(field) ?? -1])] as const);
    const read = readRange(Object.fromEntries(entries) as RangeText);
    if (read.range !== null) ranges.push(read.range);
    else {
      const words = read.problems.map(({ field, words: said }) => `${HEADS[field]} ${said}`).join('; ');
      refusals.push(`Line ${line} of ${fileName} was left out: ${words}.`);
    }
  }
  return { ranges, refusals };
}
