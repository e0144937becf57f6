// GE "postage stamp" spectra: MR images whose pixels are spectra. An image is 16 × 16 stamps, row by row, one for each of 256
// frequencies (falling ppm); a stamp is the grid of voxels, centred and padded. Real and imaginary parts are images of their
// own, in this order. All facts from SIVIC (svkGEPostageStampReader.cc, svkDcmtkAdapter.cc; github.com/SIVICLab/sivic).
import { ReaderError, UnsupportedDataError } from '../../domain/errors.ts';
import type { DicomDataset, DicomFile, DicomTag, Vr } from './dicomFile.ts';
import { dicomTag, TAG } from './dicomFile.ts';

const MR_IMAGE_STORAGE = '1.2.840.10008.5.1.4.1.1.4';
/** Stamps along an edge of the image. */
export const STAMPS_PER_EDGE = 16;
/** Frequencies of a spectrum. */
export const STAMPS = STAMPS_PER_EDGE ** 2;

/** A private attribute of GE's acquisition block, in the block that GE uses where the creators were removed. */
export const geAcquisitionTag = (dataset: DicomDataset, low: number, vr: Vr): DicomTag =>
  dataset.privateTag(0x0019, 'GEMS_ACQU_01', low, vr) ?? dicomTag(0x0019, 0x1000 + low, vr);

export interface StampLayout {
  /** Pixels of the whole image. */
  readonly imageColumns: number;
  readonly imageRows: number;
  /** Voxels of the grid. */
  readonly columns: number;
  readonly rows: number;
}

/** Acquisition Matrix is (frequency rows, frequency columns, phase rows, phase columns), the unused ones 0 (PS3.3, C.8.3.1). */
function matrixOf(dataset: DicomDataset): { columns: number; rows: number } | null {
  const [frequencyRows = 0, frequencyColumns = 0, phaseRows = 0, phaseColumns = 0] = dataset.numbers(
    TAG.acquisitionMatrix,
  );
  const [columns, rows] = [frequencyColumns || phaseColumns, frequencyRows || phaseRows];
  return columns * rows > 1 ? { columns, rows } : null;
}

/** @returns how the stamps lie; null where the image can't hold them */
export function stampLayout({ dataset }: DicomFile): StampLayout | null {
  const matrix = matrixOf(dataset);
  const [imageColumns, imageRows] = [dataset.number(TAG.columns) ?? 0, dataset.number(TAG.rows) ?? 0];
  const fits = (voxels: number, pixels: number): boolean =>
    pixels % STAMPS_PER_EDGE === 0 && voxels <= pixels / STAMPS_PER_EDGE;
  if (matrix === null || !fits(matrix.columns, imageColumns) || !fits(matrix.rows, imageRows)) return null;
  return { ...matrix, imageColumns, imageRows };
}

/** Whether GE marks an MR image as spectroscopy: by its nucleus or the sequence's name. */
function isMarked(dataset: DicomDataset): boolean {
  if (/^SPECT/i.test(dataset.string(TAG.imagedNucleus) ?? '')) return true;
  const names = [0x9c, 0x9e].map((low) => dataset.string(geAcquisitionTag(dataset, low, 'LO')) ?? '');
  return names.some((name) => /^PROBE|presscsi/i.test(name));
}

export type GeSpectroscopyImage = 'stamps' | 'picture';

/** @returns whether an MR image of GE holds spectra, is a picture of one, or (null) is an image as any other */
export function geSpectroscopyImage(file: DicomFile, sopClass: string): GeSpectroscopyImage | null {
  const { dataset } = file;
  if (sopClass !== MR_IMAGE_STORAGE || !/^GE /i.test(dataset.string(TAG.manufacturer) ?? '')) return null;
  if (!isMarked(dataset)) return null;
  if (stampLayout(file) !== null && dataset.number(TAG.bitsAllocated) === 16) return 'stamps';
  return /^SPECT/i.test(dataset.string(TAG.imagedNucleus) ?? '') ? 'picture' : null;
}

/** Reads single pixels of one image. */
export type PixelReader = (row: number, column: number) => number;

/**
 * The pixels of a stamp image.
 * @throws ReaderError where they are missing or cut; UnsupportedDataError where they are compressed
 */
export function stampPixels(file: DicomFile, layout: StampLayout): PixelReader {
  const { dataset, fileName, littleEndian } = file;
  if (file.compressed) {
    throw new UnsupportedDataError(
      'UNSUPPORTED',
      `${fileName} holds spectra as compressed pixels; export it uncompressed.`,
    );
  }
  const bytes = dataset.bytes(TAG.pixelData);
  const expected = 2 * layout.imageColumns * layout.imageRows;
  if (bytes === null && file.complete) {
    throw new ReaderError('HEADER_MISSING', `${fileName} is a spectroscopy file without its signal data.`);
  }
  if (bytes === null || bytes.length < expected) {
    const missing = expected - (bytes?.length ?? 0);
    const message = `${fileName} is cut short: ${missing} bytes of its pixel data are missing.`;
    throw new ReaderError('FILE_TRUNCATED', message, { missingBytes: missing });
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const slope = dataset.number(TAG.rescaleSlope) ?? 1;
  const intercept = dataset.number(TAG.rescaleIntercept) ?? 0;
  const signed = dataset.number(TAG.pixelRepresentation) !== 0;
  return (row, column) => {
    const at = 2 * (row * layout.imageColumns + column);
    const value = signed ? view.getInt16(at, littleEndian) : view.getUint16(at, littleEndian);
    return slope * value + intercept;
  };
}

/** Pixel of a voxel in the stamp of a frequency: [row, column]. */
export function stampPixel(layout: StampLayout, x: number, y: number, frequency: number): [number, number] {
  const [width, height] = [layout.imageColumns / STAMPS_PER_EDGE, layout.imageRows / STAMPS_PER_EDGE];
  const [left, top] = [Math.floor((width - layout.columns) / 2), Math.floor((height - layout.rows) / 2)];
  const [stampRow, stampColumn] = [Math.floor(frequency / STAMPS_PER_EDGE), frequency % STAMPS_PER_EDGE];
  return [stampRow * height + top + y, stampColumn * width + left + x];
}
