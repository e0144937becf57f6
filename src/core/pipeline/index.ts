// The pipeline's public face: recipes, preprocessing, analysis, and the study workflow on top.
export * from './recipes.ts';
export * from './runPreprocessing.ts';
export * from './analyse.ts';
export * from './describeDataset.ts';
export * from './guessRole.ts';
export * from './importFiles.ts';
export * from './studyWorkflow.ts';
export * from './voxelImage.ts';
