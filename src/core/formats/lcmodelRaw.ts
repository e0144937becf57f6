// LCModel .RAW and .H2O files: time-domain text data behind namelists (LCModel manual 6.3, section 5.2).
// The sign convention is NIfTI-MRS's; BRUKER = T marks conjugated data.
import { shapeSize, zeros } from '../domain/complexArray.ts';
import { ProcessingError, ReaderError, UnsupportedDataError } from '../domain/errors.ts';
import type { JsonObject } from '../domain/json.ts';
import type { MrsDataset } from '../domain/mrsDataset.ts';
import { pointCount, UNKNOWN_ACQUISITION, UNKNOWN_PATIENT } from '../domain/mrsDataset.ts';
import type { Warning } from '../domain/provenance.ts';
import type { Namelist } from '../math/fortranText.ts';
import {
  fortranString,
  latin1Text,
  namelistLogical,
  namelistNumber,
  namelistText,
  readNamelistData,
} from '../math/fortranText.ts';
import type { LcmodelControl } from './lcmodelControl.ts';
import { implausibleTimes } from './niftiMrsHeader.ts';
import type { ReadOptions } from './readOptions.ts';

/** @returns whether the bytes look like LCModel time-domain data */
export function isLcmodelRaw(bytes: Uint8Array): boolean {
  return /[$&]NMID\b/i.test(latin1Text(bytes.subarray(0, 16384)));
}

interface RawParts {
  readonly seqpar: Namelist | undefined;
  readonly nmid: Namelist;
  readonly values: readonly number[];
}

function splitFile(text: string, fileName: string): RawParts {
  const { groups, dataGroup, values, rest } = readNamelistData(text, 'NMID', 'FMTDAT');
  const unclosed = groups.find((group) => !group.closed);
  if (unclosed !== undefined) {
    throw new ReaderError('FILE_TRUNCATED', `${fileName} ends inside its $${unclosed.name} group: no $END was found.`);
  }
  if (dataGroup === null) {
    throw new ReaderError('FORMAT_INVALID', `${fileName} is no LCModel data file: it has no $NMID group.`);
  }
  if (values.length < 2) throw new ReaderError('FORMAT_INVALID', `${fileName} holds no data after its $NMID group.`);
  if (rest) {
    throw new ReaderError(
      'FORMAT_INVALID',
      `${fileName} holds something other than numbers in its data, after ${values.length} numbers.`,
    );
  }
  return { seqpar: groups.findLast((group) => group.name === 'SEQPAR'), nmid: dataGroup, values };
}

interface Timing {
  readonly dwellTimeS: number;
  readonly frequencyMHz: number;
  readonly echoTimeS: number | null;
}

/** Fewest significant digits of a dwell time that is not visibly rounded (0.000083 for 83.3 µs is). */
const DWELL_DIGITS = 3;

function readDwell(
  seqpar: Namelist | undefined,
  control: LcmodelControl | null,
  options: ReadOptions,
  warnings: Warning[],
): number | null {
  const standard = namelistNumber(seqpar, 'DELTAT') ?? control?.deltat ?? null;
  if (standard !== null) return standard;
  const text = namelistText(seqpar, 'DWELLTIME'); // written by some converters, often rounded
  const rounded = namelistNumber(seqpar, 'DWELLTIME');
  if (rounded === null || text === null) return options.dwellTimeS ?? null;
  const digits = text
    .replace(/[eEdD].*$/, '')
    .replace(/^[^1-9]*/, '')
    .replace(/\D/g, '').length;
  if (digits >= DWELL_DIGITS) return rounded;
  if (options.dwellTimeS !== undefined) return options.dwellTimeS;
  warnings.push({
    code: 'dwell-time-rounded',
    message: `The file gives its dwell time only as ${text} s, which is rounded; give the exact one as an option.`,
  });
  return rounded;
}

function readTiming(
  seqpar: Namelist | undefined,
  control: LcmodelControl | null,
  options: ReadOptions,
  fileName: string,
  warnings: Warning[],
): Timing {
  const frequencyMHz = namelistNumber(seqpar, 'HZPPPM') ?? control?.hzpppm ?? options.spectrometerFrequencyMHz ?? null;
  const dwellTimeS = readDwell(seqpar, control, options, warnings);
  const missing = [
    ...(frequencyMHz !== null && frequencyMHz > 0 ? [] : ['spectrometer frequency (--frequency-mhz)']),
    ...(dwellTimeS !== null && dwellTimeS > 0 ? [] : ['dwell time (--dwell-s)']),
  ];
  if (frequencyMHz === null || dwellTimeS === null || missing.length > 0) {
    throw new ReaderError(
      'HEADER_MISSING',
      `${fileName} does not give its ${missing.join(' and ')}; give it as an option, or put LCModel's control file beside it.`,
      { missing },
    );
  }
  const echoMs = namelistNumber(seqpar, 'ECHOT') ?? control?.echot ?? null;
  const echoTimeS = echoMs !== null && echoMs > 0 ? echoMs / 1000 : (options.echoTimeS ?? null);
  return { dwellTimeS, frequencyMHz, echoTimeS };
}

/** [columns, rows, slices, points]: columns vary fastest in the file (LCModel manual 6.3, section 5.3.6). */
function readGrid(
  samples: number,
  seqpar: Namelist | undefined,
  control: LcmodelControl | null,
  options: ReadOptions,
  fileName: string,
): number[] {
  const points =
    namelistNumber(seqpar, 'NUNFIL') ??
    namelistNumber(seqpar, 'NUMBEROFPOINTS') ??
    control?.nunfil ??
    options.points ??
    samples;
  if (!Number.isInteger(points) || points < 1 || samples % points !== 0) {
    throw new ReaderError(
      samples < points ? 'FILE_TRUNCATED' : 'FORMAT_INVALID',
      `${fileName} holds ${samples} complex numbers, which is no whole number of FIDs of ${points} points.`,
      { samples, points },
    );
  }
  const voxels = samples / points;
  const grid = [control?.ndcols ?? 1, control?.ndrows ?? 1, control?.ndslic ?? 1];
  return shapeSize(grid) === voxels ? [...grid, points] : [voxels, 1, 1, points];
}

function dataWarnings(parts: RawParts, grid: readonly number[], pointsKnown: boolean): Warning[] {
  const warnings: Warning[] = [
    { code: 'geometry-missing', message: 'LCModel files do not say where the voxel lies.' },
    { code: 'nucleus-assumed', message: 'LCModel files do not name the nucleus; 1H is assumed unless given.' },
  ];
  const bad = parts.values.filter((v) => !Number.isFinite(v)).length;
  if (bad > 0) {
    warnings.push({ code: 'non-finite-data', message: `${bad} of ${parts.values.length} numbers are unreadable.` });
  }
  const points = grid[3] as number;
  if (!pointsKnown && (points & (points - 1)) !== 0) {
    warnings.push({
      code: 'points-assumed',
      message: `The file does not say how many points an FID has; all ${points} are taken as one FID.`,
    });
  }
  if (namelistLogical(parts.nmid, 'SEQACQ') === true) {
    warnings.push({
      code: 'sequential-acquisition',
      message: 'The file is marked as sequentially sampled (SEQACQ), which is not corrected for.',
    });
  }
  return warnings;
}

/** TRAMP, VOLUME and ID stand in the header; the numbers are the file's own. */
function rawHeader(nmid: Namelist): JsonObject {
  const header: JsonObject = {};
  const tramp = namelistNumber(nmid, 'TRAMP');
  const volume = namelistNumber(nmid, 'VOLUME');
  if (tramp !== null)
    header['LCModelTramp'] = { Value: tramp, Description: 'LCModel TRAMP: data are to be multiplied by it' };
  if (volume !== null) {
    header['LCModelVolume'] = { Value: volume, Description: 'LCModel VOLUME: data are to be divided by it' };
  }
  return header;
}

/**
 * Reads an LCModel .RAW or .H2O file.
 * @param bytes the whole file
 * @param fileName base name, for messages
 * @param options values for what neither file nor control file says
 * @param control the control file that goes with it, if any
 * @throws ReaderError FILE_EMPTY, FILE_TRUNCATED, FORMAT_INVALID, HEADER_MISSING
 */
export function readLcmodelRaw(
  bytes: Uint8Array,
  fileName: string,
  options: ReadOptions = {},
  control: LcmodelControl | null = null,
): MrsDataset {
  if (bytes.length === 0) throw new ReaderError('FILE_EMPTY', `${fileName} is empty.`);
  const parts = splitFile(latin1Text(bytes), fileName);
  const { seqpar, nmid, values } = parts;
  if (values.length % 2 !== 0) {
    throw new ReaderError(
      'FILE_TRUNCATED',
      `${fileName} holds an odd count of numbers (${values.length}), where pairs of real and imaginary parts are expected.`,
    );
  }
  const timingWarnings: Warning[] = [];
  const timing = readTiming(seqpar, control, options, fileName, timingWarnings);
  const grid = readGrid(values.length / 2, seqpar, control, options, fileName);
  const [nx, ny, nz, points] = grid as [number, number, number, number];
  const data = zeros(grid);
  const sign = namelistLogical(nmid, 'BRUKER') === true ? -1 : 1;
  for (let v = 0; v < nx * ny * nz; v++) {
    const x = v % nx;
    const y = Math.floor(v / nx) % ny;
    const z = Math.floor(v / (nx * ny));
    const to = ((x * ny + y) * nz + z) * points;
    for (let t = 0; t < points; t++) {
      data.re[to + t] = values[2 * (v * points + t)] as number;
      data.im[to + t] = sign * (values[2 * (v * points + t) + 1] as number);
    }
  }
  const pointsKnown =
    points * nx * ny * nz !== points || typeof control?.nunfil === 'number' || options.points !== undefined;
  const acquisition = { ...UNKNOWN_ACQUISITION, echoTimeS: timing.echoTimeS, sequence: namelistText(seqpar, 'SEQ') };
  const warnings = [
    ...timingWarnings,
    ...implausibleTimes(acquisition),
    ...dataWarnings(parts, grid, pointsKnown || seqpar?.values.has('NUNFIL') === true),
  ];
  return {
    data,
    dimensions: [],
    dwellTimeS: timing.dwellTimeS,
    spectrometerFrequencyMHz: timing.frequencyMHz,
    nucleus: options.nucleus ?? '1H',
    acquisition,
    patient: UNKNOWN_PATIENT,
    affine: null,
    format: 'lcmodel-raw',
    header: rawHeader(nmid),
    provenance: [],
    warnings: options.nucleus === undefined ? warnings : warnings.filter((w) => w.code !== 'nucleus-assumed'),
  };
}

/** Digits after the point of a written number; with 16 columns a field always has room for its sign. */
const WRITTEN_DIGITS = 8;
const FIELD_WIDTH = 16;

function field(value: number): string {
  return value.toExponential(WRITTEN_DIGITS).replace('e', 'E').padStart(FIELD_WIDTH);
}

function headerNumber(header: JsonObject, key: string): number {
  const value = header[key];
  const inner = typeof value === 'object' && value !== null && !Array.isArray(value) ? value['Value'] : value;
  return typeof inner === 'number' ? inner : 1;
}

/**
 * Writes a dataset as LCModel .RAW, one FID per voxel, columns fastest. The patient's name is not written.
 * @throws UnsupportedDataError where coils, transients or the like are not combined yet; ProcessingError for NaN
 */
export function writeLcmodelRaw(dataset: MrsDataset): string {
  const { data } = dataset;
  if (shapeSize(data.shape.slice(3, -1)) !== 1) {
    const tags = dataset.dimensions.map((d) => d.tag).join(', ');
    throw new UnsupportedDataError(
      'UNSUPPORTED',
      `LCModel's format holds one FID per voxel; this dataset still has ${tags}: combine or average it first.`,
    );
  }
  if (!data.re.every(Number.isFinite) || !data.im.every(Number.isFinite)) {
    throw new ProcessingError(
      'WRITE_FAILED',
      'The dataset holds values that are not finite, which LCModel cannot read.',
    );
  }
  const [nx, ny, nz] = data.shape as [number, number, number];
  const points = pointCount(dataset);
  const { echoTimeS, sequence } = dataset.acquisition;
  const lines = [
    ' $SEQPAR',
    ...(echoTimeS === null ? [] : [` ECHOT= ${Number((echoTimeS * 1000).toPrecision(12))}`]),
    ...(sequence === null ? [] : [` SEQ= ${fortranString(sequence)}`]),
    ` HZPPPM= ${dataset.spectrometerFrequencyMHz}`,
    ` NUNFIL= ${points}`,
    ` DELTAT= ${dataset.dwellTimeS}`,
    ' $END',
    ' $NMID',
    ` ID='Lineshape', FMTDAT='(2E${FIELD_WIDTH}.${WRITTEN_DIGITS})'`,
    ` VOLUME= ${headerNumber(dataset.header, 'LCModelVolume')}`,
    ` TRAMP= ${headerNumber(dataset.header, 'LCModelTramp')}`,
    ' $END',
  ];
  for (let z = 0; z < nz; z++) {
    for (let y = 0; y < ny; y++) {
      for (let x = 0; x < nx; x++) {
        const from = ((x * ny + y) * nz + z) * points;
        for (let t = 0; t < points; t++) {
          lines.push(field(data.re[from + t] as number) + field(data.im[from + t] as number));
        }
      }
    }
  }
  return `${lines.join('\n')}\n`;
}
