// The chosen voxel for another chemical shift, as far as the user and the header have told how it was selected.
import { displacedAffine, shiftDisplacementMm, type SliceSelection } from '../../../core/geometry/index.ts';
import type { Affine } from '../../../core/domain/mrsDataset.ts';
import { voxelSizeMm } from '../../../core/domain/mrsDataset.ts';
import type { AxisSettings, ShiftSettings } from './imagesView.ts';

export interface ShiftedBox {
  /** null: nothing can be drawn. */
  readonly affine: Affine | null;
  /** Along the box's axes; null where bandwidth or direction is not known. [mm] */
  readonly displacementMm: readonly (number | null)[];
  /** Of the pulses, as given or as the header tells; null: neither. [ppm] */
  readonly carrierPpm: number | null;
}

const selectionOf = ({ bandwidthHz, direction }: AxisSettings): SliceSelection | null =>
  bandwidthHz === null || direction === null ? null : { bandwidthHz, direction };

/**
 * @param box the chosen voxel, index 0 → RAS mm; null without a place
 * @param headerPpm carrier as the header tells [ppm]
 * @param frequencyMHz of the spectrometer
 */
export function shiftedBox(
  settings: ShiftSettings,
  box: Affine | null,
  headerPpm: number | null,
  frequencyMHz: number | null,
): ShiftedBox {
  const carrierPpm = settings.carrierPpm ?? headerPpm;
  const size = voxelSizeMm(box);
  const nothing = { affine: null, displacementMm: [null, null, null], carrierPpm };
  if (box === null || size === null || carrierPpm === null || frequencyMHz === null) return nothing;
  const shift = { ppm: settings.ppm, carrierPpm, spectrometerFrequencyMHz: frequencyMHz };
  const [x, y, z] = settings.axes.map(selectionOf);
  const axes = [x ?? null, y ?? null, z ?? null] as const;
  if (axes.every((axis) => axis === null)) return nothing;
  return {
    affine: displacedAffine(box, axes, shift),
    displacementMm: axes.map((axis, i) => (axis === null ? null : shiftDisplacementMm(shift, axis, size[i] as number))),
    carrierPpm,
  };
}
