// Every real SDAT/SPAR pair against an independent converter. The numbers were made once with spec2nii 0.8.15 (nibabel
// 5.4.2): `spec2nii philips -o out -f x FILE.SDAT FILE.SPAR`, then the first 16 hex digits of the SHA-256 of all samples
// (little-endian float32 pairs, row by row, −0 as 0). It refuses four headers; for those (marked) it was given a copy of
// the SPAR with an empty scan_id filled and the missing spectrum_inversion_time : 0 added.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkPlausibility } from '../../src/core/formats/plausibility.ts';
import { readPhilipsSdat } from '../../src/core/formats/philipsSdat.ts';
import type { MrsDataset } from '../../src/core/domain/mrsDataset.ts';
import { DATA_FOLDER, dataAvailable, realFile } from '../fixtures/realData.ts';

interface Golden {
  readonly file: string;
  readonly rows: number;
  readonly points: number;
  readonly dwellTimeS: number;
  readonly frequencyMHz: number;
  readonly echoTimeS: number;
  readonly repetitionTimeS: number;
  /** First three rows; rounded to 1e-6 mm. */
  readonly affine: readonly number[];
  /** The first two samples: re, im, re, im. */
  readonly first: readonly number[];
  readonly sha256: string;
}

// prettier-ignore
const GOLDEN: readonly Golden[] = [
  {
    file: 'basisremy_biggaba/S01_PRESS_35_act.SDAT',
    rows: 1, points: 2048, dwellTimeS: 0.0005, frequencyMHz: 127.736713, echoTimeS: 0.035, repetitionTimeS: 2.0,
    affine: [29.999956, 0.051452, 0.003538, 0.599996, -0.050656, 29.783433, -3.597855, -34.862171, -0.009683, 3.597844, 29.783476, 27.089144],
    first: [-0.0517033078, -0.0590021499, -0.0807359442, -0.115893163],
    sha256: 'a43c71706148bd11',
  },
  {
    file: 'basisremy_biggaba/S01_PRESS_35_ref.SDAT',
    rows: 1, points: 2048, dwellTimeS: 0.0005, frequencyMHz: 127.736713, echoTimeS: 0.035, repetitionTimeS: 2.0,
    affine: [29.999956, 0.051452, 0.003538, 0.599996, -0.050656, 29.783433, -3.597855, -34.862171, -0.009683, 3.597844, 29.783476, 27.089144],
    first: [-2.05641532, -2.43957853, -3.61121678, -4.62899828],
    sha256: '9dfe39a09531b73d',
  },
  {
    file: 'osprey/exampledata/sdat/UnEdited/sub-01/ses-01/mrs/sub-01_ses-01_press/sub-01_PRESS_35_act.sdat',
    rows: 1, points: 2048, dwellTimeS: 0.0005, frequencyMHz: 127.750896, echoTimeS: 0.035, repetitionTimeS: 2.0,
    affine: [30, 0, 0, 0, 0, 29.913668, -2.274303, -45.033447, 0, 2.274303, 29.913668, 37.662209],
    first: [0.239392921, -0.124953091, 0.463068008, -0.196963593],
    sha256: 'b6c21db9eb2f16cd',
  },
  {
    file: 'osprey/exampledata/sdat/UnEdited/sub-01/ses-01/mrs/sub-01_ses-01_press-ref/sub-01_PRESS_35_ref.sdat',
    rows: 1, points: 2048, dwellTimeS: 0.0005, frequencyMHz: 127.750896, echoTimeS: 0.035, repetitionTimeS: 2.0,
    affine: [30, 0, 0, 0, 0, 29.913668, -2.274303, -45.033447, 0, 2.274303, 29.913668, 37.662209],
    first: [8.49256611, -3.95885563, 15.7897406, -7.02432823],
    sha256: 'd44ace3f886142c9',
  },
  {
    file: 'osprey/exampledata/sdat/UnEdited_with_MM_data/sub-01/ses-01/mrs/sub-01_ses-01_press/sub-01_ses-01_PRESS_raw-act_noID.SDAT',
    rows: 1, points: 2048, dwellTimeS: 0.0005, frequencyMHz: 127.755264, echoTimeS: 0.03, repetitionTimeS: 2.0,
    affine: [25.957874, 0.958445, 1.300413, 1.567965, -1.432022, 21.252481, 17.202812, -35.647236, -0.371635, -14.947021, 24.543272, 30.271355],
    first: [0.000777108304, 0.000352921372, 0.000820527901, 0.00131152652],
    sha256: '910d87f0004c6581',
  },
  {
    file: 'osprey/exampledata/sdat/UnEdited_with_MM_data/sub-01/ses-01/mrs/sub-01_ses-01_press-inverted/sub-01_ses-01_PRESS-Inverted_TI-600_raw-act_noID.SDAT',
    rows: 1, points: 2048, dwellTimeS: 0.0005, frequencyMHz: 127.755224, echoTimeS: 0.03, repetitionTimeS: 2.0,
    affine: [25.957874, 0.958445, 1.300413, 1.567965, -1.432022, 21.252481, 17.202812, -35.647236, -0.371635, -14.947021, 24.543272, 30.271355],
    first: [0.000180611649, 0.000212395957, 1.03725552e-05, 0.000638311438],
    sha256: '5dc32376e9dd60c1',
  },
  {
    file: 'osprey/exampledata/sdat/UnEdited_with_MM_data/sub-01/ses-01/mrs/sub-01_ses-01_press-inverted_ref/sub-01_ses-01_PRESS-Inverted_TI-600_raw-ref_noID.SDAT',
    rows: 1, points: 2048, dwellTimeS: 0.0005, frequencyMHz: 127.755224, echoTimeS: 0.03, repetitionTimeS: 2.0,
    affine: [25.957874, 0.958445, 1.300413, 1.567965, -1.432022, 21.252481, 17.202812, -35.647236, -0.371635, -14.947021, 24.543272, 30.271355],
    first: [0.0281992108, 0.0552794971, 0.0447030365, 0.104867361],
    sha256: '29d403a8602bab2d',
  },
  {
    file: 'osprey/exampledata/sdat/UnEdited_with_MM_data/sub-01/ses-01/mrs/sub-01_ses-01_press_ref/sub-01_ses-01_PRESS_raw-ref_noID.SDAT',
    rows: 1, points: 2048, dwellTimeS: 0.0005, frequencyMHz: 127.755264, echoTimeS: 0.03, repetitionTimeS: 2.0,
    affine: [25.957874, 0.958445, 1.300413, 1.567965, -1.432022, 21.252481, 17.202812, -35.647236, -0.371635, -14.947021, 24.543272, 30.271355],
    first: [0.0518288277, 0.105381839, 0.0816355497, 0.199673265],
    sha256: 'e5274b03900ba7b2',
  },
  { // completed copy of the SPAR
    file: 'osprey_in_pregame/sdat/UnEdited/derivatives/SDATFiles/ses-01_mrs_sub-01_ses-01_press-ref_sub-01_PRESS_35_ref_REF.SDAT',
    rows: 1, points: 2048, dwellTimeS: 0.0005, frequencyMHz: 127.750896, echoTimeS: 0.035, repetitionTimeS: 2.0,
    affine: [30, 0, 0, 0, 0, 29.913668, -2.274303, -45.033447, 0, 2.274303, 29.913668, 37.662209],
    first: [9.36996269, 0, 17.2816963, 0.0066274479],
    sha256: '24b4f65f23630428',
  },
  { // completed copy of the SPAR
    file: 'osprey_in_pregame/sdat/UnEdited/derivatives/SDATFiles/ses-01_mrs_sub-01_ses-01_press_sub-01_PRESS_35_act_A.SDAT',
    rows: 1, points: 2048, dwellTimeS: 0.0005, frequencyMHz: 127.750896, echoTimeS: 0.035, repetitionTimeS: 2.0,
    affine: [30, 0, 0, 0, 0, 29.913668, -2.274303, -45.033447, 0, 2.274303, 29.913668, 37.662209],
    first: [0.0578251481, -0.0141672315, 0.0893712342, 0.00458636647],
    sha256: '9b895b0f64bbb88f',
  },
  {
    file: 'pregame_dwmrs/InVivo-Data/Data1/InVivoData1^X^^^_DWS_invivo_3b_+b0_Metab_raw_act_tot.SDAT',
    rows: 240, points: 1024, dwellTimeS: 0.0003333333333333333, frequencyMHz: 298.062213, echoTimeS: 0.04, repetitionTimeS: 5.0,
    affine: [14.935144, -2.786745, 0, -23.35107, 1.393373, 29.870287, 0, -8.966778, 0, 0, 20, 26.215143],
    first: [2.47483458e-05, 9.58396558e-05, -0.000208091893, 0.000352479547],
    sha256: 'ca8f04bed7892d02',
  },
  {
    file: 'pregame_dwmrs/InVivo-Data/Data1/InVivoData1^X^^^_DWS_invivo_3b_+b0_Water_raw_act_tot.SDAT',
    rows: 40, points: 1024, dwellTimeS: 0.0003333333333333333, frequencyMHz: 298.062212, echoTimeS: 0.04, repetitionTimeS: 5.0,
    affine: [14.935144, -2.786745, 0, -23.35107, 1.393373, 29.870287, 0, -8.966778, 0, 0, 20, 26.215143],
    first: [0.0328460075, 0.00717012212, 0.0534297153, 0.0124575468],
    sha256: 'd4749dcc7045c325',
  },
  {
    file: 'pregame_dwmrs/Synthetic-Data/OriginalData^X^^^_DWS_b9_nsa32_raw_act.SDAT',
    rows: 288, points: 1024, dwellTimeS: 0.0003333333333333333, frequencyMHz: 298.062497, echoTimeS: 0.045, repetitionTimeS: 5.0,
    affine: [17.999973, -0.028965, 0.011506, -32.917229, 0.028982, 17.999959, -0.025565, 42.946678, -0.011465, 0.025583, 17.999978, 7.080997],
    first: [0.0456164777, 0.0238616839, 0.0375614837, 0.0621220097],
    sha256: '65b4314bbc9d7496',
  },
  {
    file: 'pregame_dwmrs/Synthetic-Data/SyntheticData^X^^^_DWS_b9_nsa32_raw_act.SDAT',
    rows: 288, points: 1024, dwellTimeS: 0.0003333333333333333, frequencyMHz: 298.062497, echoTimeS: 0.045, repetitionTimeS: 5.0,
    affine: [17.999973, -0.028965, 0.011506, -32.917229, 0.028982, 17.999959, -0.025565, 42.946678, -0.011465, 0.025583, 17.999978, 7.080997],
    first: [0.046474766, 0.0257874243, 0.0364996083, 0.0619947314],
    sha256: '09c3d9562db31545',
  },
  { // completed copy of the SPAR
    file: 'tarquin/data/phillips/svs_30_WS.SDAT',
    rows: 1, points: 2048, dwellTimeS: 0.0005, frequencyMHz: 127.788256, echoTimeS: 0.03, repetitionTimeS: 1.5,
    affine: [30, 0, 0, 0, 0, 30, 0, 16.304348, 0, 0, 30, -9.197325],
    first: [0.0038115175, 0.0012866722, 0.00521038193, 0.00391703239],
    sha256: 'f2a026ecbb561111',
  },
  { // completed copy of the SPAR
    file: 'tarquin/data/phillips/svs_30_ref.SDAT',
    rows: 1, points: 2048, dwellTimeS: 0.0005, frequencyMHz: 127.788256, echoTimeS: 0.03, repetitionTimeS: 1.5,
    affine: [30, 0, 0, 0, 0, 30, 0, 16.304348, 0, 0, 30, -9.197325],
    first: [0.00402172934, 9.42647457e-05, 0.00615218654, 0.00215448951],
    sha256: '03f544642d584036',
  },
  {
    file: 'tarquin/src/unit_tests/data/philips_spar_sdat_W.SDAT',
    rows: 1, points: 1024, dwellTimeS: 0.0005, frequencyMHz: 127.786142, echoTimeS: 0.03, repetitionTimeS: 2.0,
    affine: [20, 0, 0, 24.325113, 0, 20, 0, 2.068002, 0, 0, 20, 37.624603],
    first: [-0.134807348, -0.0809669644, -0.257217705, -0.132828966],
    sha256: '0b5198c240b7a8ec',
  },
  {
    file: 'tarquin/src/unit_tests/data/philips_spar_sdat_WS.SDAT',
    rows: 1, points: 1024, dwellTimeS: 0.0005, frequencyMHz: 127.786142, echoTimeS: 0.03, repetitionTimeS: 2.0,
    affine: [20, 0, 0, 24.325113, 0, 20, 0, 2.068002, 0, 0, 20, 37.624603],
    first: [0.00137608126, -3.44626023e-05, 0.00174934394, 0.000818355475],
    sha256: '95ac9df3ec7df25e',
  },
];

/** The header beside a data file, whatever the case of its suffix. */
function read(file: string): MrsDataset {
  const header = ['.SPAR', '.spar']
    .map((s) => file.replace(/\.sdat$/i, s))
    .find((f) => existsSync(join(DATA_FOLDER, f)));
  return readPhilipsSdat(realFile(file).bytes, realFile(header as string).bytes, 'x.SDAT');
}

function hash(dataset: MrsDataset): string {
  const { re, im } = dataset.data;
  const pairs = new Float32Array(2 * re.length);
  for (let i = 0; i < re.length; i++) {
    pairs[2 * i] = (re[i] as number) + 0;
    pairs[2 * i + 1] = (im[i] as number) + 0;
  }
  return createHash('sha256').update(new Uint8Array(pairs.buffer)).digest('hex').slice(0, 16);
}

describe.skipIf(!dataAvailable)('Philips SDAT (needs shared/data)', () => {
  it('knows every pair there is', () => {
    const pairs = readdirSync(DATA_FOLDER, { recursive: true })
      .map(String)
      .filter((path) => /\.sdat$/i.test(path))
      .sort();
    expect(GOLDEN.map((g) => g.file).sort()).toEqual(pairs);
  });

  it.each(GOLDEN)('$file', (golden) => {
    const dataset = read(golden.file);
    expect(dataset.data.shape).toEqual(
      golden.rows > 1 ? [1, 1, 1, golden.rows, golden.points] : [1, 1, 1, golden.points],
    );
    // Every sample, bit for bit: a VAX F float has the 24 bits of a float32.
    expect(hash(dataset)).toBe(golden.sha256);
    golden.first.forEach((v, i) => {
      const found = (i % 2 === 0 ? dataset.data.re : dataset.data.im)[i >> 1] as number;
      expect(Math.abs(found - v)).toBeLessThanOrEqual(1e-6 * Math.abs(v));
    });
    expect(dataset.dwellTimeS).toBeCloseTo(golden.dwellTimeS, 12);
    expect(dataset.spectrometerFrequencyMHz).toBeCloseTo(golden.frequencyMHz, 9);
    expect(dataset.nucleus).toBe('1H');
    expect(dataset.acquisition.echoTimeS).toBeCloseTo(golden.echoTimeS, 9);
    expect(dataset.acquisition.repetitionTimeS).toBeCloseTo(golden.repetitionTimeS, 9);
    golden.affine.forEach((v, i) => {
      expect(Math.abs((dataset.affine?.[i] ?? NaN) - v)).toBeLessThan(1e-3);
    });
  });

  it('names what is in doubt of each, and nothing else', () => {
    for (const golden of GOLDEN) {
      const codes = read(golden.file).warnings.map((w) => w.code);
      expect(codes).toEqual(golden.rows > 1 ? ['rows-order-unknown'] : []);
    }
  });

  const MEGA = 'osprey/exampledata/sdat/MEGA/sub-01/ses-01/mrs/sub-01_ses-01_megapress';

  // Their SDAT files are not in the data: rows of zeros stand in, the header is the real one.
  it.each([
    [`${MEGA}/sub-01_megapress_act.spar`, undefined],
    [`${MEGA}-ref/sub-01_megapress_ref.spar`, false],
  ])('reads the header of an edited scan: %s', (file, waterSuppressed) => {
    const dataset = readPhilipsSdat(new Uint8Array(320 * 2048 * 8), realFile(file).bytes, 'x.SDAT');
    expect(dataset.data.shape).toEqual([1, 1, 1, 320, 2048]);
    expect(dataset.acquisition).toMatchObject({ echoTimeS: 0.068, repetitionTimeS: 2, sequence: 'GABA PAR 68' });
    expect(dataset.header['WaterSuppressed']).toBe(waterSuppressed);
    expect(dataset.warnings.map((w) => w.code)).toEqual(['rows-order-unknown', 'editing-order-unknown']);
  });

  it('finds nothing implausible but averages and phases done before', () => {
    for (const golden of GOLDEN) {
      const found = checkPlausibility(read(golden.file), null).map((w) => w.code);
      expect(found.filter((code) => code !== 'already-averaged' && code !== 'already-phased')).toEqual([]);
    }
  });
});
