// Charts for the features: the spectrum chart, figures of points, and what they draw.
export { default as FigureCanvas } from './FigureCanvas.vue';
export { default as PpmHandle } from './PpmHandle.vue';
export { default as PointChart } from './PointChart.vue';
export { default as SpectrumChart } from './SpectrumChart.vue';
export { blandAltmanFigure, scatterFigure, type AgreementLabels, type ValuePair } from './agreementFigures.ts';
export { intervalFigure, symbolPath, type IntervalSeries, type PlotSymbol } from './intervalFigure.ts';
export { figureMarkup, type Figure, type FigureSize } from './figure.ts';
export { spectrumFigure } from './spectrumFigure.ts';
export type {
  ChartColour,
  ChartPanel,
  ChartSeries,
  CursorPair,
  LineBundle,
  PeakLabel,
  PpmRange,
} from './chartTypes.ts';
export type { PanelBox } from './spectrumLayout.ts';
export type { Adjustment } from './useSpectrumPointer.ts';
