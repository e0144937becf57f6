// DICOM MR image series: what they are and where they lie, and the NIfTI volume made of them for the viewer.
import { ReaderError, UnsupportedDataError } from '../../domain/errors.ts';
import type { Affine } from '../../domain/mrsDataset.ts';
import { voxelSizeMm } from '../../domain/mrsDataset.ts';
import type { Warning } from '../../domain/provenance.ts';
import { kindOfDicom } from '../dicom/dicomKind.ts';
import type { DicomFile } from '../dicom/dicomFile.ts';
import { parseDicom } from '../dicom/dicomFile.ts';
import type { InputFile } from '../inputFile.ts';
import { niftiVolume } from './niftiVolume.ts';
import { slicesOf } from './sliceOf.ts';
import type { SliceStack } from './stackSlices.ts';
import { stackSlices } from './stackSlices.ts';

/** A series as its headers describe it. */
export interface ImageSeriesDescription {
  readonly format: 'dicom-image';
  /** Columns, rows, slices. */
  readonly matrix: readonly [number, number, number];
  readonly voxelSizeMm: readonly [number, number, number];
  readonly affine: Affine;
  readonly warnings: readonly Warning[];
}

function imageFile(file: InputFile): DicomFile {
  const dicom = parseDicom(file.bytes, file.name);
  if (kindOfDicom(dicom) !== 'mr-image') {
    throw new UnsupportedDataError('UNSUPPORTED', `${file.name} is a DICOM file, but not an MR image.`);
  }
  return dicom;
}

function stackOf(files: readonly InputFile[], name: string): SliceStack {
  if (files.length === 0) throw new ReaderError('FILE_EMPTY', `${name} holds no image.`);
  return stackSlices(
    files.flatMap((file) => slicesOf(imageFile(file))),
    name,
  );
}

/**
 * Describes a series of MR image files (one orientation, one echo) without unpacking its pixels.
 * @param name of the series, for messages
 * @throws ReaderError, UnsupportedDataError in words: cut, compressed, colour, without position, no even stack
 */
export function describeImageSeries(files: readonly InputFile[], name: string): ImageSeriesDescription {
  const { matrix, affine, warnings } = stackOf(files, name);
  const size = voxelSizeMm(affine) as readonly [number, number, number];
  return { format: 'dicom-image', matrix: [matrix[0], matrix[1], matrix[2]], voxelSizeMm: size, affine, warnings };
}

/**
 * The volume of a series as a NIfTI-1 file; see describeImageSeries.
 * @throws as describeImageSeries; ReaderError DIMENSIONS_ABSURD for a volume over 1 GB
 */
export function imageSeriesNifti(files: readonly InputFile[], name: string): Uint8Array {
  return niftiVolume(stackOf(files, name), name);
}
