// NIfTI-MRS reader and writer against files built byte by byte, bad input, and mutated headers.
import fc from 'fast-check';
import { gunzipSync, gzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../src/core/domain/errors.ts';
import type { MrsDataset } from '../../src/core/domain/mrsDataset.ts';
import { UNKNOWN_ACQUISITION, UNKNOWN_PATIENT } from '../../src/core/domain/mrsDataset.ts';
import { affineToQuaternion, quaternionToAffine } from '../../src/core/formats/niftiAffine.ts';
import { niftiMrsPieces, readNiftiMrs, writeNiftiMrs } from '../../src/core/formats/niftiMrs.ts';
import type { NiftiSpec } from '../fixtures/niftiBytes.ts';
import { indexValues, niftiBytes } from '../fixtures/niftiBytes.ts';

const MRS_JSON = { SpectrometerFrequency: [123.2], ResonantNucleus: ['1H'] };
const SFORM = [20, 0, 0, -30, 0, -20, 0, 10, 0, 0, -20, 21];

function spec(change: Partial<NiftiSpec> = {}): NiftiSpec {
  return { dims: [1, 1, 1, 4], values: indexValues(4), json: MRS_JSON, sform: SFORM, ...change };
}

function thrown(run: () => unknown): AppError {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(AppError);
    return error as AppError;
  }
  throw new Error('expected an error');
}

const codes = (dataset: MrsDataset): string[] => dataset.warnings.map((w) => w.code);

describe('NIfTI-MRS reader', () => {
  it.each([
    [1, true, 32],
    [1, false, 32],
    [2, true, 32],
    [2, false, 32],
    [2, true, 1792],
    [2, false, 1792],
    [1, false, 1792],
  ] as const)('reads NIfTI-%i, little-endian %s, datatype %i', (version, littleEndian, datatype) => {
    const file = niftiBytes(spec({ version, littleEndian, datatype, dwell: 0.00025 }));
    for (const bytes of [file, gzipSync(file)]) {
      const dataset = readNiftiMrs(bytes, 'a.nii');
      expect([...dataset.data.re]).toEqual([0, 1, 2, 3]);
      expect([...dataset.data.im]).toEqual([-0, -1, -2, -3]);
      expect(dataset.data.shape).toEqual([1, 1, 1, 4]);
      expect(dataset.dwellTimeS).toBe(version === 1 ? Math.fround(0.00025) : 0.00025);
      expect(dataset.spectrometerFrequencyMHz).toBe(123.2);
      expect(dataset.affine).toEqual([...SFORM, 0, 0, 0, 1]);
      expect(dataset.warnings).toEqual([]);
    }
  });

  it('reads a view into a larger buffer', () => {
    const file = niftiBytes(spec());
    const padded = new Uint8Array(file.length + 23);
    padded.set(file, 13);
    const dataset = readNiftiMrs(padded.subarray(13, 13 + file.length), 'a.nii');
    expect([...dataset.data.re]).toEqual([0, 1, 2, 3]);
  });

  it('turns Fortran order into [x, y, z, coil, dyn, edit, t], time last, in C order', () => {
    const [nx, ny, nz, nt, n5, n6, n7] = [2, 3, 2, 5, 2, 3, 2] as const;
    const count = nx * ny * nz * nt * n5 * n6 * n7;
    const json = { ...MRS_JSON, dim_5: 'DIM_COIL', dim_6: 'DIM_DYN', dim_7: 'DIM_EDIT' };
    const dataset = readNiftiMrs(
      niftiBytes(spec({ dims: [nx, ny, nz, nt, n5, n6, n7], values: indexValues(count), json })),
      'a.nii',
    );
    expect(dataset.data.shape).toEqual([nx, ny, nz, n5, n6, n7, nt]);
    expect(dataset.dimensions.map((d) => d.tag)).toEqual(['DIM_COIL', 'DIM_DYN', 'DIM_EDIT']);
    let at = 0;
    for (let x = 0; x < nx; x++)
      for (let y = 0; y < ny; y++)
        for (let z = 0; z < nz; z++)
          for (let a = 0; a < n5; a++)
            for (let b = 0; b < n6; b++)
              for (let c = 0; c < n7; c++)
                for (let t = 0; t < nt; t++) {
                  const fortran = x + nx * (y + ny * (z + nz * (t + nt * (a + n5 * (b + n6 * c)))));
                  expect(dataset.data.re[at++]).toBe(fortran);
                }
  });

  it.each([
    [2 | 8, 0.00025, 0.00025, []],
    [2 | 16, 0.25, 0.00025, []],
    [2 | 24, 250, 0.00025, []],
    [0, 0.00025, 0.00025, ['time-unit-missing']],
    [2 | 8, 0.25, 0.25, ['dwell-time-implausible']],
  ])('xyzt_units %i and pixdim %d give %d s', (xyztUnits, dwell, expected, warnings) => {
    const dataset = readNiftiMrs(niftiBytes(spec({ xyztUnits, dwell })), 'a.nii');
    expect(dataset.dwellTimeS).toBeCloseTo(expected, 12);
    expect(codes(dataset)).toEqual(warnings);
  });

  it('prefers the sform, falls back on the qform, and says when there is neither', () => {
    const qform = { bcd: [0, 0, Math.SQRT1_2], offset: [1, 2, 3], qfac: 1 };
    const both = readNiftiMrs(niftiBytes(spec({ qform, voxelSize: [10, 20, 30] })), 'a.nii');
    expect(both.affine?.slice(0, 12)).toEqual(SFORM);
    const onlyQ = readNiftiMrs(niftiBytes(spec({ qform, sformCode: 0, voxelSize: [10, 20, 30] })), 'a.nii');
    // A quarter turn about z: x → y, y → −x. 12 digits: the quaternion's own rounding.
    [0, -20, 0, 1, 10, 0, 0, 2, 0, 0, 30, 3].forEach((v, i) => expect(onlyQ.affine?.[i]).toBeCloseTo(v, 12));
    const flipped = readNiftiMrs(
      niftiBytes(spec({ qform: { ...qform, qfac: -1 }, sformCode: 0, voxelSize: [10, 20, 30] })),
      'a.nii',
    );
    expect(flipped.affine?.[10]).toBeCloseTo(-30, 12);
    const none = readNiftiMrs(niftiBytes(spec({ sformCode: 0 })), 'a.nii');
    expect(none.affine).toBeNull();
    expect(codes(none)).toEqual(['geometry-missing']);
  });

  it('tolerates a scalar frequency and nucleus, and integers', () => {
    const dataset = readNiftiMrs(
      niftiBytes(spec({ json: { SpectrometerFrequency: 297, ResonantNucleus: '31p' } })),
      'a.nii',
    );
    expect(dataset.spectrometerFrequencyMHz).toBe(297);
    expect(dataset.nucleus).toBe('31P');
  });

  it('ignores stale dimension tags, with a warning, and does not write them again', () => {
    const json = { ...MRS_JSON, dim_5: 'DIM_COIL', dim_6: 'DIM_DYN' };
    const dataset = readNiftiMrs(niftiBytes(spec({ json })), 'a.nii');
    expect(dataset.dimensions).toEqual([]);
    expect(codes(dataset)).toEqual(['stale-dimension-tag', 'stale-dimension-tag']);
    expect(codes(readNiftiMrs(writeNiftiMrs(dataset), 'b.nii.gz'))).toEqual([]);
  });

  it.each(["{'Bval': [0, 100], 'ok': True}", '{"Bval": [0, 100], "ok": true}'])(
    'reads a dimension header given as the string %s',
    (text) => {
      const json = { ...MRS_JSON, dim_5: 'DIM_USER_0', dim_5_info: 'Diffusion', dim_5_header: text };
      const dataset = readNiftiMrs(niftiBytes(spec({ dims: [1, 1, 1, 2, 2], json })), 'a.nii');
      expect(dataset.dimensions).toEqual([
        { tag: 'DIM_USER_0', info: 'Diffusion', header: { Bval: [0, 100], ok: true } },
      ]);
    },
  );

  it('keeps an untagged dimension without guessing its meaning, unless told', () => {
    const file = niftiBytes(spec({ dims: [1, 1, 1, 2, 2] }));
    const guessed = readNiftiMrs(file, 'a.nii');
    expect(guessed.dimensions[0]?.tag).toBe('DIM_USER_0');
    expect(codes(guessed)).toEqual(['dimension-tag-unknown']);
    expect(readNiftiMrs(file, 'a.nii', { dimensionTags: ['DIM_DYN'] }).dimensions[0]?.tag).toBe('DIM_DYN');
  });

  it('warns of an echo time in ms, and keeps it', () => {
    const dataset = readNiftiMrs(niftiBytes(spec({ json: { ...MRS_JSON, EchoTime: 30 } })), 'a.nii');
    expect(dataset.acquisition.echoTimeS).toBe(30);
    expect(codes(dataset)).toEqual(['echo-time-implausible']);
  });

  it('warns of a frequency in Hz, and keeps it', () => {
    const dataset = readNiftiMrs(niftiBytes(spec({ json: { ...MRS_JSON, SpectrometerFrequency: 123.2e6 } })), 'a.nii');
    expect(dataset.spectrometerFrequencyMHz).toBe(123.2e6);
    expect(codes(dataset)).toEqual(['frequency-implausible']);
  });

  it('keeps lists that fit no field, and all frequencies of several spectral axes', () => {
    const json = { SpectrometerFrequency: [123.2, 31.1], ResonantNucleus: ['1H', '13C'], EchoTime: [0.03, 0.06] };
    const dataset = readNiftiMrs(niftiBytes(spec({ json })), 'a.nii');
    expect(dataset.acquisition.echoTimeS).toBeNull();
    expect(dataset.header).toEqual(json);
    expect(readNiftiMrs(writeNiftiMrs(dataset), 'b.nii').header).toEqual(json);
  });

  it('warns of NaN and infinite samples', () => {
    const dataset = readNiftiMrs(niftiBytes(spec({ values: [NaN, 0, 1, Infinity, 2, 2, 3, 3] })), 'a.nii');
    expect(codes(dataset)).toEqual(['non-finite-data']);
    expect(dataset.warnings[0]?.message).toContain('2 of 4');
  });

  it('reads NaN in the JSON as Python writes it', () => {
    const extensionText =
      '{"SpectrometerFrequency": [123.2], "ResonantNucleus": ["1H"], "PatientWeight": NaN, "Note": "a NaN"}';
    const dataset = readNiftiMrs(niftiBytes(spec({ extensionText })), 'a.nii');
    expect(dataset.patient.weightKg).toBeNull();
    expect(dataset.header['Note']).toBe('a NaN');
  });

  it('needs the frequency from the header or from the caller', () => {
    const bare: NiftiSpec = { dims: [1, 1, 1, 4], values: indexValues(4), sform: SFORM };
    const error = thrown(() => readNiftiMrs(niftiBytes(bare), 'a.nii'));
    expect(error.code).toBe('HEADER_MISSING');
    expect(error.message).toContain('spectrometer frequency');
    const dataset = readNiftiMrs(niftiBytes(bare), 'a.nii', { spectrometerFrequencyMHz: 297.2, echoTimeS: 0.011 });
    expect(dataset.spectrometerFrequencyMHz).toBe(297.2);
    expect(dataset.acquisition.echoTimeS).toBe(0.011);
    expect(codes(dataset)).toEqual(['mrs-header-missing', 'nucleus-assumed']);
  });
});

describe('NIfTI-MRS reader on bad input', () => {
  it.each<[string, () => Uint8Array, string]>([
    ['an empty file', () => new Uint8Array(0), 'FILE_EMPTY'],
    ['garbage', () => new Uint8Array(2000).fill(65), 'FORMAT_UNKNOWN'],
    ['a T1 image', () => niftiBytes(spec({ datatype: 4, values: [1, 2, 3, 4] })), 'NOT_COMPLEX'],
    ['a zero dimension', () => niftiBytes(spec({ dims: [1, 0, 1, 4] })), 'DIMENSIONS_ABSURD'],
    ['a negative dimension', () => niftiBytes(spec({ version: 1, dims: [1, -1, 1, 4] })), 'DIMENSIONS_ABSURD'],
    ['a product over 2^31', () => niftiBytes(spec({ dims: [50000, 50000, 1, 4] })), 'DIMENSIONS_ABSURD'],
    ['nine dimensions', () => niftiBytes(spec({ dims: [1, 1, 1, 4, 1, 1, 1, 1, 1] })), 'DIMENSIONS_ABSURD'],
    ['no time axis', () => niftiBytes(spec({ dims: [1, 1, 1] })), 'FORMAT_INVALID'],
    [
      'JSON cut in the middle',
      () => niftiBytes(spec({ extensionText: '{"SpectrometerFrequency": [12' })),
      'FORMAT_INVALID',
    ],
    ['JSON that is a list', () => niftiBytes(spec({ extensionText: '[1, 2]' })), 'FORMAT_INVALID'],
    ['a frequency axis', () => niftiBytes(spec({ xyztUnits: 2 | 32 })), 'FORMAT_INVALID'],
    ['a dwell time of zero', () => niftiBytes(spec({ dwell: 0 })), 'HEADER_MISSING'],
    ['a data offset inside the header', () => niftiBytes(spec({ dataOffset: 100 })), 'FORMAT_INVALID'],
    ['a data offset behind the end', () => niftiBytes(spec({ dataOffset: 10_000 })), 'FILE_TRUNCATED'],
    ['a header cut short', () => niftiBytes(spec()).slice(0, 300), 'FILE_TRUNCATED'],
    ['a gzip stream cut short', () => gzipSync(niftiBytes(spec())).slice(0, 150), 'FILE_TRUNCATED'],
    ['only a gzip header', () => gzipSync(niftiBytes(spec())).slice(0, 10), 'FILE_TRUNCATED'],
    [
      'a pair header',
      () => {
        const b = niftiBytes(spec({ version: 1 }));
        b[345] = 0x69;
        return b;
      },
      'UNSUPPORTED',
    ],
  ])('%s', (_, make, code) => {
    const error = thrown(() => readNiftiMrs(make(), 'a.nii'));
    expect(error.code).toBe(code);
    expect(error.message).toContain('a.nii');
  });

  it('calls an image an image', () => {
    const error = thrown(() => readNiftiMrs(niftiBytes(spec({ datatype: 4, values: [1, 2, 3, 4] })), 't1.nii'));
    expect(error.message).toContain('image');
  });

  it('says how many bytes a cut file lacks', () => {
    const error = thrown(() => readNiftiMrs(niftiBytes(spec()).slice(0, -10), 'a.nii'));
    expect(error.code).toBe('FILE_TRUNCATED');
    expect(error.details).toEqual({ expectedBytes: 32, foundBytes: 22 });
    expect(error.message).toMatch(/32.*22/);
  });

  it('finds a flipped bit in a gzip stream', () => {
    const good = gzipSync(niftiBytes(spec({ dims: [1, 1, 1, 400], values: indexValues(400) })));
    const bad = good.slice();
    bad[bad.length - 6] = (bad[bad.length - 6] as number) ^ 1; // checksum
    expect(thrown(() => readNiftiMrs(bad, 'a.nii.gz')).code).toBe('FORMAT_INVALID');
  });

  it('reads a gzip file of several members', () => {
    const file = niftiBytes(spec());
    const [a, b] = [gzipSync(file.slice(0, 300)), gzipSync(file.slice(300))];
    const joined = new Uint8Array(a.length + b.length);
    joined.set(a);
    joined.set(b, a.length);
    expect([...readNiftiMrs(joined, 'a.nii.gz').data.re]).toEqual([0, 1, 2, 3]);
  });

  it('believes no size that a gzip trailer invents', () => {
    const bad = gzipSync(niftiBytes(spec()));
    bad.set([0xff, 0xff, 0xff, 0xff], bad.length - 4);
    expect(thrown(() => readNiftiMrs(bad, 'a.nii.gz')).code).toBe('FORMAT_INVALID');
  });

  it('ends on extensions that lead backwards or nowhere', () => {
    for (const size of [-16, -2147483648, 4, 2147483647]) {
      const bytes = niftiBytes(spec());
      new DataView(bytes.buffer).setInt32(544, size, true);
      expect(thrown(() => readNiftiMrs(bytes, 'a.nii')).code).toBe('FORMAT_INVALID');
    }
  });

  it('throws nothing but AppError, whatever the header says', () => {
    const bases = [niftiBytes(spec()), niftiBytes(spec({ version: 1 })), gzipSync(niftiBytes(spec()))];
    fc.assert(
      fc.property(
        fc.constantFrom(...bases),
        fc.array(fc.tuple(fc.nat(700), fc.nat(255)), { minLength: 1, maxLength: 12 }),
        fc.nat(800),
        fc.boolean(),
        (base, edits, length, cut) => {
          const bytes = base.slice(0, cut ? length : base.length);
          for (const [at, value] of edits) if (at < bytes.length) bytes[at] = value;
          try {
            const dataset = readNiftiMrs(bytes, 'a.nii', { spectrometerFrequencyMHz: 100 });
            // What is read must be no larger than the file could hold (deflate expands at most 1032-fold).
            expect(dataset.data.re.length * 8).toBeLessThanOrEqual(bytes.length * 1032);
            writeNiftiMrs(dataset);
          } catch (error) {
            if (!(error instanceof AppError) || error.code === 'BUG') throw error;
          }
        },
      ),
      { numRuns: 3000, seed: 20161 },
    );
  });
});

describe('NIfTI-MRS round trip', () => {
  const rich: MrsDataset = {
    data: {
      re: Float64Array.from({ length: 48 }, (_, i) => Math.sin(i) * 1e-7),
      im: Float64Array.from({ length: 48 }, (_, i) => Math.cos(i) * 1e9),
      shape: [2, 1, 3, 2, 4],
    },
    dimensions: [{ tag: 'DIM_EDIT', info: 'on, off', header: { EditCondition: ['A', 'B'] } }],
    dwellTimeS: 1 / 3000,
    spectrometerFrequencyMHz: 127.731,
    nucleus: '23Na',
    acquisition: {
      ...UNKNOWN_ACQUISITION,
      echoTimeS: 0.068,
      repetitionTimeS: 2,
      sequence: 'MEGA-PRESS',
      scannerModel: 'Prisma',
      acquiredAt: '2020-01-02T03:04:05',
      region: 'ACC',
    },
    patient: { ...UNKNOWN_PATIENT, name: 'Ünal^Ö', birthDate: '19800102', ageYears: 40, weightKg: 71.5 },
    affine: [15, -2.786, 0, -23.35, 1.393, 29.87, 0, -8.97, 0.1, 0, 20, 26.2, 0, 0, 0, 1],
    format: 'nifti-mrs',
    header: { kSpace: [false, false, false], TxOffset: -2, ProtocolName: 'p', Own: { Value: 1, Description: 'd' } },
    provenance: [
      { time: '2021', program: 'spec2nii v0.3', version: '', method: 'Conversion to NIfTI-MRS', details: { OriginalFile: ['a.dat'] } },
      { time: '2022', program: 'Lineshape', version: '0.1', method: 'Averaging', details: { rows: 16, rejected: [1, 2] } },
      { time: '2023', program: 'FSL-MRS', version: '2', method: 'ECC', details: { text: 'free text', furtherKeys: { link: 'https://x' } } },
    ],
    warnings: [],
  }; // prettier-ignore

  it.each([true, false])('gives back every field and bit (compressed: %s)', (compress) => {
    expect(readNiftiMrs(writeNiftiMrs(rich, { compress }), 'a.nii')).toEqual(rich);
  });

  it('chooses the smaller precision only where it loses nothing', () => {
    const single = {
      ...rich,
      data: { ...rich.data, re: rich.data.re.map(Math.fround), im: rich.data.im.map(Math.fround) },
    };
    const wide = writeNiftiMrs(rich, { compress: false });
    const narrow = writeNiftiMrs(single, { compress: false });
    expect(wide.length - narrow.length).toBe(48 * 8);
    expect(readNiftiMrs(narrow, 'a.nii').data).toEqual(single.data);
    expect(readNiftiMrs(writeNiftiMrs(single, { precision: 'complex128' }), 'a.nii').data).toEqual(single.data);
  });

  it('writes the same file piece by piece, whatever the shape, precision and compression', () => {
    const shape = [2, 3, 1, 4, 5, 2, 16];
    const values = Float64Array.from({ length: 3840 }, (_, i) => Math.sin(i * i));
    const dimensions = (['DIM_COIL', 'DIM_DYN', 'DIM_EDIT'] as const).map((tag) => ({ tag, info: null, header: null }));
    for (const samples of [values, new Float32Array(values)]) {
      const base = readNiftiMrs(niftiBytes(spec()), 'a.nii');
      const dataset: MrsDataset = { ...base, dimensions, data: { re: samples, im: samples.toReversed(), shape } };
      const whole = writeNiftiMrs(dataset, { compress: false });
      expect(whole.length - samples.length * 2 * samples.BYTES_PER_ELEMENT).toBeLessThan(2000);
      expect(Buffer.concat([...niftiMrsPieces(dataset, { compress: false })]).equals(whole)).toBe(true);
      const packed = Buffer.concat([...niftiMrsPieces(dataset)]);
      expect(Buffer.from(gunzipSync(packed)).equals(whole)).toBe(true);
      expect(Buffer.concat([...niftiMrsPieces(dataset)]).equals(packed)).toBe(true);
      expect([...readNiftiMrs(packed, 'a.nii.gz').data.re]).toEqual([...samples]);
    }
  });

  it('writes the same bytes twice', () => {
    expect(writeNiftiMrs(rich)).toEqual(writeNiftiMrs(rich));
  });

  it('writes no position where there is none', () => {
    const read = readNiftiMrs(writeNiftiMrs({ ...rich, affine: null }), 'a.nii');
    expect(read.affine).toBeNull();
    expect(codes(read)).toEqual(['geometry-missing']);
  });

  it('writes a qform that equals the sform for every rotation, reflected or not, and none for a shear', () => {
    const angle = fc.double({ min: -Math.PI, max: Math.PI, noNaN: true });
    const size = fc.double({ min: 1, max: 100, noNaN: true });
    fc.assert(
      fc.property(angle, angle, angle, size, fc.boolean(), (p, q, r, mm, flip) => {
        const [cp, sp, cq, sq, cr, sr] = [p, q, r].flatMap((x) => [Math.cos(x), Math.sin(x)]) as [
          number,
          number,
          number,
          number,
          number,
          number,
        ];
        const rotation = [
          [cq * cr, -cq * sr, sq],
          [sp * sq * cr + cp * sr, cp * cr - sp * sq * sr, -sp * cq],
          [sp * sr - cp * sq * cr, cp * sq * sr + sp * cr, cp * cq],
        ]; // prettier-ignore
        const scale = [mm, 2 * mm, flip ? -mm : mm];
        const affine = [
          ...rotation.flatMap((row, i) => [...row.map((v, j) => v * (scale[j] as number)), i]),
          0,
          0,
          0,
          1,
        ];
        const form = affineToQuaternion(affine);
        expect(form).not.toBeNull();
        if (form === null) return;
        const back = quaternionToAffine(form.bcd, [0, 1, 2], [form.qfac, mm, 2 * mm, mm]);
        // b, c, d alone hold a half turn only to √eps ≈ 1.5e-8 per unit length: a = √(1 − b² − c² − d²).
        back.forEach((v, i) => expect(Math.abs(v - (affine[i] as number))).toBeLessThan(1e-6 * mm));
      }),
      { numRuns: 300, seed: 7 },
    );
    expect(affineToQuaternion([1, 0.2, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1])).toBeNull();
  });
});

describe('a gzipped file that unpacks to too much', () => {
  it('is refused in words, as far beyond what its header allows', () => {
    const start = niftiBytes(spec());
    const padded = new Uint8Array(4e7);
    padded.set(start);
    const { message } = thrown(() => readNiftiMrs(gzipSync(padded), 'bomb.nii.gz'));
    expect(message).toMatch(/^bomb\.nii\.gz unpacks to more than the \d+ bytes that its header allows\.$/);
  });

  it('is refused where the header allows it, but no measured data shrink so far', () => {
    const start = niftiBytes(spec({ dims: [1, 1, 1, 2 ** 14, 1024] }));
    const padded = new Uint8Array(2 ** 24 * 8 + 1024);
    padded.set(start.subarray(0, Math.min(start.length, 4096)));
    const { message } = thrown(() => readNiftiMrs(gzipSync(padded), 'zeros.nii.gz'));
    expect(message).toBe('zeros.nii.gz unpacks to over 200 times its size, as no measured data do; it is not opened.');
  });
});
