// Results of many studies as one CSV (RFC 4180): who, when and by what scan before the columns of a single result's table.
import { CSV_COLUMNS, csvRows } from './csvReport.ts';
import type { CsvInput } from './csvReport.ts';
import { csvRow } from './csvTable.ts';
import type { CsvCell } from './csvTable.ts';

/** A study as the table names it. */
export interface CsvStudy {
  /** Pseudonym or the hospital's number. */
  readonly patient: string;
  readonly sex: string | null;
  readonly ageYears: number | null;
  /** YYYY-MM-DD. */
  readonly studyDate: string | null;
  readonly region: string | null;
  readonly scanner: string | null;
  readonly fieldT: number | null;
  readonly sequence: string | null;
  readonly echoTimeS: number | null;
  readonly repetitionTimeS: number | null;
}

const STUDY_COLUMNS = [
  'patient',
  'sex',
  'age_years',
  'study_date',
  'region',
  'scanner',
  'field_T',
  'sequence',
  'TE_s',
  'TR_s',
] as const;

const studyCells = (study: CsvStudy): CsvCell[] => [
  study.patient,
  study.sex,
  study.ageYears,
  study.studyDate,
  study.region,
  study.scanner,
  study.fieldT,
  study.sequence,
  study.echoTimeS,
  study.repetitionTimeS,
];

/** An analysis with its study. */
export interface StudyResults {
  readonly study: CsvStudy;
  readonly input: CsvInput;
}

const COLUMNS = [...STUDY_COLUMNS, ...CSV_COLUMNS];
const rowsOf = (entries: readonly StudyResults[]): CsvCell[][] =>
  entries.flatMap(({ study, input }) => csvRows(input).map((row) => [...studyCells(study), ...row]));

/** @returns the CSV text, CRLF line ends, header first */
export function studiesCsv(entries: readonly StudyResults[]): string {
  return [COLUMNS, ...rowsOf(entries)].map((row) => `${csvRow(row)}\r\n`).join('');
}

/** @returns the same table as JSON document "lineshape.results/1": one object a row; what is unknown is null */
export function studiesJson(entries: readonly StudyResults[]): string {
  const known = (cell: CsvCell | undefined): CsvCell =>
    cell === undefined || cell === '' || (typeof cell === 'number' && !Number.isFinite(cell)) ? null : cell;
  const rows = rowsOf(entries).map((row) => Object.fromEntries(COLUMNS.map((name, i) => [name, known(row[i])])));
  return `${JSON.stringify({ schema: 'lineshape.results/1', rows }, null, 1)}\n`;
}
