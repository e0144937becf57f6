// Reader of LCModel's .print files ("detailed output"): control parameters, correlations, shifts and broadenings, the
// tables, and the messages. Layout from the public source of LCModel 6.3 (FINOUT, ERRMES, EXITPS).
import { nextNamelist } from '../../math/fortranText.ts';
import { lcmodelMessagesIn } from './messagesInText.ts';
import type { LcmodelEstimate, LcmodelMetaboliteDetail, LcmodelMisc, LcmodelPrint } from './resultTypes.ts';
import { parseChanges, parseEstimate, parseMessage, parseMisc, parseVoxel, tableReference } from './tables.ts';
import { TextLines, openResultFile } from './textLines.ts';

const CONTROLS = /^\s*[&$]LCMODE?L/m;
const CHANGES = /^\s*Input changes to Control Variables/;
const LINESHAPE = /^\s*Lineshape coefficients/;
const CORRELATIONS = /^\s*Correlation coefficients/;
const DETAILS = /^\s*1000Shift\s+SDs\s+delta\(1\/T2\)/;
const TABLE = /^\s*Conc\.\s+%SD\s+\//;
const SUMMARY = /^\s*Summary of diagnostics/;
/** Messages stand wherever LCModel was when it had to give them, also right behind a table. */
const MESSAGE_LINE = /^.*\(Check LCModel Manual\).*\n/gm;
const blank = (line: string | null): boolean => line === null || line.trim() === '';

function readControls(text: string): ReadonlyMap<string, readonly string[]> {
  const at = CONTROLS.exec(text)?.index;
  return at === undefined ? new Map() : (nextNamelist(text, at)?.values ?? new Map<string, readonly string[]>());
}

function readLineshape(lines: TextLines): LcmodelPrint['lineshape'] {
  if (lines.find(LINESHAPE) === null || lines.find(/ORDINATE\s+ABSCISSA/) === null) return [];
  const what = 'lineshape';
  const points: { offset: number; height: number }[] = [];
  while (!blank(lines.peek())) {
    const [height = '', offset = ''] = lines.next(what).replace(/X\s*$/, '').trim().split(/\s+/);
    points.push({ offset: lines.number(offset, what), height: lines.number(height, what) });
  }
  return points;
}

/** Columns of the correlation table: the names over it (A6 each), the row's name (A11), the numbers (F7.3 each). */
const NAMES_FROM = 13;
const NAME_WIDTH = 7;
const VALUES_FROM = 12;

/** The lower triangle, a row an estimate from the second on; long rows go on in lines that begin with blanks. */
function readCorrelation(lines: TextLines): LcmodelPrint['correlation'] {
  if (lines.find(CORRELATIONS) === null) return null;
  const what = 'table of correlations';
  while (blank(lines.peek())) lines.next(what);
  const first = lines
    .next(what)
    .slice(NAMES_FROM, NAMES_FROM + NAME_WIDTH)
    .trim();
  const names = [first];
  const rows: number[][] = [[]];
  const indent = ' '.repeat(VALUES_FROM);
  for (;;) {
    const line = lines.next(what);
    const goesOn = line.startsWith(indent);
    if (goesOn && /[A-Za-z]/.test(line) && rows.length > 1) break;
    if (blank(line) || (goesOn && rows.length === 1)) continue;
    if (!goesOn) {
      names.push(line.slice(1, VALUES_FROM).trim());
      rows.push([]);
    }
    const values = line
      .slice(VALUES_FROM)
      .split(/\s+/)
      .filter((field) => field !== '');
    (rows.at(-1) as number[]).push(...values.map((field) => lines.number(field, what)));
  }
  const n = names.length;
  const matrix = new Array<number>(n * n).fill(1);
  rows.forEach((row, i) => {
    if (row.length !== i) lines.invalid(what, `${row.length} numbers in the row of ${names[i]}`);
    row.forEach((value, j) => {
      matrix[i * n + j] = value;
      matrix[j * n + i] = value;
    });
  });
  return { names, matrix };
}

const DETAIL = /^ *\d+ met= (.{6})(.{8})(.{6})(.{13})(.{6})(.{12})(.{5})\s*$/;
/** The table prints shifts a thousand times as large. */
const SHIFT_SCALE = 1e-3;

function readDetails(lines: TextLines): LcmodelMetaboliteDetail[] {
  if (lines.find(DETAILS) === null) return [];
  const what = 'table of shifts and broadenings';
  const details: LcmodelMetaboliteDetail[] = [];
  while (!blank(lines.peek())) {
    const line = lines.next(what);
    if (!line.includes('met=')) continue; // further powers of a lineshape (IMETHD = 3)
    const match = DETAIL.exec(line);
    if (match === null) return lines.invalid(what, line);
    const [shift, shiftSds, rate, rateSds, concentration, percentSd] = match
      .slice(2)
      .map((field) => lines.number(field, what)) as [number, number, number, number, number, number];
    details.push({
      name: (match[1] as string).trim(),
      shiftPpm: shift * SHIFT_SCALE,
      shiftInPriorSds: shiftSds,
      deltaT2Rate: rate,
      deltaT2InPriorSds: rateSds,
      concentration,
      percentSd,
    });
  }
  return details;
}

interface Tables {
  readonly reference: string | null;
  readonly estimates: readonly LcmodelEstimate[] | null;
  readonly misc: LcmodelMisc | null;
}

function readTables(lines: TextLines): Tables {
  const head = lines.find(TABLE);
  if (head === null) return { reference: null, estimates: null, misc: null };
  const estimates: LcmodelEstimate[] = [];
  while (!blank(lines.peek())) estimates.push(parseEstimate(lines.next('concentration table'), lines));
  return { reference: tableReference(head.input), estimates, misc: parseMisc(lines.until(SUMMARY)) };
}

/** The part under a heading, from a copy of the lines, so that an absent part does not hide those before it. */
function within<T>(text: string, fileName: string, read: (lines: TextLines) => T): T {
  return read(new TextLines(text, fileName));
}

/** Lines in which LCModel tells what it could not read, right before it gives up. */
export function explanationsIn(text: string): string[] {
  return text
    .split(/\r?\n/)
    .filter((line) => /^ ?(Incorrect CH|Missing slash|Too long a|Too many metabolites| ?NUNFIL =)/.test(line))
    .map((line) => line.trim());
}

/**
 * Reads a .print file.
 * @param fileName base name, for messages
 * @throws ReaderError FILE_EMPTY, FILE_TRUNCATED (also for a run that was stopped), FORMAT_INVALID
 */
export function readLcmodelPrint(bytes: Uint8Array, fileName: string): LcmodelPrint {
  const { lines, text, version } = openResultFile(bytes, fileName, '.print');
  if (!CONTROLS.test(text)) return lines.invalid('first part', 'no list of the control parameters');
  const heading = lines.until(CONTROLS).join('\n');
  const changes = lines.find(CHANGES) === null ? [] : lines.until(/^\s*$/);
  const afterControls = text.slice(CONTROLS.exec(text)?.index ?? 0).replace(MESSAGE_LINE, '');
  const part = <T>(read: (from: TextLines) => T): T => within(afterControls, fileName, read);
  const tables = part(readTables);
  if (lines.find(SUMMARY) === null) lines.cutShort('summary of diagnostics');
  const summary = lines.until(/^\s*$/).map((line) => parseMessage(line, lines));
  return {
    version,
    voxel: parseVoxel(heading),
    ...tables,
    messages: summary.length > 0 ? summary : lcmodelMessagesIn(text),
    changes: parseChanges(changes),
    details: part(readDetails),
    correlation: part(readCorrelation),
    controls: readControls(text),
    lineshape: part(readLineshape),
    explanations: explanationsIn(text),
  };
}
