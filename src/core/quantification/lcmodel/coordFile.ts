// Reader of LCModel's .coord files: the tables, and the curves as numbers.
import type { LcmodelCoord, LcmodelCurves, LcmodelEstimate, LcmodelMisc } from './resultTypes.ts';
import { parseMisc, parseVoxel, readChanges, readConcentrations, readMessages } from './tables.ts';
import type { TextLines } from './textLines.ts';
import { openResultFile } from './textLines.ts';

const CONCENTRATIONS = /^\s*(\d+|\*+) lines in following concentration table/;
const MISC = /^\s*(\d+|\*+) lines in following misc\. output table/;
const AXIS = /^\s*(\d+|\*+) points on ppm-axis = NY/;
const DATA = /^ NY phased data points follow/;
const FIT = /^ NY points of the fit to the data follow/;
const BACKGROUND = /^ NY background values follow/;
const METABOLITE = /^ (.{1,6}?)\s+Conc\. =\s*(\S+)\s*$/;
const MESSAGES = /^\s*(\d+|\*+) lines in following diagnostic table/;
const CHANGES = /^\s*(\d+|\*+) lines in following table of input changes/;

/** LCModel's MY: the most points its analysis window can have. */
const MAX_POINTS = 12000;

/** The axis; of 10 000 points and more their count is asterisks, and the axis goes on to the next heading. */
function readAxis(lines: TextLines, countText: string): Float64Array {
  const what = 'ppm axis';
  if (!/^\d+$/.test(countText)) {
    const fields = lines.until(DATA).flatMap((line) => line.split(/\s+/).filter((field) => field !== ''));
    return Float64Array.from(fields, (field) => lines.number(field, what));
  }
  const count = Number(countText);
  if (count < 1 || count > MAX_POINTS) return lines.invalid(what, `${countText} points`);
  return lines.numbers(count, what);
}

function requireHeading(lines: TextLines, pattern: RegExp, what: string): void {
  const line = lines.next(what);
  if (!pattern.test(line)) lines.invalid(what, line);
}

function readMetabolites(lines: TextLines, points: number): LcmodelCurves['metabolites'] {
  const metabolites: LcmodelCurves['metabolites'][number][] = [];
  for (let line = lines.peek(); line !== null && !MESSAGES.test(line); line = lines.peek()) {
    const match = METABOLITE.exec(lines.next('curves'));
    if (match === null) return lines.invalid('curves', line);
    const name = match[1] as string;
    metabolites.push({
      name,
      concentration: lines.number(match[2] as string, `heading of the curve of ${name}`),
      curve: lines.numbers(points, `curve of ${name}`),
    });
  }
  return metabolites;
}

function readCurves(lines: TextLines, countText: string): LcmodelCurves {
  const ppm = readAxis(lines, countText);
  requireHeading(lines, DATA, 'data');
  const data = lines.numbers(ppm.length, 'data');
  requireHeading(lines, FIT, 'fit');
  const fit = lines.numbers(ppm.length, 'fit');
  let background: Float64Array | null = null;
  if (BACKGROUND.test(lines.peek() ?? '')) {
    lines.next('background');
    background = lines.numbers(ppm.length, 'background');
  }
  const metabolites = readMetabolites(lines, ppm.length);
  if (lines.ended) lines.cutShort('curves');
  return { ppm, data, fit, background, metabolites };
}

/**
 * Reads a .coord file. One that LCModel left without a result has its messages only.
 * @param fileName base name, for messages
 * @throws ReaderError FILE_EMPTY, FILE_TRUNCATED, FORMAT_INVALID
 */
export function readLcmodelCoord(bytes: Uint8Array, fileName: string): LcmodelCoord {
  const { lines, text, version } = openResultFile(bytes, fileName, '.coord');
  if (/^\$\$(CONC|DIAG)/m.test(text)) {
    return lines.invalid('first part', '$$: it is the .table file');
  }
  const heading = lines.until(/lines in following/).join('\n');
  if (lines.ended) lines.cutShort('heading');
  let estimates: readonly LcmodelEstimate[] | null = null;
  let reference: string | null = null;
  let misc: LcmodelMisc | null = null;
  let curves: LcmodelCurves | null = null;
  const start = CONCENTRATIONS.exec(lines.peek() as string);
  if (start !== null) {
    lines.next('concentration table');
    ({ reference, estimates } = readConcentrations(lines, start[1] as string));
    requireHeading(lines, MISC, 'miscellaneous output');
    misc = parseMisc(lines.until(AXIS));
    const axis = AXIS.exec(lines.next('miscellaneous output')) as RegExpExecArray;
    curves = readCurves(lines, axis[1] as string);
  }
  const messages = MESSAGES.exec(lines.next('diagnostic table'));
  if (messages === null) return lines.invalid('order of parts', 'no diagnostic table after the curves');
  const found = readMessages(lines, messages[1] as string, CHANGES);
  return {
    version,
    voxel: parseVoxel(heading),
    reference,
    estimates,
    misc,
    messages: found,
    changes: readChanges(lines, CHANGES),
    curves,
  };
}
