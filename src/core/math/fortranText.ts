// Text files as Fortran programs write and read them: namelist groups ($NAME key = values $END) and formatted reals.
// Rules: ISO/IEC 1539-1 (Fortran 2018), 13.11 namelist formatting and 13.7.2.3 F, E and D editing.

/** Decodes bytes one to one (Latin-1): enough for numbers and keys, and never fails. */
export function latin1Text(bytes: Uint8Array): string {
  const parts: string[] = [];
  const block = 8192; // below every engine's limit on call arguments
  for (let at = 0; at < bytes.length; at += block) {
    // Ten times as fast as spreading the block, which asks an iterator for each byte.
    parts.push(String.fromCharCode.apply(null, bytes.subarray(at, at + block) as unknown as number[]));
  }
  return parts.join('');
}

/** The counterpart of latin1Text; a character that Latin-1 lacks becomes an underscore. */
export function latin1Bytes(text: string): Uint8Array {
  return Uint8Array.from({ length: text.length }, (_, i) => {
    const code = text.charCodeAt(i);
    return code < 256 ? code : 0x5f;
  });
}

/** One namelist group. */
export interface Namelist {
  /** Upper case, without the leading $ or &. */
  readonly name: string;
  /** Upper-case key (with its subscript, e.g. "CHOMIT(1)") → its values as text, quotes removed. */
  readonly values: ReadonlyMap<string, readonly string[]>;
  /** Index of the first character after the line of the group's end. */
  readonly end: number;
  /** Whether the group had its end mark. */
  readonly closed: boolean;
}

const GROUP_START = /[$&]([A-Za-z][A-Za-z0-9_]*)/g;
const GROUP_END = /(?:[$&](?:END\b)?|\/)/iy;
const KEY = /([A-Za-z][A-Za-z0-9_]*(?:\(\s*\d+\s*(?:,\s*\d+\s*)?\))?)\s*=/y;
const SEPARATOR = /[\s,]+/y;
/** An unquoted value; parentheses keep their commas, as in FMTDAT=(1P,2E15.6). */
const BARE_VALUE = /(?:\([^()\n]*\)|[^\s,$&'"])+/y;

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

/** Reads a quoted string at `at`; a doubled quote stands for itself, and line ends inside are dropped. */
function readQuoted(text: string, at: number): { readonly value: string; readonly end: number } {
  const quote = text[at] as string;
  let value = '';
  let from = at + 1;
  for (;;) {
    const close = text.indexOf(quote, from);
    if (close < 0) return { value: value + text.slice(from), end: text.length };
    value += text.slice(from, close);
    if (text[close + 1] !== quote) return { value: value.replace(/[\r\n]+/g, ''), end: close + 1 };
    value += quote;
    from = close + 2;
  }
}

function afterLine(text: string, at: number): number {
  const newline = text.indexOf('\n', at);
  return newline < 0 ? text.length : newline + 1;
}

/**
 * The next namelist group at or after `from`.
 * @returns null where there is none
 */
export function nextNamelist(text: string, from: number): Namelist | null {
  const start = matchAt(GROUP_START, text, from);
  if (start === null) return null;
  const values = new Map<string, string[]>();
  let key: string[] = [];
  let at = start.index + start[0].length;
  while (at < text.length) {
    const gap = matchAt(SEPARATOR, text, at);
    if (gap !== null) {
      at += gap[0].length;
      continue;
    }
    const end = matchAt(GROUP_END, text, at);
    if (end !== null) {
      return { name: (start[1] as string).toUpperCase(), values, end: afterLine(text, at), closed: true };
    }
    const name = matchAt(KEY, text, at);
    if (name !== null) {
      key = [];
      values.set((name[1] as string).toUpperCase().replace(/\s/g, ''), key);
      at += name[0].length;
    } else if (text[at] === "'" || text[at] === '"') {
      const quoted = readQuoted(text, at);
      key.push(quoted.value);
      at = quoted.end;
    } else {
      const bare = matchAt(BARE_VALUE, text, at);
      if (bare === null) break;
      key.push(bare[0]);
      at += bare[0].length;
    }
  }
  return { name: (start[1] as string).toUpperCase(), values, end: text.length, closed: false };
}

/** First value of a key as trimmed text; null where the key is absent, empty or blank. */
export function namelistText(group: Namelist | undefined, key: string): string | null {
  const value = group?.values.get(key)?.[0]?.trim();
  return value === undefined || value === '' ? null : value;
}

/** First value of a key as a number; null where absent or no number. */
export function namelistNumber(group: Namelist | undefined, key: string): number | null {
  const text = namelistText(group, key);
  if (text === null) return null;
  const value = parseFortranReal(text.replace(/^\d+\*/, ''));
  return Number.isFinite(value) ? value : null;
}

/** First value of a key as a truth value (T, .TRUE., F …); null where absent. */
export function namelistLogical(group: Namelist | undefined, key: string): boolean | null {
  const text = namelistText(group, key);
  const letter = text === null ? null : /^\.?([TtFf])/.exec(text);
  return letter === null ? null : (letter[1] as string).toUpperCase() === 'T';
}

/** A Fortran character constant on one line; what is not printable ASCII is left out. */
export function fortranString(text: string): string {
  return `'${text.replace(/[^\x20-\x7e]/g, '').replace(/'/g, "''")}'`;
}

/** One assignment of a namelist group that is to be written. */
export interface NamelistEntry {
  /** Lower case, with its subscript where it has one: "chomit(2)". */
  readonly key: string;
  /** A constant in Fortran's own syntax: 3, 1.5e-4, T, 'text'. */
  readonly constant: string;
}

/** Writes a group as $NAME … $END, one assignment a line; column 1 stays blank, as old compilers need it. */
export function namelistGroup(name: string, entries: readonly NamelistEntry[]): string {
  return [` $${name}`, ...entries.map(({ key, constant }) => ` ${key}=${constant}`), ' $END', ''].join('\n');
}

const REAL = /^([+-]?(?:\d+(?:\.\d*)?|\.\d+))(?:[eEdDqQ]\s*([+-]?\d+)|([+-]\d+))?$/;

/** One Fortran real (E, D or Q exponent, or an exponent without letter, as in 1.5-101). @returns NaN where it is none */
export function parseFortranReal(field: string): number {
  const match = REAL.exec(field.trim());
  if (match === null) return NaN;
  const exponent = match[2] ?? match[3];
  return Number(exponent === undefined ? match[1] : `${match[1]}e${exponent}`);
}

/**
 * Field width of a format such as (2E15.6), (8E13.5), (1P,6D14.6).
 * @returns null where the format has no fixed real field (list-directed, or unreadable)
 */
export function realFieldWidth(format: string | null): number | null {
  const match = format === null ? null : /(?:^|[^A-Za-z])\d*(?:ES|EN|[EDFG])(\d+)(?:\.\d+)?/i.exec(format);
  const width = match === null ? 0 : Number(match[1]);
  return width > 0 ? width : null;
}

const NUMBER_LINE = /^(?:[\s\d+\-.,eEdDqQ*]|nan|inf(?:inity)?)*$/i;

/** Whether a word is one field by itself: a number, an overflow's asterisks, or what stands for no number. */
function isWholeField(word: string, width: number): boolean {
  return REAL.test(word) || (/^\*+$/.test(word) && word.length <= width) || /^[+-]?(?:nan|inf(?:inity)?)$/i.test(word);
}

function fixedFields(line: string, width: number): number[] {
  const values: number[] = [];
  for (let at = 0; at < line.length; at += width) {
    const field = line.slice(at, at + width);
    if (field.trim() !== '') values.push(parseFortranReal(field));
  }
  return values;
}

const RUN_TOGETHER = /[+-]?(?:\d+\.\d*|\.\d+)(?:[eEdDqQ][+-]?\d+)?/y;

/**
 * Numbers that only a sign separates, as in 0.12E-02-0.12E-01. Each must have a decimal point, so that an exponent without
 * letter (1.5-101) stays one number.
 * @returns [NaN] where the word is something else
 */
function runTogether(word: string): number[] {
  const values: number[] = [];
  let at = 0;
  while (at < word.length) {
    const match = at === 0 || /[+-]/.test(word[at] as string) ? matchAt(RUN_TOGETHER, word, at) : null;
    if (match === null) return [NaN];
    values.push(parseFortranReal(match[0]));
    at += match[0].length;
  }
  return values;
}

/** Words where each is a number; else words split at their signs; else, where only they tell, the format's columns. */
function lineNumbers(line: string, width: number | null): number[] {
  const words = line.split(/[\s,]+/).filter((word) => word !== '');
  if (words.every((word) => isWholeField(word, width ?? Infinity))) return words.map(parseFortranReal);
  const split = words.flatMap((word) => (isWholeField(word, Infinity) ? parseFortranReal(word) : runTogether(word)));
  return width === null || !split.some(Number.isNaN) ? split : fixedFields(line, width);
}

export interface FortranNumbers {
  readonly values: readonly number[];
  /** Index of the first character not read. */
  readonly end: number;
}

/**
 * Reads formatted reals line by line, until `maxCount` are there, a namelist begins, or a line holds something else.
 * Where every blank-separated word is a number, words are taken; where numbers run together, they are split at their
 * signs, or, where those don't tell, at the format's columns.
 * A field that is no number (asterisks, NaN) becomes NaN.
 * @param from index of the first line's first character
 * @param width columns of one number, or null
 */
export function readFortranReals(text: string, from: number, width: number | null, maxCount: number): FortranNumbers {
  const values: number[] = [];
  let at = from;
  while (at < text.length && values.length < maxCount) {
    const next = afterLine(text, at);
    const line = text.slice(at, next).replace(/[\r\n]+$/, '');
    if (/^\s*[$&]/.test(line) || !NUMBER_LINE.test(line)) break;
    values.push(...lineNumbers(line, width));
    at = next;
  }
  return { values, end: at };
}

/** A file of namelist groups, one of which is followed by numbers. */
export interface NamelistData {
  /** Groups up to the one with the numbers, in order; unclosed only the last. */
  readonly groups: readonly Namelist[];
  /** The group the numbers follow; null where the file has none. */
  readonly dataGroup: Namelist | null;
  readonly values: readonly number[];
  /** Whether anything but blanks stands after the numbers. */
  readonly rest: boolean;
}

/**
 * Reads namelist groups up to `dataName`, and the numbers after that.
 * @param dataName upper-case name of the group with the numbers
 * @param formatKey key of that group that holds the numbers' format
 */
export function readNamelistData(text: string, dataName: string, formatKey: string): NamelistData {
  const groups: Namelist[] = [];
  let group = nextNamelist(text, 0);
  while (group !== null) {
    groups.push(group);
    if (!group.closed) break;
    if (group.name === dataName) {
      const width = realFieldWidth(namelistText(group, formatKey));
      const { values, end } = readFortranReals(text, group.end, width, Infinity);
      return { groups, dataGroup: group, values, rest: text.slice(end).trim() !== '' };
    }
    group = nextNamelist(text, group.end);
  }
  return { groups, dataGroup: null, values: [], rest: false };
}
