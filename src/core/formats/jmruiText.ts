// jMRUI text files (jMRUI manual, "Data Textfile"): "Key: value" lines, then one block of rows per signal. Their sign is
// opposite to NIfTI-MRS's, so reader and writer conjugate, once each.
import { shapeSize } from '../domain/complexArray.ts';
import { ProcessingError, ReaderError, UnsupportedDataError } from '../domain/errors.ts';
import { JMRUI_NUCLEI } from '../domain/jmruiNuclei.ts';
import type { HigherDimension, MrsDataset } from '../domain/mrsDataset.ts';
import { pointCount, UNKNOWN_ACQUISITION, UNKNOWN_PATIENT } from '../domain/mrsDataset.ts';
import type { Warning } from '../domain/provenance.ts';
import { fieldStrengthT } from '../domain/axes.ts';
import { latin1Text, parseFortranReal } from '../math/fortranText.ts';
import type { HeadedColumns } from '../math/headedColumns.ts';
import { JMRUI_BODY, readHeadedColumns } from '../math/headedColumns.ts';
import { jmruiFacts, signalsWarning } from './jmruiHeader.ts';
import type { ReadOptions } from './readOptions.ts';

const FIRST_LINE = /^\s*jMRUI Data Textfile/i;

/** @returns whether the bytes begin as a jMRUI text file does */
export function isJmruiText(bytes: Uint8Array): boolean {
  return FIRST_LINE.test(latin1Text(bytes.subarray(0, 64)));
}

function requiredNumber(header: HeadedColumns, key: string, fileName: string): number {
  const value = parseFortranReal(header.values.get(key) ?? '');
  if (!(value > 0) || !Number.isFinite(value)) {
    throw new ReaderError('HEADER_MISSING', `${fileName} does not give ${key}, which a jMRUI text file must.`);
  }
  return value;
}

function requireRows(values: readonly number[], points: number, signals: number, fileName: string): void {
  if (values.length / 2 !== points * signals) {
    throw new ReaderError(
      values.length / 2 < points * signals ? 'FILE_TRUNCATED' : 'FORMAT_INVALID',
      `${fileName}: ${points * signals} rows of numbers are expected (${signals} signals of ${points} points), ${values.length / 2} were found.`,
      { expected: points * signals, found: values.length / 2 },
    );
  }
}

/** Largest number of samples a header may claim. */
const MAX_SAMPLES = 2 ** 28;

/**
 * Reads a jMRUI text file.
 * @throws ReaderError FILE_EMPTY, FILE_TRUNCATED, FORMAT_UNKNOWN, FORMAT_INVALID, HEADER_MISSING, DIMENSIONS_ABSURD
 */
export function readJmruiText(bytes: Uint8Array, fileName: string, options: ReadOptions = {}): MrsDataset {
  if (bytes.length === 0) throw new ReaderError('FILE_EMPTY', `${fileName} is empty.`);
  if (!isJmruiText(bytes)) throw new ReaderError('FORMAT_UNKNOWN', `${fileName} is no jMRUI text file.`);
  const header = readHeadedColumns(latin1Text(bytes), JMRUI_BODY);
  const points = requiredNumber(header, 'PointsInDataset', fileName);
  const signals = header.values.has('DatasetsInFile') ? requiredNumber(header, 'DatasetsInFile', fileName) : 1;
  if (!Number.isInteger(points) || !Number.isInteger(signals) || points * signals > MAX_SAMPLES) {
    throw new ReaderError('DIMENSIONS_ABSURD', `${fileName} claims ${signals} signals of ${points} points.`);
  }
  const values = header.pairs;
  requireRows(values, points, signals, fileName);
  const warnings: Warning[] = [{ code: 'geometry-missing', message: 'jMRUI files do not say where the voxel lies.' }];
  const number = (key: string): number => parseFortranReal(header.values.get(key) ?? '');
  const facts = jmruiFacts(
    {
      transmitterFrequency: requiredNumber(header, 'TransmitterFrequency', fileName),
      magneticFieldT: number('MagneticField'),
      nucleusCode: number('TypeOfNucleus'),
      beginTimeMs: number('BeginTime'),
      zeroOrderPhaseDeg: number('ZeroOrderPhase'),
    },
    options,
    warnings,
  );
  const dimensions: HigherDimension[] = [];
  if (signals > 1) {
    const tag = options.dimensionTags?.[0] ?? 'DIM_USER_0';
    dimensions.push({ tag, info: 'signals of a jMRUI file', header: null });
    if (options.dimensionTags === undefined) warnings.push(signalsWarning(signals, tag));
  }
  const name = header.values.get('NameOfPatient') ?? '';
  return {
    data: {
      re: Float64Array.from({ length: points * signals }, (_, i) => values[2 * i] as number),
      im: Float64Array.from({ length: points * signals }, (_, i) => -(values[2 * i + 1] as number)),
      shape: signals > 1 ? [1, 1, 1, signals, points] : [1, 1, 1, points],
    },
    dimensions,
    dwellTimeS: requiredNumber(header, 'SamplingInterval', fileName) / 1000,
    ...facts,
    acquisition: { ...UNKNOWN_ACQUISITION, echoTimeS: options.echoTimeS ?? null },
    patient: name === '' || /^no name$/i.test(name) ? UNKNOWN_PATIENT : { ...UNKNOWN_PATIENT, name },
    affine: null,
    format: 'jmrui-text',
    provenance: [],
    warnings,
  };
}

/** Digits after the point: enough for single precision and far below any noise. */
const DIGITS = 10;

/**
 * Writes a dataset as jMRUI text; every FID becomes one signal. The patient's name stands in it where the dataset has it.
 * @throws UnsupportedDataError for MRSI with further dimensions; ProcessingError for values that are not finite
 */
export function writeJmruiText(dataset: MrsDataset): string {
  const { data } = dataset;
  const points = pointCount(dataset);
  const signals = shapeSize(data.shape.slice(0, -1));
  const voxels = shapeSize(data.shape.slice(0, 3));
  if (voxels > 1 && signals > voxels) {
    throw new UnsupportedDataError(
      'UNSUPPORTED',
      'A jMRUI text file has one list of signals; this dataset has several voxels and further dimensions: combine or average it first.',
    );
  }
  if (!data.re.every(Number.isFinite) || !data.im.every(Number.isFinite)) {
    throw new ProcessingError('WRITE_FAILED', 'The dataset holds values that are not finite, which jMRUI cannot read.');
  }
  const nucleus = Object.entries(JMRUI_NUCLEI).find(([, n]) => n === dataset.nucleus)?.[0] ?? '0';
  const oneLine = (text: string | null): string => (text ?? '').replace(/[\r\n]+/g, ' ');
  const lines = [
    'jMRUI Data Textfile',
    '',
    'Filename: ',
    '',
    `PointsInDataset: ${points}`,
    `DatasetsInFile: ${signals}`,
    `SamplingInterval: ${dataset.dwellTimeS * 1000}`,
    'ZeroOrderPhase: 0E0',
    'BeginTime: 0E0',
    `TransmitterFrequency: ${dataset.spectrometerFrequencyMHz * 1e6}`,
    `MagneticField: ${fieldStrengthT(dataset.spectrometerFrequencyMHz, dataset.nucleus) ?? 0}`,
    `TypeOfNucleus: ${nucleus}`,
    `NameOfPatient: ${oneLine(dataset.patient.name)}`,
    `DateOfExperiment: ${oneLine(dataset.acquisition.acquiredAt)}`,
    `Spectrometer: ${oneLine(dataset.acquisition.scannerModel)}`,
    'AdditionalInfo: ',
    '',
    '',
    'Signal',
    'sig(real)\tsig(imag)',
  ];
  for (let s = 0; s < signals; s++) {
    lines.push(`Signal ${s + 1} out of ${signals} in file`);
    for (let t = s * points; t < (s + 1) * points; t++) {
      lines.push(`${(data.re[t] as number).toExponential(DIGITS)}\t${(-(data.im[t] as number)).toExponential(DIGITS)}`);
    }
  }
  return `${lines.join('\n')}\n`;
}
