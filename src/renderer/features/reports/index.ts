// Reports: preview, conclusion, signature, versions, export.
export { default as ReportPane } from './ReportPane.vue';
export { USUAL_FORMATS } from './model.ts';
export { useSigning } from './signing.ts';
export { useReports } from './store.ts';
