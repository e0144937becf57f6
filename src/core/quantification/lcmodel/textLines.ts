// A result file of LCModel as lines with a place in them, and the refusals all its readers share.
import { ReaderError } from '../../domain/errors.ts';
import { latin1Text, parseFortranReal } from '../../math/fortranText.ts';

/** Largest number of single precision, in which LCModel computes what it prints. */
export const LARGEST = 3.5e38;

/** Lines read one after another; the file's base name stands in every refusal. */
export class TextLines {
  readonly fileName: string;
  readonly #lines: readonly string[];
  #at = 0;

  constructor(text: string, fileName: string) {
    this.fileName = fileName;
    this.#lines = text.split(/\r?\n/);
  }

  get ended(): boolean {
    return this.#at >= this.#lines.length;
  }

  /** The line that `next` would give; null at the end. */
  peek(): string | null {
    return this.#lines[this.#at] ?? null;
  }

  next(what: string): string {
    const line = this.peek();
    if (line === null) return this.cutShort(what);
    this.#at++;
    return line;
  }

  /** Goes behind the next line that matches. @returns the match, or null where none does (and stays where it is) */
  find(pattern: RegExp): RegExpExecArray | null {
    for (let i = this.#at; i < this.#lines.length; i++) {
      const match = pattern.exec(this.#lines[i] as string);
      if (match === null) continue;
      this.#at = i + 1;
      return match;
    }
    return null;
  }

  /** The lines up to the first that matches, or to the end; that one is left to be read. */
  until(pattern: RegExp): string[] {
    const from = this.#at;
    while (this.#at < this.#lines.length && !pattern.test(this.#lines[this.#at] as string)) this.#at++;
    return this.#lines.slice(from, this.#at);
  }

  rewind(): void {
    this.#at = 0;
  }

  cutShort(what: string): never {
    throw new ReaderError('FILE_TRUNCATED', `${this.fileName} is cut short: it ends inside its ${what}.`);
  }

  invalid(what: string, found: string): never {
    const shown = found.replace(/[^\x20-\x7e]/g, '?').trim();
    throw new ReaderError(
      'FORMAT_INVALID',
      `${this.fileName} is damaged: its ${what} holds "${shown.length > 60 ? `${shown.slice(0, 60)} …` : shown}".`,
    );
  }

  /** One number. @throws ReaderError where it is none, or beyond single precision */
  number(field: string, what: string): number {
    const value = parseFortranReal(field);
    return Math.abs(value) <= LARGEST ? value : this.invalid(what, field);
  }

  /** `count` numbers over as many lines as they take. Fields never touch: a blank stands before each in LCModel's formats. */
  numbers(count: number, what: string): Float64Array {
    const values = new Float64Array(count);
    let filled = 0;
    while (filled < count) {
      const line = this.next(what);
      for (const field of line.split(/\s+/)) {
        if (field === '') continue;
        if (filled === count) return this.invalid(what, line);
        values[filled++] = this.number(field, what);
      }
    }
    return values;
  }
}

/** @throws ReaderError FILE_EMPTY, FORMAT_INVALID where LCModel's name and version don't stand near the beginning */
export function openResultFile(
  bytes: Uint8Array,
  fileName: string,
  kind: string,
): { readonly lines: TextLines; readonly text: string; readonly version: string } {
  if (bytes.length === 0) throw new ReaderError('FILE_EMPTY', `${fileName} is empty.`);
  const text = latin1Text(bytes);
  const version = /^\s*LCModel \(Version\s+([^()\s]{1,16})\)/.exec(text)?.[1];
  if (version === undefined) {
    throw new ReaderError(
      'FORMAT_INVALID',
      `${fileName} is no ${kind} file of LCModel: it does not begin with LCModel's name and version.`,
    );
  }
  return { lines: new TextLines(text, fileName), text, version };
}
