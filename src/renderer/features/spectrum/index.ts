// Spectrum viewer: one dataset's signal, raw and processed.
export { default as SpectrumPane } from './SpectrumPane.vue';
export { useSpectrum } from './store.ts';
export { DEFAULT_VIEW, spectrumCurve } from './model.ts';
export { peaksOfFit } from './nucleusView.ts';
