// A scan's voxel on a structural image as the report shows it: its box, the box for another chemical shift, regions.
import type { MrsDataset } from '../domain/mrsDataset.ts';
import type { ShiftChoice, Vec3 } from '../geometry/index.ts';
import { gridVoxelAffine, shiftedBox } from '../geometry/index.ts';
import type { ReportInput, ReportRegion } from '../reports/index.ts';
import { scanPlacementOf } from './scanPlacement.ts';
import { voxelImages } from './voxelImage.ts';

/** What the user has drawn on the images. */
export interface DrawnOnImages {
  /** The displaced box; absent: not asked for. */
  readonly shift?: ShiftChoice;
  /** Of the grid; absent: none. */
  readonly regions?: readonly Pick<ReportRegion, 'name' | 'voxels'>[];
}

/**
 * @param file the image, NIfTI
 * @param fileName for messages
 * @param dataset the scan
 * @returns no images where scan or image has no place, or the image does not contain the voxel; the chemical shift of the
 *   displaced box is null where it is not known how the voxel was selected
 * @throws ReaderError where the file is no image
 */
export function placeOnImage(
  file: Uint8Array,
  fileName: string,
  dataset: MrsDataset,
  { voxel, shift, regions = [] }: DrawnOnImages & { readonly voxel: number },
): Pick<ReportInput, 'images' | 'displacedPpm'> {
  const { affine } = dataset;
  if (affine === null) return { images: [] };
  const [x = 1, y = 1, z = 1] = dataset.data.shape;
  const grid: Vec3 = [x, y, z];
  const displaced =
    shift === undefined
      ? null
      : shiftedBox(
          shift,
          gridVoxelAffine(affine, grid, voxel),
          scanPlacementOf(dataset).carrierPpm,
          dataset.spectrometerFrequencyMHz,
        ).affine;
  const place = { affine, grid, voxel, displaced, regions: regions.map(({ voxels }) => voxels) };
  return {
    images: voxelImages(file, fileName, place),
    displacedPpm: displaced === null ? null : (shift?.ppm ?? null),
  };
}
