// Spectrum viewer: one dataset's signal, raw and processed.
export { default as SpectrumPane } from './SpectrumPane.vue';
export { useSpectrum } from './store.ts';
export { DEFAULT_RANGE, DEFAULT_VIEW, PEAKS_1H, spectrumCurve } from './model.ts';
