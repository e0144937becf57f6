// The result files of one LCModel run, told by their content and read together: the .coord or .table gives the numbers, the
// .coord the curves, the .print correlations and broadenings.
import { ReaderError } from '../../domain/errors.ts';
import { latin1Text } from '../../math/fortranText.ts';
import { readLcmodelCoord } from './coordFile.ts';
import { readLcmodelPrint } from './printFile.ts';
import type { LcmodelOutcome, LcmodelResultContext } from './result.ts';
import { lcmodelResult } from './result.ts';
import type { LcmodelPrint, LcmodelTables, LcmodelVoxel } from './resultTypes.ts';
import { readLcmodelTable } from './tableFile.ts';

export type LcmodelFileKind = 'coord' | 'table' | 'print' | 'csv';

/** The heading and what follows it stand within so much of the beginning. [bytes] */
const HEAD_BYTES = 4096;

/** @returns which of LCModel's result files the bytes are; null for anything else */
export function lcmodelFileKind(bytes: Uint8Array): LcmodelFileKind | null {
  const head = latin1Text(bytes.subarray(0, HEAD_BYTES));
  if (/^Row, Col, /.test(head)) return 'csv';
  if (!/^\s*LCModel \(Version /.test(head)) return null;
  if (/^\s*[&$]LCMODE?L/m.test(head)) return 'print';
  if (/^\$\$(CONC|DIAG)/m.test(head)) return 'table';
  return /^\s*(\d+|\*+) lines in following /m.test(head) ? 'coord' : null;
}

export interface LcmodelFile {
  /** Base name. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

const sameNumbers = (a: LcmodelTables, b: LcmodelTables): boolean =>
  JSON.stringify([a.estimates, a.misc]) === JSON.stringify([b.estimates, b.misc]);

/**
 * Reads the files of one run; any of .coord, .table and .print will do.
 * @param context what the files may not say: the scan's frequency, the basis set's names
 * @throws ReaderError FORMAT_UNKNOWN for a file that is none of these, FORMAT_INVALID for files of different runs, and those
 *   of the readers and of lcmodelResult
 */
export function readLcmodelRun(
  files: readonly LcmodelFile[],
  context: Omit<LcmodelResultContext, 'fileName' | 'curves' | 'print'> = {},
): LcmodelOutcome & { readonly voxel: LcmodelVoxel | null; readonly changes: LcmodelTables['changes'] } {
  const read = files.map(({ name, bytes }) => {
    const kind = lcmodelFileKind(bytes);
    if (kind === 'coord') return { name, tables: readLcmodelCoord(bytes, name), kind };
    if (kind === 'table') return { name, tables: readLcmodelTable(bytes, name), kind };
    if (kind === 'print') return { name, tables: readLcmodelPrint(bytes, name), kind };
    throw new ReaderError('FORMAT_UNKNOWN', `${name} is no .coord, .table or .print file of LCModel.`);
  });
  const coord = read.find(({ kind }) => kind === 'coord');
  const main = coord ?? read.find(({ kind }) => kind === 'table') ?? read[0];
  if (main === undefined) throw new ReaderError('NOT_FOUND', 'No result file of LCModel was given.');
  const stranger = read.find(({ tables }) => !sameNumbers(tables, main.tables));
  if (stranger !== undefined) {
    throw new ReaderError(
      'FORMAT_INVALID',
      `${main.name} and ${stranger.name} hold different numbers, so they are not of one run of LCModel.`,
    );
  }
  const print = read.find(({ kind }) => kind === 'print')?.tables as LcmodelPrint | undefined;
  const curves = coord !== undefined && 'curves' in coord.tables ? coord.tables.curves : null;
  const outcome = lcmodelResult(main.tables, { ...context, fileName: main.name, curves, print: print ?? null });
  return { ...outcome, voxel: main.tables.voxel, changes: main.tables.changes };
}
