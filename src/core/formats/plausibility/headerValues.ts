// Values of a dataset's further header keys, plain or wrapped as {Value, Description}.
import type { JsonValue } from '../../domain/json.ts';
import type { MrsDataset } from '../../domain/mrsDataset.ts';

/** @returns the key's value, unwrapped; undefined where absent */
export function headerValue(dataset: MrsDataset, key: string): JsonValue | undefined {
  const value = dataset.header[key];
  return typeof value === 'object' && value !== null && !Array.isArray(value) && 'Value' in value
    ? value['Value']
    : value;
}

/** @returns the key's value where it is a finite number (or a list that begins with one), else null */
export function headerNumber(dataset: MrsDataset, key: string): number | null {
  const value = headerValue(dataset, key);
  const first = Array.isArray(value) ? value[0] : value;
  return typeof first === 'number' && Number.isFinite(first) ? first : null;
}
