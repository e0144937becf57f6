// Siemens .rda: a text header (">>> Begin of header <<<", "Key: value" lines), then little-endian doubles re, im.
// The sign is NIfTI-MRS's own. Key meanings checked on real single-voxel files; MRSI order and half-voxel shift as
// spec2nii has them.
import type { ComplexArray } from '../../domain/complexArray.ts';
import { zeros } from '../../domain/complexArray.ts';
import { ReaderError } from '../../domain/errors.ts';
import type { Affine, MrsDataset } from '../../domain/mrsDataset.ts';
import { UNKNOWN_ACQUISITION, UNKNOWN_PATIENT } from '../../domain/mrsDataset.ts';
import type { AcquisitionInfo, PatientInfo } from '../../domain/mrsDataset.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { Warning } from '../../domain/provenance.ts';
import { latin1Text } from '../../math/fortranText.ts';
import { implausibleTimes, normaliseNucleus } from '../niftiMrsHeader.ts';
import type { ReadOptions } from '../readOptions.ts';
import type { ImagePlane, Vector3 } from './imagePlaneAffine.ts';
import { cross, imagePlaneAffine } from './imagePlaneAffine.ts';
import { protocolText } from './protocolText.ts';

const BEGIN = '>>> Begin of header <<<';
const END = '>>> End of header <<<';
/** Longest header taken; real ones have 2 KB. [bytes] */
const MAX_HEADER_BYTES = 2 ** 18;
/** How far row × column may be from a unit vector; the header's six decimals allow 1e-5. */
const PLANE_TOLERANCE = 1e-3;
/** Longest voxel edge and farthest position taken; beyond, the header is damaged. [mm] */
const MAX_LENGTH_MM = 20_000;
/** Most samples a header may claim. */
const MAX_SAMPLES = 2 ** 26;

/** Whether a file is a Siemens .rda (R's data files have the same suffix, and not this content). */
export function isRda(bytes: Uint8Array): boolean {
  return latin1Text(bytes.subarray(0, 64)).includes(BEGIN);
}

interface RdaHeader {
  readonly fileName: string;
  readonly values: ReadonlyMap<string, string>;
  /** First byte of the data. */
  readonly dataStart: number;
}

function parseHeader(bytes: Uint8Array, fileName: string): RdaHeader {
  if (bytes.length === 0) throw new ReaderError('FILE_EMPTY', `${fileName} is empty.`);
  if (!isRda(bytes)) throw new ReaderError('FORMAT_INVALID', `${fileName} doesn't begin as a Siemens .rda file does.`);
  const end = latin1Text(bytes.subarray(0, MAX_HEADER_BYTES)).indexOf(END);
  if (end < 0) throw new ReaderError('FILE_TRUNCATED', `${fileName} is cut short: its header has no end mark.`);
  const values = new Map<string, string>();
  for (const line of protocolText(bytes.subarray(0, end)).split(/\r?\n/)) {
    const colon = line.indexOf(':');
    if (colon > 0 && !values.has(line.slice(0, colon))) values.set(line.slice(0, colon), line.slice(colon + 1).trim());
  }
  let dataStart = end + END.length;
  while (bytes[dataStart] === 0x20) dataStart++;
  if (bytes[dataStart] === 0x0d) dataStart++;
  if (bytes[dataStart] === 0x0a) dataStart++;
  return { fileName, values, dataStart };
}

function text(header: RdaHeader, ...keys: readonly string[]): string | null {
  for (const key of keys) {
    const value = header.values.get(key);
    if (value !== undefined && value !== '') return value;
  }
  return null;
}

/** Some exports write the decimal comma of the console's language. */
function number(header: RdaHeader, ...keys: readonly string[]): number | null {
  const value = Number((text(header, ...keys) ?? 'none').replace(',', '.'));
  return Number.isFinite(value) ? value : null;
}

function required(header: RdaHeader, key: string): number {
  const value = number(header, key);
  if (value === null || !(value > 0)) {
    throw new ReaderError('HEADER_MISSING', `${header.fileName} does not give ${key}, which an .rda file must.`);
  }
  return value;
}

const seconds = (ms: number | null): number | null => (ms === null || ms <= 0 ? null : ms / 1000);

function triple(header: RdaHeader, keys: readonly [string, string, string]): Vector3 | null {
  const values = keys.map((key) => number(header, key));
  return values.some((v) => v === null) ? null : (values as unknown as Vector3);
}

const indexed = (key: string): [string, string, string] => [`${key}[0]`, `${key}[1]`, `${key}[2]`];

/** Grid of the file: columns, rows, slices; 1 each for a single voxel. */
function gridSize(header: RdaHeader, points: number): Vector3 {
  const size = (triple(header, indexed('CSIMatrixSize')) ?? [1, 1, 1]).map((n) => (n === 0 ? 1 : n));
  const total = size.reduce((product, n) => product * n, points);
  if (size.some((n) => !Number.isInteger(n) || n < 1) || !Number.isInteger(points) || total > MAX_SAMPLES) {
    throw new ReaderError(
      'DIMENSIONS_ABSURD',
      `${header.fileName} claims ${size.join(' × ')} voxels of ${points} points, which can't be.`,
    );
  }
  return size as unknown as Vector3;
}

/** Whether slices that follow row × column would run against the main axis' direction, as DICOM stacks are told. */
function runsBackwards(row: Vector3, column: Vector3): boolean {
  const normal = cross(row, column);
  const largest = [0, 1, 2].reduce((a, b) => (Math.abs(normal[b] as number) >= Math.abs(normal[a] as number) ? b : a));
  return (normal[largest] as number) < 0;
}

function readAffine(header: RdaHeader, size: Vector3, warnings: Warning[]): Affine | null {
  const row = triple(header, indexed('RowVector'));
  const column = triple(header, indexed('ColumnVector'));
  const corner = triple(header, indexed('PositionVector'));
  const centre = triple(header, ['VOIPositionSag', 'VOIPositionCor', 'VOIPositionTra']);
  const isGrid = size[0] * size[1] * size[2] > 1;
  const position = isGrid ? corner : (centre ?? corner);
  // As in DICOM, "PixelSpacingRow" is the distance between rows.
  const thickness = size[2] > 1 ? number(header, 'PixelSpacing3D', 'SliceThickness') : number(header, 'SliceThickness');
  const spacing = [number(header, 'PixelSpacingCol'), number(header, 'PixelSpacingRow'), thickness];
  if (row === null || column === null || position === null || spacing.some((v) => v === null || !(v > 0))) {
    warnings.push({ code: 'geometry-missing', message: 'The header does not say fully where the voxel lies.' });
    return null;
  }
  const unitPlane = Math.abs(Math.hypot(...cross(row, column)) - 1) < PLANE_TOLERANCE;
  if (!unitPlane || [...position, ...spacing].some((v) => Math.abs(v as number) > MAX_LENGTH_MM)) {
    const message = 'The header’s voxel lies nowhere possible: its directions are no plane, or its lengths absurd.';
    warnings.push({ code: 'geometry-invalid', message });
    return null;
  }
  const plane: ImagePlane = { row, column, position, sizeMm: spacing as unknown as Vector3 };
  // PositionVector is the corner of the first voxel; VOIPosition is the voxel's centre.
  if (isGrid || centre === null) {
    return imagePlaneAffine({
      ...plane,
      centreShift: [0.5, 0.5, 0],
      flipNormal: size[2] > 1 && runsBackwards(row, column),
    });
  }
  return imagePlaneAffine(plane);
}

/** Doubles of the file, columns fastest, → [x, y, z, points]. */
function decode(bytes: Uint8Array, header: RdaHeader, size: Vector3, points: number): ComplexArray {
  const [nx, ny, nz] = size;
  const expected = 16 * points * nx * ny * nz;
  const found = bytes.length - header.dataStart;
  if (found < expected) {
    throw new ReaderError(
      'FILE_TRUNCATED',
      `${header.fileName} is cut short: its header promises ${expected} bytes of data, ${found} are there.`,
      { expectedBytes: expected, foundBytes: found },
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset + header.dataStart, expected);
  const data = zeros([nx, ny, nz, points]);
  for (let voxel = 0; voxel < nx * ny * nz; voxel++) {
    const [x, y, z] = [voxel % nx, Math.floor(voxel / nx) % ny, Math.floor(voxel / (nx * ny))];
    const to = ((x * ny + y) * nz + z) * points;
    for (let i = 0; i < points; i++) {
      const at = 16 * (voxel * points + i);
      data.re[to + i] = view.getFloat64(at, true);
      data.im[to + i] = view.getFloat64(at + 8, true);
    }
  }
  return data;
}

/** "20190116", "074649.250000" → "2019-01-16T07:46:49". */
function isoTime(date: string | null, time: string | null): string | null {
  const day = /^(\d{4})(\d{2})(\d{2})$/.exec(date ?? '');
  if (day === null) return null;
  const clock = /^(\d{2})(\d{2})(\d{2})/.exec(time ?? '');
  const iso = `${day[1]}-${day[2]}-${day[3]}`;
  return clock === null ? iso : `${iso}T${clock[1]}:${clock[2]}:${clock[3]}`;
}

/** DICOM age string, "036Y" or "007M" → years. */
function ageYears(age: string | null): number | null {
  const match = /^(\d{3})([DWMY])$/.exec(age ?? '');
  if (match === null) return null;
  const perYear = { D: 365.25, W: 52.18, M: 12, Y: 1 }[match[2] as 'D' | 'W' | 'M' | 'Y'];
  return Number(match[1]) / perYear;
}

function acquisitionInfo(header: RdaHeader): AcquisitionInfo {
  return {
    ...UNKNOWN_ACQUISITION,
    echoTimeS: seconds(number(header, 'TE')),
    repetitionTimeS: seconds(number(header, 'TR')),
    mixingTimeS: seconds(number(header, 'TM')),
    inversionTimeS: seconds(number(header, 'TI')),
    sequence: text(header, 'SequenceName'),
    manufacturer: 'Siemens',
    scannerModel: text(header, 'ModelName'),
    acquiredAt: isoTime(text(header, 'SeriesDate', 'InstanceDate'), text(header, 'SeriesTime', 'InstanceTime')),
  };
}

function patientInfo(header: RdaHeader): PatientInfo {
  const weight = number(header, 'PatientWeight');
  return {
    ...UNKNOWN_PATIENT,
    name: text(header, 'PatientName'),
    id: text(header, 'PatientID'),
    sex: text(header, 'PatientSex'),
    birthDate: text(header, 'PatientBirthDate'),
    ageYears: ageYears(text(header, 'PatientAge')),
    weightKg: weight !== null && weight > 0 ? weight : null,
  };
}

/** Standard NIfTI-MRS key → the .rda key it comes from. */
const STANDARD_TEXT: readonly (readonly [string, string])[] = [
  ['DeviceSerialNumber', 'DeviceSerialNumber'],
  ['SoftwareVersions', 'SoftwareVersion[0]'],
  ['InstitutionName', 'InstitutionName'],
  ['TxCoil', 'TransmitCoil'],
  ['ProtocolName', 'ProtocolName'],
  ['PatientPosition', 'PatientPosition'],
];

function headerKeys(header: RdaHeader): JsonObject {
  const keys: JsonObject = {};
  for (const [standard, key] of STANDARD_TEXT) {
    const value = text(header, key);
    if (value !== null) keys[standard] = value;
  }
  const flip = number(header, 'FlipAngle');
  if (flip !== null) keys['ExcitationFlipAngle'] = flip;
  const averages = number(header, 'NumberOfAverages');
  if (averages !== null) keys['NumberOfAverages'] = { Value: averages, Description: 'Averages the scanner summed' };
  const series = text(header, 'SeriesDescription');
  if (series !== null) keys['SeriesDescription'] = { Value: series, Description: 'Description of the series' };
  return keys;
}

function dataWarnings(header: RdaHeader, isGrid: boolean): Warning[] {
  const warnings: Warning[] = [];
  const averages = number(header, 'NumberOfAverages') ?? 1;
  if (averages > 1) {
    const message = `The scanner has combined the coils and summed ${averages} averages already.`;
    warnings.push({ code: 'already-averaged', message });
  }
  const dwellUs = number(header, 'DwellTime') ?? 0;
  if (!Number.isInteger(1e6 / dwellUs)) {
    const message = `The format gives the dwell time in whole µs (${dwellUs}), so the bandwidth may be off by up to ${(100 / dwellUs).toFixed(2)} %.`;
    warnings.push({ code: 'dwell-time-rounded', message });
  }
  if (isGrid) {
    const message =
      'The order of the MRSI grid follows the format’s description; it has not been checked on a real .rda grid.';
    warnings.push({ code: 'grid-order-unverified', message });
  }
  return warnings;
}

/**
 * Reads a Siemens .rda file, single voxel or MRSI grid.
 * @throws ReaderError FILE_EMPTY, FILE_TRUNCATED, FORMAT_INVALID, HEADER_MISSING, DIMENSIONS_ABSURD
 */
export function readRda(bytes: Uint8Array, fileName: string, options: ReadOptions = {}): MrsDataset {
  const header = parseHeader(bytes, fileName);
  const points = required(header, 'VectorSize');
  const size = gridSize(header, points);
  const acquisition = acquisitionInfo(header);
  const warnings = dataWarnings(header, size[0] * size[1] * size[2] > 1);
  return {
    data: decode(bytes, header, size, points),
    dimensions: [],
    dwellTimeS: required(header, 'DwellTime') / 1e6,
    spectrometerFrequencyMHz: required(header, 'MRFrequency'),
    nucleus: normaliseNucleus(text(header, 'Nucleus') ?? options.nucleus ?? '1H'),
    acquisition: { ...acquisition, echoTimeS: acquisition.echoTimeS ?? options.echoTimeS ?? null },
    patient: patientInfo(header),
    affine: readAffine(header, size, warnings),
    format: 'siemens-rda',
    header: headerKeys(header),
    provenance: [],
    warnings: [...warnings, ...implausibleTimes(acquisition)],
  };
}
