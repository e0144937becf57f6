// DICOM: the one entry for the rest of the formats.
export { DicomDataset, dicomIdentity, dicomTag, functionalGroup, isDicom, parseDicom, TAG } from './dicomFile.ts';
export type { DicomFile, DicomIdentity, DicomTag, Vr } from './dicomFile.ts';
export { dicomKind, kindOfDicom } from './dicomKind.ts';
export type { DicomKind } from './dicomKind.ts';
export { readDicomSeries } from './dicomSeries.ts';
export type { DicomInput, DicomSeriesScan } from './dicomSeries.ts';
export { readDicomMrs } from './dicomSpectroscopy.ts';
export type { DicomScan } from './dicomSpectroscopy.ts';
