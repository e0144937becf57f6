// Images: the structural images with the study's voxels on them.
export { default as ImagePane } from './ImagePane.vue';
export { imageCommands } from './commands.ts';
export { useImages } from './store.ts';
