// DICOM: the layer over the parser, what kind a file is, and each vendor's spectroscopy on files written here byte by byte.
import { describe, expect, it } from 'vitest';
import { AppError } from '../../src/core/domain/errors.ts';
import type { MrsDataset } from '../../src/core/domain/mrsDataset.ts';
import {
  dicomIdentity,
  dicomKind,
  dicomTag,
  functionalGroup,
  isDicom,
  parseDicom,
  readDicomMrs,
  readDicomSeries,
  TAG,
} from '../../src/core/formats/dicom/index.ts';
import type { Dcm } from '../fixtures/dicomBytes.ts';
import {
  BIG_ENDIAN,
  dicomBytes,
  enhancedElements,
  EXPLICIT,
  fidSamples,
  IMPLICIT,
  joinBytes,
  siemensCsaElements,
} from '../fixtures/dicomBytes.ts';

function thrown(run: () => unknown): AppError {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(AppError);
    return error as AppError;
  }
  throw new Error('expected an error');
}

/** Affines are compared with spec2nii's numbers, which were written down with six decimals. */
function expectAffine(dataset: MrsDataset, expected: readonly number[]): void {
  expect(dataset.affine?.length).toBe(16);
  expected.forEach((v, i) => expect(Math.abs((dataset.affine?.[i] ?? NaN) - v)).toBeLessThan(1e-5));
}

/** Index of each FID in the file, as fidSamples wrote it into the real part of its first point. */
const fidOrder = (dataset: MrsDataset): number[] => {
  const points = dataset.data.shape.at(-1) as number;
  return Array.from({ length: dataset.data.re.length / points }, (_, i) => dataset.data.re[i * points] as number);
};

const codes = (dataset: MrsDataset): string[] => dataset.warnings.map((w) => w.code);

const PLAIN: Dcm[] = [
  [8, 5, 'CS', 'ISO_IR 100'],
  [8, 0x16, 'UI', '1.2.840.10008.5.1.4.1.1.4'],
  [8, 0x103e, 'LO', 'S\xe9rie'],
  [8, 0x1140, 'SQ', [[[8, 0x1155, 'UI', '1.2.3']], [[8, 0x1155, 'UI', '1.2.4']]]],
  [0x10, 0x10, 'PN', 'M\xfcller^Eva'],
  [0x18, 0x9098, 'FD', 123.25],
  [0x20, 0x13, 'IS', '17'],
  [0x20, 0x32, 'DS', '1.5\\-2\\3e1'],
  [0x28, 0x10, 'US', 256],
  [0x2005, 0x10, 'LO', 'OTHER'],
  [0x2005, 0x11, 'LO', 'Vendor A'],
  [0x2005, 0x1104, 'SS', -3],
];

describe('the DICOM layer', () => {
  it.each([
    ['explicit', { transferSyntax: EXPLICIT }],
    ['implicit', { transferSyntax: IMPLICIT }],
    ['big endian', { transferSyntax: BIG_ENDIAN }],
    ['undefined lengths', { transferSyntax: EXPLICIT, undefinedLengths: true }],
    ['implicit with undefined lengths', { transferSyntax: IMPLICIT, undefinedLengths: true }],
    ['bare explicit', { bare: true }],
    ['bare implicit', { bare: true, transferSyntax: IMPLICIT }],
  ])('reads %s', (_, options) => {
    const bytes = dicomBytes(PLAIN, options);
    expect(isDicom(bytes)).toBe(true);
    const { dataset, complete } = parseDicom(bytes, 'a.dcm');
    expect(complete).toBe(true);
    expect(dataset.string(TAG.patientName)).toBe('Müller^Eva');
    expect(dataset.string(TAG.seriesDescription)).toBe('Série');
    expect(dataset.number(TAG.transmitterFrequency)).toBe(123.25);
    expect(dataset.number(TAG.instanceNumber)).toBe(17);
    expect(dataset.vector(TAG.imagePositionPatient, 3)).toEqual([1.5, -2, 30]);
    expect(dataset.vector(TAG.imagePositionPatient, 2)).toBeNull();
    expect(dataset.number(TAG.rows)).toBe(256);
    const uids = dataset.sequence(TAG.referencedImageSequence).map((i) => i.string(TAG.referencedSopInstanceUid));
    expect(uids).toEqual(['1.2.3', '1.2.4']);
    const tag = dataset.privateTag(0x2005, 'vendor a', 4, 'SS');
    expect(tag?.key).toBe('x20051104');
    expect(tag && dataset.number(tag)).toBe(-3);
    expect(dataset.privateTag(0x2005, 'absent', 4, 'SS')).toBeNull();
    expect(dataset.string(TAG.protocolName)).toBeNull();
  });

  it.each([
    ['ISO_IR 192', [0xe5, 0xb1, 0xb1], '山'],
    ['ISO_IR 144', [0xb8, 0xe2], 'Ит'],
    ['\\ISO 2022 IR 87', [0x1b, 0x24, 0x42, 0x3b, 0x33, 0x1b, 0x28, 0x42], '山'],
    ['\\ISO 2022 IR 149', [0x1b, 0x24, 0x29, 0x43, 0xb1, 0xe8], '김'],
    ['GB18030', [0xcd, 0xf5], '王'],
    ['ISO_IR 13', [0xd4, 0xcf], 'ﾔﾏ'],
    ['nonsense', [0xe9, 0x20], 'é'],
  ])('decodes text in %s', (set, bytes, text) => {
    const file: Dcm[] = [[8, 5, 'CS', set], [0x10, 0x20, 'LO', Uint8Array.from(bytes)]]; // prettier-ignore
    expect(parseDicom(dicomBytes(file), 'a').dataset.string(TAG.patientId)).toBe(text);
  });

  it('parses private and unknown sequences when they are asked for', () => {
    const items: Dcm[][] = [[[0x2005, 0x1304, 'SS', 7]]];
    const implicit = dicomBytes([[0x2005, 0x140f, 'SQ', items]], { transferSyntax: IMPLICIT });
    const inner = dicomTag(0x2005, 0x1304, 'SS');
    expect(
      parseDicom(implicit, 'a')
        .dataset.item(dicomTag(0x2005, 0x140f, 'SQ'))
        ?.number(inner),
    ).toBe(7);
    const body = dicomBytes([[0x2005, 0x140f, 'SQ', items]], { transferSyntax: IMPLICIT, bare: true }).subarray(8);
    const unknown = dicomBytes([[0x2005, 0x140f, 'UN', body]]);
    expect(
      parseDicom(unknown, 'a')
        .dataset.item(dicomTag(0x2005, 0x140f, 'SQ'))
        ?.number(inner),
    ).toBe(7);
  });

  it('takes the frame’s own functional group before the shared one', () => {
    const file = parseDicom(
      dicomBytes(enhancedElements({ points: 1, samples: [1, 2], positions: [[1, 2, 3]] })),
      'a.dcm',
    );
    const position = functionalGroup(file, TAG.planePositionSequence, 0);
    expect(position?.vector(TAG.imagePositionPatient, 3)).toEqual([1, 2, 3]);
    expect(functionalGroup(file, TAG.mrEchoSequence, 5)?.number(TAG.effectiveEchoTime)).toBe(30);
    expect(functionalGroup(file, TAG.mrAveragesSequence)).toBeNull();
    expect(dicomIdentity(file)).toMatchObject({ sopInstanceUid: '1.2.3.5', frameOfReferenceUid: '1.2.3.9' });
  });

  it('keeps what stands before damage, and names what is missing', () => {
    const whole = dicomBytes(enhancedElements({ points: 64, samples: fidSamples(1, 64) }));
    const file = parseDicom(whole.subarray(0, whole.length - 10), 'cut.dcm');
    expect(file.complete).toBe(false);
    expect(file.dataset.number(TAG.spectralWidth)).toBe(2000);
    const error = thrown(() => readDicomMrs(whole.subarray(0, whole.length - 10), 'cut.dcm'));
    expect([error.code, error.message]).toEqual([
      'FILE_TRUNCATED',
      'cut.dcm is cut short: 10 bytes of its DICOM data are missing.',
    ]);
    expect(thrown(() => parseDicom(new Uint8Array(0), 'e.dcm')).code).toBe('FILE_EMPTY');
    expect(thrown(() => parseDicom(whole.subarray(0, 140), 'e.dcm')).code).toBe('FILE_TRUNCATED');
    expect(thrown(() => parseDicom(new Uint8Array(500), 'e.dcm')).message).toBe('e.dcm is not a DICOM file.');
  });

  it('tells compressed pixels, and refuses deflated files', () => {
    const jpeg = parseDicom(dicomBytes(PLAIN, { transferSyntax: '1.2.840.10008.1.2.4.70' }), 'a.dcm');
    expect([jpeg.compressed, jpeg.complete]).toEqual([true, true]);
    const deflated = dicomBytes(PLAIN, { transferSyntax: '1.2.840.10008.1.2.1.99' });
    expect(thrown(() => parseDicom(deflated, 'a.dcm')).code).toBe('UNSUPPORTED');
    expect(dicomKind(deflated)).toBe('other');
  });

  it('stops at a bounded number of elements', () => {
    const zeros = joinBytes([dicomBytes(PLAIN), new Uint8Array(40_000_000)]);
    const began = performance.now();
    expect(parseDicom(zeros, 'a').complete).toBe(false);
    // Without the bound this takes many seconds; a busy machine needs about one.
    expect(performance.now() - began).toBeLessThan(5000);
  });
});

const ofClass = (sopClass: string, ...more: Dcm[]): Uint8Array => dicomBytes([[8, 0x16, 'UI', sopClass], ...more]);

describe('what a DICOM file is', () => {
  it.each([
    ['mr-image', ofClass('1.2.840.10008.5.1.4.1.1.4'), 'is a DICOM MR image, not spectroscopy data'],
    ['mr-image', ofClass('1.2.840.10008.5.1.4.1.1.4.1'), 'is a DICOM MR image'],
    ['screenshot', ofClass('1.2.840.10008.5.1.4.1.1.7'), 'is a DICOM screenshot (Secondary Capture), not spectroscopy'],
    ['screenshot', ofClass('1.2.840.10008.5.1.4.1.1.7.4'), 'screenshot'],
    [
      'screenshot',
      ofClass('1.2.840.10008.5.1.4.1.1.4', [8, 8, 'CS', 'DERIVED\\SECONDARY\\SPECTROSCOPY']),
      'is a DICOM picture of a screen or of a spectrum',
    ],
    ['report', ofClass('1.2.840.10008.5.1.4.1.1.88.22'), 'is a DICOM report or document, not spectroscopy data'],
    ['report', ofClass('1.2.840.10008.5.1.4.1.1.104.1'), 'report'],
    ['other', ofClass('1.2.840.10008.5.1.4.1.1.2'), 'is a DICOM file of another kind, not spectroscopy data'],
    ['other', ofClass('1.3.12.2.1107.5.9.1'), 'another kind'],
    ['report', ofClass('1.3.12.2.1107.5.9.1', [8, 8, 'CS', 'OTHER\\CSA REPORT']), 'report'],
  ])('%s', (kind, bytes, words) => {
    expect(dicomKind(bytes)).toBe(kind);
    const error = thrown(() => readDicomMrs(bytes, 'scan.dcm'));
    expect(error.code).toBe('UNSUPPORTED');
    expect(error.message).toContain(`scan.dcm`);
    expect(error.message).toContain(words);
  });

  it('tells spectroscopy, and nothing of bytes that are not DICOM', () => {
    expect(dicomKind(dicomBytes(siemensCsaElements({ samples: [1, 2] })))).toBe('spectroscopy');
    expect(dicomKind(dicomBytes(enhancedElements({ points: 1, samples: [1, 2] })))).toBe('spectroscopy');
    expect(dicomKind(ofClass('1.3.46.670589.11.0.0.12.1'))).toBe('spectroscopy');
    expect(dicomKind(new Uint8Array(3))).toBe('other');
  });
});

const TILT = 20 * (Math.PI / 180);
const [C, S] = [Math.cos(TILT), Math.sin(TILT)];

describe('Siemens CSA', () => {
  const GRID = {
    Columns: [4],
    Rows: [3],
    DataPointColumns: [5],
    PixelSpacing: [12, 10],
    SliceThickness: [8],
    ImagePositionPatient: [-40, 60, 15],
  };

  it.each([1, 2] as const)('reads a single voxel with a CSA%i header', (csaVersion) => {
    const image = {
      ImageOrientationPatient: [1, 0, 0, 0, 1, 0],
      VoiPosition: [1, 2, 3],
      VoiReadoutFoV: [20],
      VoiPhaseFoV: [30],
      VoiThickness: [40],
      FlipAngle: ['90.0'],
      MixingTime: ['10.0'],
    };
    const protocol = ['sPrepPulses.ucWaterSat = 64', 'sSpecPara.dDeltaFrequency = -2.3'];
    const elements = siemensCsaElements({ image, protocol, samples: fidSamples(1, 4), csaVersion });
    const { dataset, water } = readDicomMrs(dicomBytes(elements), 'a.ima');
    expect(water).toBeNull();
    expect(dataset.data.shape).toEqual([1, 1, 1, 4]);
    expect([...dataset.data.im]).toEqual([1, 1, 1, 1]);
    expect(dataset.dwellTimeS).toBeCloseTo(5e-4, 15);
    expect(dataset.spectrometerFrequencyMHz).toBe(123.2);
    expect(dataset.nucleus).toBe('1H');
    expect(dataset.acquisition).toMatchObject({ echoTimeS: 0.03, repetitionTimeS: 2, mixingTimeS: 0.01 });
    expectAffine(dataset, [-20, 0, 0, -1, 0, -30, 0, -2, 0, 0, 40, 3, 0, 0, 0, 1]);
    expect(dataset.header).toMatchObject({ TxOffset: -2.3, WaterSuppressed: false, ExcitationFlipAngle: 90 });
    expect(dataset.header['StudyInstanceUID']).toMatchObject({ Value: '1.2.3' });
  });

  it('reads a grid: columns, rows, one slice', () => {
    const image = { ...GRID, ImageOrientationPatient: [C, S, 0, -S, C, 0] };
    const elements = siemensCsaElements({ image, samples: fidSamples(12, 5) });
    const { dataset } = readDicomMrs(dicomBytes(elements), 'a.ima');
    expect(dataset.data.shape).toEqual([4, 3, 1, 5]);
    // FID of (x, y) is y · 4 + x in the file.
    expect(fidOrder(dataset)).toEqual([0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11]);
    // spec2nii 0.8.15, dcm_to_nifti_orientation with half_shift.
    expectAffine(dataset, [-9.396926, 4.104242, 0, 37.353658, -3.420201, -11.276311, 0, -67.348256, 0, 0, 8, 15]);
    expect(codes(dataset)).toContain('geometry-unverified');
  });

  it('reads a stack of slices, turned round where it runs against its main direction', () => {
    const image = { ...GRID, NumberOfFrames: [2], ImageOrientationPatient: [C, S, 0, S, -C, 0] };
    const { dataset } = readDicomMrs(dicomBytes(siemensCsaElements({ image, samples: fidSamples(24, 5) })), 'a.ima');
    expect(dataset.data.shape).toEqual([4, 3, 2, 5]);
    expect(fidOrder(dataset).slice(0, 6)).toEqual([0, 12, 4, 16, 8, 20]);
    expectAffine(dataset, [-9.396926, -4.104242, 0, 33.249416, -3.420201, 11.276311, 0, -56.071945, 0, 0, 8, 15]);
  });

  it('adds the echo time of sequences that tell it in parts', () => {
    const parts = ['alTE[0] = 7000', 'alTE[1] = 10000', 'alTE[2] = 11000'];
    const read = (name: string): MrsDataset => {
      const protocol = [`tSequenceFileName = ""%CustomerSeq%\\${name}""`, ...parts];
      return readDicomMrs(dicomBytes(siemensCsaElements({ protocol, samples: [1, 2] })), 'a').dataset;
    };
    expect(read('svs_slaserVOI_dkd').acquisition.echoTimeS).toBeCloseTo(0.028, 12);
    expect(read('eja_svs_slaser').acquisition.echoTimeS).toBe(0.03);
  });

  it('refuses what does not fit, in words', () => {
    const wrong = siemensCsaElements({ image: { Columns: [7], DataPointColumns: [3] }, samples: fidSamples(2, 5) });
    expect(thrown(() => readDicomMrs(dicomBytes(wrong), 'a')).code).toBe('DIMENSIONS_ABSURD');
    const stripped = siemensCsaElements({ samples: [1, 2] }).filter(([group, element]) => group !== 0x29 || element === 0x1008); // prettier-ignore
    const kept: Dcm[] = [...stripped, [0x29, 0x10, 'LO', 'SIEMENS CSA NON-IMAGE']];
    const error = thrown(() => readDicomMrs(dicomBytes(kept), 'a.ima'));
    expect([error.code, error.message]).toEqual([
      'HEADER_MISSING',
      'a.ima has no Siemens CSA header, which describes its signal; it may have been removed by anonymisation.',
    ]);
    const empty = siemensCsaElements({ samples: [] });
    expect(thrown(() => readDicomMrs(dicomBytes(empty), 'a')).code).toBe('HEADER_MISSING');
    const notFinite = siemensCsaElements({ samples: [1, NaN] });
    expect(thrown(() => readDicomMrs(dicomBytes(notFinite), 'a')).code).toBe('FORMAT_INVALID');
  });
});

describe('a series of Siemens single shots', () => {
  const shot = (instance: number, protocol: readonly string[], samples: readonly number[] = [instance, 0]) => ({
    name: `${instance}.ima`,
    bytes: dicomBytes(siemensCsaElements({ instance, protocol, samples })),
  });
  const first = (dataset: MrsDataset): number[] => [...dataset.data.re];

  it('is put in the order of instance numbers, whatever the order given', () => {
    const [scan, ...others] = readDicomSeries([shot(10, []), shot(2, []), shot(9, []), shot(9, [])]);
    expect(others).toEqual([]);
    expect(scan?.fileNames).toEqual(['2.ima', '9.ima', '10.ima']);
    expect(scan?.dataset.data.shape).toEqual([1, 1, 1, 3, 1]);
    expect(first(scan?.dataset as MrsDataset)).toEqual([2, 9, 10]);
    expect(codes(scan?.dataset as MrsDataset)).toEqual(['geometry-missing', 'duplicate-files', 'series-incomplete']);
  });

  it('becomes several scans where its files don’t fit each other', () => {
    const scans = readDicomSeries([shot(1, []), shot(2, [], [1, 2, 3, 4])]);
    expect(scans.map((s) => s.dataset.data.shape)).toEqual([[1, 1, 1, 1], [1, 1, 1, 2]]); // prettier-ignore
  });

  const EDIT = ['tSequenceFileName = ""%CustomerSeq%\\svs_edit_859G""', 'lAverages = 2'];

  it('of edited transients has an editing dimension, unnamed where nothing tells which is ON', () => {
    const [scan] = readDicomSeries([1, 2, 3, 4].map((i) => shot(i, EDIT)));
    expect(scan?.dataset.data.shape).toEqual([1, 1, 1, 2, 2, 1]);
    expect(scan?.dataset.dimensions.map((d) => d.tag)).toEqual(['DIM_DYN', 'DIM_EDIT']);
    expect(first(scan?.dataset as MrsDataset)).toEqual([1, 3, 2, 4]);
    expect(scan?.dataset.dimensions[1]?.header).toEqual({ EditCondition: ['unknown 1', 'unknown 2'] });
    expect(codes(scan?.dataset as MrsDataset)).toContain('editing-unknown');
  });

  it.each([
    [0.1, 1, ['ON', 'OFF']],
    [1, 0.1, ['OFF', 'ON']],
    [1, 0.9, ['unknown 1', 'unknown 2']],
  ])('is named by the NAA that the editing pulse suppresses (%d, %d)', (naaFirst, naaSecond, expected) => {
    // Two lines, at 2.01 and 3.03 ppm, 5 Hz wide, in the sign of NIfTI-MRS.
    const signal = (naa: number): number[] =>
      Array.from({ length: 1024 }, (_, i) => {
        const t = i * 5e-4;
        const [a, b] = [(4.65 - 2.01) * 123.2, (4.65 - 3.03) * 123.2].map((hz) => 2 * Math.PI * hz * t) as [number, number]; // prettier-ignore
        const decay = Math.exp(-Math.PI * 5 * t);
        return [decay * (naa * Math.cos(a) + Math.cos(b)), decay * (naa * Math.sin(a) + Math.sin(b))];
      }).flat();
    const protocol = [...EDIT, 'sWipMemBlock.adFree[7] = 1.9'];
    const files = [naaFirst, naaFirst, naaSecond, naaSecond].map((naa, i) => shot(i + 1, protocol, signal(naa)));
    expect(readDicomSeries(files)[0]?.dataset.dimensions[1]?.header).toEqual({ EditCondition: expected });
  });

  it('of the CMRR semi-LASER gives its water references apart', () => {
    const protocol = [
      'tSequenceFileName = ""%CustomerSeq%\\svs_slaserVOI_dkd2""',
      'lAverages = 3',
      'sSpecPara.lAutoRefScanMode = 8',
      'sSpecPara.lAutoRefScanNo = 1',
    ];
    const [scan] = readDicomSeries([1, 2, 3, 4, 5, 6, 7].map((i) => shot(i, protocol)));
    expect(first(scan?.dataset as MrsDataset)).toEqual([3, 4, 5]);
    expect(first(scan?.water as MrsDataset)).toEqual([1, 6]);
    expect(scan?.water?.header['WaterSuppressed']).toBe(false);
  });
});

describe('standard MR spectroscopy', () => {
  it('reads a single voxel, conjugated', () => {
    const samples = fidSamples(1, 4);
    const elements = enhancedElements({ points: 4, samples, positions: [[-40, 60, 15]], orientation: [C, S, 0, -S, C, 0] }); // prettier-ignore
    for (const transferSyntax of [EXPLICIT, IMPLICIT, BIG_ENDIAN]) {
      const { dataset } = readDicomMrs(dicomBytes(elements, { transferSyntax }), 'a.dcm');
      expect(dataset.data.shape).toEqual([1, 1, 1, 4]);
      expect([...dataset.data.im]).toEqual([-1, -1, -1, -1]);
      expect(dataset.dwellTimeS).toBe(5e-4);
      expect(dataset.acquisition).toMatchObject({ echoTimeS: 0.03, repetitionTimeS: 2 });
      // spec2nii 0.8.15, dcm_to_nifti_orientation.
      expectAffine(dataset, [-9.396926, 4.104242, 0, 40, -3.420201, -11.276311, 0, -60, 0, 0, 8, 15]);
      expect(dataset.warnings).toEqual([]);
      expect(dataset.header['FrameOfReferenceUID']).toMatchObject({ Value: '1.2.3.9' });
    }
  });

  it('reads a stack of grids with repetitions: frames sorted by place', () => {
    const positions = [[0, 0, 5], [0, 0, 5], [0, 0, -5], [0, 0, -5]]; // prettier-ignore
    const elements = enhancedElements({ frames: 4, rows: 2, columns: 3, points: 2, samples: fidSamples(24, 2), positions }); // prettier-ignore
    const { dataset } = readDicomMrs(dicomBytes(elements), 'a.dcm');
    expect(dataset.data.shape).toEqual([3, 2, 2, 2, 2]);
    expect(dataset.dimensions.map((d) => d.tag)).toEqual(['DIM_DYN']);
    // (x, y, slice, repetition) is FID ((2 · slice + repetition) · 2 + y) · 3 + x.
    expect(fidOrder(dataset).slice(0, 8)).toEqual([0, 6, 12, 18, 3, 9, 15, 21]);
    // The third axis is the step between the slices, here toward the feet.
    expectAffine(dataset, [-10, 0, 0, 0, 0, -12, 0, 0, 0, 0, -10, 5]);
  });

  it.each([
    [
      [0, 0, 5],
      [0, 0, 5],
      [0, 0, -5],
    ],
    [
      [0, 0, 5],
      [0, 0, -5],
      [0, 0, 0],
    ],
  ])('keeps frames at irregular places as repetitions, and says so', (...positions) => {
    const elements = enhancedElements({ frames: 3, points: 2, samples: fidSamples(3, 2), positions });
    const { dataset } = readDicomMrs(dicomBytes(elements), 'a.dcm');
    expect(dataset.data.shape).toEqual([1, 1, 1, 3, 2]);
    expect(codes(dataset)).toContain('frames-irregular');
  });

  it('gives the selected volume of a grid from its slabs', () => {
    const slab = (normal: string, thickness: number): Dcm[] => [
      [0x18, 0x9104, 'FD', thickness],
      [0x18, 0x9105, 'FD', normal.split(' ').map(Number)],
      [0x18, 0x9106, 'FD', [1, 2, 3]],
    ];
    const slabs: Dcm = [0x18, 0x9126, 'SQ', [slab('0 0 1', 30), slab('0 -1 0', 40), slab('1 0 0', 50)]];
    const elements = enhancedElements({ columns: 2, points: 2, samples: fidSamples(2, 2), more: [slabs] });
    const { dataset } = readDicomMrs(dicomBytes(elements), 'a.dcm');
    expect(dataset.header['VOI']).toEqual([[-50, -0, -0, -1], [-0, -40, -0, -2], [0, 0, 30, 3], [0, 0, 0, 1]]); // prettier-ignore
  });

  it('warns of a vendor whose sign is not known', () => {
    const elements = enhancedElements({ points: 1, samples: [1, 2], manufacturer: 'GE MEDICAL SYSTEMS' });
    expect(codes(readDicomMrs(dicomBytes(elements), 'a').dataset)).toContain('sign-assumed');
  });

  it('refuses spectra, real data and missing samples', () => {
    const base = enhancedElements({ points: 4, samples: fidSamples(1, 4) });
    const changed = (element: number, value: string): Uint8Array =>
      dicomBytes(base.map((e): Dcm => (e[0] === 0x28 && e[1] === element ? [0x28, element, 'CS', value] : e)));
    expect(thrown(() => readDicomMrs(changed(0x9003, 'FREQUENCY'), 'a')).code).toBe('UNSUPPORTED');
    expect(thrown(() => readDicomMrs(changed(0x9108, 'MAGNITUDE'), 'a')).code).toBe('NOT_COMPLEX');
    const short = enhancedElements({ frames: 3, points: 4, samples: fidSamples(1, 4) });
    const error = thrown(() => readDicomMrs(dicomBytes(short), 'a.dcm'));
    expect(error.message).toBe('a.dcm promises 12 complex samples, but holds 4.');
  });
});

describe('Philips', () => {
  const CREATORS: Dcm[] = [
    [0x2005, 0x10, 'LO', 'Philips MR Imaging DD 001'],
    [0x2005, 0x12, 'LO', 'Philips MR Imaging DD 003'],
    [0x2005, 0x13, 'LO', 'Philips MR Imaging DD 004'],
    [0x2005, 0x14, 'LO', 'Philips MR Imaging DD 005'],
    [0x2005, 0x15, 'LO', 'Philips MR Imaging DD 006'],
  ];
  const frame = (isWater: boolean, condition: string): Dcm[] => [
    [0x2005, 0x13, 'LO', 'Philips MR Imaging DD 004'],
    [0x2005, 0x15, 'LO', 'Philips MR Imaging DD 006'],
    [0x2005, 0x1304, 'SS', isWater ? 1 : 0],
    [0x2005, 0x1598, 'CS', condition],
  ];
  const philips = (frames: number, more: Dcm[]): Uint8Array =>
    dicomBytes(enhancedElements({ frames, points: 2, samples: fidSamples(frames, 2), manufacturer: 'Philips', more }), {
      transferSyntax: IMPLICIT,
    });

  it('splits a water reference off by the frames’ own description', () => {
    const items: Dcm = [0x2005, 0x140f, 'SQ', [frame(true, ''), frame(false, '')]];
    const { dataset, water } = readDicomMrs(philips(2, [...CREATORS, items]), 'a.dcm');
    expect([fidOrder(dataset), water && fidOrder(water)]).toEqual([[1], [0]]);
    expect([...dataset.data.im]).toEqual([-2, -2]);
    expect([dataset.header['WaterSuppressed'], water?.header['WaterSuppressed']]).toEqual([true, false]);
  });

  it('splits it off by position where only the public attribute tells', () => {
    const { dataset, water } = readDicomMrs(philips(2, [[0x18, 0x9199, 'CS', 'YES']]), 'a.dcm');
    expect([fidOrder(dataset), water && fidOrder(water)]).toEqual([[0], [1]]);
    expect(readDicomMrs(philips(2, [[0x18, 0x9199, 'CS', 'NO']]), 'a.dcm').water).toBeNull();
  });

  it('reads MEGA-PRESS: repetitions, ON and OFF, and its references', () => {
    const items: Dcm = [
      0x2005,
      0x140f,
      'SQ',
      [frame(false, '0'), frame(false, '1'), frame(true, '0'), frame(false, '0'), frame(false, '1'), frame(true, '1')],
    ];
    const more: Dcm[] = [...CREATORS, [0x2005, 0x1597, 'CS', 'Y'], items];
    const { dataset, water } = readDicomMrs(philips(6, more), 'a.dcm');
    expect(dataset.data.shape).toEqual([1, 1, 1, 2, 2, 2]);
    expect(fidOrder(dataset)).toEqual([1, 0, 4, 3]);
    expect(dataset.dimensions[1]).toMatchObject({ tag: 'DIM_EDIT', header: { EditCondition: ['ON', 'OFF'] } });
    expect(water && fidOrder(water)).toEqual([2, 5]);
  });

  it('places the voxel by its slabs', () => {
    const slab = (normal: readonly number[], thickness: number): Dcm[] => [
      [0x18, 0x9104, 'FD', thickness],
      [0x18, 0x9105, 'FD', normal],
      [0x18, 0x9106, 'FD', [5, -6, 7]],
    ];
    const slabs: Dcm = [0x18, 0x9126, 'SQ', [slab([C, S, 0], 30), slab([-S, C, 0], 25), slab([0, 0, 1], 20)]];
    // spec2nii 0.8.15, dcm_to_nifti_orientation as its Philips reader calls it.
    expectAffine(
      readDicomMrs(philips(1, [slabs]), 'a.dcm').dataset,
      [28.190779, -8.550504, 0, -5, 10.260604, 23.492316, 0, 6, 0, 0, 20, 7],
    );
  });

  const VOLUME: Dcm = [
    0x2005,
    0x1085,
    'SQ',
    [
      [
        [0x2005, 0x10, 'LO', 'Philips MR Imaging DD 001'],
        ...([7, 25, 12, 25, 20, 30, 20, 35, 10].map((v, i) => [0x2005, 0x1054 + i, 'FL', v]) as unknown as Dcm[]),
      ],
    ],
  ];
  // spec2nii 0.8.15, calc_affine([-12, -7, 25], [30, 25, 20], [-10, -20, 35]).
  const VOLUME_AFFINE = [26.986569, -10.486703, -2.437387, -10, 13.090414, 21.894862, 4.127239, -20, 0.605107, -5.970268, 19.417133, 35]; // prettier-ignore

  it('places the voxel by the private volume where there are no slabs', () => {
    expectAffine(readDicomMrs(philips(1, [...CREATORS, VOLUME]), 'a.dcm').dataset, VOLUME_AFFINE);
  });

  it('reads the classic private class', () => {
    const elements: Dcm[] = [
      [8, 0x16, 'UI', '1.3.46.670589.11.0.0.12.1'],
      [8, 0x70, 'LO', 'Philips Medical Systems'],
      [0x18, 0x80, 'DS', '2000'],
      [0x18, 0x9127, 'UL', 3],
      [0x2001, 0x10, 'LO', 'Philips Imaging DD 001'],
      [0x2001, 0x1083, 'DS', '127.75'],
      [0x2001, 0x1087, 'SH', '1H'],
      ...CREATORS,
      VOLUME,
      [0x2005, 0x1270, 'OF', fidSamples(2, 3)],
      [0x2005, 0x1310, 'FL', 35],
      [0x2005, 0x1357, 'FL', 2000],
    ];
    for (const transferSyntax of [EXPLICIT, IMPLICIT]) {
      const { dataset } = readDicomMrs(dicomBytes(elements, { transferSyntax }), 'a.dcm');
      expect(dataset.data.shape).toEqual([1, 1, 1, 2, 3]);
      expect([dataset.dwellTimeS, dataset.spectrometerFrequencyMHz]).toEqual([5e-4, 127.75]);
      expect(dataset.acquisition).toMatchObject({ echoTimeS: 0.035, repetitionTimeS: 2 });
      expectAffine(dataset, VOLUME_AFFINE);
      expect(codes(dataset)).toContain('format-unverified');
    }
  });
});

describe('UIH', () => {
  const PLACE = { positions: [[-40, 60, 15]], orientation: [C, S, 0, -S, C, 0], manufacturer: 'UIH' };

  it('reads a single voxel and its water reference', () => {
    const more: Dcm[] = [[0x65, 0xff07, 'OF', [7, 8, 9, 10]]];
    const elements = enhancedElements({ ...PLACE, points: 2, samples: [1, 2, 3, 4], more });
    const { dataset, water } = readDicomMrs(dicomBytes(elements), 'a.dcm');
    expect([...dataset.data.re, ...dataset.data.im]).toEqual([1, 3, 2, 4]);
    expect([...(water?.data.re ?? [])]).toEqual([7, 9]);
    expectAffine(dataset, [-9.396926, 4.104242, 0, 37.353658, -3.420201, -11.276311, 0, -67.348256, 0, 0, 8, 15]);
    expect([dataset.header['WaterSuppressed'], water?.header['WaterSuppressed']]).toEqual([true, false]);
    expect(codes(dataset)).toContain('format-unverified');
  });

  it('reads OFF and ON of an edited scan', () => {
    const more: Dcm[] = [
      [0x65, 0xff10, 'OF', [5, 6, 7, 8]],
      [0x65, 0xff11, 'OF', [1, 2, 3, 4]],
    ];
    const { dataset } = readDicomMrs(dicomBytes(enhancedElements({ ...PLACE, points: 2, samples: [0, 0, 0, 0], more })), 'a'); // prettier-ignore
    expect(dataset.data.shape).toEqual([1, 1, 1, 2, 2]);
    expect([...dataset.data.re]).toEqual([1, 3, 5, 7]);
    expect(dataset.dimensions[0]?.header).toEqual({ EditCondition: ['OFF', 'ON'] });
  });

  it('reads a grid as spec2nii does', () => {
    const more: Dcm[] = [[0x65, 0xff06, 'DS', '0\\0\\-1']];
    const elements = enhancedElements({ ...PLACE, rows: 3, columns: 4, points: 2, samples: fidSamples(12, 2), more });
    const { dataset } = readDicomMrs(dicomBytes(elements), 'a.dcm');
    expect(dataset.data.shape).toEqual([3, 4, 1, 2]);
    expect(fidOrder(dataset).slice(0, 5)).toEqual([0, 3, 6, 9, 1]);
    expectAffine(dataset, [-9.396926, 4.104242, 0, 37.353658, -3.420201, -11.276311, 0, -67.348256, 0, 0, -8, 11]);
  });
});
