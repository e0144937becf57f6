// Philips MRSI in DICOM, on files made here: the same scan as SPAR/SDAT, enhanced and classic DICOM lands at the same place
// in the same order.
import { describe, expect, it } from 'vitest';
import { AppError } from '../../src/core/domain/errors.ts';
import type { MrsDataset } from '../../src/core/domain/mrsDataset.ts';
import { readDicomMrs } from '../../src/core/formats/dicom/index.ts';
import { readPhilipsSdat } from '../../src/core/formats/philipsSdat.ts';
import type { Dcm } from '../fixtures/dicomBytes.ts';
import { BIG_ENDIAN, dicomBytes, enhancedElements, EXPLICIT, fidSamples, IMPLICIT } from '../fixtures/dicomBytes.ts';
import type { PhilipsStackSpec } from '../fixtures/dicomPhilips.ts';
import { classicGridElements, stackElements } from '../fixtures/dicomPhilips.ts';
import { sdatBytes, sparText, textBytes } from './philipsFiles.ts';

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

/** A turned, off-centre grid of 4 × 3 (× 2) voxels of 15 mm, slices of 10 mm 12 mm apart. */
const COLUMNS = 4;
const ROWS = 3;
const POINTS = 4;
const STACK: PhilipsStackSpec = { ap: 7, fh: 25, rl: 12, offAp: 5.5, offFh: -8, offRl: 3.25, fovRl: 60, fovAp: 45, distance: 12 }; // prettier-ignore

function sdatScan(slices: number, spec: PhilipsStackSpec = STACK): MrsDataset {
  const spar = sparText({
    rows: COLUMNS * ROWS * slices,
    samples: POINTS,
    phase_encoding_enable: '"yes"',
    phase_encoding_direction: '"trans"',
    phase_encoding_fov: spec.fovRl,
    dim2_pnts: COLUMNS,
    dim3_pnts: ROWS,
    nr_of_slices_for_multislice: slices,
    slice_thickness: 10,
    slice_distance: spec.distance,
    lr_angulation: spec.rl,
    ap_angulation: spec.ap,
    cc_angulation: spec.fh,
    si_lr_off_center: spec.offRl,
    si_ap_off_center: spec.offAp,
    si_cc_off_center: spec.offFh,
  });
  return readPhilipsSdat(sdatBytes(COLUMNS * ROWS * slices, POINTS), textBytes(spar), 'a.SDAT');
}

/** The samples that the SDAT holds, plane by plane. */
const samples = (fids: number): number[] =>
  Array.from({ length: fids * POINTS }, (_, i) => [
    Math.floor(i / POINTS) + 1 + (i % POINTS) / 4,
    (i % POINTS) / -2,
  ]).flat();

const THICKNESS: Dcm = [0x18, 0x50, 'DS', '10'];

interface EnhancedGridSpec {
  readonly stack?: PhilipsStackSpec;
  readonly frames?: number;
  readonly data?: readonly number[];
  readonly positions?: readonly (readonly number[])[];
  readonly more?: readonly Dcm[];
  readonly transferSyntax?: string;
  /** Without the fixture's own per-frame groups. */
  readonly withoutGroups?: boolean;
}

function enhanced(spec: EnhancedGridSpec = {}): { dataset: MrsDataset; water: MrsDataset | null } {
  const frames = spec.frames ?? 1;
  const elements = enhancedElements({
    columns: COLUMNS,
    rows: ROWS,
    frames,
    points: POINTS,
    samples: spec.data ?? samples(COLUMNS * ROWS * frames),
    positions: spec.positions ?? [],
    spacing: [15, 15],
    manufacturer: 'Philips Medical Systems',
    more: [...stackElements(spec.stack ?? STACK), ...(spec.more ?? [])],
  })
    .filter(([group, element], i, list) => {
      if (spec.withoutGroups !== true || group !== 0x5200 || element !== 0x9230) return true;
      return list.findLastIndex((e) => e[0] === group && e[1] === element) === i;
    })
    .map((element): Dcm => (element[0] === 0x5200 && element[1] === 0x9229 ? withThickness(element) : element));
  return readDicomMrs(dicomBytes(elements, { transferSyntax: spec.transferSyntax ?? EXPLICIT }), 'a.dcm');
}

/** The fixture's slices of 8 mm made 10 mm thick. */
function withThickness([group, element, vr, value]: Dcm): Dcm {
  const [shared] = value as readonly (readonly Dcm[])[];
  const changed = (shared ?? []).map((e): Dcm => (e[1] === 0x9110 ? [0x28, 0x9110, 'SQ', [[THICKNESS, [0x28, 0x30, 'DS', '15\\15']]]] : e)); // prettier-ignore
  return [group, element, vr, [changed]];
}

function expectSame(found: MrsDataset, wanted: MrsDataset): void {
  expect(found.data.shape).toEqual(wanted.data.shape);
  expect([...found.data.re]).toEqual([...wanted.data.re]);
  // Zeros may differ by their sign.
  expect([...found.data.im].map((v) => v + 0)).toEqual([...wanted.data.im].map((v) => v + 0));
  expect(wanted.affine).not.toBeNull();
  wanted.affine?.forEach((v, i) => expect(found.affine?.[i]).toBeCloseTo(v, 6));
}

/** First sample of each FID, voxel by voxel, as the number of its place in the file. */
const order = (dataset: MrsDataset, points: number): number[] =>
  [...dataset.data.re].filter((_, i) => i % points === 0).map((v) => v - 1);

describe('Philips MRSI', () => {
  it('lies where the SPAR puts it, voxels in the order of the SDAT: enhanced', () => {
    for (const transferSyntax of [EXPLICIT, IMPLICIT, BIG_ENDIAN]) {
      const { dataset, water } = enhanced({ transferSyntax });
      expectSame(dataset, sdatScan(1));
      expect(water).toBeNull();
      expect(codes(dataset)).toContain('geometry-unverified');
    }
  });

  it('lies where the SPAR puts it, voxels in the order of the SDAT: classic', () => {
    for (const slices of [1, 2]) {
      const elements = classicGridElements(STACK, [COLUMNS, ROWS, slices], POINTS, samples(COLUMNS * ROWS * slices));
      for (const transferSyntax of [EXPLICIT, IMPLICIT]) {
        const { dataset } = readDicomMrs(dicomBytes(elements, { transferSyntax }), 'a.dcm');
        expectSame(dataset, sdatScan(slices));
        expect(codes(dataset)).toEqual(expect.arrayContaining(['format-unverified', 'geometry-unverified']));
      }
    }
  });

  it('lies where TARQUIN puts it', () => {
    // TARQUIN's formula (CFIDReaderDCM.cpp) worked out apart with numpy 2.4.6: axes turned about z, y and x, first voxel half
    // the grid from the off-centre.
    const expected = [-13.493285, 6.292022, -1.218693, 10.697905, -6.545207, -13.136917, 2.063619, 17.454727, -0.302554, 3.582161, 9.708566, -11.12833]; // prettier-ignore
    const { affine } = enhanced().dataset;
    expected.forEach((v, i) => expect(affine?.[i]).toBeCloseTo(v, 5));
  });

  it('takes slices from the frames’ positions, in either direction', () => {
    const straight = { ...STACK, ap: 0, fh: 0, rl: 0 };
    const up = enhanced({ stack: straight, frames: 2, positions: [[0, 0, -14], [0, 0, -2]] }).dataset; // prettier-ignore
    expectSame(up, sdatScan(2, straight));
    const down = enhanced({ stack: straight, frames: 2, positions: [[0, 0, -2], [0, 0, -14]] }).dataset; // prettier-ignore
    // The first slice is the upper one now: RAS z = −8 + 6, and the step is −12 mm.
    expect([down.affine?.[10], down.affine?.[11]].map((v) => Math.round((v ?? 0) * 1e6) / 1e6)).toEqual([-12, -2]);
    expect(down.data.re).toEqual(up.data.re);
  });

  it('takes the slices that the header counts where positions don’t tell, and says so', () => {
    const counted: Dcm = [0x18, 0x9159, 'UL', 2];
    const one = enhanced({ data: samples(COLUMNS * ROWS * 2), more: [counted] }).dataset;
    expectSame(one, sdatScan(2));
    expect(codes(one)).toContain('slice-order-assumed');
    const two = enhanced({ frames: 2, data: samples(COLUMNS * ROWS * 2), more: [counted] }).dataset;
    expectSame(two, sdatScan(2));
    const odd = (): unknown => enhanced({ frames: 3, more: [counted] });
    expect(thrown(odd).message).toBe("a.dcm is Philips MRSI of 3 planes, which are not its 2 slices; their order can't be told."); // prettier-ignore
  });

  it('takes slices by their number in the stack where positions don’t tell', () => {
    const content = [2, 1, 2, 1].map((n): Dcm[] => [[0x20, 0x9111, 'SQ', [[[0x20, 0x9057, 'UL', n]]]]]);
    const numbered: Dcm = [0x5200, 0x9230, 'SQ', content];
    const { dataset } = enhanced({ frames: 4, more: [numbered], withoutGroups: true });
    expect(dataset.data.shape).toEqual([COLUMNS, ROWS, 2, 2, POINTS]);
    // Voxel (0, 0): lower slice in frames 1 and 3, upper one in frames 0 and 2.
    expect(order(dataset, POINTS).slice(0, 4)).toEqual([12, 36, 0, 24]);
    expect(codes(dataset)).toContain('slice-order-assumed');
  });

  it('splits off a water reference: the second half, or frames described as such', () => {
    const fids = COLUMNS * ROWS;
    const half = enhanced({ data: samples(2 * fids) });
    expect(half.water?.data.shape).toEqual([COLUMNS, ROWS, 1, POINTS]);
    expect([order(half.dataset, POINTS)[0], half.water && order(half.water, POINTS)[0]]).toEqual([0, fids]);
    expect([half.dataset.header['WaterSuppressed'], half.water?.header['WaterSuppressed']]).toEqual([true, false]);
    const roles: Dcm = [0x2005, 0x140f, 'SQ', [1, 0].map((isWater): Dcm[] => [[0x2005, 0x1304, 'SS', isWater]])];
    const described = enhanced({ frames: 2, more: [roles] });
    expect([order(described.dataset, POINTS)[0], described.water && order(described.water, POINTS)[0]]).toEqual([
      fids,
      0,
    ]);
  });

  it('keeps repetitions', () => {
    const { dataset } = enhanced({ frames: 2 });
    expect(dataset.data.shape).toEqual([COLUMNS, ROWS, 1, 2, POINTS]);
    expect(dataset.dimensions.map((d) => d.tag)).toEqual(['DIM_DYN']);
    expect(order(dataset, POINTS).slice(0, 4)).toEqual([0, 12, 4, 16]);
  });

  it('is not placed without the private stack, or where it is not transverse', () => {
    const { dataset } = enhanced({ stack: { ...STACK, viewAxis: 'AP' } });
    expect([dataset.affine, codes(dataset).includes('geometry-missing')]).toEqual([null, true]);
    const elements = enhancedElements({ columns: 2, points: 2, samples: fidSamples(2, 2), manufacturer: 'Philips' });
    const bare = readDicomMrs(dicomBytes(elements), 'a').dataset;
    expect([bare.affine, bare.data.shape]).toEqual([null, [2, 1, 1, 2]]);
  });

  it('names doubts: sizes that disagree, public attributes that put it elsewhere, another position of the patient', () => {
    const wide = enhanced({ stack: { ...STACK, fovRl: 120 } }).dataset;
    expect(codes(wide)).toContain('header-disagrees');
    const positions = [[100, 0, 0]];
    const { warnings } = enhanced({ positions, more: [[0x18, 0x5100, 'CS', 'FFS']] }).dataset;
    const message = warnings.find((w) => w.code === 'geometry-unverified')?.message ?? '';
    expect(message).toMatch(/put it \d+ mm from there/);
    // Philips writes the middle of the stack there (LPS).
    const middle = enhanced({ positions: [[3.25, 5.5, -8]] }).dataset.warnings;
    expect(middle.some((w) => w.message.includes('mm from there'))).toBe(false);
    expect(message).toContain('the file says FFS');
  });

  it('gives the selected volume', () => {
    const volume: Dcm = [0x2005, 0x1085, 'SQ', [[0, 0, 0, 25, 20, 30, 20, 35, 10].map((v, i): Dcm => [0x2005, 0x1054 + i, 'FL', v])]]; // prettier-ignore
    expect(enhanced({ more: [volume] }).dataset.header['VOI']).toEqual([[30, 0, 0, -10], [0, 25, 0, -20], [0, 0, 20, 35], [0, 0, 0, 1]].map((row) => row.map((v) => expect.closeTo(v, 9)))); // prettier-ignore
  });

  it('is refused in words where samples are missing, the grid is absurd, or spectra are stored', () => {
    expect(thrown(() => enhanced({ data: samples(5) })).code).toBe('DIMENSIONS_ABSURD');
    const huge = enhancedElements({ columns: 65_535, rows: 65_535, points: 2 ** 30, samples: [1, 2], manufacturer: 'Philips' }); // prettier-ignore
    expect(thrown(() => readDicomMrs(dicomBytes(huge), 'a.dcm')).code).toBe('DIMENSIONS_ABSURD');
    const slices = enhanced.bind(null, { more: [[0x18, 0x9159, 'UL', 2 ** 31 - 1] as Dcm] });
    expect(thrown(slices).code).toBe('UNSUPPORTED');
    const classic = classicGridElements(STACK, [5, 5, 1], POINTS, samples(COLUMNS * ROWS));
    expect(thrown(() => readDicomMrs(dicomBytes(classic), 'a.dcm')).message).toBe('a.dcm is Philips MRSI of 12 signals, which are not its grid of 5 × 5 × 1 voxels; export it as SPAR/SDAT or enhanced DICOM.'); // prettier-ignore
    const whole = dicomBytes(classicGridElements(STACK, [COLUMNS, ROWS, 1], POINTS, samples(12)));
    expect(thrown(() => readDicomMrs(whole.subarray(0, whole.length - 100), 'a.dcm')).code).toBe('FILE_TRUNCATED');
  });
});
