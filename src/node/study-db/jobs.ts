// Jobs: long work that was begun, how it ended, and what it was asked, so that what a crash interrupted can be taken up again.
import type { JsonObject } from '../../core/domain/json.ts';
import type { JobRecord, JobState } from '../../core/ports/studyStore.ts';
import type { Connection, RowReader } from './connection.ts';
import { writeSetting } from './settingRows.ts';
import { notFound } from './storeContext.ts';
import type { StoreContext } from './storeContext.ts';

/** Where the request of a job stands until it has ended. */
const requestKey = (jobId: string): string => `jobs/${jobId}`;

// The table knows five states. One that was interrupted is a failed one that never finished.
const JOBS = `
SELECT jobs.id, study_id, kind, message, created_at, finished_at, settings.value AS request,
  CASE WHEN state = 'failed' AND finished_at IS NULL THEN 'interrupted' ELSE state END AS state
FROM jobs LEFT JOIN settings ON settings.key = 'jobs/' || jobs.id`;

/** @throws StudyDbError NOT_FOUND where a study is named that isn't there */
export function startJob(
  context: StoreContext,
  kind: string,
  studyId: string | null,
  request: JsonObject | null = null,
): JobRecord {
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
    if (request !== null) writeSetting(connection, requestKey(id), JSON.stringify(request));
  });
  return { id, studyId, kind, state: 'running', message: null, createdAt, finishedAt: null, request };
}

/**
 * Sets the state, and the time of finishing unless the job goes on or can be taken up again.
 * @throws StudyDbError NOT_FOUND
 */
export function finishJob(context: StoreContext, jobId: string, state: JobState, message: string | null): void {
  const { connection } = context;
  const hasEnded = state !== 'queued' && state !== 'running' && state !== 'interrupted';
  connection.transaction(() => {
    const changed = connection.run('UPDATE jobs SET state = ?, message = ?, finished_at = ? WHERE id = ?', [
      state === 'interrupted' ? 'failed' : state,
      message,
      hasEnded ? context.now() : null,
      jobId,
    ]);
    if (changed === 0) throw notFound('job', jobId);
    if (hasEnded) connection.run('DELETE FROM settings WHERE key = ?', [requestKey(jobId)]);
  });
}

/** Newest first. */
export function listJobs({ connection }: StoreContext): JobRecord[] {
  return connection.all(`${JOBS} ORDER BY row DESC`).map(jobRecord);
}

/** Those that run, wait or were interrupted; newest first. */
export function listUnfinishedJobs({ connection }: StoreContext): JobRecord[] {
  return connection.all(`${JOBS} WHERE finished_at IS NULL ORDER BY row DESC`).map(jobRecord);
}

/** Inside the transaction that deletes a study, before it: what its jobs were asked goes with it. */
export function deleteRequestsOf(connection: Connection, studyId: string): void {
  connection.run("DELETE FROM settings WHERE key IN (SELECT 'jobs/' || id FROM jobs WHERE study_id = ?)", [studyId]);
}

function jobRecord(row: RowReader): JobRecord {
  const request = row.textOrNull('request');
  return {
    id: row.text('id'),
    studyId: row.textOrNull('study_id'),
    kind: row.text('kind'),
    state: row.text('state') as JobState,
    message: row.textOrNull('message'),
    createdAt: row.text('created_at'),
    finishedAt: row.textOrNull('finished_at'),
    request: request === null ? null : (JSON.parse(request) as JsonObject),
  };
}
