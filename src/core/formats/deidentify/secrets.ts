// The texts that must not survive, gathered from all files of a study, and blanked wherever they stand: as Latin-1, UTF-8
// and UTF-16, in text and in binary headers, always in the same number of bytes.
import { strFromU8, strToU8 } from 'fflate';
import type { PatientInfo } from '../../domain/mrsDataset.ts';
import { latin1Text } from '../../math/fortranText.ts';

/** Shorter texts (an ID "1", the initial of a name) would blank out innocent ones. */
const MIN_LENGTH = 3;
/** From this length on a word is blanked within others, too; shorter ones only where they stand alone. */
const MIN_LENGTH_INSIDE = 5;
/** The same for numbers, which turn up by chance more often. */
const MIN_DIGITS_INSIDE = 8;
/** Texts from this length on don't turn up among samples by chance. */
const MIN_CERTAIN = 8;
/** Fillers of anonymised and empty fields: no one's identity. */
const FILLERS =
  /^(anonymous|anonymized|anonymised|anon|unknown|none|null|n\/a|removed|x+|\*+|0+|not (given|specified))$/i;
/** UIDs have at least this many characters and six components. */
const UID_PATTERN = /(?<![\d.])[0-2](?:\.\d+){5,}/g;
const MIN_UID_LENGTH = 20;
/** Roots that name standards and classes, not instances. */
const STANDARD_UIDS = /^(1\.2\.840\.10008\.|1\.3\.12\.2\.1107\.5\.9\.1$|1\.3\.46\.670589\.11\.0\.0\.12\.[1-4]$)/;

/** @returns whether a UID names a class or a part of a standard, and so no instance */
export const isClassUid = (uid: string): boolean => STANDARD_UIDS.test(uid);

/** UIDs that a pseudonymisation gives begin so (PS3.5, B.2). */
const OWN_UIDS = '2.25.';
const isForeignUid = (uid: string): boolean =>
  uid.length >= MIN_UID_LENGTH && !isClassUid(uid) && !uid.startsWith(OWN_UIDS);

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');

/** Latin-1 view of a text's bytes, so that one search serves every encoding. */
const asBytes = (text: string): string => latin1Text(strToU8(text));
/** Bytes of UTF-8 that were taken as Latin-1, read as what they are; the text itself where they are none. */
function decoded(text: string): string {
  const read = strFromU8(strToU8(text, true));
  return read.includes('\ufffd') ? text : read;
}
const asUtf16 = (text: string): string => Array.from(text, (c) => `${c}\0`).join('');

function pattern(secret: string): string {
  const isNumber = /^\d+$/.test(secret);
  const alone = secret.length < (isNumber ? MIN_DIGITS_INSIDE : MIN_LENGTH_INSIDE);
  const edge = isNumber ? '[\\d.]' : '[A-Za-z0-9]';
  const variants = [...new Set([secret, asBytes(secret), decoded(secret)])].map(escaped);
  const text = variants.join('|');
  const single = alone ? `(?<!${edge})(?:${text})(?!${edge})` : `(?:${text})`;
  return `${single}|${escaped(asUtf16(decoded(secret)))}`;
}

export class Secrets {
  private readonly texts = new Set<string>();
  private compiled: RegExp | null = null;

  /** A value that stands for itself: a number, an institution, a date. */
  add(value: string): void {
    const text = value.replace(/[\0\s]+$/, '').trim();
    if (text.length < MIN_LENGTH || FILLERS.test(text) || /^\d{1,3}$/.test(text)) return;
    this.texts.add(text);
    this.compiled = null;
  }

  /** A person's name, whole and in parts ("Doe^John", "Doe, John"). */
  addName(value: string): void {
    this.add(value);
    for (const part of value.split(/[\s^,=_]+/)) this.add(part);
    const spaced = value.replace(/[\^=]+/g, ' ').trim();
    if (spaced !== value) this.add(spaced);
  }

  /** A birth date as DICOM has it, and in the notations vendors use. */
  addDate(value: string): void {
    this.add(value);
    const digits = /^(\d{4})\D?(\d{2})\D?(\d{2})/.exec(value.trim());
    if (digits === null) return;
    const [, year, month, day] = digits;
    for (const mark of ['', '.', '-', '/']) {
      this.add([year, month, day].join(mark));
      if (mark !== '') this.add([day, month, year].join(mark));
    }
  }

  /** What a study knows of its patient. */
  addPatient({ name, id, birthDate }: PatientInfo): void {
    if (name !== null) this.addName(name);
    if (id !== null) this.add(id);
    if (birthDate !== null) this.addDate(birthDate);
  }

  get size(): number {
    return this.texts.size;
  }

  /** One expression for all secrets, longest first; null where there are none. */
  private expression(): RegExp | null {
    if (this.texts.size === 0) return null;
    const sorted = [...this.texts].sort((a, b) => b.length - a.length);
    this.compiled ??= new RegExp(sorted.map(pattern).join('|'), 'gi');
    return this.compiled;
  }

  /** A text with every secret replaced by as many X. */
  scrubText(text: string): string {
    const expression = this.expression();
    return expression === null ? text : text.replace(expression, (m) => 'X'.repeat(m.length));
  }

  /** Whether a secret that is long enough to be no chance, or an instance UID not made here, stands anywhere in a file. */
  standsIn(bytes: Uint8Array): boolean {
    const certain = [...this.texts].filter((text) => text.length >= MIN_CERTAIN);
    const expression = certain.length === 0 ? null : new RegExp(certain.map(pattern).join('|'), 'i');
    for (let from = 0; from < bytes.length; from += CHUNK) {
      const text = latin1Text(bytes.subarray(from, Math.min(bytes.length, from + CHUNK + OVERLAP)));
      if (expression?.test(text) === true) return true;
      for (const [uid] of text.matchAll(UID_PATTERN)) if (isForeignUid(uid)) return true;
    }
    return false;
  }

  /**
   * Blanks every secret and replaces every instance UID in a region, in place.
   * @returns whether anything was changed
   */
  scrubBytes(bytes: Uint8Array, start: number, end: number, uidFor: (uid: string) => string): boolean {
    let changed = false;
    for (let from = start; from < end; from += CHUNK) {
      const to = Math.min(end, from + CHUNK + OVERLAP);
      const text = latin1Text(bytes.subarray(from, to));
      const put = (at: number, replacement: string): void => {
        changed = true;
        for (let i = 0; i < replacement.length; i++) bytes[from + at + i] = replacement.charCodeAt(i);
      };
      for (const match of text.matchAll(UID_PATTERN)) {
        const uid = match[0];
        if (uid.length >= MIN_UID_LENGTH && !isClassUid(uid)) put(match.index, fitted(uidFor(uid), uid.length));
      }
      const expression = this.expression();
      if (expression === null) continue;
      for (const match of text.matchAll(expression)) {
        put(match.index, match[0].replace(/[^\0]/g, 'X'));
      }
    }
    return changed;
  }
}

/** Bytes searched at a time, and how far each piece reaches into the next: no secret is longer. */
const CHUNK = 1 << 20;
const OVERLAP = 1024;

/** A replacement in the original's length: padded with blanks, or zeros where it doesn't fit. */
function fitted(uid: string, length: number): string {
  return uid.length <= length ? uid.padEnd(length, ' ') : '0'.repeat(length);
}
