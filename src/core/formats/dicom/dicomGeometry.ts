// Where a voxel or grid lies, from DICOM's image plane attributes (PS3.3, C.7.6.2) and volume localisation slabs
// (C.8.14.1): patient LPS in mm → RAS affine. The first axis follows the row direction, the second the column direction.
import type { JsonValue } from '../../domain/json.ts';
import type { Affine } from '../../domain/mrsDataset.ts';
import type { Warning } from '../../domain/provenance.ts';
import type { Vector3 } from '../siemens/imagePlaneAffine.ts';
import { cross, imagePlaneAffine } from '../siemens/imagePlaneAffine.ts';
import type { DicomDataset, DicomFile } from './dicomFile.ts';
import { functionalGroup, TAG } from './dicomFile.ts';

/** Longest edge and farthest position taken; beyond, the header is damaged. [mm] */
const MAX_LENGTH_MM = 20_000;
/** Unit vectors in decimal text are off by less than this. */
const DIRECTION_TOLERANCE = 0.01;

export const vector3 = (values: readonly number[] | null): Vector3 | null =>
  values !== null && values.length >= 3 && values.slice(0, 3).every((v) => Math.abs(v) <= MAX_LENGTH_MM)
    ? [values[0] as number, values[1] as number, values[2] as number]
    : null;

const dot = (a: Vector3, b: Vector3): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];

export interface Orientation {
  readonly row: Vector3;
  readonly column: Vector3;
}

/** Row and column directions; null unless they are perpendicular unit vectors. */
export function orientationOf(values: readonly number[] | null): Orientation | null {
  const row = vector3(values);
  const column = vector3(values?.slice(3) ?? null);
  if (row === null || column === null) return null;
  const wrong = [dot(row, row) - 1, dot(column, column) - 1, dot(row, column)];
  return wrong.every((d) => Math.abs(d) <= DIRECTION_TOLERANCE) ? { row, column } : null;
}

/** Edges along row, column and normal, if all are positive lengths. */
export function sizesOf(...edges: readonly (number | null | undefined)[]): Vector3 | null {
  return edges.every((e) => e !== null && e !== undefined && e > 0) ? vector3(edges as number[]) : null;
}

export interface PlaneGeometry extends Orientation {
  /** Image Position (Patient) of the first frame. */
  readonly position: Vector3;
  readonly sizeMm: Vector3;
}

/** Plane position and orientation of one frame, and its pixel measures, from functional groups or plain attributes. */
export function planeGeometry(file: DicomFile, frame = 0): PlaneGeometry | null {
  const { dataset } = file;
  const measures = functionalGroup(file, TAG.pixelMeasuresSequence, frame) ?? dataset;
  const plane = functionalGroup(file, TAG.planeOrientationSequence, frame) ?? dataset;
  const orientation = orientationOf(plane.vector(TAG.imageOrientationPatient, 6));
  const position = framePosition(file, frame);
  const spacing = measures.vector(TAG.pixelSpacing, 2);
  const thickness = measures.number(TAG.sliceThickness) ?? dataset.number(TAG.sliceThickness);
  // Pixel Spacing is (between rows, between columns): its second value is the step along a row.
  const sizeMm = sizesOf(spacing?.[1], spacing?.[0], thickness);
  return orientation === null || position === null || sizeMm === null ? null : { ...orientation, position, sizeMm };
}

/** Image Position (Patient) of a frame. */
export function framePosition(file: DicomFile, frame: number): Vector3 | null {
  const own = functionalGroup(file, TAG.planePositionSequence, frame) ?? file.dataset;
  return vector3(own.vector(TAG.imagePositionPatient, 3));
}

/**
 * The volume that three perpendicular slabs select: each axis takes the slab whose normal lies along it.
 * @param slabs items of Volume Localization Sequence
 * @param axes directions that the affine's first two axes are to have
 * @returns null where there aren't three such slabs
 */
export function slabVolume(slabs: readonly DicomDataset[], axes: Orientation): Affine | null {
  const found = slabs.flatMap((slab) => {
    const normal = vector3(slab.vector(TAG.slabOrientation, 3));
    const middle = vector3(slab.vector(TAG.midSlabPosition, 3));
    const thickness = slab.number(TAG.slabThickness);
    return normal === null || middle === null || thickness === null ? [] : [{ normal, middle, thickness }];
  });
  const directions = [axes.row, axes.column, cross(axes.row, axes.column)];
  const edges = directions.map((axis) => found.find((slab) => Math.abs(dot(slab.normal, axis)) > 0.99));
  const sizeMm = sizesOf(...edges.map((slab) => slab?.thickness));
  const [first] = found;
  if (sizeMm === null || first === undefined || new Set(edges).size !== 3) return null;
  // Where the slabs are not centred on one point, the corner of their intersection is not the middle of any of them.
  const position = directions.reduce<Vector3>(
    (sum, axis, i) => {
      const along = dot(edges[i]?.middle as Vector3, axis);
      return [sum[0] + along * axis[0], sum[1] + along * axis[1], sum[2] + along * axis[2]];
    },
    [0, 0, 0],
  );
  return imagePlaneAffine({ ...axes, position, sizeMm });
}

/** NIfTI-MRS's VOI key: the affine as rows. */
export const voiRows = (affine: Affine): JsonValue =>
  [0, 1, 2, 3].map((row) => affine.slice(4 * row, 4 * row + 4) as number[]);

export const GEOMETRY_MISSING: Warning = {
  code: 'geometry-missing',
  message: 'The file does not say fully where its voxel lies.',
};

/** Whether a stack that runs along row × column runs toward decreasing coordinates of its main direction. */
export function runsBackward(axes: Orientation): boolean {
  const normal = cross(axes.row, axes.column);
  let main = 0;
  for (const i of [1, 2] as const) if (Math.abs(normal[i]) >= Math.abs(normal[main] as number)) main = i;
  return (normal[main] as number) < 0;
}
