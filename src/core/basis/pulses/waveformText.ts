// What the readers of RF waveform files share: text from bytes, rows of numbers, and the finished waveform.
import type { WaveformData } from '../../domain/basisRequest.ts';
import type { ErrorCode } from '../../domain/errors.ts';
import { ReaderError } from '../../domain/errors.ts';
import { foundWord } from '../../domain/foundWord.ts';
import { latin1Text } from '../../math/fortranText.ts';
import { MOST_STEPS } from './givenWaveform.ts';

/** Largest file looked at: 1e5 steps take far less. [bytes] */
const LARGEST_FILE = 16 * 1024 * 1024;
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const NOT_FINITE = /^[+-]?(?:nan|inf(?:inity)?)$/i;

export interface WaveformFile {
  readonly waveform: WaveformData;
  readonly durationS: number | null;
  readonly flipDeg: number | null;
}

/** Columns as they stand in a file: amplitudes of any scale and sign. */
export interface WaveformColumns {
  readonly name: string;
  readonly amplitude: readonly number[];
  readonly phaseRad: readonly number[];
  readonly gradient: readonly number[] | null;
}

export function refuseWaveform(code: ErrorCode, message: string): never {
  throw new ReaderError(code, message);
}

/**
 * @returns the file as text
 * @throws ReaderError for empty, oversized and binary files
 */
export function waveformText(name: string, bytes: Uint8Array): string {
  if (bytes.length > LARGEST_FILE) refuseWaveform('DIMENSIONS_ABSURD', `${name} is too large to be an RF pulse.`);
  // Text has no control characters but tab, line feed, form feed, carriage return and DOS's end of file.
  const isControl = (byte: number): boolean => byte < 9 || (byte > 13 && byte < 32 && byte !== 26);
  if (bytes.some(isControl)) {
    refuseWaveform(
      'FORMAT_UNKNOWN',
      `${name} holds binary data; an RF pulse has to be a text file (.pta, .RF, JCAMP-DX or columns).`,
    );
  }
  const text = latin1Text(bytes).replace(/^\u00ef\u00bb\u00bf/, '');
  if (text.trim() === '') refuseWaveform('FILE_EMPTY', `${name} is empty.`);
  return text;
}

/** A number of a file. @param line 1-based, for the error */
export function waveformNumber(name: string, word: string, line: number): number {
  const value = Number(word);
  if (NOT_FINITE.test(word) || (NUMBER.test(word) && !Number.isFinite(value))) {
    refuseWaveform('FORMAT_INVALID', `${name}, line ${line}: "${foundWord(word)}" is not a finite number.`);
  }
  if (!NUMBER.test(word)) {
    refuseWaveform('FORMAT_INVALID', `${name}, line ${line}: "${foundWord(word)}" is not a number.`);
  }
  return value;
}

export interface NumberRow {
  readonly line: number;
  readonly values: readonly number[];
}

/** The words of a line, separated by white space, commas or semicolons. */
export function wordsOf(line: string): string[] {
  return line.split(/[\s,;]+/).filter((word) => word !== '');
}

/**
 * Rows of numbers; empty lines are passed over.
 * @param firstLine 1-based number of the first line, for errors
 * @param columns how many numbers a row may have
 */
export function numberRows(
  name: string,
  lines: readonly string[],
  firstLine: number,
  columns: readonly [number, number],
): NumberRow[] {
  const rows: NumberRow[] = [];
  lines.forEach((text, i) => {
    const words = wordsOf(text);
    if (words.length === 0) return;
    const line = firstLine + i;
    const values = words.map((word) => waveformNumber(name, word, line));
    const width = rows[0]?.values.length ?? values.length;
    if (values.length < columns[0] || values.length < width) {
      const last = lines.slice(i + 1).every((rest) => rest.trim() === '');
      if (last && rows.length > 0) refuseWaveform('FILE_TRUNCATED', `${name} is cut short in line ${line}.`);
    }
    if (values.length < columns[0] || values.length > columns[1] || values.length !== width) {
      const wanted = columns[0] === columns[1] ? `${columns[0]}` : `${columns[0]} to ${columns[1]}`;
      refuseWaveform(
        'FORMAT_INVALID',
        `${name}, line ${line}: each row of the RF pulse should have ${wanted} numbers, as many as the others, and not ${values.length}.`,
      );
    }
    rows.push({ line, values });
  });
  return rows;
}

/**
 * The waveform of a file's columns: B1 relative to the largest, negative amplitudes turned into phase π, the gradient
 * relative to its largest.
 * @throws ReaderError where the columns are no pulse
 */
export function finishWaveform(fileName: string, columns: WaveformColumns): WaveformData {
  const { amplitude, phaseRad, gradient } = columns;
  if (amplitude.length > MOST_STEPS) {
    refuseWaveform(
      'DIMENSIONS_ABSURD',
      `${fileName} has ${amplitude.length} steps, more than the ${MOST_STEPS} of any RF pulse.`,
    );
  }
  if (amplitude.length < 2) {
    refuseWaveform('FORMAT_INVALID', `${fileName} is not an RF pulse: it has fewer than two steps.`);
  }
  const largest = amplitude.reduce((m, v) => Math.max(m, Math.abs(v)), 0);
  if (largest === 0)
    refuseWaveform('FORMAT_INVALID', `${fileName} is not an RF pulse: its amplitude is zero throughout.`);
  const strongest = gradient?.reduce((m, v) => Math.max(m, Math.abs(v)), 0) ?? 1;
  if (strongest === 0)
    refuseWaveform('FORMAT_INVALID', `${fileName} is not an RF pulse: its gradient is zero throughout.`);
  const isComputable = [largest, strongest].every((value) => isFinite(value) && isFinite(1 / value));
  if (!isComputable || !phaseRad.every(Number.isFinite)) {
    refuseWaveform(
      'FORMAT_INVALID',
      `${fileName} is not an RF pulse: it holds numbers too large or too small to compute with.`,
    );
  }
  return {
    name: columns.name === '' ? fileName : columns.name,
    amplitude: amplitude.map((v) => Math.abs(v) / largest),
    phaseRad: phaseRad.map((v, i) => ((amplitude[i] as number) < 0 ? v + Math.PI : v)),
    gradient: gradient?.map((v) => v / strongest) ?? null,
  };
}
