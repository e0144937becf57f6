// Reports: preview and export.
export { default as ReportButtons } from './ReportButtons.vue';
export { default as ReportPane } from './ReportPane.vue';
export { useReports, type ReportFormat } from './store.ts';
