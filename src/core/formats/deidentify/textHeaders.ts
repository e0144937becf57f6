// Vendors' text headers: which lines name a person, an institution or a date, by the names of their keys; their values are
// blanked in the same number of bytes, so that everything behind them stays where it is.
import { latin1Text } from '../../math/fortranText.ts';
import type { Pseudonymisation } from './pseudonymisation.ts';
import type { RemovedList } from './removedItem.ts';
import type { Secrets } from './secrets.ts';
import { shiftDate } from './shiftDate.ts';

/** How a format writes "key, value"; group 1 holds the key and what stands before the value, group 2 the value. */
export type HeaderGrammar = readonly RegExp[];

const COLON_LINES = /^([A-Za-z][\w [\]]*?[ \t]*:[ \t]*)([^\r\n]*)/gm;

export const GRAMMARS = {
  spar: [COLON_LINES],
  rda: [COLON_LINES],
  jmrui: [COLON_LINES],
  list: [/^(#[ \t]*[A-Za-z][\w ]*?[ \t]*:[ \t]*)([^\r\n]*)/gm],
  twix: [/(<Param\w+\."\w+">\s*\{)([^{}]*)(?=\})/g, /^([A-Za-z]\w*(?:\[\d+\])?\s*=\s*)("[^"\r\n]*")/gm],
  bruker: [/^(##\$?\w+=(?:\([ \d,]+\)[ \t]*\r?\n)?)([^\r\n]*)/gm, /^(\$\$ )([^\r\n]*)/gm],
  varian: [/^([A-Za-z]\w* [^\r\n]*\n\d+ )([^\r\n]*)/gm],
  lcmodel: [/(\b(?:title|id|owner|savdir)[ \t]*=[ \t]*)('(?:[^']|'')*')/gi],
} as const satisfies Record<string, HeaderGrammar>;

type Kind = 'name' | 'identity' | 'birth' | 'date' | 'blank';

/** Keys in lower case without separators; the first that fits counts. */
const KINDS: readonly (readonly [RegExp, Kind])[] = [
  [/birth|dob$/, 'birth'],
  [/^t?patients?name|^nameofpatient|physician|operator|^subjectname|subjectname(string)?$|referrer/, 'name'],
  [/^(t?patientid|examinationname|examid|accession\w*|subjectid|visusubjectid)$/, 'identity'],
  [/institution|hospital|serialnumber|stationname|^stationid|^gyroscanname|visustation/, 'identity'],
  [/loid$|address$|department|^(visu)?uid$|^datasetname$/, 'blank'],
  [
    /studydesc|comment|remark|additionalinformation|^title$|^id$|^\$\$$|^owner$|^name$|^savdir$|^(visu)?studyid$/,
    'blank',
  ],
  [/studyname|subjectremarks|subjectentry|^origin$|^spectrometer$|^file(name)?$/, 'blank'],
  [/(^|[a-z])date$|^dateofexperiment$|^visu\w*date$|^timecomplete|^timerun|^timesaved/, 'date'],
];

const keyOf = (prefix: string): string =>
  /\$\$|[A-Za-z][\w ]*/.exec(prefix.replace(/^<Param\w+\./, ''))?.[0].trim() ?? '';
const kindOf = (key: string): Kind | null => {
  const plain = key.toLowerCase().replace(/[^a-z$]/g, '');
  return KINDS.find(([pattern]) => pattern.test(plain))?.[1] ?? null;
};

interface HeaderLine {
  readonly key: string;
  readonly kind: Kind;
  /** First byte of the value. */
  readonly start: number;
  readonly value: string;
}

function* identifyingLines(text: string, grammar: HeaderGrammar): Generator<HeaderLine> {
  for (const pattern of grammar) {
    for (const match of text.matchAll(pattern)) {
      const [, prefix = '', value = ''] = match;
      const key = keyOf(prefix);
      const kind = kindOf(key);
      if (kind !== null && /[^\s"'<>{}]/.test(value)) yield { key, kind, start: match.index + prefix.length, value };
    }
  }
}

const unquoted = (value: string): string => value.replace(/^[\s"'<]+|[\s"'>]+$/g, '');

/** Adds the values that name somebody or something to the secrets of the study. */
export function collectTextSecrets(header: Uint8Array, grammar: HeaderGrammar, secrets: Secrets): void {
  for (const { kind, value } of identifyingLines(latin1Text(header), grammar)) {
    if (kind === 'name') secrets.addName(unquoted(value));
    else if (kind === 'identity') secrets.add(unquoted(value));
    else if (kind === 'birth') secrets.addDate(unquoted(value));
  }
}

function write(bytes: Uint8Array, at: number, text: string): void {
  for (let i = 0; i < text.length; i++) bytes[at + i] = text.charCodeAt(i);
}

/** Quotes, brackets and line ends stay, so that the header still parses. */
const blanked = (value: string): string => value.replace(/[^\s"'<>]/g, ' ');

function cleanedValue({ kind, value }: HeaderLine, dayShift: number): { text: string; shifted: boolean } {
  const lead = /^[\s"'<]*/.exec(value)?.[0] ?? '';
  const moved = kind === 'date' ? shiftDate(value.slice(lead.length), dayShift) : null;
  return moved === null ? { text: blanked(value), shifted: false } : { text: lead + moved, shifted: true };
}

/**
 * Blanks what identifies in a text header, in place.
 * @param header view of the header's bytes
 */
export function blankTextHeader(
  header: Uint8Array,
  grammar: HeaderGrammar,
  secrets: Secrets,
  by: Pseudonymisation,
  removed: RemovedList,
): void {
  for (const line of [...identifyingLines(latin1Text(header), grammar)]) {
    const { text, shifted } = cleanedValue(line, by.dayShift);
    write(header, line.start, text);
    removed.add(`header line ${line.key}`, shifted ? 'shifted' : 'emptied');
  }
  if (secrets.scrubBytes(header, 0, header.length, by.uidFor))
    removed.add('names and UIDs within the header', 'replaced');
}
