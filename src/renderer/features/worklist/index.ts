// Worklist: the studies of the database.
export { default as WorklistPage } from './WorklistPage.vue';
export { useWorklist } from './store.ts';
export { STATE_WORDS } from './model.ts';
