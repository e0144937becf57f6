// Segmentations as files: their labels or maps, their place, and what is refused.
import { describe, expect, it } from 'vitest';
import { tissueFractions } from '../../src/core/geometry/index.ts';
import { readSegmentation } from '../../src/core/pipeline/index.ts';
import type { ScanSegmentation } from '../../src/core/pipeline/index.ts';
import { niftiBytes } from '../fixtures/niftiBytes.ts';

/** 4 × 4 × 4 voxels of 10 mm whose centres lie at 0, 10, 20, 30 mm; a value by x. */
function image(name: string, byX: readonly number[], spec: { slope?: number; offsetMm?: number } = {}) {
  const values = Array.from({ length: 64 }, (_, i) => byX[i % 4] as number);
  const offset = spec.offsetMm ?? 0;
  const sform = [10, 0, 0, offset, 0, 10, 0, 0, 0, 0, 10, 0];
  const bytes = niftiBytes({ version: 1, dims: [4, 4, 4], datatype: 16, values, sform, ...(spec.slope === undefined ? {} : { slope: spec.slope }) }); // prettier-ignore
  return { name, bytes };
}

/** One MRS voxel of 20 mm about (15, 15, 15): half of it over x = 10, half over x = 20. */
const MRS = { affine: [20, 0, 0, 15, 0, 20, 0, 15, 0, 0, 20, 15, 0, 0, 0, 1], shape: [1, 1, 1] } as const;
const fractionsOf = ({ grid, values, source }: ScanSegmentation) =>
  tissueFractions({ ...MRS, shape: [1, 1, 1] }, grid, values, source)[0]!;

describe('a segmentation', () => {
  it('by labels: FAST’s numbers, FreeSurfer’s, or given ones', () => {
    const fast = fractionsOf(readSegmentation([image('seg.nii', [0, 2, 3, 1])], 'auto'));
    expect(fast).toMatchObject({ gm: 0.5, wm: 0.5, csf: 0, outside: 0, source: 'segmentation: labels of FSL FAST' });
    // 42 is FreeSurfer's right cortex, 4 a lateral ventricle.
    const free = fractionsOf(readSegmentation([image('aseg.nii', [0, 42, 4, 2])], 'auto', ', SHA-256 ab'));
    expect(free).toMatchObject({ gm: 0.5, csf: 0.5, source: 'segmentation: labels of FreeSurfer, SHA-256 ab' });
    const own = readSegmentation([image('own.nii', [0, 7, 8, 9])], { GM: [7, 9], WM: [], CSF: [8] });
    expect(fractionsOf(own)).toMatchObject({ gm: 0.5, csf: 0.5 });
  });

  it('by three maps, scaled as their headers say', () => {
    // Stored 50 and 100 with slope 0.01: probabilities 0.5 and 1.
    const maps = [[0, 50, 100, 0], [0, 50, 0, 0], [0, 0, 0, 0]] as const; // prettier-ignore
    const files = maps.map((values, i) => image(`c${i + 1}.nii`, values, { slope: 0.01 }));
    expect(fractionsOf(readSegmentation(files, 'auto'))).toMatchObject({ gm: 0.75, wm: 0.25, csf: 0 });
  });

  it('is refused in words', () => {
    const one = image('a.nii', [0, 1, 2, 3]);
    expect(() => readSegmentation([one, one], 'auto')).toThrow(/not 2 files/);
    const moved = image('b.nii', [0, 1, 2, 3], { offsetMm: 5 });
    expect(() => readSegmentation([one, one, moved], 'auto')).toThrow('b.nii lies on another grid than a.nii.');
    const nowhere = { name: 'c.nii', bytes: niftiBytes({ version: 1, dims: [2, 2, 2], datatype: 16, values: [1, 1, 1, 1, 1, 1, 1, 1] }) }; // prettier-ignore
    expect(() => readSegmentation([nowhere], 'auto')).toThrow(/does not say where it lies/);
    // What other images hold: parts of labels, nothing, values of no tissue.
    const grey = image('t1.nii', [0, 0.5, 2, 3]);
    expect(() => readSegmentation([grey], 'auto')).toThrow('t1.nii is no segmentation: its values are not all whole');
    expect(() => readSegmentation([image('mask.nii', [0, 0, 0, 0])], 'fast')).toThrow(/all its voxels are 0/);
    const bright = image('t1.nii', [3, 700, 800, 900]);
    expect(() => readSegmentation([bright], 'auto')).toThrow(/FreeSurfer has a tissue for only 25 % of its marked/);
  });
});
