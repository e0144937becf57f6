// Importing: what was recognised in the files given, and the user's word on it before anything is stored.
export { default as ImportDialog } from './ImportDialog.vue';
export { default as ImportOutcome } from './ImportOutcome.vue';
export { useImporting } from './store.ts';
