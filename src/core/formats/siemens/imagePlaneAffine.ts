// A voxel or grid given as DICOM gives an image plane (row and column directions, position, spacings; LPS) → NIfTI
// affine (RAS). DICOM PS3.3 C.7.6.2.1.1; the third axis is row × column, as NIfTI converters of DICOM have it.
import type { Affine } from '../../domain/mrsDataset.ts';

export type Vector3 = readonly [number, number, number];

export const cross = (a: Vector3, b: Vector3): Vector3 => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
];

const unit = (v: Vector3): Vector3 => {
  const length = Math.hypot(...v) || 1;
  return [v[0] / length, v[1] / length, v[2] / length];
};

export interface ImagePlane {
  /** Direction of increasing first index (along a row), patient LPS. */
  readonly row: Vector3;
  /** Direction of increasing second index (down a column), patient LPS. */
  readonly column: Vector3;
  /** Point that becomes voxel (0, 0, 0), patient LPS. [mm] */
  readonly position: Vector3;
  /** Voxel edges along row, column and their normal. [mm] */
  readonly sizeMm: Vector3;
  /** Index shift of the first voxel's centre from `position`, in voxels; (0.5, 0.5, 0) where it is the grid's corner. */
  readonly centreShift?: Vector3;
  /** Turns the third axis round, for stacks that run against row × column. */
  readonly flipNormal?: boolean;
}

/** @returns voxel index → RAS mm; its columns are the voxel's edge vectors */
export function imagePlaneAffine(plane: ImagePlane): Affine {
  const [row, column] = [unit(plane.row), unit(plane.column)];
  const normal = cross(row, column);
  const sign = plane.flipNormal === true ? -1 : 1;
  const shift = plane.centreShift ?? [0, 0, 0];
  const [dx, dy, dz] = plane.sizeMm;
  const rows = [0, 1, 2].map((i) => {
    const ras = i < 2 ? -1 : 1;
    const edges = [
      ras * (row[i] as number) * dx,
      ras * (column[i] as number) * dy,
      ras * sign * (normal[i] as number) * dz,
    ];
    const offset = ras * (plane.position[i] as number) + edges.reduce((s, e, j) => s + e * (shift[j] as number), 0);
    return [...edges, offset];
  });
  return [...rows.flat(), 0, 0, 0, 1];
}
