// Settings: theme, image convention, LCModel, about.
export { default as SettingsPage } from './SettingsPage.vue';
export { useLcmodelInstallation } from './lcmodelStore.ts';
export { useSettings } from './store.ts';
export { SCALES, type ImageConvention, type Theme } from './model.ts';
