// Reader of LCModel's .csv files: concentration, %SD and ratio of every metabolite, a line a voxel (LCModel source, FINOUT).
import { ReaderError } from '../../domain/errors.ts';
import { latin1Text, parseFortranReal } from '../../math/fortranText.ts';
import { MAX_PERCENT } from './tables.ts';
import { LARGEST } from './textLines.ts';
import type { LcmodelCsv, LcmodelCsvVoxel, LcmodelEstimate } from './resultTypes.ts';

/** Row, Col; then concentration, %SD and ratio of each. */
const LEADING = 2;
const EACH = 3;

const fieldsOf = (line: string): string[] => line.split(',').map((field) => field.trim());

function invalid(fileName: string, why: string): never {
  throw new ReaderError('FORMAT_INVALID', `${fileName} is no .csv file of LCModel: ${why}.`);
}

/** Names of the metabolites, each cut to 13 characters by LCModel, and what the ratios are to. */
function readHead(head: string, fileName: string): { names: string[]; reference: string } {
  const fields = fieldsOf(head);
  if (fields[0] !== 'Row' || fields[1] !== 'Col' || fields.length < LEADING + EACH) {
    invalid(fileName, 'its first line does not begin with "Row, Col" and a metabolite');
  }
  if ((fields.length - LEADING) % EACH !== 0)
    invalid(fileName, 'its first line has no three columns for each metabolite');
  const names: string[] = [];
  let reference = '';
  for (let i = LEADING; i < fields.length; i += EACH) {
    const name = fields[i] as string;
    const ratio = fields[i + 2] as string;
    if (name === '' || fields[i + 1] !== `${name} %SD` || !ratio.startsWith(`${name}/`)) {
      invalid(fileName, `column ${i + 1} of its first line does not begin a metabolite's three`);
    }
    names.push(name);
    reference = ratio.slice(name.length + 1);
  }
  return { names, reference };
}

/** Whether a number can stand in its column: %SD is a whole number up to 999. */
function isSound(value: number, column: number): boolean {
  if (!(Math.abs(value) <= LARGEST)) return false;
  const isPercent = column >= LEADING && (column - LEADING) % EACH === 1;
  return !isPercent || (Number.isInteger(value) && value >= 0 && value <= MAX_PERCENT);
}

function readVoxel(line: string, names: readonly string[], number: number, fileName: string): LcmodelCsvVoxel {
  const values = fieldsOf(line).map(parseFortranReal);
  const expected = LEADING + EACH * names.length;
  if (values.length < expected) {
    throw new ReaderError(
      'FILE_TRUNCATED',
      `${fileName} is cut short: line ${number} has ${values.length} numbers, where ${expected} are expected.`,
    );
  }
  const sound = values.length === expected && values.every((value, i) => isSound(value, i));
  const [row, column] = values as [number, number];
  if (!sound || !Number.isInteger(row) || !Number.isInteger(column)) {
    throw new ReaderError(
      'FORMAT_INVALID',
      `${fileName} is damaged: line ${number} holds something other than its numbers.`,
    );
  }
  const estimates = names.map((name, i): LcmodelEstimate => {
    const at = LEADING + EACH * i;
    return {
      name,
      concentration: values[at] as number,
      percentSd: values[at + 1] as number,
      ratio: values[at + 2] as number,
      priorOutlier: null,
    };
  });
  return { row, column, estimates };
}

/**
 * Reads a .csv file.
 * @param fileName base name, for messages
 * @throws ReaderError FILE_EMPTY, FILE_TRUNCATED, FORMAT_INVALID
 */
export function readLcmodelCsv(bytes: Uint8Array, fileName: string): LcmodelCsv {
  if (bytes.length === 0) throw new ReaderError('FILE_EMPTY', `${fileName} is empty.`);
  const [head = '', ...rows] = latin1Text(bytes).split(/\r?\n/);
  const { names, reference } = readHead(head, fileName);
  const voxels = rows.flatMap((line, i) => (line.trim() === '' ? [] : [readVoxel(line, names, i + 2, fileName)]));
  if (voxels.length === 0) {
    throw new ReaderError('FILE_TRUNCATED', `${fileName} is cut short: no numbers follow its first line.`);
  }
  return { reference, voxels };
}
