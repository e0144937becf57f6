// Pseudonyms of patients: derived from their identity with a secret key that stays in the study database, so that the
// same patient has the same pseudonym there, and nobody without the database can find out whose it is.
import { createHmac, randomBytes } from 'node:crypto';
import type { PatientInfo } from '../../core/domain/mrsDataset.ts';
import type { Pseudonymisation } from '../../core/formats/deidentify/pseudonymisation.ts';
import type { StudyStore } from '../../core/ports/studyStore.ts';

/** Not reachable by the page, whose settings have a prefix of their own. */
const KEY_SETTING = 'pseudonyms/key';
const KEY_BYTES = 32;
/** Dates go back by 1 to 10 years of 365 days, as far as a patient's own number says. [days] */
const LEAST_SHIFT_DAYS = 365;
const SHIFT_RANGE_DAYS = 3285;

function keyOf(store: Pick<StudyStore, 'getSetting' | 'setSetting'>): Buffer {
  const known = store.getSetting(KEY_SETTING);
  if (known !== null) return Buffer.from(known, 'hex');
  const key = randomBytes(KEY_BYTES);
  store.setSetting(KEY_SETTING, key.toString('hex'));
  return key;
}

/** What makes two studies the same patient's; the content itself where the files name nobody. */
function identityOf(patient: PatientInfo, content: Uint8Array): string | Uint8Array {
  if (patient.id !== null) return `id ${patient.id}`;
  return patient.name === null ? content : `name ${patient.name} ${patient.birthDate ?? ''}`;
}

/**
 * @param store keeps the key, made at the first use
 * @param patient as the files name it
 * @param content of a file of the study
 */
export function pseudonymOf(
  store: Pick<StudyStore, 'getSetting' | 'setSetting'>,
  patient: PatientInfo,
  content: Uint8Array,
): Pseudonymisation {
  const key = keyOf(store);
  const digest = createHmac('sha256', key).update(identityOf(patient, content)).digest();
  return {
    pseudonym: `Patient-${digest.toString('hex', 0, 4)}`,
    dayShift: -(LEAST_SHIFT_DAYS + (digest.readUInt32BE(4) % SHIFT_RANGE_DAYS)),
    uidFor: (uid) => {
      const own = createHmac('sha256', key).update(`uid ${uid}`).digest('hex').slice(0, 32);
      return `2.25.${BigInt(`0x${own}`).toString()}`;
    },
  };
}
