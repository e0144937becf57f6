// The selected volume of a Philips scan: by the public slabs, else by Philips' private description.
import type { Affine } from '../../domain/mrsDataset.ts';
import { imagePlaneAffine } from '../siemens/imagePlaneAffine.ts';
import type { DicomDataset } from './dicomFile.ts';
import { TAG } from './dicomFile.ts';
import { orientationOf, sizesOf, vector3 } from './dicomGeometry.ts';
import { philipsVolumeAffine } from './philipsVolume.ts';

/** Slabs' normals and thicknesses, as Philips stores the selected volume (axes as spec2nii ≥ 0.6.11 has them). */
function slabAffine(dataset: DicomDataset): Affine | null {
  const slabs = dataset.sequence(TAG.volumeLocalizationSequence);
  const normals = slabs.flatMap((slab) => (slab.vector(TAG.slabOrientation, 3) ?? []).map((v) => -v));
  const orientation = orientationOf(normals);
  const position = vector3(slabs[0]?.vector(TAG.midSlabPosition, 3) ?? null);
  const sizeMm = sizesOf(...[0, 1, 2].map((i) => slabs[i]?.number(TAG.slabThickness)));
  if (slabs.length !== 3 || orientation === null || position === null || sizeMm === null) return null;
  return imagePlaneAffine({ ...orientation, position, sizeMm });
}

/** @returns voxel index → RAS mm; null where the volume is not described */
export const philipsVoxelAffine = (dataset: DicomDataset): Affine | null =>
  slabAffine(dataset) ?? philipsVolumeAffine(dataset);
