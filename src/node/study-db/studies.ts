// Studies: the worklist, their state, and their deletion with everything that hangs on them.
import type { NewStudy, StudyRecord, StudyState, StudySummary } from '../../core/ports/studyStore.ts';
import { recordAudit } from './auditTrail.ts';
import type { RowReader } from './connection.ts';
import { deleteUnreadableOf } from './dicomInstances.ts';
import { deletePatientsWithoutStudy, ensurePatient } from './patients.ts';
import { notFound } from './storeContext.ts';
import { deleteRequestsOf } from './jobs.ts';
import type { StoreContext } from './storeContext.ts';

/** What `studySummary` reads of studies joined with patients and study_facts. */
export const STUDY_COLUMNS = `studies.id, studies.patient, studies.title, studies.study_date, studies.region,
  studies.state, studies.created_at, studies.age_years, studies.weight_kg,
  patients.name, patients.patient_id, patients.sex, patients.birth_date,
  study_facts.sequence, study_facts.field_t, study_facts.echo_time_s, study_facts.repetition_time_s,
  (SELECT count(*) FROM datasets WHERE datasets.study_id = studies.id) AS dataset_count,
  (SELECT count(*) FROM analyses WHERE analyses.study_id = studies.id) AS result_count`;

const SUMMARY = `
SELECT ${STUDY_COLUMNS}
FROM studies JOIN patients ON patients.id = studies.patient LEFT JOIN study_facts ON study_id = studies.id`;

/** Newest first. */
export function listStudies({ connection }: StoreContext): StudySummary[] {
  return connection
    .all(`${SUMMARY} ORDER BY studies.created_at DESC, studies.row DESC`)
    .map((row) => studySummary(row));
}

/** @throws StudyDbError NOT_FOUND */
export function getStudy({ connection }: StoreContext, studyId: string): StudySummary {
  const row = connection.get(`${SUMMARY} WHERE studies.id = ?`, [studyId]);
  if (row === null) throw notFound('study', studyId);
  return studySummary(row);
}

/** Adds a study, its patient with it where that is a new one. Call inside a transaction. @returns its id */
export function insertStudy(context: StoreContext, study: NewStudy): string {
  const id = context.newId();
  const { patient, title, studyDate, region } = study;
  context.connection.run(
    `INSERT INTO studies (id, patient, title, study_date, region, age_years, weight_kg, state, created_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, 'new', ?)`,
    [id, ensurePatient(context, patient), title, studyDate, region, patient.ageYears, patient.weightKg, context.now()],
  );
  return id;
}

/** @throws StudyDbError NOT_FOUND */
export function setStudyState({ connection }: StoreContext, studyId: string, state: StudyState): void {
  const changed = connection.run('UPDATE studies SET state = ? WHERE id = ?', [state, studyId]);
  if (changed === 0) throw notFound('study', studyId);
}

/**
 * Deletes a study with its datasets, analyses, reports, transfers and jobs; raw files and the patient go where nothing else names
 * them. The write-ahead log is emptied afterwards, so that no copy of deleted patient data stays there.
 * @throws StudyDbError NOT_FOUND
 */
export function deleteStudy(context: StoreContext, studyId: string): void {
  const { connection } = context;
  connection.transaction(() => {
    const { datasetCount, resultCount } = getStudy(context, studyId);
    // Before the study goes: afterwards nobody knows whose it was.
    recordAudit(context, { kind: 'delete', action: 'study', studyId, details: { datasetCount, resultCount } });
    deleteRequestsOf(connection, studyId);
    deleteUnreadableOf(connection, studyId);
    if (connection.run('DELETE FROM studies WHERE id = ?', [studyId]) === 0) throw notFound('study', studyId);
    connection.run(
      'DELETE FROM raw_files WHERE NOT EXISTS (SELECT 1 FROM datasets WHERE datasets.sha256 = raw_files.sha256)',
    );
    deletePatientsWithoutStudy(connection);
  });
  connection.emptyLog();
}

/** A summary without what only lists need. */
export function studyRecord(study: StudySummary): StudyRecord {
  const { id, patientId, title, studyDate, region, state, createdAt } = study;
  return { id, patientId, title, studyDate, region, state, createdAt };
}

/** @param row with STUDY_COLUMNS */
export function studySummary(row: RowReader): StudySummary {
  return {
    id: row.text('id'),
    patientId: row.text('patient'),
    title: row.text('title'),
    studyDate: row.textOrNull('study_date'),
    region: row.textOrNull('region'),
    state: row.text('state') as StudyState,
    createdAt: row.text('created_at'),
    patient: {
      name: row.textOrNull('name'),
      id: row.textOrNull('patient_id'),
      sex: row.textOrNull('sex'),
      birthDate: row.textOrNull('birth_date'),
      ageYears: row.numberOrNull('age_years'),
      weightKg: row.numberOrNull('weight_kg'),
    },
    sequence: row.textOrNull('sequence'),
    fieldT: row.numberOrNull('field_t'),
    echoTimeS: row.numberOrNull('echo_time_s'),
    repetitionTimeS: row.numberOrNull('repetition_time_s'),
    datasetCount: row.number('dataset_count'),
    resultCount: row.number('result_count'),
  };
}
