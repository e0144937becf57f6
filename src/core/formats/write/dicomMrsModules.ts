// The modules of a DICOM MR Spectroscopy object that hold for the whole file: patient, study, series, equipment, frame of
// reference and the acquisition (PS3.3, table A.36-3; types 1 and 2 there must be present).
import { GYROMAGNETIC_RATIO_MHZ_PER_T, WATER_PPM } from '../../domain/axes.ts';
import type { MrsDataset, PatientInfo } from '../../domain/mrsDataset.ts';
import { MR_SPECTROSCOPY_STORAGE } from '../dicom/dicomKind.ts';
import { dicomTag, TAG } from '../dicom/dicomTags.ts';
import type { DicomElement } from './dicomEncoder.ts';
import { decimalElement, numberElement, sequenceElement, textElement } from './dicomEncoder.ts';
import type { Slab } from './dicomMrsGeometry.ts';

export interface ModuleOptions {
  readonly uid: () => string;
  readonly seriesNumber?: number;
  readonly sopInstanceUid: string;
  readonly slabs: readonly Slab[];
}

/** "Derived": the signal was combined, averaged or converted by software. */
export const IMAGE_TYPE = ['DERIVED', 'PRIMARY', 'SPECTROSCOPY', 'NONE'] as const;
/** For what DICOM demands and the dataset doesn't know. */
const UNKNOWN = 'UNKNOWN';

/** A text of the header, also where it stands as {Value, Description}. */
function headerText(dataset: MrsDataset, key: string): string | null {
  const given = dataset.header[key];
  const value = typeof given === 'object' && given !== null && !Array.isArray(given) ? given['Value'] : given;
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
}

/** Control characters and backslashes would end a value. */
export const plain = (text: string | null, length = 64): string =>
  (text ?? '')
    .replace(/[\x00-\x1f\x7f\\]/g, ' ')
    .trim()
    .slice(0, length);

const code = (text: string): string => text.toUpperCase().replace(/[^A-Z0-9_ ]/g, '').slice(0, 16); // prettier-ignore

/** "2019-05-28T16:19:03" → DICOM date and time; empty where unknown. */
export function dicomDateTime(iso: string | null): { readonly date: string; readonly time: string } {
  const match = /^(\d{4})-(\d{2})-(\d{2})(?:T(\d{2}):(\d{2})(?::(\d{2}))?)?/.exec(iso ?? '');
  if (match === null) return { date: '', time: '' };
  const [, year, month, day, hours, minutes, seconds] = match;
  return { date: `${year}${month}${day}`, time: hours === undefined ? '' : `${hours}${minutes}${seconds ?? '00'}` };
}

/** Patient and patient study (PS3.3, C.7.1.1 and C.7.2.2). */
export function patientModule(patient: PatientInfo): DicomElement[] {
  const birth = (patient.birthDate ?? '').replace(/\D/g, '');
  const sex = (patient.sex ?? '').charAt(0).toUpperCase();
  const age = patient.ageYears === null ? null : `${String(Math.floor(patient.ageYears)).padStart(3, '0')}Y`;
  return [
    textElement(TAG.patientName, plain(patient.name)),
    textElement(TAG.patientId, plain(patient.id)),
    textElement(TAG.patientBirthDate, birth.length === 8 ? birth : ''),
    textElement(TAG.patientSex, ['M', 'F', 'O'].includes(sex) ? sex : ''),
    ...(age === null || age.length !== 4 ? [] : [textElement(TAG.patientAge, age)]),
    ...(patient.weightKg === null ? [] : [decimalElement(TAG.patientWeight, patient.weightKg)]),
  ];
}

function studyAndSeries(dataset: MrsDataset, options: ModuleOptions): DicomElement[] {
  const { date, time } = dicomDateTime(dataset.acquisition.acquiredAt);
  const description = headerText(dataset, 'SeriesDescription') ?? headerText(dataset, 'ProtocolName');
  return [
    textElement(TAG.studyInstanceUid, headerText(dataset, 'StudyInstanceUID') ?? options.uid()),
    textElement(TAG.seriesInstanceUid, options.uid()),
    textElement(TAG.frameOfReferenceUid, headerText(dataset, 'FrameOfReferenceUID') ?? options.uid()),
    textElement(dicomTag(0x0020, 0x1040, 'LO'), ''), // Position Reference Indicator
    textElement(TAG.studyDate, date),
    textElement(TAG.studyTime, time),
    textElement(dicomTag(0x0008, 0x0090, 'PN'), ''), // Referring Physician's Name
    textElement(TAG.studyId, ''),
    textElement(TAG.accessionNumber, plain(headerText(dataset, 'AccessionNumber'), 16)),
    textElement(TAG.modality, 'MR'),
    textElement(TAG.seriesNumber, String(options.seriesNumber ?? 1)),
    ...(description === null ? [] : [textElement(TAG.seriesDescription, plain(description))]),
    textElement(TAG.protocolName, plain(headerText(dataset, 'ProtocolName') ?? dataset.acquisition.sequence)),
    textElement(TAG.patientPosition, code(headerText(dataset, 'PatientPosition') ?? '')),
    textElement(TAG.bodyPartExamined, code(dataset.acquisition.region ?? '')),
  ];
}

function equipment(dataset: MrsDataset): DicomElement[] {
  const { manufacturer, scannerModel } = dataset.acquisition;
  return [
    textElement(TAG.manufacturer, plain(manufacturer) || UNKNOWN),
    textElement(TAG.manufacturerModelName, plain(scannerModel) || UNKNOWN),
    textElement(TAG.deviceSerialNumber, plain(headerText(dataset, 'DeviceSerialNumber')) || UNKNOWN),
    textElement(TAG.softwareVersions, plain(headerText(dataset, 'SoftwareVersions')) || UNKNOWN),
  ];
}

/** DICOM's terms for how the volume was selected (PS3.3, C.8.14.1); sequences beyond them are named likewise. */
const LOCALISATIONS: readonly (readonly [RegExp, string])[] = [
  [/s[-_ ]?laser/i, 'SLASER'],
  [/laser/i, 'LASER'],
  [/steam|svs_st/i, 'STEAM'],
  [/press|svs_se/i, 'PRESS'],
  [/special/i, 'SPECIAL'],
  [/isis/i, 'ISIS'],
];

function acquisitionType([columns, rows, slices]: readonly number[]): string {
  const extended = [columns, rows, slices].filter((n) => n !== undefined && n > 1).length;
  return ['SINGLE_VOXEL', 'ROW', 'PLANE', 'VOLUME'][extended] as string;
}

function localisation(dataset: MrsDataset, slabs: readonly Slab[]): DicomElement[] {
  const names = [dataset.acquisition.sequence, headerText(dataset, 'ProtocolName')].join(' ');
  const found = LOCALISATIONS.find(([pattern]) => pattern.test(names))?.[1];
  return [
    ...(found === undefined ? [] : [textElement(TAG.volumeLocalizationTechnique, found)]),
    ...(slabs.length === 0
      ? []
      : [
          sequenceElement(
            TAG.volumeLocalizationSequence,
            ...slabs.map((slab) => [
              numberElement(TAG.slabThickness, slab.thicknessMm),
              numberElement(TAG.slabOrientation, ...slab.normal),
              numberElement(TAG.midSlabPosition, ...slab.middle),
            ]),
          ),
        ]),
  ];
}

/** Field at which the nucleus resonates at the frequency given. [T] */
function fieldOf(nucleus: string, frequencyMHz: number): number | null {
  const ratio = GYROMAGNETIC_RATIO_MHZ_PER_T[nucleus];
  return ratio === undefined ? null : Number((frequencyMHz / ratio).toPrecision(4));
}

function spectroscopy(dataset: MrsDataset, slabs: readonly Slab[]): DicomElement[] {
  const { date, time } = dicomDateTime(dataset.acquisition.acquiredAt);
  const field = fieldOf(dataset.nucleus, dataset.spectrometerFrequencyMHz);
  const suppressed = dataset.header['WaterSuppressed'];
  return [
    textElement(TAG.imageType, IMAGE_TYPE),
    ...volumeProperties(),
    ...(date === '' ? [] : [textElement(TAG.acquisitionDateTime, date + time)]),
    textElement(TAG.contentDate, date),
    textElement(TAG.contentTime, time),
    textElement(TAG.instanceNumber, '1'),
    textElement(dicomTag(0x0018, 0x9004, 'CS'), 'RESEARCH'), // Content Qualification
    ...(dataset.acquisition.sequence === null
      ? []
      : [textElement(TAG.pulseSequenceName, plain(dataset.acquisition.sequence, 16))]),
    ...(field === null ? [] : [decimalElement(TAG.magneticFieldStrength, field)]),
    textElement(TAG.resonantNucleus, dataset.nucleus.toUpperCase()),
    numberElement(TAG.transmitterFrequency, dataset.spectrometerFrequencyMHz),
    numberElement(TAG.spectralWidth, 1 / dataset.dwellTimeS),
    ...(dataset.nucleus === '1H' ? [numberElement(TAG.chemicalShiftReference, WATER_PPM)] : []),
    textElement(TAG.mrSpectroscopyAcquisitionType, acquisitionType(dataset.data.shape.slice(0, 3))),
    ...(suppressed === true ? [textElement(TAG.spectrallySelectedSuppression, 'WATER')] : []),
    ...localisation(dataset, slabs),
    sequenceElement(dicomTag(0x0040, 0x0555, 'SQ')), // Acquisition Context
  ];
}

/** Common CT/MR and photoacoustic image description, which frames repeat (PS3.3, C.8.16.2). */
export function volumeProperties(): DicomElement[] {
  return [
    textElement(dicomTag(0x0008, 0x9206, 'CS'), 'VOLUME'), // Volumetric Properties
    textElement(dicomTag(0x0008, 0x9207, 'CS'), 'NONE'), // Volume Based Calculation Technique
    textElement(dicomTag(0x0008, 0x9208, 'CS'), 'COMPLEX'), // Complex Image Component
    textElement(dicomTag(0x0008, 0x9209, 'CS'), 'UNKNOWN'), // Acquisition Contrast
  ];
}

/** Everything but functional groups and the signal. */
export function headerModules(dataset: MrsDataset, options: ModuleOptions): DicomElement[] {
  return [
    textElement(TAG.specificCharacterSet, 'ISO_IR 192'), // UTF-8
    textElement(TAG.sopClassUid, MR_SPECTROSCOPY_STORAGE),
    textElement(TAG.sopInstanceUid, options.sopInstanceUid),
    ...patientModule(dataset.patient),
    ...studyAndSeries(dataset, options),
    ...equipment(dataset),
    ...spectroscopy(dataset, options.slabs),
  ];
}
