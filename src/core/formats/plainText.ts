// Plain text: two columns (real, imaginary), or four with the water signal in the last two, as in the ISMRM 2016
// fitting challenge (Marjańska et al., Magn Reson Med 2022;87:11, doi:10.1002/mrm.28942). No header: the caller gives
// frequency and dwell time. The sign is taken as NIfTI-MRS's, as in the challenge; a text file can't say.
import { ReaderError } from '../domain/errors.ts';
import type { MrsDataset } from '../domain/mrsDataset.ts';
import { UNKNOWN_ACQUISITION, UNKNOWN_PATIENT } from '../domain/mrsDataset.ts';
import type { Warning } from '../domain/provenance.ts';
import { latin1Text, parseFortranReal } from '../math/fortranText.ts';
import type { ReadOptions } from './readOptions.ts';

const COMMENT = /^\s*(?:[#%;!]|$)/;

const words = (line: string): string[] => line.trim().split(/[\s,]+/);

/** @returns whether the first lines are two or four columns of numbers */
export function isPlainText(bytes: Uint8Array): boolean {
  const lines = latin1Text(bytes.subarray(0, 2048))
    .split(/\r?\n/)
    .filter((line) => !COMMENT.test(line));
  // The last line of the sample may be cut.
  const whole = bytes.length > 2048 ? lines.slice(0, -1) : lines;
  return (
    whole.length > 1 &&
    whole.every((line) => {
      const fields = words(line);
      return (fields.length === 2 || fields.length === 4) && fields.every((f) => !Number.isNaN(parseFortranReal(f)));
    })
  );
}

function readColumns(bytes: Uint8Array, fileName: string): Float64Array[] {
  const rows = latin1Text(bytes)
    .split(/\r?\n/)
    .filter((line) => !COMMENT.test(line));
  const count = words(rows[0] ?? '').length;
  if (rows.length === 0 || (count !== 2 && count !== 4)) {
    throw new ReaderError(
      'FORMAT_INVALID',
      `${fileName}: two columns (real, imaginary) or four (with water) are expected, ${rows.length === 0 ? 0 : count} were found.`,
    );
  }
  const columns = Array.from({ length: count }, () => new Float64Array(rows.length));
  rows.forEach((row, i) => {
    const fields = words(row);
    if (fields.length !== count) {
      throw new ReaderError(
        'FORMAT_INVALID',
        `${fileName}: row ${i + 1} has ${fields.length} columns where the first has ${count}.`,
      );
    }
    fields.forEach((f, c) => {
      const value = parseFortranReal(f);
      if (Number.isNaN(value)) {
        throw new ReaderError('FORMAT_INVALID', `${fileName}: row ${i + 1} holds something that is no number.`);
      }
      (columns[c] as Float64Array)[i] = value;
    });
  });
  return columns;
}

/** The metabolite signal, and the water signal of the same scan where the file has four columns. */
export interface PlainTextScan {
  readonly metabolite: MrsDataset;
  readonly water: MrsDataset | null;
}

const WARNINGS: readonly Warning[] = [
  {
    code: 'header-missing',
    message:
      'A text file has no header: frequency and dwell time are as given, and the direction of the ppm axis is unverified.',
  },
  { code: 'geometry-missing', message: 'The file does not say where its voxel lies.' },
];

/**
 * Reads a plain text scan.
 * @param options spectrometerFrequencyMHz and dwellTimeS are needed
 * @throws ReaderError FILE_EMPTY, FORMAT_INVALID, HEADER_MISSING
 */
export function readPlainText(bytes: Uint8Array, fileName: string, options: ReadOptions = {}): PlainTextScan {
  if (bytes.length === 0) throw new ReaderError('FILE_EMPTY', `${fileName} is empty.`);
  const { spectrometerFrequencyMHz, dwellTimeS } = options;
  if (spectrometerFrequencyMHz === undefined || dwellTimeS === undefined) {
    throw new ReaderError(
      'HEADER_MISSING',
      `${fileName} is plain text without a header; give its spectrometer frequency and dwell time as options (--frequency-mhz, --dwell-s).`,
    );
  }
  const columns = readColumns(bytes, fileName);
  const dataset = (re: Float64Array, im: Float64Array): MrsDataset => ({
    data: { re, im, shape: [1, 1, 1, re.length] },
    dimensions: [],
    dwellTimeS,
    spectrometerFrequencyMHz,
    nucleus: options.nucleus ?? '1H',
    acquisition: { ...UNKNOWN_ACQUISITION, echoTimeS: options.echoTimeS ?? null },
    patient: UNKNOWN_PATIENT,
    affine: null,
    format: 'text',
    header: {},
    provenance: [],
    warnings: WARNINGS,
  });
  const [re, im, waterRe, waterIm] = columns as [Float64Array, Float64Array, Float64Array?, Float64Array?];
  const water = waterRe === undefined || waterIm === undefined ? null : dataset(waterRe, waterIm);
  return { metabolite: dataset(re, im), water };
}
