// Patients: who is the same person, and finding or adding them.
import type { PatientInfo } from '../../core/domain/mrsDataset.ts';
import type { Connection, RowReader } from './connection.ts';
import type { StoreContext } from './storeContext.ts';

/** What identifies a person. Age and weight belong to a study. */
export interface PatientIdentity {
  readonly id: string | null;
  readonly name: string | null;
  readonly birthDate: string | null;
}

interface PatientRow extends PatientIdentity {
  readonly rowId: string;
}

/** Whether nothing known of the two contradicts: each part equal or unknown on one side. */
export function isCompatible(a: PatientIdentity, b: PatientIdentity): boolean {
  const agrees = (x: string | null, y: string | null): boolean => x === null || y === null || x === y;
  return agrees(a.id, b.id) && agrees(a.name, b.name) && agrees(a.birthDate, b.birthDate);
}

/**
 * The stored patient that this one certainly is: same hospital id, and name and birth date equal or unknown on one side,
 * and only one stored patient like that. Without an id nobody is taken for somebody else.
 * @returns the row's id; null where there is none, or more than one
 */
function findPatient(connection: Connection, patient: PatientInfo): PatientRow | null {
  if (patient.id === null) return null;
  const sameId = connection
    .all('SELECT id, patient_id, name, birth_date FROM patients WHERE patient_id = ? ORDER BY row', [patient.id])
    .map(patientRow);
  const exact = sameId.find((row) => row.name === patient.name && row.birthDate === patient.birthDate);
  if (exact !== undefined) return exact;
  const compatible = sameId.filter((row) => isCompatible(row, patient));
  return compatible.length === 1 ? (compatible[0] ?? null) : null;
}

/** @returns id of the patient's row: found (what was unknown of them is filled in), or added */
export function ensurePatient(context: StoreContext, patient: PatientInfo): string {
  const { connection } = context;
  const found = findPatient(connection, patient);
  if (found === null) {
    const rowId = context.newId();
    connection.run(
      'INSERT INTO patients (id, patient_id, name, sex, birth_date, created_at) VALUES (?, ?, ?, ?, ?, ?)',
      [rowId, patient.id, patient.name, patient.sex, patient.birthDate, context.now()],
    );
    return rowId;
  }
  connection.run(
    `UPDATE patients SET name = coalesce(name, ?), sex = coalesce(sex, ?), birth_date = coalesce(birth_date, ?)
     WHERE id = ?`,
    [patient.name, patient.sex, patient.birthDate, found.rowId],
  );
  return found.rowId;
}

/** Removes patients that no study names any more. */
export function deletePatientsWithoutStudy(connection: Connection): void {
  connection.run('DELETE FROM patients WHERE NOT EXISTS (SELECT 1 FROM studies WHERE studies.patient = patients.id)');
}

function patientRow(row: RowReader): PatientRow {
  return {
    rowId: row.text('id'),
    id: row.textOrNull('patient_id'),
    name: row.textOrNull('name'),
    birthDate: row.textOrNull('birth_date'),
  };
}
