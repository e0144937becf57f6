// What an archive or a worklist answers, the same over DIMSE and over HTTP (attributes of study and series: PS3.4, tables C.6-5
// and C.6-3; of the worklist: table K.6-1).
import type { ScheduledStep, SeriesMatch, StudyMatch } from '../../../core/domain/dicomNode.ts';
import type { DicomTag } from '../../../core/formats/dicom/dicomTags.ts';
import { TAG } from '../../../core/formats/dicom/dicomTags.ts';
import type { AnswerTexts } from './queryIdentifiers.ts';
import { QUERY_TAG } from './queryIdentifiers.ts';

const textOf = (answer: AnswerTexts, tag: DicomTag): string | null => answer(tag)[0] || null;

function countOf(answer: AnswerTexts, tag: DicomTag): number | null {
  const text = textOf(answer, tag);
  const value = text === null ? NaN : Number(text);
  return Number.isSafeInteger(value) ? value : null;
}

/** DA, also in the form of ACR-NEMA, as an ISO date. */
function isoDate(text: string | null): string | null {
  const found = /^(\d{4})\.?(\d{2})\.?(\d{2})$/.exec(text ?? '');
  return found === null ? null : `${found[1]}-${found[2]}-${found[3]}`;
}

/** TM as hh:mm:ss; what it leaves out is 0. */
function timeOfDay(text: string | null): string | null {
  const found = /^(\d{2}):?(\d{2})?:?(\d{2})?/.exec(text ?? '');
  return found === null ? null : `${found[1]}:${found[2] ?? '00'}:${found[3] ?? '00'}`;
}

/** @returns null where the answer names no study */
export function studyMatch(answer: AnswerTexts): StudyMatch | null {
  const studyInstanceUid = textOf(answer, QUERY_TAG.studyInstanceUid);
  if (studyInstanceUid === null) return null;
  return {
    studyInstanceUid,
    patientName: textOf(answer, TAG.patientName),
    patientId: textOf(answer, TAG.patientId),
    birthDate: isoDate(textOf(answer, TAG.patientBirthDate)),
    sex: textOf(answer, TAG.patientSex),
    studyDate: isoDate(textOf(answer, TAG.studyDate)),
    studyTime: timeOfDay(textOf(answer, TAG.studyTime)),
    description: textOf(answer, TAG.studyDescription),
    accessionNumber: textOf(answer, TAG.accessionNumber),
    modalities: answer(QUERY_TAG.modalitiesInStudy).filter((text) => text !== ''),
    seriesCount: countOf(answer, QUERY_TAG.studySeries),
    instanceCount: countOf(answer, QUERY_TAG.studyInstances),
  };
}

/** @returns null where the answer names no series */
export function seriesMatch(answer: AnswerTexts, studyInstanceUid: string): SeriesMatch | null {
  const seriesInstanceUid = textOf(answer, QUERY_TAG.seriesInstanceUid);
  if (seriesInstanceUid === null) return null;
  return {
    studyInstanceUid,
    seriesInstanceUid,
    modality: textOf(answer, TAG.modality),
    number: countOf(answer, QUERY_TAG.seriesNumber),
    description: textOf(answer, TAG.seriesDescription),
    instanceCount: countOf(answer, QUERY_TAG.seriesInstances),
    sopClassUid: textOf(answer, TAG.sopClassUid),
    frameOfReferenceUid: textOf(answer, QUERY_TAG.frameOfReferenceUid),
  };
}

/** What one instance tells of its series. */
export function instanceFacts(answer: AnswerTexts): Pick<SeriesMatch, 'sopClassUid' | 'frameOfReferenceUid'> {
  return {
    sopClassUid: textOf(answer, TAG.sopClassUid),
    frameOfReferenceUid: textOf(answer, QUERY_TAG.frameOfReferenceUid),
  };
}

/** What the list of series doesn't tell, by what one of its instances tells. */
export const withFacts = (series: SeriesMatch, facts: ReturnType<typeof instanceFacts>): SeriesMatch => ({
  ...series,
  sopClassUid: series.sopClassUid ?? facts.sopClassUid,
  frameOfReferenceUid: series.frameOfReferenceUid ?? facts.frameOfReferenceUid,
});

/** @param inStep attributes of its item of the Scheduled Procedure Step Sequence; null: it has none */
export function scheduledStep(answer: AnswerTexts, inStep: AnswerTexts | null): ScheduledStep {
  const ofStep = (tag: DicomTag): string | null => (inStep === null ? null : textOf(inStep, tag));
  return {
    patientName: textOf(answer, TAG.patientName),
    patientId: textOf(answer, TAG.patientId),
    birthDate: isoDate(textOf(answer, TAG.patientBirthDate)),
    sex: textOf(answer, TAG.patientSex),
    accessionNumber: textOf(answer, TAG.accessionNumber),
    studyInstanceUid: textOf(answer, QUERY_TAG.studyInstanceUid),
    requestedProcedure: textOf(answer, QUERY_TAG.requestedProcedure),
    referringPhysician: textOf(answer, QUERY_TAG.referringPhysician),
    modality: ofStep(TAG.modality),
    scheduledDate: isoDate(ofStep(QUERY_TAG.scheduledDate)),
    scheduledTime: timeOfDay(ofStep(QUERY_TAG.scheduledTime)),
    stationAeTitle: ofStep(QUERY_TAG.stationAeTitle),
    description: ofStep(QUERY_TAG.stepDescription),
  };
}
