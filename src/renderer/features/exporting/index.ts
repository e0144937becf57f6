// Exporting: a study as files, without what identifies the patient unless asked otherwise.
export { default as ExportDialog } from './ExportDialog.vue';
export { default as ReportsButton } from './ReportsButton.vue';
export { default as ReportsExportDialog } from './ReportsExportDialog.vue';
export { useReportsExport } from './reportsStore.ts';
export { useExporting } from './store.ts';
