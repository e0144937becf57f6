// Cells and rows of CSV (RFC 4180), safe to open in a spreadsheet: what every table that is written as CSV shares.

export type CsvCell = string | number | null | undefined;

/** Full precision, so that nothing is lost between the file and the app; a missing value is an empty cell. */
export function csvCell(value: CsvCell): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : '';
  // A leading =, +, - or @ would be run as a formula by a spreadsheet; a plain name such as "-CrCH2" is none.
  const safe = /^[=+\-@\t]/.test(value) && !/^-\w+$/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** One row, without its line end. */
export const csvRow = (cells: readonly CsvCell[]): string => cells.map(csvCell).join(',');
