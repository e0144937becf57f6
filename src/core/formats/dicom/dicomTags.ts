// The DICOM attributes this program reads, with their value representation (PS3.6, data dictionary, 2024): implicit
// transfer syntaxes don't say it in the file.

/** Value representation as PS3.5, 6.2 names it. */
export type Vr =
  | 'AE' | 'AS' | 'AT' | 'CS' | 'DA' | 'DS' | 'DT' | 'FD' | 'FL' | 'IS' | 'LO' | 'LT' | 'OB' | 'OD' | 'OF' | 'OW' // prettier-ignore
  | 'PN' | 'SH' | 'SL' | 'SQ' | 'SS' | 'ST' | 'TM' | 'UI' | 'UL' | 'UN' | 'US' | 'UT'; // prettier-ignore

export interface DicomTag {
  /** "xggggeeee", lower-case hexadecimal. */
  readonly key: string;
  readonly vr: Vr;
}

/** @param group,element 16-bit numbers of the attribute */
export function dicomTag(group: number, element: number, vr: Vr): DicomTag {
  return { key: `x${(group * 0x10000 + element).toString(16).padStart(8, '0')}`, vr };
}

const t = dicomTag;

export const TAG = {
  mediaStorageSopClassUid: t(0x0002, 0x0002, 'UI'),
  transferSyntaxUid: t(0x0002, 0x0010, 'UI'),
  specificCharacterSet: t(0x0008, 0x0005, 'CS'),
  imageType: t(0x0008, 0x0008, 'CS'),
  sopClassUid: t(0x0008, 0x0016, 'UI'),
  sopInstanceUid: t(0x0008, 0x0018, 'UI'),
  studyDate: t(0x0008, 0x0020, 'DA'),
  seriesDate: t(0x0008, 0x0021, 'DA'),
  acquisitionDate: t(0x0008, 0x0022, 'DA'),
  contentDate: t(0x0008, 0x0023, 'DA'),
  acquisitionDateTime: t(0x0008, 0x002a, 'DT'),
  studyTime: t(0x0008, 0x0030, 'TM'),
  seriesTime: t(0x0008, 0x0031, 'TM'),
  acquisitionTime: t(0x0008, 0x0032, 'TM'),
  contentTime: t(0x0008, 0x0033, 'TM'),
  accessionNumber: t(0x0008, 0x0050, 'SH'),
  modality: t(0x0008, 0x0060, 'CS'),
  manufacturer: t(0x0008, 0x0070, 'LO'),
  institutionName: t(0x0008, 0x0080, 'LO'),
  institutionAddress: t(0x0008, 0x0081, 'ST'),
  stationName: t(0x0008, 0x1010, 'SH'),
  studyDescription: t(0x0008, 0x1030, 'LO'),
  seriesDescription: t(0x0008, 0x103e, 'LO'),
  manufacturerModelName: t(0x0008, 0x1090, 'LO'),
  referencedImageSequence: t(0x0008, 0x1140, 'SQ'),
  referencedSopClassUid: t(0x0008, 0x1150, 'UI'),
  referencedSopInstanceUid: t(0x0008, 0x1155, 'UI'),
  referencedFrameNumber: t(0x0008, 0x1160, 'IS'),
  frameType: t(0x0008, 0x9007, 'CS'),
  patientName: t(0x0010, 0x0010, 'PN'),
  patientId: t(0x0010, 0x0020, 'LO'),
  patientBirthDate: t(0x0010, 0x0030, 'DA'),
  patientSex: t(0x0010, 0x0040, 'CS'),
  patientAge: t(0x0010, 0x1010, 'AS'),
  patientWeight: t(0x0010, 0x1030, 'DS'),
  bodyPartExamined: t(0x0018, 0x0015, 'CS'),
  sequenceName: t(0x0018, 0x0024, 'SH'),
  scanningSequence: t(0x0018, 0x0020, 'CS'),
  sliceThickness: t(0x0018, 0x0050, 'DS'),
  repetitionTime: t(0x0018, 0x0080, 'DS'),
  echoTime: t(0x0018, 0x0081, 'DS'),
  inversionTime: t(0x0018, 0x0082, 'DS'),
  numberOfAverages: t(0x0018, 0x0083, 'DS'),
  imagingFrequency: t(0x0018, 0x0084, 'DS'),
  imagedNucleus: t(0x0018, 0x0085, 'SH'),
  magneticFieldStrength: t(0x0018, 0x0087, 'DS'),
  spacingBetweenSlices: t(0x0018, 0x0088, 'DS'),
  deviceSerialNumber: t(0x0018, 0x1000, 'LO'),
  softwareVersions: t(0x0018, 0x1020, 'LO'),
  protocolName: t(0x0018, 0x1030, 'LO'),
  receiveCoilName: t(0x0018, 0x1250, 'SH'),
  transmitCoilName: t(0x0018, 0x1251, 'SH'),
  flipAngle: t(0x0018, 0x1314, 'DS'),
  patientPosition: t(0x0018, 0x5100, 'CS'),
  pulseSequenceName: t(0x0018, 0x9005, 'SH'),
  spectrallySelectedSuppression: t(0x0018, 0x9025, 'CS'),
  mrReceiveCoilSequence: t(0x0018, 0x9042, 'SQ'),
  mrTransmitCoilSequence: t(0x0018, 0x9049, 'SQ'),
  spectralWidth: t(0x0018, 0x9052, 'FD'),
  chemicalShiftReference: t(0x0018, 0x9053, 'FD'),
  volumeLocalizationTechnique: t(0x0018, 0x9054, 'CS'),
  applyingFrequencyCorrection: t(0x0018, 0x9101, 'CS'),
  inversionTimes: t(0x0018, 0x9079, 'FD'),
  effectiveEchoTime: t(0x0018, 0x9082, 'FD'),
  spectroscopyAcquisitionPhaseRows: t(0x0018, 0x9095, 'UL'),
  transmitterFrequency: t(0x0018, 0x9098, 'FD'),
  resonantNucleus: t(0x0018, 0x9100, 'CS'),
  mrSpectroscopyFovGeometrySequence: t(0x0018, 0x9103, 'SQ'),
  slabThickness: t(0x0018, 0x9104, 'FD'),
  slabOrientation: t(0x0018, 0x9105, 'FD'),
  midSlabPosition: t(0x0018, 0x9106, 'FD'),
  mrTimingAndRelatedParametersSequence: t(0x0018, 0x9112, 'SQ'),
  mrEchoSequence: t(0x0018, 0x9114, 'SQ'),
  mrModifierSequence: t(0x0018, 0x9115, 'SQ'),
  mrImagingModifierSequence: t(0x0018, 0x9006, 'SQ'),
  mrAveragesSequence: t(0x0018, 0x9119, 'SQ'),
  volumeLocalizationSequence: t(0x0018, 0x9126, 'SQ'),
  spectroscopyAcquisitionDataColumns: t(0x0018, 0x9127, 'UL'),
  spectroscopyAcquisitionOutOfPlanePhaseSteps: t(0x0018, 0x9159, 'UL'),
  waterReferencedPhaseCorrection: t(0x0018, 0x9199, 'CS'),
  mrSpectroscopyAcquisitionType: t(0x0018, 0x9200, 'CS'),
  spectroscopyAcquisitionPhaseColumns: t(0x0018, 0x9234, 'UL'),
  studyInstanceUid: t(0x0020, 0x000d, 'UI'),
  seriesInstanceUid: t(0x0020, 0x000e, 'UI'),
  studyId: t(0x0020, 0x0010, 'SH'),
  seriesNumber: t(0x0020, 0x0011, 'IS'),
  acquisitionNumber: t(0x0020, 0x0012, 'IS'),
  instanceNumber: t(0x0020, 0x0013, 'IS'),
  imagePositionPatient: t(0x0020, 0x0032, 'DS'),
  imageOrientationPatient: t(0x0020, 0x0037, 'DS'),
  frameOfReferenceUid: t(0x0020, 0x0052, 'UI'),
  temporalPositionIdentifier: t(0x0020, 0x0100, 'IS'),
  imageComments: t(0x0020, 0x4000, 'LT'),
  frameContentSequence: t(0x0020, 0x9111, 'SQ'),
  planePositionSequence: t(0x0020, 0x9113, 'SQ'),
  planeOrientationSequence: t(0x0020, 0x9116, 'SQ'),
  dimensionIndexValues: t(0x0020, 0x9157, 'UL'),
  dimensionIndexSequence: t(0x0020, 0x9222, 'SQ'),
  dimensionIndexPointer: t(0x0020, 0x9165, 'AT'),
  samplesPerPixel: t(0x0028, 0x0002, 'US'),
  photometricInterpretation: t(0x0028, 0x0004, 'CS'),
  planarConfiguration: t(0x0028, 0x0006, 'US'),
  numberOfFrames: t(0x0028, 0x0008, 'IS'),
  rows: t(0x0028, 0x0010, 'US'),
  columns: t(0x0028, 0x0011, 'US'),
  pixelSpacing: t(0x0028, 0x0030, 'DS'),
  bitsAllocated: t(0x0028, 0x0100, 'US'),
  bitsStored: t(0x0028, 0x0101, 'US'),
  highBit: t(0x0028, 0x0102, 'US'),
  pixelRepresentation: t(0x0028, 0x0103, 'US'),
  rescaleIntercept: t(0x0028, 0x1052, 'DS'),
  rescaleSlope: t(0x0028, 0x1053, 'DS'),
  dataPointRows: t(0x0028, 0x9001, 'UL'),
  dataPointColumns: t(0x0028, 0x9002, 'UL'),
  signalDomainColumns: t(0x0028, 0x9003, 'CS'),
  dataRepresentation: t(0x0028, 0x9108, 'CS'),
  pixelMeasuresSequence: t(0x0028, 0x9110, 'SQ'),
  pixelValueTransformationSequence: t(0x0028, 0x9145, 'SQ'),
  sharedFunctionalGroupsSequence: t(0x5200, 0x9229, 'SQ'),
  perFrameFunctionalGroupsSequence: t(0x5200, 0x9230, 'SQ'),
  spectroscopyData: t(0x5600, 0x0020, 'OF'),
  pixelData: t(0x7fe0, 0x0010, 'OW'),
} as const satisfies Record<string, DicomTag>;

const VR_BY_KEY: ReadonlyMap<string, Vr> = new Map(Object.values(TAG).map((tag) => [tag.key, tag.vr]));

/** @returns the value representation of a known attribute, undefined for others */
export function knownVr(key: string): Vr | undefined {
  return VR_BY_KEY.get(key);
}
