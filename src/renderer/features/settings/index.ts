// Settings: theme, image convention, about.
export { default as SettingsPage } from './SettingsPage.vue';
export { useSettings } from './store.ts';
export type { ImageConvention, Theme } from './model.ts';
