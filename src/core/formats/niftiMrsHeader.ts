// The NIfTI-MRS JSON header extension ⇄ the dataset's fields.
// Clarke et al., NIfTI-MRS: A standard data format for magnetic resonance spectroscopy, Magn Reson Med 2022;88:2358,
// doi:10.1002/mrm.29418; key names and units from the standard's definitions.json, version 0.9.
import { ReaderError } from '../domain/errors.ts';
import { foundWord } from '../domain/foundWord.ts';
import type { JsonObject, JsonValue } from '../domain/json.ts';
import type { AcquisitionInfo, DimensionTag, HigherDimension, MrsDataset, PatientInfo } from '../domain/mrsDataset.ts';
import type { ProvenanceEntry, Warning } from '../domain/provenance.ts';
import { wordTable } from '../domain/wordTable.ts';
import { isTooDeep, MAX_JSON_DEPTH, parseBoundedJson } from './boundedJson.ts';

/** `method` of the provenance entry that stands for ConversionMethod, ConversionTime and OriginalFile. */
export const CONVERSION_STEP = 'Conversion to NIfTI-MRS';

/** Longest echo time taken as plausible; the usual mistake is ms written as s. [s] */
const MAX_PLAUSIBLE_ECHO_TIME_S = 2;
/** Shortest echo time taken as plausible; shorter ones come from dividing by 1000 twice. [s] */
const MIN_PLAUSIBLE_ECHO_TIME_S = 1e-4;
/** Longest repetition time taken as plausible. [s] */
const MAX_PLAUSIBLE_REPETITION_TIME_S = 60;

export const DIMENSION_TAGS: readonly DimensionTag[] = [
  'DIM_COIL',
  'DIM_DYN',
  'DIM_INDIRECT_0',
  'DIM_INDIRECT_1',
  'DIM_INDIRECT_2',
  'DIM_PHASE_CYCLE',
  'DIM_EDIT',
  'DIM_MEAS',
  'DIM_USER_0',
  'DIM_USER_1',
  'DIM_USER_2',
  'DIM_ISIS',
  'DIM_METCYCLE',
];

const isObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** JSON as Python writes it: bare NaN and Infinity become null. A string may lack its end, so that none is looked for twice. */
function withoutPythonNumbers(text: string): string {
  return text.replace(/"(?:\\[^]|[^"\\])*"?|-?\bInfinity\b|\bNaN\b/g, (m) => (m.startsWith('"') ? m : 'null'));
}

/** The text without the zeros and blanks that fill an extension up; a pattern takes quadratic time over runs of blanks. */
function withoutPadding(text: string): string {
  let end = text.length;
  while (end > 0 && /[\0\s]/.test(text.charAt(end - 1))) end--;
  return text.slice(0, end);
}

/**
 * Parses the extension's text.
 * @throws ReaderError FORMAT_INVALID where it isn't a JSON object, or nests absurdly deep
 */
export function parseHeaderJson(text: string, fileName: string): JsonObject {
  const trimmed = withoutPadding(text);
  if (isTooDeep(trimmed)) {
    throw new ReaderError(
      'FORMAT_INVALID',
      `${fileName} has a damaged header: its JSON nests more than ${MAX_JSON_DEPTH} levels deep.`,
    );
  }
  let value: JsonValue;
  try {
    value = JSON.parse(trimmed) as JsonValue;
  } catch {
    try {
      value = JSON.parse(withoutPythonNumbers(trimmed)) as JsonValue;
    } catch (error) {
      throw new ReaderError(
        'FORMAT_INVALID',
        `${fileName} has a damaged NIfTI-MRS header: its extension is not valid JSON.`,
        {},
        error,
      );
    }
  }
  if (!isObject(value)) {
    throw new ReaderError(
      'FORMAT_INVALID',
      `${fileName} has a damaged NIfTI-MRS header: a JSON object was expected in its extension.`,
    );
  }
  return value;
}

/** A header key's value; user-defined keys may wrap it as {Value, Description}. */
function unwrapped(header: JsonObject, key: string): JsonValue | undefined {
  const value = header[key];
  return isObject(value) && 'Value' in value ? value['Value'] : value;
}

function firstNumber(value: JsonValue | undefined): number | null {
  const first = Array.isArray(value) ? value[0] : value;
  if (typeof first === 'number') return Number.isFinite(first) ? first : null;
  if (typeof first === 'string' && first.trim() !== '') {
    const parsed = Number(first);
    return Number.isFinite(parsed) ? parsed : null;
  }
  return null;
}

function text(value: JsonValue | undefined): string | null {
  const first = Array.isArray(value) ? value[0] : value;
  return typeof first === 'string' && first !== '' ? first : null;
}

/** "1h", "1H ", "H1", "23NA" → "1H", "23Na": mass number, then the symbol as chemists write it. */
export function normaliseNucleus(value: string): string {
  const trimmed = value.trim();
  const match = /^(\d+)([A-Za-z]{1,2})$/.exec(trimmed) ?? /^([A-Za-z]{1,2})(\d+)$/.exec(trimmed);
  if (match === null) return trimmed;
  const parts = [match[1] as string, match[2] as string];
  const mass = parts.find((p) => /^\d/.test(p)) as string;
  const symbol = parts.find((p) => /^\D/.test(p)) as string;
  return mass + symbol.charAt(0).toUpperCase() + symbol.slice(1).toLowerCase();
}

/** Header keys that become fields of the dataset, and so leave `header`. */
const NUMBER_KEYS = {
  EchoTime: 'echoTimeS',
  RepetitionTime: 'repetitionTimeS',
  MixingTime: 'mixingTimeS',
  InversionTime: 'inversionTimeS',
} as const satisfies Record<string, keyof AcquisitionInfo>;
const TEXT_KEYS = {
  SequenceName: 'sequence',
  Manufacturer: 'manufacturer',
  ManufacturersModelName: 'scannerModel',
  AcquisitionDateTime: 'acquiredAt',
  Region: 'region',
} as const satisfies Record<string, keyof AcquisitionInfo>;
const PATIENT_TEXT_KEYS = {
  PatientName: 'name',
  PatientID: 'id',
  PatientSex: 'sex',
  PatientDoB: 'birthDate',
} as const satisfies Record<string, keyof PatientInfo>;
const PATIENT_NUMBER_KEYS = {
  PatientWeight: 'weightKg',
  PatientAge: 'ageYears',
} as const satisfies Record<string, keyof PatientInfo>;
/** Keys outside the standard are written as {Value, Description}, as it asks. */
const USER_KEY_DESCRIPTIONS: Readonly<Record<string, string>> = wordTable({
  AcquisitionDateTime: 'Date and time of the acquisition, ISO 8601',
  Region: 'Region of the body or brain measured',
  PatientAge: 'Age of the patient in years',
});

/** What of the extension becomes typed fields; `header` holds the rest. */
export interface MappedHeader {
  readonly spectrometerFrequencyMHz: number | null;
  readonly nucleus: string | null;
  readonly acquisition: AcquisitionInfo;
  readonly patient: PatientInfo;
  readonly provenance: readonly ProvenanceEntry[];
  readonly header: JsonObject;
  readonly warnings: readonly Warning[];
}

const AXIS_KEYS: ReadonlySet<string> = new Set(['SpectrometerFrequency', 'ResonantNucleus']);

/** Takes a key out of the working copy, if its value maps without loss; else the key stays where it was. */
class Keys {
  readonly rest: Map<string, JsonValue>;
  private readonly all: JsonObject;

  constructor(header: JsonObject) {
    this.all = header;
    this.rest = new Map(Object.entries(header));
  }

  /** A list of several values fits no field, so it stays in the header; only spectral axes have lists by the standard. */
  private single(key: string): JsonValue | undefined {
    const value = unwrapped(this.all, key);
    return Array.isArray(value) && value.length > 1 && !AXIS_KEYS.has(key) ? undefined : value;
  }

  number(key: string): number | null {
    const value = firstNumber(this.single(key));
    if (value !== null) this.rest.delete(key);
    return value;
  }

  text(key: string): string | null {
    const value = text(this.single(key));
    if (value !== null) this.rest.delete(key);
    return value;
  }
}

/** Warnings about echo and repetition times that can't be right; nothing is converted. */
export function implausibleTimes(acquisition: AcquisitionInfo): Warning[] {
  const warnings: Warning[] = [];
  const { echoTimeS, repetitionTimeS } = acquisition;
  if (echoTimeS !== null && !(echoTimeS >= MIN_PLAUSIBLE_ECHO_TIME_S && echoTimeS <= MAX_PLAUSIBLE_ECHO_TIME_S)) {
    warnings.push({
      code: 'echo-time-implausible',
      message: `The header gives an echo time of ${echoTimeS} s, which is implausible (were milliseconds taken for seconds, or the other way round?); it is kept as it stands.`,
    });
  }
  if (repetitionTimeS !== null && (repetitionTimeS > MAX_PLAUSIBLE_REPETITION_TIME_S || repetitionTimeS < 0)) {
    warnings.push({
      code: 'repetition-time-implausible',
      message: `The header gives a repetition time of ${repetitionTimeS} s, which is implausible (were milliseconds meant?); it is kept as it stands.`,
    });
  }
  return warnings;
}

/** Splits the parsed extension into the dataset's fields and what remains. */
export function mapHeader(json: JsonObject): MappedHeader {
  const keys = new Keys(json);
  const frequencies = json['SpectrometerFrequency'];
  const frequency = keys.number('SpectrometerFrequency');
  const nuclei = json['ResonantNucleus'];
  const nucleus = keys.text('ResonantNucleus');
  // Further spectral axes' values have no field of their own; the whole list stays in the header.
  if (Array.isArray(frequencies) && frequencies.length > 1) keys.rest.set('SpectrometerFrequency', frequencies);
  if (Array.isArray(nuclei) && nuclei.length > 1) keys.rest.set('ResonantNucleus', nuclei);
  for (const n of [5, 6, 7]) {
    for (const suffix of ['', '_info', '_header']) keys.rest.delete(`dim_${n}${suffix}`);
  }
  const acquisition: AcquisitionInfo = {
    echoTimeS: keys.number('EchoTime'),
    repetitionTimeS: keys.number('RepetitionTime'),
    mixingTimeS: keys.number('MixingTime'),
    inversionTimeS: keys.number('InversionTime'),
    sequence: keys.text('SequenceName') ?? text(json['ProtocolName']),
    manufacturer: keys.text('Manufacturer'),
    scannerModel: keys.text('ManufacturersModelName'),
    acquiredAt: keys.text('AcquisitionDateTime'),
    region: keys.text('Region'),
  };
  const patient: PatientInfo = {
    name: keys.text('PatientName'),
    id: keys.text('PatientID'),
    sex: keys.text('PatientSex'),
    birthDate: keys.text('PatientDoB'),
    ageYears: keys.number('PatientAge'),
    weightKg: keys.number('PatientWeight'),
  };
  const provenance = [...readConversion(keys), ...readProcessing(keys)];
  return {
    spectrometerFrequencyMHz: frequency,
    nucleus: nucleus === null ? null : normaliseNucleus(nucleus),
    acquisition,
    patient,
    provenance,
    header: Object.fromEntries(keys.rest),
    warnings: implausibleTimes(acquisition),
  };
}

/** The names, also where one stands without its list; null for anything else, which stays in the header as it is. */
function originalFiles(value: JsonValue | undefined): string[] | null {
  const list = typeof value === 'string' ? [value] : value;
  return Array.isArray(list) && list.every((name) => typeof name === 'string') ? list : null;
}

function readConversion(keys: Keys): ProvenanceEntry[] {
  const files = originalFiles(keys.rest.get('OriginalFile'));
  const program = keys.text('ConversionMethod');
  const time = keys.text('ConversionTime');
  if (program === null && time === null && files === null) return [];
  if (files !== null) keys.rest.delete('OriginalFile');
  const details: JsonObject = files === null ? {} : { OriginalFile: files };
  return [{ time: time ?? '', program: program ?? '', version: '', method: CONVERSION_STEP, details }];
}

const ENTRY_KEYS = new Set(['Time', 'Program', 'Version', 'Method', 'Details']);

/** Details are free text in the standard; this program writes JSON there, and takes it back as such. */
function readDetails(value: JsonValue | undefined): JsonObject {
  if (value === undefined) return {};
  if (isObject(value)) return value;
  if (typeof value === 'string' && value.startsWith('{')) {
    try {
      const parsed = parseBoundedJson(value);
      if (isObject(parsed)) return parsed;
    } catch {
      return { text: value };
    }
  }
  return { text: value };
}

function readProcessing(keys: Keys): ProvenanceEntry[] {
  const list = keys.rest.get('ProcessingApplied');
  if (!Array.isArray(list) || !list.every(isObject)) return [];
  keys.rest.delete('ProcessingApplied');
  return list.map((entry) => {
    const field = (key: string): string => {
      const value = entry[key];
      return typeof value === 'string' ? value : value === undefined || value === null ? '' : JSON.stringify(value);
    };
    const further = Object.entries(entry).filter(([key]) => !ENTRY_KEYS.has(key));
    const details = readDetails(entry['Details']);
    return {
      time: field('Time'),
      program: field('Program'),
      version: field('Version'),
      method: field('Method'),
      details: further.length === 0 ? details : { ...details, furtherKeys: Object.fromEntries(further) },
    };
  });
}

/** dim_N_header given as a string that holds a dict, in JSON or in Python's notation. */
function parseDictString(value: string): JsonObject | null {
  const pythonAsJson = value
    .replace(/'/g, '"')
    .replace(/\bTrue\b/g, 'true')
    .replace(/\bFalse\b/g, 'false')
    .replace(/\bNone\b/g, 'null');
  for (const candidate of [value, pythonAsJson]) {
    try {
      const parsed = parseBoundedJson(candidate);
      if (isObject(parsed)) return parsed;
    } catch {
      continue;
    }
  }
  return null;
}

function readTag(
  given: JsonValue | undefined,
  n: number,
  fallback: DimensionTag | undefined,
  warnings: Warning[],
): DimensionTag {
  const known = DIMENSION_TAGS.find((tag) => tag === given);
  if (known !== undefined) return known;
  if (given === undefined && fallback !== undefined) return fallback;
  const substitute = `DIM_USER_${n - 5}` as DimensionTag;
  warnings.push({
    code: 'dimension-tag-unknown',
    message:
      given === undefined
        ? `The header doesn't say what dimension ${n} is; it is kept as ${substitute} and not interpreted.`
        : `The header calls dimension ${n} "${typeof given === 'string' ? foundWord(given) : 'something unreadable'}", which the standard doesn't know; it is kept as ${substitute} and not interpreted.`,
  });
  return substitute;
}

/**
 * The higher dimensions that the file really has, with their tags.
 * @param count how many dimensions stand above the fourth (0 to 3)
 */
export function readHigherDimensions(
  json: JsonObject,
  count: number,
  fallbackTags: readonly DimensionTag[],
): { readonly dimensions: HigherDimension[]; readonly warnings: Warning[] } {
  const warnings: Warning[] = [];
  const dimensions: HigherDimension[] = [];
  for (let n = 5; n < 8; n++) {
    const tag = json[`dim_${n}`];
    if (n - 5 >= count) {
      if (tag !== undefined && tag !== null) {
        warnings.push({
          code: 'stale-dimension-tag',
          message: `The header tags dimension ${n}, but the data have only ${4 + count} dimensions; the tag is ignored.`,
        });
      }
      continue;
    }
    const info = json[`dim_${n}_info`];
    const given = json[`dim_${n}_header`];
    const header = isObject(given) ? given : typeof given === 'string' ? parseDictString(given) : null;
    if (header === null && given !== undefined && given !== null) {
      warnings.push({
        code: 'dimension-header-unreadable',
        message: `The header's dim_${n}_header is not a list of named values; it is left out.`,
      });
    }
    dimensions.push({
      tag: readTag(tag, n, fallbackTags[n - 5], warnings),
      info: typeof info === 'string' ? info : null,
      header,
    });
  }
  return { dimensions, warnings };
}

function writtenValue(key: string, value: string | number): JsonValue {
  const description = USER_KEY_DESCRIPTIONS[key];
  return description === undefined ? value : { Value: value, Description: description };
}

/** First element replaced where the header still holds a list for several spectral axes. */
function axisList(first: number | string, kept: JsonValue | undefined): JsonValue {
  return Array.isArray(kept) && kept.length > 1 ? [first, ...kept.slice(1)] : [first];
}

function writeProvenance(entries: readonly ProvenanceEntry[], out: Map<string, JsonValue>): void {
  const conversion = entries.find((e) => e.method === CONVERSION_STEP);
  if (conversion !== undefined) {
    const program = `${conversion.program} ${conversion.version}`.trim();
    if (program !== '') out.set('ConversionMethod', program);
    if (conversion.time !== '') out.set('ConversionTime', conversion.time);
    const files = conversion.details['OriginalFile'];
    if (files !== undefined) out.set('OriginalFile', files);
  }
  const steps = entries.filter((e) => e !== conversion);
  if (steps.length === 0) return;
  out.set(
    'ProcessingApplied',
    steps.map((e) => {
      const { furtherKeys, ...details } = e.details;
      const names = Object.keys(details);
      const plain =
        names.length === 1 && names[0] === 'text' ? (details['text'] as JsonValue) : JSON.stringify(details);
      return {
        Time: e.time,
        Program: e.program,
        Version: e.version,
        Method: e.method,
        ...(names.length === 0 ? {} : { Details: plain }),
        ...(isObject(furtherKeys) ? furtherKeys : {}),
      };
    }),
  );
}

function writeFields(dataset: MrsDataset, out: Map<string, JsonValue>): void {
  for (const [key, field] of Object.entries({ ...NUMBER_KEYS, ...TEXT_KEYS })) {
    const value = dataset.acquisition[field];
    // A sequence taken from the protocol's name is in the header already.
    if (key === 'SequenceName' && value === dataset.header['ProtocolName']) continue;
    if (value !== null) out.set(key, writtenValue(key, value));
  }
  for (const [key, field] of Object.entries({ ...PATIENT_TEXT_KEYS, ...PATIENT_NUMBER_KEYS })) {
    const value = dataset.patient[field];
    if (value !== null) out.set(key, writtenValue(key, value));
  }
}

/** The extension's JSON object of a dataset. */
export function headerJson(dataset: MrsDataset): JsonObject {
  const { header } = dataset;
  const out = new Map<string, JsonValue>();
  out.set('SpectrometerFrequency', axisList(dataset.spectrometerFrequencyMHz, header['SpectrometerFrequency']));
  out.set('ResonantNucleus', axisList(dataset.nucleus.toUpperCase(), header['ResonantNucleus']));
  dataset.dimensions.forEach((dimension, i) => {
    out.set(`dim_${i + 5}`, dimension.tag);
    if (dimension.info !== null) out.set(`dim_${i + 5}_info`, dimension.info);
    if (dimension.header !== null) out.set(`dim_${i + 5}_header`, dimension.header);
  });
  writeFields(dataset, out);
  writeProvenance(dataset.provenance, out);
  for (const [key, value] of Object.entries(header)) {
    if (!out.has(key)) out.set(key, value);
  }
  return Object.fromEntries(out);
}
