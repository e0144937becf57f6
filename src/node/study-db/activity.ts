// What is done around studies: reports written, settings kept.
import type { ReportRecord } from '../../core/ports/studyStore.ts';
import { recordAudit } from './auditTrail.ts';
import { readSetting, writeSetting } from './settingRows.ts';
import { notFound } from './storeContext.ts';
import type { StoreContext } from './storeContext.ts';

/** @throws StudyDbError NOT_FOUND where the study has no such analysis */
export function addReport(context: StoreContext, report: Omit<ReportRecord, 'id' | 'createdAt'>): ReportRecord {
  const { connection } = context;
  const record: ReportRecord = {
    id: context.newId(),
    studyId: report.studyId,
    analysisId: report.analysisId,
    format: report.format,
    sha256: report.sha256,
    createdAt: context.now(),
  };
  connection.transaction(() => {
    const found = connection.get('SELECT id FROM analyses WHERE id = ? AND study_id = ?', [
      record.analysisId,
      record.studyId,
    ]);
    if (found === null) throw notFound('analysis of this study', record.analysisId);
    connection.run(
      'INSERT INTO reports (id, study_id, analysis_id, format, sha256, created_at) VALUES (?, ?, ?, ?, ?, ?)',
      [record.id, record.studyId, record.analysisId, record.format, record.sha256, record.createdAt],
    );
    const { studyId, analysisId, format, sha256 } = record;
    recordAudit(context, { kind: 'export', action: 'report', studyId, details: { analysisId, format, sha256 } });
  });
  return record;
}

/** In the order they were made. */
export function listReports({ connection }: StoreContext, studyId: string): ReportRecord[] {
  return connection
    .all('SELECT id, study_id, analysis_id, format, sha256, created_at FROM reports WHERE study_id = ? ORDER BY row', [
      studyId,
    ])
    .map((row) => ({
      id: row.text('id'),
      studyId: row.text('study_id'),
      analysisId: row.text('analysis_id'),
      format: row.text('format') as ReportRecord['format'],
      sha256: row.text('sha256'),
      createdAt: row.text('created_at'),
    }));
}

export function getSetting({ connection }: StoreContext, key: string): string | null {
  return readSetting(connection, key);
}

/** Where the user left off, and the key of pseudonyms: no settings of the program. */
const REMEMBERED =
  /^(view\/|pseudonyms\/|(app|user\/[^/]+)\/(session|recentStudies|layout|worklist|viewDefaults|batch|tour)$)/;

/** The audit trail tells which setting changed, not to what: a value may be a path or a name. */
export function setSetting(context: StoreContext, key: string, value: string): void {
  const { connection } = context;
  if (REMEMBERED.test(key)) {
    writeSetting(connection, key, value);
    return;
  }
  connection.transaction(() => {
    if (readSetting(connection, key) === value) return;
    writeSetting(connection, key, value);
    recordAudit(context, { kind: 'settings', action: 'setting', studyId: null, details: { key } });
  });
}
