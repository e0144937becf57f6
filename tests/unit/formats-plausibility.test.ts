// Sanity at the door: every implausible thing is named, with what was found; sound scans pass without a word.
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/core/domain/json.ts';
import type { AcquisitionInfo, DimensionTag, MrsDataset } from '../../src/core/domain/mrsDataset.ts';
import { UNKNOWN_ACQUISITION, UNKNOWN_PATIENT } from '../../src/core/domain/mrsDataset.ts';
import { checkPlausibility, repairUnitSlips } from '../../src/core/formats/plausibility.ts';
import { seededRandom } from '../../src/core/math/seededRandom.ts';

const POINTS = 1024;
const DWELL_S = 0.0005;

/** A decaying line with noise: amplitude 1, T2* 80 ms, noise SD 0.05. @returns [re, im] */
function decay(signals: number, points = POINTS): { re: Float64Array; im: Float64Array } {
  const { normal } = seededRandom(5);
  const [re, im] = [new Float64Array(signals * points), new Float64Array(signals * points)];
  for (let i = 0; i < re.length; i++) {
    const t = (i % points) * DWELL_S;
    const size = Math.exp(-t / 0.08);
    re[i] = size * Math.cos(2 * Math.PI * 200 * t + 0.7) + 0.05 * normal();
    im[i] = size * Math.sin(2 * Math.PI * 200 * t + 0.7) + 0.05 * normal();
  }
  return { re, im };
}

interface Changes {
  readonly acquisition?: Partial<AcquisitionInfo>;
  readonly header?: JsonObject;
  readonly dimensions?: readonly [DimensionTag, number][];
  readonly points?: number;
  readonly map?: (re: number, im: number, point: number, signal: number) => readonly [number, number];
  readonly over?: Partial<MrsDataset>;
}

function scan(changes: Changes = {}): MrsDataset {
  const dimensions = changes.dimensions ?? [['DIM_DYN', 4]];
  const points = changes.points ?? POINTS;
  const signals = dimensions.reduce((n, [, length]) => n * length, 1);
  const { re, im } = decay(signals, points);
  const { map } = changes;
  if (map !== undefined) {
    for (let i = 0; i < re.length; i++) {
      [re[i], im[i]] = map(re[i] as number, im[i] as number, i % points, Math.floor(i / points)) as [number, number];
    }
  }
  return {
    data: { re, im, shape: [1, 1, 1, ...dimensions.map(([, length]) => length), points] },
    dimensions: dimensions.map(([tag]) => ({ tag, info: null, header: null })),
    dwellTimeS: DWELL_S,
    spectrometerFrequencyMHz: 123.2,
    nucleus: '1H',
    acquisition: { ...UNKNOWN_ACQUISITION, echoTimeS: 0.035, repetitionTimeS: 2, ...changes.acquisition },
    patient: UNKNOWN_PATIENT,
    affine: [20, 0, 0, 1, 0, 20, 0, 2, 0, 0, 20, 3, 0, 0, 0, 1],
    format: 'test',
    header: changes.header ?? {},
    provenance: [],
    warnings: [],
    ...changes.over,
  };
}

const found = (changes: Changes, water: MrsDataset | null = null): string[] =>
  checkPlausibility(scan(changes), water).map((w) => w.code);
const message = (changes: Changes, water: MrsDataset | null = null): string =>
  checkPlausibility(scan(changes), water)
    .map((w) => w.message)
    .join(' | ');

describe('a sound scan', () => {
  it('passes without a word, also with its water reference, as pure noise, and as a short text', () => {
    expect(found({}, scan())).toEqual([]);
    expect(found({ map: (re, im, p) => [re - Math.exp(-p / 160), im] })).toEqual([]);
    expect(
      found({ map: (_r, _i, p, s) => [Math.sin(7919 * (p + 1) * (s + 1)), Math.cos(104729 * (p + 3) * (s + 1))] }),
    ).toEqual([]);
    expect(found({ points: 8 })).toEqual([]);
  });

  it.each([
    ['1H', 63.87],
    ['1H', 63.68],
    ['1H', 123.25],
    ['1H', 127.75],
    ['1H', 297.22],
    ['1H', 298.06],
    ['1H', 400.13],
    ['1H', 500.3],
    ['31P', 25.87],
    ['31P', 49.9],
    ['31P', 51.7],
    ['31P', 120.3],
    ['13C', 32.1],
    ['23Na', 33.8],
    ['129Xe', 34.1],
  ])('%s at %d MHz is a magnet’s', (nucleus, mhz) => {
    expect(found({ over: { nucleus, spectrometerFrequencyMHz: mhz } })).toEqual([]);
  });
});

describe('times', () => {
  it.each([
    [2.5, 'echo-time-implausible', /2500 ms/],
    [-0.03, 'echo-time-implausible', /-30 ms/],
    [35000, 'echo-time-implausible', /35000000 ms/],
    [0.00003, 'echo-time-implausible', /0\.03 ms/],
  ])('TE %d s is named', (echoTimeS, code, words) => {
    expect(found({ acquisition: { echoTimeS } })).toEqual([code]);
    expect(message({ acquisition: { echoTimeS } })).toMatch(words);
  });

  it.each([
    [61, 'repetition-time-implausible'],
    [-1, 'repetition-time-implausible'],
    [0.02, 'repetition-before-echo'],
  ])('TR %d s is named', (repetitionTimeS, code) => {
    expect(found({ acquisition: { repetitionTimeS } })).toEqual([code]);
  });

  it('does not repeat what the reader said', () => {
    const warnings = [{ code: 'echo-time-implausible', message: 'said' }];
    expect(found({ acquisition: { echoTimeS: 35 }, over: { warnings } })).toEqual([]);
  });

  it.each([
    // 35 000 000 "ms" are nanoseconds; then µs, ms and ns taken for s; then ms divided twice.
    [35000, 0.035],
    [30, 0.03],
    [144, 0.144],
    [3.5e7, 0.035],
    [0.000035, 0.035],
    [0.00001, 0.01],
  ])('TE %d s is put right: %d s', (echoTimeS, right) => {
    const dataset = repairUnitSlips(
      scan({ acquisition: { echoTimeS }, over: { warnings: [{ code: 'echo-time-implausible', message: 'said' }] } }),
    );
    expect(dataset.acquisition.echoTimeS).toBe(right);
    expect(dataset.warnings.map((w) => w.code)).toEqual(['echo-time-corrected']);
    expect(dataset.warnings[0]?.message).toContain(`it is taken as ${right * 1000} ms`);
    expect(checkPlausibility(dataset, null)).toEqual([]);
  });

  it('puts a repetition time right, and says so', () => {
    const dataset = repairUnitSlips(scan({ acquisition: { repetitionTimeS: 2000 } }));
    expect(dataset.acquisition).toMatchObject({ echoTimeS: 0.035, repetitionTimeS: 2 });
    expect(dataset.warnings[0]?.message).toMatch(
      /^The header gives a repetition time of 2000000 ms, .*milliseconds were taken for seconds/,
    );
  });

  // 3 s may be a repetition time in the wrong place.
  it.each([0.035, 2, 3, 0.0001, -0.03, 0, null, Infinity])('TE %d s is left as it stands', (echoTimeS) => {
    const dataset = scan({ acquisition: { echoTimeS } });
    expect(repairUnitSlips(dataset)).toBe(dataset);
  });
});

describe('sampling, frequency, nucleus', () => {
  it.each([
    [0.5, /2 Hz wide/],
    [0.0025, /400 Hz wide/],
    [5e-6, /200000 Hz wide/],
  ])('a dwell time of %d s is named', (dwellTimeS, words) => {
    expect(found({ over: { dwellTimeS } })).toEqual(['dwell-time-implausible']);
    expect(message({ over: { dwellTimeS } })).toMatch(words);
  });

  it('400 MHz called 3 T is named', () => {
    const changes = {
      header: { MagneticFieldStrength: { Value: 3, Description: '' } },
      over: { spectrometerFrequencyMHz: 400 },
    };
    expect(found(changes)).toEqual(['field-frequency-mismatch']);
    expect(message(changes)).toMatch(/400 MHz for 1H, which is 9\.39 T, but states a field of 3 T/);
    expect(found({ header: { MagneticFieldStrength: 3 } })).toEqual([]);
    expect(found({ header: { MagneticFieldStrength: [2.8936] } })).toEqual([]);
  });

  it('a wrong nucleus is named, with the one that suits', () => {
    expect(message({ over: { nucleus: '31P' } })).toMatch(
      /123\.2 MHz for 31P, which is 7\.15 T, a field no usual magnet has \(it would suit 1H/,
    );
    expect(message({ over: { spectrometerFrequencyMHz: 49.9 } })).toMatch(/it would suit .*31P/);
    expect(found({ over: { spectrometerFrequencyMHz: 1.277e-4 } })).toEqual(['frequency-implausible']);
  });
});

describe('processing done before', () => {
  const one: Changes['dimensions'] = [];
  it('names averaging only where one transient is left of several', () => {
    const header = { NumberOfAverages: { Value: 64, Description: '' } };
    expect(found({ header, dimensions: one })).toEqual(['already-averaged']);
    expect(message({ header, dimensions: one })).toMatch(/counts 64 transients, the file holds one/);
    expect(found({ header })).toEqual([]);
    expect(found({ header: { NumberOfAverages: 1 }, dimensions: one })).toEqual([]);
  });

  it('names combined channels, vendor processing and recorded steps', () => {
    expect(found({ header: { NumberOfReceiveCoils: 32 } })).toEqual(['already-combined']);
    expect(found({ header: { NumberOfReceiveCoils: 4 }, dimensions: [['DIM_COIL', 4]] })).toEqual([]);
    expect(found({ header: { ImageType: ['DERIVED', 'PRIMARY'] } })).toEqual(['vendor-processed']);
    expect(found({ header: { ImageType: 'ORIGINAL\\PRIMARY\\SPECTROSCOPY' } })).toEqual([]);
    const step = (method: string) => [{ time: '', program: 'x', version: '', method, details: {} }];
    expect(message({ over: { provenance: step('Eddy current correction') } })).toMatch(/Eddy current correction/);
    expect(found({ over: { provenance: step('Conversion to NIfTI-MRS') } })).toEqual([]);
  });

  it('names phased data', () => {
    expect(found({ map: (re, im, p) => [re, p === 0 ? 0 : im] })).toEqual(['already-phased']);
    // One FID that happens to begin real says nothing.
    expect(found({ map: (re, im, p, s) => [re, p === 0 && s === 0 ? 0 : im] })).toEqual([]);
  });
});

describe('signals', () => {
  it.each<[string, NonNullable<Changes['map']>]>([
    ['a spectrum with its lines in the middle', (re, im, p) => [re / 20 + 5 / (1 + ((p - 500) / 10) ** 2), im / 20]],
    [
      'a spectrum that wraps around its ends',
      (re, im, p) => [re / 20 + 5 / (1 + (Math.min(p, POINTS - p) / 30) ** 2), im / 20],
    ],
    [
      'an echo with its rising half',
      (_re, _im, p) => [Math.exp(-Math.abs(p - 400) / 100), 0.3 * Math.exp(-Math.abs(p - 400) / 100)],
    ],
    ['a signal that grows', (_re, _im, p) => [Math.exp((p - POINTS) / 200), 0.4 * Math.exp((p - POINTS) / 200)]],
  ])('%s is named', (_, map) => {
    expect(found({ map })).toEqual(['not-an-fid']);
  });

  it.each<[string, NonNullable<Changes['map']>, string]>([
    ['a magnitude', (re, im) => [Math.hypot(re, im), 0], 'not-complex-data'],
    ['zeros', () => [0, 0], 'no-signal'],
    ['a constant', () => [3, -1], 'constant-signals'],
    ['one dead transient', (re, im, _p, s) => (s === 2 ? [0, 0] : [re, im]), 'empty-signals'],
    ['NaN', (re, im, p) => [p === 7 ? NaN : re, im], 'non-finite-data'],
    ['Infinity', (re, im, p) => [re, p === 7 ? Infinity : im], 'non-finite-data'],
  ])('%s are named', (_, map, code) => {
    expect(found({ map })).toEqual([code]);
  });
});

describe('a water reference', () => {
  const water = (over: Partial<MrsDataset>, changes: Changes = {}): MrsDataset => scan({ ...changes, over });
  const te = { acquisition: { echoTimeS: 0.03 } };
  const moved = (at: number, by: number) => (scan().affine as number[]).map((v, i) => (i === at ? v + by : v));

  it.each<[string, MrsDataset, string, RegExp]>([
    ['other points', water({}, { points: 512 }), 'water-reference-points', /512 points, the scan 1024: beyond its end/],
    ['more points', water({}, { points: 2048 }), 'water-reference-points', /2048 points.*not used/],
    [
      'another dwell time',
      water({ dwellTimeS: 0.00025 }),
      'water-reference-dwell-time',
      /250 µs, the scan 500 µs: it is not used/,
    ],
    ['another TE', water({}, te), 'water-reference-echo-time', /TE 30 ms, the scan 35 ms/],
    ['another place', water({ affine: moved(3, 8) }), 'water-reference-voxel', /8\.0 mm away/],
    ['another size', water({ affine: moved(5, 10) }), 'water-reference-voxel', /up to 10\.0 mm/],
    [
      'another nucleus',
      water({ nucleus: '31P', spectrometerFrequencyMHz: 49.9 }),
      'water-reference-other-scanner',
      /refused/,
    ],
    [
      'other coils',
      water({}, { dimensions: [['DIM_COIL', 4]] }),
      'water-reference-coils',
      /4 receiver channels, the scan 1.*eddy currents/,
    ],
  ])('with %s is named', (_, reference, code, words) => {
    expect(found({}, reference)).toEqual([code]);
    expect(message({}, reference)).toMatch(words);
  });

  it('of another grid is named', () => {
    const base = scan();
    const grid = { ...base, data: { ...base.data, shape: [4, 1, 1, POINTS] }, dimensions: [] };
    expect(found({}, grid)).toEqual(['water-reference-grid']);
  });

  it('without geometry or echo time is not blamed', () => {
    expect(found({}, water({ affine: null, acquisition: UNKNOWN_ACQUISITION }))).toEqual([]);
  });
});
