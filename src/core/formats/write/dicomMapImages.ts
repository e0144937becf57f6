// A map as derived MR images (PS3.3, A.4): one instance a slice, 16 bit, with one rescale slope and intercept for all slices and a
// real world value mapping that names the unit.
import { dicomTag, TAG } from '../dicom/dicomTags.ts';
import { bodyPart, codeItem, CONCEPTS } from './dicomCodes.ts';
import type { DicomElement } from './dicomEncoder.ts';
import { decimalElement, encodeDicomFile, numberElement, sequenceElement, textElement } from './dicomEncoder.ts';
import type { DicomMap, DicomMapHeader } from './dicomMaps.ts';
import { mapModules, mappedQuantity, requireWhole, sliceValues, valueRange } from './dicomMaps.ts';
import type { SliceGeometry } from './dicomMrsGeometry.ts';
import { gridSlices } from './dicomMrsGeometry.ts';

export const MR_IMAGE_STORAGE = '1.2.840.10008.5.1.4.1.1.4';

const MAX_STORED = 0xffff;
/** Stands for no value. */
const PADDING = 0;
/** Digits of a slope that a decimal string holds in any case: stored values are of the slope as it is written. */
const SLOPE_DIGITS = 9;

/** value = stored · slope + intercept, for stored values from 1. */
export interface StoredScaling {
  readonly slope: number;
  readonly intercept: number;
}

/** One scaling for the whole map; values above 0 have no intercept, so that padding reads as 0. */
export function storedScaling(map: DicomMap): StoredScaling {
  const { low, high } = valueRange(map);
  const fine = (v: number): number => Number(v.toPrecision(SLOPE_DIGITS));
  if (low > 0) {
    // A value below one step would be stored as padding: it is stored as 1.
    return { slope: fine(high / MAX_STORED), intercept: 0 };
  }
  const slope = fine((high - low) / (MAX_STORED - 1)) || 1;
  return { slope, intercept: fine(low - slope) };
}

function storedPixels(map: DicomMap, slice: number, { slope, intercept }: StoredScaling): Uint8Array {
  const values = sliceValues(map, slice);
  const bytes = new Uint8Array(values.length * 2);
  const view = new DataView(bytes.buffer);
  values.forEach((value, i) => {
    const stored = Math.min(MAX_STORED, Math.max(1, Math.round((value - intercept) / slope)));
    view.setUint16(2 * i, Number.isFinite(value) ? stored : PADDING, true);
  });
  return bytes;
}

/** Type 2C (PS3.3, C.7.3.1): empty where it isn't known which side was scanned, or whether the part is paired. */
const lateralityOf = (region: string | null): DicomElement[] =>
  ['', 'BREAST', 'MUSCLE'].includes(bodyPart(region)) ? [textElement(TAG.laterality, '')] : [];

/** MR Image (PS3.3, table C.8-1): what the sequence was is told by the source, not by a map. */
const mrModule = (): DicomElement[] => [
  textElement(TAG.imageType, ['DERIVED', 'SECONDARY', 'OTHER']),
  textElement(TAG.scanningSequence, 'RM'), // research mode
  textElement(dicomTag(0x0018, 0x0021, 'CS'), 'NONE'), // Sequence Variant
  textElement(dicomTag(0x0018, 0x0022, 'CS'), ''), // Scan Options
  textElement(dicomTag(0x0018, 0x0023, 'CS'), ''), // MR Acquisition Type
  textElement(TAG.repetitionTime, ''),
  textElement(TAG.echoTime, ''),
  textElement(dicomTag(0x0018, 0x0091, 'IS'), ''), // Echo Train Length
];

function planeModule({ row, column, sizeMm, positions }: SliceGeometry, slice: number): DicomElement[] {
  return [
    decimalElement(TAG.imagePositionPatient, ...(positions[slice] as readonly [number, number, number])),
    decimalElement(TAG.imageOrientationPatient, ...row, ...column),
    // Between rows first: the step down a column.
    decimalElement(TAG.pixelSpacing, sizeMm[1], sizeMm[0]),
    decimalElement(TAG.sliceThickness, sizeMm[2]),
    decimalElement(TAG.spacingBetweenSlices, sizeMm[2]),
  ];
}

function valueModule(map: DicomMap, { slope, intercept }: StoredScaling): DicomElement[] {
  const { low, high } = valueRange(map);
  const width = Math.max(high - Math.min(low, 0), slope);
  return [
    decimalElement(TAG.rescaleIntercept, intercept),
    decimalElement(TAG.rescaleSlope, slope),
    textElement(dicomTag(0x0028, 0x1054, 'LO'), 'US'), // Rescale Type: unspecified
    decimalElement(dicomTag(0x0028, 0x1050, 'DS'), Math.min(low, 0) + width / 2), // Window Center
    decimalElement(dicomTag(0x0028, 0x1051, 'DS'), width), // Window Width
    // The usual LINEAR allows no width below 1 (PS3.3, C.11.2.1.2.1).
    textElement(dicomTag(0x0028, 0x1056, 'CS'), 'LINEAR_EXACT'), // VOI LUT Function
    numberElement(TAG.pixelPaddingValue, PADDING),
    // Real World Value Mapping Sequence
    sequenceElement(dicomTag(0x0040, 0x9096, 'SQ'), [
      numberElement(dicomTag(0x0040, 0x9216, 'US'), 1), // First Value Mapped
      numberElement(dicomTag(0x0040, 0x9211, 'US'), MAX_STORED), // Last Value Mapped
      numberElement(dicomTag(0x0040, 0x9224, 'FD'), intercept),
      numberElement(dicomTag(0x0040, 0x9225, 'FD'), slope),
      ...mappedQuantity(map),
    ]),
  ];
}

/**
 * @returns the bytes of one DICOM file a slice, in the order of slices
 * @throws UnsupportedDataError where the grid's place is unknown or its axes are not perpendicular
 */
export function writeDicomMapImages(map: DicomMap, header: DicomMapHeader): Uint8Array[] {
  requireWhole(map);
  const [, , slices] = map.grid;
  const geometry = gridSlices(map.affine, slices, 'A map in DICOM');
  const scaling = storedScaling(map);
  return Array.from({ length: slices }, (_, slice) =>
    encodeDicomFile(MR_IMAGE_STORAGE, header.sopInstanceUid(slice), [
      ...mapModules(map, header, { sopClassUid: MR_IMAGE_STORAGE, frame: slice }),
      ...mrModule(),
      ...lateralityOf(header.region),
      sequenceElement(dicomTag(0x0008, 0x9215, 'SQ'), codeItem(CONCEPTS.metaboliteMaps)), // Derivation Code Sequence
      ...planeModule(geometry, slice),
      ...valueModule(map, scaling),
      numberElement(TAG.bitsAllocated, 16),
      numberElement(TAG.bitsStored, 16),
      numberElement(TAG.highBit, 15),
      numberElement(TAG.pixelRepresentation, 0),
      { key: TAG.pixelData.key, vr: 'OW', value: storedPixels(map, slice, scaling) },
    ]),
  );
}
