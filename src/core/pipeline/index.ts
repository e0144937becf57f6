// The pipeline's public face: recipes, preprocessing, analysis, and the study workflow on top.
export * from './recipes.ts';
export * from './runPreprocessing.ts';
export * from './analyse.ts';
export * from './describeDataset.ts';
export * from './guessRole.ts';
export * from './imageVolume.ts';
export * from './importFiles.ts';
export { waterFor } from './pairing.ts';
export type { Pairable } from './pairing.ts';
export * from './studyWorkflow.ts';
export * from './voxelImage.ts';
