// The protocol of a Siemens raw data file → the dataset's fields and NIfTI-MRS header keys.
import type { JsonObject } from '../../domain/json.ts';
import type { AcquisitionInfo, PatientInfo } from '../../domain/mrsDataset.ts';
import { UNKNOWN_ACQUISITION, UNKNOWN_PATIENT } from '../../domain/mrsDataset.ts';
import { putSaturationBands } from '../../domain/scanPlacement.ts';
import { wordTable } from '../../domain/wordTable.ts';
import { normaliseNucleus } from '../niftiMrsHeader.ts';
import type { Ascconv, XProtocol } from './protocolText.ts';
import { ascconvNumber, parseAscconv, parseXProtocol } from './protocolText.ts';
import { siemensSaturationBands } from './saturationBands.ts';
import { sequenceBaseName } from './twixSequences.ts';

/** A measurement's header, parsed. */
export interface TwixProtocol {
  readonly ascconv: Ascconv;
  /** Parameters of the XProtocol buffers: Dicom's before Meas's before Config's. */
  readonly parameters: readonly XProtocol[];
}

export function parseTwixProtocol(buffers: ReadonlyMap<string, string>): TwixProtocol {
  const own = parseAscconv(buffers.get('MeasYaps') ?? '');
  const ascconv = own.size > 0 ? own : parseAscconv(buffers.get('Phoenix') ?? '');
  const parameters = ['Dicom', 'Meas', 'Config'].map((name) => parseXProtocol(buffers.get(name) ?? ''));
  return { ascconv, parameters };
}

/** First value under any of the names, buffer by buffer. */
function parameter(protocol: TwixProtocol, ...names: readonly string[]): string | null {
  for (const values of protocol.parameters) {
    for (const name of names) {
      const value = values.get(name);
      if (value !== undefined) return value;
    }
  }
  return null;
}

function numberParameter(protocol: TwixProtocol, ...names: readonly string[]): number | null {
  const text = parameter(protocol, ...names);
  const value = text === null ? NaN : Number(text.split(' ')[0]);
  return Number.isFinite(value) ? value : null;
}

/** Path of the sequence's binary, e.g. "%SiemensSeq%\\svs_se". */
export function sequencePath(protocol: TwixProtocol): string {
  return (
    protocol.ascconv.get('tSequenceFileName') ?? parameter(protocol, 'tSequenceFileName', 'SequenceFileName') ?? ''
  );
}

const microseconds = (protocol: TwixProtocol, key: string): number | null => {
  const value = ascconvNumber(protocol.ascconv, key);
  return value === null || value <= 0 ? null : value / 1e6;
};

/** Samples' spacing as acquired. [s] */
export function dwellTimeS(protocol: TwixProtocol): number | null {
  const ns = ascconvNumber(protocol.ascconv, 'sRXSPEC.alDwellTime[0]');
  return ns === null || ns <= 0 ? null : ns / 1e9;
}

/** @returns MHz */
export function frequencyMHz(protocol: TwixProtocol): number | null {
  const hz =
    ascconvNumber(protocol.ascconv, 'sTXSPEC.asNucleusInfo[0].lFrequency') ??
    numberParameter(protocol, 'lFrequency', 'Frequency');
  return hz === null || hz <= 0 ? null : hz / 1e6;
}

export function nucleus(protocol: TwixProtocol): string | null {
  const text = protocol.ascconv.get('sTXSPEC.asNucleusInfo[0].tNucleus') ?? parameter(protocol, 'ResonantNucleus');
  return text === null || text === '' ? null : normaliseNucleus(text);
}

/** Ticks of the readouts' time stamp. [s] */
const TICK_S = 2.5e-3;

/**
 * Date and time of the first readout: the date is that of the frame of reference (its UID ends with when it was laid
 * down), the time that of the readout, unless it would lie before the frame of reference.
 */
function acquiredAt(frameOfReference: string | null, timeStamp: number): string | null {
  const match = /\.(20\d{2})(0[1-9]|1[0-2])([0-3]\d)([0-2]\d)([0-5]\d)([0-5]\d)\d*(?:\.0)+$/.exec(
    frameOfReference ?? '',
  );
  if (match === null) return null;
  const [, year, month, day, hour, minute, second] = match;
  const date = `${year}-${month}-${day}`;
  const seconds = Math.floor(timeStamp * TICK_S);
  const laidDown = Number(hour) * 3600 + Number(minute) * 60 + Number(second);
  if (seconds < laidDown || seconds >= 86400) return date;
  const two = (n: number): string => String(n).padStart(2, '0');
  return `${date}T${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}

const frameOfReference = (protocol: TwixProtocol): string | null =>
  parameter(protocol, 'tFrameOfReference', 'FrameOfReference');

/** @param timeStamp of the first readout, in ticks of 2.5 ms since midnight */
export function acquisitionInfo(protocol: TwixProtocol, timeStamp: number): AcquisitionInfo {
  const sequence = parameter(protocol, 'tSequenceString');
  const steam = /svs_st|steam/i.test(`${sequence ?? ''} ${sequenceBaseName(sequencePath(protocol))}`);
  return {
    ...UNKNOWN_ACQUISITION,
    echoTimeS: microseconds(protocol, 'alTE[0]'),
    repetitionTimeS: microseconds(protocol, 'alTR[0]'),
    // STEAM's mixing time stands in the first of the protocol's free delays.
    mixingTimeS: steam ? microseconds(protocol, 'alTD[0]') : null,
    inversionTimeS: microseconds(protocol, 'alTI[0]'),
    sequence: sequence ?? (sequenceBaseName(sequencePath(protocol)) || null),
    manufacturer: parameter(protocol, 'Manufacturer') ?? 'SIEMENS',
    scannerModel: parameter(protocol, 'ManufacturersModelName'),
    acquiredAt: acquiredAt(frameOfReference(protocol), timeStamp),
  };
}

const SEX: Readonly<Record<string, string>> = wordTable({ 1: 'M', 2: 'F', 3: 'O' });

export function patientInfo(protocol: TwixProtocol): PatientInfo {
  const birth = parameter(protocol, 'PatientBirthDay');
  const age = numberParameter(protocol, 'flPatientAge');
  const weight = numberParameter(protocol, 'flUsedPatientWeight');
  return {
    ...UNKNOWN_PATIENT,
    name: parameter(protocol, 'tPatientName', 'PatientName'),
    id: parameter(protocol, 'PatientID'),
    sex: SEX[parameter(protocol, 'lPatientSex', 'PatientSex') ?? ''] ?? null,
    birthDate: birth !== null && /^\d{8}$/.test(birth) ? birth : null,
    ageYears: age !== null && age > 0 ? age : null,
    weightKg: weight !== null && weight > 0 ? weight : null,
  };
}

const COIL_PREFIXES = ['sCoilSelectMeas.aRxCoilSelectData[0]', 'asCoilSelectMeas[0]'] as const;
const MAX_COIL_ELEMENTS = 256;

/** Receive coil and its elements as the protocol lists them. */
function coil(ascconv: Ascconv): { readonly id: string | null; readonly elements: readonly string[] } {
  for (const prefix of COIL_PREFIXES) {
    const id = ascconv.get(`${prefix}.asList[0].sCoilElementID.tCoilID`);
    if (id === undefined) continue;
    const elements: string[] = [];
    for (let i = 0; i < MAX_COIL_ELEMENTS; i++) {
      const element = ascconv.get(`${prefix}.asList[${i}].sCoilElementID.tElement`);
      if (element === undefined) break;
      elements.push(element);
    }
    return { id, elements };
  }
  return { id: null, elements: [] };
}

/** ucWaterSat values that mean unsuppressed water: none, and its pulses without power. Others can't be told apart. */
const NO_WATER_SUPPRESSION: ReadonlySet<number> = new Set([4, 64]);

/** NIfTI-MRS keys beyond the dataset's own fields. */
export function headerKeys(protocol: TwixProtocol): JsonObject {
  const { ascconv } = protocol;
  const header: JsonObject = {};
  const put = (key: string, value: string | number | null): void => {
    if (value !== null && value !== '') header[key] = value;
  };
  const user = (key: string, value: string | null, description: string): void => {
    if (value !== null && value !== '') header[key] = { Value: value, Description: description };
  };
  put('ExcitationFlipAngle', ascconvNumber(ascconv, 'adFlipAngleDegree[0]'));
  // A shift of zero isn't written to the protocol.
  put('TxOffset', ascconvNumber(ascconv, 'sSpecPara.dDeltaFrequency') ?? 0);
  const waterSat = ascconvNumber(ascconv, 'sPrepPulses.ucWaterSat');
  if (waterSat !== null && NO_WATER_SUPPRESSION.has(waterSat)) header['WaterSuppressed'] = false;
  put('DeviceSerialNumber', parameter(protocol, 'DeviceSerialNumber'));
  put('SoftwareVersions', parameter(protocol, 'SoftwareVersions'));
  put('InstitutionName', parameter(protocol, 'InstitutionName'));
  put('InstitutionAddress', parameter(protocol, 'InstitutionAddress'));
  put('TxCoil', parameter(protocol, 'TransmittingCoil'));
  const { id, elements } = coil(ascconv);
  put('RxCoil', id);
  put('ProtocolName', parameter(protocol, 'tProtocolName', 'ProtocolName'));
  put('PatientPosition', parameter(protocol, 'tPatientPosition', 'PatientPosition'));
  user('PulseSequenceFile', sequencePath(protocol), 'Path of the sequence’s binary');
  user('IceProgramFile', parameter(protocol, 'tICEProgramName'), 'Path of the reconstruction program');
  putSaturationBands(header, siemensSaturationBands(ascconv));
  user('FrameOfReferenceUID', frameOfReference(protocol), 'Frame of reference of the scanner coordinates');
  if (elements.length > 0) {
    header['CoilElements'] = { Value: [...elements], Description: 'Receive coil elements as the protocol lists them' };
  }
  return header;
}
