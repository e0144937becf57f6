// Geometry: voxel ⇄ image transforms, boxes, sections, slices on screen.
export * from './affine.ts';
export * from './box.ts';
export * from './chemicalShift.ts';
export * from './convexClip.ts';
export * from './gridRegion.ts';
export * from './gridSampling.ts';
export * from './segmentationLabels.ts';
export * from './shiftedBox.ts';
export * from './slab.ts';
export * from './tissueFractions.ts';
export * from './sliceView.ts';
