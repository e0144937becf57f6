// jMRUI binary files (.mrui): 64 big-endian doubles of header, the signals as pairs of doubles, then text (patient, date,
// spectrometer, remarks). Sign and order of the header as an independent converter reads them (spec2nii 0.8); the count
// of signals in the 14th number as Matlab readers do. The sign is opposite to NIfTI-MRS's: conjugated here, once.
import { zeros } from '../domain/complexArray.ts';
import { ReaderError } from '../domain/errors.ts';
import type { JsonObject } from '../domain/json.ts';
import type { HigherDimension, MrsDataset } from '../domain/mrsDataset.ts';
import { UNKNOWN_ACQUISITION, UNKNOWN_PATIENT } from '../domain/mrsDataset.ts';
import type { Warning } from '../domain/provenance.ts';
import { latin1Text } from '../math/fortranText.ts';
import { jmruiFacts, signalsWarning } from './jmruiHeader.ts';
import type { ReadOptions } from './readOptions.ts';

const HEADER_BYTES = 512;
/** Bytes of one complex number. */
const SAMPLE_BYTES = 16;

/** Places of the numbers in the header. */
const FIELD = {
  signalType: 0,
  points: 1,
  samplingIntervalMs: 2,
  beginTimeMs: 3,
  zeroOrderPhaseDeg: 4,
  transmitterFrequency: 5,
  magneticFieldT: 6,
  nucleusCode: 7,
  referenceHz: 8,
  referencePpm: 9,
  fidOrEcho: 10,
  apodisation: 11,
  zeroFilling: 12,
  signals: 13,
} as const;
type Field = keyof typeof FIELD;

const FIELDS = Object.keys(FIELD) as Field[];

/** @returns the header's numbers, null where the file is shorter than a header */
function headerNumbers(bytes: Uint8Array): Readonly<Record<Field, number>> | null {
  if (bytes.length < HEADER_BYTES) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Object.fromEntries(FIELDS.map((name) => [name, view.getFloat64(8 * FIELD[name])])) as Record<Field, number>;
}

const isCount = (value: number, most: number): boolean => Number.isInteger(value) && value >= 0 && value <= most;

/** The format has no mark: it is told by a header whose every number is one that this header can hold. */
export function isJmruiBinary(bytes: Uint8Array): boolean {
  const h = headerNumbers(bytes);
  return (
    h !== null &&
    isCount(h.signalType, 20) &&
    isCount(h.points, 2 ** 24) &&
    h.points >= 2 &&
    h.samplingIntervalMs >= 1e-4 &&
    h.samplingIntervalMs <= 1e3 &&
    h.transmitterFrequency >= 1 &&
    h.transmitterFrequency <= 2e9 &&
    h.magneticFieldT >= 0 &&
    h.magneticFieldT <= 30 &&
    isCount(h.nucleusCode, 100) &&
    isCount(h.signals, 2 ** 24) &&
    Number.isFinite(h.beginTimeMs) &&
    Number.isFinite(h.zeroOrderPhaseDeg)
  );
}

/** Signals of the file: as the header counts them, or as many as there is room for. */
function countSignals(
  h: Readonly<Record<Field, number>>,
  byteCount: number,
  fileName: string,
  warnings: Warning[],
): number {
  const room = Math.floor((byteCount - HEADER_BYTES) / (h.points * SAMPLE_BYTES));
  const needed = Math.max(1, h.signals);
  if (room < needed) {
    throw new ReaderError(
      'FILE_TRUNCATED',
      `${fileName} is cut short: its header promises ${needed} signals of ${h.points} points, ${room} are there.`,
      { expected: needed, found: room },
    );
  }
  if (h.signals === 0 && room > 1) {
    warnings.push({
      code: 'signals-assumed',
      message: `The header does not say how many signals there are; the ${room} that the file has room for are read.`,
    });
    return room;
  }
  return needed;
}

/** Longest text kept; a header's has some hundred characters. */
const MAX_TEXT = 65536;

/** The trailing text names the patient in a layout that is not public: kept whole, under a private key. */
function textHeader(bytes: Uint8Array, from: number): JsonObject {
  const text = latin1Text(bytes.subarray(from, from + MAX_TEXT))
    .replace(/[^\t\n\r\x20-\x7e\xa0-\xff]+/g, ' ')
    .trim();
  return text === '' ? {} : { private_JmruiText: { Value: text, Description: 'Text at the end of the jMRUI file' } };
}

function dimensionsOf(signals: number, options: ReadOptions, warnings: Warning[]): HigherDimension[] {
  if (signals === 1) return [];
  const tag = options.dimensionTags?.[0] ?? 'DIM_USER_0';
  if (options.dimensionTags === undefined) warnings.push(signalsWarning(signals, tag));
  return [{ tag, info: 'signals of a jMRUI file', header: null }];
}

/**
 * Reads a jMRUI binary file.
 * @param fileName base name, for messages
 * @throws ReaderError FILE_EMPTY, FILE_TRUNCATED, FORMAT_UNKNOWN
 */
export function readJmruiBinary(bytes: Uint8Array, fileName: string, options: ReadOptions = {}): MrsDataset {
  if (bytes.length === 0) throw new ReaderError('FILE_EMPTY', `${fileName} is empty.`);
  const h = headerNumbers(bytes);
  if (h === null) {
    throw new ReaderError('FILE_TRUNCATED', `${fileName} has ${bytes.length} bytes, fewer than a jMRUI header's 512.`);
  }
  if (!isJmruiBinary(bytes)) throw new ReaderError('FORMAT_UNKNOWN', `${fileName} is no jMRUI binary file.`);
  const warnings: Warning[] = [{ code: 'geometry-missing', message: 'jMRUI files do not say where the voxel lies.' }];
  const { points } = h;
  const signals = countSignals(h, bytes.length, fileName, warnings);
  const data = zeros(signals > 1 ? [1, 1, 1, signals, points] : [1, 1, 1, points]);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let i = 0; i < signals * points; i++) {
    data.re[i] = view.getFloat64(HEADER_BYTES + SAMPLE_BYTES * i);
    data.im[i] = -view.getFloat64(HEADER_BYTES + SAMPLE_BYTES * i + 8);
  }
  const { header, ...facts } = jmruiFacts(h, options, warnings);
  return {
    data,
    dimensions: dimensionsOf(signals, options, warnings),
    dwellTimeS: h.samplingIntervalMs / 1000,
    ...facts,
    acquisition: { ...UNKNOWN_ACQUISITION, echoTimeS: options.echoTimeS ?? null },
    patient: UNKNOWN_PATIENT,
    affine: null,
    format: 'jmrui-binary',
    header: { ...header, ...textHeader(bytes, HEADER_BYTES + SAMPLE_BYTES * signals * points) },
    provenance: [],
    warnings,
  };
}
