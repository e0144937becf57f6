// Damage to text that knows words and lines: known words put in, values of two lines exchanged.
import type { SeededRandom } from '../../../src/core/math/seededRandom.ts';
import { ABSURD_TEXTS, below, joined, pick } from '../../fixtures/damages.ts';

const LINE_FEED = 0x0a;

/** A known word at a random place, in the place of as many bytes or between them. */
export function withWord(bytes: Uint8Array, random: SeededRandom, words: readonly string[]): Uint8Array {
  const word = new TextEncoder().encode(pick(random, words.length > 0 ? words : ABSURD_TEXTS));
  const at = below(random, bytes.length + 1);
  const over = random.uniform() < 0.5 ? word.length : 0;
  return joined(bytes.subarray(0, at), word, bytes.subarray(Math.min(bytes.length, at + over)));
}

/**
 * A line's value, after "=", ":" or the first blank, exchanged for an odd one, a word, or that of another line.
 * @returns null where no line has such a value, or there are too many lines
 */
export function withOtherValue(bytes: Uint8Array, random: SeededRandom, words: readonly string[]): Uint8Array | null {
  const text = new TextDecoder('latin1').decode(bytes);
  const lines = text.split('\n');
  if (lines.length > 20_000) return null;
  const keyed = lines.flatMap((line, i) => (/[=:\s,;]\s*\S/.test(line) ? [i] : []));
  if (keyed.length === 0) return null;
  const split = (i: number): [string, string] => {
    const found = /^(.*?[=:\s,;]\s*)(\S.*)$/.exec(lines[i] as string);
    return [found?.[1] ?? '', found?.[2] ?? ''];
  };
  const at = pick(random, keyed);
  const [key] = split(at);
  const other = below(random, 3);
  const value =
    other === 0 ? split(pick(random, keyed))[1] : pick(random, other === 1 && words.length > 0 ? words : ABSURD_TEXTS);
  lines[at] = key + value;
  return Uint8Array.from(lines.join('\n'), (c) => c.charCodeAt(0) & 0xff);
}

/** A run of lines moved or repeated. */
export function withLinesMoved(bytes: Uint8Array, random: SeededRandom): Uint8Array {
  const starts: number[] = [0];
  for (let i = 0; i < bytes.length && starts.length < 20_000; i++) if (bytes[i] === LINE_FEED) starts.push(i + 1);
  const at = below(random, starts.length);
  const from = starts[at] as number;
  const end = starts[Math.min(starts.length - 1, at + 1 + below(random, 8))] as number;
  const target = pick(random, starts);
  return joined(bytes.subarray(0, target), bytes.subarray(from, end), bytes.subarray(target));
}
