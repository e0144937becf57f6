// MRSI: maps, spectra and regions over the voxel grid.
export { default as VoxelMapPane } from './VoxelMapPane.vue';
export { default as VoxelOrRegion } from './VoxelOrRegion.vue';
export { mrsiCommands } from './commands.ts';
export { valueWords } from './mapQuantities.ts';
export { useMrsi } from './store.ts';
