// JSON that keeps every double: NaN, ±Infinity and −0, which plain JSON loses, are written as {"$number": "…"}.
// All other doubles survive plain JSON (ECMA-262 prints the shortest text that reads back as the same number).

const TAG = '$number';
const SPECIAL: Readonly<Record<string, number>> = { NaN: NaN, Infinity: Infinity, '-Infinity': -Infinity, '-0': -0 };

/** @param value plain objects, arrays, strings, numbers, booleans and null */
export function encodeExactJson(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) => {
    if (typeof item !== 'number') return item;
    if (Object.is(item, -0)) return { [TAG]: '-0' };
    return Number.isFinite(item) ? item : { [TAG]: String(item) };
  });
}

/** Reads what encodeExactJson wrote. @throws SyntaxError */
export function decodeExactJson(text: string): unknown {
  return JSON.parse(text, (_key, item: unknown) => {
    if (item === null || typeof item !== 'object' || !(TAG in item)) return item;
    return SPECIAL[String(item[TAG])] ?? item;
  });
}
