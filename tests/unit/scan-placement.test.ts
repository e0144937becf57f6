// Where a scan lies beyond its grid: saturation bands of headers, the displaced box, values between voxels, slabs.
import { describe, expect, it } from 'vitest';
import {
  excitedBoxOf,
  putSaturationBands,
  saturationBandsOf,
  SATURATION_BANDS_KEY,
} from '../../src/core/domain/scanPlacement.ts';
import type { JsonObject } from '../../src/core/domain/json.ts';
import { parseDicom } from '../../src/core/formats/dicom/index.ts';
import { dicomSaturationBands } from '../../src/core/formats/dicom/saturationBands.ts';
import { parseAscconv } from '../../src/core/formats/siemens/protocolText.ts';
import { siemensSaturationBands } from '../../src/core/formats/siemens/saturationBands.ts';
import { readTwix } from '../../src/core/formats/siemens/twix.ts';
import {
  boxSection,
  displacedAffine,
  interpolatedValue,
  shiftDisplacementMm,
  slabCorners,
  voxelAtIndex,
  voxelCorners,
  boxCentre,
} from '../../src/core/geometry/index.ts';
import { frameOfReferenceOf, scanPlacementOf } from '../../src/core/pipeline/scanPlacement.ts';
import { dicomBytes, enhancedElements, type Dcm } from '../fixtures/dicomBytes.ts';
import { ascconv, makeTwixVb, svsBuffers, svsProtocol } from '../fixtures/siemensFiles.ts';
import { BRAIN, datasetOf, synthesise } from './preprocessingSynthesis.ts';

const BANDS = {
  'sRSatArray.lSize': 2,
  'sRSatArray.asElm[0].dThickness': 30,
  'sRSatArray.asElm[0].sPosition.dSag': 40,
  'sRSatArray.asElm[0].sPosition.dTra': 12.5,
  'sRSatArray.asElm[0].sNormal.dSag': 0.6,
  'sRSatArray.asElm[0].sNormal.dTra': 0.8,
  // Without a normal it is no band.
  'sRSatArray.asElm[1].dThickness': 50,
  // Beyond the array's size: left over.
  'sRSatArray.asElm[2].dThickness': 20,
  'sRSatArray.asElm[2].sNormal.dCor': 1,
} as const;

describe('saturation bands', () => {
  const first = { centreMm: [-40, 0, 12.5], normal: [-0.6, 0, 0.8], thicknessMm: 30 };

  it('of a Siemens protocol are turned from LPS to RAS; leftovers are none', () => {
    expect(siemensSaturationBands(parseAscconv(ascconv(BANDS, 'vd')))).toEqual([first]);
    expect(siemensSaturationBands(parseAscconv(ascconv({ 'sRSatArray.asElm[0].ulShape': 1 }, 'vd')))).toEqual([]);
    const huge = parseAscconv(ascconv({ ...BANDS, 'sRSatArray.lSize': 1e9 }, 'vd'));
    expect(siemensSaturationBands(huge)).toHaveLength(2);
  });

  it('come with the raw file into the dataset’s header', () => {
    const samples = { counters: {}, samples: 34, channels: 2, value: (): [number, number] => [1, 0] };
    const bytes = makeTwixVb({
      buffers: svsBuffers('vb', { ...svsProtocol(), ...BANDS }, 'syngo MR B17'),
      sets: [samples],
    });
    const dataset = readTwix(bytes, 'made.dat');
    expect(scanPlacementOf(dataset).saturationBands).toEqual([first]);
    // The protocol's excitation is moved by −2.3 ppm from water's 4.65.
    expect(scanPlacementOf(dataset).carrierPpm).toBeCloseTo(2.35, 9);
  });

  it('of enhanced DICOM stand in the shared functional groups', () => {
    const band = (thickness: number | null, normal: readonly number[]): Dcm[] => [
      ...(thickness === null ? [] : [[0x18, 0x9104, 'FD', thickness] as Dcm]),
      [0x18, 0x9105, 'FD', [...normal]],
      [0x18, 0x9106, 'FD', [10, 20, 30]],
    ];
    const elements = enhancedElements({ points: 2, samples: [1, 0, 1, 0] });
    const shared = elements.find(([group, element]) => group === 0x5200 && element === 0x9229)!;
    const [item] = shared[3] as unknown as Dcm[][];
    item!.push([0x18, 0x9107, 'SQ', [band(25, [0, 1, 0]), band(null, [1, 0, 0]), band(10, [0, 0, 0])]] as Dcm);
    item!.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    const file = parseDicom(dicomBytes(elements), 'made.dcm');
    expect(dicomSaturationBands(file)).toEqual([{ centreMm: [-10, -20, 30], normal: [0, -1, 0], thicknessMm: 25 }]);
    expect(dicomSaturationBands(parseDicom(dicomBytes(enhancedElements({ points: 1, samples: [1, 0] })), 'b'))).toEqual(
      [],
    );
  });

  it('survive the header, and nonsense in it gives none', () => {
    const header: JsonObject = {};
    const bands = [{ centreMm: [1, 2, 3], normal: [0, 0, 1], thicknessMm: 4 }] as const;
    putSaturationBands(header, bands);
    expect(saturationBandsOf(JSON.parse(JSON.stringify(header)) as JsonObject)).toEqual(bands);
    const empty: JsonObject = {};
    putSaturationBands(empty, []);
    expect(empty).toEqual({});
    const wrong: JsonObject[] = [
      {},
      { [SATURATION_BANDS_KEY]: 'yes' },
      { [SATURATION_BANDS_KEY]: { Value: 7 } },
      { [SATURATION_BANDS_KEY]: { Value: [[1, 2, 3]] } },
      { [SATURATION_BANDS_KEY]: { Value: [[0, 0, 0, 0, 0, 0, 10]] } },
      { [SATURATION_BANDS_KEY]: { Value: [[0, 0, 0, 0, 0, 1, -10]] } },
    ];
    for (const one of wrong) expect(saturationBandsOf(one)).toEqual([]);
  });

  it('are slabs: across an oblique plane as wide as they are thick', () => {
    const corners = slabCorners({ centreMm: [10, 0, 0], normal: [2, 0, 2], thicknessMm: 20 });
    const section = boxSection(corners, { normal: [0, 0, 1], offset: 0 });
    expect(section).toHaveLength(4);
    // Cut across z = 0 the slab of normal (1, 0, 1)/√2 reaches 10·√2 to both sides of x = 10.
    for (const p of section) expect(Math.abs(p[0] - 10)).toBeCloseTo(10 * Math.SQRT2, 6);
  });
});

describe('what a header tells of the place', () => {
  const scan = datasetOf([synthesise(BRAIN, { points: 8 })]);
  const voi = [
    [-50, 0, 0, 1],
    [0, 40, 0, 2],
    [0, 0, 30, 3],
    [0, 0, 0, 1],
  ];

  it('is null where it tells nothing, never a usual value', () => {
    expect(scanPlacementOf(scan)).toEqual({ saturationBands: [], excitedBox: null, carrierPpm: null });
    expect(frameOfReferenceOf(scan)).toBeNull();
    const told = { ...scan, header: { FrameOfReferenceUID: { Value: '1.2', Description: '' } } };
    expect(frameOfReferenceOf(told)).toBe('1.2');
  });

  it('is the excited box of a grid; a single voxel is its own', () => {
    const fids = [synthesise(BRAIN, { points: 8 }), synthesise(BRAIN, { points: 8 })];
    const grid = { ...datasetOf(fids, [], [2, 1, 1]), header: { VOI: voi } };
    expect(scanPlacementOf(grid).excitedBox).toEqual(voi.flat());
    expect(scanPlacementOf({ ...scan, header: { VOI: voi } }).excitedBox).toBeNull();
    for (const wrong of [null, 3, [[1]], voi.map((row) => row.map(() => 0)), voi.map(() => ['a', 0, 0, 0])]) {
      expect(excitedBoxOf({ VOI: wrong } as JsonObject)).toBeNull();
    }
  });
});

describe('chemical shift displacement', () => {
  const shift = { ppm: 1.3, carrierPpm: 3.0, spectrometerFrequencyMHz: 127.7 };

  it('is the offset’s part of the bandwidth, towards the higher field for lower shifts', () => {
    const mm = shiftDisplacementMm(shift, { bandwidthHz: 1270, direction: 1 }, 30);
    expect(mm).toBeCloseTo((1.7 * 127.7 * 30) / 1270, 12);
    expect(mm).toBeGreaterThan(0);
    expect(shiftDisplacementMm(shift, { bandwidthHz: 1270, direction: -1 }, 30)).toBe(-mm);
    expect(shiftDisplacementMm({ ...shift, ppm: 3 }, { bandwidthHz: 1270, direction: 1 }, 30)).toBeCloseTo(0, 12);
  });

  it('puts spins where gradient and offset cancel', () => {
    // γ̄G = B/w: at the displaced centre the field's offset balances the chemical shift's.
    const slope = 1270 / 30;
    const x = shiftDisplacementMm(shift, { bandwidthHz: 1270, direction: 1 }, 30);
    expect((shift.ppm - shift.carrierPpm) * shift.spectrometerFrequencyMHz + slope * x).toBeCloseTo(0, 9);
  });

  it('moves a turned box along its own axes, and its size stays', () => {
    const [c, s] = [Math.cos(0.4), Math.sin(0.4)];
    const box = [20 * c, -30 * s, 0, 5, 20 * s, 30 * c, 0, 6, 0, 0, 25, 7, 0, 0, 0, 1];
    const moved = displacedAffine(box, [{ bandwidthHz: 1000, direction: 1 }, null, { bandwidthHz: 2000, direction: -1 }], shift); // prettier-ignore
    const from = boxCentre(voxelCorners(box, [0, 0, 0]));
    const to = boxCentre(voxelCorners(moved, [0, 0, 0]));
    const along = (1.7 * 127.7 * 20) / 1000;
    expect(to[0] - from[0]).toBeCloseTo(along * c, 9);
    expect(to[1] - from[1]).toBeCloseTo(along * s, 9);
    expect(to[2] - from[2]).toBeCloseTo((-1.7 * 127.7 * 25) / 2000, 9);
    expect(moved.filter((_, i) => i % 4 !== 3)).toEqual(box.filter((_, i) => i % 4 !== 3));
  });
});

describe('values between voxels', () => {
  const grid = [3, 2, 1] as const;
  // x slowest: value 10·x + y.
  const values = Float64Array.from([0, 1, 10, 11, 20, NaN]);

  it('are linear between centres, and constant beyond the outermost', () => {
    expect(interpolatedValue(values, grid, [0.5, 0, 0])).toBeCloseTo(5, 12);
    expect(interpolatedValue(values, grid, [0.25, 0.5, 0])).toBeCloseTo(3, 12);
    expect(interpolatedValue(values, grid, [-0.4, 0, 0.3])).toBe(0);
  });

  it('are none outside the grid, and in voxels without a value; those do not count next door', () => {
    expect(interpolatedValue(values, grid, [-0.6, 0, 0])).toBeNaN();
    expect(interpolatedValue(values, grid, [2, 1, 0])).toBeNaN();
    expect(interpolatedValue(values, grid, [2, 0.6, 0])).toBeNaN();
    // Half-way to the voxel without a value only its neighbours with one count.
    expect(interpolatedValue(values, grid, [2, 0.4, 0])).toBe(20);
    expect(interpolatedValue(values, grid, [1.4, 1, 0])).toBe(11);
  });

  it('belong to the voxel that a place lies in', () => {
    expect(voxelAtIndex(grid, [1.49, 0.2, 0])).toBe(2);
    expect(voxelAtIndex(grid, [1.5, 0.2, 0])).toBe(4);
    expect(voxelAtIndex(grid, [2.5, 0, 0])).toBeNull();
    expect(voxelAtIndex(grid, [0, 0, -0.51])).toBeNull();
  });
});
