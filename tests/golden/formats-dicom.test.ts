// DICOM spectroscopy on the public real files, against independent converters. Signals: SHA-256 of the samples as 32-bit
// floats (real, imaginary, file after file) of spec2nii 0.8.15's NIfTI (`spec2nii dicom -o out FILE_OR_FOLDER`, read with
// nibabel 5.4.2); the two files that spec2nii can't read by pydicom 3.0.2 and numpy 2.4.6 (Philips conjugated).
import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { MrsDataset } from '../../src/core/domain/mrsDataset.ts';
import { parseDicom, readDicomMrs, readDicomSeries } from '../../src/core/formats/dicom/index.ts';
import { readSiemensCsa } from '../../src/core/formats/dicom/siemensCsa.ts';
import { dicomKind } from '../../src/core/formats/dicom/dicomKind.ts';
import { readNiftiMrs } from '../../src/core/formats/niftiMrs.ts';
import { voxelAffine } from '../../src/core/formats/siemens/twixGeometry.ts';
import { DATA_FOLDER, dataAvailable, realFile } from '../fixtures/realData.ts';

/** SHA-256 of FIDs in the order given; −0 counts as 0. */
function signalHash(dataset: MrsDataset, order?: readonly number[]): string {
  const { re, im, shape } = dataset.data;
  const points = shape.at(-1) as number;
  const fids = order ?? Array.from({ length: re.length / points }, (_, i) => i);
  const floats = new Float32Array(2 * re.length);
  fids.forEach((fid, k) => {
    for (let i = 0; i < points; i++) {
      floats[2 * (k * points + i)] = (re[fid * points + i] as number) + 0;
      floats[2 * (k * points + i) + 1] = (im[fid * points + i] as number) + 0;
    }
  });
  return createHash('sha256').update(new Uint8Array(floats.buffer)).digest('hex');
}

function expectAffine(dataset: MrsDataset, expected: readonly number[]): void {
  // The constants have six decimals; the requirement is 1e-3 mm.
  expected.forEach((v, i) => expect(Math.abs((dataset.affine?.[i] ?? NaN) - v)).toBeLessThan(1e-5));
}

interface Golden {
  readonly path: string;
  readonly points: number;
  readonly dwellTimeS: number;
  readonly frequencyMHz: number;
  readonly echoTimeS: number;
  readonly repetitionTimeS: number;
  readonly affine: readonly number[];
  readonly hash: string;
}

// TE and TR of the CSA files by nibabel's CSA reader: spec2nii adds up every alTE of the protocol (4.2 s for pastis).
const SINGLE: readonly Golden[] = [
  {
    path: 'suspect/siemens/SVS_30.IMA',
    points: 1024,
    dwellTimeS: 0.0008334,
    frequencyMHz: 123.234655,
    echoTimeS: 0.03,
    repetitionTimeS: 2,
    affine: [
      -19.35422, 9.818008, -1.1471, -41.602906, 5.028182, 36.940554, -5.79364, -21.569007, -0.362687, -11.789921,
      -19.108059, -4.958838,
    ],
    hash: '433eaba3f069ca28aeb2f47fda372b45bccadb9550347fb6e0e11b61e368ee9b',
  },
  {
    path: 'suspect/siemens/SVS_XA60.dcm',
    points: 1024,
    dwellTimeS: 0.0008334,
    frequencyMHz: 123.255089,
    echoTimeS: 0.03,
    repetitionTimeS: 2,
    affine: [30, 0, 0, 0, 0, -30, 0, -57.4412, 0, 0, -30, -8.03879],
    hash: '71f642e40ba3743cdc073bba96ad0b7cba0273b1cf492c837850f9c3b2419e66',
  },
  {
    path: 'pastis/demo/data/spinal_cord_sLASER_longTE_WS.dcm',
    points: 4096,
    dwellTimeS: 0.0002,
    frequencyMHz: 297.205966,
    echoTimeS: 0.04168,
    repetitionTimeS: 4.13,
    affine: [
      -0.00193, -0.026721, 7.999955, -0.447316, 1.639633, -7.973026, -0.026568, -19.236768, 19.932677, 0.655847,
      0.00296, -5.060458,
    ],
    hash: '7120dc05d8ed3966b566a7cf3d4edca4c573eceab11694d119e4b5435c599a7a',
  },
  {
    path: 'pastis/demo/data/spinal_cord_sLASER_longTE_noWS.dcm',
    points: 4096,
    dwellTimeS: 0.0002,
    frequencyMHz: 297.205966,
    echoTimeS: 0.04168,
    repetitionTimeS: 3.68,
    affine: [
      -0.00193, -0.026721, 7.999955, -0.447316, 1.639633, -7.973026, -0.026568, -19.236768, 19.932677, 0.655847,
      0.00296, -5.060458,
    ],
    hash: '5e396c4776ae780671f82fc679b57696ace049492630274d5f0e13fb3c4ff108',
  },
  {
    // An old CSA header without VoiPosition: the protocol's volume is at the isocentre, 20 mm wide.
    path: 'tarquin/src/unit_tests/data/siemens_ima_WS.ima',
    points: 2048,
    dwellTimeS: 0.0005,
    frequencyMHz: 63.683831,
    echoTimeS: 0.03,
    repetitionTimeS: 1.5,
    affine: [20, 0, 0, 0, 0, -20, 0, 0, 0, 0, -20, 0],
    hash: 'bd593ac5dae42ee0f7380284eb4476b56fa8bb6abcb8ec4a8e0cc6ee3df94443',
  },
  {
    // Philips enhanced, implicit; its place by the private volume (angles 0), whose numbers pydicom gives.
    path: 'tarquin/src/unit_tests/data/SVS.dcm',
    points: 1024,
    dwellTimeS: 0.00050000003051758,
    frequencyMHz: 127.767224,
    echoTimeS: 0.03540639877319336,
    repetitionTimeS: 2,
    affine: [20, 0, 0, -32.171398, 0, 20, 0, -11.839465, 0, 0, 20, 74.386299],
    hash: '359baa1b6eccee6c27deb0bb0e7343a2b59733a44c612fbf15a374ee2ee02cdc',
  },
];

const OSPREY = 'osprey_in_pregame/ima/sub-01/mrs';
const folder = (path: string): { name: string; bytes: Uint8Array }[] =>
  readdirSync(join(DATA_FOLDER, path)).map((name) => realFile(`${path}/${name}`));

describe.skipIf(!dataAvailable)('DICOM spectroscopy (needs shared/data)', () => {
  it.each(SINGLE)('$path', (golden) => {
    const { name, bytes } = realFile(golden.path);
    expect(dicomKind(bytes)).toBe('spectroscopy');
    const { dataset } = readDicomMrs(bytes, name);
    expect(dataset.data.shape).toEqual([1, 1, 1, golden.points]);
    expect(dataset.dwellTimeS).toBeCloseTo(golden.dwellTimeS, 15);
    expect(dataset.spectrometerFrequencyMHz).toBe(golden.frequencyMHz);
    expect(dataset.nucleus).toBe('1H');
    expect(dataset.acquisition.echoTimeS).toBeCloseTo(golden.echoTimeS, 12);
    expect(dataset.acquisition.repetitionTimeS).toBeCloseTo(golden.repetitionTimeS, 12);
    expectAffine(dataset, golden.affine);
    expect(signalHash(dataset)).toBe(golden.hash);
  });

  it('the water reference in the second frame of a Philips file', () => {
    const { name, bytes } = realFile('tarquin/src/unit_tests/data/SVS.dcm');
    const { water } = readDicomMrs(bytes, name);
    expect(water?.header['WaterSuppressed']).toBe(false);
    expect(signalHash(water as MrsDataset)).toBe('c9d27ef991c383668d8f8870b96918a57751c720b21b8d854473e28a8f3d1411');
  });

  it('256 single MEGA-PRESS shots and their 16 references, given together', () => {
    const files = [...folder(`${OSPREY}/sub-01_mega-press-68`), ...folder(`${OSPREY}/sub-01_mega-press-68-ref`)];
    const scans = readDicomSeries(files.reverse());
    expect(scans.map((s) => s.dataset.data.shape).sort()).toEqual([[1, 1, 1, 128, 2, 2048], [1, 1, 1, 8, 2, 2048]]); // prettier-ignore
    const metabolite = scans.find((s) => s.fileNames.length === 256)?.dataset as MrsDataset;
    const water = scans.find((s) => s.fileNames.length === 16)?.dataset as MrsDataset;
    // spec2nii stacks the files by instance number: first all of one condition, then all of the other.
    const byInstance = (half: number): number[] => [0, 1].flatMap((edit) => Array.from({ length: half }, (_, i) => 2 * i + edit)); // prettier-ignore
    expect(signalHash(metabolite, byInstance(128))).toBe(
      '5fba6da8129a5d672e6577f703a293da8ed5fb654bb8f5837cb5d32c69e87c08',
    );
    expect(signalHash(water, byInstance(8))).toBe('9344a91311148de2b550f40c4bd765a5dbc3884961d4f01b1cdbbee795bebb54');
    expect(metabolite.dimensions[1]?.header).toEqual({ EditCondition: ['ON', 'OFF'] });
    expect(water.header['WaterSuppressed']).toBe(false);
    for (const dataset of [metabolite, water]) {
      expect(dataset.dwellTimeS).toBeCloseTo(0.0005, 15);
      expect(dataset.acquisition).toMatchObject({ echoTimeS: 0.068, repetitionTimeS: 2 });
      expectAffine(
        dataset,
        [
          29.971143, -1.07738, -0.2026, 11.897442, -1.301719, -24.955692, -1.0182, 4.193891, -0.190034, 1.026012,
          -24.978435, -22.209506,
        ],
      );
    }
  });

  it('64 enhanced Siemens files are their independent NIfTI, sample by sample', () => {
    const scans = readDicomSeries(folder('dcm_qa_spec/In/30_svs_se'));
    expect(scans).toHaveLength(1);
    const { dataset } = scans[0] as (typeof scans)[0];
    const nifti = realFile('dcm_qa_spec/Ref/svs_se_30.nii');
    const reference = readNiftiMrs(nifti.bytes, nifti.name, { spectrometerFrequencyMHz: 297.154513, dwellTimeS: 5e-4 });
    expect(dataset.data.shape).toEqual([1, 1, 1, 64, 1024]);
    expect(reference.data.shape).toEqual(dataset.data.shape);
    expect(dataset.data.re.every((v, i) => v === reference.data.re[i])).toBe(true);
    expect(dataset.data.im.every((v, i) => v === reference.data.im[i])).toBe(true);
    expect(signalHash(dataset)).toBe('f99e2c36ead3fb11f7564631ff1f2efcc6c54a933eabec665121d210471de090');
    // The NIfTI's matrix has 32-bit floats.
    reference.affine?.forEach((v, i) => expect(Math.abs((dataset.affine?.[i] ?? NaN) - v)).toBeLessThan(1e-4));
    expect([dataset.dwellTimeS, dataset.spectrometerFrequencyMHz]).toEqual([5e-4, 297.154513]);
    expect(dataset.acquisition).toMatchObject({ echoTimeS: 0.03, repetitionTimeS: 4 });
  });

  it.each(['suspect/siemens/SVS_30.IMA', 'pastis/demo/data/spinal_cord_sLASER_longTE_WS.dcm'])(
    'the place that DICOM tells is the place that the protocol in it tells: %s',
    (path) => {
      const { name, bytes } = realFile(path);
      const { dataset } = readDicomMrs(bytes, name);
      const protocol = voxelAffine(readSiemensCsa(parseDicom(bytes, name)).protocol, []);
      // The CSA header has six decimals of positions and directions.
      protocol?.forEach((v, i) => expect(Math.abs((dataset.affine?.[i] ?? NaN) - v)).toBeLessThan(1e-4));
      expect(protocol).not.toBeNull();
    },
  );

  it.each(['suspect/siemens/mri/T1.0001.IMA', 'suspect/siemens/mri/T1.0015.IMA'])('%s is an image', (path) => {
    const { name, bytes } = realFile(path);
    expect(dicomKind(bytes)).toBe('mr-image');
    expect(() => readDicomMrs(bytes, name)).toThrow(`${name} is a DICOM MR image, not spectroscopy data.`);
  });
});
