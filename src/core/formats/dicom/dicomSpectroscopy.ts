// DICOM spectroscopy of every vendor: one file, told apart by SOP class and manufacturer.
import type { MrsDataset } from '../../domain/mrsDataset.ts';
import type { ReadOptions } from '../readOptions.ts';
import type { DicomFile } from './dicomFile.ts';
import { parseDicom, TAG } from './dicomFile.ts';
import { PHILIPS_MR_SPECTRUM, requireSpectroscopy, SIEMENS_CSA_NON_IMAGE, sopClassOf } from './dicomKind.ts';
import { readEnhancedMrs } from './enhancedSpectroscopy.ts';
import { RAW_DATA_STORAGE, readPfileInside } from './gePfileInside.ts';
import { readGeStamps } from './gePostageStamp.ts';
import { geSpectroscopyImage } from './geStampLayout.ts';
import { readPhilipsClassic, readPhilipsEnhanced } from './philipsDicom.ts';
import { readSiemensCsaMrs } from './siemensCsa.ts';
import { isUih, readUih } from './uihDicom.ts';

/** A scan and the water reference that the same files hold. */
export interface DicomScan {
  readonly dataset: MrsDataset;
  readonly water: MrsDataset | null;
}

/** @returns whether a file is one of the images that hold GE's spectra; they are read as a series */
export const isGeStamps = (file: DicomFile): boolean => geSpectroscopyImage(file, sopClassOf(file)) === 'stamps';

/** Reads a parsed file. @throws ReaderError; UnsupportedDataError where it is no spectroscopy */
export function readSpectroscopyFile(file: DicomFile, options: ReadOptions = {}): DicomScan {
  requireSpectroscopy(file);
  const sopClass = sopClassOf(file);
  if (sopClass === SIEMENS_CSA_NON_IMAGE) return { dataset: readSiemensCsaMrs(file, options), water: null };
  if (sopClass === RAW_DATA_STORAGE) return readPfileInside(file, options);
  if (isGeStamps(file)) return { dataset: readGeStamps([file], options), water: null };
  if (sopClass === PHILIPS_MR_SPECTRUM) return readPhilipsClassic(file, options);
  if (/^philips/i.test(file.dataset.string(TAG.manufacturer) ?? '')) return readPhilipsEnhanced(file, options);
  if (isUih(file)) return readUih(file, options);
  return { dataset: readEnhancedMrs(file, options), water: null };
}

/**
 * Reads one DICOM spectroscopy file.
 * @param fileName base name, for messages
 * @throws ReaderError; UnsupportedDataError for images, screenshots, reports, saying which
 */
export function readDicomMrs(bytes: Uint8Array, fileName: string, options: ReadOptions = {}): DicomScan {
  return readSpectroscopyFile(parseDicom(bytes, fileName), options);
}
