// The axial slice of a structural image through the centre of a voxel, with the voxel's outline, for the report.
import type { Affine } from '../domain/mrsDataset.ts';
import { openNiftiVoxels } from '../formats/niftiImage.ts';
import type { Vec3 } from '../geometry/index.ts';
import {
  axisPlane,
  boxCentre,
  boxSection,
  gridCorners,
  mmToIndex,
  voxelCorners,
  voxelIndex,
} from '../geometry/index.ts';
import type { ReportImage } from '../reports/reportModel.ts';

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

/** Rectangle of the image in mm: right to left (radiological) and anterior to posterior. */
function axialExtent(volume: Volume): { right: number; anterior: number; width: number; height: number } {
  const corners = gridCorners(volume.affine, volume.matrix);
  const xs = corners.map((c) => c[0]);
  const ys = corners.map((c) => c[1]);
  const [right, anterior] = [Math.max(...xs), Math.max(...ys)];
  return { right, anterior, width: right - Math.min(...xs), height: anterior - Math.min(...ys) };
}

/**
 * Draws where a voxel lies.
 * @param file the structural image, NIfTI
 * @param affine of the spectroscopy grid
 * @param grid voxels along x, y, z (further elements are ignored)
 * @param voxel index over x, y, z, C order
 * @returns null where the image can't be drawn (colours, no geometry) or does not contain the voxel's centre
 * @throws ReaderError where the file is no image
 */
export function voxelImage(
  file: Uint8Array,
  fileName: string,
  affine: Affine,
  grid: readonly number[],
  voxel: number,
): ReportImage | null {
  const volume = openVolume(file, fileName);
  if (volume === null) return null;
  const corners = voxelCorners(affine, voxelIndex([grid[0] ?? 1, grid[1] ?? 1, grid[2] ?? 1], voxel));
  const centre = boxCentre(corners);
  const inImage = mmToIndex(volume.affine, centre).every(
    (v, axis) => v >= -0.5 && v <= (volume.matrix[axis] as number) - 0.5,
  );
  if (!inImage) return null;
  const extent = axialExtent(volume);
  const step = Math.max(extent.width, extent.height) / LONGEST_EDGE;
  const width = Math.max(1, Math.round(extent.width / step));
  const height = Math.max(1, Math.round(extent.height / step));
  const values = new Float64Array(width * height);
  for (let row = 0; row < height; row++) {
    const y = extent.anterior - (row + 0.5) * step;
    for (let column = 0; column < width; column++) {
      values[row * width + column] = sample(volume, [extent.right - (column + 0.5) * step, y, centre[2]]);
    }
  }
  return {
    pixels: toGrey(values),
    width,
    height,
    pixelAspect: 1,
    outline: boxSection(corners, axisPlane(2, centre[2])).map(
      ([x, y]) => [(extent.right - x) / step, (extent.anterior - y) / step] as const,
    ),
    letters: ['R', 'L', 'A', 'P'],
    caption: `Axial, radiological, ${centre[2] >= 0 ? 'S' : 'I'} ${Math.abs(centre[2]).toFixed(0)} mm`,
  };
}
