// Ratio maps as DICOM: this program's reader of images finds the values where the grid lies, dcmtk and dciodvfy read both kinds of
// object, and what has no value is told by padding.
import { beforeAll, describe, expect, it } from 'vitest';
import type { Affine } from '../../src/core/domain/mrsDataset.ts';
import { functionalGroup, parseDicom, TAG } from '../../src/core/formats/dicom/dicomFile.ts';
import { dicomKind } from '../../src/core/formats/dicom/dicomKind.ts';
import { describeImageSeries, imageSeriesNifti } from '../../src/core/formats/imageSeries/index.ts';
import { ratioConcept, UNITS } from '../../src/core/formats/write/dicomCodes.ts';
import { storedScaling, writeDicomMapImages } from '../../src/core/formats/write/dicomMapImages.ts';
import type { DicomMap, DicomMapHeader } from '../../src/core/formats/write/dicomMaps.ts';
import { writeDicomParametricMap } from '../../src/core/formats/write/dicomParametricMap.ts';
import { UNKNOWN_PATIENT } from '../../src/core/domain/mrsDataset.ts';
import type { MapObjectKind, MappedAnalysis } from '../../src/node/files/mapDicom.ts';
import { ratioMapObjects } from '../../src/node/files/mapDicom.ts';
import type { DemoAnalysis } from '../fixtures/demoReports.ts';
import { analysedDemo, DICOM_HEADER } from '../fixtures/demoReports.ts';
import { dicomElements } from '../fixtures/dicomElements.ts';
import { dciodvfy, dcmdump, needsPeer } from '../fixtures/dicomPeers.ts';

/** Oblique edges of 12, 10 and 15 mm, right-handed in patient coordinates as images are. */
const OBLIQUE: Affine = (() => {
  const [a, b] = [0.3, -0.2];
  const [ca, sa, cb, sb] = [Math.cos(a), Math.sin(a), Math.cos(b), Math.sin(b)];
  const r = [ca, -sa * cb, sa * sb, sa, ca * cb, -ca * sb, 0, sb, cb];
  const rows = [0, 1, 2].map((i) => [12, 10, 15].map((size, j) => (r[3 * i + j] as number) * size));
  return [...(rows[0] as number[]), -60.5, ...(rows[1] as number[]), -33.25, ...(rows[2] as number[]), 41, 0, 0, 0, 1];
})();

const GRID = [5, 4, 3] as const;
const COUNT = 60;

/** Every value another one, so that no two voxels can be taken for each other; every seventh is missing. */
function mapOf(valueAt: (voxel: number) => number, affine: Affine | null = OBLIQUE): DicomMap {
  const values = Float64Array.from({ length: COUNT }, (_, i) => (i % 7 === 3 ? NaN : valueAt(i)));
  return {
    ...{ values, grid: GRID, affine, quantity: ratioConcept('tNAA', 'tCr'), unit: UNITS.ratio },
    ...{ title: 'tNAA/tCr ratio, NLLS', derivation: 'Ratio of amplitudes.' },
  };
}

const HEADER: DicomMapHeader = {
  patient: { ...UNKNOWN_PATIENT, name: 'Test^Map', id: 'M-1' },
  ...{ patientNameGroups: null, patientIdIssuer: null, studyInstanceUid: '1.2.3', studyDate: '2026-01-01T09:30:00' },
  ...{ studyId: 'S', accessionNumber: null, studyDescription: null, referringPhysicianName: null },
  ...{ institutionName: null, frameOfReferenceUid: '1.2.3.9', sources: [], region: 'Brain', patientPosition: 'HFS' },
  ...{ createdAt: '2026-01-02T10:00:00', software: ['Lineshape', '0.1.0'], seriesNumber: 9820 },
  ...{ seriesInstanceUid: '1.2.3.4', dimensionOrganizationUid: '1.2.3.6', sopInstanceUid: (f) => `1.2.3.5.${f + 1}` },
};

const filesOf = (images: readonly Uint8Array[]) => images.map((bytes, i) => ({ name: `${i}.dcm`, bytes }));
const at = (affine: Affine, p: readonly number[]): number[] =>
  [0, 4, 8].map((r) => [0, 1, 2].reduce((s, c) => s + (affine[r + c] as number) * (p[c] as number), affine[r + 3] as number)); // prettier-ignore

interface Placed {
  readonly mm: readonly number[];
  readonly value: number;
}

/** Every pixel of a series of images with its place. */
function placedPixels(images: readonly Uint8Array[]): Placed[] {
  const files = filesOf(images);
  const { affine, matrix } = describeImageSeries(files, 'map');
  const nifti = imageSeriesNifti(files, 'map');
  const view = new DataView(nifti.buffer, nifti.byteOffset, nifti.byteLength);
  const [type, slope, intercept] = [view.getInt16(70, true), view.getFloat32(112, true), view.getFloat32(116, true)];
  const [nx, ny, nz] = matrix;
  return Array.from({ length: nx * ny * nz }, (_, i) => {
    const stored = type === 16 ? view.getFloat32(352 + 4 * i, true) : view.getInt16(352 + 2 * i, true);
    const voxel = [i % nx, Math.floor(i / nx) % ny, Math.floor(i / (nx * ny))];
    return { mm: at(affine, voxel), value: stored * slope + intercept };
  });
}

/** The pixel within 0.01 mm of a voxel's centre. */
function pixelAt(pixels: readonly Placed[], mm: readonly number[]): number {
  const found = pixels.filter((p) => Math.hypot(...p.mm.map((v, i) => v - (mm[i] as number))) < 0.01);
  expect(found).toHaveLength(1);
  return (found[0] as Placed).value;
}

const voxelOf = (i: number): number[] => [Math.floor(i / 12), Math.floor(i / 3) % 4, i % 3];

describe('a map as MR images', () => {
  it.each([
    ['above zero', (i: number) => 0.5 + i / 40],
    ['of both signs', (i: number) => i / 10 - 2],
    ['of one value', () => 1.25],
  ])('is read back in its place within 0.01 mm, within a step of 16 bits: values %s', (_what, valueAt) => {
    const map = mapOf(valueAt);
    const images = writeDicomMapImages(map, HEADER);
    expect(images.map((bytes) => dicomKind(bytes))).toEqual(['mr-image', 'mr-image', 'mr-image']);
    const pixels = placedPixels(images);
    const { slope } = storedScaling(map);
    expect(pixels).toHaveLength(COUNT);
    for (let i = 0; i < COUNT; i++) {
      const value = map.values[i] as number;
      const read = pixelAt(pixels, at(OBLIQUE, voxelOf(i)));
      // Single precision of the viewer's volume comes on top of half a step.
      if (!Number.isNaN(value)) expect(Math.abs(read - value)).toBeLessThan(0.51 * slope + 1e-6);
    }
  });

  it('tells what has no value by its padding value, which nothing else has', () => {
    const map = mapOf((i) => 0.01 + i);
    const missing = map.values.filter(Number.isNaN).length;
    const stored = writeDicomMapImages(map, HEADER).flatMap((bytes) => {
      const read = dicomElements(bytes);
      expect(read.number('x00280120')).toBe(0);
      const pixels = read.bytes('x7fe00010');
      return [...new Uint16Array(pixels.buffer, pixels.byteOffset, pixels.length / 2)];
    });
    expect(stored.filter((v) => v === 0)).toHaveLength(missing);
    expect(Math.max(...stored)).toBe(65535);
  });

  it('says unit, quantity and scaling as real world values', (context) => {
    needsPeer(context, 'dcmdump');
    const map = mapOf((i) => 1 + i);
    const text = dcmdump(writeDicomMapImages(map, HEADER)[1] as Uint8Array);
    expect(text).toMatch(/\[\{ratio\}\s*\][^]*CodeValue[^]*\[113082/);
    expect(text).toContain('[tNAA/tCr ratio, NLLS]');
    expect(text).toContain(`[DERIVED\\SECONDARY\\OTHER]`);
    expect(text).toMatch(/0040,9225\) FD [\d.e-]+/);
    expect(text).toContain('[1.2.3.9]');
  });

  it('passes dciodvfy', (context) => {
    needsPeer(context, 'dciodvfy');
    for (const bytes of writeDicomMapImages(
      mapOf((i) => i - 5),
      HEADER,
    )) {
      const { errors, warnings } = dciodvfy(bytes);
      expect(errors).toEqual([]);
      // A rescale is beside the standard's attributes of MR images, which a Standard Extended SOP Class may have (PS3.2, 3.11.7).
      expect(warnings.filter((line) => !/Rescale|Standard Extended/.test(line))).toEqual([]);
    }
  });
});

describe('a map as Parametric Map', () => {
  const map = mapOf((i) => 0.5 + i / 40);

  it('has all slices as frames of floats, in their places', () => {
    const file = parseDicom(writeDicomParametricMap(map, HEADER), 'map.dcm');
    const floats = file.dataset.floats(TAG.floatPixelData);
    expect(floats?.count).toBe(COUNT);
    expect(file.dataset.number(TAG.numberOfFrames)).toBe(3);
    const padding = file.dataset.number(TAG.floatPixelPaddingValue);
    const spacing = functionalGroup(file, TAG.pixelMeasuresSequence)?.vector(TAG.pixelSpacing, 2) as [number, number];
    const cosines = functionalGroup(file, TAG.planeOrientationSequence)?.vector(TAG.imageOrientationPatient, 6) as number[]; // prettier-ignore
    for (let i = 0; i < COUNT; i++) {
      const [x, y, z] = voxelOf(i) as [number, number, number];
      const value = map.values[i] as number;
      expect(floats?.at((z * 4 + y) * 5 + x)).toBe(Number.isNaN(value) ? padding : Math.fround(value));
      const corner = functionalGroup(file, TAG.planePositionSequence, z)?.vector(TAG.imagePositionPatient, 3) as number[]; // prettier-ignore
      const lps = corner.map((v, c) => v + (cosines[c] as number) * spacing[1] * x + (cosines[3 + c] as number) * spacing[0] * y); // prettier-ignore
      const ras = [-(lps[0] as number), -(lps[1] as number), lps[2] as number];
      expect(Math.hypot(...ras.map((v, c) => v - (at(OBLIQUE, [x, y, z])[c] as number)))).toBeLessThan(0.01);
    }
  });

  it.each([
    ['above zero', (i: number) => 1 + i, 0],
    ['of both signs', (i: number) => i - 2, Math.fround(-3.4028234663852886e38)],
  ])('pads with what no value is: values %s', (_what, valueAt, padding) => {
    const { dataset } = parseDicom(writeDicomParametricMap(mapOf(valueAt), HEADER), 'map.dcm');
    expect(dataset.number(TAG.floatPixelPaddingValue)).toBe(padding);
  });

  it('passes dciodvfy, and dcmtk reads it', (context) => {
    needsPeer(context, 'dciodvfy');
    const bytes = writeDicomParametricMap(map, HEADER);
    const { errors, warnings } = dciodvfy(bytes);
    expect(errors).toEqual([]);
    // Of 2022: QUANTITY is a defined term of Image Type Value 4 (PS3.3, table C.8-133, which C.8.32.2 refers to).
    expect(warnings.filter((line) => !line.includes('<QUANTITY>'))).toEqual([]);
    needsPeer(context, 'dcmdump');
    expect(dcmdump(bytes)).toContain('ParametricMapStorage');
  });
});

describe('a map of which something is missing', () => {
  const writers = [writeDicomMapImages, writeDicomParametricMap] as const;

  it('is refused without a place, and with a sheared one', () => {
    for (const write of writers) {
      expect(() =>
        write(
          mapOf((i) => i, null),
          HEADER,
        ),
      ).toThrow('must say where the voxel lies');
      const sheared = [1, 0.5, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1];
      expect(() =>
        write(
          mapOf((i) => i, sheared),
          HEADER,
        ),
      ).toThrow('sheared');
    }
  });

  it('without any value is all padding', () => {
    const none = mapOf(() => NaN);
    const [image] = writeDicomMapImages(none, HEADER);
    expect(
      dicomElements(image as Uint8Array)
        .bytes('x7fe00010')
        .every((b) => b === 0),
    ).toBe(true);
    const { dataset } = parseDicom(writeDicomParametricMap(none, HEADER), 'map.dcm');
    expect(dataset.floats(TAG.floatPixelData)?.at(7)).toBe(dataset.number(TAG.floatPixelPaddingValue));
  });
});

describe('the demo grid’s ratio maps', () => {
  let demo: DemoAnalysis;
  let analysis: MappedAnalysis;
  const kinds: readonly MapObjectKind[] = ['image', 'parametricMap'];

  beforeAll(async () => {
    demo = await analysedDemo('mrsi', [84, 85, 100, 101, 119, 120, 135, 136]);
    analysis = {
      scan: { ...demo.dataset, header: { ...demo.dataset.header, ...DICOM_HEADER } },
      ...{ voxels: demo.outcome.voxels, patient: demo.dataset.patient, studyId: 's', region: 'Brain' },
      ...{ inputSha256: 'aa', analysedAt: '2026-01-01T10:00:05Z', software: ['Lineshape', '0.1.0'] },
    };
  }, 120_000);

  it('are of the scan’s study, patient and frame of reference, one series a map, named by ratio and method', () => {
    for (const kind of kinds) {
      const objects = ratioMapObjects(analysis, kind);
      expect(objects.map(({ name }) => name)).toEqual(expect.arrayContaining(['tNAA', 'tCho', 'Glx', 'mI']));
      expect(objects.map(({ name }) => name)).not.toContain('tCr');
      const read = objects.map(({ files }) => dicomElements(files[0] as Uint8Array));
      expect(new Set(read.map((one) => one.text('x0020000e'))).size).toBe(objects.length);
      expect(read[0]?.text('x0008103e')).toBe(objects[0]?.title);
      expect(objects[0]?.title).toMatch(/^\S+\/tCr ratio, NLLS$/);
      for (const one of read) {
        expect(one.text('x0020000d')).toBe('1.2.826.0.1.3680043.9.1');
        expect(one.text('x00200052')).toBe('1.2.826.0.1.3680043.9.1.7');
        expect([one.text('x00080050'), one.text('x00200010')]).toEqual(['ACC-42', 'STUDY-7']);
        expect(one.itemText('x00420013', 'x00081155')).toBe('1.2.826.0.1.3680043.9.1.2.3');
      }
    }
  });

  it('hold the ratios of the results, and padding where the report determines none', () => {
    const [object] = ratioMapObjects(analysis, 'parametricMap', ['tNAA']);
    const { dataset } = parseDicom(object?.files[0] as Uint8Array, 'map.dcm');
    const floats = dataset.floats(TAG.floatPixelData);
    let determined = 0;
    for (let voxel = 0; voxel < 256; voxel++) {
      const found = demo.outcome.voxels.find((v) => v.voxel === voxel)?.result.combined.find((e) => e.name === 'tNAA');
      const isDetermined = found !== undefined && (found.crlbPercent ?? 100) <= 50;
      const expected = isDetermined ? Math.fround(found.ratioToTCr as number) : 0;
      expect(floats?.at((voxel % 16) * 16 + Math.floor(voxel / 16)), String(voxel)).toBe(expected);
      determined += Number(isDetermined);
    }
    expect(determined).toBeGreaterThan(4);
  });

  it('are the same objects each time, others for another result', () => {
    for (const kind of kinds) {
      const [first, again] = [0, 1].map(() => ratioMapObjects(analysis, kind, ['tNAA'])[0]?.files);
      expect(again).toEqual(first);
      const fewer = { ...analysis, voxels: analysis.voxels.slice(1) };
      const uidOf = (files: readonly Uint8Array[] | undefined) =>
        dicomElements(files?.[0] as Uint8Array).text('x00080018');
      expect(uidOf(ratioMapObjects(fewer, kind, ['tNAA'])[0]?.files)).not.toBe(uidOf(first));
    }
  });

  it('pass dciodvfy', (context) => {
    needsPeer(context, 'dciodvfy');
    for (const kind of kinds) {
      const [object] = ratioMapObjects(analysis, kind, ['tCho']);
      expect(dciodvfy(object?.files[0] as Uint8Array).errors).toEqual([]);
    }
  });

  it('of a single voxel are none', () => {
    const data = { re: new Float64Array(4), im: new Float64Array(4), shape: [1, 1, 1, 4] };
    expect(ratioMapObjects({ ...analysis, scan: { ...analysis.scan, data } }, 'image')).toEqual([]);
  });
});
