// Siemens protocol text as it stands in twix headers and DICOM: ASCCONV lines ("sRXSPEC.alDwellTime[0] = 83300") and
// XProtocol parameters (<ParamString."tProtocolName"> { "press" }). Keys are kept exactly as written.
import { strFromU8 } from 'fflate';
import { latin1Text } from '../../math/fortranText.ts';

/** ASCCONV key, e.g. "sSpecPara.sVoI.sPosition.dSag" → value as text, quotes removed. */
export type Ascconv = ReadonlyMap<string, string>;
/** XProtocol parameter name → first value that is not empty, quotes removed. */
export type XProtocol = ReadonlyMap<string, string>;

/** Text of a header buffer: UTF-8 since VE, Latin-1 before. */
export function protocolText(bytes: Uint8Array): string {
  const text = strFromU8(bytes);
  return text.includes('\ufffd') ? latin1Text(bytes) : text;
}

const BEGIN = '### ASCCONV BEGIN';
const END = '### ASCCONV END ###';

/** Value after "=": quotes (single or doubled) and trailing comments removed. */
function ascconvValue(text: string): string {
  const trimmed = text.trim();
  if (!trimmed.startsWith('"')) return trimmed.split('#')[0]?.trim() ?? '';
  return trimmed.replace(/^"+/, '').replace(/".*$/, '');
}

/** All assignments of the last ASCCONV block of a text (the one before it, where there are two, is a default). */
export function parseAscconv(text: string): Ascconv {
  const values = new Map<string, string>();
  const begin = text.lastIndexOf(BEGIN);
  if (begin < 0) return values;
  const end = text.indexOf(END, begin);
  for (const line of text.slice(begin, end < 0 ? undefined : end).split('\n')) {
    const equals = line.indexOf('=');
    if (equals < 0 || line.startsWith('#')) continue;
    values.set(line.slice(0, equals).trim(), ascconvValue(line.slice(equals + 1)));
  }
  return values;
}

const PARAMETER = /<Param(?:Bool|Long|String|Double)\."([^"\n]{1,100})">\s*\{([^{}]*)\}/g;

function parameterValue(body: string): string {
  const bare = body.replace(/<Precision>\s*\d+/, ' ');
  const quoted = /"([^"]*)"/.exec(bare.replace(/<\w+>[^\n]*/g, ' '));
  if (quoted !== null) return (quoted[1] as string).trim();
  return bare.includes('<') ? '' : bare.trim().replace(/\s+/g, ' ');
}

/** The simple parameters of an XProtocol; of several with one name, the first that has a value. */
export function parseXProtocol(text: string): XProtocol {
  const values = new Map<string, string>();
  for (const match of text.matchAll(PARAMETER)) {
    const name = match[1] as string;
    if (values.has(name)) continue;
    const value = parameterValue(match[2] as string);
    if (value !== '') values.set(name, value);
  }
  return values;
}

/** Decimal or 0x… number of an ASCCONV value; null where absent or not a number. */
export function ascconvNumber(ascconv: Ascconv, key: string): number | null {
  const text = ascconv.get(key);
  if (text === undefined || text === '') return null;
  const value = Number(text);
  return Number.isFinite(value) ? value : null;
}
