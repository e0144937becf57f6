// Worklist: the studies of the database.
export { default as RatiosMenu } from './RatiosMenu.vue';
export { default as WorklistPage } from './WorklistPage.vue';
export { EVERY_STUDY, searchQuery, stateLight } from './model.ts';
export { useRecentStudies } from './recentStudies.ts';
export { useWorklist } from './store.ts';
