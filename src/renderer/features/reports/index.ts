// Reports: preview, conclusion, signature, versions, export.
export { default as ReportButtons } from './ReportButtons.vue';
export { default as ReportPane } from './ReportPane.vue';
export { useSigning } from './signing.ts';
export { useReports } from './store.ts';
