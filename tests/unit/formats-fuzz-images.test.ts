// Damaged structural images: NIfTI, and stacks of DICOM slices as the study database keeps them; always a volume or a refusal.
import { gzipSync } from 'fflate';
import { expect, it } from 'vitest';
import { isDicom } from '../../src/core/formats/dicom/index.ts';
import { describeImageSeries, imageSeriesNifti } from '../../src/core/formats/imageSeries/index.ts';
import { describeNiftiImage, niftiIntensityRange } from '../../src/core/formats/niftiImage.ts';
import { packZip } from '../../src/core/formats/zipArchive.ts';
import { imageVolumeNifti } from '../../src/core/pipeline/imageVolume.ts';
import { voxelImages } from '../../src/core/pipeline/voxelImage.ts';
import { BIG_ENDIAN, IMPLICIT } from '../fixtures/dicomBytes.ts';
import { sliceFile } from '../fixtures/dicomSlices.ts';
import { niftiBytes } from '../fixtures/niftiBytes.ts';
import type { FuzzOutcome } from './formatsFuzz.ts';
import { fuzzReader } from './formatsFuzz.ts';

const AFFINE = [20, 0, 0, 1, 0, 20, 0, 1, 0, 0, 20, 1, 0, 0, 0, 1];

/** Drawing takes some 10 ms, so that one image in so many is drawn. */
const DRAWN_EVERY = 20;
let images = 0;

/** All that the app does with an image: describes it, windows it, draws a voxel on it. */
function drawn(nifti: Uint8Array): void {
  const { matrix, affine } = describeNiftiImage(nifti, 'a.nii');
  expect(matrix.every((n) => Number.isInteger(n) && n > 0)).toBe(true);
  expect(affine?.every(Number.isFinite) ?? true).toBe(true);
  niftiIntensityRange(nifti, 'a.nii');
  if (images++ % DRAWN_EVERY !== 0) return;
  const pictures = voxelImages(nifti, 'a.nii', { affine: AFFINE, grid: [1, 1, 1], voxel: 0 });
  for (const { pixels, width, height } of pictures) expect(pixels).toHaveLength(width * height);
}

function expectBoth({ reads, refusals }: FuzzOutcome): void {
  // Both outcomes must have been met, or the damage tests nothing.
  expect(reads).toBeGreaterThan(100);
  expect(refusals).toBeGreaterThan(100);
}

const image = (version: 1 | 2, datatype: number): Uint8Array =>
  niftiBytes({
    version,
    dims: [4, 3, 5],
    datatype,
    values: Array.from({ length: 60 }, (_, i) => i),
    sform: [2, 0, 0, -3, 0, 2, 0, -3, 0, 0, 2, -4],
    qform: { bcd: [0, 0, 0], offset: [-3, -3, -4], qfac: 1 },
  });

it.each([
  ['NIfTI-1, int16', image(1, 4)],
  ['NIfTI-2, float32', image(2, 16)],
  ['NIfTI-1, float64', image(1, 64)],
])('%s', (_, file) => {
  const outcome = fuzzReader({
    files: [file],
    read: ([bytes]) => {
      drawn(bytes as Uint8Array);
      return null;
    },
  });
  expectBoth(outcome);
});

it('NIfTI, compressed', () => {
  const outcome = fuzzReader({
    files: [gzipSync(image(1, 4))],
    read: ([bytes]) => {
      drawn(bytes as Uint8Array);
      return null;
    },
  });
  expect(outcome.refusals).toBeGreaterThan(500);
});

it.each([
  ['explicit', {}],
  ['implicit', { transferSyntax: IMPLICIT }],
  ['big endian', { transferSyntax: BIG_ENDIAN }],
])('a stack of DICOM slices, %s', (_, options) => {
  const files = [0, 1, 2].map((slice) => sliceFile({ slice, options }).bytes);
  const outcome = fuzzReader({
    files,
    sniff: isDicom,
    read: (given) => {
      const slices = given.map((bytes, i) => ({ name: `${i}.dcm`, bytes }));
      describeImageSeries(slices, 't1');
      drawn(imageSeriesNifti(slices, 't1'));
      return null;
    },
  });
  expectBoth(outcome);
});

it('a stack as the study database keeps it, a zip', () => {
  const zip = packZip([0, 1].map((slice) => sliceFile({ slice })));
  const outcome = fuzzReader({
    files: [zip],
    read: ([bytes]) => {
      drawn(imageVolumeNifti('t1.zip', bytes as Uint8Array));
      return null;
    },
  });
  expect(outcome.refusals).toBeGreaterThan(500);
});
