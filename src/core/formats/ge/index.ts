// GE P-files: the one entry for the rest of the formats.
export { isPfile, readPfile } from './readPfile.ts';
export type { PfileScan } from './readPfile.ts';
