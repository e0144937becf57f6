// The functional groups of a DICOM MR Spectroscopy object: what all frames share, and each frame's place and number
// (PS3.3, C.7.6.16 and C.8.14.3; dimensions: C.7.6.17).
import type { MrsDataset } from '../../domain/mrsDataset.ts';
import { dicomTag, TAG } from '../dicom/dicomTags.ts';
import type { DicomElement, DicomItem } from './dicomEncoder.ts';
import { decimalElement, numberElement, sequenceElement, textElement } from './dicomEncoder.ts';
import type { WrittenGeometry } from './dicomMrsGeometry.ts';
import { IMAGE_TYPE, volumeProperties } from './dicomMrsModules.ts';
import { codeItem, findingSite } from './dicomCodes.ts';
import { dicomDateTime } from './dicomStudyModules.ts';

const IN_STACK_POSITION = dicomTag(0x0020, 0x9057, 'UL');
const TEMPORAL_POSITION = dicomTag(0x0020, 0x9128, 'UL');
const DIMENSION_ORGANIZATION_UID = dicomTag(0x0020, 0x9164, 'UI');

function averages(dataset: MrsDataset): number | null {
  const given = dataset.header['NumberOfAverages'];
  const value = typeof given === 'object' && given !== null && !Array.isArray(given) ? given['Value'] : given;
  return typeof value === 'number' && value > 0 ? value : null;
}

function timingGroup(dataset: MrsDataset): DicomElement[] {
  const { repetitionTimeS } = dataset.acquisition;
  const angle = dataset.header['ExcitationFlipAngle'];
  const elements = [
    ...(repetitionTimeS === null ? [] : [decimalElement(TAG.repetitionTime, repetitionTimeS * 1000)]),
    ...(typeof angle === 'number' ? [decimalElement(TAG.flipAngle, angle)] : []),
  ];
  return elements.length === 0 ? [] : [sequenceElement(TAG.mrTimingAndRelatedParametersSequence, elements)];
}

/**
 * Only where there was an inversion: with Frame Type DERIVED the group may be left out (PS3.3, table A.36-4), and what else
 * would have to stand in it (flow compensation, partial Fourier …) isn't known.
 */
function modifierGroup(dataset: MrsDataset): DicomElement[] {
  const { inversionTimeS } = dataset.acquisition;
  if (inversionTimeS === null) return [];
  const inverted = textElement(dicomTag(0x0018, 0x9009, 'CS'), 'YES'); // Inversion Recovery
  return [
    sequenceElement(TAG.mrModifierSequence, [inverted, numberElement(TAG.inversionTimes, inversionTimeS * 1000)]),
  ];
}

/** Where the region isn't known, the macro that demands one gets the whole body. */
export function frameAnatomy(region: string | null): DicomElement {
  const site = findingSite(region) ?? { value: '38266002', scheme: 'SCT', meaning: 'Entire body' };
  return sequenceElement(dicomTag(0x0020, 0x9071, 'SQ'), [
    textElement(dicomTag(0x0020, 0x9072, 'CS'), 'U'), // Frame Laterality: unpaired or unknown
    sequenceElement(dicomTag(0x0008, 0x2218, 'SQ'), codeItem(site)),
  ]);
}

function sharedGroups(dataset: MrsDataset, geometry: WrittenGeometry): DicomItem {
  const [columnSpacing, rowSpacing, thickness] = geometry.sizeMm;
  const { echoTimeS } = dataset.acquisition;
  const count = averages(dataset);
  return [
    sequenceElement(TAG.pixelMeasuresSequence, [
      decimalElement(TAG.pixelSpacing, rowSpacing, columnSpacing),
      decimalElement(TAG.sliceThickness, thickness),
    ]),
    sequenceElement(TAG.planeOrientationSequence, [
      decimalElement(TAG.imageOrientationPatient, ...geometry.row, ...geometry.column),
    ]),
    sequenceElement(dicomTag(0x0018, 0x9227, 'SQ'), [textElement(TAG.frameType, IMAGE_TYPE), ...volumeProperties()]),
    frameAnatomy(dataset.acquisition.region),
    ...timingGroup(dataset),
    ...(echoTimeS === null
      ? []
      : [sequenceElement(TAG.mrEchoSequence, [numberElement(TAG.effectiveEchoTime, echoTimeS * 1000)])]),
    ...modifierGroup(dataset),
    ...(count === null ? [] : [sequenceElement(TAG.mrAveragesSequence, [decimalElement(TAG.numberOfAverages, count)])]),
  ];
}

function frameGroups(dataset: MrsDataset, geometry: WrittenGeometry, slice: number, repetition: number): DicomItem {
  const { date, time } = dicomDateTime(dataset.acquisition.acquiredAt);
  const position = geometry.positions[slice] as readonly [number, number, number];
  return [
    sequenceElement(TAG.frameContentSequence, [
      ...(date === '' ? [] : [textElement(dicomTag(0x0018, 0x9074, 'DT'), date + time)]), // Frame Acquisition DateTime
      textElement(dicomTag(0x0020, 0x9056, 'SH'), '1'), // Stack ID
      numberElement(IN_STACK_POSITION, slice + 1),
      numberElement(TEMPORAL_POSITION, repetition + 1),
      numberElement(TAG.dimensionIndexValues, slice + 1, repetition + 1),
    ]),
    sequenceElement(TAG.planePositionSequence, [decimalElement(TAG.imagePositionPatient, ...position)]),
  ];
}

/** In DICOM an attribute's tag as a number is group × 65536 + element. */
export const tagNumber = (key: string): number => parseInt(key.slice(1), 16);

function dimensionModule(organizationUid: string): DicomElement[] {
  const organization = textElement(DIMENSION_ORGANIZATION_UID, organizationUid);
  const index = (key: string): DicomItem => [
    organization,
    numberElement(TAG.dimensionIndexPointer, tagNumber(key)),
    numberElement(dicomTag(0x0020, 0x9167, 'AT'), tagNumber(TAG.frameContentSequence.key)), // Functional Group Pointer
  ];
  return [
    sequenceElement(dicomTag(0x0020, 0x9221, 'SQ'), [organization]), // Dimension Organization
    sequenceElement(TAG.dimensionIndexSequence, index(IN_STACK_POSITION.key), index(TEMPORAL_POSITION.key)),
  ];
}

/**
 * Shared and per-frame functional groups; frames run over slices, and within a slice over repetitions.
 * @param organizationUid names the dimensions' organisation; new for each file
 */
export function functionalGroups(
  dataset: MrsDataset,
  geometry: WrittenGeometry,
  repetitions: number,
  organizationUid: string,
): DicomElement[] {
  const frames = geometry.positions.flatMap((_, slice) =>
    Array.from({ length: repetitions }, (__, repetition) => frameGroups(dataset, geometry, slice, repetition)),
  );
  return [
    ...dimensionModule(organizationUid),
    sequenceElement(TAG.sharedFunctionalGroupsSequence, sharedGroups(dataset, geometry)),
    sequenceElement(TAG.perFrameFunctionalGroupsSequence, ...frames),
  ];
}
