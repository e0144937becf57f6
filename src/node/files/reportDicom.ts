// What a report's DICOM objects say around the page, from the report's model: whose and of which study they are, and UIDs
// that are the same for the same version of the same report.
import type { DicomReportHeader, ReportObjectKind } from '../../core/formats/write/dicomReport.ts';
import { REPORT_OBJECT_KINDS } from '../../core/formats/write/dicomReport.ts';
import { studyContext } from '../../core/formats/write/dicomStudyModules.ts';
import type { ReportModel } from '../../core/reports/index.ts';
import { reportContent } from '../../core/reports/index.ts';
import { derivedDicomUid } from './dicomUids.ts';
import { canonicalJson, sha256Hex } from './hashing.ts';

export { newDicomUid } from './dicomUids.ts';

/** Which report it is. */
export interface ReportIdentity {
  /** Tells the study from others where its files name no StudyInstanceUID. */
  readonly studyId: string;
  /** ISO 8601; null: a draft. */
  readonly signedAt: string | null;
  readonly version: number;
}

/** @returns the StudyInstanceUID of a study whose files name none */
export const ownStudyUid = (studyId: string): string => derivedDicomUid(`study:${studyId}`);

/** The instance that a signed version is: its content can't change any more, so that number and time name it. */
export const signedInstanceUid = (
  kind: ReportObjectKind,
  studyInstanceUid: string,
  { version, signedAt }: { readonly version: number; readonly signedAt: string },
): string => derivedDicomUid('report', kind, studyInstanceUid, 'signed', String(version), signedAt);

/** The clock of the hospital, as DICOM's dates are without a zone: "2026-01-03T10:20:30Z" → "2026-01-03T11:20:30". */
export function localTime(iso: string): string {
  const time = new Date(iso);
  if (!iso.endsWith('Z') || Number.isNaN(time.getTime())) return iso;
  const two = (n: number): string => String(n).padStart(2, '0');
  const date = [time.getFullYear(), two(time.getMonth() + 1), two(time.getDate())].join('-');
  return `${date}T${[time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join(':')}`;
}

/**
 * @param model of the report, in its language
 * @param about which report of which study
 */
export function dicomReportHeader(model: ReportModel, about: ReportIdentity): DicomReportHeader {
  const context = studyContext(model.scan, model.patient, () => ownStudyUid(about.studyId));
  const { studyInstanceUid } = context;
  const { version, signedAt } = about;
  const isSigned = signedAt !== null;
  const content = isSigned ? '' : sha256Hex(canonicalJson(reportContent(model)));
  const uidsOf = (kind: ReportObjectKind) => ({
    seriesInstanceUid: derivedDicomUid('report-series', kind, studyInstanceUid),
    sopInstanceUid: isSigned
      ? signedInstanceUid(kind, studyInstanceUid, { version, signedAt })
      : derivedDicomUid('report', kind, studyInstanceUid, 'draft', content),
  });
  const uids = Object.fromEntries(REPORT_OBJECT_KINDS.map((kind) => [kind, uidsOf(kind)]));
  return {
    ...context,
    studyDate: context.studyDate ?? model.study.date,
    title: `MR spectroscopy report, ${isSigned ? `version ${version}` : 'draft'}`,
    // A draft printed twice is the same object: its time is that of its numbers.
    createdAt: localTime(signedAt ?? model.analysedAt),
    version,
    isSigned,
    software: [model.program, model.programVersion],
    uids: uids as DicomReportHeader['uids'],
  };
}
