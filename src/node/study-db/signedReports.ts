// A study's report: the draft of its conclusion, and signed versions, which are only ever added.
import { StudyDbError } from '../../core/domain/errors.ts';
import type {
  ConclusionTemplate,
  NewSignedReport,
  ReportDraft,
  SignedReport,
  SignedReportSummary,
} from '../../core/ports/reportStore.ts';
import type { StudyState } from '../../core/ports/studyStore.ts';
import { sha256Hex } from '../files/hashing.ts';
import { recordAudit } from './auditTrail.ts';
import type { RowReader } from './connection.ts';
import { corruptError } from './sqliteErrors.ts';
import { notFound } from './storeContext.ts';
import type { StoreContext } from './storeContext.ts';
import { getStudy, setStudyState } from './studies.ts';

/** In the order they were made. */
export function listConclusionTemplates({ connection }: StoreContext): ConclusionTemplate[] {
  return connection.all('SELECT id, title, text, changed_at FROM conclusion_templates ORDER BY row').map((row) => ({
    id: row.text('id'),
    title: row.text('title'),
    text: row.text('text'),
    changedAt: row.text('changed_at'),
  }));
}

/** Changes the template with this id, or adds one where it is null. @throws StudyDbError NOT_FOUND */
export function saveConclusionTemplate(
  context: StoreContext,
  { id, title, text }: { readonly id: string | null; readonly title: string; readonly text: string },
): ConclusionTemplate {
  const changedAt = context.now();
  if (id !== null) {
    const values = [title, text, changedAt, id];
    const changed = context.connection.run(
      'UPDATE conclusion_templates SET title = ?, text = ?, changed_at = ? WHERE id = ?',
      values,
    );
    if (changed === 0) throw notFound('text for conclusions', id);
    return { id, title, text, changedAt };
  }
  const own = context.newId();
  context.connection.run('INSERT INTO conclusion_templates (id, title, text, changed_at) VALUES (?, ?, ?, ?)', [
    own,
    title,
    text,
    changedAt,
  ]);
  return { id: own, title, text, changedAt };
}

/** @throws StudyDbError NOT_FOUND */
export function deleteConclusionTemplate({ connection }: StoreContext, id: string): void {
  const deleted = connection.run('DELETE FROM conclusion_templates WHERE id = ?', [id]);
  if (deleted === 0) throw notFound('text for conclusions', id);
}

export function getReportDraft({ connection }: StoreContext, studyId: string): ReportDraft | null {
  const row = connection.get('SELECT conclusion, changed_at FROM report_drafts WHERE study_id = ?', [studyId]);
  return row === null ? null : { conclusion: row.text('conclusion'), changedAt: row.text('changed_at') };
}

/** As `setStudyState`, but a signed report is amended, never just called unsigned. @throws StudyDbError */
export function setStateByHand(context: StoreContext, studyId: string, state: StudyState): void {
  if (state !== 'signed' && isLocked(context, studyId)) throw new StudyDbError('STUDY_DB_FAILED', SIGNED);
  context.connection.transaction(() => {
    setStudyState(context, studyId, state);
    recordAudit(context, { kind: 'process', action: 'state', studyId, details: { state } });
  });
}

const SIGNED = 'The report is signed and can’t be changed; amend it to make a new version.';

/** Signed by a report; a study that an older version of this program only called signed is not locked. */
function isLocked(context: StoreContext, studyId: string): boolean {
  return getStudy(context, studyId).state === 'signed' && listSignedReports(context, studyId).length > 0;
}

/** @throws StudyDbError NOT_FOUND, or where the study is signed */
export function saveReportDraft(context: StoreContext, studyId: string, conclusion: string): ReportDraft {
  return context.connection.transaction(() => {
    if (isLocked(context, studyId)) throw new StudyDbError('STUDY_DB_FAILED', SIGNED);
    return writeDraft(context, studyId, conclusion);
  });
}

function writeDraft(context: StoreContext, studyId: string, conclusion: string): ReportDraft {
  const changedAt = context.now();
  context.connection.run(
    `INSERT INTO report_drafts (study_id, conclusion, changed_at) VALUES (?, ?, ?)
     ON CONFLICT (study_id) DO UPDATE SET conclusion = excluded.conclusion, changed_at = excluded.changed_at`,
    [studyId, conclusion, changedAt],
  );
  return { conclusion, changedAt };
}

const COLUMNS = `id, study_id, analysis_id, voxel, version, language, conclusion, signer_name, signer_role, signed_at,
  content_sha256, html_sha256, pdf_sha256, app_version`;

/** @throws StudyDbError NOT_FOUND, or where the study is signed already or another version is due */
export function signReport(context: StoreContext, report: NewSignedReport): SignedReportSummary {
  const { connection } = context;
  const { studyId } = report;
  const summary = { ...summaryOf(report), id: context.newId(), ...hashesOf(report) };
  return connection.transaction(() => {
    if (isLocked(context, studyId)) throw new StudyDbError('STUDY_DB_FAILED', SIGNED);
    const due = listSignedReports(context, studyId).length + 1;
    if (report.version !== due) {
      const words = `Version ${report.version} of the report can’t be signed: version ${due} is due. Open the study again.`;
      throw new StudyDbError('STUDY_DB_FAILED', words);
    }
    insertSigned(context, summary, report);
    connection.run('DELETE FROM report_drafts WHERE study_id = ?', [studyId]);
    setStudyState(context, studyId, 'signed');
    auditSigning(context, summary);
    return summary;
  });
}

/** The signer's name stands in the report; here the account that signed does. */
function auditSigning(context: StoreContext, summary: SignedReportSummary): void {
  const { id, studyId, analysisId, voxel, version, contentSha256, htmlSha256, pdfSha256 } = summary;
  const details = { reportId: id, analysisId, voxel, version, contentSha256, htmlSha256, pdfSha256 };
  recordAudit(context, { kind: 'sign', action: 'report', studyId, details });
}

const hashesOf = ({ html, pdf }: Pick<SignedReport, 'html' | 'pdf'>): { htmlSha256: string; pdfSha256: string } => ({
  htmlSha256: sha256Hex(html),
  pdfSha256: sha256Hex(pdf),
});

function summaryOf(report: NewSignedReport): Omit<SignedReportSummary, 'id' | 'htmlSha256' | 'pdfSha256'> {
  const { studyId, analysisId, voxel, version, language, conclusion, signer, signedAt, contentSha256, appVersion } =
    report;
  return { studyId, analysisId, voxel, version, language, conclusion, signer, signedAt, contentSha256, appVersion };
}

function insertSigned(
  { connection }: StoreContext,
  summary: SignedReportSummary,
  { html, pdf, json }: Pick<SignedReport, 'html' | 'pdf' | 'json'>,
): void {
  connection.run(
    `INSERT INTO signed_reports (${COLUMNS}, html, pdf, json) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    [
      summary.id,
      summary.studyId,
      summary.analysisId,
      summary.voxel,
      summary.version,
      summary.language,
      summary.conclusion,
      summary.signer.name,
      summary.signer.role,
      summary.signedAt,
      summary.contentSha256,
      summary.htmlSha256,
      summary.pdfSha256,
      summary.appVersion,
      html,
      pdf,
      json,
    ],
  );
}

/** @throws StudyDbError NOT_FOUND, or where nothing is signed or a draft is open already */
export function amendReport(context: StoreContext, studyId: string): ReportDraft {
  return context.connection.transaction(() => {
    const newest = listSignedReports(context, studyId).at(-1);
    if (newest === undefined || !isLocked(context, studyId)) {
      throw new StudyDbError('STUDY_DB_FAILED', 'There is no signed report to amend: its draft is still open.');
    }
    setStudyState(context, studyId, 'reviewed');
    recordAudit(context, { kind: 'sign', action: 'amend', studyId, details: { version: newest.version } });
    return writeDraft(context, studyId, newest.conclusion);
  });
}

/** Oldest first. */
export function listSignedReports({ connection }: StoreContext, studyId: string): SignedReportSummary[] {
  return connection
    .all(`SELECT ${COLUMNS} FROM signed_reports WHERE study_id = ? ORDER BY version`, [studyId])
    .map(signedSummary);
}

/** @throws StudyDbError NOT_FOUND, STUDY_DB_CORRUPT */
export function getSignedReport({ connection }: StoreContext, id: string): SignedReport {
  const row = connection.get(`SELECT ${COLUMNS}, html, pdf, json FROM signed_reports WHERE id = ?`, [id]);
  if (row === null) throw notFound('signed report', id);
  const report = { ...signedSummary(row), html: row.text('html'), pdf: row.blob('pdf'), json: row.text('json') };
  const { htmlSha256, pdfSha256 } = hashesOf(report);
  if (htmlSha256 === report.htmlSha256 && pdfSha256 === report.pdfSha256) return report;
  throw corruptError(connection.fileName, 'a signed report in it is not what was signed');
}

function signedSummary(row: RowReader): SignedReportSummary {
  return {
    id: row.text('id'),
    studyId: row.text('study_id'),
    analysisId: row.text('analysis_id'),
    voxel: row.number('voxel'),
    version: row.number('version'),
    language: row.text('language'),
    conclusion: row.text('conclusion'),
    signer: { name: row.text('signer_name'), role: row.text('signer_role') },
    signedAt: row.text('signed_at'),
    contentSha256: row.text('content_sha256'),
    htmlSha256: row.text('html_sha256'),
    pdfSha256: row.text('pdf_sha256'),
    appVersion: row.text('app_version'),
  };
}
