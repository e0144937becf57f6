// Corrections: the transients before and after the correction of frequency and phase, by every method.
export { default as CorrectionBar } from './CorrectionBar.vue';
export { default as CorrectionDrift } from './CorrectionDrift.vue';
export { default as CorrectionGate } from './CorrectionGate.vue';
export { default as CorrectionMatrices } from './CorrectionMatrices.vue';
export { default as CorrectionSpectra } from './CorrectionSpectra.vue';
export { default as CorrectionTable } from './CorrectionTable.vue';
