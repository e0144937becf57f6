// Typed fields of JSON that a user wrote (tables, thresholds); each getter refuses in one sentence what it can't take.
import { UsageError } from './errors.ts';

export type JsonFields = Readonly<Record<string, unknown>>;

/** @param where file or table, for the message @param problem what is wrong, without a full stop */
export function refusedJson(where: string, problem: string): UsageError {
  return new UsageError(`${where} can't be used: ${problem}.`);
}

/** @throws UsageError where it is no object or has a key that isn't known (a misspelt key would be lost silently) */
export function jsonFields(value: unknown, known: readonly string[], where: string): JsonFields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw refusedJson(where, 'an object was expected');
  }
  const unknownKey = Object.keys(value).find((key) => !known.includes(key));
  if (unknownKey !== undefined) throw refusedJson(where, `"${unknownKey}" is not known; known are ${known.join(', ')}`);
  return value as JsonFields;
}

/** @throws UsageError where it is empty or no text */
export function jsonText(fields: JsonFields, key: string, where: string): string {
  const value = fields[key];
  if (typeof value !== 'string' || value.trim() === '') throw refusedJson(where, `"${key}" must be a text`);
  return value;
}

/** @throws UsageError where it is no finite number in [low, high] */
export function jsonNumber(fields: JsonFields, key: string, range: readonly [number, number], where: string): number {
  const value = fields[key];
  const [low, high] = range;
  if (typeof value !== 'number' || !(value >= low && value <= high)) {
    throw refusedJson(where, `"${key}" must be a number from ${low} to ${high}, not ${JSON.stringify(value)}`);
  }
  return value;
}

/** An absent list is empty. @throws UsageError */
export function jsonList(fields: JsonFields, key: string, where: string): readonly unknown[] {
  const value = fields[key] ?? [];
  if (!Array.isArray(value)) throw refusedJson(where, `"${key}" must be a list`);
  return value;
}

/** @throws UsageError */
export function jsonChoice<T extends string>(fields: JsonFields, key: string, choices: readonly T[], where: string): T {
  const value = fields[key];
  const found = choices.find((choice) => choice === value);
  if (found === undefined) {
    throw refusedJson(where, `"${key}" must be one of ${choices.join(', ')}, not ${JSON.stringify(value)}`);
  }
  return found;
}
