// Features in time and frequency that networks take in place of the spectrum.
export { morseScalogram } from './morseScalogram.ts';
export type { TimeFrequencyInput } from './timeFrequencyInput.ts';
export { waveletScattering } from './waveletScattering.ts';
