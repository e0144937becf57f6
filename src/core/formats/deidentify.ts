// De-identification by the privacy marks of the NIfTI-MRS standard (definitions.json 0.9, "anon": true; Clarke et al.,
// Magn Reson Med 2022;88:2358, doi:10.1002/mrm.29418), and by its rule that user keys beginning with private_ are private.
import type { JsonObject, JsonValue } from '../domain/json.ts';
import type { MrsDataset, PatientInfo } from '../domain/mrsDataset.ts';

/** Keys the standard marks as private. */
const STANDARD_PRIVATE_KEYS: readonly string[] = [
  'ManufacturersModelName',
  'DeviceSerialNumber',
  'PatientName',
  'PatientID',
  'PatientDoB',
  'OriginalFile',
];

/** Further keys that converters write and that can identify a person: names, numbers and dates of DICOM's basic profile (PS3.15, table E.1-1). */
const FURTHER_PRIVATE_KEYS: readonly string[] = [
  'PatientBirthDate',
  'PatientsName',
  'PatientComments',
  'AccessionNumber',
  'StudyInstanceUID',
  'SeriesInstanceUID',
  'StudyID',
  'ReferringPhysicianName',
  'PerformingPhysicianName',
  'OperatorsName',
  'RequestingPhysician',
  'InstitutionAddress',
  'AcquisitionDateTime',
  'StudyDate',
  'SeriesDate',
  'AcquisitionDate',
];

const PRIVATE_KEYS: ReadonlySet<string> = new Set(
  [...STANDARD_PRIVATE_KEYS, ...FURTHER_PRIVATE_KEYS].map((key) => key.toLowerCase()),
);

/** What stands where a text repeated something private. */
const REMOVED = 'removed';
/** Shorter identifiers (an ID "1") would blank out innocent text. */
const MIN_SCRUBBED_LENGTH = 3;

/** @returns whether a header key is private */
export function isPrivateKey(key: string): boolean {
  return key.toLowerCase().startsWith('private_') || PRIVATE_KEYS.has(key.toLowerCase());
}

/** The texts that must not survive anywhere: name (whole and in parts), number, birth date. */
function identifiers(patient: PatientInfo): string[] {
  const parts = (patient.name ?? '').split(/[\s^,=_]+/);
  return [patient.name, patient.id, patient.birthDate, ...parts]
    .filter((text): text is string => text !== null && text.trim().length >= MIN_SCRUBBED_LENGTH)
    .sort((a, b) => b.length - a.length);
}

function scrubText(text: string, secrets: readonly string[]): string {
  let out = text;
  for (const secret of secrets) {
    const pattern = new RegExp(secret.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'), 'gi');
    out = out.replace(pattern, REMOVED);
  }
  return out;
}

function scrub(value: JsonValue, secrets: readonly string[]): JsonValue {
  if (typeof value === 'string') return scrubText(value, secrets);
  if (Array.isArray(value)) return value.map((v) => scrub(v, secrets));
  return typeof value === 'object' && value !== null ? scrubObject(value, secrets) : value;
}

function scrubObject(object: JsonObject, secrets: readonly string[]): JsonObject {
  return Object.fromEntries(
    Object.entries(object)
      .filter(([key]) => !isPrivateKey(key))
      .map(([key, value]) => [key, scrub(value, secrets)]),
  );
}

/**
 * A copy without what identifies the patient: private keys of header, dimension headers and provenance, the patient's
 * name, number and birth date, the scanner's model (marked by the standard) and the time of the acquisition; and the
 * patient's identifiers wherever else a text repeats them. Sex, weight and age stay, as the standard has it.
 */
export function deidentify(dataset: MrsDataset): MrsDataset {
  const secrets = identifiers(dataset.patient);
  const plain = (text: string | null): string | null => (text === null ? null : scrubText(text, secrets));
  return {
    ...dataset,
    patient: { ...dataset.patient, name: null, id: null, birthDate: null },
    acquisition: {
      ...dataset.acquisition,
      scannerModel: null,
      acquiredAt: null,
      sequence: plain(dataset.acquisition.sequence),
      region: plain(dataset.acquisition.region),
    },
    header: scrubObject(dataset.header, secrets),
    dimensions: dataset.dimensions.map((d) => ({
      ...d,
      info: plain(d.info),
      header: d.header === null ? null : scrubObject(d.header, secrets),
    })),
    provenance: dataset.provenance.map((entry) => ({ ...entry, details: scrubObject(entry.details, secrets) })),
    warnings: dataset.warnings.map((w) => ({ ...w, message: scrubText(w.message, secrets) })),
  };
}
