// DICOM files rewritten without what identifies the patient: PS3.15 annex E, basic profile (basicProfile.ts), with the
// options Retain Patient Characteristics, Retain Longitudinal Temporal Information with Modified Dates, Clean Descriptors
// and Retain Safe Private; the transfer syntax stays.
import { strFromU8, strToU8 } from 'fflate';
import type { Warning } from '../../domain/provenance.ts';
import { dicomTag, TAG } from '../dicom/dicomTags.ts';
import type { DicomElements } from '../dicom/dicomDataset.ts';
import type { DicomElement as ParsedElement } from '../dicom/dicomStream.ts';
import type { DicomElement } from '../write/dicomEncoder.ts';
import {
  concatBytes,
  encodeElements,
  evenBytes,
  filePrefix,
  sequenceElement,
  textElement,
} from '../write/dicomEncoder.ts';
import { profileAttribute } from './basicProfile.ts';
import type { TakenApart } from '../dicom/dicomElements.ts';
import { itemsOf, takeApart, textOf, vrOf } from '../dicom/dicomElements.ts';
import { isPrivate, isWhitelisted } from './dicomWhitelist.ts';
import type { Pseudonymisation } from './pseudonymisation.ts';
import type { RemovedList } from './removedItem.ts';
import type { Secrets } from './secrets.ts';
import { isClassUid } from './secrets.ts';
import { shiftDate } from './shiftDate.ts';

const PATIENT_NAME = 'x00100010';
const PATIENT_ID = 'x00100020';
const BIRTH_DATE = 'x00100030';
/** Attributes whose UIDs name classes of objects. */
const CLASS_ATTRIBUTES: ReadonlySet<string> = new Set([
  'x00080016',
  'x00081150',
  'x0008001a',
  'x00081115',
  'x0008030c',
]);
/** Values that stand for a person, place or device; they are sought in every header. */
const IDENTITIES: ReadonlySet<string> = new Set([
  PATIENT_ID, 'x00101000', 'x00080050', 'x00080080', 'x00080081', 'x00081010', 'x00081040', 'x00181000', 'x00380010',
  'x00101040', 'x00102154', 'x00321060', 'x00080092', 'x00080094',
]); // prettier-ignore
const TEXT_VRS: ReadonlySet<string> = new Set(['LO', 'SH', 'LT', 'ST', 'UT', 'UC', 'UR', 'PN', 'AE']);
const DATE_VRS: ReadonlySet<string> = new Set(['DA', 'DT']);
const SECONDARY_CAPTURE = '1.2.840.10008.5.1.4.1.1.7';
/** An index of files, with the patients' names: it can't be rewritten, and nobody needs it. */
const DICOMDIR = '1.2.840.10008.1.3.10';

/** Adds the identities of a file to the secrets of the study. */
export function collectDicomSecrets(bytes: Uint8Array, secrets: Secrets): void {
  const file = takeApart(bytes);
  if (file === null) return;
  const visit = (elements: DicomElements): void => {
    for (const element of Object.values(elements)) {
      const items = itemsOf(file, element);
      if (items !== null) items.forEach(visit);
      else collectElement(file, element, secrets);
    }
  };
  visit(file.elements);
}

/** The value as its own character set has it is sought as bytes; Latin-1 keeps bytes as they are. */
function collectElement(file: TakenApart, element: ParsedElement, secrets: Secrets): void {
  if (element.length === 0 || element.length > 1024) return;
  const values = (): string[] => textOf(file.bytes, element).split('\\');
  if (element.tag === PATIENT_NAME || vrOf(file, element) === 'PN') values().forEach((v) => secrets.addName(v));
  else if (element.tag === BIRTH_DATE) values().forEach((v) => secrets.addDate(v));
  else if (IDENTITIES.has(element.tag)) values().forEach((v) => secrets.add(v));
}

class Rewriter {
  private readonly file: TakenApart;
  private readonly by: Pseudonymisation;
  private readonly secrets: Secrets;
  private readonly removed: RemovedList;

  constructor(file: TakenApart, by: Pseudonymisation, secrets: Secrets, removed: RemovedList) {
    this.file = file;
    this.by = by;
    this.secrets = secrets;
    this.removed = removed;
  }

  elements(elements: DicomElements): DicomElement[] {
    return Object.values(elements).flatMap((element) => {
      const written = this.element(element, elements);
      return written === null ? [] : [written];
    });
  }

  private note(element: ParsedElement, action: 'removed' | 'emptied' | 'replaced' | 'shifted'): void {
    const { tag } = element;
    const number = `(${tag.slice(1, 5)},${tag.slice(5)})`.toUpperCase();
    const name = isPrivate(tag) ? 'private attribute' : (profileAttribute(tag)?.name ?? 'attribute');
    this.removed.add(`${name} ${number}`, action);
  }

  private element(element: ParsedElement, siblings: DicomElements): DicomElement | null {
    const key = element.tag;
    // Group lengths and padding are made anew or left out; meta information too.
    if (key.startsWith('x0002') || key.endsWith('0000') || key === 'xfffcfffc') return null;
    if (isPrivate(key)) return this.privateElement(element, siblings);
    const attribute = profileAttribute(key);
    if (attribute?.action === 'remove') return this.without(element);
    const items = itemsOf(this.file, element);
    if (items !== null) {
      if (attribute !== undefined && ['dummy', 'empty'].includes(attribute.action)) return this.emptied(element, 'SQ');
      return { key, vr: 'SQ', value: items.map((item) => this.elements(item)) };
    }
    const vr = vrOf(this.file, element);
    if (vr === 'UI') return this.uids(element);
    if (DATE_VRS.has(vr) && key !== BIRTH_DATE) return this.dates(element, vr);
    if (attribute === undefined || ['keep', 'clean', 'uid'].includes(attribute.action)) return this.kept(element, vr);
    if (vr === 'TM') return this.kept(element, vr);
    return this.replaced(element, vr, attribute.action === 'dummy');
  }

  private without(element: ParsedElement): null {
    this.note(element, 'removed');
    return null;
  }

  private emptied(element: ParsedElement, vr: string): DicomElement {
    if (element.length > 0) this.note(element, 'emptied');
    return { key: element.tag, vr, value: vr === 'SQ' ? [] : new Uint8Array() };
  }

  private text(element: ParsedElement, vr: string, text: string): DicomElement {
    return { key: element.tag, vr, value: evenBytes(strToU8(text), vr) };
  }

  private replaced(element: ParsedElement, vr: string, dummy: boolean): DicomElement {
    if (element.tag === PATIENT_NAME || element.tag === PATIENT_ID) {
      this.note(element, 'replaced');
      return this.text(element, vr, this.by.pseudonym);
    }
    if (!dummy || element.length === 0 || !TEXT_VRS.has(vr)) return this.emptied(element, vr);
    this.note(element, 'replaced');
    return this.text(element, vr, 'REMOVED');
  }

  private uids(element: ParsedElement): DicomElement {
    const values = textOf(this.file.bytes, element).split('\\');
    const isClass = (uid: string): boolean => uid === '' || isClassUid(uid) || CLASS_ATTRIBUTES.has(element.tag);
    const mapped = values.map((uid) => (isClass(uid) ? uid : this.by.uidFor(uid)));
    if (mapped.some((uid, i) => uid !== values[i])) this.note(element, 'replaced');
    return this.text(element, 'UI', mapped.join('\\'));
  }

  private dates(element: ParsedElement, vr: string): DicomElement {
    const values = textOf(this.file.bytes, element).split('\\');
    if (values.every((v) => v.trim() === '')) return this.emptied(element, vr);
    const moved = values.map((v) => shiftDate(v.trim(), this.by.dayShift) ?? '');
    this.note(element, 'shifted');
    return this.text(element, vr, moved.join('\\'));
  }

  /** Values that stay; texts and unknown bytes lose the names and UIDs of the study. */
  private kept(element: ParsedElement, vr: string): DicomElement | null {
    const { bytes, encoding } = this.file;
    if (element.encapsulatedPixelData === true) return encapsulated(element, bytes, encoding.littleEndian);
    const value = bytes.subarray(element.dataOffset, element.dataOffset + element.length);
    if (vr === 'UN' && element.vr === 'UN') return this.without(element);
    if (!TEXT_VRS.has(vr)) return { key: element.tag, vr: writtenVr(element, vr), value };
    const copy = value.slice();
    if (this.secrets.scrubBytes(copy, 0, copy.length, this.by.uidFor)) this.note(element, 'replaced');
    return { key: element.tag, vr: writtenVr(element, vr), value: copy };
  }

  private privateElement(element: ParsedElement, siblings: DicomElements): DicomElement | null {
    const { bytes } = this.file;
    if (!isWhitelisted(bytes, siblings, element.tag)) return this.without(element);
    const items = itemsOf(this.file, element);
    if (items !== null) return { key: element.tag, vr: 'SQ', value: items.map((item) => this.elements(item)) };
    const copy = bytes.slice(element.dataOffset, element.dataOffset + element.length);
    // Signals are numbers: a match in them would be chance.
    if (!['OF', 'OD', 'FL', 'FD', 'US', 'SS', 'UL', 'SL'].includes(element.vr ?? '') && !isSignal(element.tag)) {
      if (this.secrets.scrubBytes(copy, 0, copy.length, this.by.uidFor)) this.note(element, 'replaced');
    }
    return { key: element.tag, vr: element.vr ?? 'UN', value: copy };
  }
}

const isSignal = (key: string): boolean => key.startsWith('x7fe1') && !key.startsWith('x7fe100');

/** A guessed representation is written only where the file states none (implicit files, which don't write it). */
const writtenVr = (element: ParsedElement, vr: string): string => element.vr ?? vr;

/** Compressed pixel data, fragment by fragment as they stand. */
function encapsulated(element: ParsedElement, bytes: Uint8Array, littleEndian: boolean): DicomElement {
  const header = new Uint8Array(12);
  const view = new DataView(header.buffer);
  view.setUint16(0, parseInt(element.tag.slice(1, 5), 16), littleEndian);
  view.setUint16(2, parseInt(element.tag.slice(5), 16), littleEndian);
  header.set(strToU8(element.vr ?? 'OB'), 4);
  view.setUint32(8, 0xffffffff, littleEndian);
  const body = bytes.subarray(element.dataOffset, element.dataOffset + element.length);
  const delimiter = [0xfe, 0xff, 0xdd, 0xe0];
  const closed = delimiter.every((byte, i) => body[body.length - 8 + i] === byte);
  const end = closed ? new Uint8Array() : new Uint8Array([...delimiter, 0, 0, 0, 0]);
  return { key: element.tag, vr: 'OB', value: new Uint8Array(), raw: concatBytes([header, body, end]) };
}

/** What was done, for whoever gets the file (PS3.15, E.1.1; codes of PS3.16, CID 7050). */
const METHODS: readonly (readonly [string, string])[] = [
  ['113100', 'Basic Application Confidentiality Profile'],
  ['113105', 'Clean Descriptors Option'],
  ['113107', 'Retain Longitudinal Temporal Information Modified Dates Option'],
  ['113108', 'Retain Patient Characteristics Option'],
  ['113111', 'Retain Safe Private Option'],
];

function markers(by: Pseudonymisation, present: DicomElements): DicomElement[] {
  const code = ([value, meaning]: readonly [string, string]): DicomElement[] => [
    textElement(dicomTag(0x0008, 0x0100, 'SH'), value),
    textElement(dicomTag(0x0008, 0x0102, 'SH'), 'DCM'),
    textElement(dicomTag(0x0008, 0x0104, 'LO'), meaning),
  ];
  return [
    textElement(dicomTag(0x0012, 0x0062, 'CS'), 'YES'), // Patient Identity Removed
    textElement(dicomTag(0x0012, 0x0063, 'LO'), 'Lineshape: DICOM PS3.15 basic profile'), // De-identification Method
    sequenceElement(dicomTag(0x0012, 0x0064, 'SQ'), ...METHODS.map(code)),
    textElement(dicomTag(0x0028, 0x0303, 'CS'), 'MODIFIED'), // Longitudinal Temporal Information Modified
    ...(present[PATIENT_NAME] === undefined ? [textElement(TAG.patientName, by.pseudonym)] : []),
    ...(present[PATIENT_ID] === undefined ? [textElement(TAG.patientId, by.pseudonym)] : []),
  ];
}
const MARKED: ReadonlySet<string> = new Set(['x00120062', 'x00120063', 'x00120064', 'x00280303']);

function doubts(file: TakenApart, sopClass: string, fileName: string): Warning[] {
  const warnings: Warning[] = [];
  const burnedIn = textOf(file.bytes, file.elements['x00280301']).trim();
  if (burnedIn === 'YES' || sopClass.startsWith(SECONDARY_CAPTURE)) {
    const message = `${fileName} is a copy of a screen or holds text in its picture, where names may stand: look at it before passing it on.`;
    warnings.push({ code: 'burned-in-text', message });
  }
  if (!file.isComplete) {
    const message = `${fileName} is damaged or cut short; only what could be read of it was rewritten.`;
    warnings.push({ code: 'file-incomplete', message });
  }
  return warnings;
}

/**
 * Rewrites one DICOM file.
 * @param fileName base name in the output
 * @returns null for what must not be passed on: directories, deflated and unreadable files
 */
export function rewriteDicom(
  bytes: Uint8Array,
  fileName: string,
  context: { readonly by: Pseudonymisation; readonly secrets: Secrets; readonly removed: RemovedList },
): { readonly bytes: Uint8Array; readonly warnings: readonly Warning[] } | null {
  const file = takeApart(bytes);
  if (file === null) return null;
  const sopClass = textOf(bytes, file.elements['x00080016']);
  const { by, secrets, removed } = context;
  const body = new Rewriter(file, by, secrets, removed).elements(file.elements).filter(({ key }) => !MARKED.has(key));
  if (sopClass === '' && file.isPart10 && strFromU8(bytes.subarray(132, 400), true).includes(DICOMDIR)) return null;
  // Values stay in the file's byte order; those made here are texts, which have none.
  const data = encodeElements([...body, ...markers(by, file.elements)], file.encoding);
  const instance = textOf(bytes, file.elements['x00080018']);
  const prefix = file.isPart10
    ? filePrefix(sopClass, instance === '' ? '' : by.uidFor(instance), file.transferSyntaxUid)
    : new Uint8Array();
  return { bytes: concatBytes([prefix, data]), warnings: doubts(file, sopClass, fileName) };
}
