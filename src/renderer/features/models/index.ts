// Models: networks that are installed.
export { default as ModelsPage } from './ModelsPage.vue';
