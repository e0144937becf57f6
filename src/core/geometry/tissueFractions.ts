// Tissue fractions of MRS voxels from a segmentation, exact to rounding: each image voxel counts with the volume that it
// shares with the MRS voxel, whatever the two grids' rotation. What the image does not cover is stated.
import { ProcessingError } from '../domain/errors.ts';
import type { Affine } from '../domain/mrsDataset.ts';
import type { TissueFractions } from '../domain/tissueFractions.ts';
import { affineDeterminant, invertAffine, multiplyAffines, voxelIndex } from './affine.ts';
import type { Vec3 } from './affine.ts';
import type { Plane } from './box.ts';
import { voxelCorners } from './box.ts';
import { boxPolyhedron, clipPolyhedron, polyhedronVolume } from './convexClip.ts';
import type { Polyhedron } from './convexClip.ts';
import type { LabelMapping } from './segmentationLabels.ts';

/** A grid in scanner space. */
export interface ImageGrid {
  readonly affine: Affine;
  /** Voxels along x, y, z. */
  readonly shape: Vec3;
}

/** Values in NIfTI's order: x fastest. */
export type ImageValues = ArrayLike<number>;

export type Segmentation =
  | { readonly kind: 'labels'; readonly labels: ImageValues; readonly mapping: LabelMapping }
  | { readonly kind: 'probabilities'; readonly gm: ImageValues; readonly wm: ImageValues; readonly csf: ImageValues };

/** The largest value of a probability map that stands for 1. Masks come as 0–1, 0–100, 0–255 or 0–32767. */
const FULL_SCALES = [1, 100, 255, 32767] as const;
/** Interpolation leaves maps slightly above 1. */
const OVERSHOOT = 1.05;

/** A face this near a corner of a cube, as part of its size, counts as touching it. */
const TOUCHING = 1e-9;

type Weights = (voxel: number) => readonly [number, number, number];

function fullScale(maps: readonly ImageValues[]): number {
  let largest = 0;
  for (const map of maps) {
    for (let i = 0; i < map.length; i++) {
      const value = map[i] as number;
      if (value < -0.05 || !Number.isFinite(value)) {
        throw new ProcessingError(
          'PROCESSING_FAILED',
          `A tissue probability of ${value} is none: 0 to 1 was expected.`,
        );
      }
      largest = Math.max(largest, value);
    }
  }
  const scale = FULL_SCALES.find((s) => largest <= OVERSHOOT * s);
  if (scale === undefined) {
    throw new ProcessingError(
      'PROCESSING_FAILED',
      `The tissue probability maps go up to ${largest}, where 1, 100, 255 or 32767 was expected for certainty.`,
    );
  }
  return scale;
}

function tissueWeights(segmentation: Segmentation, size: number): Weights {
  const sized = (values: ImageValues): ImageValues => {
    if (values.length === size) return values;
    throw new ProcessingError(
      'PROCESSING_FAILED',
      `The segmentation has ${values.length} values, where its grid has ${size} voxels.`,
    );
  };
  if (segmentation.kind === 'labels') {
    const labels = sized(segmentation.labels);
    const { tissueOf } = segmentation.mapping;
    return (voxel) => {
      const tissue = tissueOf(labels[voxel] as number);
      return [tissue === 'GM' ? 1 : 0, tissue === 'WM' ? 1 : 0, tissue === 'CSF' ? 1 : 0];
    };
  }
  const maps = [segmentation.gm, segmentation.wm, segmentation.csf].map(sized) as [
    ImageValues,
    ImageValues,
    ImageValues,
  ];
  const scale = fullScale(maps);
  return (voxel) => {
    const [g, w, c] = maps.map((m) => Math.max(0, (m[voxel] as number) / scale)) as [number, number, number];
    // Three maps made apart may add up to a little more than the voxel.
    const excess = Math.max(1, g + w + c);
    return [g / excess, w / excess, c / excess];
  };
}

/** One MRS voxel in the image's index space: where it lies, and its six faces. */
interface PlacedVoxel {
  readonly first: Vec3;
  readonly last: Vec3;
  readonly faces: readonly Plane[];
  readonly volume: number;
}

/** Faces of the voxel, outward; u runs along the MRS grid's own axes, in which the voxel is index ± ½. */
function placeVoxel(toMrs: Affine, toImage: Affine, index: Vec3, shape: Vec3): PlacedVoxel {
  const corners = voxelCorners(toImage, index);
  const bound = (axis: 0 | 1 | 2, pick: (...v: number[]) => number): number => pick(...corners.map((c) => c[axis]));
  const faces = ([0, 1, 2] as const).flatMap((axis): Plane[] => {
    const normal: Vec3 = [toMrs[4 * axis] as number, toMrs[4 * axis + 1] as number, toMrs[4 * axis + 2] as number];
    const shift = toMrs[4 * axis + 3] as number;
    const middle = index[axis];
    return [
      { normal, offset: middle + 0.5 - shift },
      { normal: [-normal[0], -normal[1], -normal[2]], offset: -(middle - 0.5 - shift) },
    ];
  });
  const axes = [0, 1, 2] as const;
  return {
    first: axes.map((a) => Math.max(0, Math.floor(bound(a, Math.min) + 0.5))) as unknown as Vec3,
    last: axes.map((a) => Math.min(shape[a] - 1, Math.ceil(bound(a, Math.max) - 0.5))) as unknown as Vec3,
    faces,
    volume: Math.abs(affineDeterminant(toImage)),
  };
}

/** Volume of the unit cube about an index that lies within all faces. */
function sharedVolume(at: Vec3, faces: readonly Plane[]): number {
  const cutting: Plane[] = [];
  for (const face of faces) {
    const [a, b, c] = face.normal;
    const height = a * at[0] + b * at[1] + c * at[2] - face.offset;
    const reach = (Math.abs(a) + Math.abs(b) + Math.abs(c)) / 2;
    // Faces that only touch the cube cut nothing: grids that coincide give no slivers.
    if (height >= reach * (1 - TOUCHING)) return 0;
    if (height > -reach * (1 - TOUCHING)) cutting.push(face);
  }
  if (cutting.length === 0) return 1;
  const half = 0.5;
  const corners = Array.from({ length: 8 }, (_, k): Vec3 => [
    at[0] + (k & 1 ? half : -half),
    at[1] + (k & 2 ? half : -half),
    at[2] + (k & 4 ? half : -half),
  ]);
  return polyhedronVolume(cutting.reduce<Polyhedron>(clipPolyhedron, boxPolyhedron(corners)));
}

function voxelFractions(placed: PlacedVoxel, shape: Vec3, weights: Weights, source: string): TissueFractions {
  const sums = [0, 0, 0];
  let covered = 0;
  for (let z = placed.first[2]; z <= placed.last[2]; z++) {
    for (let y = placed.first[1]; y <= placed.last[1]; y++) {
      for (let x = placed.first[0]; x <= placed.last[0]; x++) {
        const volume = sharedVolume([x, y, z], placed.faces);
        if (volume === 0) continue;
        covered += volume;
        weights((z * shape[1] + y) * shape[0] + x).forEach((w, t) => (sums[t] = (sums[t] as number) + w * volume));
      }
    }
  }
  const [gm, wm, csf] = sums.map((s) => s / placed.volume) as [number, number, number];
  const inside = Math.min(1, covered / placed.volume);
  return { gm, wm, csf, other: Math.max(0, inside - gm - wm - csf), outside: Math.max(0, 1 - inside), source };
}

/**
 * Tissue fractions of MRS voxels.
 * @param mrs the spectroscopy's grid
 * @param image the segmentation's grid
 * @param source name to state with the result, no patient's
 * @param voxels C-order numbers over x, y, z of the MRS grid; all where not given
 * @returns in the order of `voxels`; gm + wm + csf + other + outside = 1
 * @throws ProcessingError for a grid without volume, values that are no probabilities, or of another number
 */
export function tissueFractions(
  mrs: ImageGrid,
  image: ImageGrid,
  segmentation: Segmentation,
  source: string,
  voxels: readonly number[] = Array.from({ length: mrs.shape[0] * mrs.shape[1] * mrs.shape[2] }, (_, i) => i),
): readonly TissueFractions[] {
  const toImage = multiplyAffines(invertAffine(image.affine), mrs.affine);
  // Not the inverse of the other: of two grids that differ a million times in size that would have no volume.
  const toMrs = multiplyAffines(invertAffine(mrs.affine), image.affine);
  const weights = tissueWeights(segmentation, image.shape[0] * image.shape[1] * image.shape[2]);
  return voxels.map((voxel) =>
    voxelFractions(placeVoxel(toMrs, toImage, voxelIndex(mrs.shape, voxel), image.shape), image.shape, weights, source),
  );
}
