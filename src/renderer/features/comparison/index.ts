// Comparison of two methods: of one scan in the study view, of many studies on its own page.
export { default as ComparedCurves } from './ComparedCurves.vue';
export { default as ComparedTable } from './ComparedTable.vue';
export { default as ComparisonBar } from './ComparisonBar.vue';
export { default as ComparisonPage } from './ComparisonPage.vue';
export type { Spectrum as ComparedSpectrum } from './agreement.ts';
export { default as SaveButtons, type SaveFormat } from './SaveButtons.vue';
export { saveFigure, saveTable } from './saving.ts';
export { default as ValueCell } from './ValueCell.vue';
export { useComparison } from './store.ts';
