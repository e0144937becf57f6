// Importing: what was recognised in the files given, and the user's word on it before anything is stored; the queue.
export { default as ImportDialog } from './ImportDialog.vue';
export { default as ImportOutcome } from './ImportOutcome.vue';
export { default as ImportQueue } from './ImportQueue.vue';
export { useImporting } from './store.ts';
