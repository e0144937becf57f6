// Pieces of Markdown tables, and of the JSON that they are made from.
import type { JsonObject, JsonValue } from '../../src/core/domain/json.ts';

const isObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** @returns an empty object where the value is none */
export const objectOf = (value: JsonValue | undefined): JsonObject => (isObject(value) ? value : {});
export const numberOf = (value: JsonValue | undefined): number | null => (typeof value === 'number' ? value : null);

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

export const table = (header: readonly string[], rows: readonly (readonly string[])[]): string =>
  [row(header), row(header.map(() => '---')), ...rows.map(row)].join('\n');

/** @returns "" for null */
export const shown = (value: number | null, decimals: number): string =>
  value === null ? '' : value.toFixed(decimals);
