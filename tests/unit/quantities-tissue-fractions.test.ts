// Tissue fractions against an independent computation: shared volumes by Qhull (scipy 1.17.1, numpy 2.4.6), affines by
// nibabel 5.4.2 (euler2mat, from_matvec, apply_affine), on two rotated MRS grids in a rotated, flipped image of
// 1 × 1.2 × 1.5 mm; command: python fractions.py, whose cases are the numbers below.
import { describe, expect, it } from 'vitest';
import { boxCorners, IDENTITY_AFFINE, type Vec3 } from '../../src/core/geometry/index.ts';
import { boxPolyhedron, clipPolyhedron, polyhedronVolume } from '../../src/core/geometry/convexClip.ts';
import { customLabels, FAST_LABELS, FREESURFER_LABELS } from '../../src/core/geometry/segmentationLabels.ts';
import { tissueFractions } from '../../src/core/geometry/tissueFractions.ts';

const SHAPE: Vec3 = [24, 28, 20];
const IMAGE = {
  shape: SHAPE,
  affine: [-0.9690614866211725, -0.17575118291086378, -0.2980039961925918, 10.0, -0.1290804388083777, 1.1841543273296378, -0.14676509251088357, -15.0, -0.21037603348432923, 0.0830063297100007, 1.4627554908027238, -12.0, 0, 0, 0, 1], // prettier-ignore
};

/** A value per voxel, x fastest. */
function volume(of: (x: number, y: number, z: number) => number): Float64Array {
  const values = new Float64Array(SHAPE[0] * SHAPE[1] * SHAPE[2]);
  for (let z = 0; z < SHAPE[2]; z++)
    for (let y = 0; y < SHAPE[1]; y++)
      for (let x = 0; x < SHAPE[0]; x++) values[(z * SHAPE[1] + y) * SHAPE[0] + x] = of(x, y, z);
  return values;
}

const LABELS = volume((x, y, z) => (x * 7 + y * 13 + z * 29 + x * y) % 4);
const MAPS = {
  gm: volume((x, y, z) => ((x * 5 + y * 3 + z * 2) % 11) / 20),
  wm: volume((x, y, z) => ((x + y * 2 + z * 7) % 5) / 10),
  csf: volume((x, y, z) => ((x * 3 + y + z) % 4) / 30),
};

/** gm, wm, csf of the labels; gm, wm, csf of the maps; outside. */
type Expected = readonly [number, number, number, number, number, number, number];
const CASES: readonly { grid: Vec3; affine: number[]; expected: Expected[] }[] = [
  {
    grid: [1, 1, 1],
    affine: [7.039385410250056, -3.3482299674803366, -2.068641446629377, -2.0, 0.9799407105258915, 7.007431624669046, -4.308112644907914, 1.0, 3.6724336957680603, 4.54810489220013, 5.114771549548587, 2.0, 0, 0, 0, 1], // prettier-ignore
    expected: [[0.25079647094589347, 0.2507021828161155, 0.25076336053707776, 0.25026580527849096, 0.20136014826903104, 0.050012403109949824, 0]], // prettier-ignore
  },
  {
    grid: [2, 1, 2],
    affine: [7.197101364295625, 3.282534637787232, 2.7214435517997524, -0.959272458047689, -4.872928481171592, 5.010951492660585, -1.0640282124001867, -0.03152165321411049, -2.3358724214821276, -0.33960490268796184, 10.604790849308817, 0.8655407860866555, 0, 0, 0, 1], // prettier-ignore
    expected: [
      [0.23967605845638132, 0.2568091577039485, 0.24304245120112422, 0.2500000038872052, 0.19982140008384777, 0.05027816708576869, 0.0005243868291312515], // prettier-ignore
      [0.19137672693882835, 0.18509301142759624, 0.18363537511659891, 0.18708103361414657, 0.1485788663194663, 0.03736126246101688, 0.25358306177331214], // prettier-ignore
      [0.15886767812378, 0.14602799430839772, 0.15170134059802506, 0.1489203117225359, 0.11998418678010796, 0.029918824807189735, 0.40406435515741235], // prettier-ignore
      [0.010330268290581751, 0.013861793302030488, 0.009368773037319835, 0.010743420783672667, 0.009117035190283469, 0.0023412061668063645, 0.9537719783055223], // prettier-ignore
    ],
  },
];

describe('tissue fractions of rotated voxels', () => {
  it.each(CASES)('agree with Qhull and nibabel, grid $grid', ({ grid, affine, expected }) => {
    const mrs = { affine, shape: grid };
    const byLabel = tissueFractions(mrs, IMAGE, { kind: 'labels', labels: LABELS, mapping: FAST_LABELS }, 'test');
    const byMap = tissueFractions(mrs, IMAGE, { kind: 'probabilities', ...MAPS }, 'test');
    expect(byLabel).toHaveLength(expected.length);
    expected.forEach((want, v) => {
      const [l, p] = [byLabel[v]!, byMap[v]!];
      // Both are exact but for rounding; Qhull's face planes were rounded to 12 digits: 1e-8.
      [l.gm, l.wm, l.csf, p.gm, p.wm, p.csf, l.outside].forEach((got, i) => expect(got).toBeCloseTo(want[i]!, 8));
      expect(l.gm + l.wm + l.csf + l.other + l.outside).toBeCloseTo(1, 12);
    });
  });

  it('takes only the voxels asked for, in their order', () => {
    const { grid, affine } = CASES[1]!;
    const segmentation = { kind: 'labels', labels: LABELS, mapping: FAST_LABELS } as const;
    const all = tissueFractions({ affine, shape: grid }, IMAGE, segmentation, 's');
    expect(tissueFractions({ affine, shape: grid }, IMAGE, segmentation, 's', [3, 1])).toEqual([all[3], all[1]]);
  });
});

describe('tissue fractions of simple voxels', () => {
  const image = { affine: IDENTITY_AFFINE, shape: [4, 4, 4] as Vec3 };
  // Grey for x < 2, white beyond
  const labels = Float64Array.from({ length: 64 }, (_, i) => (i % 4 < 2 ? 2 : 3));
  const mapped = { kind: 'labels', labels, mapping: FAST_LABELS } as const;

  it('counts parts of image voxels', () => {
    // 2 mm wide voxel centred at x = 1.75: from 0.75 to 2.75; grey ends at 1.5: 0.75/2 = 0.375.
    const affine = [2, 0, 0, 1.75, 0, 2, 0, 1.5, 0, 0, 2, 1.5, 0, 0, 0, 1];
    const [found] = tissueFractions({ affine, shape: [1, 1, 1] }, image, mapped, 'seg');
    expect(found!.gm).toBeCloseTo(0.375, 12);
    expect(found!.wm).toBeCloseTo(0.625, 12);
    expect(found).toMatchObject({ csf: 0, source: 'seg' });
  });

  it('has no slivers where the grids coincide, and says what is outside', () => {
    const [same] = tissueFractions({ affine: IDENTITY_AFFINE, shape: [4, 4, 4] }, image, mapped, 's');
    expect(same).toMatchObject({ gm: 1, wm: 0, csf: 0, other: 0, outside: 0 });
    const far = { affine: [2, 0, 0, 50, 0, 2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 1], shape: [1, 1, 1] as Vec3 };
    expect(tissueFractions(far, image, mapped, 's')[0]).toMatchObject({ gm: 0, outside: 1 });
  });

  it('reads maps of any usual full scale and refuses what is no probability', () => {
    const mrs = { affine: [4, 0, 0, 1.5, 0, 4, 0, 1.5, 0, 0, 4, 1.5, 0, 0, 0, 1], shape: [1, 1, 1] as Vec3 };
    const map = (value: number) => new Float64Array(64).fill(value);
    const read = (g: number, w: number, c: number, length = 64) =>
      tissueFractions(mrs, image, { kind: 'probabilities', gm: map(g).slice(0, length), wm: map(w), csf: map(c) }, 's')[0]!; // prettier-ignore
    expect(read(0.5, 0.3, 0.1).other).toBeCloseTo(0.1, 12);
    expect(read(128, 102, 25).gm).toBeCloseTo(128 / 255, 12);
    expect(read(0.8, 0.4, 0).gm).toBeCloseTo(0.8 / 1.2, 12);
    expect(() => read(40000, 0, 0)).toThrow(/go up to 40000/);
    expect(() => read(-1, 0, 0)).toThrow(/-1 is none/);
    expect(() => read(1, 0, 0, 63)).toThrow(/63 values/);
  });

  it('knows the usual labels', () => {
    expect([1, 2, 3, 4].map(FAST_LABELS.tissueOf)).toEqual(['CSF', 'GM', 'WM', null]);
    // Thalamus, cortex of both atlases, white matter, corpus callosum, lateral ventricle, background
    expect([10, 1012, 12110, 41, 253, 43, 0].map(FREESURFER_LABELS.tissueOf)).toEqual(['GM', 'GM', 'GM', 'WM', 'WM', 'CSF', null]); // prettier-ignore
    expect(customLabels({ GM: [9], WM: [], CSF: [] }).tissueOf(9)).toBe('GM');
  });
});

describe('clipping of a cube', () => {
  const cube = boxPolyhedron(boxCorners(IDENTITY_AFFINE, [0, 0, 0], [0, 0, 0]));
  it('gives the volumes that geometry knows', () => {
    expect(polyhedronVolume(cube)).toBeCloseTo(1, 14);
    // The corner x + y + z ≤ −1 of the cube ±½ is a tetrahedron with legs ½: (½)³/6
    const corner = clipPolyhedron(cube, { normal: [1, 1, 1], offset: -1 });
    expect(polyhedronVolume(corner)).toBeCloseTo(1 / 48, 14);
    // The diagonal plane halves it, and half of the half
    const half = clipPolyhedron(cube, { normal: [1, 1, 0], offset: 0 });
    expect(polyhedronVolume(half)).toBeCloseTo(1 / 2, 14);
    expect(polyhedronVolume(clipPolyhedron(half, { normal: [0, 0, 1], offset: 0.25 }))).toBeCloseTo(3 / 8, 14);
    expect(polyhedronVolume(clipPolyhedron(cube, { normal: [1, 0, 0], offset: -2 }))).toBe(0);
  });
});
