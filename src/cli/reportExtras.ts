// What a report from files is given besides the scan: the structural image that its voxel is drawn on, reference ranges.
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { UsageError } from '../core/domain/errors.ts';
import type { MrsDataset } from '../core/domain/mrsDataset.ts';
import { PUBLISHED_RANGES } from '../core/domain/publishedRanges.ts';
import type { ReferenceRange } from '../core/domain/referenceRange.ts';
import { imageSeriesNifti, inMemory } from '../core/formats/index.ts';
import { imageVolumeNifti } from '../core/pipeline/index.ts';
import { placeOnImage } from '../core/pipeline/placeOnImage.ts';
import type { ReportInput } from '../core/reports/index.ts';
import { readRangesCsv } from '../core/reports/index.ts';
import { readError } from '../node/files/readErrors.ts';
import { collectRefusals, imagesOf, readGroups } from './scanInputs.ts';

/** A structural image as one volume. */
export interface ReportVolume {
  readonly name: string;
  /** NIfTI, gzipped or not. */
  readonly nifti: Uint8Array;
}

/**
 * @param path a NIfTI file, a DICOM file, or a folder or zip of one DICOM series
 * @throws UsageError where there is no image or more than one, ReaderError for what can't be read
 */
export async function readReportImage(path: string): Promise<ReportVolume> {
  const name = basename(path);
  const images = imagesOf(await readGroups([path], collectRefusals([path])));
  const [image] = images;
  if (image === undefined) throw new UsageError(`${name} is no structural image: give a NIfTI file or a DICOM series.`);
  if (images.length > 1) {
    const names = images.map((group) => group.name).join(', ');
    throw new UsageError(`${name} holds ${images.length} images (${names}); give one of them.`);
  }
  const files = image.files.map(inMemory);
  const [file] = files;
  const isNifti = image.format === 'nifti-image' && file !== undefined;
  const nifti = isNifti ? imageVolumeNifti(file.name, file.bytes) : imageSeriesNifti(files, image.name);
  return { name: image.name, nifti };
}

/**
 * The voxel on the three planes of an image.
 * @throws UsageError where it can't be drawn there, in words
 */
export function voxelOnImage(
  { name, nifti }: ReportVolume,
  dataset: MrsDataset,
  voxel: number,
): NonNullable<ReportInput['images']> {
  if (dataset.affine === null) {
    throw new UsageError(`The scan does not say where its voxel lies, so it can't be drawn on ${name}.`);
  }
  const { images } = placeOnImage(nifti, name, dataset, { voxel });
  if (images.length > 0) return images;
  throw new UsageError(`${name} can't show the voxel: it lies outside, or the image has colours or no place.`);
}

/**
 * @param path a table as the app writes it; undefined: the published ranges that come with the program
 * @throws UsageError where a line of the table is wrong
 */
export async function readReportRanges(path: string | undefined): Promise<readonly ReferenceRange[]> {
  if (path === undefined) return PUBLISHED_RANGES.map(({ range }) => range);
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw readError(path, error);
  });
  const { ranges, refusals } = readRangesCsv(text, basename(path));
  if (refusals.length > 0) throw new UsageError(refusals.join(' '));
  return ranges;
}
