// The tables that LCModel writes alike into .coord, .table and .print. Layout from the formats of the public source of
// LCModel 6.3 (Provencher, BSD licence: FINOUT, ERRTBL, EXITPS, LOADCH) and from files of versions 6.3-1B to 6.3-1N.
import { parseFortranReal } from '../../math/fortranText.ts';
import type { LcmodelEstimate, LcmodelMessage, LcmodelMessageLevel, LcmodelMisc, LcmodelVoxel } from './resultTypes.ts';
import type { TextLines } from './textLines.ts';
import { LARGEST } from './textLines.ts';

const CONCENTRATIONS = 'concentration table';
/** Matches no line. */
const NEVER = /(?!)/;
const TABLE_HEAD = /^\s*Conc\.\s+%SD\s+\/\s*(\S*)\s+Metab/;
/** LCModel prints nothing above, whatever the standard deviation. */
export const MAX_PERCENT = 999;
/** F8.3 or E8.2, I4 and "%", F8.3 or E8.1, one column for the outlier's mark, the name. */
const TABLE_ROW = /^\s*([-+\d.EeD]+)\s+(\d{1,4})%\s*([\d.]+(?:E[-+]?\d+)?)([ +-])(\S.*?)\s*$/;

/** @returns what the ratios are to, from the line over the table; null where the line is none */
export function tableReference(line: string): string | null {
  return TABLE_HEAD.exec(line)?.[1] ?? null;
}

/** @throws ReaderError where the line is no row */
export function parseEstimate(line: string, lines: TextLines): LcmodelEstimate {
  const match = TABLE_ROW.exec(line);
  if (match === null) return lines.invalid(CONCENTRATIONS, line);
  const [, concentration, percent, ratio, mark, name] = match as unknown as string[];
  if (Number(percent) > MAX_PERCENT) return lines.invalid(CONCENTRATIONS, line);
  return {
    name: name as string,
    concentration: lines.number(concentration as string, CONCENTRATIONS),
    percentSd: Number(percent),
    ratio: lines.number(ratio as string, CONCENTRATIONS),
    priorOutlier: mark === '+' || mark === '-' ? mark : null,
  };
}

/**
 * Reads head and rows. The count before them is NCONC + 1 in two columns: of 99 and more rows it is asterisks, and the rows
 * go on as long as they look like rows.
 */
export function readConcentrations(
  lines: TextLines,
  countText: string,
): { readonly reference: string; readonly estimates: readonly LcmodelEstimate[] } {
  const head = lines.next(CONCENTRATIONS);
  const reference = tableReference(head);
  if (reference === null) return lines.invalid(CONCENTRATIONS, head);
  const estimates: LcmodelEstimate[] = [];
  const count = /^\d+$/.test(countText) ? Number(countText) - 1 : null;
  while (count === null ? TABLE_ROW.test(lines.peek() ?? '') : estimates.length < count) {
    estimates.push(parseEstimate(lines.next(CONCENTRATIONS), lines));
  }
  return { reference, estimates };
}

/** A printed number; null for asterisks, and where the line is missing. */
function printed(match: RegExpExecArray | null, group: number): number | null {
  const value = parseFortranReal(match?.[group] ?? '');
  return Math.abs(value) <= LARGEST ? value : null;
}

const NUMBER = '([-+\\d.E]+|\\*+)';
const FWHM_SNR = new RegExp(`FWHM =\\s*${NUMBER} ppm\\s+S/N =\\s*${NUMBER}`);
const DATA_SHIFT = new RegExp(`Data shift =\\s*${NUMBER} ppm`);
const PHASES = new RegExp(`Ph:\\s*${NUMBER} deg\\s+${NUMBER} deg/ppm`);
const ALPHAS = new RegExp(`alphaB,S =\\s*${NUMBER},\\s*${NUMBER}`);
const KNOTS = new RegExp(`${NUMBER} spline knots\\.\\s+Ns =\\s*${NUMBER}\\(\\s*${NUMBER}\\)`);
const SMOOTHNESS = new RegExp(`${NUMBER} inflections\\.\\s+${NUMBER} extrema`);
/** "(11) 1 infls.  (12) 2 extrs.": before and after the steps that smooth the lineshape; the second counts. */
const SMOOTHED = new RegExp(`\\([^)]*\\)\\s*${NUMBER} infls\\.\\s*\\([^)]*\\)\\s*${NUMBER} extrs`);

/** Reads the miscellaneous output. @returns null where the lines hold none of it */
export function parseMisc(lines: readonly string[]): LcmodelMisc | null {
  const text = lines.join('\n');
  const fwhm = FWHM_SNR.exec(text);
  if (fwhm === null) return null;
  const phases = PHASES.exec(text);
  const alphas = ALPHAS.exec(text);
  const knots = KNOTS.exec(text);
  const smoothness = SMOOTHED.exec(text) ?? SMOOTHNESS.exec(text);
  return {
    fwhmPpm: printed(fwhm, 1),
    snr: printed(fwhm, 2),
    shiftPpm: printed(DATA_SHIFT.exec(text), 1),
    phase0Deg: printed(phases, 1),
    phase1DegPerPpm: printed(phases, 2),
    alphaB: printed(alphas, 1),
    alphaS: printed(alphas, 2),
    splineKnots: printed(knots, 1),
    lineshapeSides: printed(knots, 2),
    lineshapeStep: printed(knots, 3),
    inflections: printed(smoothness, 1),
    extrema: printed(smoothness, 2),
  };
}

const LEVELS: Readonly<Record<string, LcmodelMessageLevel>> = {
  info: 'info',
  "info's": 'info',
  warning: 'warning',
  warnings: 'warning',
  ERROR: 'error',
  ERRORS: 'error',
  FATAL: 'fatal',
  ILLOGICAL: 'illogical',
};
/** I4, A9, A6 and I3, with blanks between the first three; a number of three digits touches the name. */
const MESSAGE =
  /^\s*(\d+|\*+) (info's|info|warnings|warning|ERRORS|ERROR|FATAL|ILLOGICAL)\s+([A-Z][A-Z0-9_]*?)\s*(\d+)\s*$/;

/** @throws ReaderError where the line is no diagnostic */
export function parseMessage(line: string, lines: TextLines): LcmodelMessage {
  const match = MESSAGE.exec(line);
  if (match === null) return lines.invalid('diagnostic table', line);
  const [, count, level, subprogram, number] = match as unknown as string[];
  return {
    level: LEVELS[level as string] as LcmodelMessageLevel,
    subprogram: subprogram as string,
    number: Number(number),
    count: Number(count) || 1,
  };
}

const ASSIGNMENT = /([A-Za-z]\w*(?:\([\d\s,]+\))?)\s*=\s*('(?:[^']|'')*'|"[^"]*"|[^\s,'"]+)/g;

const BEGINS_ASSIGNMENT = /^\s*[A-Za-z]\w*\s*[(=]/;
const quoteOpen = (line: string): boolean => (line.match(/'/g)?.length ?? 0) % 2 === 1;

/** LCModel cuts long lines into parts, of which all but the first begin with three blanks. */
function joinParts(lines: readonly string[]): string[] {
  const whole: string[] = [];
  for (const line of lines) {
    const last = whole.length - 1;
    if (last >= 0 && line.startsWith('   ') && (quoteOpen(whole[last] as string) || !BEGINS_ASSIGNMENT.test(line))) {
      whole[last] += line.trim();
    } else whole.push(line.trimEnd());
  }
  return whole;
}

/** LCModel's MLINES: the most lines of the listing. */
const MAX_CHANGES = 500;

/** Reads the listing of input changes, which LCModel prints last line first. */
export function parseChanges(lines: readonly string[]): Map<string, string> {
  const changes = new Map<string, string>();
  for (const line of joinParts(lines.slice(0, MAX_CHANGES)).reverse()) {
    for (const match of line.matchAll(ASSIGNMENT)) {
      const [, key, value] = match as unknown as [string, string, string];
      changes.set(key.replace(/\s/g, '').toUpperCase(), /^(['"])(.*)\1$/s.exec(value)?.[2] ?? value);
    }
  }
  return changes;
}

/** Finds the voxel in a multi-voxel run's title: "Slice#1 Row#2 Col#3  title". */
export function parseVoxel(heading: string): LcmodelVoxel | null {
  const match = /(?:Slice#(\d+) )?Row#(\d+) Col#(\d+)/.exec(heading);
  if (match === null) return null;
  return { slice: match[1] === undefined ? null : Number(match[1]), row: Number(match[2]), column: Number(match[3]) };
}

const filled = (lines: readonly string[]): string[] => lines.filter((line) => line.trim() !== '');

/** The diagnostics after their heading, up to what follows. @param countText of the heading: asterisks above 999 */
export function readMessages(lines: TextLines, countText: string, next: RegExp): LcmodelMessage[] {
  const messages = filled(lines.until(next)).map((line) => parseMessage(line, lines));
  if (/^\d+$/.test(countText) && messages.length !== Number(countText)) return lines.cutShort('diagnostic table');
  return messages;
}

/** The input changes, which end a .coord or .table file; fewer lines than told are a file cut short. */
export function readChanges(lines: TextLines, heading: RegExp): Map<string, string> {
  const countText = lines.find(heading)?.[1];
  if (countText === undefined) return lines.cutShort('table of input changes');
  const listed = filled(lines.until(NEVER));
  if (/^\d+$/.test(countText) && listed.length < Number(countText)) return lines.cutShort('table of input changes');
  return parseChanges(listed);
}
