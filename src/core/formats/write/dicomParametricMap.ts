// A map as Parametric Map (PS3.3, A.75): all slices as frames of one object, 32-bit floats.
import { dicomTag, TAG } from '../dicom/dicomTags.ts';
import { codeItem, CONCEPTS } from './dicomCodes.ts';
import type { DicomElement, DicomItem } from './dicomEncoder.ts';
import { decimalElement, encodeDicomFile, numberElement, sequenceElement, textElement } from './dicomEncoder.ts';
import type { DicomMap, DicomMapHeader } from './dicomMaps.ts';
import { mapModules, mappedQuantity, requireWhole, sliceValues, valueRange } from './dicomMaps.ts';
import type { SliceGeometry } from './dicomMrsGeometry.ts';
import { gridSlices } from './dicomMrsGeometry.ts';
import { frameAnatomy, tagNumber } from './dicomMrsGroups.ts';
import type { DicomInstanceReference } from './dicomStudyModules.ts';
import { hierarchicalReferences, instanceItem, isMrImage, plain } from './dicomStudyModules.ts';

export const PARAMETRIC_MAP_STORAGE = '1.2.840.10008.5.1.4.1.1.30';

const IMAGE_TYPE = ['DERIVED', 'PRIMARY', 'VOLUME', 'QUANTITY'] as const;
const IN_STACK_POSITION = TAG.inStackPositionNumber;

/** Stands for no value: 0 where all values are above it, else the lowest float. */
const paddingOf = (map: DicomMap): number => (valueRange(map).low > 0 ? 0 : -3.4028234663852886e38);

function floatPixels(map: DicomMap, padding: number): Uint8Array {
  const [nx, ny, nz] = map.grid;
  const bytes = new Uint8Array(4 * nx * ny * nz);
  const view = new DataView(bytes.buffer);
  for (let slice = 0; slice < nz; slice++) {
    sliceValues(map, slice).forEach((value, i) => {
      view.setFloat32(4 * (slice * nx * ny + i), Number.isFinite(value) ? value : padding, true);
    });
  }
  return bytes;
}

function realWorldValues(map: DicomMap): DicomElement {
  const { low, high } = valueRange(map);
  return sequenceElement(dicomTag(0x0040, 0x9096, 'SQ'), [
    numberElement(dicomTag(0x0040, 0x9214, 'FD'), Math.fround(low)), // Double Float First Value Mapped
    numberElement(dicomTag(0x0040, 0x9213, 'FD'), Math.fround(high)), // Double Float Last Value Mapped
    numberElement(dicomTag(0x0040, 0x9224, 'FD'), 0), // Intercept
    numberElement(dicomTag(0x0040, 0x9225, 'FD'), 1), // Slope
    ...mappedQuantity(map),
  ]);
}

/** Derivation Image (PS3.3, table C.7.6.16-6): spectra are no images, so that its sources stand outside it. */
function derivationGroup(map: DicomMap, sources: readonly DicomInstanceReference[]): DicomElement {
  return sequenceElement(dicomTag(0x0008, 0x9124, 'SQ'), [
    textElement(dicomTag(0x0008, 0x2111, 'ST'), plain(map.derivation, 1024)),
    sequenceElement(dicomTag(0x0008, 0x9215, 'SQ'), codeItem(CONCEPTS.metaboliteMaps)),
    // Source Image Sequence
    sequenceElement(
      dicomTag(0x0008, 0x2112, 'SQ'),
      ...sources.filter(isMrImage).map((source) => [
        ...instanceItem(source),
        sequenceElement(
          dicomTag(0x0040, 0xa170, 'SQ'), // Purpose of Reference Code Sequence
          codeItem({ value: '121322', scheme: 'DCM', meaning: 'Source image for image processing operation' }),
        ),
      ]),
    ),
  ]);
}

function sharedGroups(map: DicomMap, header: DicomMapHeader, geometry: SliceGeometry): DicomItem {
  const { sizeMm, row, column } = geometry;
  return [
    sequenceElement(TAG.pixelMeasuresSequence, [
      decimalElement(TAG.pixelSpacing, sizeMm[1], sizeMm[0]),
      decimalElement(TAG.sliceThickness, sizeMm[2]),
      decimalElement(TAG.spacingBetweenSlices, sizeMm[2]),
    ]),
    sequenceElement(TAG.planeOrientationSequence, [decimalElement(TAG.imageOrientationPatient, ...row, ...column)]),
    frameAnatomy(header.region),
    sequenceElement(dicomTag(0x0040, 0x9092, 'SQ'), [textElement(TAG.frameType, IMAGE_TYPE)]), // Parametric Map Frame Type
    derivationGroup(map, header.sources),
    // The identity: floats are the values themselves.
    sequenceElement(TAG.pixelValueTransformationSequence, [
      decimalElement(TAG.rescaleIntercept, 0),
      decimalElement(TAG.rescaleSlope, 1),
      textElement(dicomTag(0x0028, 0x1054, 'LO'), 'US'),
    ]),
    realWorldValues(map),
  ];
}

const frameGroups = ({ positions }: SliceGeometry): DicomItem[] =>
  positions.map((position, slice) => [
    sequenceElement(TAG.frameContentSequence, [
      textElement(dicomTag(0x0020, 0x9056, 'SH'), '1'), // Stack ID
      numberElement(IN_STACK_POSITION, slice + 1),
      numberElement(TAG.dimensionIndexValues, slice + 1),
    ]),
    sequenceElement(TAG.planePositionSequence, [decimalElement(TAG.imagePositionPatient, ...position)]),
  ]);

/** One dimension: the slices (PS3.3, C.7.6.17). Its organisation goes by the object's own series. */
function dimensionModule(organizationUid: string): DicomElement[] {
  const organization = textElement(dicomTag(0x0020, 0x9164, 'UI'), organizationUid);
  return [
    sequenceElement(dicomTag(0x0020, 0x9221, 'SQ'), [organization]), // Dimension Organization Sequence
    sequenceElement(TAG.dimensionIndexSequence, [
      organization,
      numberElement(TAG.dimensionIndexPointer, tagNumber(IN_STACK_POSITION.key)),
      numberElement(dicomTag(0x0020, 0x9167, 'AT'), tagNumber(TAG.frameContentSequence.key)), // Functional Group Pointer
    ]),
  ];
}

/** Parametric Map Image (PS3.3, table C.8.32-2). */
const imageModule = (map: DicomMap): DicomElement[] => [
  textElement(TAG.imageType, IMAGE_TYPE),
  textElement(dicomTag(0x0028, 0x0302, 'CS'), 'NO'), // Recognizable Visual Features
  textElement(dicomTag(0x0018, 0x9004, 'CS'), 'RESEARCH'), // Content Qualification
  textElement(dicomTag(0x2050, 0x0020, 'CS'), 'IDENTITY'), // Presentation LUT Shape
  textElement(dicomTag(0x0008, 0x9205, 'CS'), 'MONOCHROME'),
  textElement(dicomTag(0x0070, 0x0080, 'CS'), 'RATIO_MAP'), // Content Label
  textElement(dicomTag(0x0070, 0x0081, 'LO'), plain(map.title)), // Content Description
  textElement(dicomTag(0x0070, 0x0084, 'PN'), ''), // Content Creator's Name
  sequenceElement(dicomTag(0x0040, 0x0555, 'SQ')), // Acquisition Context
];

/** Instances of the study that the object names, by series, and those of other studies (PS3.3, C.12.2). */
function commonReferences({ sources, studyInstanceUid }: DicomMapHeader): DicomElement[] {
  if (sources.length === 0) return [];
  const own = sources.filter((source) => source.studyInstanceUid === studyInstanceUid);
  const series = [...new Set(own.map(({ seriesInstanceUid }) => seriesInstanceUid))].map((uid) => [
    textElement(TAG.seriesInstanceUid, uid),
    sequenceElement(
      dicomTag(0x0008, 0x114a, 'SQ'), // Referenced Instance Sequence
      ...own.filter(({ seriesInstanceUid }) => seriesInstanceUid === uid).map(instanceItem),
    ),
  ]);
  const other = sources.filter((source) => source.studyInstanceUid !== studyInstanceUid);
  return [
    ...(series.length === 0 ? [] : [sequenceElement(dicomTag(0x0008, 0x1115, 'SQ'), ...series)]),
    ...(other.length === 0 ? [] : [sequenceElement(dicomTag(0x0008, 0x1200, 'SQ'), ...hierarchicalReferences(other))]),
  ];
}

/**
 * @returns the bytes of one DICOM file
 * @throws UnsupportedDataError where the grid's place is unknown or its axes are not perpendicular
 */
export function writeDicomParametricMap(map: DicomMap, header: DicomMapHeader): Uint8Array {
  requireWhole(map);
  const geometry = gridSlices(map.affine, map.grid[2], 'A map in DICOM');
  const padding = paddingOf(map);
  return encodeDicomFile(PARAMETRIC_MAP_STORAGE, header.sopInstanceUid(0), [
    ...mapModules(map, header, { sopClassUid: PARAMETRIC_MAP_STORAGE, frame: 0 }),
    ...imageModule(map),
    ...dimensionModule(header.dimensionOrganizationUid),
    ...commonReferences(header),
    sequenceElement(TAG.sharedFunctionalGroupsSequence, sharedGroups(map, header, geometry)),
    sequenceElement(TAG.perFrameFunctionalGroupsSequence, ...frameGroups(geometry)),
    textElement(TAG.numberOfFrames, String(map.grid[2])),
    numberElement(TAG.bitsAllocated, 32),
    numberElement(TAG.floatPixelPaddingValue, padding),
    // A range of one value: dciodvfy asks for its end wherever there is padding.
    numberElement(dicomTag(0x0028, 0x0124, 'FL'), padding), // Float Pixel Padding Range Limit
    { key: TAG.floatPixelData.key, vr: 'OF', value: floatPixels(map, padding) },
  ]);
}
