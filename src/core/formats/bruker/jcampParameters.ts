// Bruker parameter files (acqp, method, visu_pars, …): JCAMP-DX 4.24 labelled records, ##$NAME=value, where arrays stand
// on the lines after their size in parentheses. Source: JCAMP-DX 4.24 (McDonald & Wilks 1988) and the files' own comments.
import { latin1Text } from '../../math/fortranText.ts';

/** Largest parameter file that is parsed; real ones are below 1 MB. [bytes] */
const MAX_BYTES = 16 * 2 ** 20;
/** Most values that "@count*(value)" may stand for. */
const MAX_REPEATS = 100_000;

/** @returns whether the bytes are a Bruker parameter file */
export function isBrukerParameters(bytes: Uint8Array): boolean {
  const start = latin1Text(bytes.subarray(0, 4096));
  return (
    /^##TITLE=/i.test(start) && /^##\$?\w+=/m.test(start) && /ParaVision|^##(?:JCAMPDX|DATATYPE|ORIGIN)=/im.test(start)
  );
}

/** "@3*(0) 1" → "0 0 0 1", as ParaVision 6 and later shorten arrays. */
function withoutRepeats(text: string): string {
  let budget = MAX_REPEATS;
  return text.replace(/@(\d+)\*\(([^()]*)\)/g, (_, count: string, value: string) => {
    const repeats = Math.min(Number(count), budget);
    budget -= repeats;
    return Array<string>(repeats).fill(value).join(' ');
  });
}

/** The parameters of one scan, from all its parameter files together. */
export class BrukerParameters {
  private readonly values = new Map<string, string>();

  /** Adds a file's parameters; the first file that gives a parameter wins. */
  add(bytes: Uint8Array): void {
    let key: string | null = null;
    let parts: string[] = [];
    const finish = (): void => {
      if (key !== null && !this.values.has(key)) this.values.set(key, parts.join('\n').trim());
      key = null;
      parts = [];
    };
    for (const line of latin1Text(bytes.subarray(0, MAX_BYTES)).split(/\r?\n/)) {
      if (line.startsWith('##')) {
        finish();
        const record = /^##\$?([A-Za-z_][\w.]*)=(.*)$/.exec(line);
        if (record === null) continue;
        key = record[1] as string;
        parts = [record[2] as string];
      } else if (!line.startsWith('$$') && key !== null) {
        parts.push(line);
      }
    }
    finish();
  }

  has(key: string): boolean {
    return this.values.has(key);
  }

  /** The value without the size of its array. */
  private body(key: string): string | null {
    const value = this.values.get(key);
    return value === undefined ? null : value.replace(/^\([\d,\s]+\)[^\S\n]*(?=\n)/, '').trim();
  }

  /** All numbers of a parameter, in order; empty where it is absent or holds none. */
  numbers(key: string): number[] {
    const body = this.body(key);
    if (body === null) return [];
    return withoutRepeats(body.replace(/<[^<>]*>/g, ' '))
      .split(/[\s,()]+/)
      .filter((word) => word !== '')
      .map(Number)
      .filter((value) => Number.isFinite(value));
  }

  /** First number, or null. */
  number(key: string): number | null {
    return this.numbers(key)[0] ?? null;
  }

  /** First text: what stands in <…>, else the first word; null where absent or empty. */
  text(key: string): string | null {
    const body = this.body(key);
    if (body === null) return null;
    const quoted = /<([^<>]*)>/.exec(body);
    const value = quoted === null ? (body.split(/\s+/)[0] as string) : (quoted[1] as string);
    return value.trim() === '' ? null : value.trim();
  }

  /** Words of an enumeration array, e.g. "Spectroscopic Spatial". */
  words(key: string): string[] {
    const body = this.body(key);
    return body === null ? [] : body.split(/[\s,()<>]+/).filter((word) => word !== '');
  }

  /** Structs "( (…) (…) )" or "(…) (…)" as their inner texts. */
  structs(key: string): string[] {
    const body = this.body(key);
    return body === null ? [] : [...body.matchAll(/\(([^()]*)\)/g)].map((match) => match[1] as string);
  }
}
