// How much of an MRS voxel is grey matter, white matter and cerebrospinal fluid.

export interface TissueFractions {
  /** Volume fractions of the voxel, 0 to 1. */
  readonly gm: number;
  readonly wm: number;
  readonly csf: number;
  /** Inside the image, but none of the three (bone, air, unlabelled). */
  readonly other: number;
  /** Part of the voxel that the image does not cover. */
  readonly outside: number;
  /** "given", or the segmentation's name and how it was read. */
  readonly source: string;
}
