// A report for the archive: as Encapsulated PDF (PS3.3, A.45.1) and as one picture, Secondary Capture (PS3.3, A.8.1). Both
// go into the study that the scan belongs to, in a series of their own.
import { ProcessingError } from '../../domain/errors.ts';
import type { PatientInfo } from '../../domain/mrsDataset.ts';
import { dicomTag, TAG } from '../dicom/dicomTags.ts';
import type { DicomElement } from './dicomEncoder.ts';
import { encodeDicomFile, numberElement, sequenceElement, textElement } from './dicomEncoder.ts';
import { dicomDateTime, patientModule, plain } from './dicomMrsModules.ts';

const ENCAPSULATED_PDF_STORAGE = '1.2.840.10008.5.1.4.1.1.104.1';
const SECONDARY_CAPTURE_STORAGE = '1.2.840.10008.5.1.4.1.1.7';

/** Far above an archive's usual series numbers, so that the report comes last. */
const SERIES_NUMBER = 9800;

/** What both objects say of the report. */
export interface DicomReportHeader {
  readonly patient: PatientInfo;
  /** Of the scan's study. */
  readonly studyInstanceUid: string;
  /** ISO 8601; null: unknown. */
  readonly studyDate: string | null;
  readonly accessionNumber: string | null;
  readonly studyId: string | null;
  readonly title: string;
  /** ISO 8601. */
  readonly createdAt: string;
  readonly version: number;
  readonly isSigned: boolean;
  /** Program and its version. */
  readonly software: readonly [name: string, version: string];
  /** A new UID at every call, "2.25." and the decimal form of a random UUID (PS3.5, B.2). */
  readonly uid: () => string;
}

/** Pixels row by row from the top: red, green, blue. */
export interface RgbImage {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array;
}

/** "Diagnostic imaging study" as LOINC codes the document's kind (PS3.16, CID 7020). */
const CONCEPT = { value: '18748-4', scheme: 'LN', meaning: 'Diagnostic imaging study' } as const;

function commonModules(
  header: DicomReportHeader,
  sopClassUid: string,
  sopInstanceUid: string,
  modality: string,
): DicomElement[] {
  const study = dicomDateTime(header.studyDate);
  const made = dicomDateTime(header.createdAt);
  const [program, programVersion] = header.software;
  return [
    textElement(TAG.specificCharacterSet, 'ISO_IR 192'), // UTF-8
    textElement(TAG.sopClassUid, sopClassUid),
    textElement(TAG.sopInstanceUid, sopInstanceUid),
    ...patientModule(header.patient),
    textElement(TAG.studyInstanceUid, header.studyInstanceUid),
    textElement(TAG.studyDate, study.date),
    textElement(TAG.studyTime, study.time),
    textElement(dicomTag(0x0008, 0x0090, 'PN'), ''), // Referring Physician's Name
    textElement(TAG.studyId, plain(header.studyId, 16)),
    textElement(TAG.accessionNumber, plain(header.accessionNumber, 16)),
    textElement(TAG.modality, modality),
    textElement(TAG.seriesInstanceUid, header.uid()),
    textElement(TAG.seriesNumber, String(SERIES_NUMBER)),
    textElement(TAG.seriesDescription, plain(header.title)),
    textElement(TAG.seriesDate, made.date),
    textElement(TAG.seriesTime, made.time),
    textElement(TAG.manufacturer, plain(program)),
    textElement(TAG.manufacturerModelName, plain(program)),
    textElement(TAG.softwareVersions, plain(programVersion)),
    textElement(dicomTag(0x0008, 0x0064, 'CS'), 'WSD'), // Conversion Type: workstation
    textElement(TAG.instanceNumber, String(header.version)),
    textElement(TAG.contentDate, made.date),
    textElement(TAG.contentTime, made.time),
    // The page names the patient.
    textElement(dicomTag(0x0028, 0x0301, 'CS'), 'YES'), // Burned In Annotation
  ];
}

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
  const sopInstanceUid = header.uid();
  return encodeDicomFile(ENCAPSULATED_PDF_STORAGE, sopInstanceUid, [
    ...commonModules(header, ENCAPSULATED_PDF_STORAGE, sopInstanceUid, 'DOC'),
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
  const sopInstanceUid = header.uid();
  return encodeDicomFile(SECONDARY_CAPTURE_STORAGE, sopInstanceUid, [
    ...commonModules(header, SECONDARY_CAPTURE_STORAGE, sopInstanceUid, 'OT'),
    textElement(TAG.imageType, ['DERIVED', 'SECONDARY']),
    textElement(dicomTag(0x0020, 0x0020, 'CS'), ''), // Patient Orientation
    textElement(dicomTag(0x0020, 0x0060, 'CS'), ''), // Laterality: none of a page
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
