// Strict reading of a method's options from a recipe's JSON: an unknown name or a wrong value is refused, never ignored.
import { UsageError } from '../../domain/errors.ts';
import type { JsonObject, JsonValue } from '../../domain/json.ts';

/** What one option may hold. */
export type OptionRule =
  | { readonly kind: 'choice'; readonly choices: readonly string[] }
  | { readonly kind: 'positive' }
  | { readonly kind: 'notNegative' }
  | { readonly kind: 'notNegativeOrAuto' }
  | { readonly kind: 'numberOrAuto' }
  | { readonly kind: 'count' }
  | { readonly kind: 'names' }
  /** Two different ppm values, or "auto". */
  | { readonly kind: 'ppmRange' }
  /** Any JSON: its own reader checks it. */
  | { readonly kind: 'document' };

const isNumber = (v: unknown): v is number => typeof v === 'number' && isFinite(v);

/** The value as the method wants it, or what was expected instead. */
function checked(rule: OptionRule, value: JsonValue): { readonly value: JsonValue } | { readonly expected: string } {
  switch (rule.kind) {
    case 'choice':
      return typeof value === 'string' && rule.choices.includes(value)
        ? { value }
        : { expected: `one of ${rule.choices.join(', ')}` };
    case 'positive':
      return isNumber(value) && value > 0 ? { value } : { expected: 'a positive number' };
    case 'notNegative':
      return isNumber(value) && value >= 0 ? { value } : { expected: 'zero or a positive number' };
    case 'notNegativeOrAuto':
      return value === 'auto' || (isNumber(value) && value >= 0)
        ? { value }
        : { expected: '"auto", zero or a positive number' };
    case 'numberOrAuto':
      return value === 'auto' || isNumber(value) ? { value } : { expected: '"auto" or a number' };
    case 'count':
      return isNumber(value) && Number.isInteger(value) && value > 0
        ? { value }
        : { expected: 'a whole number above 0' };
    case 'names':
      return Array.isArray(value) && value.every((v) => typeof v === 'string')
        ? { value }
        : { expected: 'a list of names' };
    case 'ppmRange': {
      if (value === 'auto') return { value };
      const ok = Array.isArray(value) && value.length === 2 && value.every(isNumber) && value[0] !== value[1];
      if (!ok) return { expected: '"auto" or two different ppm values' };
      return { value: [Math.min(...(value as number[])), Math.max(...(value as number[]))] };
    }
    case 'document':
      return { value };
  }
}

/**
 * Reads a method's options.
 * @param method its id, for the messages
 * @param rules one for each option there is
 * @returns the defaults with what the recipe sets
 * @throws UsageError naming the unknown or wrong option
 */
export function readOptions<T extends object>(
  method: string,
  json: JsonObject,
  defaults: T,
  rules: Readonly<Record<keyof T, OptionRule>>,
): T {
  const parsed: Record<string, JsonValue> = {};
  for (const [key, value] of Object.entries(json)) {
    if (!Object.hasOwn(rules, key)) throw new UsageError(`The method ${method} has no option "${key}".`);
    const result = checked(rules[key as keyof T], value);
    if ('expected' in result) {
      const found = JSON.stringify(value).slice(0, 60);
      throw new UsageError(`The option "${key}" of ${method} must be ${result.expected}, not ${found}.`);
    }
    parsed[key] = result.value;
  }
  return { ...defaults, ...(parsed as Partial<T>) };
}
