// Reads prior knowledge from its JSON form, documented in docs/prior-knowledge.md: every wrong or unknown field is refused
// with its place, since a mistyped bound would silently change results.
import { UsageError } from '../../domain/errors.ts';
import type { JsonObject, JsonValue } from '../../domain/json.ts';
import { MULTIPLETS, PARAMETER_NAMES, isLinked, resolveParameter } from './priorKnowledge.ts';
import type {
  OwnParameter,
  ParameterName,
  Peak,
  PeakLineshape,
  PeakParameter,
  PriorKnowledge,
} from './priorKnowledge.ts';

/** Named in the file, so that a later layout can be told apart. */
export const PRIOR_KNOWLEDGE_SCHEMA = 'lineshape.priorKnowledge/1';

const MOST_PEAKS = 100;
const LINESHAPES: readonly string[] = ['lorentzian', 'gaussian', 'voigt'];
const FILE_FIELDS: readonly string[] = ['schema', 'title', 'nucleus', 'citations', 'peaks', 'sums'];
const PEAK_FIELDS: readonly string[] = ['name', 'lineshape', 'multiplet', ...PARAMETER_NAMES];

const NOT_NEGATIVE: OwnParameter = { value: 1, lower: 0, upper: Infinity };
const ZERO: OwnParameter = { value: 0, lower: 0, upper: 0 };

const refuse = (message: string): never => {
  throw new UsageError(`The prior knowledge ${message}.`);
};

const isObject = (v: JsonValue | undefined): v is JsonObject =>
  typeof v === 'object' && v !== null && !Array.isArray(v);
const isNumber = (v: JsonValue | undefined): v is number => typeof v === 'number' && isFinite(v);

function checkFields(object: JsonObject, known: readonly string[], place: string): void {
  const unknown = Object.keys(object).find((key) => !known.includes(key));
  if (unknown !== undefined) refuse(`has an unknown field "${unknown}" ${place}`);
}

function numberField(object: JsonObject, key: string, fallback: number, place: string): number {
  const value = object[key];
  if (value === undefined || value === null) return fallback;
  return isNumber(value) ? value : refuse(`needs a number for "${key}" ${place}`);
}

/** A link: {"follows": "PCr", "ratio": 1, "offset": 0}; a shift's offset is "offsetHz". */
function readLink(json: JsonObject, name: ParameterName, place: string): PeakParameter {
  const offsetKey = name === 'shiftPpm' ? 'offsetHz' : 'offset';
  const mayScale = name !== 'shiftPpm' && name !== 'phaseDeg';
  const mayAdd = name !== 'amplitude';
  checkFields(json, ['follows', ...(mayScale ? ['ratio'] : []), ...(mayAdd ? [offsetKey] : [])], place);
  const { follows } = json;
  if (typeof follows !== 'string') return refuse(`needs a peak's name for "follows" ${place}`);
  const factor = numberField(json, 'ratio', 1, place);
  if (name !== 'shiftPpm' && name !== 'phaseDeg' && factor <= 0) refuse(`needs a ratio above zero ${place}`);
  return { follows, factor, offset: numberField(json, offsetKey, 0, place) };
}

/** A number holds the parameter; an object gives start and bounds, or a link. */
function readParameter(
  json: JsonValue | undefined,
  name: ParameterName,
  fallback: OwnParameter | null,
  peak: string,
): PeakParameter {
  const place = `at ${name} of the peak ${peak}`;
  if (json === undefined) return fallback ?? refuse(`lacks ${name} of the peak ${peak}`);
  if (isNumber(json)) {
    return name === 'amplitude'
      ? refuse(`holds a fixed amplitude ${place}: give an object with its bounds, or a link`)
      : { value: json, lower: json, upper: json };
  }
  if (!isObject(json)) return refuse(`needs a number or an object ${place}`);
  if ('follows' in json) return readLink(json, name, place);
  checkFields(json, ['value', 'lower', 'upper'], place);
  const width = name === 'linewidthHz' || name === 'gaussianHz' || name === 'amplitude';
  const lower = numberField(json, 'lower', width ? 0 : -Infinity, place);
  const upper = numberField(json, 'upper', Infinity, place);
  if (!(lower <= upper)) refuse(`has its bounds in the wrong order ${place}`);
  if (width && lower < 0) refuse(`has a negative lower bound ${place}`);
  const value = numberField(json, 'value', Math.min(upper, Math.max(lower, fallback?.value ?? NaN)), place);
  if (Number.isNaN(value)) refuse(`lacks a start value ${place}`);
  if (value < lower || value > upper) refuse(`has a start value outside its bounds ${place}`);
  return { value, lower, upper };
}

function readPeak(json: JsonValue, index: number): Peak {
  if (!isObject(json)) return refuse(`needs an object for peak ${index + 1}`);
  const { name, lineshape = 'lorentzian', multiplet = 'singlet' } = json;
  if (typeof name !== 'string' || name.trim() === '') return refuse(`needs a name for peak ${index + 1}`);
  checkFields(json, PEAK_FIELDS, `at the peak ${name}`);
  if (typeof lineshape !== 'string' || !LINESHAPES.includes(lineshape)) {
    return refuse(`needs one of ${LINESHAPES.join(', ')} for "lineshape" at the peak ${name}`);
  }
  if (typeof multiplet !== 'string' || !Object.hasOwn(MULTIPLETS, multiplet)) {
    return refuse(`needs one of ${Object.keys(MULTIPLETS).join(', ')} for "multiplet" at the peak ${name}`);
  }
  const voigt = lineshape === 'voigt';
  const coupled = multiplet !== 'singlet';
  if (!voigt && json['gaussianHz'] !== undefined) refuse(`gives gaussianHz to the peak ${name}, which is not "voigt"`);
  if (!coupled && json['jHz'] !== undefined) refuse(`gives jHz to the peak ${name}, which is a singlet`);
  return {
    name,
    lineshape: lineshape as PeakLineshape,
    multiplet,
    shiftPpm: readParameter(json['shiftPpm'], 'shiftPpm', null, name),
    linewidthHz: readParameter(json['linewidthHz'], 'linewidthHz', null, name),
    amplitude: readParameter(json['amplitude'], 'amplitude', NOT_NEGATIVE, name),
    phaseDeg: readParameter(json['phaseDeg'], 'phaseDeg', ZERO, name),
    gaussianHz: readParameter(json['gaussianHz'], 'gaussianHz', voigt ? null : ZERO, name),
    jHz: readParameter(json['jHz'], 'jHz', coupled ? null : ZERO, name),
  };
}

function readSums(json: JsonValue | undefined, peaks: readonly Peak[]): PriorKnowledge['sums'] {
  if (json === undefined) return [];
  if (!isObject(json)) return refuse('needs an object for "sums": the name of each sum with a list of peaks');
  return Object.entries(json).map(([name, members]) => {
    if (!Array.isArray(members) || members.length === 0) return refuse(`needs a list of peaks for the sum ${name}`);
    const names = members.map((m) =>
      typeof m === 'string' && peaks.some((p) => p.name === m) ? m : refuse(`has a sum ${name} of an unknown peak`),
    );
    return { name, members: names };
  });
}

/** Checks what only the whole list shows: names told apart, links that end. */
export function checkedPeaks(peaks: readonly Peak[]): readonly Peak[] {
  if (peaks.length === 0) refuse('names no peak');
  if (peaks.length > MOST_PEAKS) refuse(`names ${peaks.length} peaks; ${MOST_PEAKS} are the most`);
  peaks.forEach((peak, i) => {
    if (peaks.findIndex((p) => p.name === peak.name) !== i) refuse(`names the peak ${peak.name} twice`);
    for (const name of PARAMETER_NAMES) if (isLinked(peak[name])) resolveParameter(peaks, i, name);
  });
  return peaks;
}

/**
 * Reads prior knowledge.
 * @param json the parsed file, or the same object in a recipe
 * @throws UsageError with the place of what is wrong
 */
export function readPriorKnowledge(json: JsonValue): PriorKnowledge {
  if (!isObject(json)) return refuse('must be an object with a list "peaks"');
  if (json['schema'] !== PRIOR_KNOWLEDGE_SCHEMA) refuse(`must name its schema, "${PRIOR_KNOWLEDGE_SCHEMA}"`);
  checkFields(json, FILE_FIELDS, 'at its top');
  const { title = '', nucleus = null, citations = [], peaks: list } = json;
  if (typeof title !== 'string') return refuse('needs a text for "title"');
  if (nucleus !== null && typeof nucleus !== 'string') return refuse('needs a text such as "31P" for "nucleus"');
  if (!Array.isArray(citations) || !citations.every((c) => typeof c === 'string')) {
    return refuse('needs a list of texts for "citations"');
  }
  if (!Array.isArray(list)) return refuse('must hold a list "peaks"');
  const peaks = checkedPeaks(list.map(readPeak));
  return { title, nucleus, citations, peaks, sums: readSums(json['sums'], peaks) };
}
