// GE's spectroscopy in DICOM: postage-stamp images and P-files inside raw-data objects, on files made here.
import { zlibSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../src/core/domain/errors.ts';
import type { MrsDataset } from '../../src/core/domain/mrsDataset.ts';
import { dicomKind, readDicomMrs, readDicomSeries } from '../../src/core/formats/dicom/index.ts';
import { readPfile } from '../../src/core/formats/ge/index.ts';
import { groupDicom } from '../../src/core/formats/groupDicom.ts';
import { readScan } from '../../src/core/formats/index.ts';
import type { Dcm } from '../fixtures/dicomBytes.ts';
import { BIG_ENDIAN, dicomBytes, EXPLICIT, IMPLICIT } from '../fixtures/dicomBytes.ts';
import type { StampScan } from '../fixtures/dicomGe.ts';
import {
  rawDataElements,
  STAMP_BAND_HZ,
  STAMP_POINTS,
  stampElements,
  storedFile,
  storedParts,
} from '../fixtures/dicomGe.ts';
import { pfileBytes } from '../fixtures/pfileBytes.ts';

function thrown(run: () => unknown): AppError {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(AppError);
    return error as AppError;
  }
  throw new Error('expected an error');
}

const codes = (dataset: MrsDataset): string[] => dataset.warnings.map((w) => w.code);

/** Lorentzian lines: frequency within the band, high ppm first, differs by voxel and slice; decays in 60 ms. */
function line(part: 're' | 'im', x: number, y: number, slice: number, s: number): number {
  const at = 60 + 20 * x + 35 * y + 9 * slice;
  const angular = (2 * Math.PI * (s - at) * STAMP_BAND_HZ) / STAMP_POINTS;
  const [rate, amplitude] = [1 / 0.06, 60_000 * (1 + x + 2 * y)];
  const size = rate * rate + angular * angular;
  return part === 're' ? (amplitude * rate) / size : (-amplitude * angular) / size;
}

const SCAN: Omit<StampScan, 'slice' | 'part' | 'instance'> = { columns: 3, rows: 2, stamp: [4, 5], value: line };

interface Series {
  readonly scan?: Partial<StampScan>;
  readonly slices?: number;
  readonly transferSyntax?: string;
  /** From one slice to the next. [mm] */
  readonly step?: readonly [number, number, number];
}

function series({ scan = {}, slices = 2, transferSyntax = EXPLICIT, step = [0, 0, 10] }: Series = {}) {
  const files = Array.from({ length: 2 * slices }, (_, i) => {
    const slice = Math.floor(i / 2);
    const position = [-40, -30, 20].map((v, axis) => v + slice * (step[axis] as number)) as [number, number, number];
    const bigEndian = transferSyntax === BIG_ENDIAN;
    const all: StampScan = {
      ...SCAN,
      slice,
      part: i % 2 === 0 ? 're' : 'im',
      instance: i + 1,
      position,
      bigEndian,
      ...scan,
    };
    return { name: `${i}.dcm`, bytes: dicomBytes(stampElements(all), { transferSyntax }) };
  });
  return files.reverse(); // the order of the files must not matter
}

function one(files: readonly { name: string; bytes: Uint8Array }[]): MrsDataset {
  const scans = readDicomSeries(files);
  expect(scans).toHaveLength(1);
  return (scans[0] as { dataset: MrsDataset }).dataset;
}

/** Value of a voxel's spectrum at a frequency, by the sum that defines the transform. */
function spectrumAt(dataset: MrsDataset, voxel: readonly number[], hz: number): [number, number] {
  const [, ny, nz, points] = dataset.data.shape as [number, number, number, number];
  const start = (((voxel[0] as number) * ny + (voxel[1] as number)) * nz + (voxel[2] as number)) * points;
  let [re, im] = [0, 0];
  for (let n = 0; n < points; n++) {
    const angle = -2 * Math.PI * hz * n * dataset.dwellTimeS;
    const [a, b] = [dataset.data.re[start + n] as number, dataset.data.im[start + n] as number];
    re += a * Math.cos(angle) - b * Math.sin(angle);
    im += a * Math.sin(angle) + b * Math.cos(angle);
  }
  return [re, im];
}

/** Frequency of stamp s from water at 4.65 ppm: 250 Hz about 2.3 ppm. [Hz] */
const stampHz = (s: number): number => ((s - 128) * 250) / 256 + (4.65 - 2.3) * 63.86;

describe('GE postage stamps', () => {
  it('puts every stamp at its voxel and its frequency', () => {
    const dataset = one(series());
    expect(dataset.data.shape).toEqual([3, 2, 2, 1024]);
    expect(dataset.dwellTimeS).toBeCloseTo(0.001, 12);
    expect(dataset.spectrometerFrequencyMHz).toBe(63.86);
    for (const [x, y, z] of [
      [0, 0, 0],
      [2, 0, 0],
      [0, 1, 0],
      [1, 1, 1],
    ] as const) {
      for (const s of [0, 1, 15, 16, 95, 100, 255]) {
        const [re, im] = spectrumAt(dataset, [x, y, z], stampHz(s));
        // Exact but for rounding, the pixels being integers.
        expect(re).toBeCloseTo(Math.round(line('re', x, y, z, s)), 6);
        expect(im).toBeCloseTo(Math.round(line('im', x, y, z, s)), 6);
      }
    }
    expect(dataset.acquisition).toMatchObject({ echoTimeS: 0.144, repetitionTimeS: 1.5 });
    expect(codes(dataset)).toEqual(['format-unverified', 'reconstructed-data', 'geometry-unverified']);
  });

  it('gives lines their shifts: stamps run toward lower ppm', () => {
    const dataset = one(series());
    // Voxel (1, 1) of the second slice has its line at stamp 124.
    const [, peak] = [stampHz(124), spectrumAt(dataset, [1, 1, 1], stampHz(124))[0]];
    expect(4.65 - stampHz(124) / 63.86).toBeCloseTo(2.361, 3);
    for (const s of [116, 120, 128, 132]) expect(spectrumAt(dataset, [1, 1, 1], stampHz(s))[0]).toBeLessThan(peak);
  });

  it('takes the sign of the imaginary images that makes the signals decay', () => {
    const conjugated = series({ scan: { value: (part, ...rest) => (part === 'im' ? -1 : 1) * line(part, ...rest) } });
    const [plain, turned] = [one(series()), one(conjugated)];
    const largest = Math.max(...plain.data.re.map(Math.abs));
    for (const key of ['re', 'im'] as const) {
      plain.data[key].forEach((v, i) => {
        if (Math.abs(v - (turned.data[key][i] as number)) > 1e-9 * largest) throw new Error(`differs at ${i}`);
      });
    }
    const real = series({ scan: { value: (part, ...rest) => (part === 'im' ? 0 : line(part, ...rest)) } });
    expect(codes(one(real))).toContain('sign-assumed');
  });

  it.each([IMPLICIT, BIG_ENDIAN])('reads transfer syntax %s alike', (transferSyntax) => {
    expect(one(series({ transferSyntax })).data.re).toEqual(one(series()).data.re);
  });

  it('follows GE’s labels of real and imaginary before the instance numbers', () => {
    const label = (part: 're' | 'im'): Dcm[] => [
      [0x43, 0x10, 'LO', 'GEMS_PARM_01'],
      [0x43, 0x102f, 'SS', part === 're' ? 2 : 3],
    ];
    const image = (part: 're' | 'im', instance: number): { name: string; bytes: Uint8Array } => ({
      name: `${instance}`,
      bytes: dicomBytes(stampElements({ ...SCAN, slice: 0, part, instance, more: label(part) })),
    });
    expect(one([image('im', 1), image('re', 2)]).data.re).toEqual(one([image('re', 1), image('im', 2)]).data.re);
  });

  it('places the grid as SIVIC does, slices along the normal whatever their order', () => {
    // Voxels of 120 mm / 3 × 120 mm / 2; LPS (−40, −30, 20) is RAS (40, 30, 20).
    const expected = [-40, 0, 0, 40, 0, -60, 0, 30, 0, 0, 10, 20, 0, 0, 0, 1];
    one(series()).affine?.forEach((v, i) => expect(v).toBeCloseTo(expected[i] as number, 9));
    const downward = one(series({ step: [0, 0, -10] }));
    expect(downward.affine?.[11]).toBeCloseTo(10, 9);
    expect(spectrumAt(downward, [0, 0, 1], stampHz(60))[0]).toBeCloseTo(Math.round(line('re', 0, 0, 0, 60)), 6);
    expect(one(series({ scan: { without: ['24,4352'] } })).affine).toBeNull();
    const third = (part: 're' | 'im', instance: number): { name: string; bytes: Uint8Array } => ({
      name: `${instance}`,
      bytes: dicomBytes(stampElements({ ...SCAN, slice: 2, part, instance, position: [-40, -30, 55] })),
    });
    const uneven = one([...series(), third('re', 5), third('im', 6)]);
    expect([uneven.affine, uneven.data.shape]).toEqual([null, [3, 2, 3, 1024]]);
    expect(codes(uneven)).toContain('geometry-missing');
  });

  it('gives the selected box from user data 8 to 13', () => {
    const more = [70, 110, 13, 5, -6, 7].map((v, i): Dcm => [0x19, 0x10af + i, 'DS', String(v)]);
    const voi = one(series({ scan: { more: [[0x19, 0x10, 'LO', 'GEMS_ACQU_01'], ...more] } })).header['VOI'];
    expect(voi).toEqual([[-70, 0, 0, 5], [-0, -110, 0, -6], [0, 0, 13, 7], [0, 0, 0, 1]].map((row) => row.map((v) => expect.closeTo(v, 9)))); // prettier-ignore
  });

  it('is grouped as one scan by its content, with duplicates read once', () => {
    const files = series().map(({ name, bytes }) => ({ name, bytes, path: name }));
    const [group, ...others] = groupDicom([...files, { ...(files[0] as (typeof files)[0]), path: 'copy' }]);
    expect(others).toEqual([]);
    expect([group?.kind, group?.format, group?.files.length]).toEqual(['scan', 'dicom', 4]);
    expect(readScan(files).dataset.data.shape).toEqual([3, 2, 2, 1024]);
  });

  it('tells stamps, pictures of spectra and images apart', () => {
    const kind = (scan: Partial<StampScan>): string =>
      dicomKind(dicomBytes(stampElements({ ...SCAN, slice: 0, part: 're', instance: 1, ...scan })));
    expect(kind({})).toBe('spectroscopy');
    expect(kind({ nucleus: '1H' })).toBe('mr-image');
    expect(kind({ nucleus: '1H', more: [[0x19, 0x10, 'LO', 'GEMS_ACQU_01'], [0x19, 0x109c, 'LO', 'PROBE-P']] })).toBe('spectroscopy'); // prettier-ignore
    expect(kind({ more: [[0x18, 0x1310, 'US', [0, 1, 1, 0]]] })).toBe('screenshot');
    expect(kind({ more: [[0x18, 0x1310, 'US', [0, 5, 2, 0]]] })).toBe('screenshot');
    expect(kind({ more: [[8, 0x70, 'LO', 'SIEMENS']] })).toBe('mr-image');
  });

  it('is refused in words where it is incomplete, cut, absurd or of an unknown frequency scale', () => {
    const [lonely] = series() as [{ name: string; bytes: Uint8Array }];
    const single = thrown(() => readDicomMrs(lonely.bytes, 'a.dcm'));
    expect([single.code, single.message]).toEqual([
      'UNSUPPORTED',
      'a.dcm is one of 1 GE spectroscopy images without a real and an imaginary image for each slice; give the whole series, or export the P-file (.7).',
    ]);
    const cut = series().map(({ name, bytes }) => ({ name, bytes: bytes.subarray(0, bytes.length - 64) }));
    expect(thrown(() => readDicomSeries(cut)).code).toBe('FILE_TRUNCATED');
    const short = series({ scan: { more: [[0x28, 0x10, 'US', 160]] } });
    expect(thrown(() => readDicomSeries(short)).message).toMatch(/bytes of its pixel data are missing/);
    const absurd = series({ scan: { more: [[0x28, 0x10, 'US', 65_520], [0x28, 0x11, 'US', 65_520], [0x18, 0x1310, 'US', [0, 4000, 4000, 0]]] } }); // prettier-ignore
    expect(thrown(() => readDicomSeries(absurd)).code).toBe('DIMENSIONS_ABSURD');
    const threeTesla = series({ scan: { more: [[0x18, 0x84, 'DS', '127.7']] } });
    expect(thrown(() => readDicomSeries(threeTesla)).message).toMatch(/export the P-file/);
    const otherBand = (width: string): Dcm[] => [[0x19, 0x10, 'LO', 'GEMS_ACQU_01'], [0x19, 0x10a7, 'DS', width], [0x19, 0x10a8, 'DS', '1024']]; // prettier-ignore
    expect(thrown(() => one(series({ scan: { more: otherBand('5000') } }))).code).toBe('UNSUPPORTED');
    expect(one(series({ scan: { more: otherBand('2000') } })).data.shape).toEqual([3, 2, 2, 1024]);
    const mixed = [...series(), ...series({ scan: { columns: 2, instance: 9 }, slices: 1 })];
    expect(thrown(() => readDicomSeries(mixed)).code).toBe('FORMAT_INVALID');
  });
});

describe('P-files inside DICOM', () => {
  const pfile = pfileBytes({ revision: 9, coils: 2 });
  const plain = readPfile(pfile, 'a.dcm');
  const expectSame = (elements: readonly Dcm[], transferSyntax = EXPLICIT): void => {
    const { dataset, water } = readDicomMrs(dicomBytes(elements, { transferSyntax }), 'a.dcm');
    expect([dataset.data, dataset.affine, dataset.format]).toEqual([
      plain.dataset.data,
      plain.dataset.affine,
      'ge-pfile',
    ]);
    expect(water?.data).toEqual(plain.water?.data);
    expect(dataset.header['SeriesInstanceUID']).toMatchObject({ Value: '1.2.3.88' });
  };
  const halves = [pfile.subarray(0, 40_000), pfile.subarray(40_000)] as const;

  it('is read as the P-file alone, whole or in parts, compressed or not', () => {
    expectSame(rawDataElements([storedFile(pfile)]));
    expectSame(rawDataElements([storedFile(pfile)]), IMPLICIT);
    expectSame(
      rawDataElements([
        storedParts(
          halves.map((half) => [half, null]),
          pfile.length,
        ),
      ]),
    );
    // SIVIC pads compressed parts with the character 0.
    const packed = halves.map((half): [Uint8Array, number] => {
      const bytes = zlibSync(half);
      const padded = new Uint8Array((bytes.length + 3) & ~3).fill(0x30);
      padded.set(bytes);
      return [padded, half.length];
    });
    expectSame(rawDataElements([storedParts(packed, pfile.length)]));
  });

  it('turns the words of big-endian files back', () => {
    const words = pfile.slice();
    for (let at = 0; at < words.length; at += 4) words.subarray(at, at + 4).reverse();
    expectSame(rawDataElements([storedFile(words)]), BIG_ENDIAN);
  });

  it('finds the P-file among the files stored with it', () => {
    expectSame(rawDataElements([storedFile(new Uint8Array(8), 'Associated File'), storedFile(pfile)]));
  });

  it('keeps the scans of one series apart', () => {
    const second = rawDataElements([storedFile(pfile)]).map((e): Dcm => (e[1] === 0x18 && e[0] === 8 ? [8, 0x18, 'UI', '1.2.3.88.2'] : e)); // prettier-ignore
    const files = [rawDataElements([storedFile(pfile)]), second].map((e, i) => ({
      name: `${i}`,
      bytes: dicomBytes(e),
    }));
    expect(readDicomSeries(files)).toHaveLength(2);
    expect(groupDicom(files).map((g) => g.kind)).toEqual(['scan', 'scan']);
  });

  it('is refused in words where it is cut, absurd or something else', () => {
    const error = (items: Dcm[][], more: Dcm[] = []): AppError =>
      thrown(() => readDicomMrs(dicomBytes(rawDataElements(items, more)), 'a.dcm'));
    expect(error([storedFile(pfile, 'GE PFile', pfile.length + 4)]).code).toBe('FILE_TRUNCATED');
    expect(error([storedParts([[zlibSync(pfile), 2 ** 40]], pfile.length)]).code).toBe('DIMENSIONS_ABSURD');
    expect(error([storedParts([[zlibSync(pfile), pfile.length - 4]], 10)]).code).toBe('FORMAT_INVALID');
    expect(error([storedParts([[new Uint8Array(8).fill(7), 100]], 100)]).code).toBe('FORMAT_INVALID');
    const other = error([storedFile(new Uint8Array(64))]);
    expect(other.message).toBe('a.dcm is DICOM raw data that hold no GE P-file this program can read; give the P-file (.7) itself.'); // prettier-ignore
    const small = new Uint8Array(200_000);
    expect(error([storedParts([[small, 1.5e8]], 1.5e8)]).code).toBe('DIMENSIONS_ABSURD');
    const many = Array.from({ length: 6 }, (): [Uint8Array, number] => [small, 99_000_000]);
    expect(error([storedParts(many, 5.9e8)]).code).toBe('DIMENSIONS_ABSURD');
  });

  it('names what to export in place of the vendors’ own raw data', () => {
    const own = (manufacturer: string): Uint8Array =>
      dicomBytes([
        [8, 0x16, 'UI', '1.2.840.10008.5.1.4.1.1.66'],
        [8, 0x18, 'UI', '1.2.3.89'],
        [8, 0x70, 'LO', manufacturer],
        [0x20, 0x0e, 'UI', '1.2.3.89'],
      ]);
    const ge = 'a.dcm holds the vendor\'s raw data in DICOM, whose layout isn\'t public; export the P-file (.7) or MR Spectroscopy DICOM instead.'; // prettier-ignore
    expect(thrown(() => readDicomMrs(own('GE MEDICAL SYSTEMS'), 'a.dcm')).message).toBe(ge);
    const [group] = groupDicom([{ name: 'a.dcm', bytes: own('GE MEDICAL SYSTEMS') }]);
    expect([group?.kind, group?.error?.message]).toEqual(['refused', ge]);
    expect(thrown(() => readDicomMrs(own('Philips'), 'a.dcm')).message).toMatch(/SPAR\/SDAT/);
    expect(thrown(() => readDicomMrs(own('SIEMENS'), 'a.dcm')).message).toMatch(/twix/);
  });
});
