// truth.csv of a simulated set: one row a case, `case`, one column a metabolite, then what else was drawn. Written here and,
// also where it was made elsewhere, read here.
import { ReaderError } from '../../domain/errors.ts';
import { canonicalMetaboliteName, COMBINED_METABOLITES } from '../../domain/metaboliteNames.ts';

/** Columns that are no metabolites; "shiftHz.NAA" and the like are one metabolite's own. */
export const NUISANCE_COLUMNS = ['snr', 'noiseSd', 'shiftHz', 'phaseDeg', 'lorentzianHz', 'gaussianHz'] as const;

export interface TruthTable {
  readonly cases: number;
  /** Canonical name (or a sum's: "tNAA") → value of every case, in the order of the spectra. */
  readonly metabolites: ReadonlyMap<string, Float64Array>;
  /** Values of the columns that are no metabolites; NaN where a cell is empty. */
  readonly nuisances: ReadonlyMap<string, Float64Array>;
}

/** @returns the file's text; numbers in full precision */
export function writeTruthTable(columns: readonly string[], rows: readonly (readonly number[])[]): string {
  const lines = rows.map((row, i) => [i, ...row].join(','));
  return `${['case', ...columns].join(',')}\n${lines.join('\n')}\n`;
}

const SUM_NAMES: ReadonlySet<string> = new Set(COMBINED_METABOLITES.map((sum) => sum.name));

const isNuisance = (name: string): boolean =>
  NUISANCE_COLUMNS.some((n) => name.toLowerCase() === n.toLowerCase() || name.startsWith(`${n}.`));

const nameOf = (column: string): string =>
  isNuisance(column) || (SUM_NAMES.has(column) && column !== 'mI') ? column : canonicalMetaboliteName(column);

const invalid = (fileName: string, what: string): ReaderError =>
  new ReaderError('FORMAT_INVALID', `${fileName} ${what}`, { file: fileName });

const cellsOf = (line: string): string[] => line.split(',').map((cell) => cell.trim().replace(/^"(.*)"$/, '$1'));

function readHeader(line: string, fileName: string): string[] {
  const columns = cellsOf(line.replace(/^\uFEFF/, ''));
  if (columns.length === 1 && /[;\t]/.test(line)) {
    throw invalid(fileName, 'separates its columns with something else than the commas that are expected.');
  }
  const [first] = columns;
  if (first?.toLowerCase() !== 'case') {
    throw invalid(fileName, `should have "case" as its first column, where it has "${(first ?? '').slice(0, 40)}".`);
  }
  const names = columns.slice(1).map(nameOf);
  names.forEach((name, i) => {
    if (name === '') throw invalid(fileName, `has no name over column ${i + 2}.`);
    if (names.indexOf(name) !== i) throw invalid(fileName, `has two columns for ${name}.`);
  });
  if (names.every(isNuisance)) throw invalid(fileName, 'names no metabolite.');
  return names;
}

/** Cases may be counted from 0 or from 1, in any order. @returns place of every row */
function rowOrder(labels: readonly string[], fileName: string): number[] {
  const numbers = labels.map((label) => (/^\d+$/.test(label) ? Number(label) : NaN));
  const first = numbers.reduce((least, n) => Math.min(least, n), Infinity);
  const seen = new Set<number>();
  numbers.forEach((n, i) => {
    if (Number.isNaN(n)) {
      throw invalid(fileName, `should number its cases, where line ${i + 2} has "${(labels[i] ?? '').slice(0, 40)}".`);
    }
    if (seen.has(n)) throw invalid(fileName, `has case ${n} twice.`);
    seen.add(n);
  });
  const order = numbers.map((n) => n - first);
  const gap = order.find((at) => at >= order.length);
  if ((first !== 0 && first !== 1) || gap !== undefined) {
    throw invalid(fileName, 'should number its cases from 0 or from 1 without a gap.');
  }
  return order;
}

function numberIn(cell: string, name: string, line: number, fileName: string): number {
  if (cell === '' && isNuisance(name)) return NaN;
  const value = cell === '' ? NaN : Number(cell);
  if (!Number.isFinite(value)) {
    throw invalid(fileName, `has "${cell.slice(0, 40)}" for ${name} in line ${line}, where a number is expected.`);
  }
  return value;
}

/**
 * Reads a truth table.
 * @param expectedCases number of spectra that it is the truth of
 * @throws ReaderError FILE_EMPTY, FORMAT_INVALID: one sentence on the first thing that is wrong
 */
export function readTruthTable(text: string, expectedCases: number, fileName = 'truth.csv'): TruthTable {
  const lines = text.split(/\r?\n/);
  while (lines.length > 0 && (lines[lines.length - 1] as string).trim() === '') lines.pop();
  const [header, ...rows] = lines;
  if (header === undefined) throw new ReaderError('FILE_EMPTY', `${fileName} is empty.`, { file: fileName });
  const names = readHeader(header, fileName);
  if (rows.length !== expectedCases) {
    throw invalid(fileName, `has ${rows.length} cases, where there are ${expectedCases} spectra.`);
  }
  const cells = rows.map((row, i) => {
    const found = cellsOf(row);
    if (found.length === names.length + 1) return found;
    throw invalid(fileName, `has ${found.length} values in line ${i + 2}, where ${names.length + 1} are expected.`);
  });
  const order = rowOrder(
    cells.map((row) => row[0] as string),
    fileName,
  );
  const columns = names.map((name, c) => {
    const values = new Float64Array(rows.length);
    cells.forEach((row, i) => {
      values[order[i] as number] = numberIn(row[c + 1] as string, name, i + 2, fileName);
    });
    return [name, values] as const;
  });
  return {
    cases: rows.length,
    metabolites: new Map(columns.filter(([name]) => !isNuisance(name))),
    nuisances: new Map(columns.filter(([name]) => isNuisance(name))),
  };
}
