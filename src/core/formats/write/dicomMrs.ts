// Writes a dataset as DICOM MR Spectroscopy (SOP class 1.2.840.10008.5.1.4.1.1.4.2; PS3.3, A.36.3): Part 10 file, explicit
// little-endian. Sign: PS3.3 C.8.14.4.1 has magnetisation turn from the real to the imaginary part for positive relative
// frequencies, so a plain FFT runs from low to high frequency and NAA lies at −f; NIfTI-MRS has it at +f. So this writer
// conjugates, as Siemens XA's and Philips's files of this class need too. Samples are 32-bit floats (VR OF): double
// precision is rounded.
import { ProcessingError, UnsupportedDataError } from '../../domain/errors.ts';
import type { MrsDataset } from '../../domain/mrsDataset.ts';
import { dimensionLength, pointCount } from '../../domain/mrsDataset.ts';
import { MR_SPECTROSCOPY_STORAGE } from '../dicom/dicomKind.ts';
import { dicomTag, TAG } from '../dicom/dicomTags.ts';
import type { DicomElement } from './dicomEncoder.ts';
import { encodeDicomFile, numberElement, textElement } from './dicomEncoder.ts';
import { functionalGroups } from './dicomMrsGroups.ts';
import { dicomGeometry } from './dicomMrsGeometry.ts';
import { headerModules } from './dicomMrsModules.ts';

export interface WriteDicomOptions {
  /** A new UID at every call, "2.25." and the decimal form of a random UUID (PS3.5, B.2). */
  readonly uid: () => string;
  /** Number of the series within its study. @default 1 */
  readonly seriesNumber?: number;
  /** ISO 8601; stands as date of the content where the scan's own is unknown, as there must be one. */
  readonly createdAt?: string;
}

/** [columns, rows, slices, repetitions, points] of data that fit the format. */
interface Grid {
  readonly columns: number;
  readonly rows: number;
  readonly slices: number;
  readonly repetitions: number;
  readonly points: number;
}

const MAX_UINT16 = 0xffff;

function gridOf(dataset: MrsDataset): Grid {
  const [columns, rows, slices] = dataset.data.shape as [number, number, number];
  const repetitions = dimensionLength(dataset, 'DIM_DYN');
  const others = dataset.dimensions.filter((d) => d.tag !== 'DIM_DYN' && dimensionLength(dataset, d.tag) > 1);
  if (others.length > 0) {
    throw new UnsupportedDataError(
      'UNSUPPORTED',
      `DICOM MR Spectroscopy holds voxels and transients; this dataset still has ${others.map((d) => d.tag).join(', ')}: combine it first.`,
    );
  }
  if (repetitions > 1 && columns * rows * slices > 1) {
    throw new UnsupportedDataError(
      'UNSUPPORTED',
      'DICOM MR Spectroscopy is written for transients of one voxel or for an averaged grid; average this grid’s transients first.',
    );
  }
  if (columns > MAX_UINT16 || rows > MAX_UINT16) {
    throw new UnsupportedDataError('UNSUPPORTED', 'DICOM holds at most 65 535 columns and rows of voxels.');
  }
  return { columns, rows, slices, repetitions, points: pointCount(dataset) };
}

/** Frames, rows, columns, points: real and imaginary parts in turn (PS3.3, C.8.14.4). */
function spectroscopyData(dataset: MrsDataset, grid: Grid): Uint8Array {
  const { re, im } = dataset.data;
  const { columns, rows, slices, repetitions, points } = grid;
  const bytes = new Uint8Array(re.length * 8);
  const view = new DataView(bytes.buffer);
  let at = 0;
  let finite = true;
  const put = (value: number): void => {
    finite &&= Number.isFinite(Math.fround(value));
    view.setFloat32(at, value, true);
    at += 4;
  };
  for (let z = 0; z < slices; z++) {
    for (let repetition = 0; repetition < repetitions; repetition++) {
      for (let y = 0; y < rows; y++) {
        for (let x = 0; x < columns; x++) {
          const from = (((x * rows + y) * slices + z) * repetitions + repetition) * points;
          for (let t = from; t < from + points; t++) {
            put(re[t] as number);
            put(-(im[t] as number));
          }
        }
      }
    }
  }
  if (finite) return bytes;
  throw new ProcessingError(
    'WRITE_FAILED',
    'The dataset holds values that are not finite 32-bit numbers, which DICOM needs.',
  );
}

function dataModule(dataset: MrsDataset, grid: Grid): DicomElement[] {
  return [
    textElement(TAG.numberOfFrames, String(grid.slices * grid.repetitions)),
    numberElement(TAG.rows, grid.rows),
    numberElement(TAG.columns, grid.columns),
    numberElement(TAG.dataPointRows, 1),
    numberElement(TAG.dataPointColumns, grid.points),
    textElement(TAG.dataRepresentation, 'COMPLEX'),
    textElement(TAG.signalDomainColumns, 'TIME'),
    { key: TAG.spectroscopyData.key, vr: TAG.spectroscopyData.vr, value: spectroscopyData(dataset, grid) },
  ];
}

/** DICOM has no attribute for STEAM's mixing time: it stands in a private block of this program. [ms] */
function privateBlock(dataset: MrsDataset): DicomElement[] {
  const { mixingTimeS } = dataset.acquisition;
  if (mixingTimeS === null) return [];
  return [
    textElement(dicomTag(0x0019, 0x0010, 'LO'), 'LINESHAPE MRS 1'),
    numberElement(dicomTag(0x0019, 0x1001, 'FD'), mixingTimeS * 1000),
  ];
}

/**
 * Writes a single voxel (averaged, or with its transients as frames) or an averaged MRSI grid (slices as frames).
 * @returns the bytes of one DICOM file
 * @throws UnsupportedDataError for coils, edits and other dimensions, and without a place; ProcessingError for NaN
 */
export function writeDicomMrs(dataset: MrsDataset, options: WriteDicomOptions): Uint8Array {
  const grid = gridOf(dataset);
  const geometry = dicomGeometry(dataset);
  const sopInstanceUid = options.uid();
  return encodeDicomFile(MR_SPECTROSCOPY_STORAGE, sopInstanceUid, [
    ...headerModules(dataset, { ...options, sopInstanceUid, slabs: geometry.slabs }),
    ...functionalGroups(dataset, geometry, grid.repetitions, options.uid()),
    ...dataModule(dataset, grid),
    ...privateBlock(dataset),
  ]);
}
