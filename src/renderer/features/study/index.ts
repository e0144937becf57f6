// Study: the open study in panes.
export { default as StudyPage } from './StudyPage.vue';
export { useStudyLayout } from './store.ts';
export { PRESETS, presetText, type Preset } from './model.ts';
