// The keys of the NIfTI-MRS header extension: name, type, unit, whether private, whether required.
// Facts of the standard's machine-readable definitions (definitions.json, version 0.9; Clarke et al., Magn Reson Med
// 2022;88:2358, doi:10.1002/mrm.29418); a test compares this table with that file where it is at hand.

/** JSON type of a key's value; "object[]" is a list of objects. */
export type NiftiMrsKeyType =
  'number' | 'string' | 'boolean' | 'object' | 'number[]' | 'string[]' | 'boolean[]' | 'number[][]' | 'object[]';

export interface NiftiMrsKey {
  readonly type: NiftiMrsKeyType;
  readonly unit: string | null;
  /** Marked by the standard as to be taken out on anonymisation. */
  readonly isPrivate: boolean;
  readonly isRequired: boolean;
}

const key = (type: NiftiMrsKeyType, unit: string | null, isPrivate: boolean, isRequired: boolean): NiftiMrsKey => ({
  type,
  unit,
  isPrivate,
  isRequired,
});

/** Version of the standard that the table and the writer follow. */
export const NIFTI_MRS_VERSION = { major: 0, minor: 9 } as const;

export const NIFTI_MRS_KEYS: Readonly<Record<string, NiftiMrsKey>> = {
  SpectrometerFrequency: key('number[]', 'MHz', false, true),
  ResonantNucleus: key('string[]', null, false, true),
  SpectralWidth: key('number', 'Hz', false, false),
  EchoTime: key('number', 's', false, false),
  RepetitionTime: key('number', 's', false, false),
  InversionTime: key('number', 's', false, false),
  MixingTime: key('number', 's', false, false),
  AcquisitionStartTime: key('number', 's', false, false),
  ExcitationFlipAngle: key('number', 'degrees', false, false),
  TxOffset: key('number', 'ppm', false, false),
  VOI: key('number[][]', null, false, false),
  WaterSuppressed: key('boolean', null, false, false),
  WaterSuppressionType: key('string', null, false, false),
  SequenceTriggered: key('boolean', null, false, false),
  Manufacturer: key('string', null, false, false),
  ManufacturersModelName: key('string', null, true, false),
  DeviceSerialNumber: key('string', null, true, false),
  SoftwareVersions: key('string', null, false, false),
  InstitutionName: key('string', null, false, false),
  InstitutionAddress: key('string', null, false, false),
  TxCoil: key('string', null, false, false),
  RxCoil: key('string', null, false, false),
  SequenceName: key('string', null, false, false),
  ProtocolName: key('string', null, false, false),
  PatientPosition: key('string', null, false, false),
  PatientName: key('string', null, true, false),
  PatientID: key('string', null, true, false),
  PatientWeight: key('number', 'kg', false, false),
  PatientDoB: key('string', null, true, false),
  PatientSex: key('string', null, false, false),
  ConversionMethod: key('string', null, false, false),
  ConversionTime: key('string', null, false, false),
  OriginalFile: key('string[]', null, true, false),
  kSpace: key('boolean[]', null, false, false),
  EditCondition: key('string[]', null, false, false),
  EditPulse: key('object', null, false, false),
  ProcessingApplied: key('object[]', null, false, false),
};
