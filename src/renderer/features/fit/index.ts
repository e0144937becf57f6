// Fit: set-up, curves, results.
export { default as CurvesChart } from './CurvesChart.vue';
export { default as FitPane } from './FitPane.vue';
export { default as FitSetup } from './FitSetup.vue';
export { default as ResultsTable } from './ResultsTable.vue';
export { metaboliteColour, metaboliteRank } from './metaboliteColours.ts';
export { statusGrade } from './model.ts';
export { useFit, type BasisSuggestion } from './store.ts';
export { useFitView } from './viewStore.ts';
