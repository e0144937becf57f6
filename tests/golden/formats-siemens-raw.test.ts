// Siemens twix and .rda readers on the public real files, against an independent converter: spec2nii 0.8.15 (with
// pymapvbvd 0.7.0, numpy 2.4.6), run once: `spec2nii twix -e image -q FILE.dat` and `spec2nii rda FILE.rda`; the hashes
// are of its data moved to the order [coil, dynamic, point], little-endian complex64 (twix) and complex128 (rda).
import { describe, expect, it } from 'vitest';
import type { MrsDataset } from '../../src/core/domain/mrsDataset.ts';
import { readNiftiMrs } from '../../src/core/formats/index.ts';
import { isRda, readRda } from '../../src/core/formats/siemens/rda.ts';
import { readTwix } from '../../src/core/formats/siemens/twix.ts';
import { isTwix } from '../../src/core/formats/siemens/twixLayout.ts';
import { dataAvailable, realFile } from '../fixtures/realData.ts';
import { sampleHash } from '../fixtures/siemensFiles.ts';

interface Golden {
  readonly path: string;
  readonly shape: readonly number[];
  readonly sha256: string;
  readonly dwellS: number;
  readonly frequencyMHz: number;
  readonly echoS: number;
  readonly repetitionS: number;
  readonly sequence: string;
  readonly affine: readonly number[];
  /** Real and imaginary part of the first point. */
  readonly first: readonly [number, number];
}

const MID311 = 'pymapvbvd/meas_MID311_STEAM_wref1_FID115674.dat';
const SPINAL = 'pastis/demo/data/spinal_cord_sLASER_longTE_noWS.dat';
const OSPREY = 'osprey_in_pregame/rda/sub-01/mrs';

const TWIX: readonly Golden[] = [
  {
    path: MID311,
    shape: [1, 1, 1, 32, 2, 4096],
    sha256: 'ec597300e782cf7584ed0480d2cda5f818fb7e8dd610507a2391a4ab007398d2',
    dwellS: 8.33e-5,
    frequencyMHz: 297.219948,
    echoS: 0.011,
    repetitionS: 5,
    sequence: 'svs_st',
    affine: [20, 0, 0, -32.900678, 0, -20, 0, 10.663376, 0, 0, -20, 21.35589, 0, 0, 0, 1],
    first: [-0.000622232910245657, 0.0003377576358616352],
  },
  {
    path: SPINAL,
    shape: [1, 1, 1, 8, 2, 8224],
    sha256: '20f7fe44d7e17b620f56b23130454e39ac99684e74d66cdddc02e8bf8077397b',
    dwellS: 1e-4,
    frequencyMHz: 297.205966,
    echoS: 0.04168,
    repetitionS: 3.68,
    sequence: 'eja_svs_slaser',
    affine: [
      -0.001929, -0.026722, 7.999955, -0.447316, 1.63964, -7.973026, -0.026568, -19.236768, 19.932676, 0.65585, 0.00296,
      -5.060458, 0, 0, 0, 1,
    ],
    first: [0.00020659971050918102, -0.00011092983186244965],
  },
];

const RDA: readonly Golden[] = [
  {
    path: 'suspect/siemens/SVS_30.rda',
    shape: [1, 1, 1, 1024],
    sha256: 'da7b7cc4134b97a19962e5e23eb95e98f7abf61c63099cc89ce0bb0d6edff09c',
    dwellS: 0.000833,
    frequencyMHz: 123.234655,
    echoS: 0.03,
    repetitionS: 2,
    sequence: '*svs_se',
    affine: [
      -19.354221, 9.817999, -1.147106, -41.602906, 5.02818, 36.940556, -5.793637, -21.569007, -0.36268, -11.789919,
      -19.108059, -4.958838, 0, 0, 0, 1,
    ],
    first: [110841.9140625, 11848.9755859375],
  },
  {
    path: `${OSPREY}/sub-01_pcg-press/PCG_PRESS.rda`,
    shape: [1, 1, 1, 2048],
    sha256: 'b1d37ba49d7ecd7586b5a8c1ebdb2aec59ac8faf85c35044bd15f6df2f8b9f92',
    dwellS: 0.0005,
    frequencyMHz: 123.25279,
    echoS: 0.03,
    repetitionS: 2,
    sequence: 'eja_svs_press',
    affine: [40, 0, 0, -1.065375, 0, -19.43201, -15.728858, -23.970946, 0, 15.728858, -19.43201, 10.98063, 0, 0, 0, 1],
    first: [13233.12890625, -2142.02099609375],
  },
  {
    path: `${OSPREY}/sub-01_acc-press/ACC_PRESS.rda`,
    shape: [1, 1, 1, 2048],
    sha256: '86d15aa42ef67cb239eb0ba241edc478a317155a860a460278fa6d6c76f0814c',
    dwellS: 0.0005,
    frequencyMHz: 123.252831,
    echoS: 0.03,
    repetitionS: 2,
    sequence: 'eja_svs_press',
    affine: [
      0.09108, 0, 24.999935, -4.261501, -37.978195, -7.847403, 0.054048, 46.876513, 12.555812, -23.736433, -0.017869,
      22.16707, 0, 0, 0, 1,
    ],
    first: [19802.79296875, -5753.314453125],
  },
  {
    path: 'tarquin/src/unit_tests/data/siemens_rda_WS.rda',
    shape: [1, 1, 1, 2048],
    sha256: '7063874997335bc9d9f034edadce9f3be6d6fd2f2e287b35fe7f95cca02b30b1',
    dwellS: 0.0005,
    frequencyMHz: 63.683977,
    echoS: 0.03,
    repetitionS: 1.5,
    sequence: 'svs_se',
    affine: [20, 0, 0, 0, 0, -20, 0, 0, 0, 0, -20, 0, 0, 0, 0, 1],
    first: [4747.28076171875, -6913.42626953125],
  },
];

function expectGolden(dataset: MrsDataset, golden: Golden, kind: 'float32' | 'float64'): void {
  expect(dataset.data.shape).toEqual(golden.shape);
  expect([dataset.data.re[0], dataset.data.im[0]]).toEqual(golden.first);
  expect(sampleHash(dataset.data, kind)).toBe(golden.sha256);
  expect(dataset.dwellTimeS).toBeCloseTo(golden.dwellS, 12);
  expect(dataset.spectrometerFrequencyMHz).toBeCloseTo(golden.frequencyMHz, 9);
  expect(dataset.nucleus).toBe('1H');
  expect(dataset.acquisition.echoTimeS).toBeCloseTo(golden.echoS, 12);
  expect(dataset.acquisition.repetitionTimeS).toBeCloseTo(golden.repetitionS, 12);
  expect(dataset.acquisition.sequence).toBe(golden.sequence);
  // The stored matrix has six decimals.
  golden.affine.forEach((v, i) => expect(Math.abs((dataset.affine?.[i] ?? NaN) - v)).toBeLessThan(1e-6));
}

describe.skipIf(!dataAvailable)('Siemens raw data and .rda against spec2nii (needs shared/data)', () => {
  it.each(TWIX)('$path', (golden) => {
    const { name, bytes } = realFile(golden.path);
    expect(isTwix(bytes)).toBe(true);
    const dataset = readTwix(bytes, name);
    expectGolden(dataset, golden, 'float32');
    expect(dataset.dimensions.map((d) => d.tag)).toEqual(['DIM_COIL', 'DIM_DYN']);
    const codes = dataset.warnings.map((w) => w.code);
    expect(codes).toContain('readouts-not-data');
    expect(codes).toContain('oversampling-kept');
  });

  it.each(RDA)('$path', (golden) => {
    const { name, bytes } = realFile(golden.path);
    expect(isRda(bytes)).toBe(true);
    expectGolden(readRda(bytes, name), golden, 'float64');
  });

  it('the STEAM file is its NIfTI-MRS: coils 18, 19, 28 and 29, sample by sample', () => {
    const twix = realFile(MID311);
    const nifti = realFile('nifti_mrs_tools/wref_raw.nii.gz');
    const raw = readTwix(twix.bytes, twix.name);
    const reference = readNiftiMrs(nifti.bytes, nifti.name);
    const perCoil = 2 * 4096;
    [18, 19, 28, 29].forEach((coil, i) => {
      for (const axis of ['re', 'im'] as const) {
        const [ours, theirs] = [raw.data[axis], reference.data[axis]];
        let worst = 0;
        for (let j = 0; j < perCoil; j++) {
          worst = Math.max(worst, Math.abs((ours[coil * perCoil + j] ?? NaN) - (theirs[i * perCoil + j] ?? NaN)));
        }
        expect(worst).toBe(0);
      }
    });
    reference.affine?.forEach((v, i) => expect(Math.abs((raw.affine?.[i] ?? NaN) - v)).toBeLessThan(1e-4));
    expect(raw.header['WaterSuppressed']).toBe(false);
    expect(raw.acquisition.mixingTimeS).toBe(0.032);
    expect(raw.acquisition.acquiredAt).toBe('2019-03-26T17:02:44');
  });

  it('the spinal cord scan tells the two points before its echo, and does not drop them', () => {
    const { name, bytes } = realFile(SPINAL);
    const dataset = readTwix(bytes, name);
    expect(dataset.header['AcquisitionStartTime']).toBe(-0.0002);
    expect(dataset.warnings.map((w) => w.code)).toContain('points-before-echo');
  });
});
