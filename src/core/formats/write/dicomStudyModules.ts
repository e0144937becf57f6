// Patient and study of an object that this program creates: those of the scan it was made from, as the scan's files name
// them (PS3.3, C.7.1.1, C.7.2.1 and C.7.2.2), and the instances it was made from (PS3.3, C.17.2.1 and table 10-11).
import type { JsonObject } from '../../domain/json.ts';
import type { AcquisitionInfo, PatientInfo } from '../../domain/mrsDataset.ts';
import { dicomTag, TAG } from '../dicom/dicomTags.ts';
import type { DicomElement, DicomItem } from './dicomEncoder.ts';
import { decimalElement, sequenceElement, textElement } from './dicomEncoder.ts';

/** An instance in an archive, with the series and study it lies in. */
export interface DicomInstanceReference {
  readonly sopClassUid: string;
  readonly sopInstanceUid: string;
  readonly seriesInstanceUid: string;
  readonly studyInstanceUid: string;
}

/** Where a created object belongs. null: the scan's files don't say. */
export interface DicomStudyContext {
  readonly patient: PatientInfo;
  /** The name in all its component groups ("Yamada^Tarou=山田^太郎=やまだ^たろう"); null where it has one. */
  readonly patientNameGroups: string | null;
  readonly patientIdIssuer: string | null;
  readonly studyInstanceUid: string;
  /** ISO 8601, with the time where it is known. */
  readonly studyDate: string | null;
  readonly studyId: string | null;
  readonly accessionNumber: string | null;
  readonly studyDescription: string | null;
  readonly referringPhysicianName: string | null;
  readonly institutionName: string | null;
  readonly frameOfReferenceUid: string | null;
  /** What the object was made from, where it was DICOM. */
  readonly sources: readonly DicomInstanceReference[];
}

/** Longest PN: three component groups of 64 characters (PS3.5, table 6.2-1). */
const MAX_PERSON_NAME = 3 * 64 + 2;

/** A text of a dataset's header, also where it stands as {Value, Description}; null where it is absent or blank. */
export function headerText(header: JsonObject, key: string): string | null {
  const given = header[key];
  const value = typeof given === 'object' && given !== null && !Array.isArray(given) ? given['Value'] : given;
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
}

/** Control characters and backslashes would end a value. */
export const plain = (text: string | null, length = 64): string =>
  (text ?? '')
    .replace(/[\x00-\x1f\x7f\\]/g, ' ')
    .trim()
    .slice(0, length);

/** "2019-05-28T16:19:03" → DICOM date and time; empty where unknown. */
export function dicomDateTime(iso: string | null): { readonly date: string; readonly time: string } {
  const match = /^(\d{4})-(\d{2})-(\d{2})(?:T(\d{2}):(\d{2})(?::(\d{2}))?)?/.exec(iso ?? '');
  if (match === null) return { date: '', time: '' };
  const [, year, month, day, hours, minutes, seconds] = match;
  return { date: `${year}${month}${day}`, time: hours === undefined ? '' : `${hours}${minutes}${seconds ?? '00'}` };
}

/** The scan's own instance, where it came from DICOM and its header says all of its place. */
function sourceOf(header: JsonObject): DicomInstanceReference[] {
  const uid = (key: string): string | null => headerText(header, key);
  const [sopClassUid, sopInstanceUid] = [uid('SOPClassUID'), uid('SOPInstanceUID')];
  const [seriesInstanceUid, studyInstanceUid] = [uid('SeriesInstanceUID'), uid('StudyInstanceUID')];
  if (sopClassUid === null || sopInstanceUid === null || seriesInstanceUid === null || studyInstanceUid === null) {
    return [];
  }
  return [{ sopClassUid, sopInstanceUid, seriesInstanceUid, studyInstanceUid }];
}

/** The scanner's name of the patient in all its groups, while it is the name that the study goes by. */
function nameGroups(header: JsonObject, name: string | null): string | null {
  const groups = headerText(header, 'PatientNameGroups');
  const [first = ''] = groups?.split('=') ?? [];
  return groups !== null && first.replace(/\^+$/, '') === name ? groups : null;
}

/**
 * Where what is made of a scan belongs. The patient is whom the study names; the scan's header adds what a study has no
 * place for.
 * @param scan header and times of the source scan
 * @param patient as the study names them
 * @param ownStudyUid of a scan whose files name no study: the same at each call for the same study
 */
export function studyContext(
  { header, acquisition }: { readonly header: JsonObject; readonly acquisition: Pick<AcquisitionInfo, 'acquiredAt'> },
  patient: PatientInfo,
  ownStudyUid: () => string,
): DicomStudyContext {
  const text = (key: string): string | null => headerText(header, key);
  return {
    patient,
    patientNameGroups: nameGroups(header, patient.name),
    patientIdIssuer: text('IssuerOfPatientID'),
    studyInstanceUid: text('StudyInstanceUID') ?? ownStudyUid(),
    studyDate: text('StudyDate') ?? acquisition.acquiredAt,
    studyId: text('StudyID'),
    accessionNumber: text('AccessionNumber'),
    studyDescription: text('StudyDescription'),
    referringPhysicianName: text('ReferringPhysicianName'),
    institutionName: text('InstitutionName'),
    frameOfReferenceUid: text('FrameOfReferenceUID'),
    sources: sourceOf(header),
  };
}

const AGE_UNITS = [
  ['Y', 1],
  ['M', 12],
  ['W', 365.25 / 7],
  ['D', 365.25],
] as const;

/** Completed years, below two years the largest unit that gives at least one: 39 → "039Y", 0.5 → "006M". */
function ageString(years: number): string | null {
  const units = years >= 2 ? AGE_UNITS.slice(0, 1) : AGE_UNITS.slice(1);
  // A number of months became a fraction of a year when it was read: rounding errors must not cost one.
  const counted = units.map(([unit, perYear]) => [Math.floor(years * perYear + 1e-9), unit] as const);
  const [count, unit] = counted.find(([n]) => n >= 1) ?? [0, 'D' as const];
  return count > 999 || !(years >= 0) ? null : `${String(count).padStart(3, '0')}${unit}`;
}

function patientModules(context: DicomStudyContext): DicomElement[] {
  const { patient, patientNameGroups, patientIdIssuer } = context;
  const birth = (patient.birthDate ?? '').replace(/\D/g, '');
  const sex = (patient.sex ?? '').charAt(0).toUpperCase();
  const age = patient.ageYears === null ? null : ageString(patient.ageYears);
  return [
    textElement(TAG.patientName, plain(patientNameGroups ?? patient.name, MAX_PERSON_NAME)),
    textElement(TAG.patientId, plain(patient.id)),
    ...(patientIdIssuer === null ? [] : [textElement(TAG.issuerOfPatientId, plain(patientIdIssuer))]),
    textElement(TAG.patientBirthDate, birth.length === 8 ? birth : ''),
    textElement(TAG.patientSex, ['M', 'F', 'O'].includes(sex) ? sex : ''),
    ...(age === null ? [] : [textElement(TAG.patientAge, age)]),
    ...(patient.weightKg === null ? [] : [decimalElement(TAG.patientWeight, patient.weightKg)]),
  ];
}

/** Patient, general study and patient study of the object (PS3.3, C.7.1.1, C.7.2.1, C.7.2.2). Text is UTF-8. */
export function studyModules(context: DicomStudyContext): DicomElement[] {
  const { date, time } = dicomDateTime(context.studyDate);
  const { studyDescription } = context;
  return [
    textElement(TAG.specificCharacterSet, 'ISO_IR 192'), // UTF-8
    ...patientModules(context),
    textElement(TAG.studyInstanceUid, context.studyInstanceUid),
    textElement(TAG.studyDate, date),
    textElement(TAG.studyTime, time),
    textElement(TAG.referringPhysicianName, plain(context.referringPhysicianName, MAX_PERSON_NAME)),
    textElement(TAG.studyId, plain(context.studyId, 16)),
    textElement(TAG.accessionNumber, plain(context.accessionNumber, 16)),
    ...(studyDescription === null ? [] : [textElement(TAG.studyDescription, plain(studyDescription))]),
  ];
}

/** Whether an instance is an MR image (PS3.4, B.5); spectra and raw data are referred to otherwise. */
export const isMrImage = ({ sopClassUid }: DicomInstanceReference): boolean =>
  /^1\.2\.840\.10008\.5\.1\.4\.1\.1\.4(\.[134])?$/.test(sopClassUid);

/** An instance as item of a reference sequence (PS3.3, table 10-11). */
export const instanceItem = ({ sopClassUid, sopInstanceUid }: DicomInstanceReference): DicomItem => [
  textElement(TAG.referencedSopClassUid, sopClassUid),
  textElement(TAG.referencedSopInstanceUid, sopInstanceUid),
];

/** Instances by study and series (hierarchical SOP instance references, PS3.3, table C.17-3): one item a study. */
export function hierarchicalReferences(references: readonly DicomInstanceReference[]): DicomItem[] {
  const studies = [...new Set(references.map(({ studyInstanceUid }) => studyInstanceUid))];
  return studies.map((study) => {
    const own = references.filter(({ studyInstanceUid }) => studyInstanceUid === study);
    const series = [...new Set(own.map(({ seriesInstanceUid }) => seriesInstanceUid))].map((uid) => [
      textElement(TAG.seriesInstanceUid, uid),
      sequenceElement(
        dicomTag(0x0008, 0x1199, 'SQ'), // Referenced SOP Sequence
        ...own.filter(({ seriesInstanceUid }) => seriesInstanceUid === uid).map(instanceItem),
      ),
    ]);
    return [
      textElement(TAG.studyInstanceUid, study),
      sequenceElement(dicomTag(0x0008, 0x1115, 'SQ'), ...series), // Referenced Series Sequence
    ];
  });
}
