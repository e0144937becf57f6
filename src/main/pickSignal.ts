// One FID out of a scan.
import { signalAt, shapeSize } from '../core/domain/complexArray.ts';
import type { ComplexSignal } from '../core/domain/complexArray.ts';
import { ProcessingError } from '../core/domain/errors.ts';
import { dimensionLength, voxelCount } from '../core/domain/mrsDataset.ts';
import type { DimensionTag, MrsDataset } from '../core/domain/mrsDataset.ts';
import { meanSignal } from '../core/math/meanSignal.ts';

/** @returns the place of a tagged dimension's element in the FID index, and how far it moves */
function strideOf(dataset: MrsDataset, tag: DimensionTag): number {
  const index = dataset.dimensions.findIndex((d) => d.tag === tag);
  return index < 0 ? 0 : shapeSize(dataset.data.shape.slice(4 + index, -1));
}

function checkIndex(name: string, index: number, length: number): void {
  if (index < length) return;
  throw new ProcessingError(
    'PROCESSING_FAILED',
    `The scan has ${length} ${name}${length === 1 ? '' : 's'}; number ${index + 1} was asked for.`,
  );
}

/**
 * Takes one FID out of a scan; dimensions other than coils and transients stand at their first element.
 * @param voxel index over x, y, z, C order
 * @param coil index, ignored where the scan has no coils
 * @param transient index, or "mean" of all
 * @returns a copy
 * @throws ProcessingError where there is no such element
 */
export function pickSignal(
  dataset: MrsDataset,
  voxel: number,
  coil: number,
  transient: number | 'mean',
): ComplexSignal {
  checkIndex('voxel', voxel, voxelCount(dataset));
  const perVoxel = shapeSize(dataset.data.shape.slice(3, -1));
  const coils = dimensionLength(dataset, 'DIM_COIL');
  const transients = dimensionLength(dataset, 'DIM_DYN');
  if (coils > 1) checkIndex('coil', coil, coils);
  if (transient !== 'mean') checkIndex('transient', transient, transients);
  const base = voxel * perVoxel + (coils > 1 ? coil : 0) * strideOf(dataset, 'DIM_COIL');
  const at = (i: number): ComplexSignal => signalAt(dataset.data, base + i * strideOf(dataset, 'DIM_DYN'));
  if (transient === 'mean') return meanSignal(Array.from({ length: transients }, (_, i) => at(i)));
  const { re, im } = at(transient);
  return { re: re.slice(), im: im.slice() };
}
