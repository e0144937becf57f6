// What a report's DICOM objects say around the page, from the report's model: whose and of which study they are, and UIDs
// that are the same for the same version of the same report.
import type { DicomReportHeader, ReportObjectKind } from '../../core/formats/write/dicomReport.ts';
import { REPORT_OBJECT_KINDS } from '../../core/formats/write/dicomReport.ts';
import { studyContext } from '../../core/formats/write/dicomStudyModules.ts';
import type { JsonValue } from '../../core/domain/json.ts';
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
  /** Of a signed version, what its signature is of; absent: that of the model. */
  readonly contentSha256?: string;
}

/** @returns the StudyInstanceUID of a study whose files name none */
export const ownStudyUid = (studyId: string): string => derivedDicomUid(`study:${studyId}`);

/**
 * The instance that a version of a report is.
 * @param content SHA-256 of what the report says
 */
export const reportInstanceUid = (
  kind: ReportObjectKind,
  studyInstanceUid: string,
  { version, isSigned, content }: { readonly version: number; readonly isSigned: boolean; readonly content: string },
): string => derivedDicomUid('report', kind, studyInstanceUid, isSigned ? 'signed' : 'draft', String(version), content);

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
  const isSigned = about.signedAt !== null;
  const ofModel = (): string => sha256Hex(canonicalJson(reportContent(model) as JsonValue));
  const content = about.contentSha256 ?? model.signature?.contentSha256 ?? ofModel();
  const uidsOf = (kind: ReportObjectKind) => ({
    seriesInstanceUid: derivedDicomUid('report-series', kind, studyInstanceUid),
    sopInstanceUid: reportInstanceUid(kind, studyInstanceUid, { version: about.version, isSigned, content }),
  });
  const uids = Object.fromEntries(REPORT_OBJECT_KINDS.map((kind) => [kind, uidsOf(kind)]));
  return {
    ...context,
    studyDate: context.studyDate ?? model.study.date,
    title: `MR spectroscopy report, ${isSigned ? `version ${about.version}` : 'draft'}`,
    // A draft printed twice is the same object: its time is that of its numbers.
    createdAt: localTime(about.signedAt ?? model.analysedAt),
    version: about.version,
    isSigned,
    software: [model.program, model.programVersion],
    uids: uids as DicomReportHeader['uids'],
  };
}
