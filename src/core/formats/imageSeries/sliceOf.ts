// The slices of a DICOM MR image file: one of a classic file, one for each frame of an enhanced one (PS3.3, C.7.6.3,
// C.7.6.2, C.7.6.16.2). Pixels stay views of the file's bytes.
import { ReaderError, UnsupportedDataError } from '../../domain/errors.ts';
import type { DicomDataset, DicomFile, DicomTag } from '../dicom/dicomFile.ts';
import { TAG } from '../dicom/dicomFile.ts';
import type { Orientation } from '../dicom/dicomGeometry.ts';
import { orientationOf, vector3 } from '../dicom/dicomGeometry.ts';
import type { Vector3 } from '../siemens/imagePlaneAffine.ts';

/** How one pixel stands in the file. */
export interface PixelFormat {
  readonly rows: number;
  readonly columns: number;
  readonly bitsAllocated: 8 | 16;
  readonly bitsStored: number;
  /** Lowest stored bit's place. */
  readonly shift: number;
  readonly isSigned: boolean;
  readonly littleEndian: boolean;
}

export interface Slice {
  readonly fileName: string;
  readonly pixels: Uint8Array;
  readonly format: PixelFormat;
  readonly slope: number;
  readonly intercept: number;
  /** Centre of the first pixel, patient LPS. [mm] */
  readonly position: Vector3;
  readonly orientation: Orientation;
  /** Steps along a row and down a column. [mm] */
  readonly pixelMm: readonly [number, number];
  readonly thicknessMm: number | null;
  /** Spacing Between Slices, centre to centre. [mm] */
  readonly spacingMm: number | null;
  /** Numbers that tell repeated slices apart, first acquired first: temporal position, acquisition, instance. */
  readonly order: readonly [number, number, number];
}

const MAX_EDGE = 16_384;

function pixelFormat({ dataset, fileName, littleEndian }: DicomFile): PixelFormat {
  const [rows, columns] = [dataset.number(TAG.rows) ?? 0, dataset.number(TAG.columns) ?? 0];
  const bitsAllocated = dataset.number(TAG.bitsAllocated) ?? 0;
  const bitsStored = dataset.number(TAG.bitsStored) ?? bitsAllocated;
  const highBit = dataset.number(TAG.highBit) ?? bitsStored - 1;
  const shift = highBit + 1 - bitsStored;
  if ([rows, columns].some((n) => !Number.isInteger(n) || n < 1 || n > MAX_EDGE)) {
    throw new ReaderError('DIMENSIONS_ABSURD', `${fileName} claims ${rows} × ${columns} pixels.`, { rows, columns });
  }
  if (bitsAllocated !== 8 && bitsAllocated !== 16) {
    throw new UnsupportedDataError(
      'UNSUPPORTED',
      `${fileName} stores ${bitsAllocated} bits a pixel; MR images of 8 or 16 bits are read.`,
      { bitsAllocated },
    );
  }
  if (!(bitsStored >= 1 && shift >= 0 && highBit < bitsAllocated)) {
    throw new ReaderError('FORMAT_INVALID', `${fileName} says impossibly how its pixels are stored.`);
  }
  const isSigned = dataset.number(TAG.pixelRepresentation) === 1;
  return { rows, columns, bitsAllocated, bitsStored, shift, isSigned, littleEndian };
}

function refuseUnreadable(file: DicomFile): void {
  const { dataset, fileName } = file;
  const refuse = (what: string): never => {
    throw new UnsupportedDataError('UNSUPPORTED', `${fileName} ${what}.`);
  };
  if (file.compressed) {
    refuse('is a DICOM image with compressed pixels, which are not unpacked; export it uncompressed');
  }
  if ((dataset.number(TAG.samplesPerPixel) ?? 1) !== 1) refuse('is a colour image, which no voxel can be shown on');
  if (dataset.strings(TAG.imageType).includes('MOSAIC')) {
    refuse('is a Siemens mosaic (all slices of a time point in one picture), which is not read as an image');
  }
}

/** A functional group of one frame, its own or the shared one; the data set itself where there are none. */
type GroupOf = (tag: DicomTag) => DicomDataset;

function sliceOf(file: DicomFile, format: PixelFormat, group: GroupOf, pixels: Uint8Array, frame: number): Slice {
  const { dataset, fileName } = file;
  const position = vector3(group(TAG.planePositionSequence).vector(TAG.imagePositionPatient, 3));
  const orientation = orientationOf(group(TAG.planeOrientationSequence).vector(TAG.imageOrientationPatient, 6));
  const measures = group(TAG.pixelMeasuresSequence);
  const spacing = measures.vector(TAG.pixelSpacing, 2);
  if (position === null || orientation === null || spacing === null || spacing.some((mm) => !(mm > 0))) {
    throw new ReaderError('HEADER_MISSING', `${fileName} is an image that doesn't say where it lies in the scanner.`);
  }
  const scaling = group(TAG.pixelValueTransformationSequence);
  const content = group(TAG.frameContentSequence);
  const positive = (tag: DicomTag): number | null => {
    const value = measures.number(tag) ?? dataset.number(tag);
    return value !== null && value > 0 ? value : null;
  };
  return {
    fileName,
    pixels,
    format,
    slope: scaling.number(TAG.rescaleSlope) ?? 1,
    intercept: scaling.number(TAG.rescaleIntercept) ?? 0,
    position,
    orientation,
    // Pixel Spacing is (between rows, between columns).
    pixelMm: [spacing[1] as number, spacing[0] as number],
    thicknessMm: positive(TAG.sliceThickness),
    spacingMm: positive(TAG.spacingBetweenSlices),
    order: [
      content.number(TAG.temporalPositionIdentifier) ?? 0,
      dataset.number(TAG.acquisitionNumber) ?? 0,
      (dataset.number(TAG.instanceNumber) ?? 0) + frame,
    ],
  };
}

function frameCount(file: DicomFile, frameBytes: number, pixels: Uint8Array): number {
  const claimed = file.dataset.number(TAG.numberOfFrames) ?? 1;
  if (!Number.isInteger(claimed) || claimed < 1) {
    throw new ReaderError('DIMENSIONS_ABSURD', `${file.fileName} claims ${claimed} frames.`, { frames: claimed });
  }
  if (pixels.length < claimed * frameBytes) {
    throw new ReaderError(
      'FILE_TRUNCATED',
      `${file.fileName} is cut short: its header promises ${claimed * frameBytes} bytes of pixels, ${pixels.length} are there.`,
      { expectedBytes: claimed * frameBytes, foundBytes: pixels.length },
    );
  }
  return claimed;
}

/**
 * @param file an MR image, parsed
 * @throws ReaderError FILE_TRUNCATED, HEADER_MISSING (no position), FORMAT_INVALID, DIMENSIONS_ABSURD;
 *   UnsupportedDataError for compressed, colour and mosaic images
 */
export function slicesOf(file: DicomFile): Slice[] {
  refuseUnreadable(file);
  const { dataset, fileName } = file;
  const format = pixelFormat(file);
  const pixels = dataset.bytes(TAG.pixelData);
  if (pixels === null) {
    const code = file.complete ? 'HEADER_MISSING' : 'FILE_TRUNCATED';
    throw new ReaderError(code, `${fileName} is a DICOM image without its pixels.`);
  }
  const frameBytes = format.rows * format.columns * (format.bitsAllocated / 8);
  const count = frameCount(file, frameBytes, pixels);
  const shared = dataset.item(TAG.sharedFunctionalGroupsSequence);
  const frames = dataset.sequence(TAG.perFrameFunctionalGroupsSequence);
  return Array.from({ length: count }, (_, frame) => {
    const group: GroupOf = (tag) => frames[frame]?.item(tag) ?? shared?.item(tag) ?? dataset;
    const own = pixels.subarray(frame * frameBytes, (frame + 1) * frameBytes);
    return sliceOf(file, format, group, own, frame);
  });
}

/**
 * One pixel's stored value, with the bits beside it left out and its sign.
 * @param view over the slice's pixels
 * @param i row · columns + column
 */
export function pixelReader(slice: Slice): (i: number) => number {
  const { bitsAllocated, bitsStored, shift, isSigned, littleEndian } = slice.format;
  const view = new DataView(slice.pixels.buffer, slice.pixels.byteOffset, slice.pixels.byteLength);
  const mask = 2 ** bitsStored - 1;
  const signBit = 2 ** (bitsStored - 1);
  const raw = (i: number): number =>
    ((bitsAllocated === 8 ? view.getUint8(i) : view.getUint16(2 * i, littleEndian)) >> shift) & mask;
  return isSigned ? (i) => (raw(i) ^ signBit) - signBit : raw;
}
