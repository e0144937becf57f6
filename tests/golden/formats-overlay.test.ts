// Left and right: the voxel that our readers give, on the image of the same session as our readers give it, against an
// independent converter. Numbers made once: the scan by spec2nii 0.8.15 (`spec2nii dicom|rda FILE`, `spec2nii philips FILE
// SPAR`), the image by nibabel 5.4.2 (`nibabel.load(FILE).affine`; T1 slices 1 and 15: `nicom.dicomwrappers.wrapper_from_file`,
// rows and columns exchanged, LPS → RAS, step (position15 − position1) / 14), then inv(image) @ scan @ corners by numpy 2.4.6.
// Pairs of one session in ../shared/data: Siemens DICOM and RDA (suspect), Philips SDAT (Osprey, twice). None there for Siemens
// twix and XA, Philips DICOM and data/list, GE, UIH, Bruker, Varian: their affines are compared in the other formats-* files.
import { describe, expect, it } from 'vitest';
import type { Affine } from '../../src/core/domain/mrsDataset.ts';
import { imageSeriesNifti } from '../../src/core/formats/imageSeries/index.ts';
import { readMrs } from '../../src/core/formats/index.ts';
import { describeNiftiImage } from '../../src/core/formats/niftiImage.ts';
import type { Vec3 } from '../../src/core/geometry/index.ts';
import { applyAffine, boxCentre, mmToIndex, voxelCorners } from '../../src/core/geometry/index.ts';
import { voxelImages } from '../../src/core/pipeline/voxelImage.ts';
import { dataAvailable, realFile } from '../fixtures/realData.ts';

/** Of a corner's place in the image. [mm] */
const PLACE_TOLERANCE_MM = 1e-3;

const MM_DATA = 'osprey/exampledata/sdat/UnEdited_with_MM_data/sub-01/ses-01';
const PRESS_35 = 'osprey/exampledata/sdat/UnEdited/sub-01/ses-01/mrs';
const MASK =
  'osprey_in_pregame/sdat/UnEdited/derivatives/VoxelMasks/mrs_sub-01_ses-01_press_sub-01_PRESS_35_act_Voxel_1_VoxelMask.nii.gz';
const sdat = (stem: string): string[] => [`${stem}.SDAT`, `${stem}.SPAR`];

/** As the app stores it and hands it to viewer and report: NIfTI. */
const t1Slices = (): Uint8Array =>
  imageSeriesNifti(
    ['T1.0015.IMA', 'T1.0001.IMA'].map((name) => realFile(`suspect/siemens/mri/${name}`)),
    't1',
  );
const niftiImage = (path: string) => (): Uint8Array => realFile(path).bytes;
const osprey = niftiImage(`${MM_DATA}/anat/sub-01_ses-01_T1w_scanner-space_FSL-skull-stripped.nii.gz`);

interface Golden {
  readonly title: string;
  readonly scans: readonly (readonly string[])[];
  readonly image: () => Uint8Array;
  readonly matrix: readonly number[];
  /** The image's index at each corner of the voxel; bits 0, 1, 2 of a corner's number: low or high along x, y, z. */
  readonly corners: readonly (readonly number[])[];
  /** How far right (+) or left (−) of the image's middle the voxel's centre lies. [mm] */
  readonly rightMm: number;
}

// prettier-ignore
const GOLDEN: readonly Golden[] = [
  {
    title: 'Siemens DICOM and RDA on T1 slices',
    scans: [['suspect/siemens/SVS_30.IMA'], ['suspect/siemens/SVS_30.rda']],
    image: t1Slices, matrix: [960, 1024, 15],
    corners: [
      [633.89533, 620.64336, 14.26142], [720.06369, 598.25702, 14.18888], [590.18385, 456.17759, 11.90343],
      [676.35221, 433.79125, 11.8309], [639.00242, 646.43765, 10.43981], [725.17078, 624.05131, 10.36727],
      [595.29094, 481.97189, 8.08182], [681.4593, 459.58554, 8.00928],
    ],
    rightMm: -40.02,
  },
  {
    title: 'Philips SDAT on the T1 volume',
    scans: [
      `${MM_DATA}/mrs/sub-01_ses-01_press/sub-01_ses-01_PRESS_raw-act_noID`,
      `${MM_DATA}/mrs/sub-01_ses-01_press_ref/sub-01_ses-01_PRESS_raw-ref_noID`,
      `${MM_DATA}/mrs/sub-01_ses-01_press-inverted/sub-01_ses-01_PRESS-Inverted_TI-600_raw-act_noID`,
      `${MM_DATA}/mrs/sub-01_ses-01_press-inverted_ref/sub-01_ses-01_PRESS-Inverted_TI-600_raw-ref_noID`,
    ].map(sdat),
    image: osprey, matrix: [256, 256, 160],
    corners: [
      [188.32937, 90.48472, 67.63435], [188.44773, 89.83467, 93.62697], [165.61553, 106.39064, 68.07487],
      [165.73389, 105.74059, 94.06749], [169.96888, 64.28157, 67.13187], [170.08724, 63.63152, 93.12449],
      [147.25504, 80.18749, 67.57239], [147.3734, 79.53744, 93.56501],
    ],
    rightMm: 0.68,
  },
  {
    title: 'Philips SDAT on the grid of its T1 volume',
    scans: [
      ['act', 'sub-01_ses-01_press'],
      ['ref', 'sub-01_ses-01_press-ref'],
    ].map(([kind, folder]) => ['sdat', 'spar'].map((end) => `${PRESS_35}/${folder}/sub-01_PRESS_35_${kind}.${end}`)),
    image: niftiImage(MASK), matrix: [256, 256, 204],
    corners: [
      [193.06161, 124.67807, 83.33544], [193.06161, 124.67807, 113.33544], [163.14794, 122.40377, 83.33544],
      [163.14794, 122.40377, 113.33544], [195.33591, 94.7644, 83.33544], [195.33591, 94.7644, 113.33544],
      [165.42225, 92.4901, 83.33544], [165.42225, 92.4901, 113.33544],
    ],
    rightMm: -3.165,
  },
];

function read(paths: readonly string[]): Affine {
  const { affine } = readMrs(paths.map(realFile));
  if (affine === null) throw new Error('The scan has no place.');
  return affine;
}

function place(image: Uint8Array): { readonly matrix: Vec3; readonly affine: Affine } {
  const { matrix, affine } = describeNiftiImage(image, 'image.nii');
  if (affine === null) throw new Error('The image has no place.');
  return { matrix, affine };
}

/** [right − left of the picture's middle in mm] of the outline in the report's picture, which is radiological. */
function outlineRightMm(image: Uint8Array, scan: Affine): number {
  const [picture] = voxelImages(image, 'image.nii', { affine: scan, grid: [1, 1, 1], voxel: 0 });
  if (picture === undefined) throw new Error('The voxel is not drawn.');
  expect(picture.letters.slice(0, 2)).toEqual(['R', 'L']);
  const columns = picture.outline.map(([x]) => x);
  const { affine, matrix } = place(image);
  const xs = [0, matrix[0] - 1].flatMap((i) =>
    [0, matrix[1] - 1].flatMap((j) => [0, matrix[2] - 1].map((k) => applyAffine(affine, [i, j, k])[0])),
  );
  const mmPerPixel = (Math.max(...xs) - Math.min(...xs)) / picture.width;
  return (picture.width / 2 - (Math.min(...columns) + Math.max(...columns)) / 2) * mmPerPixel;
}

describe.skipIf(!dataAvailable)('the voxel on the image of its session (needs ../shared/data)', () => {
  it.each(GOLDEN)('$title', ({ scans, image, matrix, corners, rightMm }) => {
    const bytes = image();
    const grid = place(bytes);
    expect(grid.matrix).toEqual(matrix);
    const pixelMm = describeNiftiImage(bytes, 'image.nii').voxelSizeMm;
    const middle = applyAffine(grid.affine, grid.matrix.map((n) => (n - 1) / 2) as unknown as Vec3);
    for (const paths of scans) {
      const box = voxelCorners(read(paths), [0, 0, 0]);
      box.forEach((corner, c) => {
        const off = mmToIndex(grid.affine, corner).map((v, axis) => v - (corners[c]?.[axis] as number));
        expect(Math.hypot(...off.map((v, axis) => v * (pixelMm[axis] as number)))).toBeLessThan(PLACE_TOLERANCE_MM);
      });
      expect(boxCentre(box)[0] - middle[0]).toBeCloseTo(rightMm, 2);
    }
    // A section of a tilted voxel has its middle elsewhere than the voxel, by up to some mm.
    expect(Math.abs(outlineRightMm(bytes, read(scans[0] as readonly string[])) - rightMm)).toBeLessThan(5);
  });

  it('the outline in the report runs around the voxel that Osprey drew into the image', () => {
    // Osprey's mask as the image: the white pixels are its voxel. It lies 0.75 mm off the SPAR's (half a pixel and rounding).
    const paths = [`${PRESS_35}/sub-01_ses-01_press/sub-01_PRESS_35_act.sdat`, `${PRESS_35}/sub-01_ses-01_press/sub-01_PRESS_35_act.spar`]; // prettier-ignore
    const bytes = niftiImage(MASK)();
    const [picture] = voxelImages(bytes, 'mask.nii.gz', { affine: read(paths), grid: [1, 1, 1], voxel: 0 });
    if (picture === undefined) throw new Error('The voxel is not drawn.');
    const isInside = (x: number, y: number): boolean =>
      new Set(
        picture.outline.map(([ax, ay], i) => {
          const [bx, by] = picture.outline[(i + 1) % picture.outline.length] as readonly [number, number];
          return Math.sign((bx - ax) * (y - ay) - (by - ay) * (x - ax));
        }),
      ).size === 1;
    let [both, either] = [0, 0];
    picture.pixels.forEach((grey, i) => {
      const inMask = grey > 127;
      const inOutline = isInside((i % picture.width) + 0.5, Math.floor(i / picture.width) + 0.5);
      both += inMask && inOutline ? 1 : 0;
      either += inMask || inOutline ? 1 : 0;
    });
    expect(either).toBeGreaterThan(500);
    // 0.75 mm along one edge of 30 mm leaves 95 %; one mirrored in the picture, 6 mm off, would leave two thirds.
    expect(both / either).toBeGreaterThan(0.9);
  });
});
