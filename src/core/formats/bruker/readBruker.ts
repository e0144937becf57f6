// Bruker ParaVision 5 to 360: raw or reconstructed spectroscopy with the parameter files of its folder. Raw FIDs have the
// sign opposite to NIfTI-MRS's (spec2nii 0.8.15 and FID-A agree): conjugated here, once. Not yet seen on a real file.
import type { DoubleArray } from '../../domain/complexArray.ts';
import { ReaderError, UnsupportedDataError } from '../../domain/errors.ts';
import { foundWord } from '../../domain/foundWord.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { AcquisitionInfo, HigherDimension, MrsDataset } from '../../domain/mrsDataset.ts';
import { UNKNOWN_ACQUISITION, UNKNOWN_PATIENT } from '../../domain/mrsDataset.ts';
import type { Warning } from '../../domain/provenance.ts';
import { implausibleTimes, normaliseNucleus } from '../niftiMrsHeader.ts';
import type { ReadOptions } from '../readOptions.ts';
import type { FidKind } from './brukerFids.ts';
import { readBrukerFids, scanJob } from './brukerFids.ts';
import { brukerGridAffine, brukerVoxelAffine } from './brukerGeometry.ts';
import { readBrukerImages } from './brukerImages.ts';
import { BrukerParameters, isBrukerParameters } from './jcampParameters.ts';

/** A parameter file (acqp, method, visu_pars, acqus) of the scan's folder. */
export interface BrukerCompanion {
  readonly name: string;
  readonly bytes: Uint8Array;
}

type DataKind = FidKind | '2dseq';

/** Two dwell times of one scan that differ by more than this part are worth a warning. */
const DWELL_TOLERANCE = 1e-3;

function kindOf(fileName: string): DataKind | null {
  const name = fileName.replace(/^.*[\\/]/, '').toLowerCase();
  if (name === 'fid' || name === 'fid.refscan' || name === 'fid_proc.64' || name === '2dseq') return name;
  return name === 'rawdata.job0' ? 'rawdata' : null;
}

/** Bruker's data files are bare numbers: their fixed name and a parameter file beside them tell. */
export function isBrukerData(fileName: string, companions: readonly BrukerCompanion[]): boolean {
  return kindOf(fileName) !== null && companions.some((file) => isBrukerParameters(file.bytes));
}

const milliseconds = (value: number | null): number | null => (value === null || value <= 0 ? null : value / 1000);

function acquisitionOf(parameters: BrukerParameters): AcquisitionInfo {
  const first = (...keys: string[]): number | null =>
    keys.map((key) => parameters.number(key)).find((value) => value !== null) ?? null;
  const time = parameters.text('ACQ_time') ?? parameters.text('VisuAcqDate');
  return {
    ...UNKNOWN_ACQUISITION,
    echoTimeS: milliseconds(first('PVM_EchoTime', 'EchoTime', 'VisuAcqEchoTime')),
    repetitionTimeS: milliseconds(first('PVM_RepetitionTime', 'VisuAcqRepetitionTime')),
    mixingTimeS: milliseconds(first('StTM', 'MixingTime', 'PVM_MixingTime')),
    inversionTimeS: milliseconds(first('PVM_InversionTime', 'VisuAcqInversionTime')),
    sequence: parameters.text('Method') ?? parameters.text('VisuAcqSequenceName') ?? parameters.text('PULPROG'),
    manufacturer: 'Bruker',
    scannerModel: parameters.text('ACQ_station') ?? parameters.text('VisuStation'),
    acquiredAt: time === null ? null : (/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}/.exec(time)?.[0] ?? null),
  };
}

function headerOf(parameters: BrukerParameters, water: boolean): JsonObject {
  const suppression = parameters.text('PVM_WsOnOff');
  const texts: Record<string, string | null> = {
    ProtocolName:
      parameters.text('ACQ_scan_name') ??
      parameters.text('ACQ_protocol_name') ??
      parameters.text('VisuAcquisitionProtocol'),
    SoftwareVersions: parameters.text('ACQ_sw_version') ?? parameters.text('VisuAcqSoftwareVersion'),
    InstitutionName: parameters.text('ACQ_institution') ?? parameters.text('VisuInstitution'),
    WaterSuppressionType: suppression === 'On' && !water ? parameters.text('PVM_WsMode') : null,
  };
  const averages = parameters.number('PVM_NAverages');
  const flipAngle = parameters.number('ACQ_flip_angle');
  return {
    ...Object.fromEntries(Object.entries(texts).filter(([, text]) => text !== null)),
    ...(suppression === null && !water ? {} : { WaterSuppressed: suppression === 'On' && !water }),
    ...(flipAngle === null || !(flipAngle > 0) ? {} : { ExcitationFlipAngle: flipAngle }),
    ...(averages === null
      ? {}
      : { BrukerAverages: { Value: averages, Description: 'PVM_NAverages: excitations averaged in a repetition' } }),
  };
}

/** Spectral width that the acquisition used; the method's own is the fallback. [Hz] */
function spectralWidth(parameters: BrukerParameters, kind: DataKind, fileName: string, warnings: Warning[]): number {
  const job = scanJob(parameters)[5] ?? null;
  const bandwidth = parameters.number('VisuAcqPixelBandwidth');
  const visu = bandwidth === null ? null : bandwidth * (parameters.number('VisuCoreSize') ?? NaN);
  const method = parameters.number('PVM_SpecSWH') ?? parameters.number('PVM_DigSw');
  const candidates = kind === '2dseq' ? [visu, method] : [parameters.number('SW_h'), job, method];
  const width = candidates.find((value) => value !== null && value > 0 && Number.isFinite(value));
  if (width === undefined || width === null) {
    throw new ReaderError(
      'HEADER_MISSING',
      `The parameter files of ${fileName} give no spectral width (SW_h, ACQ_jobs, PVM_SpecSWH or VisuAcqPixelBandwidth).`,
    );
  }
  if (method !== null && Math.abs(method / width - 1) > DWELL_TOLERANCE) {
    warnings.push({
      code: 'dwell-time-doubtful',
      message: `The parameter files give spectral widths of ${width} Hz and ${method} Hz; the first was taken.`,
    });
  }
  return width;
}

function frequencyOf(parameters: BrukerParameters, kind: DataKind, options: ReadOptions, fileName: string): number {
  const keys = kind === '2dseq' ? ['VisuAcqImagingFrequency', 'BF1', 'SFO1'] : ['BF1', 'PVM_FrqRef', 'SFO1'];
  const found = keys.map((key) => parameters.number(key)).find((value) => value !== null && value > 0);
  const frequency = found ?? options.spectrometerFrequencyMHz;
  if (frequency !== undefined && frequency !== null) return frequency;
  throw new ReaderError(
    'HEADER_MISSING',
    `The parameter files of ${fileName} give no spectrometer frequency (BF1, PVM_FrqRef or SFO1).`,
  );
}

/**
 * Conjugates, and moves the working frequency's zero to the reference frequency's: FIDs are received at PVM_FrqWork,
 * which lies PVM_FrqWorkOffsetPpm from PVM_FrqRef.
 */
function toReference(data: DoubleArray, offsetHz: number, dwellTimeS: number): void {
  const points = data.shape[data.shape.length - 1] as number;
  for (let i = 0; i < data.re.length; i++) {
    const phase = -2 * Math.PI * offsetHz * (i % points) * dwellTimeS;
    const [c, s] = [Math.cos(phase), Math.sin(phase)];
    const [re, im] = [data.re[i] as number, -(data.im[i] as number)];
    data.re[i] = re * c - im * s;
    data.im[i] = re * s + im * c + 0;
  }
}

/** Distance of the working from the reference frequency. [Hz] */
function workOffsetHz(parameters: BrukerParameters, kind: DataKind): number {
  // The reference scan is received at the reference frequency itself.
  if (kind === 'fid.refscan') return 0;
  return (
    (parameters.number('PVM_FrqWorkOffsetPpm') ?? 0) *
    (parameters.number('PVM_FrqRef') ?? parameters.number('BF1') ?? 0)
  );
}

const named = (tag: HigherDimension['tag'], info: string | null = null): HigherDimension => ({
  tag,
  info,
  header: null,
});

interface Signals {
  readonly data: DoubleArray;
  readonly dimensions: HigherDimension[];
  readonly header: JsonObject;
}

function rawSignals(
  bytes: Uint8Array,
  kind: FidKind,
  parameters: BrukerParameters,
  fileName: string,
  dwellTimeS: number,
  warnings: Warning[],
): Signals {
  const described = parameters.words('ACQ_dim_desc');
  if (described.includes('Spatial') || (described.length > 0 && described[0] !== 'Spectroscopic')) {
    throw new UnsupportedDataError(
      'UNSUPPORTED',
      `${fileName} is raw ${described.slice(0, 3).map(foundWord).join(' × ')} data, which are not reconstructed here; give the 2dseq file instead.`,
    );
  }
  const { data, droppedPoints } = readBrukerFids(bytes, kind, parameters, fileName, warnings);
  const offsetHz = workOffsetHz(parameters, kind);
  toReference(data, offsetHz, dwellTimeS);
  if (offsetHz !== 0) {
    warnings.push({
      code: 'frequency-offset-applied',
      message: `The scan was received ${offsetHz.toFixed(1)} Hz from the reference frequency; its zero was moved there.`,
    });
  }
  const [channels, scans, points] = data.shape as [number, number, number];
  const averages = parameters.number('PVM_NAverages') ?? 1;
  const info = kind === 'rawdata' && averages > 1 ? `Averages 1 to ${averages} of each repetition in turn` : null;
  return {
    data: { ...data, shape: [1, 1, 1, ...[channels, scans].filter((n) => n > 1), points] },
    dimensions: [...(channels > 1 ? [named('DIM_COIL')] : []), ...(scans > 1 ? [named('DIM_DYN', info)] : [])],
    header: {
      TxOffset: parameters.number('PVM_FrqWorkOffsetPpm') ?? 0,
      BrukerGroupDelayPoints: { Value: droppedPoints, Description: "Points of the digital filter's delay left out" },
    },
  };
}

function imageSignals(bytes: Uint8Array, parameters: BrukerParameters, fileName: string, warnings: Warning[]): Signals {
  const { data } = readBrukerImages(bytes, parameters, fileName, warnings);
  const [x, y, z, frames, points] = data.shape as [number, number, number, number, number];
  return {
    data: { ...data, shape: [x, y, z, ...(frames > 1 ? [frames] : []), points] },
    dimensions: frames > 1 ? [named('DIM_USER_0', 'Frames as ParaVision orders them')] : [],
    header: {},
  };
}

/**
 * Reads one Bruker scan.
 * @param bytes the data file: fid, fid.refscan, fid_proc.64, rawdata.job0 or 2dseq
 * @param fileName its base name, which says which of them it is
 * @param companions parameter files of its folder and of the folder above: acqp, method, visu_pars, acqus
 * @throws ReaderError FILE_EMPTY, FORMAT_INVALID, HEADER_MISSING, FILE_TRUNCATED, DIMENSIONS_ABSURD;
 *   UnsupportedDataError for raw MRSI, images and unknown words
 */
export function readBruker(
  bytes: Uint8Array,
  fileName: string,
  companions: readonly BrukerCompanion[],
  options: ReadOptions = {},
): MrsDataset {
  if (bytes.length === 0) throw new ReaderError('FILE_EMPTY', `${fileName} is empty.`);
  const kind = kindOf(fileName);
  if (kind === null) {
    throw new ReaderError(
      'FORMAT_INVALID',
      `${fileName} is none of Bruker's data files (fid, rawdata.job0, 2dseq, …).`,
    );
  }
  const parameters = new BrukerParameters();
  companions.filter((file) => isBrukerParameters(file.bytes)).forEach((file) => parameters.add(file.bytes));
  const needed = kind === '2dseq' ? 'VisuCoreSize' : 'PVM_SpecSWH';
  if (!parameters.has(needed) && !parameters.has('SW_h')) {
    const files = kind === '2dseq' ? 'visu_pars' : 'acqp and method';
    throw new ReaderError(
      'HEADER_MISSING',
      `${fileName} needs its parameter files (${files}), and they are not there.`,
    );
  }
  const warnings: Warning[] = [];
  const dwellTimeS = 1 / spectralWidth(parameters, kind, fileName, warnings);
  const spectrometerFrequencyMHz = frequencyOf(parameters, kind, options, fileName);
  const { data, dimensions, header } =
    kind === '2dseq'
      ? imageSignals(bytes, parameters, fileName, warnings)
      : rawSignals(bytes, kind, parameters, fileName, dwellTimeS, warnings);
  const [x, y, z] = data.shape as [number, number, number];
  const affine =
    x * y * z > 1 ? brukerGridAffine(parameters, [x, y, z], warnings) : brukerVoxelAffine(parameters, warnings);
  const acquisition = acquisitionOf(parameters);
  const nucleus =
    parameters.text('NUCLEUS') ?? parameters.text('PVM_Nucleus1') ?? parameters.text('VisuAcqImagedNucleus');
  return {
    data,
    dimensions,
    dwellTimeS,
    spectrometerFrequencyMHz,
    nucleus: normaliseNucleus(nucleus ?? options.nucleus ?? '1H'),
    acquisition,
    patient: {
      ...UNKNOWN_PATIENT,
      name: parameters.text('SUBJECT_name_string') ?? parameters.text('VisuSubjectName'),
      id: parameters.text('SUBJECT_id') ?? parameters.text('VisuSubjectId'),
    },
    affine,
    format: 'bruker',
    header: { SpectralWidth: 1 / dwellTimeS, ...headerOf(parameters, kind === 'fid.refscan'), ...header },
    provenance: [],
    warnings: [...warnings, ...implausibleTimes(acquisition)],
  };
}
