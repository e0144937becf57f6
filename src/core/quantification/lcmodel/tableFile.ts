// Reader of LCModel's .table files: the four tables of the one-page output as text.
import { ReaderError } from '../../domain/errors.ts';
import type { LcmodelEstimate, LcmodelTables } from './resultTypes.ts';
import { parseMisc, parseVoxel, readChanges, readConcentrations, readMessages } from './tables.ts';
import { openResultFile } from './textLines.ts';

const ANY_PART = /^\$\$[A-Z]{4}/;
const CONCENTRATIONS = /^\$\$CONC\s*(\d+|\*+) lines/;
const MISC = /^\$\$MISC\s*(\d+|\*+) lines/;
const MESSAGES = /^\$\$DIAG\s*(\d+|\*+) lines/;
const CHANGES = /^\$\$INPU\s*(\d+|\*+) lines/;

/**
 * Reads a .table file. One that LCModel left without a result has its messages only.
 * @param fileName base name, for messages
 * @throws ReaderError FILE_EMPTY, FILE_TRUNCATED, FORMAT_INVALID
 */
export function readLcmodelTable(bytes: Uint8Array, fileName: string): LcmodelTables {
  const { lines, version } = openResultFile(bytes, fileName, '.table');
  const heading = lines.until(ANY_PART).join('\n');
  if (/points on ppm-axis = NY/.test(heading)) {
    throw new ReaderError('FORMAT_INVALID', `${fileName} is LCModel's .coord file, not its .table.`);
  }
  if (lines.ended) lines.cutShort('heading');
  let table: { reference: string; estimates: readonly LcmodelEstimate[] } | null = null;
  const start = lines.find(CONCENTRATIONS);
  if (start !== null) table = readConcentrations(lines, start[1] as string);
  const misc = lines.find(MISC) === null ? null : parseMisc(lines.until(ANY_PART));
  if (table !== null && misc === null) lines.cutShort('miscellaneous output');
  const told = lines.find(MESSAGES);
  if (told === null) return lines.cutShort('diagnostic table');
  const messages = readMessages(lines, told[1] as string, ANY_PART);
  return {
    version,
    voxel: parseVoxel(heading),
    reference: table?.reference ?? null,
    estimates: table?.estimates ?? null,
    misc,
    messages,
    changes: readChanges(lines, CHANGES),
  };
}
