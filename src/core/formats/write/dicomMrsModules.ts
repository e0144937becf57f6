// The modules of a DICOM MR Spectroscopy object that hold for the whole file: patient, study, series, equipment, frame of
// reference and the acquisition (PS3.3, table A.36-3; types 1 and 2 there must be present).
import { GYROMAGNETIC_RATIO_MHZ_PER_T, WATER_PPM } from '../../domain/axes.ts';
import type { MrsDataset } from '../../domain/mrsDataset.ts';
import { MR_SPECTROSCOPY_STORAGE } from '../dicom/dicomKind.ts';
import { dicomTag, TAG } from '../dicom/dicomTags.ts';
import type { DicomElement } from './dicomEncoder.ts';
import { decimalElement, numberElement, sequenceElement, textElement } from './dicomEncoder.ts';
import type { Slab } from './dicomMrsGeometry.ts';
import { dicomDateTime, headerText, plain, studyContext, studyModules } from './dicomStudyModules.ts';

export interface ModuleOptions {
  readonly uid: () => string;
  readonly seriesNumber?: number;
  readonly createdAt?: string;
  readonly sopInstanceUid: string;
  readonly slabs: readonly Slab[];
}

/** "Derived": the signal was combined, averaged or converted by software. */
export const IMAGE_TYPE = ['DERIVED', 'PRIMARY', 'SPECTROSCOPY', 'NONE'] as const;
/** For what DICOM demands and the dataset doesn't know. */
const UNKNOWN = 'UNKNOWN';

const code = (text: string): string => text.toUpperCase().replace(/[^A-Z0-9_ ]/g, '').slice(0, 16); // prettier-ignore

function studyAndSeries(dataset: MrsDataset, options: ModuleOptions): DicomElement[] {
  const description = headerText(dataset.header, 'SeriesDescription') ?? headerText(dataset.header, 'ProtocolName');
  return [
    ...studyModules(studyContext(dataset, dataset.patient, options.uid)),
    textElement(TAG.seriesInstanceUid, options.uid()),
    textElement(TAG.frameOfReferenceUid, headerText(dataset.header, 'FrameOfReferenceUID') ?? options.uid()),
    textElement(dicomTag(0x0020, 0x1040, 'LO'), ''), // Position Reference Indicator
    textElement(TAG.modality, 'MR'),
    textElement(TAG.seriesNumber, String(options.seriesNumber ?? 1)),
    ...(description === null ? [] : [textElement(TAG.seriesDescription, plain(description))]),
    textElement(TAG.protocolName, plain(headerText(dataset.header, 'ProtocolName') ?? dataset.acquisition.sequence)),
    textElement(TAG.patientPosition, code(headerText(dataset.header, 'PatientPosition') ?? '')),
    textElement(TAG.bodyPartExamined, code(dataset.acquisition.region ?? '')),
  ];
}

/**
 * Names of the coils, beside the standard's attributes of this class: its coil groups demand the coils' types, which the
 * dataset doesn't know, and may be left out of derived data (PS3.3, table A.36-4).
 */
function coilNames(dataset: MrsDataset): DicomElement[] {
  const [transmit, receive] = [headerText(dataset.header, 'TxCoil'), headerText(dataset.header, 'RxCoil')];
  return [
    ...(transmit === null ? [] : [textElement(TAG.transmitCoilName, plain(transmit, 16))]),
    ...(receive === null ? [] : [textElement(TAG.receiveCoilName, plain(receive, 16))]),
  ];
}

function equipment(dataset: MrsDataset): DicomElement[] {
  const { manufacturer, scannerModel } = dataset.acquisition;
  return [
    textElement(TAG.manufacturer, plain(manufacturer) || UNKNOWN),
    textElement(TAG.manufacturerModelName, plain(scannerModel) || UNKNOWN),
    textElement(TAG.deviceSerialNumber, plain(headerText(dataset.header, 'DeviceSerialNumber')) || UNKNOWN),
    textElement(TAG.softwareVersions, plain(headerText(dataset.header, 'SoftwareVersions')) || UNKNOWN),
    ...coilNames(dataset),
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
  const names = [dataset.acquisition.sequence, headerText(dataset.header, 'ProtocolName')].join(' ');
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

function spectroscopy(dataset: MrsDataset, options: ModuleOptions): DicomElement[] {
  const { date, time } = dicomDateTime(dataset.acquisition.acquiredAt);
  const made = dicomDateTime(dataset.acquisition.acquiredAt ?? options.createdAt ?? null);
  const field = fieldOf(dataset.nucleus, dataset.spectrometerFrequencyMHz);
  const suppressed = dataset.header['WaterSuppressed'];
  return [
    textElement(TAG.imageType, IMAGE_TYPE),
    ...volumeProperties(),
    ...(date === '' ? [] : [textElement(TAG.acquisitionDateTime, date + time)]),
    textElement(TAG.contentDate, made.date),
    textElement(TAG.contentTime, made.time),
    textElement(TAG.instanceNumber, '1'),
    textElement(dicomTag(0x0018, 0x9174, 'CS'), UNKNOWN), // Applicable Safety Standard Agency
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
    ...localisation(dataset, options.slabs),
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
    textElement(TAG.sopClassUid, MR_SPECTROSCOPY_STORAGE),
    textElement(TAG.sopInstanceUid, options.sopInstanceUid),
    ...studyAndSeries(dataset, options),
    ...equipment(dataset),
    ...spectroscopy(dataset, options),
  ];
}
