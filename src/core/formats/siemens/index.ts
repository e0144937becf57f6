// Siemens formats other than DICOM: raw data (twix) and .rda. The one entry to this folder.
export { isRda, readRda } from './rda.ts';
export { readTwix, readTwixScan } from './twix.ts';
export type { TwixOptions, TwixScan } from './twix.ts';
export { isTwix } from './twixLayout.ts';
