// The tree of content items that a DICOM structured report is (PS3.3, C.17.3): items with a concept name, a value of one of the
// value types and items below them, tied to their parent by a relationship.
import { BugError } from '../../domain/errors.ts';
import { dicomTag } from '../dicom/dicomTags.ts';
import type { CodedConcept } from './dicomCodes.ts';
import { codeItem, PRIVATE_SCHEME } from './dicomCodes.ts';
import type { DicomElement, DicomItem } from './dicomEncoder.ts';
import { decimalElement, numberElement, sequenceElement, textElement } from './dicomEncoder.ts';
import type { DicomInstanceReference } from './dicomStudyModules.ts';
import { instanceItem, plain } from './dicomStudyModules.ts';

export type Relationship = 'CONTAINS' | 'HAS PROPERTIES' | 'HAS CONCEPT MOD' | 'HAS OBS CONTEXT' | 'INFERRED FROM';

/** A number with its unit; null: there is none, and the qualifier says why (PS3.3, C.18.1). */
export interface NumericContent {
  readonly type: 'NUM';
  readonly value: number | null;
  readonly unit: CodedConcept;
  readonly qualifier?: CodedConcept;
}

export type ContentValue =
  | { readonly type: 'CONTAINER'; readonly template?: string }
  | { readonly type: 'TEXT'; readonly text: string }
  | { readonly type: 'CODE'; readonly code: CodedConcept }
  | { readonly type: 'PNAME'; readonly name: string }
  | { readonly type: 'UIDREF'; readonly uid: string }
  | { readonly type: 'COMPOSITE' | 'IMAGE'; readonly instance: DicomInstanceReference }
  | NumericContent;

export interface ContentItem {
  /** To its parent; the root has none. */
  readonly relationship: Relationship | null;
  readonly name: CodedConcept;
  readonly value: ContentValue;
  readonly items?: readonly ContentItem[];
}

/** Shorthand: an item below another. */
export const contentItem = (
  relationship: Relationship,
  name: CodedConcept,
  value: ContentValue,
  items: readonly ContentItem[] = [],
): ContentItem => ({ relationship, name, value, items });

const VALUE_TYPE = dicomTag(0x0040, 0xa040, 'CS');
const RELATIONSHIP_TYPE = dicomTag(0x0040, 0xa010, 'CS');
const CONCEPT_NAME = dicomTag(0x0040, 0xa043, 'SQ');
const CONTENT = dicomTag(0x0040, 0xa730, 'SQ');
const MEASURED_VALUE = dicomTag(0x0040, 0xa300, 'SQ');
const UNITS_CODE = dicomTag(0x0040, 0x08ea, 'SQ');

/** Decimal strings have 16 characters; the double beside them is the number itself (PS3.3, table C.18.1-1). */
function numericElements({ value, unit, qualifier }: NumericContent): DicomElement[] {
  if (value === null) {
    if (qualifier === undefined) throw new BugError('A measurement without a number must say why it has none.');
    return [sequenceElement(MEASURED_VALUE), sequenceElement(dicomTag(0x0040, 0xa301, 'SQ'), codeItem(qualifier))];
  }
  if (!Number.isFinite(value)) throw new BugError('A measurement is not a finite number.');
  return [
    sequenceElement(MEASURED_VALUE, [
      decimalElement(dicomTag(0x0040, 0xa30a, 'DS'), value), // Numeric Value
      numberElement(dicomTag(0x0040, 0xa161, 'FD'), value), // Floating Point Value
      sequenceElement(UNITS_CODE, codeItem(unit)),
    ]),
  ];
}

function valueElements(value: ContentValue): DicomElement[] {
  switch (value.type) {
    case 'CONTAINER':
      return [
        textElement(dicomTag(0x0040, 0xa050, 'CS'), 'SEPARATE'), // Continuity of Content
        ...(value.template === undefined
          ? []
          : [
              sequenceElement(dicomTag(0x0040, 0xa504, 'SQ'), [
                textElement(dicomTag(0x0008, 0x0105, 'CS'), 'DCMR'), // Mapping Resource
                textElement(dicomTag(0x0040, 0xdb00, 'CS'), value.template), // Template Identifier
              ]),
            ]),
      ];
    case 'TEXT':
      return [textElement(dicomTag(0x0040, 0xa160, 'UT'), value.text)];
    case 'CODE':
      return [sequenceElement(dicomTag(0x0040, 0xa168, 'SQ'), codeItem(value.code))];
    case 'PNAME':
      return [textElement(dicomTag(0x0040, 0xa123, 'PN'), plain(value.name))];
    case 'UIDREF':
      return [textElement(dicomTag(0x0040, 0xa124, 'UI'), value.uid)];
    case 'COMPOSITE':
    case 'IMAGE':
      return [sequenceElement(dicomTag(0x0008, 0x1199, 'SQ'), instanceItem(value.instance))];
    case 'NUM':
      return numericElements(value);
  }
}

/** An item with all below it; of the root the elements of the document itself. */
export function contentElements({ relationship, name, value, items = [] }: ContentItem): DicomItem {
  return [
    ...(relationship === null ? [] : [textElement(RELATIONSHIP_TYPE, relationship)]),
    textElement(VALUE_TYPE, value.type),
    sequenceElement(CONCEPT_NAME, codeItem(name)),
    ...valueElements(value),
    ...(items.length === 0 ? [] : [sequenceElement(CONTENT, ...items.map(contentElements))]),
  ];
}

/** Whether a tree holds a private code, which the document must then explain. */
export function hasPrivateCode({ name, value, items = [] }: ContentItem): boolean {
  const codes = [name, ...(value.type === 'CODE' ? [value.code] : []), ...(value.type === 'NUM' ? [value.unit] : [])];
  return codes.some(({ scheme }) => scheme === PRIVATE_SCHEME) || items.some(hasPrivateCode);
}
