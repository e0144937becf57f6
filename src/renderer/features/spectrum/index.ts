// Spectrum viewer: one dataset's signal, raw and processed.
export { default as SpectrumPane } from './SpectrumPane.vue';
export { useSpectrum } from './store.ts';
export { spectrumCurve } from './model.ts';
export { useOverlay } from './overlayStore.ts';
export { DEFAULT_VIEW } from './view.ts';
export { peaksOfFit, usualWindow } from './nucleusView.ts';
