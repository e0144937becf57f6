// Varian/Agilent procpar: every parameter of a scan as text, three or more lines each: "name subtype basictype … ",
// "count value …" (strings in double quotes, one a line), and the allowed values (VnmrJ User Programming manual, ch. 5).
import { latin1Text } from '../../math/fortranText.ts';

/** Largest procpar that is parsed; real ones are below 1 MB. [bytes] */
const MAX_BYTES = 16 * 2 ** 20;
/** First line of a parameter: its name and ten numbers. */
const HEADING = /^[A-Za-z_]\w*(?: +[-+.\deE]+){8,10}\s*$/;

/** @returns whether the bytes are a procpar file */
export function isProcpar(bytes: Uint8Array): boolean {
  const text = latin1Text(bytes.subarray(0, 65536));
  const [heading = '', values = ''] = text.split('\n', 2);
  return HEADING.test(heading) && /^\d+ /.test(values);
}

export class Procpar {
  private readonly values = new Map<string, readonly string[]>();

  constructor(bytes: Uint8Array) {
    const lines = latin1Text(bytes.subarray(0, MAX_BYTES)).split(/\r?\n/);
    let at = 0;
    while (at < lines.length) {
      const heading = lines[at] as string;
      at += 1;
      if (!HEADING.test(heading) || at >= lines.length) continue;
      const [name, , basicType] = heading.split(' ') as [string, string, string];
      const first = lines[at] as string;
      at += 1;
      const count = Number.parseInt(first, 10);
      if (basicType !== '2') {
        if (!this.values.has(name)) this.values.set(name, first.trim().split(/\s+/).slice(1));
        continue;
      }
      const texts = [quoted(first)];
      while (texts.length < count && at < lines.length && (lines[at] as string).startsWith('"')) {
        texts.push(quoted(lines[at] as string));
        at += 1;
      }
      if (!this.values.has(name)) this.values.set(name, texts);
    }
  }

  /** All values as numbers; empty where absent. */
  numbers(name: string): number[] {
    return (this.values.get(name) ?? []).map(Number).filter((value) => Number.isFinite(value));
  }

  /** First value as a number, or null. */
  number(name: string): number | null {
    return this.numbers(name)[0] ?? null;
  }

  /** First value as text, or null where absent or blank. */
  text(name: string): string | null {
    const value = this.values.get(name)?.[0]?.trim();
    return value === undefined || value === '' ? null : value;
  }
}

/** What stands between the first and the last double quote. */
function quoted(line: string): string {
  const [from, to] = [line.indexOf('"'), line.lastIndexOf('"')];
  return to > from ? line.slice(from + 1, to) : '';
}
