// A report for the archive: as Encapsulated PDF (PS3.3, A.45.1) and as one picture, Secondary Capture (PS3.3, A.8.1). Both
// go into the study that the scan belongs to, in a series of their own.
import { ProcessingError } from '../../domain/errors.ts';
import { dicomTag, TAG } from '../dicom/dicomTags.ts';
import type { DicomElement } from './dicomEncoder.ts';
import { encodeDicomFile, numberElement, sequenceElement, textElement } from './dicomEncoder.ts';
import type { DicomStudyContext } from './dicomStudyModules.ts';
import { dicomDateTime, instanceItem, plain, studyModules } from './dicomStudyModules.ts';

const ENCAPSULATED_PDF_STORAGE = '1.2.840.10008.5.1.4.1.1.104.1';
const SECONDARY_CAPTURE_STORAGE = '1.2.840.10008.5.1.4.1.1.7';

/** The kinds of object that a report is sent as. */
export const REPORT_OBJECT_KINDS = ['pdf', 'capture', 'structuredReport'] as const;
export type ReportObjectKind = (typeof REPORT_OBJECT_KINDS)[number];

/** Far above an archive's usual series numbers, so that reports come last; each kind is a series. */
const SERIES_NUMBERS: Readonly<Record<ReportObjectKind, number>> = { pdf: 9800, capture: 9801, structuredReport: 9802 };
/** The same for every version: a series has one description. */
const SERIES_DESCRIPTION = 'MR spectroscopy report';

/** An object's own UIDs. */
export interface DicomObjectUids {
  readonly seriesInstanceUid: string;
  readonly sopInstanceUid: string;
}

/** What all objects of a report say of it. */
export interface DicomReportHeader extends DicomStudyContext {
  readonly title: string;
  /** ISO 8601, in the time zone that the scan's dates are in. */
  readonly createdAt: string;
  readonly version: number;
  readonly isSigned: boolean;
  /** Program and its version. */
  readonly software: readonly [name: string, version: string];
  /** The same for the same version of the same report, so that what is sent twice is there once. */
  readonly uids: Readonly<Record<ReportObjectKind, DicomObjectUids>>;
}

/** Pixels row by row from the top: red, green, blue. */
export interface RgbImage {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array;
}

/** "Diagnostic imaging study" as LOINC codes the document's kind (PS3.16, CID 7020). */
const CONCEPT = { value: '18748-4', scheme: 'LN', meaning: 'Diagnostic imaging study' } as const;

/** Patient, study, series, equipment and general content of each of a report's objects. */
export function reportModules(
  header: DicomReportHeader,
  kind: ReportObjectKind,
  sopClassUid: string,
  modality: string,
): DicomElement[] {
  const made = dicomDateTime(header.createdAt);
  const [program, programVersion] = header.software;
  const { seriesInstanceUid, sopInstanceUid } = header.uids[kind];
  return [
    textElement(TAG.sopClassUid, sopClassUid),
    textElement(TAG.sopInstanceUid, sopInstanceUid),
    ...studyModules(header),
    textElement(TAG.modality, modality),
    textElement(TAG.seriesInstanceUid, seriesInstanceUid),
    textElement(TAG.seriesNumber, String(SERIES_NUMBERS[kind])),
    textElement(TAG.seriesDescription, SERIES_DESCRIPTION),
    textElement(TAG.manufacturer, plain(program)),
    textElement(TAG.manufacturerModelName, plain(program)),
    textElement(TAG.softwareVersions, plain(programVersion)),
    textElement(TAG.instanceNumber, String(header.version)),
    textElement(TAG.contentDate, made.date),
    textElement(TAG.contentTime, made.time),
  ];
}

/** Of documents that show the page. */
const pageModules = (): DicomElement[] => [
  textElement(dicomTag(0x0008, 0x0064, 'CS'), 'WSD'), // Conversion Type: workstation
  // The page names the patient.
  textElement(dicomTag(0x0028, 0x0301, 'CS'), 'YES'), // Burned In Annotation
];

const PDF_START = [0x25, 0x50, 0x44, 0x46];

/**
 * The PDF as DICOM object.
 * @param pdf the bytes as they are
 * @throws ProcessingError where the bytes are no PDF
 */
export function writeDicomPdf(pdf: Uint8Array, header: DicomReportHeader): Uint8Array {
  if (PDF_START.some((byte, i) => pdf[i] !== byte)) {
    throw new ProcessingError('WRITE_FAILED', 'The report could not be written as DICOM: what was printed is no PDF.');
  }
  const sources = header.sources.map(instanceItem);
  return encodeDicomFile(ENCAPSULATED_PDF_STORAGE, header.uids.pdf.sopInstanceUid, [
    ...reportModules(header, 'pdf', ENCAPSULATED_PDF_STORAGE, 'DOC'),
    ...pageModules(),
    ...(sources.length === 0 ? [] : [sequenceElement(dicomTag(0x0042, 0x0013, 'SQ'), ...sources)]), // Source Instance Sequence
    textElement(TAG.acquisitionDateTime, ''),
    textElement(dicomTag(0x0042, 0x0010, 'ST'), plain(header.title, 1024)), // Document Title
    sequenceElement(dicomTag(0x0040, 0xa043, 'SQ'), [
      textElement(dicomTag(0x0008, 0x0100, 'SH'), CONCEPT.value),
      textElement(dicomTag(0x0008, 0x0102, 'SH'), CONCEPT.scheme),
      textElement(dicomTag(0x0008, 0x0104, 'LO'), CONCEPT.meaning),
    ]),
    textElement(dicomTag(0x0040, 0xa493, 'CS'), header.isSigned ? 'VERIFIED' : 'UNVERIFIED'), // Verification Flag
    textElement(dicomTag(0x0042, 0x0012, 'LO'), 'application/pdf'),
    { key: dicomTag(0x0042, 0x0011, 'OB').key, vr: 'OB', value: pdf },
    numberElement(dicomTag(0x0042, 0x0015, 'UL'), pdf.length),
  ]);
}

const MAX_UINT16 = 0xffff;

/**
 * The page as one RGB picture.
 * @throws ProcessingError where the size is not that of the pixels, or more than DICOM holds
 */
export function writeDicomCapture(image: RgbImage, header: DicomReportHeader): Uint8Array {
  const { width, height, pixels } = image;
  if (pixels.length !== width * height * 3 || width < 1 || height < 1 || Math.max(width, height) > MAX_UINT16) {
    throw new ProcessingError(
      'WRITE_FAILED',
      `The page could not be written as DICOM picture of ${width} × ${height}.`,
    );
  }
  return encodeDicomFile(SECONDARY_CAPTURE_STORAGE, header.uids.capture.sopInstanceUid, [
    ...reportModules(header, 'capture', SECONDARY_CAPTURE_STORAGE, 'OT'),
    ...pageModules(),
    textElement(TAG.imageType, ['DERIVED', 'SECONDARY']),
    textElement(dicomTag(0x0020, 0x0020, 'CS'), ''), // Patient Orientation
    textElement(TAG.laterality, ''), // type 2C: whether what was scanned is paired isn't known
    textElement(TAG.imageComments, plain(header.title, 1024)),
    textElement(dicomTag(0x0028, 0x2110, 'CS'), '00'), // Lossy Image Compression: none
    numberElement(TAG.samplesPerPixel, 3),
    textElement(TAG.photometricInterpretation, 'RGB'),
    numberElement(TAG.planarConfiguration, 0),
    numberElement(TAG.rows, height),
    numberElement(TAG.columns, width),
    numberElement(TAG.bitsAllocated, 8),
    numberElement(TAG.bitsStored, 8),
    numberElement(TAG.highBit, 7),
    numberElement(TAG.pixelRepresentation, 0),
    { key: TAG.pixelData.key, vr: 'OB', value: pixels },
  ]);
}
