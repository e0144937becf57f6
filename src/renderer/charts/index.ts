// Charts for the features: the spectrum chart and what it draws.
export { default as SpectrumChart } from './SpectrumChart.vue';
export type { ChartColour, ChartPanel, ChartSeries, PeakLabel, PpmRange } from './chartTypes.ts';
