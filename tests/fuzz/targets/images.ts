// Structural images: NIfTI and DICOM series as the viewer shows them, masks and segmentations laid over a scan.
import { gzipSync } from 'fflate';
import {
  describeImageSeries,
  describeNiftiImage,
  imageSeriesNifti,
  niftiIntensityRange,
} from '../../../src/core/formats/index.ts';
import { readSegmentation, voxelsInMask } from '../../../src/core/pipeline/index.ts';
import { sliceFile } from '../../fixtures/dicomSlices.ts';
import { niftiBytes } from '../../fixtures/niftiBytes.ts';
import type { FuzzCase, FuzzFile, FuzzTarget } from '../engine/fuzzCase.ts';
import { isDicomFile } from '../mutators/dicomDamages.ts';

const SFORM = [2, 0, 0, -3, 0, 2, 0, -3, 0, 0, 2, -4];

const image = (datatype: number, labels: number): Uint8Array =>
  niftiBytes({ dims: [4, 3, 5], datatype, values: Array.from({ length: 60 }, (_, i) => i % labels), sform: SFORM });

function seeds(): FuzzCase[] {
  const masks = [image(4, 2), image(16, 4), image(4, 5), image(64, 60), gzipSync(image(4, 3))];
  const slices = [0, 1, 2, 3].map((slice) => sliceFile({ slice }));
  return [
    ...masks.map((bytes) => ({ files: [{ name: 'm.nii', bytes }] })),
    { files: [0, 1, 2].map((n) => ({ name: `p${n}.nii`, bytes: image(16, 2) })) },
    { files: slices.map(({ name, bytes }) => ({ name, bytes })) },
  ];
}

const SCAN = {
  data: { re: new Float64Array(60), im: new Float64Array(60), shape: [4, 3, 5, 1] },
  affine: [...SFORM, 0, 0, 0, 1],
};
const ELSEWHERE = {
  data: { re: new Float64Array(1), im: new Float64Array(1), shape: [1, 1, 1, 1] },
  affine: [5, 0, 0, 0, 0, 5, 0, 0, 0, 0, 5, 0, 0, 0, 0, 1],
};

/** Runs every use that one file may have; the first refusal is thrown after the last. */
function each(uses: readonly (() => unknown)[]): void {
  let refusal: unknown;
  for (const use of uses) {
    try {
      use();
    } catch (error) {
      if (!['ReaderError', 'UnsupportedDataError', 'UsageError'].includes((error as Error).name)) throw error;
      refusal ??= error;
    }
  }
  if (refusal !== undefined) throw refusal;
}

function shown(files: readonly FuzzFile[]): void {
  const [first] = files as [FuzzFile];
  if (isDicomFile(first.bytes)) {
    const { affine } = describeImageSeries(files, 'series');
    if (!affine.every(Number.isFinite)) throw new Error('an affine that is not finite');
    describeNiftiImage(imageSeriesNifti(files, 'series'), 'series.nii');
    return;
  }
  const { affine, matrix } = describeNiftiImage(first.bytes, first.name);
  if (!(affine ?? []).every(Number.isFinite)) throw new Error('an affine that is not finite');
  if (!matrix.every((n) => Number.isInteger(n) && n > 0)) throw new Error(`a matrix of ${matrix.join(' × ')}`);
  each([
    () => niftiIntensityRange(first.bytes, first.name),
    () => voxelsInMask(SCAN, first),
    () => voxelsInMask(ELSEWHERE, first),
    () => readSegmentation(files, 'auto'),
    () => readSegmentation(files, 'freesurfer'),
  ]);
}

export const IMAGE_TARGETS: readonly FuzzTarget[] = [
  {
    name: 'images',
    refusals: ['ReaderError', 'UnsupportedDataError', 'UsageError'],
    seeds,
    run: shown,
  },
];
