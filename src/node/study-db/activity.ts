// What is done around studies: reports written, jobs run, settings kept.
import type { JobRecord, JobState, ReportRecord } from '../../core/ports/studyStore.ts';
import type { RowReader } from './connection.ts';
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

/** @throws StudyDbError NOT_FOUND where a study is named that isn't there */
export function startJob(context: StoreContext, kind: string, studyId: string | null): JobRecord {
  const { connection } = context;
  const [id, createdAt] = [context.newId(), context.now()];
  connection.transaction(() => {
    if (studyId !== null && connection.get('SELECT id FROM studies WHERE id = ?', [studyId]) === null) {
      throw notFound('study', studyId);
    }
    connection.run("INSERT INTO jobs (id, study_id, kind, state, created_at) VALUES (?, ?, ?, 'running', ?)", [
      id,
      studyId,
      kind,
      createdAt,
    ]);
  });
  return { id, studyId, kind, state: 'running', message: null, createdAt, finishedAt: null };
}

/** Sets the state, and the time of finishing unless the job goes on. @throws StudyDbError NOT_FOUND */
export function finishJob(context: StoreContext, jobId: string, state: JobState, message: string | null): void {
  const finishedAt = state === 'queued' || state === 'running' ? null : context.now();
  const changed = context.connection.run('UPDATE jobs SET state = ?, message = ?, finished_at = ? WHERE id = ?', [
    state,
    message,
    finishedAt,
    jobId,
  ]);
  if (changed === 0) throw notFound('job', jobId);
}

/** Newest first. */
export function listJobs({ connection }: StoreContext): JobRecord[] {
  return connection
    .all('SELECT id, study_id, kind, state, message, created_at, finished_at FROM jobs ORDER BY row DESC')
    .map(jobRecord);
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

function jobRecord(row: RowReader): JobRecord {
  return {
    id: row.text('id'),
    studyId: row.textOrNull('study_id'),
    kind: row.text('kind'),
    state: row.text('state') as JobState,
    message: row.textOrNull('message'),
    createdAt: row.text('created_at'),
    finishedAt: row.textOrNull('finished_at'),
  };
}
