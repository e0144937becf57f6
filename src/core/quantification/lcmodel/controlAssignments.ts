// Control parameters as a user types them, "nsimul=0" or "chomit=Gly,Ser", as values of the kinds LCModel takes.
import { UsageError } from '../../domain/errors.ts';
import type { JsonObject, JsonValue } from '../../domain/json.ts';
import type { NamelistKey } from './namelistKeys.ts';
import { NAMELIST_KEYS } from './namelistKeys.ts';

const TRUE = /^\.?t(rue)?\.?$/i;
const FALSE = /^\.?f(alse)?\.?$/i;

/** One value; what is not of its kind stays text, which the check of all settings refuses with the key's name. */
function valueOf(text: string, { kind }: NamelistKey): JsonValue {
  if (kind === 'text') return text.replace(/^'(.*)'$/, '$1');
  if (kind === 'logical') return TRUE.test(text) ? true : FALSE.test(text) ? false : text;
  const value = text === '' ? NaN : Number(text.replace(/d/i, 'e'));
  return Number.isFinite(value) ? value : text;
}

/**
 * Reads assignments, for `LcmodelSettings.namelist`. An array without subscript takes its values separated by commas.
 * @param lines each KEY=VALUE; empty ones are passed over
 * @throws UsageError for a line without "=" or a key LCModel doesn't have
 */
export function controlAssignments(lines: readonly string[]): JsonObject {
  const entries = lines
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((line): [string, JsonValue] => {
      const at = line.indexOf('=');
      if (at < 1) throw new UsageError(`A control parameter of LCModel is given as KEY=VALUE, not "${line}".`);
      const given = line.slice(0, at).trim();
      const text = line.slice(at + 1).trim();
      const key = NAMELIST_KEYS.get(given.replace(/\(.*$/, '').trim().toLowerCase());
      if (key === undefined) throw new UsageError(`LCModel 6.3 has no control parameter "${given}".`);
      const isList = key.extents.length > 0 && !given.includes('(');
      const value = isList ? text.split(',').map((part) => valueOf(part.trim(), key)) : valueOf(text, key);
      return [given, value];
    });
  return Object.fromEntries(entries);
}
