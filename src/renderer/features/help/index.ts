// Help: the page, and the tour of the demo study.
export { default as HelpPage } from './HelpPage.vue';
export { default as Tour } from './Tour.vue';
export { useTour } from './store.ts';
