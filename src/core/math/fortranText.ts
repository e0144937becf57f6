// Text files as Fortran programs write and read them: namelist groups ($NAME key = values $END) and formatted reals.
// Rules: ISO/IEC 1539-1 (Fortran 2018), 13.11 namelist formatting and 13.7.2.3 F, E and D editing.

/** Decodes bytes one to one (Latin-1): enough for numbers and keys, and never fails. */
export function latin1Text(bytes: Uint8Array): string {
  const parts: string[] = [];
  const block = 8192; // below every engine's limit on call arguments
  for (let at = 0; at < bytes.length; at += block) {
    parts.push(String.fromCharCode(...bytes.subarray(at, at + block)));
  }
  return parts.join('');
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

const REAL = /^([+-]?(?:\d+\.?\d*|\.\d+))(?:[eEdDqQ]\s*([+-]?\d+)|([+-]\d+))?$/;

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

function pushFixed(line: string, width: number, out: number[]): void {
  for (let at = 0; at < line.length; at += width) {
    const field = line.slice(at, at + width);
    if (field.trim() !== '') out.push(parseFortranReal(field));
  }
}

export interface FortranNumbers {
  readonly values: readonly number[];
  /** Index of the first character not read. */
  readonly end: number;
}

/**
 * Reads formatted reals line by line, until `maxCount` are there, a namelist begins, or a line holds something else.
 * Where every blank-separated word is a number, words are taken; where numbers run together, the format's columns.
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
    const words = line.split(/[\s,]+/).filter((word) => word !== '');
    if (width === null || words.every((word) => isWholeField(word, width))) values.push(...words.map(parseFortranReal));
    else pushFixed(line, width, values);
    at = next;
  }
  return { values, end: at };
}
