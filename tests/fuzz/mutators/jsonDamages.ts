// Damage to the structure of JSON: values of the wrong kind, keys twice, gone, renamed or polluting, lists too long.
import type { SeededRandom } from '../../../src/core/math/seededRandom.ts';
import { below, pick } from '../../fixtures/damages.ts';

type Json = unknown;
type Place = readonly [holder: Record<string, Json>, key: string];

/** As text: JSON can hold numbers that JavaScript can't write. */
const ODD_VALUES = ['null', 'true', 'false', '0', '-1', '0.5', '1e999', '-1e999', '1e-320', '4294967296', '9007199254740993', '""', '"x"', '[]', '[null]', '[[1]]', '{}', '"\\u0000"', '"\\ud800"', '"NaN"', '"__proto__"']; // prettier-ignore
const ODD_KEYS = ['__proto__', 'constructor', 'toString', 'length', '', 'x'];
/** Stands for an odd value until the text is written. */
const MARK = '@@odd';

function placesIn(value: Json, found: Place[] = []): Place[] {
  if (typeof value !== 'object' || value === null) return found;
  const holder = value as Record<string, Json>;
  for (const key of Object.keys(holder)) {
    found.push([holder, key]);
    placesIn(holder[key], found);
  }
  return found;
}

function defineOwn(holder: Record<string, Json>, key: string, value: Json): void {
  Object.defineProperty(holder, key, { value, enumerable: true, configurable: true, writable: true });
}

function changePlace(
  [holder, key]: Place,
  places: readonly Place[],
  random: SeededRandom,
  words: readonly string[],
): void {
  // prettier-ignore
  const [otherHolder, otherKey] = pick(random, places);
  const held = holder[key];
  const change = below(random, 10);
  if (change < 3) holder[key] = `${MARK}${below(random, ODD_VALUES.length)}`;
  else if (change === 3) holder[key] = structuredClone(otherHolder[otherKey]);
  else if (change === 4 && !Array.isArray(holder)) Reflect.deleteProperty(holder, key);
  else if (change === 4 && Array.isArray(holder)) holder.splice(Number(key), 1);
  else if (change === 5 && !Array.isArray(holder))
    defineOwn(holder, pick(random, [...ODD_KEYS, ...words]), structuredClone(held));
  else if (change === 6 && words.length > 0) holder[key] = pick(random, words);
  else if (change === 7 && typeof held === 'number') holder[key] = held * pick(random, [-1, 0.001, 1000, 1e9, 0]);
  else if (change === 8 && Array.isArray(held)) {
    const times = pick(random, [2, 3, 50]);
    if (held.length * times < 100_000) {
      holder[key] = Array.from({ length: held.length * times }, (_, i) =>
        structuredClone(held[i % held.length] as Json),
      );
    }
  } else holder[key] = pick(random, [[held], { value: held }, String(held), Number(held), held]);
}

/**
 * Changes one to three places of a JSON text.
 * @param words worth putting in, as keys and as values
 * @returns null where the text is no JSON with a place in it
 */
export function damagedJson(text: string, random: SeededRandom, words: readonly string[]): string | null {
  let root: { root: Json };
  try {
    root = { root: JSON.parse(text) as Json };
  } catch {
    return null;
  }
  for (let n = 1 + below(random, 3); n > 0; n--) {
    const places = placesIn(root.root);
    if (places.length === 0) return null;
    changePlace(pick(random, places), places, random, words);
  }
  return JSON.stringify(root.root, (_, value: Json) => value)?.replace(new RegExp(`"${MARK}(\\d+)"`, 'g'), (_, i: string) => ODD_VALUES[Number(i)] ?? 'null') ?? null; // prettier-ignore
}
