// Maps and masks of a grid: values in the right voxel and place, and masks of the scan's own and of another grid.
import { describe, expect, it } from 'vitest';
import { ReaderError, UsageError } from '../../src/core/domain/errors.ts';
import type { Affine, MrsDataset } from '../../src/core/domain/mrsDataset.ts';
import { openNiftiVoxels } from '../../src/core/formats/niftiImage.ts';
import { readNiftiHeader } from '../../src/core/formats/niftiHeader.ts';
import { writeNiftiMap } from '../../src/core/formats/niftiMap.ts';
import { voxelNumber } from '../../src/core/geometry/index.ts';
import { resultMaps } from '../../src/core/pipeline/maps.ts';
import { voxelsInMask } from '../../src/core/pipeline/voxelMask.ts';
import { voxelResult } from '../fixtures/studies.ts';

const GRID = [3, 4, 2] as const;
/** Rotated by 30° about z, 10 × 12 × 15 mm, off centre. */
const [C, S] = [Math.cos(Math.PI / 6), Math.sin(Math.PI / 6)];
const AFFINE: Affine = [-10 * C, 12 * S, 0, 20, 10 * S, 12 * C, 0, -35, 0, 0, 15, 7, 0, 0, 0, 1];

const scan = (affine: Affine | null): Pick<MrsDataset, 'data' | 'affine'> => {
  const count = GRID[0] * GRID[1] * GRID[2];
  return { data: { re: new Float64Array(count), im: new Float64Array(count), shape: [...GRID, 1] }, affine };
};

function map(values: Float64Array, grid: readonly [number, number, number], affine: Affine | null): Uint8Array {
  return writeNiftiMap({ values, grid, affine, intentName: 'tNAA_amplitude', description: 'tNAA amplitude' });
}

describe('a map', () => {
  it('holds each value in its voxel, NaN elsewhere, and lies where the scan lies', () => {
    const hot = voxelNumber(GRID, [2, 1, 0]);
    const values = new Float64Array(24).fill(NaN);
    values[hot] = 7.5;
    const read = openNiftiVoxels(map(values, GRID, AFFINE), 'm.nii.gz');
    expect(read).toMatchObject({ matrix: GRID, datatype: 'float32', volumes: 1 });
    // NIfTI counts x first: 2 + 3·(1 + 4·0).
    expect(Array.from({ length: 24 }, (_, i) => i).filter((i) => !Number.isNaN(read?.at(i)))).toEqual([5]);
    expect(read?.at(5)).toBe(7.5);
    // Single precision in the header.
    read?.affine?.forEach((v, i) => expect(v).toBeCloseTo(AFFINE[i] as number, 5));
  });

  it('says so where the scan has no place', () => {
    const header = readNiftiHeader(map(new Float64Array(24), GRID, null), 'm.nii.gz');
    expect(header.affine).toBeNull();
  });

  it('is made of every quantity that has a value', () => {
    const { result, curves } = voxelResult(4);
    const refused = { voxel: 5, result: { ...result, status: 'refused' as const }, curves };
    const maps = resultMaps(scan(AFFINE), [{ voxel: 4, result, curves }, refused]);
    expect([...maps.keys()]).toEqual(expect.arrayContaining(['fwhmHz', 'snr', 'NAA_amplitude', 'NAA_crlbPercent']));
    // The result has no ratio, and nothing was scaled to water.
    expect(maps.has('NAA_ratioToTCr')).toBe(false);
    expect(maps.has('NAA_concentration')).toBe(false);
    expect(maps.has('inDistribution')).toBe(false);
    const amplitudes = maps.get('NAA_amplitude')?.values;
    expect(amplitudes?.[4]).toBeCloseTo(0.3, 12);
    expect(amplitudes?.filter((v) => !Number.isNaN(v))).toHaveLength(1);
  });
});

describe('the maps of a network', () => {
  it('tell which voxels it knows', () => {
    const { result, curves } = voxelResult(4);
    const doubt = { model: { id: 'qnet', version: 1, sha256: '' }, checks: [] };
    const voxels = [true, false].map((inDistribution, k) => ({
      voxel: 4 + k,
      result: { ...result, doubt, inDistribution },
      curves,
    }));
    const known = resultMaps(scan(AFFINE), voxels).get('inDistribution')?.values;
    expect([...(known ?? [])].slice(3, 7)).toEqual([NaN, 1, 0, NaN]);
  });
});

describe('a mask', () => {
  const named = (bytes: Uint8Array): { name: string; bytes: Uint8Array } => ({ name: 'mask.nii.gz', bytes });

  it('on the scan’s own grid chooses its own voxels, in the scan’s order', () => {
    const values = new Float64Array(24);
    const chosen = [voxelNumber(GRID, [0, 3, 1]), voxelNumber(GRID, [2, 1, 0])];
    for (const voxel of chosen) values[voxel] = 1;
    expect(voxelsInMask(scan(AFFINE), named(map(values, GRID, AFFINE)))).toEqual(chosen);
    expect(voxelsInMask(scan(null), named(map(values, GRID, AFFINE)))).toEqual(chosen);
  });

  it('of an image chooses the voxels of which half lies inside', () => {
    // The scan's grid cut into 4 × 4 × 4: one voxel wholly inside, one by three quarters, one by a quarter.
    const fine: [number, number, number] = [12, 16, 8];
    const offset = (axis: number): number =>
      (AFFINE[4 * axis + 3] as number) -
      0.375 * [0, 1, 2].reduce((sum, c) => sum + (AFFINE[4 * axis + c] as number), 0);
    const affine = AFFINE.map((v, i) => (i >= 12 ? v : i % 4 === 3 ? offset(Math.floor(i / 4)) : v / 4));
    const values = new Float64Array(12 * 16 * 8);
    const fill = (voxel: readonly [number, number, number], layers: number): void => {
      for (let x = 0; x < layers; x++)
        for (let y = 0; y < 4; y++)
          for (let z = 0; z < 4; z++)
            values[voxelNumber(fine, [4 * voxel[0] + x, 4 * voxel[1] + y, 4 * voxel[2] + z])] = 1;
    };
    fill([0, 0, 0], 4);
    fill([1, 2, 1], 3);
    fill([2, 3, 0], 1);
    const expected = [voxelNumber(GRID, [0, 0, 0]), voxelNumber(GRID, [1, 2, 1])];
    expect(voxelsInMask(scan(AFFINE), named(map(values, fine, affine)))).toEqual(expected);
    // A probability map counts from one half.
    const probabilities = values.map((v) => 0.6 * v);
    expect(voxelsInMask(scan(AFFINE), named(map(probabilities, fine, affine)))).toEqual(expected);
    expect(() => voxelsInMask(scan(null), named(map(values, fine, affine)))).toThrow(ReaderError);
  });

  it('that holds no voxel is refused', () => {
    expect(() => voxelsInMask(scan(AFFINE), named(map(new Float64Array(24), GRID, AFFINE)))).toThrow(UsageError);
  });
});
