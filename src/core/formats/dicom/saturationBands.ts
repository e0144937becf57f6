// Saturation bands of enhanced MR objects: the MR Spatial Saturation functional group (PS3.3, C.8.13.5.8), patient LPS.
import type { SaturationBand } from '../../domain/scanPlacement.ts';
import type { DicomFile } from './dicomFile.ts';
import { TAG } from './dicomFile.ts';

const isVector = (v: readonly number[]): v is readonly [number, number, number] =>
  v.length === 3 && v.every(Number.isFinite);

/** @returns the bands that hold for all frames; those told incompletely are left out */
export function dicomSaturationBands({ dataset }: DicomFile): SaturationBand[] {
  const shared = dataset.item(TAG.sharedFunctionalGroupsSequence);
  return (shared?.sequence(TAG.mrSpatialSaturationSequence) ?? []).flatMap((item): SaturationBand[] => {
    const thicknessMm = item.number(TAG.slabThickness) ?? 0;
    const normal = item.numbers(TAG.slabOrientation);
    const middle = item.numbers(TAG.midSlabPosition);
    if (!(thicknessMm > 0) || !isVector(normal) || !isVector(middle) || Math.hypot(...normal) === 0) return [];
    const ras = ([x, y, z]: readonly [number, number, number]): [number, number, number] => [0 - x, 0 - y, z];
    return [{ centreMm: ras(middle), normal: ras(normal), thicknessMm }];
  });
}
