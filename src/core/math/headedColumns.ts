// Text files of "key: value" lines followed by rows of numbers, as jMRUI writes them.
import { parseFortranReal } from './fortranText.ts';

export interface HeadedColumns {
  /** Key as written → value, trimmed; the first of a repeated key. */
  readonly values: ReadonlyMap<string, string>;
  /** First two numbers of every row of numbers, in order. */
  readonly pairs: readonly number[];
}

/** Line with which the signals of a jMRUI text file begin; "SignalNames:" is still header. */
export const JMRUI_BODY = /^\s*Signal(?!\s*Names)/i;

/**
 * Reads the header lines and the first two columns of the rows after them.
 * @param bodyStart tells the first line after the header
 */
export function readHeadedColumns(text: string, bodyStart: RegExp): HeadedColumns {
  const lines = text.split(/\r?\n/);
  const values = new Map<string, string>();
  const start = lines.findIndex((line, i) => i > 0 && bodyStart.test(line));
  const headerEnd = start < 0 ? lines.length : start;
  for (const line of lines.slice(1, headerEnd)) {
    const match = /^\s*([A-Za-z]+(?: [A-Za-z]+)*)\s*:(.*)$/.exec(line);
    if (match !== null && !values.has(match[1] as string)) values.set(match[1] as string, (match[2] as string).trim());
  }
  const pairs: number[] = [];
  for (const line of lines.slice(headerEnd)) {
    const fields = line.trim().split(/\s+/).map(parseFortranReal);
    if (fields.length < 2 || fields.some(Number.isNaN)) continue;
    pairs.push(fields[0] as number, fields[1] as number);
  }
  return { values, pairs };
}
