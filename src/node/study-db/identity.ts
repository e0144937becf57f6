// A study's patient and request, taken over from the modality worklist: entered in the audit trail, never for signed studies.
import { StudyDbError } from '../../core/domain/errors.ts';
import type { StudyRequest, TakenIdentity } from '../../core/ports/studyIdentity.ts';
import { recordAudit } from './auditTrail.ts';
import { refreshFactsOfPatient } from './facts.ts';
import { deletePatientsWithoutStudy, ensurePatient } from './patients.ts';
import type { StoreContext } from './storeContext.ts';
import { getStudy } from './studies.ts';

const SIGNED = 'The study is signed and its patient can’t be changed; amend its report first.';

/** @returns what was taken over; null where nothing was */
export function studyRequest({ connection }: StoreContext, studyId: string): StudyRequest | null {
  const row = connection.get('SELECT accession_number, study_instance_uid FROM study_requests WHERE study_id = ?', [
    studyId,
  ]);
  if (row === null) return null;
  return {
    accessionNumber: row.textOrNull('accession_number'),
    studyInstanceUid: row.textOrNull('study_instance_uid'),
  };
}

/**
 * Files the study under the patient, found by number or added, and keeps the request.
 * @throws StudyDbError NOT_FOUND, or where the study is signed
 */
export function takeOverIdentity(context: StoreContext, studyId: string, taken: TakenIdentity): void {
  const { connection } = context;
  connection.transaction(() => {
    const { patient: known, state } = getStudy(context, studyId);
    if (state === 'signed') throw new StudyDbError('STUDY_DB_FAILED', SIGNED);
    const { name, id, birthDate, sex } = taken.patient;
    const patient = {
      ...known,
      ...{
        name: name ?? known.name,
        id: id ?? known.id,
        birthDate: birthDate ?? known.birthDate,
        sex: sex ?? known.sex,
      },
    };
    const request = studyRequest(context, studyId);
    connection.run('UPDATE studies SET patient = ? WHERE id = ?', [ensurePatient(context, patient), studyId]);
    connection.run(
      `INSERT INTO study_requests (study_id, accession_number, study_instance_uid, taken_at) VALUES (?, ?, ?, ?)
       ON CONFLICT (study_id) DO UPDATE SET accession_number = excluded.accession_number,
         study_instance_uid = excluded.study_instance_uid, taken_at = excluded.taken_at`,
      [
        studyId,
        taken.accessionNumber ?? request?.accessionNumber ?? null,
        taken.studyInstanceUid ?? request?.studyInstanceUid ?? null,
        context.now(),
      ],
    );
    deletePatientsWithoutStudy(connection);
    refreshFactsOfPatient(context, studyId);
    const keys = ['name', 'id', 'birthDate', 'sex'] as const;
    const changed = keys.filter((key) => patient[key] !== known[key]);
    const further = [taken.accessionNumber, taken.studyInstanceUid];
    const details = {
      changed: [
        ...changed,
        ...(['accessionNumber', 'studyInstanceUid'] as const).filter((_, i) => further[i] !== null),
      ],
    };
    recordAudit(context, { kind: 'process', action: 'identity', studyId, details });
  });
}
