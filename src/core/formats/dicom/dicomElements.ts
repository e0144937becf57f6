// A DICOM file taken apart for rewriting: file meta information, transfer syntax, elements with their items.
import { latin1Text } from '../../math/fortranText.ts';
import type { DicomElements } from './dicomDataset.ts';
import type { DicomElement as ParsedElement } from './dicomStream.ts';
import { readElements, readItems } from './dicomStream.ts';
import { knownVr } from './dicomTags.ts';
import type { DicomEncoding } from '../write/dicomEncoder.ts';

const PREFIX_BYTES = 132;
const IMPLICIT = '1.2.840.10008.1.2';
const EXPLICIT = '1.2.840.10008.1.2.1';
const BIG_ENDIAN = '1.2.840.10008.1.2.2';
const DEFLATED = '1.2.840.10008.1.2.1.99';

export interface TakenApart {
  readonly bytes: Uint8Array;
  readonly elements: DicomElements;
  readonly transferSyntaxUid: string;
  readonly encoding: DicomEncoding;
  /** Whether the file begins with preamble and meta information. */
  readonly isPart10: boolean;
  /** false where the file is cut or damaged: what comes behind is not in `elements`. */
  readonly isComplete: boolean;
}

export const textOf = (bytes: Uint8Array, element: ParsedElement | undefined): string =>
  element === undefined
    ? ''
    : latin1Text(bytes.subarray(element.dataOffset, element.dataOffset + element.length)).replace(/[\s\0]+$/, '');

/** @returns null for what can't be rewritten: a deflated data set, or no element at all */
export function takeApart(bytes: Uint8Array): TakenApart | null {
  const isPart10 = latin1Text(bytes.subarray(128, PREFIX_BYTES)) === 'DICM';
  let start = 0;
  let transferSyntaxUid = /^[A-Z]{2}$/.test(latin1Text(bytes.subarray(4, 6))) ? EXPLICIT : IMPLICIT;
  if (isPart10) {
    const meta = readElements(bytes, PREFIX_BYTES, { explicit: true, littleEndian: true }, (key) =>
      key.startsWith('x0002'),
    );
    transferSyntaxUid = textOf(bytes, meta.elements['x00020010']) || EXPLICIT;
    start = meta.end;
  }
  if (transferSyntaxUid === DEFLATED) return null;
  const encoding = { explicit: transferSyntaxUid !== IMPLICIT, littleEndian: transferSyntaxUid !== BIG_ENDIAN };
  const { elements, complete } = readElements(bytes, start, encoding);
  if (Object.keys(elements).length === 0) return null;
  return { bytes, elements, transferSyntaxUid, encoding, isPart10, isComplete: complete };
}

const ITEM_TAG_LE = [0xfe, 0xff, 0x00, 0xe0] as const;

/** Items of a sequence, also of one whose representation the file doesn't say; null for what is no sequence. */
export function itemsOf(file: TakenApart, element: ParsedElement): readonly DicomElements[] | null {
  if (element.items !== undefined)
    return element.items.flatMap((i) => (i.dataSet === undefined ? [] : [i.dataSet.elements]));
  if (element.vr === 'SQ') return [];
  const stated = element.vr ?? knownVr(element.tag);
  const unsure = stated === undefined || stated === 'UN' || stated === 'SQ';
  if (!unsure || !ITEM_TAG_LE.every((byte, i) => file.bytes[element.dataOffset + i] === byte)) return null;
  return readItems(file.bytes, element).flatMap((i) => (i.dataSet === undefined ? [] : [i.dataSet.elements]));
}

/** Representation of an element: stated, known, or told from the value (dates and UIDs). */
export function vrOf(file: TakenApart, element: ParsedElement): string {
  const stated = element.vr ?? knownVr(element.tag);
  if (stated !== undefined && stated !== 'UN') return stated;
  if (element.length > 64 || element.length === 0) return 'UN';
  const text = textOf(file.bytes, element);
  if (/^[0-2](\.\d+){3,}$/.test(text)) return 'UI';
  if (/^(19|20)\d{2}[01]\d[0-3]\d$/.test(text)) return 'DA';
  return /^[\x20-\x7e]*$/.test(text) ? 'LO' : 'UN';
}
