// What the study database keeps of reports: reference ranges, texts for conclusions, each study's draft and signed versions.
import type { ReferenceRange, StoredReferenceRange } from '../domain/referenceRange.ts';

/** A text that a conclusion can begin with. */
export interface ConclusionTemplate {
  readonly id: string;
  readonly title: string;
  readonly text: string;
  readonly changedAt: string;
}

/** What stands in the conclusion while nobody has signed it. */
export interface ReportDraft {
  readonly conclusion: string;
  readonly changedAt: string;
}

/** Who signs, as it stands in the report. */
export interface Signer {
  readonly name: string;
  /** Function: "radiologist"; may be empty. */
  readonly role: string;
}

/** A signed version without its content. */
export interface SignedReportSummary {
  readonly id: string;
  readonly studyId: string;
  readonly analysisId: string;
  /** Index over x, y, z, C order. */
  readonly voxel: number;
  /** From 1; each amends the one before it. */
  readonly version: number;
  readonly language: string;
  readonly conclusion: string;
  readonly signer: Signer;
  /** ISO 8601, UTC. */
  readonly signedAt: string;
  /** Of what the report says, independent of its layout. */
  readonly contentSha256: string;
  readonly htmlSha256: string;
  readonly pdfSha256: string;
  readonly appVersion: string;
}

export interface SignedReport extends SignedReportSummary {
  readonly html: string;
  readonly pdf: Uint8Array;
  /** The report as JSON document. */
  readonly json: string;
}

export type NewSignedReport = Omit<SignedReport, 'id' | 'htmlSha256' | 'pdfSha256'>;

export interface ReportStore {
  /** In the order they were entered. */
  readonly listReferenceRanges: () => StoredReferenceRange[];
  readonly addReferenceRange: (range: ReferenceRange) => StoredReferenceRange;
  /** @throws StudyDbError NOT_FOUND */
  readonly changeReferenceRange: (id: string, range: ReferenceRange) => StoredReferenceRange;
  readonly deleteReferenceRange: (id: string) => void;
  /** All or none; those that are there already, field by field, are not added again. @returns how many were new */
  readonly addReferenceRanges: (ranges: readonly ReferenceRange[]) => number;
  readonly listConclusionTemplates: () => ConclusionTemplate[];
  /** Changes the one with this id, or adds one. */
  readonly saveConclusionTemplate: (template: { id: string | null; title: string; text: string }) => ConclusionTemplate;
  readonly deleteConclusionTemplate: (id: string) => void;
  readonly getReportDraft: (studyId: string) => ReportDraft | null;
  /** @throws StudyDbError where the study is signed: it is amended first */
  readonly saveReportDraft: (studyId: string, conclusion: string) => ReportDraft;
  /**
   * Keeps a version, takes the draft away and makes the study signed, in one transaction.
   * @throws StudyDbError where the study is signed already or the version is not the next one
   */
  readonly signReport: (report: NewSignedReport) => SignedReportSummary;
  /** Opens a draft with the newest version's conclusion; the version stays as it is. @throws StudyDbError where none is signed */
  readonly amendReport: (studyId: string) => ReportDraft;
  /** Oldest first. */
  readonly listSignedReports: (studyId: string) => SignedReportSummary[];
  /** @throws StudyDbError NOT_FOUND; STUDY_DB_CORRUPT where its content is not what its hash was taken of */
  readonly getSignedReport: (id: string) => SignedReport;
}
