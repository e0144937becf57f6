// DICOM MR image series → NIfTI volume: slices in their places whatever their order, the value and the scanner position of
// every pixel, and what is missing, doubled or mixed said in words.
import { describe, expect, it } from 'vitest';
import { AppError } from '../../src/core/domain/errors.ts';
import { describeImageSeries, imageSeriesNifti } from '../../src/core/formats/imageSeries/index.ts';
import { describeNiftiImage, niftiIntensityRange } from '../../src/core/formats/niftiImage.ts';
import { readNiftiHeader } from '../../src/core/formats/niftiHeader.ts';
import { packZip } from '../../src/core/formats/zipArchive.ts';
import { applyAffine } from '../../src/core/geometry/index.ts';
import { imageVolumeName, imageVolumeNifti } from '../../src/core/pipeline/imageVolume.ts';
import type { Dcm } from '../fixtures/dicomBytes.ts';
import { BIG_ENDIAN, dicomBytes, IMPLICIT } from '../fixtures/dicomBytes.ts';
import type { SliceSpec } from '../fixtures/dicomSlices.ts';
import { cross, pixelValue, sliceElements, sliceFile, slicePosition, TILTED } from '../fixtures/dicomSlices.ts';
import { dataAvailable, realFile } from '../fixtures/realData.ts';
import { fuzzReader } from './formatsFuzz.ts';

const series = (slices: readonly number[], spec: Partial<SliceSpec> = {}): ReturnType<typeof sliceFile>[] =>
  slices.map((slice) => sliceFile({ ...spec, slice }));

interface Volume {
  readonly value: (column: number, row: number, slice: number) => number;
  readonly mm: (column: number, row: number, slice: number) => readonly number[];
  readonly matrix: readonly number[];
  readonly datatype: number;
}

/** Reads the volume as a viewer does: header, scaling, x fastest. */
function open(nifti: Uint8Array): Volume {
  const header = readNiftiHeader(nifti, 'v.nii');
  const { matrix, affine } = describeNiftiImage(nifti, 'v.nii');
  const view = new DataView(nifti.buffer, header.dataOffset);
  const isInt = header.datatype === 4;
  const raw = (i: number): number => (isInt ? view.getInt16(2 * i, true) : view.getFloat32(4 * i, true));
  return {
    matrix,
    datatype: header.datatype,
    value: (c, r, s) => raw(c + matrix[0] * (r + matrix[1] * s)) * header.slope + header.intercept,
    mm: (c, r, s) => applyAffine(affine ?? [], [c, r, s]),
  };
}

/** Where DICOM says that a pixel lies (PS3.3, C.7.6.2.1.1), in RAS. */
function trueMm(column: number, row: number, slice: number, spec: Partial<SliceSpec> = {}): number[] {
  const o = spec.orientation ?? TILTED;
  const at = slicePosition({ ...spec, slice }).map(
    (p, i) => p + (o[i] as number) * 0.75 * column + (o[i + 3] as number) * 0.5 * row,
  );
  return [-(at[0] as number), -(at[1] as number), at[2] as number];
}

function expectTrue(nifti: Uint8Array, slices: readonly number[], spec: Partial<SliceSpec> = {}): Volume {
  const volume = open(nifti);
  for (const slice of slices) {
    for (const [column, row] of [
      [0, 0],
      [3, 0],
      [0, 2],
      [3, 2],
    ] as const) {
      // prettier-ignore
      expect(volume.value(column, row, slice)).toBeCloseTo(pixelValue(slice, row, column), 6);
      const mm = volume.mm(column, row, slice);
      trueMm(column, row, slice, spec).forEach((v, i) => expect(mm[i]).toBeCloseTo(v, 4));
    }
  }
  return volume;
}

function refusal(run: () => unknown): AppError {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(AppError);
    return error as AppError;
  }
  throw new Error('expected a refusal');
}

const codes = (files: ReturnType<typeof sliceFile>[]): string[] =>
  describeImageSeries(files, 't1').warnings.map((w) => w.code);

describe('a series of slices', () => {
  it('becomes a volume in scanner space, whatever the order of its files', () => {
    const files = series([2, 0, 3, 1]);
    const { warnings, ...description } = describeImageSeries(files, 't1');
    expect(warnings).toEqual([]);
    expect(description).toMatchObject({ format: 'dicom-image', matrix: [4, 3, 4] });
    description.voxelSizeMm.forEach((v, i) => expect(v).toBeCloseTo([0.75, 0.5, 2][i] as number, 6));
    const volume = expectTrue(imageSeriesNifti(files, 't1'), [0, 1, 2, 3]);
    expect(volume.datatype).toBe(4);
  });

  it.each([
    ['axial', [1, 0, 0, 0, 1, 0]],
    ['coronal', [1, 0, 0, 0, 0, -1]],
    ['sagittal, rows toward the front', [0, -1, 0, 0, 0, -1]],
    ['oblique', TILTED],
  ])('keeps left and right: %s', (_, orientation) => {
    expectTrue(imageSeriesNifti(series([1, 0, 2], { orientation }), 't1'), [0, 1, 2], { orientation });
  });

  it.each([
    ['implicit', { transferSyntax: IMPLICIT }],
    ['big endian', { transferSyntax: BIG_ENDIAN }],
  ])('is read from %s files', (_, options) => {
    // Values of OW are in the file's byte order; the fixture writes them so.
    expectTrue(imageSeriesNifti(series([0, 1], { options }), 't1'), [0, 1]);
  });

  it('takes the step between slices from their places: gaps between thick slices are no missing slices', () => {
    const more: Dcm[] = [[0x18, 0x50, 'DS', '1.5']];
    expect(codes(series([0, 1, 2], { more }))).toEqual([]);
    expectTrue(imageSeriesNifti(series([0, 1, 2], { more }), 't1'), [0, 1, 2]);
  });

  it('of one slice is as thick as it says', () => {
    const { voxelSizeMm, matrix } = describeImageSeries(series([0]), 't1');
    expect(matrix[2]).toBe(1);
    expect(voxelSizeMm[2]).toBeCloseTo(2, 6);
    expect(codes(series([0], { more: [[0x18, 0x50, 'DS', '']] }))).toEqual(['image-thickness-missing']);
  });

  it('names missing slices and leaves their places black', () => {
    const files = series([0, 1, 4]);
    expect(describeImageSeries(files, 't1')).toMatchObject({
      matrix: [4, 3, 5],
      warnings: [{ message: '2 of 5 slices of the image are missing; they are shown black.' }],
    });
    const volume = expectTrue(imageSeriesNifti(files, 't1'), [0, 1, 4]);
    expect(volume.value(3, 2, 2)).toBe(0);
  });

  it('names doubled slices and further volumes, and takes the first of each', () => {
    const again = sliceFile({ slice: 1, instance: 9, more: [[0x7fe0, 0x10, 'OW', Array<number>(12).fill(7)]] });
    expect(codes([...series([0, 1, 2]), again])).toEqual(['image-slices-doubled']);
    expectTrue(imageSeriesNifti([again, ...series([0, 1, 2])], 't1'), [0, 1, 2]);
    const second = [0, 1].map((slice) => sliceFile({ slice, instance: 11 + slice }));
    expect(codes([...second, ...series([0, 1])])).toEqual(['image-volumes']);
  });

  it('of uneven gaps, mixed orientation or size is refused', () => {
    const uneven = [0, 1, 2.4].map((slice, i) => sliceFile({ slice, instance: 10 * i + 1 }));
    expect(refusal(() => describeImageSeries(uneven, 't1')).message).toMatch(
      /t1 is a stack of slices with uneven gaps/,
    );
    const turned = [...series([0]), sliceFile({ slice: 1, orientation: [1, 0, 0, 0, 1, 0] })];
    expect(refusal(() => describeImageSeries(turned, 't1')).message).toMatch(/different orientation/);
    const sizes = [...series([0]), sliceFile({ slice: 1, rows: 5 })];
    expect(refusal(() => describeImageSeries(sizes, 't1')).message).toMatch(/different matrix sizes/);
  });

  it('that is sheared keeps each slice in its place on the line, and says where they leave it', () => {
    const shifted = (by: readonly number[]): ReturnType<typeof sliceFile>[] =>
      by.map((mm, slice) => {
        const at = slicePosition({ slice }).map((v, i) => v + mm * (TILTED[i] as number));
        return sliceFile({ slice, more: [[0x20, 0x32, 'DS', at.map((v) => v.toFixed(6)).join('\\')]] });
      });
    expect(codes(shifted([0, 1, 2]))).toEqual([]);
    const mm = open(imageSeriesNifti(shifted([0, 1, 2]), 't1')).mm(0, 0, 1);
    const expected = trueMm(1 / 0.75, 0, 1);
    expected.forEach((v, i) => expect(mm[i]).toBeCloseTo(v, 4));
    expect(codes(shifted([0, 1, 0]))).toEqual(['image-slices-shifted']);
  });
});

describe('pixel values', () => {
  const scaled = (slope: string, slice: number): ReturnType<typeof sliceFile> =>
    sliceFile({ slice, more: [[0x28, 0x1053, 'DS', slope], [0x28, 0x1052, 'DS', '-5']] }); // prettier-ignore

  it('keep a shared scaling in the header, and are scaled where slices differ in it', () => {
    const shared = open(imageSeriesNifti([scaled('2', 0), scaled('2', 1)], 't1'));
    expect([shared.datatype, shared.value(3, 2, 1)]).toEqual([4, 2 * 123 - 5]);
    const own = open(imageSeriesNifti([scaled('2', 0), scaled('3', 1)], 't1'));
    expect([own.datatype, own.value(3, 2, 0), own.value(3, 2, 1)]).toEqual([16, 2 * 23 - 5, 3 * 123 - 5]);
  });

  it('are signed, or larger than 16-bit integers hold, or of one byte, as the header says', () => {
    const pixels = (values: number[], bits: number, signed: number): ReturnType<typeof sliceFile> => {
      const more: Dcm[] = [
        [0x28, 0x101, 'US', bits],
        [0x28, 0x102, 'US', bits - 1],
        [0x28, 0x103, 'US', signed],
        [0x7fe0, 0x10, 'OW', values],
      ];
      return sliceFile({ slice: 0, rows: 1, columns: 4, more });
    };
    const range = (file: ReturnType<typeof sliceFile>): unknown =>
      niftiIntensityRange(imageSeriesNifti([file], 't'), 't');
    expect(range(pixels([-3, 0, 5, 9], 16, 1))).toEqual([-3, 9]);
    // Bits above the stored ones belong to an overlay.
    expect(range(pixels([0x1000 + 7, 4095, 0, 1], 12, 0))).toEqual([0, 4095]);
    expect(range(pixels([0x0fff, 1, 0, 0], 12, 1))).toEqual([-1, 1]);
    const large = imageSeriesNifti([pixels([65535, 1, 0, 0], 16, 0)], 't');
    expect([open(large).datatype, open(large).value(0, 0, 0)]).toEqual([16, 65535]);
    const bytes: Dcm[] = [
      [0x28, 0x100, 'US', 8],
      [0x28, 0x101, 'US', 8],
      [0x28, 0x102, 'US', 7],
      [0x7fe0, 0x10, 'OB', Uint8Array.of(1, 200, 3, 4)],
    ];
    expect(range(sliceFile({ slice: 0, rows: 1, columns: 4, more: bytes }))).toEqual([1, 200]);
  });
});

describe('an enhanced multi-frame image', () => {
  const frames = [2, 0, 1];
  const orientation = TILTED.map((v) => v.toFixed(8)).join('\\');
  const perFrame = frames.map((slice): Dcm[] => [
    [
      0x20,
      0x9113,
      'SQ',
      [
        [
          [
            0x20,
            0x32,
            'DS',
            slicePosition({ slice })
              .map((v) => v.toFixed(6))
              .join('\\'),
          ],
        ],
      ],
    ],
    [0x28, 0x9145, 'SQ', [[[0x28, 0x1053, 'DS', '1'], [0x28, 0x1052, 'DS', '0']]]], // prettier-ignore
  ]);
  const pixels = frames.flatMap((slice) =>
    Array.from({ length: 12 }, (_, i) => pixelValue(slice, Math.floor(i / 4), i % 4)),
  );
  const gone = new Set(['32 50', '32 55', '40 48', '24 80']);
  const elements: Dcm[] = [
    ...sliceElements({ slice: 0 }).filter(
      ([g, e]) => !gone.has(`${g} ${e}`) && g !== 0x7fe0 && !(g === 8 && e === 0x16),
    ),
    [8, 0x16, 'UI', '1.2.840.10008.5.1.4.1.1.4.1'],
    [0x28, 0x08, 'IS', '3'],
    [0x5200, 0x9229, 'SQ', [[
      [0x20, 0x9116, 'SQ', [[[0x20, 0x37, 'DS', orientation]]]],
      [0x28, 0x9110, 'SQ', [[[0x28, 0x30, 'DS', '0.5\\0.75'], [0x18, 0x50, 'DS', '2']]]],
    ]]], // prettier-ignore
    [0x5200, 0x9230, 'SQ', perFrame],
    [0x7fe0, 0x10, 'OW', pixels],
  ];

  it.each([{}, { transferSyntax: IMPLICIT }, { undefinedLengths: true }])('is sorted by its frames (%o)', (options) => {
    expectTrue(imageSeriesNifti([{ name: 'e', bytes: dicomBytes(elements, options) }], 'e'), [0, 1, 2]);
  });

  it('that ends early is refused with both lengths', () => {
    const cut = elements.map((e): Dcm => (e[0] === 0x7fe0 ? [0x7fe0, 0x10, 'OW', pixels.slice(0, 20)] : e));
    const error = refusal(() => imageSeriesNifti([{ name: 'e', bytes: dicomBytes(cut) }], 'e'));
    expect(error.code).toBe('FILE_TRUNCATED');
    expect(error.message).toMatch(/72 bytes of pixels, 40 are there/);
  });
});

describe('what is no volume', () => {
  it.each([
    ['compressed pixels', [], { transferSyntax: '1.2.840.10008.1.2.4.90' }, /compressed pixels/],
    ['colours', [[0x28, 2, 'US', 3]], {}, /colour image/],
    ['a mosaic', [[8, 8, 'CS', 'ORIGINAL\\PRIMARY\\M\\MOSAIC']], {}, /mosaic/],
    ['no position', [[0x20, 0x32, 'DS', '']], {}, /doesn't say where it lies/],
    [
      'absurd sizes',
      [
        [0x28, 0x10, 'US', 65535],
        [0x28, 0x11, 'US', 65535],
      ],
      {},
      /claims 65535 × 65535/,
    ],
    ['32 bits', [[0x28, 0x100, 'US', 32]], {}, /32 bits a pixel/],
    ['another class', [[8, 0x16, 'UI', '1.2.840.10008.5.1.4.1.1.7']], {}, /not an MR image/],
  ] as [string, Dcm[], object, RegExp][])('is refused in words: %s', (_, more, options, words) => {
    expect(refusal(() => imageSeriesNifti([sliceFile({ slice: 0, more, options })], 't')).message).toMatch(words);
  });

  it('never crashes on damage (2000 seeded mutations)', () => {
    const { reads, refusals } = fuzzReader({
      files: series([0, 1]).map((f) => f.bytes),
      read: (files) => {
        imageSeriesNifti(
          files.map((bytes, i) => ({ name: `${i}`, bytes })),
          't',
        );
        return null;
      },
    });
    expect(reads + refusals).toBe(2000);
    expect(reads).toBeGreaterThan(100);
  });
});

describe('a stored image as the viewer gets it', () => {
  it('is a NIfTI volume, from a zip of slices or one file, and NIfTI unchanged', () => {
    const zip = packZip(series([1, 0]));
    const nifti = imageVolumeNifti('t1.zip', zip);
    expectTrue(nifti, [0, 1]);
    expect(imageVolumeNifti('t1.nii', nifti)).toBe(nifti);
    expectTrue(imageVolumeNifti('IM1', (series([0])[0] as { bytes: Uint8Array }).bytes), [0]);
    expect(['t1.zip', 'a.IMA', 'b.nii.gz', 'IM0001'].map(imageVolumeName)).toEqual([
      't1.nii',
      'a.nii',
      'b.nii.gz',
      'IM0001.nii',
    ]);
  });

  it('holds no text of its files', () => {
    const nifti = imageVolumeNifti('t1.zip', packZip(series([1, 0], { patient: 'Secret^Name' })));
    expect(new TextDecoder('latin1').decode(nifti)).not.toMatch(/Secret|t1_mprage/);
  });
});

// Values: nibabel 5.4.2 with pydicom 3.0.2, nicom.dicomwrappers.wrapper_from_file(file): affine (LPS, taken to RAS) and data.
describe.skipIf(!dataAvailable)('two real T1 slices of one series (needs ../shared/data)', () => {
  const files = (): { name: string; bytes: Uint8Array }[] =>
    ['T1.0015.IMA', 'T1.0001.IMA'].map((name) => realFile(`suspect/siemens/mri/${name}`));

  it('lie where nibabel puts them, with its values', () => {
    const { matrix, warnings } = describeImageSeries(files(), 't1');
    expect(matrix).toEqual([960, 1024, 15]);
    expect(warnings.map((w) => w.code)).toEqual(['image-slices-missing']);
    const volume = open(imageSeriesNifti(files(), 't1'));
    const corners: [number, number, number, number[]][] = [
      [0, 0, 0, [106.11758, 99.74576, -60.63559]],
      [0, 1023, 0, [106.11758, -130.02963, -60.63559]],
      [959, 0, 0, [-109.28281, 99.74576, -60.63559]],
      [959, 1023, 14, [-109.28281, -130.02963, 9.36441]],
    ];
    for (const [c, r, s, mm] of corners) mm.forEach((v, i) => expect(volume.mm(c, r, s)[i]).toBeCloseTo(v, 3));
    const values = (s: number): number[] => [[300, 500], [123, 700], [959, 1023]].map(([c, r]) => volume.value(c as number, r as number, s)); // prettier-ignore
    expect(values(0)).toEqual([24, 15, 0]);
    expect(values(14)).toEqual([346, 4, 1]);
    let sum = 0;
    for (let r = 0; r < 1024; r++) for (let c = 0; c < 960; c++) sum += volume.value(c, r, 14);
    expect(sum).toBe(157550971);
  });
});

it('the fixture’s normal is a unit vector', () => expect(Math.hypot(...cross(TILTED))).toBeCloseTo(1, 12));
