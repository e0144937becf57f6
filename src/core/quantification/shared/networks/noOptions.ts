// Networks that take no options: what they look at and how was settled when they were trained.
import type { JsonObject } from '../../../domain/json.ts';
import { readOptions } from '../optionReading.ts';

/** @throws UsageError for any option */
export const checkNoOptions =
  (method: string) =>
  (options: JsonObject): void =>
    void readOptions(method, options, {}, {});
