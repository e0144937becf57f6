// The dataset's affine (voxel index → RAS mm) as DICOM gives a grid: row and column directions, spacings and one
// position per slice, in patient LPS (PS3.3, C.7.6.2.1.1), and the volume of interest as three slabs (C.8.14.1).
import { UnsupportedDataError } from '../../domain/errors.ts';
import type { JsonValue } from '../../domain/json.ts';
import type { Affine, MrsDataset } from '../../domain/mrsDataset.ts';
import type { Vector3 } from '../siemens/imagePlaneAffine.ts';

export interface Slab {
  readonly thicknessMm: number;
  readonly normal: Vector3;
  /** Middle of the slab. [mm, LPS] */
  readonly middle: Vector3;
}

export interface WrittenGeometry {
  readonly row: Vector3;
  readonly column: Vector3;
  /** Edges of a voxel along row, column and from slice to slice. [mm] */
  readonly sizeMm: Vector3;
  /** Centre of the first voxel of each slice. [mm, LPS] */
  readonly positions: readonly Vector3[];
  readonly slabs: readonly Slab[];
}

/** Cosine of an angle that still counts as right; affines are stored with 7 digits at least. */
const RIGHT_ANGLE = 1e-4;

const dot = (a: Vector3, b: Vector3): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
const scaled = (a: Vector3, by: number): Vector3 => [a[0] * by, a[1] * by, a[2] * by];
const sum = (a: Vector3, b: Vector3): Vector3 => [a[0] + b[0], a[1] + b[1], a[2] + b[2]];

/** One column of an affine, turned from RAS to LPS. */
const columnLps = (affine: Affine, c: number): Vector3 => [
  -(affine[c] as number),
  -(affine[4 + c] as number),
  affine[8 + c] as number,
];

interface Frame {
  readonly directions: readonly [Vector3, Vector3, Vector3];
  readonly sizeMm: Vector3;
  readonly origin: Vector3;
}

/** Perpendicular edges of an affine; null where they are sheared or of no length. */
function frameOf(affine: Affine): Frame | null {
  const edges = [columnLps(affine, 0), columnLps(affine, 1), columnLps(affine, 2)] as const;
  const sizeMm: Vector3 = [Math.hypot(...edges[0]), Math.hypot(...edges[1]), Math.hypot(...edges[2])];
  if (!sizeMm.every((mm) => mm > 0)) return null;
  const directions = [0, 1, 2].map((i) => scaled(edges[i] as Vector3, 1 / (sizeMm[i] as number))) as unknown as [
    Vector3,
    Vector3,
    Vector3,
  ];
  const cosines = [
    dot(directions[0], directions[1]),
    dot(directions[0], directions[2]),
    dot(directions[1], directions[2]),
  ];
  return cosines.every((c) => Math.abs(c) < RIGHT_ANGLE) ? { directions, sizeMm, origin: columnLps(affine, 3) } : null;
}

const slabsOf = (frame: Frame): Slab[] =>
  frame.directions.map((normal, i) => ({ thicknessMm: frame.sizeMm[i] as number, normal, middle: frame.origin }));

/** The VOI key of NIfTI-MRS, four rows of four numbers. */
function voiAffine(voi: JsonValue | undefined): Affine | null {
  const flat = Array.isArray(voi) ? voi.flat() : [];
  return flat.length === 16 && flat.every((v) => typeof v === 'number') ? flat : null;
}

/** Where a grid's slices lie. */
export type SliceGeometry = Omit<WrittenGeometry, 'slabs'>;

const sliceGeometry = ({ directions, sizeMm, origin }: Frame, slices: number): SliceGeometry => ({
  row: directions[0],
  column: directions[1],
  sizeMm,
  positions: Array.from({ length: slices }, (_, z) => sum(origin, scaled(directions[2], z * sizeMm[2]))),
});

/** @param object what is being written, as the start of a sentence */
function requiredFrame(affine: Affine | null, object: string): Frame {
  if (affine === null) {
    throw new UnsupportedDataError(
      'UNSUPPORTED',
      `${object} must say where the voxel lies, and this dataset does not know it.`,
    );
  }
  const frame = frameOf(affine);
  if (frame !== null) return frame;
  throw new UnsupportedDataError(
    'UNSUPPORTED',
    'DICOM holds voxels with perpendicular edges, and this dataset’s are sheared or have no length.',
  );
}

/**
 * A grid's slices as DICOM attributes.
 * @param affine voxel index → RAS mm; null: unknown
 * @param object what is being written, as the start of a sentence
 * @throws UnsupportedDataError where the place is unknown or its axes are not perpendicular
 */
export function gridSlices(affine: Affine | null, slices: number, object: string): SliceGeometry {
  return sliceGeometry(requiredFrame(affine, object), slices);
}

/**
 * The dataset's place as DICOM attributes.
 * @throws UnsupportedDataError where the place is unknown or its axes are not perpendicular
 */
export function dicomGeometry(dataset: MrsDataset): WrittenGeometry {
  const frame = requiredFrame(dataset.affine, 'DICOM MR Spectroscopy');
  const [nx, ny, nz] = dataset.data.shape as [number, number, number];
  const voi = nx * ny * nz > 1 ? voiAffine(dataset.header['VOI']) : dataset.affine;
  const volume = voi === null ? null : frameOf(voi);
  return { ...sliceGeometry(frame, nz), slabs: volume === null ? [] : slabsOf(volume) };
}
