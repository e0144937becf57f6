// How much a request weighs, found before any schema sees it: a schema walks all of what it is given, and recurses where it
// nests. Ends as soon as the answer is known, so that it costs no more than the limit, whatever comes.

/** What keeps a request from being looked at further. */
export type WeightFault = 'too-large' | 'too-deep' | 'not-plain';

/** Levels of nesting; a simulation's request has six. */
export const MOST_LEVELS = 64;
/** Of a number, a place in a list, or an object; estimated. [bytes] */
const BYTES_PER_VALUE = 8;
const BYTES_PER_CHARACTER = 2;

interface Step {
  readonly value: unknown;
  readonly level: number;
}

/** @returns bytes of the value itself without what it holds; null where it is nothing that JSON could hold */
function ownBytes(value: unknown): number | null {
  if (typeof value === 'string') return BYTES_PER_VALUE + value.length * BYTES_PER_CHARACTER;
  if (value === null || value === undefined || typeof value === 'number' || typeof value === 'boolean')
    return BYTES_PER_VALUE;
  // A sparse array counts with its length: whoever reads it would walk all of it.
  if (Array.isArray(value)) return BYTES_PER_VALUE * (1 + value.length);
  // Dates, maps, sets, buffers, errors … cross too, but no request has them.
  return Object.prototype.toString.call(value) === '[object Object]' ? BYTES_PER_VALUE : null;
}

/**
 * Weighs a request. What is held in two places counts twice, so that a knot of references can't look light.
 * @param request as it came through structured clone
 * @param limitBytes what it may weigh
 * @returns null where it is plain data within the limit
 */
export function weightFault(request: unknown, limitBytes: number): WeightFault | null {
  const waiting: Step[] = [{ value: request, level: 0 }];
  let bytes = 0;
  for (let step = waiting.pop(); step !== undefined; step = waiting.pop()) {
    const { value, level } = step;
    const own = ownBytes(value);
    if (own === null) return 'not-plain';
    if (level > MOST_LEVELS) return 'too-deep';
    bytes += own;
    if (bytes > limitBytes) return 'too-large';
    if (typeof value !== 'object' || value === null) continue;
    if (Array.isArray(value)) {
      for (const held of value) waiting.push({ value: held, level: level + 1 });
      continue;
    }
    for (const [key, held] of Object.entries(value)) {
      bytes += BYTES_PER_VALUE + key.length * BYTES_PER_CHARACTER;
      waiting.push({ value: held, level: level + 1 });
    }
  }
  return null;
}
