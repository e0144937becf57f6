// What is asked of an archive or a worklist, as data sets, and how its answers are read (PS3.4, C.4.1.1 and K.4.1; attributes of
// study and series: tables C.6-5 and C.6-3; of the worklist: table K.6-1). Queries are ASCII where they can be, else UTF-8.
import type { StudyQuery, WorklistItemQuery } from '../../../core/domain/dicomNode.ts';
import type { DicomDataset } from '../../../core/formats/dicom/dicomDataset.ts';
import { DicomDataset as Reader } from '../../../core/formats/dicom/dicomDataset.ts';
import { readElements } from '../../../core/formats/dicom/dicomStream.ts';
import type { DicomTag } from '../../../core/formats/dicom/dicomTags.ts';
import { dicomTag as t, TAG } from '../../../core/formats/dicom/dicomTags.ts';
import { encodeElements, sequenceElement, textElement } from '../../../core/formats/write/dicomEncoder.ts';
import type { DicomElement, DicomItem } from '../../../core/formats/write/dicomEncoder.ts';
import { encodingOf } from './transferSyntaxes.ts';

export const QUERY_TAG = {
  level: t(0x0008, 0x0052, 'CS'),
  modalitiesInStudy: t(0x0008, 0x0061, 'CS'),
  studyInstanceUid: t(0x0020, 0x000d, 'UI'),
  seriesInstanceUid: t(0x0020, 0x000e, 'UI'),
  seriesNumber: t(0x0020, 0x0011, 'IS'),
  frameOfReferenceUid: t(0x0020, 0x0052, 'UI'),
  studySeries: t(0x0020, 0x1206, 'IS'),
  studyInstances: t(0x0020, 0x1208, 'IS'),
  seriesInstances: t(0x0020, 0x1209, 'IS'),
  referringPhysician: t(0x0008, 0x0090, 'PN'),
  requestedProcedure: t(0x0032, 0x1060, 'LO'),
  scheduledSteps: t(0x0040, 0x0100, 'SQ'),
  stationAeTitle: t(0x0040, 0x0001, 'AE'),
  scheduledDate: t(0x0040, 0x0002, 'DA'),
  scheduledTime: t(0x0040, 0x0003, 'TM'),
  scheduledPhysician: t(0x0040, 0x0006, 'PN'),
  stepDescription: t(0x0040, 0x0007, 'LO'),
  stepId: t(0x0040, 0x0009, 'SH'),
  requestedProcedureId: t(0x0040, 0x1001, 'SH'),
} as const;

/** The way a file's reader says where a value is; answers are no files. */
const ANSWER = 'answer';
/** A backslash would part a value in two; control characters stand in no text (PS3.5, 6.1.3). */
const NOT_IN_A_VALUE = /[\\\p{Cc}]/gu;

const clean = (text: string): string => text.replace(NOT_IN_A_VALUE, '').trim();
const digits = (isoDate: string): string => isoDate.replaceAll('-', '');

/** A date or a range of dates (PS3.4, C.2.2.2.5). */
export function dateRange(from: string | null, to: string | null): string {
  if (from === null && to === null) return '';
  if (from !== null && from === to) return digits(from);
  return `${from === null ? '' : digits(from)}-${to === null ? '' : digits(to)}`;
}

/** An identifier's elements, with what tells its character set where that is needed. */
function withCharacterSet(elements: readonly DicomElement[], texts: readonly string[]): DicomItem {
  const isAscii = texts.every((text) => /^[\x20-\x7e]*$/.test(text));
  return isAscii ? elements : [textElement(TAG.specificCharacterSet, 'ISO_IR 192'), ...elements];
}

const asked = (tags: readonly DicomTag[]): DicomElement[] => tags.map((tag) => textElement(tag, ''));

/** @returns the identifier of a search for studies */
export function studyIdentifier(query: StudyQuery): DicomItem {
  const texts = [query.patientName, query.patientId, query.accessionNumber].map(clean);
  const [name, id, accession] = texts as [string, string, string];
  return withCharacterSet(
    [
      textElement(QUERY_TAG.level, 'STUDY'),
      textElement(TAG.patientName, name),
      textElement(TAG.patientId, id),
      textElement(TAG.accessionNumber, accession),
      textElement(TAG.studyDate, dateRange(query.from, query.to)),
      textElement(QUERY_TAG.modalitiesInStudy, clean(query.modality ?? '')),
      ...asked([TAG.studyTime, TAG.studyDescription, TAG.patientBirthDate, TAG.patientSex]),
      ...asked([QUERY_TAG.studyInstanceUid, QUERY_TAG.studySeries, QUERY_TAG.studyInstances]),
    ],
    texts,
  );
}

/** @returns the identifier of a search for a study's series */
export function seriesIdentifier(studyInstanceUid: string): DicomItem {
  return [
    textElement(QUERY_TAG.level, 'SERIES'),
    textElement(QUERY_TAG.studyInstanceUid, clean(studyInstanceUid)),
    ...asked([QUERY_TAG.seriesInstanceUid, TAG.modality, QUERY_TAG.seriesNumber, TAG.seriesDescription]),
    ...asked([QUERY_TAG.seriesInstances, QUERY_TAG.frameOfReferenceUid, TAG.sopClassUid]),
  ];
}

/** @returns the identifier of a search for a series' instances, of which one tells SOP class and frame of reference */
export function instanceIdentifier(studyInstanceUid: string, seriesInstanceUid: string): DicomItem {
  return [
    textElement(QUERY_TAG.level, 'IMAGE'),
    textElement(QUERY_TAG.studyInstanceUid, clean(studyInstanceUid)),
    textElement(QUERY_TAG.seriesInstanceUid, clean(seriesInstanceUid)),
    ...asked([TAG.sopInstanceUid, TAG.sopClassUid, QUERY_TAG.frameOfReferenceUid]),
  ];
}

/** @returns the identifier of a retrieval (PS3.4, C.4.2.1.4 and C.4.3.1.3) */
export function retrieveIdentifier(studyInstanceUid: string, seriesInstanceUids: readonly string[] | null): DicomItem {
  const study = textElement(QUERY_TAG.studyInstanceUid, clean(studyInstanceUid));
  if (seriesInstanceUids === null) return [textElement(QUERY_TAG.level, 'STUDY'), study];
  const series = textElement(QUERY_TAG.seriesInstanceUid, seriesInstanceUids.map(clean));
  return [textElement(QUERY_TAG.level, 'SERIES'), study, series];
}

/** @returns the identifier of a search of the modality worklist */
export function worklistIdentifier(query: WorklistItemQuery): DicomItem {
  const texts = [query.patientName, query.patientId, query.accessionNumber].map(clean);
  const [name, id, accession] = texts as [string, string, string];
  const step: DicomItem = [
    textElement(TAG.modality, clean(query.modality ?? '')),
    textElement(QUERY_TAG.scheduledDate, dateRange(query.from, query.to)),
    ...asked([QUERY_TAG.scheduledTime, QUERY_TAG.stationAeTitle, QUERY_TAG.scheduledPhysician]),
    ...asked([QUERY_TAG.stepDescription, QUERY_TAG.stepId]),
  ];
  return withCharacterSet(
    [
      textElement(TAG.patientName, name),
      textElement(TAG.patientId, id),
      textElement(TAG.accessionNumber, accession),
      sequenceElement(QUERY_TAG.scheduledSteps, step),
      ...asked([TAG.patientBirthDate, TAG.patientSex, QUERY_TAG.studyInstanceUid, QUERY_TAG.referringPhysician]),
      ...asked([QUERY_TAG.requestedProcedure, QUERY_TAG.requestedProcedureId]),
    ],
    texts,
  );
}

/** Encodes an identifier in the syntax that was agreed on. */
export const encodeIdentifier = (elements: DicomItem, transferSyntaxUid: string): Uint8Array =>
  encodeElements(elements, encodingOf(transferSyntaxUid));

/** Reads an answer's identifier, by its own character set. */
export function readIdentifier(bytes: Uint8Array, transferSyntaxUid: string): DicomDataset {
  const encoding = encodingOf(transferSyntaxUid);
  const { elements } = readElements(bytes, 0, encoding);
  const source = { bytes, fileName: ANSWER, littleEndian: encoding.littleEndian, characterSets: [] as string[] };
  const dataset = new Reader(source, elements);
  source.characterSets = [...answerTexts(dataset)(TAG.specificCharacterSet)];
  return dataset;
}

/** The values of an attribute as text; none where the answer doesn't have it. */
export type AnswerTexts = (tag: DicomTag) => readonly string[];

/** An answer's attributes. What it says wrongly is as good as unsaid: it is another program's, and one value must not lose the rest. */
export function answerTexts(dataset: DicomDataset): AnswerTexts {
  return (tag) => {
    try {
      return dataset.strings(tag);
    } catch {
      return [];
    }
  };
}
