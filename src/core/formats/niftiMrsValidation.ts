// Checks a NIfTI-MRS header extension against the standard's own definitions (niftiMrsKeys.ts): types, required keys,
// dimension tags and the lengths of the values that go along with a dimension.
import type { JsonObject, JsonValue } from '../domain/json.ts';
import { DIMENSION_TAGS } from './niftiMrsHeader.ts';
import type { NiftiMrsKeyType } from './niftiMrsKeys.ts';
import { NIFTI_MRS_KEYS } from './niftiMrsKeys.ts';

/** One breach of the standard. "value": the type is right, what it says is not. */
export interface HeaderProblem {
  readonly key: string;
  readonly kind: 'missing' | 'type' | 'dimension' | 'value';
  readonly message: string;
}

const isObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isNumber = (value: JsonValue): boolean => typeof value === 'number';
const isList = (value: JsonValue | undefined, ofType: (v: JsonValue) => boolean): boolean =>
  Array.isArray(value) && value.every(ofType);

const FITS: Readonly<Record<NiftiMrsKeyType, (value: JsonValue) => boolean>> = {
  number: isNumber,
  string: (v) => typeof v === 'string',
  boolean: (v) => typeof v === 'boolean',
  object: isObject,
  'number[]': (v) => isList(v, isNumber),
  'string[]': (v) => isList(v, (e) => typeof e === 'string'),
  'boolean[]': (v) => isList(v, (e) => typeof e === 'boolean'),
  'number[][]': (v) => isList(v, (row) => isList(row, isNumber)),
  'object[]': (v) => isList(v, isObject),
};

const IN_WORDS: Readonly<Record<NiftiMrsKeyType, string>> = {
  number: 'a number',
  string: 'a text',
  boolean: 'true or false',
  object: 'a JSON object',
  'number[]': 'a list of numbers',
  'string[]': 'a list of texts',
  'boolean[]': 'a list of true or false',
  'number[][]': 'a list of lists of numbers',
  'object[]': 'a list of JSON objects',
};

function keyProblems(header: JsonObject): HeaderProblem[] {
  return Object.entries(NIFTI_MRS_KEYS).flatMap(([key, definition]): HeaderProblem[] => {
    const value = header[key];
    if (value === undefined) {
      return definition.isRequired
        ? [{ key, kind: 'missing', message: `The key ${key}, which the standard requires, is missing.` }]
        : [];
    }
    if (FITS[definition.type](value)) return [];
    return [{ key, kind: 'type', message: `The value of ${key} is not ${IN_WORDS[definition.type]}.` }];
  });
}

/** Mass number, then the chemical symbol in capitals. */
const NUCLEUS = /^\d{1,3}[A-Z]{1,2}$/;

function nucleusProblems(header: JsonObject): HeaderProblem[] {
  const nuclei = header['ResonantNucleus'];
  const frequencies = header['SpectrometerFrequency'];
  const problems: HeaderProblem[] = [];
  if (Array.isArray(nuclei) && !nuclei.every((n) => typeof n === 'string' && NUCLEUS.test(n))) {
    const message = 'ResonantNucleus must give a mass number and a chemical symbol in capitals, such as 1H or 31P.';
    problems.push({ key: 'ResonantNucleus', kind: 'value', message });
  }
  if (Array.isArray(nuclei) && Array.isArray(frequencies) && nuclei.length !== frequencies.length) {
    const message = `ResonantNucleus has ${nuclei.length} values, but SpectrometerFrequency ${frequencies.length}.`;
    problems.push({ key: 'ResonantNucleus', kind: 'value', message });
  }
  return problems;
}

/** Values along a dimension: a list as long as the dimension, or start and increment; user keys wrap either as Value. */
function valuesFit(given: JsonValue, length: number): boolean {
  const value = isObject(given) && given['Value'] !== undefined ? given['Value'] : given;
  if (Array.isArray(value)) return value.length === length;
  return isObject(value) && typeof value['start'] === 'number' && typeof value['increment'] === 'number';
}

function dimensionHeaderProblems(key: string, given: JsonValue, length: number): HeaderProblem[] {
  if (!isObject(given)) return [{ key, kind: 'type', message: `The value of ${key} is not a JSON object.` }];
  return Object.entries(given)
    .filter(([, value]) => !valuesFit(value, length))
    .map(([name]) => ({
      key,
      kind: 'value',
      message: `${name} in ${key} must have ${length} values, one for each element of its dimension, or a start and an increment.`,
    }));
}

function dimensionProblems(header: JsonObject, lengths: readonly number[]): HeaderProblem[] {
  return [5, 6, 7].flatMap((n): HeaderProblem[] => {
    const key = `dim_${n}`;
    const [tag, info, values] = [header[key], header[`${key}_info`], header[`${key}_header`]];
    const length = lengths[n - 5];
    if (length === undefined) {
      if (tag === undefined && info === undefined && values === undefined) return [];
      return [{ key, kind: 'dimension', message: `The header tags dimension ${n}, which the data don't have.` }];
    }
    const problems: HeaderProblem[] = [];
    if (tag === undefined) {
      problems.push({ key, kind: 'dimension', message: `Dimension ${n} of the data has no tag in the header.` });
    } else if (!DIMENSION_TAGS.some((known) => known === tag)) {
      problems.push({
        key,
        kind: 'dimension',
        message: `The tag of dimension ${n} is none that the standard defines.`,
      });
    }
    if (info !== undefined && typeof info !== 'string') {
      problems.push({ key: `${key}_info`, kind: 'type', message: `The value of ${key}_info is not a text.` });
    }
    if (values !== undefined) problems.push(...dimensionHeaderProblems(`${key}_header`, values, length));
    return problems;
  });
}

const PROCESSING_FIELDS = ['Time', 'Program', 'Version', 'Method', 'Details'] as const;

function processingProblems(header: JsonObject): HeaderProblem[] {
  const steps = header['ProcessingApplied'];
  if (!Array.isArray(steps)) return [];
  const wrong = steps.some(
    (s) => isObject(s) && PROCESSING_FIELDS.some((f) => s[f] !== undefined && typeof s[f] !== 'string'),
  );
  const message =
    'A step in ProcessingApplied gives its time, program, version, method or details otherwise than as a text.';
  return wrong ? [{ key: 'ProcessingApplied', kind: 'type', message }] : [];
}

/**
 * Every breach of the standard, with its key.
 * @param header the extension's JSON object
 * @param higherLengths lengths of dimensions 5 to 7 of the data; null where only the keys are to be checked
 */
export function niftiMrsHeaderProblems(header: JsonObject, higherLengths: readonly number[] | null): HeaderProblem[] {
  return [
    ...keyProblems(header),
    ...nucleusProblems(header),
    ...(higherLengths === null ? [] : dimensionProblems(header, higherLengths)),
    ...processingProblems(header),
  ];
}

/**
 * Checks a header extension against the standard.
 * @param header the extension's JSON object
 * @param higherLengths lengths of dimensions 5 to 7 of the data; without them the dimension tags aren't checked
 * @returns one sentence for each breach; empty for a valid header
 */
export function validateNiftiMrsHeader(header: JsonObject, higherLengths: readonly number[] | null = null): string[] {
  return niftiMrsHeaderProblems(header, higherLengths).map((problem) => problem.message);
}
