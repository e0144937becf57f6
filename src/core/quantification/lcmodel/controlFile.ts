// The analysis part of LCModel's control file: settings as a recipe gives them, checked, and as LCModel's own keys. The file
// itself is written with the data's (core/formats/write/lcmodelFiles.ts), which takes these entries.
import { UsageError } from '../../domain/errors.ts';
import type { JsonObject, JsonValue } from '../../domain/json.ts';
import type { NamelistEntry } from '../../math/fortranText.ts';
import { fortranString } from '../../math/fortranText.ts';
import type { NamelistKey } from './namelistKeys.ts';
import { COUNTED_ARRAYS, NAMELIST_KEYS, RESERVED_KEYS } from './namelistKeys.ts';

/** How LCModel is to analyse; null leaves LCModel's own default. */
export interface LcmodelSettings {
  /** PPMEND and PPMST. [ppm] */
  readonly ppmRange: readonly [number, number] | null;
  /** DOWS: concentrations on the scale of the water reference, where there is one. */
  readonly waterScaling: boolean;
  /** WCONC. [mM] LCModel's default is 35880. */
  readonly waterConcentrationMM: number | null;
  /** ATTH2O: what is left of the water signal after relaxation. LCModel's default is 0.7. */
  readonly waterAttenuation: number | null;
  /** ATTMET: the same for the metabolites. LCModel's default is 1. */
  readonly metaboliteAttenuation: number | null;
  /** DOECC; off, since preprocessing corrects eddy currents. */
  readonly eddyCurrentCorrection: boolean;
  /** CHRATO and NRATIO: LCModel's own soft ratio priors, none, or these ("Asp/Big3 = .05 +- .05"). */
  readonly ratioPriors: 'default' | 'none' | readonly string[];
  /** NSIMUL: whether LCModel adds its own lipids and macromolecules ("default"), or none, as with a measured one in the basis. */
  readonly simulatedSignals: 'default' | 'none';
  /** CHOMIT: basis signals to leave out, by LCModel's names. */
  readonly omit: readonly string[];
  /** Any further key of namelist LCMODL, with or without subscript → its value, or the values of an array. */
  readonly namelist: JsonObject;
}

export const DEFAULT_LCMODEL_SETTINGS: LcmodelSettings = {
  ppmRange: null,
  waterScaling: true,
  waterConcentrationMM: null,
  waterAttenuation: null,
  metaboliteAttenuation: null,
  eddyCurrentCorrection: false,
  ratioPriors: 'default',
  simulatedSignals: 'default',
  omit: [],
  namelist: {},
};

/** Every metabolite's curve in the .coord file: more than LCModel's largest basis has. */
const EACH_CURVE = 101;
/** LCModel copies control lines of up to 540 characters; this leaves room for key and quotes. */
const LONGEST_TEXT = 500;

const isNumber = (value: JsonValue): value is number => typeof value === 'number' && Number.isFinite(value);
const isTexts = (value: JsonValue): value is string[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'string' && item.trim() !== '');

const CHECKS: Readonly<Record<keyof LcmodelSettings, readonly [(value: JsonValue) => boolean, expected: string]>> = {
  ppmRange: [
    (v) => v === null || (Array.isArray(v) && v.length === 2 && v.every(isNumber) && v[0] !== v[1]),
    'two different ppm values, or null',
  ],
  waterScaling: [(v) => typeof v === 'boolean', 'true or false'],
  waterConcentrationMM: [(v) => v === null || (isNumber(v) && v > 0), 'a positive number, or null'],
  waterAttenuation: [(v) => v === null || (isNumber(v) && v > 0), 'a positive number, or null'],
  metaboliteAttenuation: [(v) => v === null || (isNumber(v) && v > 0), 'a positive number, or null'],
  eddyCurrentCorrection: [(v) => typeof v === 'boolean', 'true or false'],
  ratioPriors: [(v) => v === 'default' || v === 'none' || isTexts(v), '"default", "none", or a list of priors'],
  simulatedSignals: [(v) => v === 'default' || v === 'none', '"default" or "none"'],
  omit: [isTexts, 'a list of names'],
  namelist: [(v) => typeof v === 'object' && v !== null && !Array.isArray(v), 'an object of keys and values'],
};

/**
 * Reads LCModel's settings from a recipe.
 * @param json the recipe's `quantification.options`
 * @throws UsageError naming the unknown or wrong setting
 */
export function parseLcmodelSettings(json: JsonObject): LcmodelSettings {
  for (const [key, value] of Object.entries(json)) {
    const check = CHECKS[key as keyof LcmodelSettings] as (typeof CHECKS)[keyof LcmodelSettings] | undefined;
    if (check === undefined)
      throw new UsageError(`LCModel has no setting "${key}" here; put its own keys under "namelist".`);
    if (!check[0](value)) {
      throw new UsageError(`The setting "${key}" for LCModel must be ${check[1]}, not ${JSON.stringify(value)}.`);
    }
  }
  const settings = { ...DEFAULT_LCMODEL_SETTINGS, ...(json as Partial<LcmodelSettings>) };
  lcmodelControlEntries(settings, true);
  return settings;
}

function constantFor(name: string, key: NamelistKey, value: JsonValue): string {
  const refuse = (expected: string): never => {
    throw new UsageError(`LCModel's key ${name.toUpperCase()} takes ${expected}, not ${JSON.stringify(value)}.`);
  };
  switch (key.kind) {
    case 'logical':
      return typeof value === 'boolean' ? (value ? 'T' : 'F') : refuse('true or false');
    case 'integer':
      return isNumber(value) && Number.isInteger(value) && Math.abs(value) < 2 ** 31
        ? `${value}`
        : refuse('a whole number');
    case 'real':
      return isNumber(value) && Math.abs(value) < 1e38 ? `${value}` : refuse('a number');
    case 'text': {
      const longest = Math.min(key.length, LONGEST_TEXT);
      const fits = typeof value === 'string' && value.length <= longest && /^[\x20-\x7e]*$/.test(value);
      return fits ? fortranString(value) : refuse(`plain text of up to ${longest} characters`);
    }
  }
}

/** Splits "dorefs(1)" and checks the subscript. */
function knownKey(given: string): { readonly name: string; readonly subscript: string; readonly key: NamelistKey } {
  const match = /^\s*([A-Za-z]\w*)\s*(?:\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\))?\s*$/.exec(given);
  const name = match?.[1]?.toLowerCase() ?? '';
  const key = NAMELIST_KEYS.get(name);
  if (match === null || key === undefined) throw new UsageError(`LCModel 6.3 has no control parameter "${given}".`);
  if (RESERVED_KEYS.has(name)) {
    throw new UsageError(`LCModel's key ${name.toUpperCase()} is set from the scan and its files; it can't be given.`);
  }
  const subscripts = match
    .slice(2)
    .filter((text) => text !== undefined)
    .map(Number);
  const inside =
    subscripts.length === key.extents.length && subscripts.every((s, i) => s >= 1 && s <= (key.extents[i] as number));
  if (subscripts.length > 0 && !inside) {
    const extents = key.extents.length === 0 ? 'no subscript' : `subscripts up to (${key.extents.join(',')})`;
    throw new UsageError(`LCModel's key ${name.toUpperCase()} has ${extents}; "${given}" does not fit.`);
  }
  return { name, subscript: subscripts.length > 0 ? `(${subscripts.join(',')})` : '', key };
}

/** A user's own key: one value, or an array from its first element on, with the count that LCModel wants beside it. */
function entriesFor(given: string, value: JsonValue): NamelistEntry[] {
  const { name, subscript, key } = knownKey(given);
  if (!Array.isArray(value)) {
    if (subscript === '' && key.extents.length > 0) {
      throw new UsageError(
        `LCModel's key ${name.toUpperCase()} is an array; give a list, or an element such as ${name}(1).`,
      );
    }
    return [{ key: name + subscript, constant: constantFor(name, key, value) }];
  }
  if (subscript !== '' || key.extents.length !== 1 || value.length > (key.extents[0] as number)) {
    throw new UsageError(
      `LCModel's key ${name.toUpperCase()} does not take a list of ${value.length} values as "${given}".`,
    );
  }
  const count = COUNTED_ARRAYS.get(name);
  return [
    ...(count === undefined ? [] : [{ key: count, constant: `${value.length}` }]),
    ...value.map((item, i) => ({ key: `${name}(${i + 1})`, constant: constantFor(name, key, item) })),
  ];
}

function waterEntries(settings: LcmodelSettings, hasWater: boolean): NamelistEntry[] {
  const asked = settings.waterConcentrationMM ?? settings.waterAttenuation ?? settings.metaboliteAttenuation;
  if (!hasWater) {
    if (asked === null && !settings.eddyCurrentCorrection) return [];
    throw new UsageError('LCModel needs a water reference for water scaling and for its eddy-current correction.');
  }
  const optional = (key: string, value: number | null): NamelistEntry[] =>
    value === null ? [] : entriesFor(key, value);
  return [
    ...entriesFor('dows', settings.waterScaling),
    ...entriesFor('doecc', settings.eddyCurrentCorrection),
    ...optional('wconc', settings.waterConcentrationMM),
    ...optional('atth2o', settings.waterAttenuation),
    ...optional('attmet', settings.metaboliteAttenuation),
  ];
}

/**
 * The settings as entries of namelist LCMODL, for `lcmodelFiles({ …, settings })`. A further key replaces a setting's own.
 * @param hasWater whether the scan comes with a water reference
 * @throws UsageError for a key LCModel doesn't have or a value it can't take, or for water settings without water
 */
export function lcmodelControlEntries(settings: LcmodelSettings, hasWater: boolean): NamelistEntry[] {
  const { ppmRange, ratioPriors, simulatedSignals, omit, namelist } = settings;
  const entries = [
    ...(ppmRange === null ? [] : entriesFor('ppmst', Math.max(...ppmRange))),
    ...(ppmRange === null ? [] : entriesFor('ppmend', Math.min(...ppmRange))),
    ...waterEntries(settings, hasWater),
    ...(ratioPriors === 'default' ? [] : entriesFor('chrato', ratioPriors === 'none' ? [] : [...ratioPriors])),
    ...(simulatedSignals === 'default' ? [] : entriesFor('nsimul', 0)),
    ...(omit.length === 0 ? [] : entriesFor('chomit', [...omit])),
    ...entriesFor('neach', EACH_CURVE),
    ...Object.entries(namelist).flatMap(([key, value]) => entriesFor(key, value)),
  ];
  return [...new Map(entries.map((entry) => [entry.key, entry])).values()];
}
