// Exporting: a study as files, without what identifies the patient unless asked otherwise.
export { default as ExportDialog } from './ExportDialog.vue';
export { useExporting } from './store.ts';
