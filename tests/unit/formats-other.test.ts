// Plain text, jMRUI text, Philips SDAT, the registry and de-identification, against files made here.
import fc from 'fast-check';
import { gzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import type { Samples } from '../../src/core/domain/complexArray.ts';
import { AppError } from '../../src/core/domain/errors.ts';
import type { MrsDataset } from '../../src/core/domain/mrsDataset.ts';
import { UNKNOWN_PATIENT } from '../../src/core/domain/mrsDataset.ts';
import {
  deidentify,
  describeNiftiImage,
  listFormats,
  niftiIntensityRange,
  readJmruiText,
  readMrs,
  readNiftiMrs,
  readScan,
  sniffFormat,
  writeJmruiText,
  writeMrs,
} from '../../src/core/formats/index.ts';
import { indexValues, niftiBytes } from '../fixtures/niftiBytes.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const OPTIONS = { spectrometerFrequencyMHz: 123.2, dwellTimeS: 0.00025 };

function thrown(run: () => unknown): AppError {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(AppError);
    return error as AppError;
  }
  throw new Error('expected an error');
}

describe('plain text', () => {
  it('reads two columns, and water from four', () => {
    const two = readScan([{ name: 'a.txt', bytes: bytes('# note\n1 2\n3,4\n') }], OPTIONS);
    expect([...two.dataset.data.re, ...two.dataset.data.im]).toEqual([1, 3, 2, 4]);
    expect(two.water).toBeNull();
    const four = readScan([{ name: 'a.txt', bytes: bytes(' 1e0 2 10 20\r\n 3 4 30 40\r\n') }], OPTIONS);
    expect([...four.dataset.data.im]).toEqual([2, 4]);
    expect([...(four.water?.data.re ?? [])]).toEqual([10, 30]);
  });

  it('is refused in words without frequency and dwell time', () => {
    const error = thrown(() => readMrs([{ name: 'a.txt', bytes: bytes('1 2\n3 4\n') }]));
    expect(error.code).toBe('HEADER_MISSING');
    expect(error.message).toMatch(/--frequency-mhz.*--dwell-s/);
  });

  it('is refused where a row differs', () => {
    const file = bytes(`${'1 2\n'.repeat(1000)}1 2 3\n`);
    expect(thrown(() => readMrs([{ name: 'a.txt', bytes: file }], OPTIONS)).message).toContain('row 1001');
  });
});

const JMRUI = [
  'jMRUI Data Textfile',
  'PointsInDataset: 2',
  'DatasetsInFile: 2',
  'SamplingInterval: 2.5E-1',
  'TransmitterFrequency: 1.232E+08',
  'TypeOfNucleus: 2E0',
  'NameOfPatient: No Name',
  'Signal and FFT',
  'sig(real)\tsig(imag)\tfft(real)\tfft(imag)',
  'Signal 1 out of 2 in file',
  '1\t2\t0\t0',
  '3\t4\t0\t0',
  'Signal 2 out of 2 in file',
  '5\t6\t0\t0',
  '7\t8\t0\t0',
].join('\n');

describe('jMRUI text', () => {
  it('reads and conjugates', () => {
    const dataset = readMrs([{ name: 'a.txt', bytes: bytes(JMRUI) }]);
    expect([...dataset.data.re]).toEqual([1, 3, 5, 7]);
    expect([...dataset.data.im]).toEqual([-2, -4, -6, -8]);
    expect(dataset.data.shape).toEqual([1, 1, 1, 2, 2]);
    expect(dataset.dwellTimeS).toBe(0.00025);
    expect(dataset.spectrometerFrequencyMHz).toBe(123.2);
    expect(dataset.nucleus).toBe('31P');
    expect(dataset.patient).toEqual(UNKNOWN_PATIENT);
  });

  it('comes back the same', () => {
    const dataset = readMrs([{ name: 'a.txt', bytes: bytes(JMRUI) }], { dimensionTags: ['DIM_DYN'] });
    const back = readJmruiText(writeMrs(dataset, 'jmrui-text'), 'b.txt', { dimensionTags: ['DIM_DYN'] });
    expect(back).toEqual(dataset);
    expect(writeJmruiText(dataset)).toContain('1.0000000000e+0\t2.0000000000e+0');
  });

  it.each([
    [JMRUI.replace('7\t8\t0\t0', ''), 'FILE_TRUNCATED'],
    [`${JMRUI}\n9 9 9 9`, 'FORMAT_INVALID'],
    [JMRUI.replace('PointsInDataset: 2', ''), 'HEADER_MISSING'],
    [JMRUI.replace('PointsInDataset: 2', 'PointsInDataset: 1e300'), 'DIMENSIONS_ABSURD'],
  ])('is refused when damaged (%#)', (text, code) => {
    expect(thrown(() => readJmruiText(bytes(text), 'a.txt')).code).toBe(code);
  });
});

const SPAR = `!---
scan_id : PRESS_35
scan_date : 2021.07.18 15:33:40
patient_name : Doe^Jane
patient_birth_date : 1980.01.02
patient_position : "head_first"
patient_orientation : "supine"
samples : 2
rows : 2
synthesizer_frequency : 127750896
sample_frequency : 2000
nucleus : 1H
echo_time : 35
repetition_time : 2000
ap_size : 30
lr_size : 15
cc_size : 20
ap_off_center : 5
lr_off_center : 10
cc_off_center : 20
ap_angulation : 0
lr_angulation : 0
cc_angulation : 90
`;

/** VAX F bytes of a number, from the architecture's definition. */
function vax(value: number): number[] {
  if (value === 0) return [0, 0, 0, 0];
  const exponent = Math.floor(Math.log2(Math.abs(value))) + 1;
  const mantissa = Math.round((Math.abs(value) / 2 ** exponent - 0.5) * 2 ** 24);
  const first = (value < 0 ? 0x8000 : 0) | ((exponent + 128) << 7) | (mantissa >> 16);
  const second = mantissa & 0xffff;
  return [first & 0xff, first >> 8, second & 0xff, second >> 8];
}

describe('Philips SDAT', () => {
  // 1.0 in VAX F is the bytes 80 40 00 00 (VAX Architecture Reference Manual).
  it('knows VAX floats', () => {
    expect(vax(1)).toEqual([0x80, 0x40, 0, 0]);
  });

  const values = [1, -2, 0.1, 3e10, 0, -1e-20, 5, 6];
  const sdat = Uint8Array.from(values.flatMap(vax));
  const files = [
    { name: 'a.sdat', bytes: sdat },
    { name: 'A.SPAR', bytes: bytes(SPAR) },
  ];

  it('reads numbers, conjugated, with the header', () => {
    const dataset = readMrs(files);
    const close = (a: Samples, b: number[]): void =>
      // 24 bits of mantissa: half a unit in the last place.
      b.forEach((v, i) => expect(Math.abs((a[i] as number) - v)).toBeLessThanOrEqual(Math.abs(v) * 2 ** -24));
    close(dataset.data.re, [1, 0.1, 0, 5]);
    close(dataset.data.im, [2, -3e10, 1e-20, -6]);
    expect(dataset.data.shape).toEqual([1, 1, 1, 2, 2]);
    expect(dataset.dwellTimeS).toBe(0.0005);
    expect(dataset.acquisition).toMatchObject({
      echoTimeS: 0.035,
      repetitionTimeS: 2,
      acquiredAt: '2021-07-18T15:33:40',
    });
    expect(dataset.patient).toMatchObject({ name: 'Doe^Jane', birthDate: '19800102' });
  });

  it('puts the voxel at (−lr, −ap, +cc), turned about the axis it names', () => {
    // 90° about z: the lr edge (15 mm) lies along +y, the ap edge (30 mm) along −x.
    const expected = [0, -30, 0, -10, 15, 0, 0, -5, 0, 0, 20, 20];
    expected.forEach((v, i) => expect(readMrs(files).affine?.[i]).toBeCloseTo(v, 10));
  });

  it('needs its SPAR, and all its bytes', () => {
    expect(thrown(() => readMrs([files[0] as { name: string; bytes: Uint8Array }])).message).toContain('.SPAR');
    expect(thrown(() => readMrs([files[1] as { name: string; bytes: Uint8Array }])).code).toBe('HEADER_MISSING');
    const cut = thrown(() => readMrs([{ name: 'a.sdat', bytes: sdat.slice(0, 20) }, files[1] as (typeof files)[1]]));
    expect(cut.details).toEqual({ expectedBytes: 32, foundBytes: 20 });
  });
});

const MRS = niftiBytes({
  dims: [1, 1, 1, 4],
  values: indexValues(4),
  json: { SpectrometerFrequency: [123.2], ResonantNucleus: ['1H'] },
  sform: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0],
});

describe('registry', () => {
  const dicom = new Uint8Array(200);
  dicom.set(bytes('DICM'), 128);
  const twixVd = new Uint8Array(20000);
  twixVd[4] = 2;
  new DataView(twixVd.buffer).setUint32(16, 10240, true);
  const image = niftiBytes({ dims: [2, 2, 1], datatype: 4, values: [-5, 0, 3, 7], slope: 2 });

  it.each([
    [MRS, 'x', 'nifti-mrs'],
    [gzipSync(MRS), 'x', 'nifti-mrs'],
    [gzipSync(image), 'x.nii.gz', 'nifti-image'],
    [dicom, 'x.ima', 'dicom'],
    [twixVd, 'x.dat', 'siemens-twix'],
    [new Uint8Array(20000), 'x.dat', 'unknown'],
    [twixVd, 'x.SDAT', 'philips-sdat'],
    [bytes('>>> Begin of header <<<\n'), 'x.rda', 'siemens-rda'],
    [bytes('RDX3\nother R data'), 'x.rda', 'unknown'],
    [bytes(JMRUI), 'x', 'jmrui-text'],
    [bytes('$LCMODL\n$END'), 'x', 'lcmodel-control'],
    [bytes(' $SEQPAR $END\n $BASIS1 $END'), 'x', 'lcmodel-basis'],
    [bytes(' $NMID $END'), 'x', 'lcmodel-raw'],
    [bytes(SPAR), 'x', 'philips-spar'],
    [bytes('1 2\n3 4'), 'x', 'text'],
    [bytes('hello'), 'x', 'unknown'],
    [new Uint8Array(0), 'x.nii', 'unknown'],
  ])('tells what a file is (%#)', (file, name, format) => {
    expect(sniffFormat(file, name)).toBe(format);
  });

  it('names the format it does not read, and the damage of one that it does', () => {
    const error = thrown(() => readMrs([{ name: 'x.mat', bytes: bytes('MATLAB 5.0 MAT-file') }]));
    expect(error.code).toBe('UNSUPPORTED');
    expect(error.message).toContain('"MATLAB"');
    expect(thrown(() => readMrs([{ name: 'x.ima', bytes: dicom }])).message).toContain('DICOM');
    expect(thrown(() => readMrs([{ name: 'x.dat', bytes: twixVd }])).message).toContain('Siemens raw data');
  });

  it('says what is wrong with damaged, empty, foreign or too many files', () => {
    expect(thrown(() => readMrs([{ name: 'a', bytes: bytes('hello') }])).code).toBe('FORMAT_UNKNOWN');
    expect(thrown(() => readMrs([{ name: 'a', bytes: new Uint8Array(0) }])).code).toBe('FILE_EMPTY');
    expect(thrown(() => readMrs([{ name: 'a', bytes: image }])).code).toBe('NOT_COMPLEX');
    expect(thrown(() => readMrs([{ name: 'a', bytes: gzipSync(MRS).slice(0, 100) }])).code).toBe('FILE_TRUNCATED');
    expect(thrown(() => readMrs([])).code).toBe('USAGE');
    expect(
      thrown(() =>
        readMrs([
          { name: 'a', bytes: MRS },
          { name: 'b', bytes: MRS },
        ]),
      ).code,
    ).toBe('USAGE');
  });

  it('throws nothing but AppError on any bytes', () => {
    const seeds = [MRS, bytes(JMRUI), bytes(SPAR), bytes(' $NMID ID=1 $END\n1 2\n3 4\n'), twixVd.slice(0, 100)];
    fc.assert(
      fc.property(
        fc.oneof(fc.uint8Array({ maxLength: 400 }), fc.constantFrom(...seeds)),
        fc.array(fc.tuple(fc.nat(700), fc.nat(255)), { maxLength: 8 }),
        fc.constantFrom('a.nii', 'a.nii.gz', 'a.sdat', 'a.txt', 'P00001.7'),
        (base, edits, name) => {
          const file = base.slice();
          for (const [at, value] of edits) if (at < file.length) file[at] = value;
          try {
            readMrs(
              [
                { name, bytes: file },
                { name: 'a.spar', bytes: bytes(SPAR) },
              ],
              OPTIONS,
            );
          } catch (error) {
            if (!(error instanceof AppError) || error.code === 'BUG') throw error;
          }
        },
      ),
      { numRuns: 2000, seed: 3 },
    );
  });

  it('describes an image and its intensities', () => {
    const description = describeNiftiImage(image, 'i.nii');
    expect(description).toMatchObject({ matrix: [2, 2, 1], volumes: 1, datatype: 'int16', affine: null });
    expect(niftiIntensityRange(image, 'i.nii')).toEqual([-10, 14]);
    expect(thrown(() => describeNiftiImage(MRS, 'm.nii')).message).toContain('MRS data');
  });

  it('lists what it reads and writes', () => {
    const readable = listFormats()
      .filter((f) => f.reads)
      .map((f) => f.id);
    expect(readable).toEqual([
      'nifti-mrs',
      'dicom',
      'siemens-twix',
      'siemens-rda',
      'philips-sdat',
      'philips-data',
      'ge-pfile',
      'bruker',
      'varian',
      'lcmodel-raw',
      'jmrui-text',
      'jmrui-binary',
      'text',
    ]);
  });
});

describe('de-identification', () => {
  const dataset: MrsDataset = {
    ...readNiftiMrs(MRS, 'a.nii'),
    patient: { name: 'Doe^Jane', id: 'HN-4711', sex: 'F', birthDate: '19800102', ageYears: 41, weightKg: 60 },
    acquisition: {
      ...readNiftiMrs(MRS, 'a.nii').acquisition,
      scannerModel: 'Prisma',
      acquiredAt: '2020-01-01',
      sequence: 'svs Doe',
    },
    header: {
      DeviceSerialNumber: '123',
      private_note: 'x',
      TxOffset: 0,
      Own: { Value: 'scan of JANE', Description: 'd', PatientName: 'Doe' },
    },
    provenance: [
      {
        time: 't',
        program: 'p',
        version: 'v',
        method: 'Conversion to NIfTI-MRS',
        details: { OriginalFile: ['Doe_Jane.dat'] },
      },
      { time: 't', program: 'p', version: 'v', method: 'ECC', details: { file: '/data/hn-4711/water.nii', n: 3 } },
    ],
  };

  it('leaves no identifier in the written file, and keeps the rest', () => {
    const clean = deidentify(dataset);
    for (const target of ['nifti-mrs', 'jmrui-text', 'lcmodel-raw'] as const) {
      const text = new TextDecoder('latin1').decode(writeMrs(clean, target, { compress: false }));
      expect(text).not.toMatch(/doe|jane|4711|19800102|Prisma|"123"|private_note|2020-01-01/i);
    }
    expect(clean.data).toBe(dataset.data);
    expect(clean.patient).toEqual({ name: null, id: null, sex: 'F', birthDate: null, ageYears: 41, weightKg: 60 });
    expect(clean.header['TxOffset']).toBe(0);
    expect(clean.provenance[1]?.details['n']).toBe(3);
    expect(clean.provenance[1]?.details['file']).toBe('/data/removed/water.nii');
  });
});
