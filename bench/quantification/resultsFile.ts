// The results file of a benchmark, run part by part: read, one part replaced, written again in one order.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { JsonObject, JsonValue } from '../../src/core/domain/json.ts';

/** What belongs together in the file: results by key ("press30/dq"). */
export type Section = Record<string, JsonObject>;

const SCHEMA = 'lineshape.bench-quantification/1';

const isObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export function readResults(path: string): JsonObject {
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as JsonObject) : { schema: SCHEMA };
}

/** @returns a section of a results file; empty where it has none */
export function sectionOf(results: JsonObject, name: string): Section {
  const section = results[name];
  return isObject(section) ? (section as Section) : {};
}

/** By their place in `order`, what is not in it last. */
function sorted<T extends JsonObject>(entries: T, order: readonly string[]): T {
  const rank = (key: string): number => (order.includes(key) ? order.indexOf(key) : order.length);
  const keys = Object.keys(entries).sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
  return Object.fromEntries(keys.map((key) => [key, entries[key]])) as T;
}

export interface EntryOrder {
  /** Of a section's keys. */
  readonly keys: readonly string[];
  readonly methods: readonly string[];
}

/**
 * @returns the results with the new entries in the place of the old ones of their keys; methods that were not run
 *   now stay
 */
export function merged(results: JsonObject, name: string, added: Section, order: EntryOrder): JsonObject {
  const section = { ...sectionOf(results, name) };
  for (const [key, entry] of Object.entries(added)) {
    const before = section[key]?.['methods'];
    const now = entry['methods'];
    const methods = { ...(isObject(before) ? before : {}), ...(isObject(now) ? now : {}) };
    section[key] = { ...entry, methods: sorted(methods, order.methods) };
  }
  return { ...results, [name]: sorted(section, order.keys) };
}

const isFlat = (value: JsonValue): boolean =>
  Array.isArray(value) ? value.every((v) => typeof v !== 'object' || v === null) : isObject(value) && Object.keys(value).length <= 3 && Object.values(value).every((v) => typeof v !== 'object'); // prettier-ignore

/** JSON with a line for every row of numbers. */
function printed(value: JsonValue, indent: string): string {
  if (typeof value !== 'object' || value === null || isFlat(value)) return JSON.stringify(value);
  const inner = `${indent} `;
  const parts = Array.isArray(value)
    ? value.map((v) => printed(v, inner))
    : Object.entries(value).map(([key, v]) => `${JSON.stringify(key)}: ${printed(v, inner)}`);
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}'];
  return `${open}\n${parts.map((part) => inner + part).join(',\n')}\n${indent}${close}`;
}

export const resultsText = (results: JsonObject): string => `${printed(results, '')}\n`;

export function writeResults(path: string, results: JsonObject): void {
  writeFileSync(path, resultsText(results));
}
