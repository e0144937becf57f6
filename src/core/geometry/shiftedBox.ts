// A voxel's box for another chemical shift, as far as user and header have told how it was selected.
import type { Affine } from '../domain/mrsDataset.ts';
import { voxelSizeMm } from '../domain/mrsDataset.ts';
import { displacedAffine, shiftDisplacementMm, type SliceSelection } from './chemicalShift.ts';

/** How one axis of the voxel was selected, as far as the user has said. */
export interface AxisSettings {
  readonly bandwidthHz: number | null;
  readonly direction: SliceSelection['direction'] | null;
}

/** Which box is asked for. */
export interface ShiftChoice {
  /** Of the spins in question. [ppm] */
  readonly ppm: number;
  /** Of the pulses; null: as the header tells. [ppm] */
  readonly carrierPpm: number | null;
  readonly axes: readonly [AxisSettings, AxisSettings, AxisSettings];
}

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
  choice: ShiftChoice,
  box: Affine | null,
  headerPpm: number | null,
  frequencyMHz: number | null,
): ShiftedBox {
  const carrierPpm = choice.carrierPpm ?? headerPpm;
  const size = voxelSizeMm(box);
  const nothing = { affine: null, displacementMm: [null, null, null], carrierPpm };
  if (box === null || size === null || carrierPpm === null || frequencyMHz === null) return nothing;
  const shift = { ppm: choice.ppm, carrierPpm, spectrometerFrequencyMHz: frequencyMHz };
  const [x, y, z] = choice.axes.map(selectionOf);
  const axes = [x ?? null, y ?? null, z ?? null] as const;
  if (axes.every((axis) => axis === null)) return nothing;
  return {
    affine: displacedAffine(box, axes, shift),
    displacementMm: axes.map((axis, i) => (axis === null ? null : shiftDisplacementMm(shift, axis, size[i] as number))),
    carrierPpm,
  };
}
