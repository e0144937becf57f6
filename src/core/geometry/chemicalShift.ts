// Where spins of another chemical shift are selected: the voxel's box, displaced along each slice-selective axis.
import type { Affine } from '../domain/mrsDataset.ts';
import { voxelSizeMm } from '../domain/mrsDataset.ts';
import type { Vec3 } from './affine.ts';

/** How one axis of a box was selected. */
export interface SliceSelection {
  /** Of the selective pulse. [Hz] */
  readonly bandwidthHz: number;
  /** 1: while the pulse acts, the field rises with the index along the axis; −1: it falls. */
  readonly direction: 1 | -1;
}

/** What is drawn displaced, and against what. */
export interface ChemicalShift {
  /** Of the spins in question. [ppm] */
  readonly ppm: number;
  /** For which the box was placed: that of the selective pulses. [ppm] */
  readonly carrierPpm: number;
  readonly spectrometerFrequencyMHz: number;
}

/**
 * Displacement of a selected slice. In the gradient G spins of shift δ at x precess at f₀(δ − δ_c) + γ̄Gx against the
 * pulse, and the slice lies where that is zero: Δx = −f₀(δ − δ_c)/(γ̄G), with γ̄G = ±B/w of a slice w wide that a pulse of
 * bandwidth B selects. Spins of lower shift lie towards the higher field.
 * @param widthMm w of the slice
 * @returns Δx along the axis' rising index [mm]
 * @source Wilson et al., Magn Reson Med 2019;82:527 (doi:10.1002/mrm.27742), “chemical shift displacement”; de Graaf, In
 * Vivo NMR Spectroscopy, 3rd ed. 2019, chapter 6.
 */
export function shiftDisplacementMm(
  shift: ChemicalShift,
  { bandwidthHz, direction }: SliceSelection,
  widthMm: number,
): number {
  const offsetHz = (shift.ppm - shift.carrierPpm) * shift.spectrometerFrequencyMHz;
  return (-direction * offsetHz * widthMm) / bandwidthHz;
}

/**
 * The place of a box for another chemical shift.
 * @param affine index → RAS mm; its columns are the box's axes
 * @param axes how each was selected; null: by phase encoding, or unknown, so that nothing moves along it
 */
export function displacedAffine(
  affine: Affine,
  axes: readonly [SliceSelection | null, SliceSelection | null, SliceSelection | null],
  shift: ChemicalShift,
): Affine {
  const size = voxelSizeMm(affine) as Vec3;
  const moved = [...affine];
  axes.forEach((axis, c) => {
    if (axis === null) return;
    const width = size[c as 0 | 1 | 2];
    const voxels = shiftDisplacementMm(shift, axis, width) / width;
    for (let r = 0; r < 3; r++)
      moved[4 * r + 3] = (moved[4 * r + 3] as number) + voxels * (affine[4 * r + c] as number);
  });
  return moved;
}
