// Geometry: voxel ⇄ image transforms, boxes, sections, slices on screen.
export * from './affine.ts';
export * from './box.ts';
export * from './sliceView.ts';
