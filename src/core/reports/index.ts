// Reports: result → report model → HTML, SVG, CSV.
export { buildReport, voxelPosition } from './reportModel.ts';
export type { ReportImage, ReportInput, ReportModel, ReportScan } from './reportModel.ts';
export { RESEARCH_USE_LINE, htmlReport } from './htmlReport.ts';
export type { ReportOptions } from './htmlReport.ts';
export { secondOpinions } from './secondOpinions.ts';
export type { SecondOpinions } from './secondOpinions.ts';
export { figureSvg } from './figureSvg.ts';
export type { FigureOptions } from './figureSvg.ts';
export { csvReport } from './csvReport.ts';
export { csvRow } from './csvTable.ts';
export type { CsvCell } from './csvTable.ts';
export type { CsvInput } from './csvReport.ts';
export * from './tables.ts';
export * from './quantities.ts';
