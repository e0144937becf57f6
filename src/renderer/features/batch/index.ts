// Batch: many studies by one set-up.
export { default as BatchPage } from './BatchPage.vue';
export { useBatches } from './store.ts';
