// Models: the networks that are installed, with their cards and self-tests.
export { default as ModelsPage } from './ModelsPage.vue';
