// Bruker ParaVision folders made here, each variant of the raw data and a reconstructed grid.
import { describe, expect, it } from 'vitest';
import { signalAt } from '../../src/core/domain/complexArray.ts';
import { AppError } from '../../src/core/domain/errors.ts';
import type { MrsDataset } from '../../src/core/domain/mrsDataset.ts';
import { isBrukerData, isBrukerParameters, readBruker } from '../../src/core/formats/bruker/index.ts';
import { fft, fftShift } from '../../src/core/math/fft.ts';
import { dataAvailable, realFile } from '../fixtures/realData.ts';
import { readMrs } from '../../src/core/formats/index.ts';
import { acqp, counting, method, visu, wordBytes } from '../fixtures/brukerFiles.ts';
import type { NamedBytes } from '../fixtures/brukerFiles.ts';

function thrown(run: () => unknown): AppError {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(AppError);
    return error as AppError;
  }
  throw new Error('expected an error');
}

const read = (bytes: Uint8Array, name = 'fid', companions: NamedBytes[] = [acqp(), method()]): MrsDataset =>
  readBruker(bytes, name, companions);

/** Words 1, 2, 3 …: real and imaginary parts of one scan of `points`, from the first kept point on. */
const scan = (first: number, points: number): { re: number[]; im: number[] } => ({
  re: Array.from({ length: points }, (_, t) => first + 2 * t),
  im: Array.from({ length: points }, (_, t) => -(first + 2 * t + 1)),
});

describe('Bruker raw data', () => {
  it('reads ParaVision 6: repetitions, the filter delay left out, conjugated', () => {
    const dataset = read(wordBytes(counting(48), 'int32'));
    expect(dataset.data.shape).toEqual([1, 1, 1, 3, 6]);
    expect(dataset.dimensions.map((d) => d.tag)).toEqual(['DIM_DYN']);
    // Scans of 8 points, of which the first 2 come before the echo.
    const scans = [5, 21, 37].map((first) => scan(first, 6));
    expect([...dataset.data.re]).toEqual(scans.flatMap((s) => s.re));
    expect([...dataset.data.im]).toEqual(scans.flatMap((s) => s.im));
    expect(dataset.dwellTimeS).toBe(0.00025);
    expect(dataset.spectrometerFrequencyMHz).toBe(400.25);
    expect(dataset.nucleus).toBe('1H');
    expect(dataset.acquisition).toMatchObject({
      echoTimeS: 0.02,
      repetitionTimeS: 2.5,
      sequence: 'Bruker:PRESS',
      manufacturer: 'Bruker',
      acquiredAt: '2021-07-01T12:00:00',
    });
    expect(dataset.header).toMatchObject({
      ProtocolName: 'PRESS_1H (E5)',
      SoftwareVersions: 'PV 6.0.1',
      WaterSuppressed: true,
      WaterSuppressionType: 'VAPOR',
      ExcitationFlipAngle: 90,
      BrukerGroupDelayPoints: { Value: 2 },
    });
    expect(dataset.warnings.map((w) => w.code)).toEqual(['geometry-unverified']);
  });

  it.each([
    ['GO_16BIT_SGN_INT', 'int16', 'big'],
    ['GO_32BIT_FLOAT', 'float32', 'little'],
    ['GO_32BIT_SGN_INT', 'int32', 'big'],
  ] as const)('reads words %s', (format, type, endian) => {
    const bytes = wordBytes(counting(16), type, endian === 'little');
    const dataset = read(bytes, 'fid', [acqp({ GO_raw_data_format: format, BYTORDA: endian, NR: 1 }), method()]);
    expect([...dataset.data.re]).toEqual(scan(5, 6).re);
  });

  it('skips the filling of whole-kilobyte blocks', () => {
    const block = [...counting(16), ...Array<number>(240).fill(99)];
    const dataset = read(wordBytes([...block, ...block], 'int32'), 'fid', [
      acqp({ GO_block_size: 'Standard_KBlock_Format', NR: 2 }),
      method(),
    ]);
    expect(dataset.data.shape).toEqual([1, 1, 1, 2, 6]);
    expect([...dataset.data.re]).toEqual([...scan(5, 6).re, ...scan(5, 6).re]);
  });

  it('tells separate channels from combined ones by the file’s length', () => {
    const receivers = [acqp(), method({ PVM_EncNReceivers: 2 })];
    expect(read(wordBytes(counting(48), 'int32'), 'fid', receivers).data.shape).toEqual([1, 1, 1, 3, 6]);
    const separate = read(wordBytes(counting(96), 'int32'), 'fid', receivers);
    expect(separate.data.shape).toEqual([1, 1, 1, 2, 3, 6]);
    expect([...separate.data.re.subarray(18, 24)]).toEqual(scan(21, 6).re);
  });

  it('reads rawdata.job0: every receiver and average', () => {
    const job = '( 1 )\n(16, 2, 0, 4, 101, 4000, 1, <job0>)';
    const dataset = read(wordBytes(counting(128), 'int32'), 'rawdata.job0', [
      acqp({ ACQ_jobs: job, NR: 2 }),
      method({ PVM_EncNReceivers: 2, PVM_NAverages: 2 }),
    ]);
    expect(dataset.data.shape).toEqual([1, 1, 1, 2, 4, 6]);
    expect(dataset.dimensions.map((d) => d.tag)).toEqual(['DIM_COIL', 'DIM_DYN']);
    // Second receiver of the first scan: words 17 to 32.
    expect([...dataset.data.re.subarray(24, 30)]).toEqual(scan(21, 6).re);
  });

  it('reads ParaVision 360: word size, job and filter from their new places', () => {
    const parameters = [
      acqp({
        ACQ_sw_version: '( 65 )\n<PV-360.3.4>',
        ACQ_word_size: '_32_BIT',
        ACQ_size: '( 1 )\n4',
        ACQ_jobs: '( 1 )\n(16, 1, 0, 1, 101, 5000, 1, <chan>, <job0>)',
        ACQ_RxFilterInfo: '( 1 )\n(2.9, 0, 0)',
        SW_h: 0,
        NR: 1,
      }),
      method({ PVM_SpecSWH: '( 1 )\n5000', PVM_DigShift: -1 }),
    ];
    const dataset = read(wordBytes(counting(16), 'int32'), 'fid', parameters);
    expect([...dataset.data.re]).toEqual(scan(7, 5).re);
    expect(dataset.dwellTimeS).toBe(0.0002);
    const processed = read(wordBytes(counting(16), 'float64'), 'fid_proc.64', parameters);
    expect(processed.data.re).toEqual(dataset.data.re);
  });

  it('says so where the filter delay is not given', () => {
    const dataset = read(wordBytes(counting(48), 'int32'), 'fid', [acqp(), method({ PVM_DigShift: -1 })]);
    expect(dataset.data.shape).toEqual([1, 1, 1, 3, 8]);
    expect(dataset.warnings[0]?.code).toBe('group-delay-unknown');
  });

  it('moves the zero from the working to the reference frequency', () => {
    // A line at the reference: the receiver, 1 ppm (400.25 Hz) away, sees it turn the other way.
    const offset = 400.25;
    const words = Array.from({ length: 8 }, (_, t) => -2 * Math.PI * offset * 0.00025 * t).flatMap((phase) => [
      1e6 * Math.cos(phase),
      1e6 * Math.sin(phase),
    ]);
    const dataset = read(wordBytes(words, 'float32'), 'fid', [
      acqp({ GO_raw_data_format: 'GO_32BIT_FLOAT', NR: 1 }),
      method({ PVM_DigShift: 0, PVM_FrqWorkOffsetPpm: '( 2 )\n1 0' }),
    ]);
    // float32 words of 1e6 are rounded to 0.06.
    dataset.data.re.forEach((v) => expect(Math.abs(v - 1e6)).toBeLessThan(0.2));
    dataset.data.im.forEach((v) => expect(Math.abs(v)).toBeLessThan(0.2));
    expect(dataset.header['TxOffset']).toBe(1);
    expect(dataset.warnings.map((w) => w.code)).toContain('frequency-offset-applied');
  });

  it('reads the reference scan without suppression and without an offset', () => {
    const parameters = [acqp(), method({ PVM_FrqWorkOffsetPpm: '( 2 )\n-2 0' })];
    const dataset = read(wordBytes(counting(16), 'int32'), 'fid.refscan', parameters);
    expect([...dataset.data.re]).toEqual(scan(5, 6).re);
    expect(dataset.header['WaterSuppressed']).toBe(false);
  });

  it.skipIf(!dataAvailable)('gives the mouse scan back that was written as LCModel RAW (needs shared/data)', () => {
    const folder = 'osprey_in_pregame/bruker/derivatives';
    const raw = readMrs([realFile(`${folder}/LCModelFiles/metabs/mouse1_7__LCM_A.RAW`)]);
    const words = [...raw.data.re].flatMap((re, t) => [re, -(raw.data.im[t] as number)]);
    const parameters = [
      acqp({ GO_raw_data_format: 'GO_32BIT_FLOAT', NR: 1, ACQ_size: '( 1 )\n8192', SW_h: 5000, BF1: 500.297709 }),
      method({ PVM_DigShift: 0, PVM_SpecSWH: '( 1 )\n5000' }),
    ];
    const dataset = read(wordBytes(words, 'float32'), 'fid', parameters);
    // The file has seven digits, float32 as many.
    dataset.data.re.forEach((v, t) => expect(Math.abs(v - (raw.data.re[t] as number))).toBeLessThan(1e-3));
    dataset.data.im.forEach((v, t) => expect(Math.abs(v - (raw.data.im[t] as number))).toBeLessThan(1e-3));
    expect(dataset.dwellTimeS).toBe(raw.dwellTimeS);
  });
});

describe('Bruker geometry', () => {
  const affine = (position: string | null): readonly number[] | null =>
    read(wordBytes(counting(48), 'int32'), 'fid', [
      acqp(position === null ? {} : { ACQ_patient_pos: position }),
      method(),
    ]).affine;

  it('turns magnet axes into right, anterior, superior', () => {
    // Rows of the orientation are the voxel's axes, scaled by 2, 3 and 4 mm.
    expect(affine('Head_Supine')).toEqual([-2, 0, 0, -1, 0, -2.4000000000000004, 2.4, -5, 0, 1.7999999999999998, 3.2, -2, 0, 0, 0, 1]); // prettier-ignore
  });

  it.each([
    // The voxel's centre lies 1, 5, −2 mm along the magnet's axes.
    ['Head_Supine', [-1, -5, -2]],
    ['Head_Prone', [1, 5, -2]],
    ['Head_Left', [-5, 1, -2]],
    ['Head_Right', [5, -1, -2]],
    ['Foot_Supine', [1, -5, 2]],
    ['Tail_Prone', [-1, 5, 2]],
  ])('%s', (position, centre) => {
    const a = affine(position) as number[];
    expect([a[3], a[7], a[11]]).toEqual(centre);
  });

  it('says so where the voxel’s place is missing or the subject’s position unknown', () => {
    const bytes = wordBytes(counting(48), 'int32');
    const none = read(bytes, 'fid', [acqp(), method({ PVM_VoxArrSize: '( 1, 3 )\n2 3' })]);
    expect([none.affine, none.warnings[0]?.code]).toEqual([null, 'geometry-missing']);
    const odd = read(bytes, 'fid', [acqp({ ACQ_patient_pos: 'Sitting' }), method()]);
    expect(odd.warnings[0]?.message).toContain('"Sitting"');
  });
});

describe('Bruker reconstructed data', () => {
  it('turns spectra of a grid back into FIDs', () => {
    // 4 points × 2 × 3 voxels; the real frame is stored halved (slope 2).
    const real = counting(24);
    const imaginary = counting(24).map((v) => 100 - v);
    const dataset = read(wordBytes([...real, ...imaginary], 'int32'), '2dseq', [visu()]);
    expect(dataset.data.shape).toEqual([2, 3, 1, 4]);
    expect(dataset.dwellTimeS).toBe(0.00025);
    // Voxel x = 1, y = 2 is number 5: its spectrum, frequency falling, comes back by a forward transform.
    const at = (1 * 3 + 2) * 4;
    const fid = signalAt(dataset.data, at / 4);
    const { re, im } = fft(fid);
    const back = fftShift({ re: re.reverse(), im: im.reverse() });
    [...back.re].forEach((v, i) => expect(v).toBeCloseTo(2 * (21 + i), 9));
    [...back.im].forEach((v, i) => expect(v).toBeCloseTo(100 - (21 + i), 9));
    // 10 × 20 × 5 mm voxels; the corner −10, −30, 7 is half a voxel from the first one's centre.
    expect(dataset.affine).toEqual([-10, 0, 0, 5, 0, -20, 0, 20, 0, 0, 5, 7, 0, 0, 0, 1]);
  });

  it('keeps time-domain frames, and finds imaginary frames behind other groups', () => {
    const parameters = visu({
      VisuCoreFrameCount: 4,
      VisuCoreSize: '( 1 )\n2',
      VisuCoreDimDesc: '( 1 )\nspectroscopic',
      VisuCoreUnits: '( 1, 65 )\n<ms>',
      VisuFGOrderDesc: '( 2 )\n(2, <FG_CYCLE>, <>, 0, 0) (2, <FG_COMPLEX>, <>, 0, 1)',
      VisuCoreDataSlope: '( 4 )\n@4*(1)',
    });
    const dataset = read(wordBytes(counting(8), 'int32'), '2dseq', [parameters]);
    expect(dataset.data.shape).toEqual([1, 1, 1, 2, 2]);
    expect([...dataset.data.re]).toEqual([1, 2, 3, 4]);
    expect([...dataset.data.im]).toEqual([5, 6, 7, 8]);
  });

  it.each([
    [{ VisuCoreDimDesc: '( 1 )\nspatial' }, 'UNSUPPORTED'],
    [{ VisuCoreFrameType: 'MAGNITUDE_IMAGE' }, 'UNSUPPORTED'],
    [{ VisuCoreWordType: 'odd' }, 'UNSUPPORTED'],
    [{ VisuCoreSize: '( 1 )\n4 2 1e9' }, 'FILE_TRUNCATED'],
    [{ VisuCoreSize: '( 1 )\n4 2 -3' }, 'DIMENSIONS_ABSURD'],
  ])('refuses %j', (changes, code) => {
    expect(thrown(() => read(wordBytes(counting(48), 'int32'), '2dseq', [visu(changes)])).code).toBe(code);
  });
});

describe('Bruker files', () => {
  const bytes = wordBytes(counting(48), 'int32');

  it('are told by a parameter file beside data of a fixed name', () => {
    expect(isBrukerParameters(acqp().bytes)).toBe(true);
    expect(isBrukerParameters(new TextEncoder().encode('##TITLE=a spectrum\n'))).toBe(false);
    expect(isBrukerData('5/rawdata.job0', [acqp()])).toBe(true);
    expect(isBrukerData('fid', [])).toBe(false);
    expect(isBrukerData('P1.7', [acqp()])).toBe(false);
  });

  it('are refused in words', () => {
    expect(thrown(() => read(new Uint8Array())).code).toBe('FILE_EMPTY');
    expect(thrown(() => read(bytes, 'fid', [])).code).toBe('HEADER_MISSING');
    expect(thrown(() => read(bytes, 'other')).code).toBe('FORMAT_INVALID');
    expect(thrown(() => read(bytes.subarray(0, 30))).code).toBe('FILE_TRUNCATED');
    expect(thrown(() => read(bytes, 'fid', [acqp({ GO_raw_data_format: 'GO_ODD' }), method()])).message).toContain(
      'GO_ODD',
    );
    const grid = acqp({ ACQ_dim_desc: '( 3 )\nSpectroscopic Spatial Spatial' });
    expect(thrown(() => read(bytes, 'fid', [grid, method()])).message).toContain('2dseq');
    const late = thrown(() => read(bytes, 'fid', [acqp(), method({ PVM_DigShift: 8 })]));
    expect(late.code).toBe('DIMENSIONS_ABSURD');
  });
});
