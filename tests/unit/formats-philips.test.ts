// Philips variants that no real file here shows, on files built byte by byte: SPAR oddities, MRSI grids, raw data/list.
import { describe, expect, it } from 'vitest';
import { AppError } from '../../src/core/domain/errors.ts';
import type { MrsDataset } from '../../src/core/domain/mrsDataset.ts';
import { bytesSource } from '../../src/core/domain/fileContent.ts';
import type { PhilipsRawScan } from '../../src/core/formats/philipsDataList.ts';
import { isPhilipsList, readPhilipsDataList } from '../../src/core/formats/philipsDataList.ts';
import { isSpar, readPhilipsSdat } from '../../src/core/formats/philipsSdat.ts';
import type { ReadOptions } from '../../src/core/formats/readOptions.ts';
import { vaxFloat } from '../../src/core/formats/philips/vaxFloat.ts';
import { latin1Bytes } from '../../src/core/math/fortranText.ts';
import type { RawVector } from './philipsFiles.ts';
import { rawFiles, sdatBytes, sparText, textBytes } from './philipsFiles.ts';

type Changes = Readonly<Record<string, string | number | null>>;

function read(changes: Changes, rows = 1, options: ReadOptions = {}): MrsDataset {
  const spar = textBytes(sparText({ rows, spec_num_row: rows, ...changes }));
  return readPhilipsSdat(sdatBytes(rows, 4), spar, 'a.SDAT', options);
}

const codes = (dataset: MrsDataset): string[] => dataset.warnings.map((w) => w.code);

function thrown(run: () => unknown): AppError {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(AppError);
    return error as AppError;
  }
  throw new Error('expected an error');
}

describe('VAX F floats', () => {
  // Bytes as stored → two little-endian words. Values from the VAX Architecture Reference Manual's definition.
  it.each([
    [0x4080, 0x0000, 1],
    [0xc080, 0x0000, -1],
    [0x0080, 0x0000, 2 ** -128],
    [0x7fff, 0xffff, (1 - 2 ** -24) * 2 ** 127],
    [0x0000, 0x0000, 0],
    // Exponent 0 and no sign is zero whatever the fraction says ("dirty zero").
    [0x007f, 0xffff, 0],
    // Exponent 0 with the sign is a reserved operand, no number.
    [0x8000, 0x0000, NaN],
    [0x8012, 0x3456, NaN],
  ])('%# words %i %i', (first, second, value) => {
    expect(vaxFloat(first, second)).toBe(value);
  });
});

describe('SPAR', () => {
  it('is told by its content, in any case of its keys and line ends', () => {
    expect(isSpar(textBytes(sparText()))).toBe(true);
    expect(isSpar(textBytes(sparText().toUpperCase().replace(/\r\n/g, '\r')))).toBe(true);
    expect(isSpar(textBytes('samples without a frequency'))).toBe(false);
    const dataset = readPhilipsSdat(sdatBytes(1, 4), textBytes(sparText().toUpperCase()), 'a.SDAT');
    expect(dataset.acquisition).toMatchObject({ echoTimeS: 0.035, repetitionTimeS: 2 });
    expect(codes(dataset)).toEqual([]);
    expect(readPhilipsSdat(sdatBytes(1, 4), textBytes(sparText().replace(/\r\n/g, '\r')), 'a').dwellTimeS).toBe(0.0005);
  });

  it('reads names in Latin-1 and in UTF-8, with or without a byte-order mark', () => {
    const text = sparText({ patient_name: 'Müller^Zoë' });
    for (const bytes of [latin1Bytes(text), textBytes(text), textBytes(`\ufeff${text}`)]) {
      expect(readPhilipsSdat(sdatBytes(1, 4), bytes, 'a').patient.name).toBe('Müller^Zoë');
    }
  });

  it('keeps what the NIfTI-MRS standard has a key for', () => {
    const dataset = read({ offset_frequency: -127.750896, spectrum_inversion_time: 600, mix_number: 2 });
    expect(dataset.header).toMatchObject({
      SoftwareVersions: '5.4.0 ; .4.0 ;',
      PatientPosition: 'HFS',
      WaterSuppressed: false,
      NumberOfAverages: { Value: 64 },
    });
    expect(dataset.header['TxOffset']).toBeCloseTo(-1, 12);
    expect(dataset.acquisition.inversionTimeS).toBe(0.6);
    expect(JSON.stringify(dataset.header)).not.toMatch(/doe|jane/i);
  });

  it('finds a missing key elsewhere, and says so', () => {
    const dataset = read({ samples: null, sample_frequency: null, dim1_step: 0.0005, echo_time: null, nucleus: null });
    expect(dataset.dwellTimeS).toBe(0.0005);
    expect(dataset.acquisition.echoTimeS).toBe(0.035);
    expect(dataset.nucleus).toBe('1H');
    expect(codes(dataset)).toEqual(['header-key-missing', 'nucleus-assumed']);
    const given = read({ synthesizer_frequency: null }, 1, { spectrometerFrequencyMHz: 127.7 });
    expect(given.spectrometerFrequencyMHz).toBe(127.7);
  });

  it('is refused in words where nothing stands in for a key', () => {
    expect(thrown(() => read({ synthesizer_frequency: null })).message).toMatch(
      /synthesizer_frequency \(--frequency-mhz\)/,
    );
    expect(thrown(() => read({ rows: null, spec_num_row: null })).code).toBe('HEADER_MISSING');
    expect(thrown(() => read({ samples: '4294967297' })).code).toBe('DIMENSIONS_ABSURD');
    expect(thrown(() => readPhilipsSdat(sdatBytes(1, 4), textBytes('no header'), 'a')).code).toBe('FORMAT_INVALID');
    expect(thrown(() => readPhilipsSdat(sdatBytes(1, 4), new Uint8Array(0), 'a')).code).toBe('FILE_EMPTY');
  });

  it('names an echo time that is stated otherwise, showing both', () => {
    const other = read({ echo_time: 40, spectrum_echo_time: 40 }, 1, { echoTimeS: 0.045 });
    expect(other.warnings[0]).toMatchObject({ code: 'echo-time-disagrees' });
    expect(other.warnings[0]?.message).toMatch(/40 ms.*option.*45 ms; 40 ms is used/);
    expect(other.acquisition.echoTimeS).toBe(0.04);
    expect(read({ spectrum_echo_time: 30 }).warnings[0]?.message).toMatch(/spectrum_echo_time 30 ms/);
    expect(read({ scan_id: 'sLASER_TE30' }).warnings[0]?.message).toMatch(/name of the scan 30 ms/);
    for (const name of ['TE35', 'SV_te=35.0 ms', 'WATER 144', 'TE_test', 'SITE3']) {
      expect(codes(read({ scan_id: name }))).toEqual([]);
    }
  });

  it('warns of rows whose order only the sequence knows, and of editing above all', () => {
    expect(codes(read({}, 3))).toEqual(['rows-order-unknown']);
    expect(codes(read({ scan_id: 'GABA PAR 68' }, 3))).toEqual(['rows-order-unknown', 'editing-order-unknown']);
    expect(read({}, 3, { dimensionTags: ['DIM_EDIT'] }).dimensions[0]?.tag).toBe('DIM_EDIT');
  });

  it('counts reserved operands and rows beyond the header', () => {
    const sdat = sdatBytes(3, 4);
    sdat.set([0, 0x80, 0, 0], 8);
    const dataset = readPhilipsSdat(sdat, textBytes(sparText({ spec_num_col: 5 })), 'a');
    expect(dataset.data.re[1]).toBeNaN();
    expect(codes(dataset)).toEqual(['non-finite-data', 'extra-data', 'header-disagrees']);
  });

  it('says where no voxel is selected or its place is absurd', () => {
    for (const changes of [
      { volume_selection_enable: '"no"' },
      { lr_off_center: '-169999997607218210000000000000000000000.0' },
      { cc_size: 0 },
      { ap_angulation: null },
    ]) {
      const dataset = read(changes);
      expect(dataset.affine).toBeNull();
      expect(codes(dataset)).toEqual(['geometry-missing']);
    }
    expect(codes(read({ patient_orientation: '"prone"' }))).toEqual(['geometry-unverified']);
  });

  it('turns about axes that the earlier turns moved: lr, then ap, then cc', () => {
    // 90° about lr (RAS: −90° about x: y → −z, z → y), then 90° about the turned cc axis, which is now y.
    const { affine } = read({ lr_angulation: 90, cc_angulation: 90 });
    // lr edge (15): x → (cc) y → (lr) −z; ap edge (30): y → −x; cc edge (20): z → y.
    [0, -30, 0, -10, 0, 0, 20, -5, -15, 0, 0, 20].forEach((v, i) => expect(affine?.[i]).toBeCloseTo(v, 10));
  });
});

const GRID = {
  phase_encoding_enable: '"yes"',
  phase_encoding_direction: '"trans"',
  phase_encoding_fov: 60,
  slice_thickness: 15,
  dim2_pnts: 3,
  dim3_pnts: 2,
};

describe('MRSI', () => {
  it('puts columns first, then rows', () => {
    const dataset = read(GRID, 6);
    expect(dataset.data.shape).toEqual([3, 2, 1, 4]);
    expect(dataset.dimensions).toEqual([]);
    // Row r of the file begins with r + 1; voxel [x, y] is row x + 3·y.
    const first = (x: number, y: number): number => dataset.data.re[(x * 2 + y) * 4] as number;
    expect([first(0, 0), first(1, 0), first(2, 0), first(0, 1), first(2, 1)]).toEqual([1, 2, 3, 4, 6]);
    expect(dataset.header).toMatchObject({ kSpace: [false, false, false] });
    expect(dataset.header['VOI']).toHaveLength(4);
    expect(codes(dataset)).toEqual(['geometry-unverified']);
  });

  it('lies around its centre, columns toward the left, rows toward the back', () => {
    const { affine } = read({ ...GRID, si_lr_off_center: 4, si_ap_off_center: 6, si_cc_off_center: 8 }, 6);
    // Voxels of 20 mm; the first of 3 × 2 lies 20 mm right and 10 mm before the centre at RAS (−4, −6, 8).
    [-20, 0, 0, 16, 0, -20, 0, 4, 0, 0, 15, 8].forEach((v, i) => expect(affine?.[i]).toBeCloseTo(v, 10));
  });

  it('is not placed where plane, field of view or angles are unclear', () => {
    const odd = { si_lr_off_angulation: 90, si_ap_off_angulation: 0, si_cc_off_angulation: 0 };
    for (const changes of [{ phase_encoding_direction: '"cor"' }, { phase_encoding_fov: 0 }, odd]) {
      const dataset = read({ ...GRID, ...changes }, 6);
      expect(dataset.affine).toBeNull();
      expect(codes(dataset)).toContain('geometry-missing');
    }
  });

  it('is refused where its rows are not its grid; one row is a voxel', () => {
    expect(thrown(() => read(GRID, 12)).code).toBe('UNSUPPORTED');
    expect(thrown(() => read({ ...GRID, dim2_pnts: -3, dim3_pnts: -2 }, 6)).code).toBe('UNSUPPORTED');
    expect(read({ ...GRID, dim2_pnts: 1, dim3_pnts: 1 }).data.shape).toEqual([1, 1, 1, 4]);
  });
});

const GIVEN: ReadOptions = { spectrometerFrequencyMHz: 127.7, dwellTimeS: 0.0005 };

function raw(vectors: readonly RawVector[], spar: string | null = null, options: ReadOptions = GIVEN): PhilipsRawScan {
  const { data, list } = rawFiles(vectors);
  expect(isPhilipsList(textBytes(list))).toBe(true);
  const source = bytesSource('a.data', data);
  return readPhilipsDataList(source, textBytes(list), spar === null ? null : textBytes(spar), options);
}

/** Vectors of 4 points, all of one value, so that each tells which it is. */
const constant = (value: number): number[] => Array.from({ length: 8 }, (_, i) => (i % 2 === 0 ? value : 0.5));

const SCAN: readonly RawVector[] = [
  ...[0, 1].map((chan) => ({ typ: 'NOI', chan, values: constant(-1) })),
  ...[0, 1, 2].flatMap((aver) => [3, 7].map((chan) => ({ aver, chan, values: constant(10 * aver + chan) }))),
  ...[0, 1].flatMap((aver) => [3, 7].map((chan) => ({ mix: 1, aver, chan, values: constant(100 + 10 * aver + chan) }))),
];

describe('data/list', () => {
  it('sorts coils and transients, conjugates, and takes the second mix as water', () => {
    const { dataset, water } = raw(SCAN);
    expect(dataset.data.shape).toEqual([1, 1, 1, 2, 3, 4]);
    expect(dataset.dimensions.map((d) => d.tag)).toEqual(['DIM_COIL', 'DIM_DYN']);
    const firsts = (d: MrsDataset): number[] => [...d.data.re].filter((_, i) => i % 4 === 0);
    expect(firsts(dataset)).toEqual([3, 13, 23, 7, 17, 27]);
    expect(dataset.data.im[0]).toBe(-0.5);
    expect(firsts(water as MrsDataset)).toEqual([103, 113, 107, 117]);
    expect(water?.header).toMatchObject({ WaterSuppressed: false, SoftwareVersions: '5.4-0' });
    expect(codes(dataset)).toEqual(['geometry-missing', 'nucleus-assumed', 'vectors-left-out']);
  });

  it('takes times, frequency and place from the SPAR, and undoes oversampling', () => {
    const { dataset } = raw(SCAN, sparText({ samples: 2 }), {});
    // 2 samples exported of 4 stored, which t_oversample_factor 2 explains: half the exported dwell time of 0.5 ms.
    expect(dataset.dwellTimeS).toBe(0.00025);
    expect(dataset.spectrometerFrequencyMHz).toBe(127.750896);
    expect(dataset.acquisition.echoTimeS).toBe(0.035);
    expect(dataset.affine).not.toBeNull();
    expect(dataset.header).not.toHaveProperty('NumberOfAverages');
    expect(raw(SCAN, sparText({ samples: 4 }), {}).dataset.dwellTimeS).toBe(0.0005);
    const odd = raw(SCAN, sparText({ samples: 3 }), {}).dataset;
    expect(odd.dwellTimeS).toBe(0.0005);
    expect(codes(odd)).toContain('points-disagree');
  });

  it('is refused in words without SPAR and options', () => {
    expect(thrown(() => raw(SCAN, null, {})).message).toMatch(/\.SPAR beside them.*--frequency-mhz, --dwell-s/);
  });

  it('joins dynamics counted in extr1 with averages, in the order acquired', () => {
    const vectors = [0, 1].flatMap((extr1) =>
      [0, 1].map((aver) => ({ extr1, aver, chan: 0, values: constant(10 * extr1 + aver) })),
    );
    const { dataset } = raw(vectors);
    expect(dataset.data.shape).toEqual([1, 1, 1, 4, 4]);
    expect([0, 4, 8, 12].map((i) => dataset.data.re[i])).toEqual([0, 1, 10, 11]);
    expect(codes(dataset)).toContain('rows-order-unknown');
  });

  it('gives echoes a dimension of their own', () => {
    const vectors = [0, 1].flatMap((echo) =>
      [0, 1].map((chan) => ({ echo, chan, values: constant(10 * chan + echo) })),
    );
    const { dataset } = raw(vectors);
    expect(dataset.dimensions.map((d) => d.tag)).toEqual(['DIM_COIL', 'DIM_INDIRECT_0']);
    expect([0, 4, 8, 12].map((i) => dataset.data.re[i])).toEqual([0, 1, 10, 11]);
  });

  it('leaves out a transient that lacks a channel, and says so', () => {
    const { dataset } = raw(SCAN.filter((v) => !(v.mix === undefined && v.aver === 2 && v.chan === 7)));
    expect(dataset.data.shape).toEqual([1, 1, 1, 2, 2, 4]);
    expect(dataset.warnings[0]?.message).toMatch(/^1 transients lack.*2 are read/);
  });

  it('is refused where it is k-space, cut, of several lengths, or without a table', () => {
    const kSpace = [-1, 0, 1].map((ky) => ({ ky, values: constant(ky) }));
    expect(thrown(() => raw(kSpace)).message).toMatch(/k-space/);
    expect(thrown(() => raw([{ values: [1, 2] }, { aver: 1, values: [1, 2, 3, 4] }])).code).toBe('FORMAT_INVALID');
    expect(thrown(() => raw([{ values: [1, 2, 3] }])).code).toBe('FORMAT_INVALID');
    expect(thrown(() => raw([{ mix: 1, values: [1, 2] }])).message).toMatch(/first mix/);
    const { data, list } = rawFiles(SCAN);
    const cut = bytesSource('a.data', data.slice(0, -8));
    expect(thrown(() => readPhilipsDataList(cut, textBytes(list), null, GIVEN)).code).toBe('FILE_TRUNCATED');
    const bare = textBytes(list.replace(/^ .*$/gm, ''));
    expect(thrown(() => readPhilipsDataList(cut, bare, null, GIVEN)).message).toMatch(/a\.list lists no data vectors/);
    const torn = textBytes(list.replace(/^( {2}STD {2}0 {2}0).*$/m, '$1'));
    expect(thrown(() => readPhilipsDataList(cut, torn, null, GIVEN)).message).toMatch(/line \d+ is no line/);
  });

  it('finds columns by their names, as older releases have fewer', () => {
    const { data, list } = rawFiles([
      { chan: 0, values: constant(1) },
      { chan: 1, values: constant(2) },
    ]);
    const fewer = list
      .split('\n')
      .map((l) => (/^ {2}STD|^# typ/.test(l) ? l.replace(/(\s+)(?:rr|0)(\s+(?:size|32)\s)/, '$2') : l))
      .join('\n');
    expect(fewer).not.toBe(list);
    const { dataset } = readPhilipsDataList(bytesSource('a.data', data), textBytes(fewer), null, GIVEN);
    expect([dataset.data.re[0], dataset.data.re[4]]).toEqual([1, 2]);
  });
});
