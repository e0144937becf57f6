// Which FID the spectrum view gets, told apart by a number written into every FID of a synthetic scan.
import { describe, expect, it } from 'vitest';
import { zeros } from '../../src/core/domain/complexArray.ts';
import type { DimensionTag, MrsDataset } from '../../src/core/domain/mrsDataset.ts';
import { UNKNOWN_ACQUISITION, UNKNOWN_PATIENT } from '../../src/core/domain/mrsDataset.ts';
import { pickSignal } from '../../src/main/pickSignal.ts';

const POINTS = 4;

/** A scan of grid 2 × 1 × 1 whose FID at voxel v, and index i, j, k of its dimensions, is v·1000 + i·100 + j·10 + k. */
function scan(dimensions: readonly (readonly [DimensionTag, number])[]): MrsDataset {
  const data = zeros([2, 1, 1, ...dimensions.map(([, length]) => length), POINTS]);
  const [a, b, c] = [0, 1, 2].map((d) => dimensions[d]?.[1] ?? 1) as [number, number, number];
  let fid = 0;
  for (let v = 0; v < 2; v++) {
    for (let i = 0; i < a; i++) {
      for (let j = 0; j < b; j++) {
        for (let k = 0; k < c; k++, fid++) {
          const value = v * 1000 + i * 100 + j * 10 + k;
          data.re.fill(value, fid * POINTS, (fid + 1) * POINTS);
          data.im.fill(-value, fid * POINTS, (fid + 1) * POINTS);
        }
      }
    }
  }
  return {
    data,
    dimensions: dimensions.map(([tag]) => ({ tag, info: null, header: null })),
    dwellTimeS: 2.5e-4,
    spectrometerFrequencyMHz: 123.2,
    nucleus: '1H',
    acquisition: UNKNOWN_ACQUISITION,
    patient: UNKNOWN_PATIENT,
    affine: null,
    format: 'synthetic',
    header: {},
    provenance: [],
    warnings: [],
  };
}

const value = (dataset: MrsDataset, voxel: number, coil: number, transient: number | 'mean') => {
  const { re, im } = pickSignal(dataset, voxel, coil, transient);
  expect(re).toHaveLength(POINTS);
  expect(im[0]).toBe(-(re[0] as number));
  return re[POINTS - 1];
};

describe('pickSignal', () => {
  it('finds coil and transient whichever dimension stands first', () => {
    const coilsFirst = scan([
      ['DIM_COIL', 3],
      ['DIM_DYN', 4],
    ]);
    const transientsFirst = scan([
      ['DIM_DYN', 4],
      ['DIM_COIL', 3],
    ]);
    expect(value(coilsFirst, 1, 2, 3)).toBe(1230);
    expect(value(transientsFirst, 1, 2, 3)).toBe(1320);
  });

  it('averages all transients of one coil', () => {
    const dataset = scan([
      ['DIM_COIL', 3],
      ['DIM_DYN', 4],
    ]);
    expect(value(dataset, 0, 1, 'mean')).toBe(115); // mean of 100, 110, 120, 130
  });

  it('stays at the first element of any other dimension', () => {
    const dataset = scan([
      ['DIM_EDIT', 2],
      ['DIM_DYN', 4],
      ['DIM_COIL', 3],
    ]);
    expect(value(dataset, 1, 2, 3)).toBe(1032);
  });

  it('takes the only FID of an averaged scan for any coil, and copies it', () => {
    const dataset = scan([]);
    expect(value(dataset, 1, 0, 0)).toBe(1000);
    pickSignal(dataset, 1, 0, 0).re.fill(7);
    expect(value(dataset, 1, 0, 'mean')).toBe(1000);
  });

  it.each([
    [2, 0, 0, 'voxel'],
    [0, 3, 0, 'coil'],
    [0, 0, 4, 'transient'],
  ] as const)('says what is not there: voxel %i, coil %i, transient %i', (voxel, coil, transient, name) => {
    const dataset = scan([
      ['DIM_COIL', 3],
      ['DIM_DYN', 4],
    ]);
    expect(() => pickSignal(dataset, voxel, coil, transient)).toThrow(new RegExp(name));
  });
});
