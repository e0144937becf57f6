// Images: the structural image with the voxel on it.
export { default as ImagePane } from './ImagePane.vue';
