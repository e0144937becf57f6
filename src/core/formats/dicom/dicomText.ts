// DICOM text by its Specific Character Set (0008,0005), PS3.3 C.12.1.1.2 and PS3.5 6.1: the platform's TextDecoder
// where it knows the set, Latin-1 otherwise (never a failure).
import { strFromU8 } from 'fflate';
import { latin1Text } from '../../math/fortranText.ts';
import { wordTable } from '../../domain/wordTable.ts';

/** DICOM's defined terms → WHATWG encoding labels; "ISO 2022 IR n" is the same set with escape sequences. */
const ENCODINGS: Readonly<Record<string, string>> = wordTable({
  'IR 101': 'iso-8859-2',
  'IR 109': 'iso-8859-3',
  'IR 110': 'iso-8859-4',
  'IR 144': 'iso-8859-5',
  'IR 127': 'iso-8859-6',
  'IR 126': 'iso-8859-7',
  'IR 138': 'iso-8859-8',
  'IR 148': 'windows-1254',
  'IR 166': 'windows-874',
  'IR 203': 'iso-8859-15',
  'IR 13': 'shift_jis',
  'IR 87': 'iso-2022-jp',
  'IR 159': 'iso-2022-jp',
  'IR 149': 'euc-kr',
  'IR 58': 'gb18030',
  GB18030: 'gb18030',
  GBK: 'gbk',
});

type DecoderClass = new (label: string) => { decode(bytes: Uint8Array): string };

/** Core is compiled without the platform's types; every runtime of this program has the class. */
const Decoder = (globalThis as { TextDecoder?: DecoderClass }).TextDecoder;

/** ESC, intermediate and final bytes that switch sets (ISO 2022); Japanese decoding needs them, the others don't. */
const ESCAPES = /\x1b[()$*+,\-./]{1,2}[0-9A-Za-z]/g;

function encodingOf(characterSets: readonly string[]): string | null {
  const terms = characterSets.map((term) => term.replace(/^ISO[ _](2022 )?/, '').trim());
  if (terms.includes('IR 192')) return 'utf-8';
  for (const term of [...terms].reverse()) {
    const encoding = ENCODINGS[term];
    if (encoding !== undefined) return encoding;
  }
  return null;
}

/**
 * Decodes one text value.
 * @param characterSets values of (0008,0005), empty where absent
 */
export function decodeDicomText(bytes: Uint8Array, characterSets: readonly string[]): string {
  if (!bytes.some((b) => b >= 0x80 || b === 0x1b)) return latin1Text(bytes);
  const encoding = encodingOf(characterSets);
  if (encoding === 'utf-8') return strFromU8(bytes);
  if (encoding === null || Decoder === undefined) return latin1Text(bytes);
  try {
    const text = new Decoder(encoding).decode(bytes);
    return encoding === 'iso-2022-jp' ? text : text.replace(ESCAPES, '');
  } catch {
    return latin1Text(bytes);
  }
}
