// GE P-files of revision 9 against spec2nii 0.8.15 (`spec2nii ge FILE`, its two faults on revision 9 mended: a comparison
// of bytes with text, and the fixed data offset 61464 where the header has none). Numbers stored from one run.
import { describe, expect, it } from 'vitest';
import type { MrsDataset } from '../../src/core/domain/mrsDataset.ts';
import { isPfile, readPfile } from '../../src/core/formats/ge/index.ts';
import { dataAvailable, realFile } from '../fixtures/realData.ts';

interface Reference {
  readonly transients: number;
  readonly first: readonly (readonly [number, number])[];
  readonly lastFrame: readonly [number, number];
  readonly last: readonly [number, number];
  readonly sum: readonly [number, number];
  readonly energy: number;
}

interface ScanReference {
  readonly name: string;
  readonly affine: readonly number[];
  readonly metabolite: Reference;
  readonly water: Reference;
}

const SCANS: readonly ScanReference[] = [
  {
    name: 'P1802_1.5T_030_2000.7',
    affine: [
      -40.04204177856445, 0, 0, 4.680388450622559, 0, -39.94925308227539, 0, 27.266183853149414, 0, 0, -40,
      -0.10825176537036896, 0, 0, 0, 1,
    ], // prettier-ignore
    metabolite: {
      transients: 16,
      first: [[-9212188, -11498200], [-8237078, -11773316]], // prettier-ignore
      lastFrame: [-9144975, -11586484],
      last: [46856, -15020],
      sum: [-5839122486, -9757125343],
      energy: 1.17325343570239e17,
    },
    water: {
      transients: 8,
      first: [[-283005856, -387568544], [-279358496, -388879072]], // prettier-ignore
      lastFrame: [-285274720, -386447200],
      last: [392025, 73677],
      sum: [-151840276878, -550985723467],
      energy: 1.9525971911782233e20,
    },
  },
  {
    name: 'P1751_1.5T_030_2000.7',
    affine: [
      -39.98018264770508, 0, 0, 5.268041133880615, 0, -39.98018264770508, 0, 27.343505859375, 0, 0, -40, 0, 0, 0, 0, 1,
    ], // prettier-ignore
    metabolite: {
      transients: 16,
      first: [[-13522366, -4456383], [-12971137, -5248588]], // prettier-ignore
      lastFrame: [-13625600, -4425936],
      last: [-6818, -7475],
      sum: [-11528321106, -3223166408],
      energy: 1.0920098804085517e17,
    },
    water: {
      transients: 8,
      first: [[-446954656, -165441888], [-445178400, -167341024]], // prettier-ignore
      lastFrame: [-448542752, -161923008],
      last: [289341, 95774],
      sum: [-511139014489, -236514868178],
      energy: 1.8351988985170828e20,
    },
  },
];

/** The converter stores float32, so single samples agree to 6e-8, sums of 32 768 of them to 1e-6. */
const TOLERANCE = 1e-6;
const close = (found: number | undefined, expected: number, scale: number): void =>
  expect(Math.abs((found ?? NaN) - expected) / Math.abs(scale)).toBeLessThan(TOLERANCE);

function compare({ data }: MrsDataset, reference: Reference): void {
  const points = 2048;
  expect(data.shape).toEqual([1, 1, 1, reference.transients, points]);
  const pair = (at: number, [re, im]: readonly [number, number]): void => {
    close(data.re[at], re, re);
    close(data.im[at], im, im);
  };
  reference.first.forEach((value, t) => pair(t, value));
  pair((reference.transients - 1) * points, reference.lastFrame);
  pair(reference.transients * points - 1, reference.last);
  const [sumRe, sumIm] = [data.re, data.im].map((v) => [...v].reduce((s, x) => s + x, 0)) as [number, number];
  close(sumRe, reference.sum[0], Math.hypot(...reference.sum));
  close(sumIm, reference.sum[1], Math.hypot(...reference.sum));
  const energy = [...data.re].reduce((s, re, i) => s + re ** 2 + (data.im[i] as number) ** 2, 0);
  close(energy, reference.energy, reference.energy);
}

describe.skipIf(!dataAvailable)('GE P-files against spec2nii (needs shared/data)', () => {
  it.each(SCANS)('$name', ({ name, affine, metabolite, water }) => {
    const { bytes } = realFile(`tarquin/data/ge/${name}`);
    expect(isPfile(bytes)).toBe(true);
    const scan = readPfile(bytes, name);
    compare(scan.dataset, metabolite);
    compare(scan.water as MrsDataset, water);
    for (const dataset of [scan.dataset, scan.water as MrsDataset]) {
      // mm; the required tolerance is 1e-3.
      dataset.affine?.forEach((v, i) => expect(Math.abs(v - (affine[i] as number))).toBeLessThan(1e-9));
      expect(dataset.dwellTimeS).toBe(0.0004);
      expect(dataset.spectrometerFrequencyMHz).toBe(63.872622);
      expect(dataset.nucleus).toBe('1H');
      expect(dataset.acquisition).toMatchObject({ echoTimeS: 0.03, repetitionTimeS: 2, sequence: 'probe-p' });
      expect(dataset.header).toMatchObject({ ExcitationFlipAngle: 90, RxCoil: 'HEAD', SoftwareVersions: '11' });
      expect(dataset.warnings).toEqual([]);
    }
  });
});
