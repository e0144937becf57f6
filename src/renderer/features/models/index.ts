// Models: the networks that are installed, with their cards and self-tests.
export { default as ModelsPage } from './ModelsPage.vue';
export { providerName } from './model.ts';
export { useProvider } from './provider.ts';
export { useModels } from './store.ts';
