// Public DICOM attributes → the dataset's acquisition and patient fields and NIfTI-MRS header keys, the same for every
// vendor; what only one vendor has is added by its reader.
import { ReaderError } from '../../domain/errors.ts';
import type { JsonObject, JsonValue } from '../../domain/json.ts';
import type { AcquisitionInfo, PatientInfo } from '../../domain/mrsDataset.ts';
import { UNKNOWN_ACQUISITION } from '../../domain/mrsDataset.ts';
import type { DicomFile, DicomTag } from './dicomFile.ts';
import { dicomIdentity, functionalGroup, TAG } from './dicomFile.ts';

/** @returns the value, if it is a positive number whose inverse is finite too */
export const positive = (value: number | null): number | null =>
  value !== null && value > 0 && Number.isFinite(1 / value) ? value : null;

/** Milliseconds → seconds; null for what is absent, zero or negative. */
export const secondsFromMs = (ms: number | null): number | null => positive(ms === null ? null : ms / 1000);

/** DA "20250116" and TM "164208.2275" → "2025-01-16T16:42:08"; null without a date. */
function isoDateTime(date: string | null, time: string | null): string | null {
  const day = /^(\d{4})(\d{2})(\d{2})/.exec(date ?? '');
  if (day === null) return null;
  const clock = /^(\d{2})(\d{2})(\d{2})?/.exec(time ?? '');
  const suffix = clock === null ? '' : `T${clock[1]}:${clock[2]}:${clock[3] ?? '00'}`;
  return `${day[1]}-${day[2]}-${day[3]}${suffix}`;
}

function acquiredAt(file: DicomFile): string | null {
  const { dataset } = file;
  const whole = dataset.string(TAG.acquisitionDateTime);
  if (whole !== null) return isoDateTime(whole.slice(0, 8), whole.slice(8));
  const pairs: readonly (readonly [DicomTag, DicomTag])[] = [
    [TAG.acquisitionDate, TAG.acquisitionTime],
    [TAG.contentDate, TAG.contentTime],
    [TAG.seriesDate, TAG.seriesTime],
    [TAG.studyDate, TAG.studyTime],
  ];
  for (const [date, time] of pairs) {
    const found = isoDateTime(dataset.string(date), dataset.string(time));
    if (found !== null) return found;
  }
  return null;
}

/** Times, sequence and scanner from public attributes and functional groups of the first frame. */
export function acquisitionFields(file: DicomFile): AcquisitionInfo {
  const { dataset } = file;
  const timing = functionalGroup(file, TAG.mrTimingAndRelatedParametersSequence);
  const echo = functionalGroup(file, TAG.mrEchoSequence);
  const modifier = functionalGroup(file, TAG.mrModifierSequence);
  return {
    ...UNKNOWN_ACQUISITION,
    echoTimeS: secondsFromMs(echo?.number(TAG.effectiveEchoTime) ?? dataset.number(TAG.echoTime)),
    repetitionTimeS: secondsFromMs(timing?.number(TAG.repetitionTime) ?? dataset.number(TAG.repetitionTime)),
    inversionTimeS: secondsFromMs(modifier?.number(TAG.inversionTimes) ?? dataset.number(TAG.inversionTime)),
    sequence: dataset.string(TAG.pulseSequenceName) ?? dataset.string(TAG.sequenceName),
    manufacturer: dataset.string(TAG.manufacturer),
    scannerModel: dataset.string(TAG.manufacturerModelName),
    acquiredAt: acquiredAt(file),
    region: dataset.string(TAG.bodyPartExamined),
  };
}

const YEARS_PER_UNIT: Readonly<Record<string, number>> = { Y: 1, M: 1 / 12, W: 7 / 365.25, D: 1 / 365.25 };

/** AS "039Y" → 39. */
function ageYears(text: string | null): number | null {
  const match = /^(\d{1,3})([YMWD])$/.exec(text ?? '');
  return match === null ? null : Number(match[1]) * (YEARS_PER_UNIT[match[2] as string] as number);
}

/** DA "19700131"; null for what stands in its place, as nines or letters do. */
const calendarDate = (text: string | null): string | null =>
  text !== null && /^\d{4}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])$/.test(text) ? text : null;

export function patientFields(file: DicomFile): PatientInfo {
  const { dataset } = file;
  const name = dataset.string(TAG.patientName);
  return {
    // Of a name in several scripts ("Yamada^Tarou=山田^太郎") the first; empty components at its end carry nothing.
    name: name === null ? null : (name.split('=')[0] as string).replace(/\^+$/, '') || null,
    id: dataset.string(TAG.patientId),
    sex: dataset.string(TAG.patientSex),
    birthDate: calendarDate(dataset.string(TAG.patientBirthDate)),
    ageYears: ageYears(dataset.string(TAG.patientAge)),
    weightKg: positive(dataset.number(TAG.patientWeight)),
  };
}

/** Adds a key where its value is known. */
export function put(header: JsonObject, key: string, value: JsonValue | null | undefined): void {
  if (value !== null && value !== undefined && value !== '') header[key] = value;
}

/** Adds a key outside the standard, in the form the standard asks of such keys. */
export function putUser(header: JsonObject, key: string, value: JsonValue | null, description: string): void {
  if (value !== null && value !== '') header[key] = { Value: value, Description: description };
}

/** Images that the scan was planned on: UIDs of the localisers. */
function referencedImages(file: DicomFile): string[] {
  const shared = file.dataset.item(TAG.sharedFunctionalGroupsSequence);
  const items = [
    ...file.dataset.sequence(TAG.referencedImageSequence),
    ...(shared?.sequence(TAG.referencedImageSequence) ?? []),
  ];
  const uids = items.map((item) => item.string(TAG.referencedSopInstanceUid));
  return [...new Set(uids.filter((uid): uid is string => uid !== null))];
}

/** Standard-defined NIfTI-MRS keys that public attributes give, and what pairing and the report need under user keys. */
export function headerFields(file: DicomFile): JsonObject {
  const { dataset } = file;
  const header: JsonObject = {};
  const timing = functionalGroup(file, TAG.mrTimingAndRelatedParametersSequence);
  put(header, 'ExcitationFlipAngle', positive(timing?.number(TAG.flipAngle) ?? dataset.number(TAG.flipAngle)));
  put(header, 'DeviceSerialNumber', dataset.string(TAG.deviceSerialNumber));
  put(header, 'SoftwareVersions', dataset.strings(TAG.softwareVersions).join(', '));
  put(header, 'InstitutionName', dataset.string(TAG.institutionName));
  put(header, 'InstitutionAddress', dataset.string(TAG.institutionAddress));
  const transmitCoil = functionalGroup(file, TAG.mrTransmitCoilSequence)?.string(TAG.transmitCoilName);
  const receiveCoil = functionalGroup(file, TAG.mrReceiveCoilSequence)?.string(TAG.receiveCoilName);
  put(header, 'TxCoil', transmitCoil ?? dataset.string(TAG.transmitCoilName));
  put(header, 'RxCoil', receiveCoil ?? dataset.string(TAG.receiveCoilName));
  put(header, 'ProtocolName', dataset.string(TAG.protocolName));
  put(header, 'PatientPosition', dataset.string(TAG.patientPosition));
  header['kSpace'] = [false, false, false];
  putIdentity(header, file);
  return header;
}

/** What objects made of the scan repeat, so that an archive files them under the same study and patient. */
function putStudy(header: JsonObject, { dataset }: DicomFile): void {
  const name = dataset.string(TAG.patientName);
  if (name?.includes('=') === true) putUser(header, 'PatientNameGroups', name, 'Name in each of its scripts');
  putUser(header, 'IssuerOfPatientID', dataset.string(TAG.issuerOfPatientId), 'Who gave the patient’s number');
  putUser(header, 'StudyID', dataset.string(TAG.studyId), 'Number of the study');
  const date = isoDateTime(dataset.string(TAG.studyDate), dataset.string(TAG.studyTime));
  putUser(header, 'StudyDate', date, 'Start of the study');
  putUser(header, 'StudyDescription', dataset.string(TAG.studyDescription), 'Description of the study');
  const physician = dataset.string(TAG.referringPhysicianName);
  putUser(header, 'ReferringPhysicianName', physician, 'Who referred the patient');
}

/** UIDs and numbers by which the scan is paired with others, as user keys. */
export function putIdentity(header: JsonObject, file: DicomFile): void {
  const identity = dicomIdentity(file);
  putUser(header, 'StudyInstanceUID', identity.studyInstanceUid, 'DICOM study that the scan belongs to');
  putUser(header, 'SeriesInstanceUID', identity.seriesInstanceUid, 'DICOM series that the scan belongs to');
  putUser(header, 'SOPInstanceUID', identity.sopInstanceUid, 'DICOM instance; of a series its first');
  putUser(header, 'FrameOfReferenceUID', identity.frameOfReferenceUid, 'Frame of reference of the scanner coordinates');
  putUser(header, 'SOPClassUID', identity.sopClassUid, 'Kind of that instance');
  putUser(header, 'AccessionNumber', identity.accessionNumber, 'Number of the imaging order');
  putUser(header, 'SeriesNumber', identity.seriesNumber, 'Number of the series within its study');
  putUser(header, 'SeriesDescription', file.dataset.string(TAG.seriesDescription), 'Description of the series');
  putStudy(header, file);
  const images = referencedImages(file);
  if (images.length > 0) putUser(header, 'ReferencedImageUIDs', images, 'Images that the scan was planned on');
}

/**
 * A header value that the scan can't be used without.
 * @throws ReaderError HEADER_MISSING
 */
export function required<T>(value: T | null, what: string, file: DicomFile): T {
  if (value !== null) return value;
  const why = file.complete ? 'it may have been removed' : 'the file is damaged or cut short';
  throw new ReaderError('HEADER_MISSING', `${file.fileName} doesn't say its ${what}; ${why}.`);
}
