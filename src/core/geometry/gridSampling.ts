// Values over a grid at any place of it, for maps drawn over images.
import { voxelNumber, type Vec3 } from './affine.ts';

const inside = (at: number, length: number): boolean => at >= -0.5 && at < length - 0.5;

/** The voxel a place lies in. @param index fractional @returns its number, or null outside the grid */
export function voxelAtIndex(grid: Vec3, index: Vec3): number | null {
  if (!inside(index[0], grid[0]) || !inside(index[1], grid[1]) || !inside(index[2], grid[2])) return null;
  return voxelNumber(grid, index.map((v) => Math.floor(v + 0.5)) as unknown as Vec3);
}

/**
 * Value between voxel centres: trilinear over those neighbours that have a value. A place in a voxel without a value has none,
 * so that nothing is drawn where nothing was measured; beyond the outermost centres the value stays.
 * @param values C order over the grid; NaN where there is none
 * @param index fractional
 * @returns NaN outside the grid and in voxels without a value
 */
export function interpolatedValue(values: Float64Array, grid: Vec3, index: Vec3): number {
  const own = voxelAtIndex(grid, index);
  if (own === null || Number.isNaN(values[own])) return NaN;
  const low = index.map((v, a) => Math.max(0, Math.min(grid[a as 0 | 1 | 2] - 1, Math.floor(v)))) as unknown as Vec3;
  const share = index.map((v, a) => Math.max(0, Math.min(1, v - low[a as 0 | 1 | 2])));
  let sum = 0;
  let weights = 0;
  for (let corner = 0; corner < 8; corner++) {
    const bits = [corner & 1, (corner >> 1) & 1, (corner >> 2) & 1];
    const weight = bits.reduce((w, bit, a) => w * (bit === 1 ? (share[a] as number) : 1 - (share[a] as number)), 1);
    if (weight === 0) continue;
    const at = bits.map((bit, a) => Math.min(grid[a as 0 | 1 | 2] - 1, low[a as 0 | 1 | 2] + bit)) as unknown as Vec3;
    const value = values[voxelNumber(grid, at)] as number;
    if (Number.isNaN(value)) continue;
    sum += weight * value;
    weights += weight;
  }
  return weights > 0 ? sum / weights : NaN;
}
