// JSON from files, as deep as headers are. JSON.parse itself takes any depth, but what writes, clones or walks the value
// later recurses and would overflow the stack.
import type { JsonValue } from '../domain/json.ts';

/** Headers of measured data nest some ten levels. */
export const MAX_JSON_DEPTH = 100;

/** Whether lists and objects nest deeper than MAX_JSON_DEPTH, strings apart; of text that is no JSON anything. */
export function isTooDeep(text: string): boolean {
  let depth = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (inString) {
      if (c === 0x5c) i++;
      else if (c === 0x22) inString = false;
    } else if (c === 0x22) inString = true;
    else if (c === 0x5b || c === 0x7b) {
      if (++depth > MAX_JSON_DEPTH) return true;
    } else if (c === 0x5d || c === 0x7d) depth--;
  }
  return false;
}

/** @throws SyntaxError where the text is no JSON, or nests too deep */
export function parseBoundedJson(text: string): JsonValue {
  if (isTooDeep(text)) throw new SyntaxError(`JSON nests more than ${MAX_JSON_DEPTH} levels deep.`);
  return JSON.parse(text) as JsonValue;
}
