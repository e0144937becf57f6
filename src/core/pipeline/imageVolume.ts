// A stored image as the viewer and the report draw it: one NIfTI volume, whatever it was imported from.
import { dicomIdentity, isDicom, parseDicom } from '../formats/dicom/index.ts';
import { imageSeriesNifti } from '../formats/imageSeries/index.ts';
import { isZip, readZip } from '../formats/zipArchive.ts';

/**
 * NIfTI passes through; a DICOM image, or a zip of a series' slices, is converted.
 * @param fileName base name of the stored file, for messages
 * @throws ReaderError, UnsupportedDataError where DICOM slices make no volume
 */
export function imageVolumeNifti(fileName: string, bytes: Uint8Array): Uint8Array {
  if (isZip(bytes)) return imageSeriesNifti(readZip(bytes, fileName), fileName);
  if (isDicom(bytes)) return imageSeriesNifti([{ name: fileName, bytes }], fileName);
  return bytes;
}

/**
 * Which frame of reference a stored image is told in.
 * @returns its UID; null for NIfTI, which has none
 * @throws ReaderError for damaged DICOM
 */
export function imageFrameOfReference(fileName: string, bytes: Uint8Array): string | null {
  const [first] = isZip(bytes) ? readZip(bytes, fileName) : [{ name: fileName, bytes }];
  if (first === undefined || !isDicom(first.bytes)) return null;
  return dicomIdentity(parseDicom(first.bytes, first.name)).frameOfReferenceUid;
}

/** Name of that volume: the viewer goes by its ending. */
export function imageVolumeName(fileName: string): string {
  return /\.nii(\.gz)?$/i.test(fileName) ? fileName : `${fileName.replace(/\.(zip|dcm|ima)$/i, '')}.nii`;
}
