// Philips .SDAT data with their .SPAR header (text). Numbers are VAX F floats: 16-bit words swapped, value =
// ±0.1f · 2^(e−128) (VAX Architecture Reference Manual). The sign is opposite to NIfTI-MRS's: conjugated here, once.
import { zeros } from '../domain/complexArray.ts';
import { ReaderError, UnsupportedDataError } from '../domain/errors.ts';
import type { Affine, HigherDimension, MrsDataset } from '../domain/mrsDataset.ts';
import { UNKNOWN_ACQUISITION, UNKNOWN_PATIENT } from '../domain/mrsDataset.ts';
import type { Warning } from '../domain/provenance.ts';
import { latin1Text } from '../math/fortranText.ts';
import { normaliseNucleus } from './niftiMrsHeader.ts';
import type { ReadOptions } from './readOptions.ts';

/** @returns whether the bytes look like a .SPAR header */
export function isSpar(bytes: Uint8Array): boolean {
  const text = latin1Text(bytes.subarray(0, 8192));
  return /^\s*synthesizer_frequency\s*:/im.test(text) && /^\s*samples\s*:/im.test(text);
}

type Spar = ReadonlyMap<string, string>;

function parseSpar(text: string): Spar {
  const values = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    const match = /^\s*([^!:\s][^:]*?)\s*:\s*(.*?)\s*$/.exec(line);
    if (match === null) continue;
    const key = (match[1] as string).toLowerCase();
    if (!values.has(key)) values.set(key, (match[2] as string).replace(/^"|"$/g, '').trim());
  }
  return values;
}

function sparNumber(spar: Spar, key: string): number | null {
  const text = spar.get(key);
  if (text === undefined || text === '') return null;
  const value = Number(text);
  return Number.isFinite(value) ? value : null;
}

function requiredNumber(spar: Spar, key: string, fileName: string): number {
  const value = sparNumber(spar, key);
  if (value === null || !(value > 0)) {
    throw new ReaderError('HEADER_MISSING', `${fileName} does not give ${key}, which a SPAR file must.`);
  }
  return value;
}

/** One VAX F float. @param low,high first and second little-endian 16-bit word as stored */
function vaxFloat(first: number, second: number): number {
  const exponent = (first >> 7) & 0xff;
  if (exponent === 0) return 0;
  const fraction = 0.5 + (((first & 0x7f) << 16) | second) / 2 ** 24;
  return (first & 0x8000 ? -fraction : fraction) * 2 ** (exponent - 128);
}

function rotation(axis: 0 | 1 | 2, deg: number): number[][] {
  const c = Math.cos((deg * Math.PI) / 180);
  const s = Math.sin((deg * Math.PI) / 180);
  if (axis === 0) return [[1, 0, 0], [0, c, -s], [0, s, c]]; // prettier-ignore
  if (axis === 1) return [[c, 0, s], [0, 1, 0], [-s, 0, c]]; // prettier-ignore
  return [[c, -s, 0], [s, c, 0], [0, 0, 1]]; // prettier-ignore
}

const product = (a: number[][], b: number[][]): number[][] =>
  a.map((row) => [0, 1, 2].map((j) => row.reduce((sum, v, k) => sum + v * ((b[k] as number[])[j] as number), 0)));

/**
 * Voxel geometry: sizes along (lr, ap, cc), centre at RAS (−lr, −ap, +cc), rotation Rz(cc)·Ry(−ap)·Rx(−lr). Order and
 * signs were measured on scans with an independent NIfTI conversion (largest difference 4e-15).
 */
function readAffine(spar: Spar, warnings: Warning[]): Affine | null {
  const triple = (suffix: string): (number | null)[] =>
    ['lr', 'ap', 'cc'].map((a) => sparNumber(spar, `${a}_${suffix}`));
  const [size, centre, angle] = [triple('size'), triple('off_center'), triple('angulation')];
  if ([...size, ...centre, ...angle].some((v) => v === null) || size.some((v) => v === 0)) {
    warnings.push({ code: 'geometry-missing', message: 'The SPAR file does not say fully where its voxel lies.' });
    return null;
  }
  const position = `${spar.get('patient_position') ?? ''} ${spar.get('patient_orientation') ?? ''}`.trim();
  if (position !== 'head_first supine') {
    warnings.push({
      code: 'geometry-unverified',
      message: `The patient lay "${position}"; the voxel's place is verified only for head first, supine.`,
    });
  }
  const [lr, ap, cc] = angle as [number, number, number];
  const r = product(rotation(2, cc), product(rotation(1, -ap), rotation(0, -lr)));
  const [x, y, z] = centre as [number, number, number];
  const offset = [-x, -y, z];
  const rows = r.flatMap((row, i) => [...row.map((v, j) => v * (size[j] as number)), offset[i] as number]);
  return [...rows, 0, 0, 0, 1];
}

/** "2021.07.18 15:33:40" → "2021-07-18T15:33:40". */
function isoDate(text: string | undefined): string | null {
  const match = /^(\d{4})[.-](\d{2})[.-](\d{2})(?:\s+(\d{2}:\d{2}:\d{2}))?/.exec(text ?? '');
  if (match === null) return null;
  return `${match[1]}-${match[2]}-${match[3]}${match[4] === undefined ? '' : `T${match[4]}`}`;
}

const textOf = (spar: Spar, key: string): string | null => {
  const value = spar.get(key);
  return value === undefined || value === '' ? null : value;
};

const seconds = (ms: number | null): number | null => (ms === null || ms <= 0 ? null : ms / 1000);

/** Largest number of samples a header may claim. */
const MAX_SAMPLES = 2 ** 28;

/**
 * Reads a Philips scan.
 * @param sdat the .SDAT file
 * @param sparBytes the .SPAR file that goes with it
 * @param fileName base name of the .SDAT, for messages
 * @throws ReaderError FILE_EMPTY, FILE_TRUNCATED, HEADER_MISSING, DIMENSIONS_ABSURD; UnsupportedDataError for MRSI
 */
export function readPhilipsSdat(
  sdat: Uint8Array,
  sparBytes: Uint8Array,
  fileName: string,
  options: ReadOptions = {},
): MrsDataset {
  if (sdat.length === 0) throw new ReaderError('FILE_EMPTY', `${fileName} is empty.`);
  const spar = parseSpar(latin1Text(sparBytes));
  const points = requiredNumber(spar, 'samples', fileName);
  const rows = requiredNumber(spar, 'rows', fileName);
  if (!Number.isInteger(points) || !Number.isInteger(rows) || points * rows > MAX_SAMPLES) {
    throw new ReaderError('DIMENSIONS_ABSURD', `The SPAR of ${fileName} claims ${rows} rows of ${points} samples.`);
  }
  // Some single-voxel scans are marked as phase-encoded too; one row is one voxel.
  if (rows > 1 && spar.get('phase_encoding_enable') === 'yes') {
    throw new UnsupportedDataError('UNSUPPORTED', `${fileName} is Philips MRSI, which this reader doesn't read yet.`);
  }
  const expected = points * rows * 8;
  if (sdat.length < expected) {
    throw new ReaderError(
      'FILE_TRUNCATED',
      `${fileName} is cut short: its SPAR promises ${expected} bytes, ${sdat.length} are there.`,
      { expectedBytes: expected, foundBytes: sdat.length },
    );
  }
  const data = zeros(rows > 1 ? [1, 1, 1, rows, points] : [1, 1, 1, points]);
  const view = new DataView(sdat.buffer, sdat.byteOffset, sdat.byteLength);
  for (let i = 0; i < points * rows; i++) {
    data.re[i] = vaxFloat(view.getUint16(8 * i, true), view.getUint16(8 * i + 2, true));
    data.im[i] = -vaxFloat(view.getUint16(8 * i + 4, true), view.getUint16(8 * i + 6, true));
  }
  const warnings: Warning[] = [];
  const dimensions: HigherDimension[] = [];
  if (rows > 1) {
    dimensions.push({ tag: options.dimensionTags?.[0] ?? 'DIM_DYN', info: null, header: null });
    warnings.push({
      code: 'rows-order-unknown',
      message: `The file holds ${rows} rows whose order is the sequence's own; they are taken as repetitions.`,
    });
  }
  return {
    data,
    dimensions,
    dwellTimeS: 1 / requiredNumber(spar, 'sample_frequency', fileName),
    spectrometerFrequencyMHz: requiredNumber(spar, 'synthesizer_frequency', fileName) / 1e6,
    nucleus: normaliseNucleus(spar.get('nucleus') ?? options.nucleus ?? '1H'),
    acquisition: {
      ...UNKNOWN_ACQUISITION,
      echoTimeS: seconds(sparNumber(spar, 'echo_time')) ?? options.echoTimeS ?? null,
      repetitionTimeS: seconds(sparNumber(spar, 'repetition_time')),
      sequence: textOf(spar, 'scan_id'),
      manufacturer: 'Philips',
      acquiredAt: isoDate(spar.get('scan_date')),
    },
    patient: {
      ...UNKNOWN_PATIENT,
      name: textOf(spar, 'patient_name'),
      birthDate: isoDate(spar.get('patient_birth_date'))?.slice(0, 10).replace(/-/g, '') ?? null,
    },
    affine: readAffine(spar, warnings),
    format: 'philips-sdat',
    header: {},
    provenance: [],
    warnings,
  };
}
