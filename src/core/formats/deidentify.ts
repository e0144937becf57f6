// De-identification of a dataset in memory by the privacy marks of the NIfTI-MRS standard (definitions.json 0.9, "anon":
// true; Clarke et al., Magn Reson Med 2022;88:2358, doi:10.1002/mrm.29418), by its rule that user keys beginning with
// private_ are private, and by DICOM's basic profile for the further keys that converters write (PS3.15, table E.1-1).
import type { JsonObject, JsonValue } from '../domain/json.ts';
import type { MrsDataset, PatientInfo } from '../domain/mrsDataset.ts';
import type { Pseudonymisation } from './deidentify/pseudonymisation.ts';
import type { RemovedItem } from './deidentify/removedItem.ts';
import { RemovedList } from './deidentify/removedItem.ts';
import type { Secrets } from './deidentify/secrets.ts';
import { isClassUid } from './deidentify/secrets.ts';
import { shiftDate } from './deidentify/shiftDate.ts';
import { NIFTI_MRS_KEYS } from './niftiMrsKeys.ts';

export type { Pseudonymisation } from './deidentify/pseudonymisation.ts';
export { deidentificationReport, deidentificationText } from './deidentify/removedItem.ts';
export type { RemovedItem } from './deidentify/removedItem.ts';

/** Keys the standard marks as private. */
const STANDARD_PRIVATE_KEYS = Object.keys(NIFTI_MRS_KEYS).filter((key) => NIFTI_MRS_KEYS[key]?.isPrivate === true);

/** Further keys that converters write and that can identify a person, a place or a device. */
const FURTHER_PRIVATE_KEYS: readonly string[] = [
  'PatientBirthDate',
  'PatientsName',
  'PatientNameGroups',
  'IssuerOfPatientID',
  'PatientComments',
  'AccessionNumber',
  'StudyID',
  'StudyDescription',
  'ReferringPhysicianName',
  'PerformingPhysicianName',
  'OperatorsName',
  'RequestingPhysician',
  'InstitutionName',
  'InstitutionAddress',
  'InstitutionalDepartmentName',
  'StationName',
];
/** Instances: taken out, or replaced where there is a pseudonym. */
const UID_KEY = /UIDs?$/i;
const DATE_KEYS: ReadonlySet<string> = new Set(
  ['AcquisitionDateTime', 'StudyDate', 'SeriesDate', 'AcquisitionDate', 'ContentDate'].map((key) => key.toLowerCase()),
);
const PRIVATE_KEYS: ReadonlySet<string> = new Set(
  [...STANDARD_PRIVATE_KEYS, ...FURTHER_PRIVATE_KEYS].map((key) => key.toLowerCase()),
);
/** Keys whose values are sought in every other text, too. */
const IDENTITY_KEYS = [
  'PatientNameGroups',
  'InstitutionName',
  'InstitutionAddress',
  'DeviceSerialNumber',
  'StationName',
  'AccessionNumber',
];

/** What stands where a text repeated something private. */
const REMOVED = 'removed';
/** Shorter identifiers (an ID "1") would blank out innocent text. */
const MIN_SCRUBBED_LENGTH = 3;
const UID_IN_TEXT = /(?<![\d.])[0-2](?:\.\d+){5,}/g;

/** @returns whether a header key is private: taken out, or with a pseudonym replaced */
export function isPrivateKey(key: string): boolean {
  const plain = key.toLowerCase();
  return plain.startsWith('private_') || PRIVATE_KEYS.has(plain) || DATE_KEYS.has(plain) || UID_KEY.test(key);
}

const valueOf = (value: JsonValue | undefined): JsonValue | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && 'Value' in value ? value['Value'] : value;

/** The texts that must not survive anywhere: name (whole and in parts), number, birth date, institution, device. */
function identifiers(patient: PatientInfo, header: JsonObject): string[] {
  const fromHeader = IDENTITY_KEYS.map((key) => valueOf(header[key])).filter((v) => typeof v === 'string');
  const groups = valueOf(header['PatientNameGroups']);
  const parts = [patient.name, groups].flatMap((name) => (typeof name === 'string' ? name.split(/[\s^,=_]+/) : []));
  return [patient.name, patient.id, patient.birthDate, ...parts, ...fromHeader]
    .filter((text): text is string => text !== null && text.trim().length >= MIN_SCRUBBED_LENGTH)
    .sort((a, b) => b.length - a.length);
}

/** Patient fields of a header that hasn't been mapped to a dataset. */
function patientOfHeader(header: JsonObject): PatientInfo {
  const text = (key: string): string | null => {
    const value = valueOf(header[key]);
    return typeof value === 'string' ? value : null;
  };
  const name = text('PatientName') ?? text('PatientsName');
  const birthDate = text('PatientDoB') ?? text('PatientBirthDate');
  return { name, id: text('PatientID'), birthDate, sex: null, ageYears: null, weightKg: null };
}

class Cleaner {
  private readonly secrets: readonly string[];
  private readonly by: Pseudonymisation | null;
  private readonly removed: RemovedList;
  private readonly ofStudy: Secrets | null;

  constructor(
    secrets: readonly string[],
    by: Pseudonymisation | null,
    removed: RemovedList,
    ofStudy: Secrets | null = null,
  ) {
    this.secrets = secrets;
    this.by = by;
    this.removed = removed;
    this.ofStudy = ofStudy;
  }

  text(text: string): string {
    let out = this.ofStudy?.scrubText(text) ?? text;
    for (const secret of this.secrets) {
      const pattern = new RegExp(secret.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'), 'gi');
      out = out.replace(pattern, REMOVED);
    }
    return out.replace(UID_IN_TEXT, (uid) => (isClassUid(uid) ? uid : (this.by?.uidFor(uid) ?? REMOVED)));
  }

  textOrNull(text: string | null): string | null {
    return text === null ? null : this.text(text);
  }

  private value(value: JsonValue): JsonValue {
    if (typeof value === 'string') return this.text(value);
    if (Array.isArray(value)) return value.map((v) => this.value(v));
    return typeof value === 'object' && value !== null ? this.object(value) : value;
  }

  object(object: JsonObject): JsonObject {
    return Object.fromEntries(
      Object.entries(object).flatMap(([key, value]): [string, JsonValue][] => {
        if (!isPrivateKey(key)) return [[key, this.value(value)]];
        const kept = this.privateValue(key, value);
        return kept === undefined ? [] : [[key, kept]];
      }),
    );
  }

  /** A private key's value under a pseudonym: UIDs replaced, dates shifted; undefined where it goes. */
  private privateValue(key: string, value: JsonValue): JsonValue | undefined {
    const place = `header key ${key}`;
    if (this.by !== null && UID_KEY.test(key)) {
      this.removed.add(place, 'replaced');
      return this.value(value);
    }
    const given = valueOf(value);
    const moved = DATE_KEYS.has(key.toLowerCase()) && typeof given === 'string' ? this.date(given) : null;
    if (moved !== null) {
      this.removed.add(place, 'shifted');
      return moved;
    }
    this.removed.add(place, 'removed');
    return undefined;
  }

  date(text: string): string | null {
    return this.by === null ? null : shiftDate(text, this.by.dayShift);
  }
}

/**
 * Cleans the JSON of a NIfTI-MRS header or sidecar as it stands in a file.
 * @param by null: names and dates are simply gone
 */
export function deidentifyHeaderJson(json: JsonObject, by: Pseudonymisation | null, removed: RemovedList): JsonObject {
  const cleaner = new Cleaner(identifiers(patientOfHeader(json), json), by, removed);
  const clean = cleaner.object(json);
  return by === null || json['PatientID'] === undefined ? clean : { ...clean, PatientID: by.pseudonym };
}

function notePatient({ patient, acquisition }: MrsDataset, by: Pseudonymisation | null, removed: RemovedList): void {
  if (patient.name !== null) removed.add('patient’s name', by === null ? 'removed' : 'replaced');
  if (patient.id !== null) removed.add('patient’s number', by === null ? 'removed' : 'replaced');
  if (patient.birthDate !== null) removed.add('birth date', 'removed');
  if (acquisition.scannerModel !== null) removed.add('scanner’s model', 'removed');
  if (acquisition.acquiredAt !== null) removed.add('date of the acquisition', by === null ? 'removed' : 'shifted');
}

/**
 * A copy without what identifies the patient: private keys of header, dimension headers and provenance, the patient's
 * name, number and birth date, the scanner's model (marked by the standard), institution and device; and the patient's
 * identifiers and instance UIDs wherever else a text repeats them. Sex, weight and age stay, as the standard has it.
 * @param by pseudonym, shifted dates and other UIDs; null: they are simply gone
 * @param ofStudy what other files of the same patient name
 */
export function deidentifyDataset(
  dataset: MrsDataset,
  by: Pseudonymisation | null,
  ofStudy: Secrets | null = null,
): { readonly dataset: MrsDataset; readonly removed: readonly RemovedItem[] } {
  const removed = new RemovedList('');
  const { acquisition, patient } = dataset;
  const cleaner = new Cleaner(identifiers(patient, dataset.header), by, removed, ofStudy);
  notePatient(dataset, by, removed);
  const pseudonym = by?.pseudonym ?? null;
  const clean: MrsDataset = {
    ...dataset,
    patient: { ...patient, name: pseudonym, id: pseudonym, birthDate: null },
    acquisition: {
      ...acquisition,
      scannerModel: null,
      acquiredAt: acquisition.acquiredAt === null ? null : cleaner.date(acquisition.acquiredAt),
      sequence: cleaner.textOrNull(acquisition.sequence),
      region: cleaner.textOrNull(acquisition.region),
    },
    header: cleaner.object(dataset.header),
    dimensions: dataset.dimensions.map((d) => ({
      ...d,
      info: cleaner.textOrNull(d.info),
      header: d.header === null ? null : cleaner.object(d.header),
    })),
    provenance: dataset.provenance.map((entry) => ({ ...entry, details: cleaner.object(entry.details) })),
    warnings: dataset.warnings.map((w) => ({ ...w, message: cleaner.text(w.message) })),
  };
  return { dataset: clean, removed: removed.items() };
}

/** A copy of a dataset without names and dates; see deidentifyDataset. */
export function deidentify(dataset: MrsDataset): MrsDataset {
  return deidentifyDataset(dataset, null).dataset;
}
