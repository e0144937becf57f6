// Slices of a structural image through the centre of a voxel, with the voxel's outline, for the report: axial, coronal and
// sagittal, in radiological convention (the patient's right at the left; of a sagittal slice the front at the left).
import type { Affine } from '../domain/mrsDataset.ts';
import { openNiftiVoxels } from '../formats/niftiImage.ts';
import type { Axis, Plane, Segment, Vec3 } from '../geometry/index.ts';
import {
  axisPlane,
  boxCentre,
  boxSection,
  gridCorners,
  gridRegionSection,
  mmToIndex,
  voxelCorners,
  voxelIndex,
} from '../geometry/index.ts';
import type { Pixel, ReportImage } from '../reports/reportModel.ts';

/** Pixels of the longer edge at most: enough for 44 mm of paper at 100 dots a centimetre. */
const LONGEST_EDGE = 224;
/** Shares of the slice's values that are drawn black and white. */
const WINDOW = [0.02, 0.995] as const;

interface Volume {
  readonly matrix: Vec3;
  readonly affine: Affine;
  readonly at: (index: number) => number;
}

function openVolume(file: Uint8Array, fileName: string): Volume | null {
  const voxels = openNiftiVoxels(file, fileName);
  return voxels === null || voxels.affine === null ? null : { ...voxels, affine: voxels.affine };
}

/** Trilinear value at a place in mm; 0 outside. */
function sample({ matrix, affine, at }: Volume, mm: Vec3): number {
  const index = mmToIndex(affine, mm);
  const base = index.map(Math.floor) as [number, number, number];
  let sum = 0;
  for (let corner = 0; corner < 8; corner++) {
    let weight = 1;
    let offset = 0;
    let stride = 1;
    for (let axis = 0; axis < 3; axis++) {
      const step = (corner >> axis) & 1;
      const place = (base[axis] as number) + step;
      const fraction = (index[axis] as number) - (base[axis] as number);
      if (place < 0 || place >= (matrix[axis] as number)) weight = 0;
      weight *= step === 1 ? fraction : 1 - fraction;
      offset += place * stride;
      stride *= matrix[axis] as number;
    }
    if (weight > 0) sum += weight * at(offset);
  }
  return sum;
}

function toGrey(values: Float64Array): Uint8Array {
  const sorted = values.slice().sort();
  const quantile = (q: number): number => sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? 0;
  const low = quantile(WINDOW[0]);
  const span = quantile(WINDOW[1]) - low || 1;
  return Uint8Array.from(values, (v) => Math.round(255 * Math.min(1, Math.max(0, (v - low) / span))));
}

/** A plane of the page: RAS axis that runs to the left of the page, the one that runs up, and the one across. */
interface PageView {
  readonly plane: ReportImage['plane'];
  readonly left: Axis;
  readonly up: Axis;
  readonly across: Axis;
  readonly letters: ReportImage['letters'];
}

const VIEWS: readonly PageView[] = [
  { plane: 'axial', left: 0, up: 1, across: 2, letters: ['R', 'L', 'A', 'P'] },
  { plane: 'coronal', left: 0, up: 2, across: 1, letters: ['R', 'L', 'S', 'I'] },
  { plane: 'sagittal', left: 1, up: 2, across: 0, letters: ['A', 'P', 'S', 'I'] },
];

/** The image's upper left corner on the page and its size, all in mm. */
function extentOf(volume: Volume, { left, up }: PageView): { left: number; up: number; width: number; height: number } {
  const corners = gridCorners(volume.affine, volume.matrix);
  const along = (axis: Axis): number[] => corners.map((corner) => corner[axis]);
  const [most, top] = [Math.max(...along(left)), Math.max(...along(up))];
  return { left: most, up: top, width: most - Math.min(...along(left)), height: top - Math.min(...along(up)) };
}

/** What lies in the image's space. */
interface Scene {
  /** Of the voxel. */
  readonly corners: readonly Vec3[];
  /** Of the voxel for another chemical shift; null: not drawn. */
  readonly displaced: readonly Vec3[] | null;
  /** Each region's edge where a plane cuts it. */
  readonly regions: readonly ((plane: Plane) => readonly Segment[])[];
}

function drawSlice(volume: Volume, { corners, displaced, regions }: Scene, view: PageView): ReportImage {
  const centre = boxCentre(corners);
  const extent = extentOf(volume, view);
  const step = Math.max(extent.width, extent.height) / LONGEST_EDGE;
  const width = Math.max(1, Math.round(extent.width / step));
  const height = Math.max(1, Math.round(extent.height / step));
  const values = new Float64Array(width * height);
  const place: [number, number, number] = [...centre];
  for (let row = 0; row < height; row++) {
    place[view.up] = extent.up - (row + 0.5) * step;
    for (let column = 0; column < width; column++) {
      place[view.left] = extent.left - (column + 0.5) * step;
      values[row * width + column] = sample(volume, place);
    }
  }
  const at = centre[view.across];
  const section = axisPlane(view.across, at);
  const pixel = (mm: Vec3): Pixel => [(extent.left - mm[view.left]) / step, (extent.up - mm[view.up]) / step];
  return {
    pixels: toGrey(values),
    width,
    height,
    pixelAspect: 1,
    outline: boxSection(corners, section).map(pixel),
    ...(displaced === null ? {} : { displaced: boxSection(displaced, section).map(pixel) }),
    ...(regions.length === 0
      ? {}
      : { regions: regions.map((edge) => edge(section).map(([from, to]) => [pixel(from), pixel(to)] as const)) }),
    letters: view.letters,
    plane: view.plane,
    positionMm: at,
  };
}

/** Where a voxel lies, and what else is drawn. */
export interface VoxelPlace {
  /** Of the spectroscopy grid. */
  readonly affine: Affine;
  /** Voxels along x, y, z (further elements are ignored). */
  readonly grid: readonly number[];
  /** Index over x, y, z, C order. */
  readonly voxel: number;
  /** The voxel's box for another chemical shift; absent: not drawn. */
  readonly displaced?: Affine | null;
  /** Numbers over the grid of the voxels of each region. */
  readonly regions?: readonly (readonly number[])[];
}

/**
 * Draws where a voxel lies.
 * @param file the structural image, NIfTI
 * @returns axial, coronal and sagittal slice; none where the image can't be drawn (colours, no geometry) or does not
 *   contain the voxel's centre
 * @throws ReaderError where the file is no image
 */
export function voxelImages(file: Uint8Array, fileName: string, place: VoxelPlace): ReportImage[] {
  const volume = openVolume(file, fileName);
  if (volume === null) return [];
  const { affine, voxel, displaced = null, regions = [] } = place;
  const grid: Vec3 = [place.grid[0] ?? 1, place.grid[1] ?? 1, place.grid[2] ?? 1];
  const corners = voxelCorners(affine, voxelIndex(grid, voxel));
  const inImage = mmToIndex(volume.affine, boxCentre(corners)).every(
    (v, axis) => v >= -0.5 && v <= (volume.matrix[axis] as number) - 0.5,
  );
  const scene: Scene = {
    corners,
    displaced: displaced === null ? null : voxelCorners(displaced, [0, 0, 0]),
    regions: regions.map((voxels) => (plane) => gridRegionSection(affine, grid, voxels, plane)),
  };
  return inImage ? VIEWS.map((view) => drawSlice(volume, scene, view)) : [];
}
