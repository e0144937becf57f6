// MRSI: maps over the voxel grid.
export { default as VoxelMapPane } from './VoxelMapPane.vue';
