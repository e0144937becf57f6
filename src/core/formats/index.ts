// Formats: bytes ⇄ MrsDataset. The one entry for the rest of the program.
export { deidentify, isPrivateKey } from './deidentify.ts';
export { readJmruiText, writeJmruiText } from './jmruiText.ts';
export { parseLcmodelControl } from './lcmodelControl.ts';
export type { LcmodelControl } from './lcmodelControl.ts';
export { readLcmodelRaw, writeLcmodelRaw } from './lcmodelRaw.ts';
export { describeNiftiImage, niftiIntensityRange } from './niftiImage.ts';
export type { ImageDescription } from './niftiImage.ts';
export { readNiftiMrs, writeNiftiMrs } from './niftiMrs.ts';
export type { WriteNiftiMrsOptions } from './niftiMrs.ts';
export { CONVERSION_STEP } from './niftiMrsHeader.ts';
export { readPhilipsSdat } from './philipsSdat.ts';
export { readPlainText } from './plainText.ts';
export type { PlainTextScan } from './plainText.ts';
export type { ReadOptions } from './readOptions.ts';
export { listFormats, readMrs, readScan, sniffFormat, writeMrs } from './registry.ts';
export type { FormatId, FormatInfo, InputFile, Scan, WritableFormat } from './registry.ts';
