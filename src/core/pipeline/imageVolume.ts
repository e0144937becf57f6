// A stored image as the viewer and the report draw it: one NIfTI volume, whatever it was imported from.
import { isDicom } from '../formats/dicom/index.ts';
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

/** Name of that volume: the viewer goes by its ending. */
export function imageVolumeName(fileName: string): string {
  return /\.nii(\.gz)?$/i.test(fileName) ? fileName : `${fileName.replace(/\.(zip|dcm|ima)$/i, '')}.nii`;
}
