// The storage SOP classes that this node takes (PS3.4, B.5; private ones as the vendors' conformance statements name them):
// MR images, spectroscopy, raw data, and the pictures that vendors put spectra into. Anything else is refused in the
// association, so that a sender learns it before it sends.
import {
  MR_SPECTROSCOPY_STORAGE,
  PHILIPS_MR_SPECTRUM,
  SIEMENS_CSA_NON_IMAGE,
} from '../../../core/formats/dicom/dicomKind.ts';

export const STORAGE_CLASSES: readonly string[] = [
  MR_SPECTROSCOPY_STORAGE,
  '1.2.840.10008.5.1.4.1.1.4', // MR Image
  '1.2.840.10008.5.1.4.1.1.4.1', // Enhanced MR Image
  '1.2.840.10008.5.1.4.1.1.4.3', // Enhanced MR Color Image
  '1.2.840.10008.5.1.4.1.1.4.4', // Legacy Converted Enhanced MR Image
  '1.2.840.10008.5.1.4.1.1.66', // Raw Data
  '1.2.840.10008.5.1.4.1.1.7', // Secondary Capture Image
  '1.2.840.10008.5.1.4.1.1.7.1', // Multi-frame Single Bit Secondary Capture
  '1.2.840.10008.5.1.4.1.1.7.2', // Multi-frame Grayscale Byte Secondary Capture
  '1.2.840.10008.5.1.4.1.1.7.3', // Multi-frame Grayscale Word Secondary Capture
  '1.2.840.10008.5.1.4.1.1.7.4', // Multi-frame True Color Secondary Capture
  SIEMENS_CSA_NON_IMAGE,
  PHILIPS_MR_SPECTRUM,
  '1.3.46.670589.11.0.0.12.2', // Philips Private MR Series Data
];

const TAKEN: ReadonlySet<string> = new Set(STORAGE_CLASSES);

export const isStorageClass = (uid: string): boolean => TAKEN.has(uid);
