// Bruker ParaVision: the one entry for the rest of the formats.
export { isBrukerParameters } from './jcampParameters.ts';
export { isBrukerData, readBruker } from './readBruker.ts';
export type { BrukerCompanion } from './readBruker.ts';
