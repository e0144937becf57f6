// Batches: a set-up run over many studies, each with how it ended.
import type { BatchItemState, BatchSettings, BatchState } from '../../core/domain/batch.ts';
import type { BatchCounts, BatchItem, BatchItemChange, BatchRecord } from '../../core/ports/batches.ts';
import type { RowReader } from './connection.ts';
import { decodeStored, notFound } from './storeContext.ts';
import type { StoreContext } from './storeContext.ts';

const BATCH = 'SELECT id, settings, state, created_at, finished_at FROM batches';
const ITEMS = `
SELECT batch_items.study_id, batch_items.state, message, analysis_ids, title, study_date, age_years, weight_kg,
  name, patient_id, sex, birth_date
FROM batch_items JOIN studies ON studies.id = batch_items.study_id JOIN patients ON patients.id = studies.patient
WHERE batch_id = ? ORDER BY batch_items.row`;

/** @throws StudyDbError NOT_FOUND for a study that isn't there; then nothing was written */
export function addBatch(context: StoreContext, settings: BatchSettings, studyIds: readonly string[]): BatchRecord {
  const { connection } = context;
  const id = context.newId();
  return connection.transaction(() => {
    connection.run("INSERT INTO batches (id, settings, state, created_at) VALUES (?, ?, 'running', ?)", [
      id,
      JSON.stringify(settings),
      context.now(),
    ]);
    for (const studyId of new Set(studyIds)) {
      if (connection.get('SELECT id FROM studies WHERE id = ?', [studyId]) === null) throw notFound('study', studyId);
      connection.run(
        "INSERT INTO batch_items (batch_id, study_id, state, message, analysis_ids) VALUES (?, ?, 'waiting', NULL, '[]')",
        [id, studyId],
      );
    }
    return getBatch(context, id);
  });
}

/** Newest first. */
export function listBatches(context: StoreContext): (Omit<BatchRecord, 'items'> & { counts: BatchCounts })[] {
  const { connection } = context;
  return connection.all(`${BATCH} ORDER BY row DESC`).map((row) => {
    const counts = { waiting: 0, running: 0, done: 0, failed: 0, cancelled: 0, interrupted: 0 };
    const found = connection.all('SELECT state, count(*) AS n FROM batch_items WHERE batch_id = ? GROUP BY state', [
      row.text('id'),
    ]);
    for (const item of found) counts[item.text('state') as BatchItemState] = item.number('n');
    return { ...batch(context, row), counts };
  });
}

/** @throws StudyDbError NOT_FOUND, STUDY_DB_CORRUPT */
export function getBatch(context: StoreContext, batchId: string): BatchRecord {
  const { connection } = context;
  const row = connection.get(`${BATCH} WHERE id = ?`, [batchId]);
  if (row === null) throw notFound('batch', batchId);
  return { ...batch(context, row), items: connection.all(ITEMS, [batchId]).map((one) => item(context, one)) };
}

/** @throws StudyDbError NOT_FOUND */
export function setBatchState(context: StoreContext, batchId: string, state: BatchState): void {
  const finishedAt = state === 'running' ? null : context.now();
  const changed = context.connection.run('UPDATE batches SET state = ?, finished_at = ? WHERE id = ?', [
    state,
    finishedAt,
    batchId,
  ]);
  if (changed === 0) throw notFound('batch', batchId);
}

export function setBatchItem(
  { connection }: StoreContext,
  batchId: string,
  studyId: string,
  { state, message, analysisIds }: BatchItemChange,
): void {
  connection.run(
    'UPDATE batch_items SET state = ?, message = ?, analysis_ids = ? WHERE batch_id = ? AND study_id = ?',
    [state, message, JSON.stringify(analysisIds), batchId, studyId],
  );
}

/** @returns how many items changed their state */
export function moveBatchItems(
  { connection }: StoreContext,
  batchId: string,
  from: readonly BatchItemState[],
  to: BatchItemState,
): number {
  return connection.run(
    `UPDATE batch_items SET state = ?, message = NULL
     WHERE batch_id = ? AND state IN (${from.map(() => '?').join(', ')})`,
    [to, batchId, ...from],
  );
}

/** The results stay with their studies. @throws StudyDbError NOT_FOUND */
export function deleteBatch({ connection }: StoreContext, batchId: string): void {
  if (connection.run('DELETE FROM batches WHERE id = ?', [batchId]) === 0) throw notFound('batch', batchId);
}

function batch({ connection }: StoreContext, row: RowReader): Omit<BatchRecord, 'items'> {
  return {
    id: row.text('id'),
    settings: decodeStored(connection, 'a batch', () => JSON.parse(row.text('settings')) as BatchSettings),
    state: row.text('state') as BatchState,
    createdAt: row.text('created_at'),
    finishedAt: row.textOrNull('finished_at'),
  };
}

function item({ connection }: StoreContext, row: RowReader): BatchItem {
  const analysisIds = decodeStored(connection, 'a batch', () => JSON.parse(row.text('analysis_ids')) as string[]);
  return {
    studyId: row.text('study_id'),
    state: row.text('state') as BatchItemState,
    message: row.textOrNull('message'),
    analysisId: analysisIds[0] ?? null,
    analysisIds,
    patient: {
      name: row.textOrNull('name'),
      id: row.textOrNull('patient_id'),
      sex: row.textOrNull('sex'),
      birthDate: row.textOrNull('birth_date'),
      ageYears: row.numberOrNull('age_years'),
      weightKg: row.numberOrNull('weight_kg'),
    },
    title: row.text('title'),
    studyDate: row.textOrNull('study_date'),
  };
}
