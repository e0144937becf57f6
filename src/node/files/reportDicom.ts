// What a report's DICOM file says around the page, from the report's model.
import { createHash, randomUUID } from 'node:crypto';
import type { DicomReportHeader } from '../../core/formats/write/dicomReport.ts';
import type { ReportModel } from '../../core/reports/index.ts';

/** "2.25." and the decimal form of a random UUID (DICOM PS3.5, B.2). */
export const newDicomUid = (): string => `2.25.${BigInt(`0x${randomUUID().replaceAll('-', '')}`).toString()}`;

/** The same UID for the same text: of a study whose files name none. */
function uidOf(text: string): string {
  const digest = createHash('sha256').update(`lineshape-study:${text}`).digest('hex').slice(0, 32);
  return `2.25.${BigInt(`0x${digest}`).toString()}`;
}

function headerText(model: ReportModel, key: string): string | null {
  const given = model.scan.header[key];
  const value = typeof given === 'object' && given !== null && !Array.isArray(given) ? given['Value'] : given;
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
}

/**
 * @param model of the report, in its language
 * @param about identity of the study, for files that name no StudyInstanceUID; of a signed version when and which
 */
export function dicomReportHeader(
  model: ReportModel,
  about: { readonly studyId: string; readonly signedAt: string | null; readonly version: number },
): Omit<DicomReportHeader, 'uid'> {
  const { acquisition } = model.scan;
  return {
    patient: model.patient,
    studyInstanceUid: headerText(model, 'StudyInstanceUID') ?? uidOf(about.studyId),
    studyDate: acquisition.acquiredAt ?? model.study.date,
    accessionNumber: headerText(model, 'AccessionNumber'),
    studyId: headerText(model, 'StudyID'),
    title: `MR spectroscopy report, ${about.signedAt === null ? 'draft' : `version ${about.version}`}`,
    createdAt: about.signedAt ?? model.generatedAt,
    version: about.version,
    isSigned: about.signedAt !== null,
    software: [model.program, model.programVersion],
  };
}
