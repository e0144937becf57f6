// Maps over a scan's grid as DICOM: what both kinds of object share. Stored values that stand for no value are told by a
// padding value: 0, where all values are above 0, so that a viewer that knows no padding shows them black.
import type { Affine } from '../../domain/mrsDataset.ts';
import { BugError } from '../../domain/errors.ts';
import { dicomTag, TAG } from '../dicom/dicomTags.ts';
import type { CodedConcept } from './dicomCodes.ts';
import { bodyPart, codeItem, CONCEPTS, PRIVATE_SCHEME, privateSchemeItem } from './dicomCodes.ts';
import type { DicomElement } from './dicomEncoder.ts';
import { numberElement, sequenceElement, textElement } from './dicomEncoder.ts';
import type { DicomStudyContext } from './dicomStudyModules.ts';
import { dicomDateTime, instanceItem, plain, studyModules } from './dicomStudyModules.ts';

/** A quantity over a grid. */
export interface DicomMap {
  /** C order over x, y, z; NaN where there is no value that may be relied on. */
  readonly values: Float64Array;
  /** Voxels along x, y, z. */
  readonly grid: readonly [number, number, number];
  /** Voxel index → RAS mm; null: unknown, and then no object can be written. */
  readonly affine: Affine | null;
  readonly quantity: CodedConcept;
  readonly unit: CodedConcept;
  /** "tNAA/tCr ratio, NLLS": up to 64 characters. */
  readonly title: string;
  /** In words, how the values came about. */
  readonly derivation: string;
}

/** Whose the map is, and which objects it becomes. */
export interface DicomMapHeader extends DicomStudyContext {
  /** Of the source; of one that names none the same for all maps of the scan. */
  readonly frameOfReferenceUid: string;
  readonly region: string | null;
  readonly patientPosition: string | null;
  /** ISO 8601, in the time zone that the scan's dates are in. */
  readonly createdAt: string;
  readonly software: readonly [name: string, version: string];
  readonly seriesNumber: number;
  readonly seriesInstanceUid: string;
  /** Of an object of several frames: names how they are ordered. */
  readonly dimensionOrganizationUid: string;
  /** @param frame slice from 0; of an object of all slices 0 */
  readonly sopInstanceUid: (frame: number) => string;
}

/** @throws BugError where values and grid disagree */
export function requireWhole({ values, grid }: DicomMap): void {
  if (values.length !== grid[0] * grid[1] * grid[2]) {
    throw new BugError('A map has another number of values than its grid.');
  }
}

/** Smallest and largest value; 0 and 0 of a map without any. */
export function valueRange({ values }: DicomMap): { readonly low: number; readonly high: number } {
  const present = values.filter(Number.isFinite);
  if (present.length === 0) return { low: 0, high: 0 };
  return present.reduce(({ low, high }, v) => ({ low: Math.min(low, v), high: Math.max(high, v) }), {
    low: Infinity,
    high: -Infinity,
  });
}

/** Values of one slice in the order of pixels: row by row (y), each from left to right (x). */
export function sliceValues({ values, grid: [nx, ny, nz] }: DicomMap, slice: number): Float64Array {
  return Float64Array.from({ length: nx * ny }, (_, i) => {
    const [x, y] = [i % nx, Math.floor(i / nx)];
    return values[(x * ny + y) * nz + slice] as number;
  });
}

/** What the values are, as item of a real world value mapping (PS3.3, table C.7.6.16-12b): units and quantity. */
export const mappedQuantity = ({ quantity, unit, title }: DicomMap): DicomElement[] => [
  textElement(dicomTag(0x0028, 0x3003, 'LO'), plain(title)), // LUT Explanation
  textElement(dicomTag(0x0040, 0x9210, 'SH'), plain(quantity.value, 16)), // LUT Label
  sequenceElement(dicomTag(0x0040, 0x08ea, 'SQ'), codeItem(unit)), // Measurement Units Code Sequence
  // Quantity Definition Sequence
  sequenceElement(dicomTag(0x0040, 0x9220, 'SQ'), [
    textElement(dicomTag(0x0040, 0xa040, 'CS'), 'CODE'),
    sequenceElement(dicomTag(0x0040, 0xa043, 'SQ'), codeItem(CONCEPTS.quantity)),
    sequenceElement(dicomTag(0x0040, 0xa168, 'SQ'), codeItem(quantity)),
  ]),
];

/** Patient, study, series, frame of reference and equipment (PS3.3, tables A.4-1 and A.75-1). */
export function mapModules(
  map: DicomMap,
  header: DicomMapHeader,
  { sopClassUid, frame }: { readonly sopClassUid: string; readonly frame: number },
): DicomElement[] {
  const made = dicomDateTime(header.createdAt);
  const [program, version] = header.software;
  const part = bodyPart(header.region);
  const sources = header.sources.map(instanceItem);
  const isPrivate = map.quantity.scheme === PRIVATE_SCHEME;
  return [
    textElement(TAG.sopClassUid, sopClassUid),
    textElement(TAG.sopInstanceUid, header.sopInstanceUid(frame)),
    ...studyModules(header),
    textElement(TAG.modality, 'MR'),
    textElement(TAG.seriesInstanceUid, header.seriesInstanceUid),
    textElement(TAG.seriesNumber, String(header.seriesNumber)),
    textElement(TAG.seriesDescription, plain(map.title)),
    ...(part === '' ? [] : [textElement(TAG.bodyPartExamined, part)]),
    textElement(TAG.patientPosition, plain(header.patientPosition, 16)),
    textElement(TAG.frameOfReferenceUid, header.frameOfReferenceUid),
    textElement(dicomTag(0x0020, 0x1040, 'LO'), ''), // Position Reference Indicator
    textElement(TAG.manufacturer, plain(program)),
    textElement(TAG.manufacturerModelName, plain(program)),
    textElement(TAG.deviceSerialNumber, 'UNKNOWN'), // type 1, and a program has none
    textElement(TAG.softwareVersions, plain(version)),
    textElement(TAG.contentDate, made.date),
    textElement(TAG.contentTime, made.time),
    textElement(TAG.instanceNumber, String(frame + 1)),
    textElement(dicomTag(0x0008, 0x2111, 'ST'), plain(map.derivation, 1024)), // Derivation Description
    textElement(dicomTag(0x0028, 0x0301, 'CS'), 'NO'), // Burned In Annotation
    textElement(dicomTag(0x0028, 0x2110, 'CS'), '00'), // Lossy Image Compression
    numberElement(TAG.samplesPerPixel, 1),
    textElement(TAG.photometricInterpretation, 'MONOCHROME2'),
    numberElement(TAG.rows, map.grid[1]),
    numberElement(TAG.columns, map.grid[0]),
    ...(isPrivate ? [sequenceElement(dicomTag(0x0008, 0x0110, 'SQ'), privateSchemeItem(version))] : []),
    ...(sources.length === 0 ? [] : [sequenceElement(dicomTag(0x0042, 0x0013, 'SQ'), ...sources)]), // Source Instance Sequence
  ];
}
