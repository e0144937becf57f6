// GE P-files (.7): raw spectroscopy data behind a header whose layout depends on its revision. The sign convention is
// NIfTI-MRS's own, so nothing is conjugated (compared with spec2nii 0.8.15 on real files of revision 9).
import type { ComplexArray } from '../../domain/complexArray.ts';
import { ReaderError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { AcquisitionInfo, Affine, HigherDimension, MrsDataset, PatientInfo } from '../../domain/mrsDataset.ts';
import { UNKNOWN_ACQUISITION, UNKNOWN_PATIENT } from '../../domain/mrsDataset.ts';
import type { Warning } from '../../domain/provenance.ts';
import { implausibleTimes } from '../niftiMrsHeader.ts';
import type { ReadOptions } from '../readOptions.ts';
import {
  checkSequence,
  FrameReader,
  frameTable,
  isEditing,
  planFrames,
  readFrames,
  signsAlternate,
} from './pfileFrames.ts';
import type { FramePlan, FrameTable } from './pfileFrames.ts';
import { gridAffine, gridOf, singleVoxelAffine } from './pfileGeometry.ts';
import { readGrid } from './pfileGrid.ts';
import type { PfileHeader } from './pfileHeader.ts';
import { pfileRevision, readPfileHeader } from './pfileHeader.ts';

/** Header of the smallest revision read (7). [bytes] */
const SMALLEST_HEADER_BYTES = 39984;
/** Most receivers a header may claim. */
const MAX_COILS = 512;
/** Gyromagnetic ratios. [MHz/T] CODATA 2018 and IUPAC 2001 tables. */
const GYROMAGNETIC_RATIOS: readonly (readonly [string, number])[] = [
  ['1H', 42.577],
  ['19F', 40.052],
  ['31P', 17.235],
  ['7Li', 16.546],
  ['129Xe', 11.777],
  ['23Na', 11.262],
  ['13C', 10.708],
  ['2H', 6.536],
];
/** Field strengths are nominal (1.5 T for 1.4936 T): how far the ratio may be off, as a part of itself. */
const RATIO_TOLERANCE = 0.02;
/** An editing pulse of the default length is marked with a number ≤ 0. [µs] (Gannet) */
const DEFAULT_EDIT_PULSE_US = 16000;

/** The scan and the water reference frames of the same file. */
export interface PfileScan {
  readonly dataset: MrsDataset;
  readonly water: MrsDataset | null;
}

/** @returns whether the bytes can be a P-file: a header revision first, room for a header, times that make sense */
export function isPfile(bytes: Uint8Array): boolean {
  if (bytes.length < SMALLEST_HEADER_BYTES || pfileRevision(bytes) === null) return false;
  try {
    const header = readPfileHeader(bytes, '');
    return (
      [2, 4].includes(header.pointSize) &&
      header.frameSize > 0 &&
      header.coilCount > 0 &&
      header.centreFrequencyMHz > 1 &&
      header.dataStart <= bytes.length
    );
  } catch {
    return false;
  }
}

/** Refuses a header that describes no data, and settles the frame's length where two fields differ. */
function checkedHeader(header: PfileHeader, fileName: string, warnings: Warning[]): PfileHeader {
  const { pointSize, frameSize, coilCount, acquiredPoints } = header;
  if (!(pointSize === 2 || pointSize === 4) || frameSize < 1 || coilCount < 1 || coilCount > MAX_COILS) {
    throw new ReaderError(
      'DIMENSIONS_ABSURD',
      `${fileName} claims ${coilCount} receivers and frames of ${frameSize} points of ${pointSize} bytes.`,
    );
  }
  if (!(header.spectralWidthHz > 0) || !(header.centreFrequencyMHz > 0)) {
    throw new ReaderError('HEADER_MISSING', `${fileName} does not give its spectral width or centre frequency.`);
  }
  if (acquiredPoints < 1 || acquiredPoints === frameSize) return header;
  const passBytes = (points: number): number =>
    coilCount * Math.max(1, header.echoCount) * header.acquiredRows * points * 2 * pointSize;
  const points = passBytes(acquiredPoints) === header.passBytes ? acquiredPoints : frameSize;
  warnings.push({
    code: 'points-assumed',
    message: `The header gives ${frameSize} and ${acquiredPoints} points for a frame; ${points} were taken.`,
  });
  return { ...header, frameSize: points };
}

function nucleusOf(header: PfileHeader, options: ReadOptions, warnings: Warning[]): string {
  const ratio = header.centreFrequencyMHz / header.fieldStrengthT;
  const found = GYROMAGNETIC_RATIOS.find(([, known]) => Math.abs(ratio / known - 1) < RATIO_TOLERANCE);
  if (found !== undefined) return found[0];
  const nucleus = options.nucleus ?? '1H';
  warnings.push({
    code: 'nucleus-assumed',
    message: `The header's field strength of ${header.fieldStrengthT} T does not tell the nucleus; ${nucleus} is assumed.`,
  });
  return nucleus;
}

const textOrNull = (text: string): string | null => (text === '' ? null : text);
const secondsOf = (us: number): number | null => (us > 0 ? us / 1e6 : null);

/** "06/16/105" (year since 1900) and "17:51" → "2005-06-16T17:51". */
function acquiredAt({ scanDate, scanTime }: PfileHeader): string | null {
  const date = /^(\d{1,2})\/(\d{1,2})\/(\d{2,3})$/.exec(scanDate);
  if (date === null) return null;
  const [month, day, year] = date.slice(1).map(Number) as [number, number, number];
  const day2 = `${1900 + year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
  return /^\d{2}:\d{2}/.test(scanTime) ? `${day2}T${scanTime}` : day2;
}

const acquisitionOf = (header: PfileHeader): AcquisitionInfo => ({
  ...UNKNOWN_ACQUISITION,
  echoTimeS: secondsOf(header.echoTimeUs),
  repetitionTimeS: secondsOf(header.repetitionTimeUs),
  inversionTimeS: secondsOf(header.inversionTimeUs),
  sequence: textOrNull(header.sequence),
  manufacturer: 'GE',
  scannerModel: textOrNull(header.systemId),
  acquiredAt: acquiredAt(header),
});

const patientOf = (header: PfileHeader): PatientInfo => ({
  ...UNKNOWN_PATIENT,
  name: textOrNull(header.patientName),
  id: textOrNull(header.patientId),
  sex: ['M', 'F'][header.patientSex - 1] ?? null,
  birthDate: textOrNull(header.birthDate),
});

/** Position codes of the series header: 1 supine, 2 prone; entry: 1 head first, 2 feet first. */
function patientPosition({ position, entry }: PfileHeader): string | null {
  const first = ['HF', 'FF'][entry - 1];
  const lying = ['S', 'P'][position - 1];
  return first === undefined || lying === undefined ? null : first + lying;
}

function headerOf(header: PfileHeader, waterSuppressed: boolean): JsonObject {
  const texts: Record<string, string | null> = {
    ProtocolName: textOrNull(header.protocol),
    PatientPosition: patientPosition(header),
    DeviceSerialNumber: textOrNull(header.serialNumber),
    SoftwareVersions: textOrNull(header.software),
    InstitutionName: textOrNull(header.hospital),
    RxCoil: textOrNull(header.coil),
  };
  return {
    SpectralWidth: header.spectralWidthHz,
    WaterSuppressed: waterSuppressed,
    ...(header.flipAngleDeg > 0 ? { ExcitationFlipAngle: header.flipAngleDeg } : {}),
    ...Object.fromEntries(Object.entries(texts).filter(([, text]) => text !== null)),
    GePfileRevision: { Value: header.revision, Description: 'Revision of the GE P-file header' },
    GeExcitationsPerFrame: { Value: header.navs, Description: 'GE navs: excitations summed in one frame' },
  };
}

/** Conditions of an edited scan: the editing pulses' offsets are in the header, which of them is ON is not. */
function editHeader(header: PfileHeader, conditions: number): { dimension: HigherDimension; pulses: JsonObject } {
  const names = Array.from({ length: conditions }, (_, i) => String.fromCharCode(65 + i));
  const offsetsHz = [20, 21].map((i) => header.imageUser[i] as number);
  const dimension: HigherDimension = {
    tag: 'DIM_EDIT',
    info: 'Editing conditions in the order stored; which is ON is not recorded',
    header: { EditCondition: names },
  };
  if (conditions !== 2 || offsetsHz.every((f) => f === 0) || !offsetsHz.every(Number.isFinite)) {
    return { dimension, pulses: {} };
  }
  const lengthUs = header.imageUser[22] as number;
  const durationS = (lengthUs > 0 ? lengthUs : DEFAULT_EDIT_PULSE_US) / 1e6;
  const pulses = Object.fromEntries(
    names.map((name, i) => [
      name,
      { PulseOffset: (offsetsHz[i] as number) / header.centreFrequencyMHz, PulseDuration: durationS },
    ]),
  );
  return { dimension, pulses: { EditPulse: pulses } };
}

interface Common {
  readonly header: PfileHeader;
  readonly nucleus: string;
  readonly affine: Affine | null;
}

function datasetOf(
  { header, nucleus, affine }: Common,
  data: ComplexArray,
  dimensions: readonly HigherDimension[],
  further: JsonObject,
  waterSuppressed: boolean,
  warnings: readonly Warning[],
): MrsDataset {
  const acquisition = acquisitionOf(header);
  return {
    data,
    dimensions,
    dwellTimeS: 1 / header.spectralWidthHz,
    spectrometerFrequencyMHz: header.centreFrequencyMHz,
    nucleus,
    acquisition,
    patient: patientOf(header),
    affine,
    format: 'ge-pfile',
    header: { ...headerOf(header, waterSuppressed), ...further },
    provenance: [],
    warnings: [...warnings, ...implausibleTimes(acquisition)],
  };
}

const plain = (tag: HigherDimension['tag'], info: string | null = null): HigherDimension => ({
  tag,
  info,
  header: null,
});

/** Drops axes of length 1 among coils, transients and conditions, and names the rest. */
function namedAxes(
  header: PfileHeader,
  data: ComplexArray,
): { data: ComplexArray; dimensions: HigherDimension[]; further: JsonObject } {
  const [coils, transients, conditions, points] = data.shape as [number, number, number, number];
  const dimensions: HigherDimension[] = [];
  let further: JsonObject = {};
  if (coils > 1) dimensions.push(plain('DIM_COIL'));
  if (transients > 1) dimensions.push(plain('DIM_DYN'));
  if (conditions > 1 && isEditing(header)) {
    const edit = editHeader(header, conditions);
    dimensions.push(edit.dimension);
    further = edit.pulses;
  } else if (conditions > 1) {
    dimensions.push(plain('DIM_USER_0', 'Echoes as the file numbers them'));
  }
  const lengths = [coils, transients, conditions].filter((n) => n > 1);
  return { data: { ...data, shape: [1, 1, 1, ...lengths, points] }, dimensions, further };
}

function seriesWarnings(header: PfileHeader, table: FrameTable, data: ComplexArray, water: boolean): Warning[] {
  const warnings: Warning[] = [];
  const what = water ? 'water reference frames' : 'transients';
  if (signsAlternate(data)) {
    warnings.push({
      code: 'signs-alternate',
      message: `Neighbouring ${what} have opposite signs: the header did not tell how the receiver's phase was toggled.`,
    });
  }
  if (isEditing(header) && table.conditions > 1) {
    warnings.push({
      code: 'edit-order-unknown',
      message: 'The file does not say which editing condition is ON and which OFF; they are kept in the order stored.',
    });
  }
  if (isEditing(header) && table.conditions === 1 && header.imageUser[19] !== 0) {
    warnings.push({
      code: 'edit-conditions-uneven',
      message: `The ${table.transients} ${what} of this edited scan do not divide into two conditions; they are one series.`,
    });
  }
  if (!isEditing(header) && table.conditions > 1) {
    warnings.push({
      code: 'echoes-unknown',
      message: `The file holds ${table.conditions} echoes of a sequence whose meaning of echoes is not known.`,
    });
  }
  if (isEditing(header)) {
    warnings.push({
      code: 'frame-scale-assumed',
      message:
        'Frames of this sequence were scaled by their number of excitations as Gannet does; the file gives no scale.',
    });
  }
  if (water && /slaser|probe-sl/i.test(header.sequence) && table.transients === 8) {
    warnings.push({
      code: 'water-references-mixed',
      message:
        'The 8 water reference frames of sLASER are of two kinds (for eddy currents and for scaling); they are kept as one series.',
    });
  }
  return warnings;
}

function readSeries(
  common: Common,
  reader: FrameReader,
  plan: FramePlan,
  water: boolean,
  warnings: readonly Warning[],
): MrsDataset {
  const table = frameTable(common.header, plan, water);
  const frames = readFrames(reader, common.header, plan, table);
  const { data, dimensions, further } = namedAxes(common.header, frames);
  return datasetOf(common, data, dimensions, further, !water, [
    ...warnings,
    ...seriesWarnings(common.header, table, frames, water),
  ]);
}

function readMrsi(
  common: Common,
  reader: FrameReader,
  bytes: Uint8Array,
  fileName: string,
  warnings: Warning[],
): PfileScan {
  const data = readGrid(reader, common.header, bytes.length, fileName);
  const [x, y, z, coils, transients, points] = data.shape as [number, number, number, number, number, number];
  const dimensions = [...(coils > 1 ? [plain('DIM_COIL')] : []), ...(transients > 1 ? [plain('DIM_DYN')] : [])];
  const lengths = [coils, transients].filter((n) => n > 1);
  warnings.push({
    code: 'geometry-unverified',
    message: "The order of this grid's phase-encoding steps was not checked on a real file; compare it with an image.",
  });
  const shaped = { ...data, shape: [x, y, z, ...lengths, points] };
  return { dataset: datasetOf(common, shaped, dimensions, {}, true, warnings), water: null };
}

/**
 * Reads a P-file: the water-suppressed frames, and the water reference frames as a dataset of their own.
 * @param fileName base name, for messages
 * @throws ReaderError FILE_EMPTY, FORMAT_INVALID, FILE_TRUNCATED, HEADER_MISSING, DIMENSIONS_ABSURD;
 *   UnsupportedDataError for a header revision that is not known
 */
export function readPfile(bytes: Uint8Array, fileName: string, options: ReadOptions = {}): PfileScan {
  const warnings: Warning[] = [];
  const header = checkedHeader(readPfileHeader(bytes, fileName), fileName, warnings);
  checkSequence(header, fileName, warnings);
  const nucleus = nucleusOf(header, options, warnings);
  const grid = gridOf(header);
  const isGrid = grid[0] * grid[1] * grid[2] > 1;
  const affine = isGrid ? gridAffine(header) : singleVoxelAffine(header);
  if (affine === null) {
    warnings.push({ code: 'geometry-missing', message: 'The P-file does not say fully where its voxel lies.' });
  }
  const reader = new FrameReader(bytes, header);
  const common = { header, nucleus, affine };
  if (isGrid) return readMrsi(common, reader, bytes, fileName, warnings);
  const plan = planFrames(header, bytes.length, fileName, warnings);
  if (plan.suppressed === 0) return { dataset: readSeries(common, reader, plan, true, warnings), water: null };
  return {
    dataset: readSeries(common, reader, plan, false, warnings),
    water: plan.references > 0 ? readSeries(common, reader, plan, true, warnings) : null,
  };
}
