// What a DICOM file is, told from its SOP class and image type, so that a screenshot, a report or an image is never
// taken for spectroscopy data (SOP classes: PS3.4, annex B.5; private ones as the vendors' conformance statements name them).
import { UnsupportedDataError } from '../../domain/errors.ts';
import type { DicomFile } from './dicomFile.ts';
import { isDicom, parseDicom, TAG } from './dicomFile.ts';
import { dicomTag } from './dicomTags.ts';
import { holdsFiles, RAW_DATA_STORAGE } from './gePfileInside.ts';
import { geSpectroscopyImage } from './geStampLayout.ts';

export type DicomKind = 'spectroscopy' | 'mr-image' | 'screenshot' | 'report' | 'other';

export const MR_SPECTROSCOPY_STORAGE = '1.2.840.10008.5.1.4.1.1.4.2';
/** Siemens CSA non-image storage: spectra, but also raw data and the protocol report. */
export const SIEMENS_CSA_NON_IMAGE = '1.3.12.2.1107.5.9.1';
/** Philips private MR spectrum storage, which classic (pre-enhanced) exports use. */
export const PHILIPS_MR_SPECTRUM = '1.3.46.670589.11.0.0.12.1';

const MR_IMAGES: readonly string[] = [
  '1.2.840.10008.5.1.4.1.1.4', // MR Image
  '1.2.840.10008.5.1.4.1.1.4.1', // Enhanced MR Image
  '1.2.840.10008.5.1.4.1.1.4.3', // Enhanced MR Color Image
  '1.2.840.10008.5.1.4.1.1.4.4', // Legacy Converted Enhanced MR Image
];
const SECONDARY_CAPTURE = '1.2.840.10008.5.1.4.1.1.7';
/** Structured reports, presentation states, encapsulated documents. */
const REPORTS: readonly string[] = [
  '1.2.840.10008.5.1.4.1.1.88',
  '1.2.840.10008.5.1.4.1.1.11',
  '1.2.840.10008.5.1.4.1.1.104',
];

/** Siemens CSA data, whatever private block they stand in. */
const SIEMENS_CSA_DATA = dicomTag(0x7fe1, 0x1010, 'OB');

export function sopClassOf(file: DicomFile): string {
  return file.dataset.string(TAG.sopClassUid) ?? file.dataset.string(TAG.mediaStorageSopClassUid) ?? '';
}

const under = (uid: string, root: string): boolean => uid === root || uid.startsWith(`${root}.`);

/** Whether an image's type calls it a copy of a screen or a drawn spectrum (GE and Siemens store those as MR images). */
function isScreenCopy(imageType: readonly string[]): boolean {
  return imageType.some((word) => /SCREEN|CSA REPORT|SPECTRO|SECONDARY CAPTURE/i.test(word));
}

function kindOfCsa(file: DicomFile): DicomKind {
  const { dataset } = file;
  if (dataset.strings(TAG.imageType).some((word) => /REPORT/i.test(word))) return 'report';
  const type = dataset.privateTag(0x0029, 'SIEMENS CSA NON-IMAGE', 0x08, 'CS');
  const dataType = (type === null ? null : dataset.string(type)) ?? '';
  if (/^SPEC/i.test(dataType)) return 'spectroscopy';
  if (dataType !== '') return /REPORT/i.test(dataType) ? 'report' : 'other';
  return dataset.has(SIEMENS_CSA_DATA) ? 'spectroscopy' : 'other';
}

/** @returns what a parsed file is */
export function kindOfDicom(file: DicomFile): DicomKind {
  const { dataset } = file;
  const sopClass = sopClassOf(file);
  const imageType = dataset.strings(TAG.imageType);
  if (sopClass === MR_SPECTROSCOPY_STORAGE || sopClass === PHILIPS_MR_SPECTRUM) return 'spectroscopy';
  if (sopClass === SIEMENS_CSA_NON_IMAGE) return kindOfCsa(file);
  if (under(sopClass, SECONDARY_CAPTURE)) return 'screenshot';
  if (REPORTS.some((root) => under(sopClass, root))) return 'report';
  if (dataset.has(TAG.spectroscopyData)) return 'spectroscopy';
  if (sopClass === RAW_DATA_STORAGE) return holdsFiles(file) ? 'spectroscopy' : 'other';
  if (!MR_IMAGES.includes(sopClass)) return 'other';
  const geSpectrum = geSpectroscopyImage(file, sopClass);
  if (geSpectrum === 'stamps') return 'spectroscopy';
  if (isScreenCopy(imageType) || geSpectrum === 'picture') return 'screenshot';
  return 'mr-image';
}

/**
 * What a DICOM file is, from its bytes.
 * @returns 'other' also for bytes that are not DICOM or can't be parsed; never throws
 */
export function dicomKind(bytes: Uint8Array): DicomKind {
  if (!isDicom(bytes)) return 'other';
  try {
    return kindOfDicom(parseDicom(bytes, ''));
  } catch {
    return 'other';
  }
}

const IN_WORDS: Readonly<Record<Exclude<DicomKind, 'spectroscopy'>, string>> = {
  screenshot: 'is a DICOM picture of a screen or of a spectrum',
  report: 'is a DICOM report or document',
  'mr-image': 'is a DICOM MR image',
  other: 'is a DICOM file of another kind',
};

/** What to export in place of raw data, whose content each vendor keeps to itself. */
const RAW_DATA_ADVICE: readonly (readonly [RegExp, string])[] = [
  [/^GE /i, 'export the P-file (.7) or MR Spectroscopy DICOM'],
  [/^siemens/i, 'export the twix file (.dat), .rda or MR Spectroscopy DICOM'],
  [/^philips/i, 'export SPAR/SDAT, data/list or MR Spectroscopy DICOM'],
];

/**
 * Why raw data in DICOM are not read and what to give instead, as the end of a sentence.
 * @returns null for what is no raw data
 */
export function rawDataAdvice(file: DicomFile): string | null {
  if (sopClassOf(file) !== RAW_DATA_STORAGE) return null;
  const manufacturer = file.dataset.string(TAG.manufacturer) ?? '';
  const advice = RAW_DATA_ADVICE.find(([vendor]) => vendor.test(manufacturer))?.[1];
  return `holds the vendor's raw data in DICOM, whose layout isn't public; ${advice ?? 'export MR Spectroscopy DICOM'} instead`;
}

/**
 * Lets spectroscopy pass.
 * @throws UnsupportedDataError saying in one sentence what the file is instead
 */
export function requireSpectroscopy(file: DicomFile): void {
  const kind = kindOfDicom(file);
  if (kind === 'spectroscopy') return;
  const advice = rawDataAdvice(file);
  if (advice !== null) throw new UnsupportedDataError('UNSUPPORTED', `${file.fileName} ${advice}.`, { kind });
  const captured = under(sopClassOf(file), SECONDARY_CAPTURE);
  const words = captured ? 'is a DICOM screenshot (Secondary Capture)' : IN_WORDS[kind];
  throw new UnsupportedDataError('UNSUPPORTED', `${file.fileName} ${words}, not spectroscopy data.`, { kind });
}
