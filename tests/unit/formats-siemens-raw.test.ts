// Siemens twix (VB, VD/VE, XA) and .rda on files made here byte by byte. Hashes and matrices named "spec2nii" were
// computed by spec2nii 0.8.15 (pymapvbvd 0.7.0) from these very files, so that both the files and the reader are
// checked by an independent program: `spec2nii twix -e image -q [-m 2] FILE` and `spec2nii rda FILE`.
import { describe, expect, it } from 'vitest';
import { AppError } from '../../src/core/domain/errors.ts';
import type { MrsDataset } from '../../src/core/domain/mrsDataset.ts';
import type { ByteSource } from '../../src/core/domain/fileContent.ts';
import { bytesSource } from '../../src/core/domain/fileContent.ts';
import { isRda, readRda } from '../../src/core/formats/siemens/rda.ts';
import type { TwixScan } from '../../src/core/formats/siemens/twix.ts';
import { readTwix, readTwixScan } from '../../src/core/formats/siemens/twix.ts';
import { isTwix } from '../../src/core/formats/siemens/twixLayout.ts';
import { mainOrientation, phaseAndReadout } from '../../src/core/formats/siemens/twixGeometry.ts';
import type { MadeMeasurement, MadeSet } from '../fixtures/siemensFiles.ts';
import {
  makeRda,
  makeTwixVb,
  makeTwixVd,
  MASK,
  rdaHeader,
  sampleHash,
  svsBuffers,
  svsProtocol,
} from '../fixtures/siemensFiles.ts';

const VE = 'syngo MR E11';
const XA = 'syngo MR XA30';

/** A readout whose samples tell its number, channel and point. */
function made(n: number, counters: Record<string, number> = {}, extra: Partial<MadeSet> = {}): MadeSet {
  const value = (c: number, p: number): [number, number] => [100 * n + 10 * c + p, -(100 * n + p) / 8 - c];
  return { counters, samples: 34, channels: 2, value, ...extra };
}

function vd(sets: readonly MadeSet[], protocol: Record<string, string | number> = {}, software = VE): MadeMeasurement {
  return { buffers: svsBuffers('vd', svsProtocol(protocol), software), sets };
}

const NOISE: MadeMeasurement = {
  buffers: svsBuffers('vd', { tSequenceFileName: '%SiemensSeq%\\AdjCoilSens', 'sRXSPEC.alDwellTime[0]': 2000 }, VE),
  sets: [made(90, {}, { mask: MASK.noise | 8 })],
};

const scan = (bytes: Uint8Array, options = {}): TwixScan => readTwixScan(bytesSource('made.dat', bytes), options);
const codes = (d: MrsDataset): string[] => d.warnings.map((w) => w.code);
const tags = (d: MrsDataset): string[] => d.dimensions.map((x) => x.tag);
/** Number of the readout that a row of the array holds, from its first sample of channel 0. */
const rowNumbers = (d: MrsDataset): number[] => {
  const rows = d.data.re.length / 34 / 2;
  return Array.from({ length: rows }, (_, i) => (d.data.re[i * 34] ?? NaN) / 100);
};

function thrown(run: () => unknown): AppError {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(AppError);
    return error as AppError;
  }
  throw new Error('expected an error');
}

function expectAffine(dataset: MrsDataset, expected: readonly number[]): void {
  expected.forEach((v, i) => expect(Math.abs((dataset.affine?.[i] ?? NaN) - v)).toBeLessThan(1e-6));
}

/** spec2nii's matrix of the made protocol. */
const MADE_AFFINE = [
  19.378248, -7.422119, 0, 12.5, -3.958463, -23.253898, -15, -20.25, 2.968848, 17.440424, -20, 31.75, 0, 0, 0, 1,
];

describe('Siemens raw data of VD and VE', () => {
  const measured = [made(50, {}, { mask: MASK.noise | 8 }), made(0, {}, { mask: MASK.sync, syncBytes: 64 })];
  const averages = [1, 2, 3].map((n) => made(n, { Ave: n - 1 }, { freeParameter: 2 }));
  const file = makeTwixVd([NOISE, vd([...measured, ...averages], { tSequenceFileName: '%CustomerSeq%\\svs_other' })]);

  it('takes the spectroscopic measurement and skips noise and synchronisation (spec2nii)', () => {
    expect(isTwix(file)).toBe(true);
    const { dataset, water } = scan(file);
    expect(water).toBeNull();
    expect(dataset.data.shape).toEqual([1, 1, 1, 2, 3, 34]);
    expect(tags(dataset)).toEqual(['DIM_COIL', 'DIM_DYN']);
    expect(sampleHash(dataset.data, 'float32')).toBe(
      '7cc00d5c5dedabe2f7fff84040ca147bc7224c58b2e6c908005a52b4a9e8827e',
    );
    expectAffine(dataset, MADE_AFFINE);
    expect(codes(dataset)).toEqual(
      expect.arrayContaining(['several-measurements', 'readouts-not-data', 'oversampling-kept', 'points-before-echo']),
    );
    expect(dataset.header['AcquisitionStartTime']).toBe(-2 * 0.00025);
  });

  it('fills acquisition, patient and header from the protocol', () => {
    const { dataset } = scan(file);
    expect(dataset.dwellTimeS).toBe(0.00025);
    expect(dataset.spectrometerFrequencyMHz).toBe(123.25);
    expect(dataset.acquisition).toMatchObject({
      echoTimeS: 0.03,
      repetitionTimeS: 2,
      mixingTimeS: null,
      sequence: 'svs_other',
      manufacturer: 'SIEMENS',
      scannerModel: 'Prisma',
      acquiredAt: '2020-01-31T11:06:40',
    });
    expect(dataset.patient).toMatchObject({
      name: 'Nobody',
      id: 'NOBODY-1',
      sex: 'F',
      birthDate: '19700101',
      weightKg: 70.5,
    });
    expect(dataset.header).toMatchObject({
      ExcitationFlipAngle: 90,
      TxOffset: -2.3,
      SoftwareVersions: VE,
      ProtocolName: 'press',
      PatientPosition: 'HFS',
    });
  });

  it('reads the measurement asked for, and refuses one that is not there', () => {
    expect(thrown(() => scan(file, { measurement: 3 })).message).toContain('measurements 1 to 2, not 3');
    expect(thrown(() => scan(file, { measurement: 1 })).code).toBe('FORMAT_INVALID');
    expect(scan(file, { measurement: 2 }).dataset.data.shape).toEqual([1, 1, 1, 2, 3, 34]);
  });

  it('takes the last of several spectroscopic measurements', () => {
    const two = makeTwixVd([vd([made(1)]), vd([made(2)]), NOISE]);
    expect(rowNumbers(scan(two).dataset)).toEqual([2]);
    expect(rowNumbers(scan(two, { measurement: 1 }).dataset)).toEqual([1]);
  });

  it('gives editing conditions and averages their own dimensions (spec2nii)', () => {
    const sets = [0, 1, 2].flatMap((a) => [0, 1].map((e) => made(10 * e + a, { Set: a, Eco: e }, { iceParameter: 3 })));
    const protocol = {
      tSequenceFileName: '%CustomerSeq%\\eja_svs_mpress',
      'sSpecPara.sVoI.sNormal.dCor': -0.8,
      'sSpecPara.sVoI.sNormal.dTra': 0.6,
      lScanRegionPosTra: -7,
    };
    const { dataset } = scan(makeTwixVd([vd(sets, protocol)]));
    expect(tags(dataset)).toEqual(['DIM_COIL', 'DIM_EDIT', 'DIM_DYN']);
    expect(dataset.data.shape).toEqual([1, 1, 1, 2, 2, 3, 34]);
    expect(sampleHash(dataset.data, 'float32')).toBe(
      '59e78203410f81588e72facfed43b17345fd2cf319048a9bf66dd0d39bb7d145',
    );
    expectAffine(
      dataset,
      [4.948079, 29.067373, 0, 12.5, 11.626949, -4.453271, -20, -20.25, -15.502599, 5.937695, -15, 24.75, 0, 0, 0, 1],
    );
    // CMRR sequences tell their early points in the fifth ICE parameter.
    expect(dataset.header['AcquisitionStartTime']).toBe(-3 * 0.00025);
  });

  it('takes the universal editing sequence’s conditions apart (spec2nii)', () => {
    const sets = [0, 1, 2, 3, 4, 5, 6, 7].map((a) => made(a, { Ave: a }));
    const protocol = { tSequenceFileName: '%CustomerSeq%\\mgs_svs_ed', 'sWipMemBlock.alFree[7]': 3 };
    const { dataset } = scan(makeTwixVd([vd(sets, protocol)]));
    expect(tags(dataset)).toEqual(['DIM_COIL', 'DIM_EDIT', 'DIM_DYN']);
    expect(sampleHash(dataset.data, 'float32')).toBe(
      '00da38c4abd6275e2b3c3287f9ef44792c30865db629b237599b2b921d35b968',
    );
    expect(dataset.dimensions[1]?.header).toEqual({ EditCondition: ['A', 'B', 'C', 'D'] });
    const short = scan(makeTwixVd([vd(sets.slice(0, 7), protocol)])).dataset;
    expect(short.data.shape).toEqual([1, 1, 1, 2, 7, 34]);
    expect(codes(short)).toContain('editing-conditions-unsorted');
  });
});

describe('Siemens raw data of XA', () => {
  it('splits the water reference of the product sequences off (spec2nii)', () => {
    const sets = [made(7, { Phs: 0 }), ...[1, 2, 3].map((n) => made(n, { Phs: 1, Ave: n - 1 }))];
    const normal = {
      'sSpecPara.sVoI.sNormal.dSag': 0.9,
      'sSpecPara.sVoI.sNormal.dCor': -0.3,
      'sSpecPara.sVoI.sNormal.dTra': 0.3162277660168379,
    };
    const { dataset, water } = scan(makeTwixVd([vd(sets, normal, XA)]));
    expect(dataset.data.shape).toEqual([1, 1, 1, 2, 3, 34]);
    expect(sampleHash(dataset.data, 'float32')).toBe(
      '7cc00d5c5dedabe2f7fff84040ca147bc7224c58b2e6c908005a52b4a9e8827e',
    );
    expectAffine(
      dataset,
      [
        4.248755, -11.418546, 22.5, 12.5, -6.631985, -26.833519, -7.5, -20.25, 18.383821, -7.04124, -7.905694, 31.75, 0,
        0, 0, 1,
      ],
    );
    expect(codes(dataset)).toContain('water-reference-split');
    expect(water?.data.shape).toEqual([1, 1, 1, 2, 34]);
    expect(water?.header['WaterSuppressed']).toBe(false);
    expect(water === null ? null : rowNumbers(water)).toEqual([7]);
  });

  it('splits references at the ends of the consensus sLASER', () => {
    const protocol = {
      tSequenceFileName: '%CustomerSeq%\\svs_slaser_dkd2',
      'sSpecPara.lAutoRefScanMode': 8,
      'sSpecPara.lAutoRefScanNo': 2,
      lAverages: 3,
    };
    const sets = Array.from({ length: 11 }, (_, i) => made(i, { Ave: i }));
    const { dataset, water } = scan(makeTwixVd([vd(sets, protocol, XA)]));
    expect(rowNumbers(dataset)).toEqual([4, 5, 6]);
    expect(water === null ? null : rowNumbers(water)).toEqual([0, 1, 7, 8]);
  });
});

describe('Siemens raw data of VB', () => {
  const protocol = { tSequenceFileName: '%CustomerSeq%\\mine' };
  const sets = [
    made(9, {}, { mask: MASK.phaseCorrection | 8 }),
    made(1, { Rep: 0 }),
    made(2, { Rep: 1 }, { mask: 8 | MASK.reflect }),
  ];
  const buffers = svsBuffers('vb', svsProtocol(protocol), 'syngo MR B17');

  it('drops phase correction and turns reflected readouts round (spec2nii)', () => {
    const file = makeTwixVb({ buffers, sets });
    expect(isTwix(file)).toBe(true);
    const dataset = readTwix(file, 'made.dat');
    expect(sampleHash(dataset.data, 'float32')).toBe(
      '9a54015f3e330aa907528beeee3356a11b2b2c1ccba3e7b4d25e5b1098598374',
    );
    expectAffine(dataset, MADE_AFFINE);
  });

  it('keeps whole readouts of an aborted or cut file, with a warning', () => {
    const aborted = makeTwixVb({ buffers, sets, noEnd: true });
    expect(codes(readTwix(aborted, 'a.dat'))).toContain('scan-incomplete');
    const cut = readTwix(aborted.subarray(0, aborted.length - 1), 'a.dat');
    expect(cut.data.shape).toEqual([1, 1, 1, 2, 34]);
    expect(thrown(() => readTwix(aborted.subarray(0, 11_000), 'a.dat')).code).toBe('FILE_TRUNCATED');
  });

  it('reads through a source that never gives the whole file', () => {
    const file = makeTwixVb({ buffers, sets });
    let largest = 0;
    const source: ByteSource = {
      name: 'a.dat',
      size: file.length,
      // A buffer of its own each time, as a file handle gives it.
      read: (offset, length) => {
        largest = Math.max(largest, length);
        return file.slice(offset, offset + length);
      },
    };
    expect(readTwixScan(source).dataset.data.re).toEqual(readTwix(file, 'a.dat').data.re);
    expect(largest).toBeLessThan(file.length / 2);
  });

  it('uses numbers of one channel without a coil dimension', () => {
    const single = [1, 2].map((n) => made(n, { Set: n - 1 }, { channels: 1 }));
    const dataset = readTwix(makeTwixVb({ buffers, sets: single }), 'a.dat');
    expect(dataset.data.shape).toEqual([1, 1, 1, 2, 34]);
    expect(tags(dataset)).toEqual(['DIM_DYN']);
  });
});

describe('loop counters', () => {
  const read = (sets: readonly MadeSet[], protocol = {}): MrsDataset =>
    scan(makeTwixVd([vd(sets, { tSequenceFileName: '%CustomerSeq%\\svs_mine', ...protocol })])).dataset;

  it('merges averages and repetitions into one dimension', () => {
    const sets = [0, 1].flatMap((r) => [0, 1, 2].map((a) => made(3 * r + a, { Rep: r, Ave: a })));
    const dataset = read(sets);
    expect(tags(dataset)).toEqual(['DIM_COIL', 'DIM_DYN']);
    expect(rowNumbers(dataset)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(dataset.dimensions[1]?.info).toBe('Siemens loop counter Ave and Rep');
  });

  it('keeps readouts whose counters the sequence never raised', () => {
    expect(rowNumbers(read([made(1), made(2), made(3)]))).toEqual([1, 2, 3]);
  });

  it('leaves out the last cycle of an aborted edited scan', () => {
    const sets = [0, 1, 2].flatMap((a) => [0, 1].map((e) => made(2 * a + e, { Ave: a, Eco: e }))).slice(0, 5);
    const dataset = read(sets);
    expect(dataset.data.shape).toEqual([1, 1, 1, 2, 2, 2, 34]);
    expect(tags(dataset)).toEqual(['DIM_COIL', 'DIM_DYN', 'DIM_EDIT']);
    expect(rowNumbers(dataset)).toEqual([0, 1, 2, 3]);
    expect(codes(dataset)).toContain('incomplete-cycle-dropped');
  });

  it('gives irregular counters in order of acquisition, and says so', () => {
    const dataset = read([made(1, { Eco: 0 }), made(2, { Eco: 1, Ida: 4 }), made(3, { Eco: 1, Ida: 5 })]);
    expect(rowNumbers(dataset)).toEqual([1, 2, 3]);
    expect(codes(dataset)).toContain('loop-counters-irregular');
  });

  it('names counters it does not know', () => {
    const dataset = read([made(1, { Ida: 0 }), made(2, { Ida: 1 })]);
    expect(tags(dataset)).toEqual(['DIM_COIL', 'DIM_USER_0']);
    expect(codes(dataset)).toContain('loop-counter-meaning-unknown');
  });

  it('leaves out readouts of another size', () => {
    const dataset = read([made(1), made(2, {}, { samples: 8 }), made(3)]);
    expect(rowNumbers(dataset)).toEqual([1, 3]);
    expect(codes(dataset)).toContain('readouts-of-other-size');
  });
});

describe('what twix files it refuses', () => {
  it('MRSI k-space and imaging, in words', () => {
    const mrsi = { 'sSpecPara.lFinalMatrixSizeRead': 16, 'sSpecPara.lFinalMatrixSizePhase': 16 };
    const error = thrown(() => scan(makeTwixVd([vd([made(1)], mrsi)])));
    expect([error.code, error.message]).toEqual(['UNSUPPORTED', expect.stringContaining('256 voxels')]);
    const imaging = { tSequenceFileName: '%SiemensSeq%\\gre', 'sSpecPara.lVectorSize': 0 };
    const file = makeTwixVd([vd([made(1, { Lin: 0 }), made(2, { Lin: 1 })], imaging)]);
    expect(thrown(() => scan(file)).message).toContain('imaging sequence');
    expect(thrown(() => scan(file, { measurement: 1 })).message).toContain('k-space of an imaging sequence');
  });

  it('a protocol without dwell time, and unlocalised voxels without one', () => {
    const none = { ...svsProtocol(), 'sRXSPEC.alDwellTime[0]': 0, 'sSpecPara.sVoI.dThickness': 0 };
    const file = makeTwixVd([{ buffers: svsBuffers('vd', none, VE), sets: [made(1)] }]);
    expect(thrown(() => scan(file)).code).toBe('HEADER_MISSING');
    const { dataset } = scan(file, { dwellTimeS: 0.001 });
    expect(dataset.affine).toBeNull();
    expect(codes(dataset)).toContain('geometry-missing');
  });

  it('empty files', () => {
    expect(thrown(() => readTwix(new Uint8Array(0), 'a.dat')).code).toBe('FILE_EMPTY');
    expect(isTwix(new Uint8Array(0))).toBe(false);
  });
});

describe('slice orientation', () => {
  it('breaks ties as the scanner does', () => {
    const h = Math.SQRT1_2;
    expect(mainOrientation([h, 0, h])).toBe('transverse');
    expect(mainOrientation([h, h, 0])).toBe('coronal');
    expect(mainOrientation([0, h, h])).toBe('transverse');
    expect(mainOrientation([1, 0, 0])).toBe('sagittal');
    expect(mainOrientation([0.6, -0.7, 0.3])).toBe('coronal');
  });

  it('gives perpendicular unit directions that the rotation turns about the normal', () => {
    const { phase, readout } = phaseAndReadout([0.36, 0.48, 0.8], 0.7);
    const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((s, v, i) => s + v * (b[i] ?? NaN), 0);
    // Rounding of three products.
    expect(Math.abs(dot(phase, readout))).toBeLessThan(1e-15);
    expect(Math.abs(dot(phase, [0.36, 0.48, 0.8]))).toBeLessThan(1e-15);
    expect(dot(phase, phase)).toBeCloseTo(1, 14);
    const still = phaseAndReadout([0.36, 0.48, 0.8], 0);
    expect(dot(phase, still.phase)).toBeCloseTo(Math.cos(0.7), 14);
  });
});

describe('.rda', () => {
  const single = makeRda(rdaHeader(), [1, 2, 3, 4, 5, 6, 7, 8]);
  /** Header of a grid with the spacings the reference matrices belong to. */
  const grid = (matrix: readonly number[], over = {}): Record<string, string | number> =>
    rdaHeader({
      ...Object.fromEntries(matrix.map((n, i) => [`CSIMatrixSize[${i}]`, n])),
      VectorSize: 2,
      SliceThickness: '10.000000',
      PixelSpacing3D: '10.000000',
      PixelSpacingRow: '12.500000',
      PixelSpacingCol: '10.000000',
      ...over,
    });
  const counting = (n: number): number[] => Array.from({ length: n }, (_, i) => i + 1);

  it('is told from R data files of the same suffix', () => {
    expect(isRda(single)).toBe(true);
    expect(isRda(new TextEncoder().encode('RDX3\nX\n\0\0\0\x03'))).toBe(false);
    expect(isRda(new Uint8Array([0x1f, 0x8b, 8, 0]))).toBe(false);
  });

  it('reads a single voxel (spec2nii)', () => {
    const dataset = readRda(single, 'a.rda');
    expect([...dataset.data.re, ...dataset.data.im]).toEqual([1, 3, 5, 7, 2, 4, 6, 8]);
    expectAffine(dataset, [-20, 0, 0, -20, 0, -24, -15, 8, 0, -18, 20, 21, 0, 0, 0, 1]);
    expect(dataset.acquisition).toMatchObject({
      echoTimeS: 0.03,
      repetitionTimeS: 2,
      acquiredAt: '2020-01-31T10:15:00',
    });
    expect(dataset.patient).toMatchObject({ ageYears: 50, weightKg: 70, sex: 'F' });
    expect(dataset.warnings).toEqual([]);
  });

  it('places a voxel without VOI keys by its corner, as real headers relate the two', () => {
    const header = rdaHeader();
    for (const axis of ['Sag', 'Cor', 'Tra']) delete header[`VOIPosition${axis}`];
    // Corner + half the edges: (10, −20, 30) + 10 · row + 15 · column = (20, −8, 21), the VOI position of the full header.
    expectAffine(
      readRda(makeRda(header, [1, 2, 3, 4, 5, 6, 7, 8]), 'a.rda'),
      [-20, 0, 0, -20, 0, -24, -15, 8, 0, -18, 20, 21, 0, 0, 0, 1],
    );
  });

  it.each([
    [
      [3, 2, 1],
      {},
      'db990a25e5a2bd7f1884e3923dfb0faff16a972e3092343fc985df091320e61f',
      [-10, 0, 0, -15, 0, -10, -6, 15, 0, -7.5, 8, 26.25],
    ],
    [
      [3, 2, 2],
      {},
      '26c193ef004e5f134e8bfe9cedffa6019c97e9883e7f505564b09f63606fa1d8',
      [-10, 0, 0, -15, 0, -10, -6, 15, 0, -7.5, 8, 26.25],
    ],
    [
      [2, 2, 3],
      { 'RowVector[0]': '-1.000000' },
      '815cc3f510b04b3d0c0ff64a02b2b7f11124a1707e72f132a7f492cf57ef4a16',
      [10, 0, 0, -5, 0, -10, -6, 15, 0, -7.5, 8, 26.25],
    ],
  ])('reads an MRSI grid %j (spec2nii)', (matrix, over, sha256, affine) => {
    const voxels = matrix.reduce((a, b) => a * b, 1);
    const dataset = readRda(makeRda(grid(matrix, over), counting(4 * voxels)), 'a.rda');
    expect(dataset.data.shape).toEqual([...matrix, 2]);
    expect(sampleHash(dataset.data, 'float64')).toBe(sha256);
    expectAffine(dataset, affine);
    expect(codes(dataset)).toContain('grid-order-unverified');
  });

  it('understands decimal commas', () => {
    expect(
      readRda(makeRda(rdaHeader({ MRFrequency: '123,250000' }), counting(8)), 'a.rda').spectrometerFrequencyMHz,
    ).toBe(123.25);
  });

  it('refuses cut, absurd and foreign files', () => {
    expect(thrown(() => readRda(single.subarray(0, single.length - 1), 'a.rda')).code).toBe('FILE_TRUNCATED');
    expect(thrown(() => readRda(single.subarray(0, 100), 'a.rda')).code).toBe('FILE_TRUNCATED');
    expect(thrown(() => readRda(makeRda(rdaHeader({ VectorSize: 2 ** 40 }), []), 'a.rda')).code).toBe(
      'DIMENSIONS_ABSURD',
    );
    expect(thrown(() => readRda(makeRda(rdaHeader({ DwellTime: 0 }), counting(8)), 'a.rda')).code).toBe(
      'HEADER_MISSING',
    );
    expect(thrown(() => readRda(new Uint8Array(0), 'a.rda')).code).toBe('FILE_EMPTY');
  });
});
