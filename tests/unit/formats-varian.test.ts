// Varian/Agilent fid and procpar, made here.
import { describe, expect, it } from 'vitest';
import { AppError } from '../../src/core/domain/errors.ts';
import type { MrsDataset } from '../../src/core/domain/mrsDataset.ts';
import { isProcpar, isVarianFid, readVarian } from '../../src/core/formats/varian/index.ts';
import { procpar, varianFid } from '../fixtures/varianFiles.ts';
import type { VarianSpec, VarianValue } from '../fixtures/varianFiles.ts';

function thrown(run: () => unknown): AppError {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(AppError);
    return error as AppError;
  }
  throw new Error('expected an error');
}

const read = (spec: VarianSpec = {}, changes: Record<string, VarianValue> = {}): MrsDataset =>
  readVarian(varianFid(spec), procpar(changes), 'fid');

/** Real parts of the trace whose first word is `first`; imaginary parts are one more. */
const trace = (first: number): number[] => [0, 2, 4, 6].map((t) => first + t);

describe('Varian fid', () => {
  it.each(['int16', 'int32', 'float32'] as const)('reads %s words, without conjugating', (type) => {
    const dataset = read({ type });
    expect(dataset.data.shape).toEqual([1, 1, 1, 4]);
    expect([...dataset.data.re]).toEqual(trace(1));
    expect([...dataset.data.im]).toEqual(trace(2));
  });

  it('fills the fields from procpar', () => {
    const dataset = read();
    expect(dataset.dwellTimeS).toBe(0.00025);
    expect(dataset.spectrometerFrequencyMHz).toBe(399.5);
    expect(dataset.nucleus).toBe('1H');
    expect(dataset.acquisition).toMatchObject({
      echoTimeS: 0.02,
      repetitionTimeS: 2.5,
      mixingTimeS: 0.01,
      inversionTimeS: null,
      sequence: 'press',
      manufacturer: 'Varian',
      acquiredAt: '2015-03-12T15:03:22',
    });
    expect(dataset.header).toMatchObject({
      SpectralWidth: 4000,
      WaterSuppressed: true,
      ExcitationFlipAngle: 90,
      SoftwareVersions: 'VnmrJ 3.2',
      RxCoil: 'main',
      VarianAverages: { Value: 16 },
    });
    expect(dataset.warnings.map((w) => w.code)).toEqual(['geometry-unverified']);
  });

  it('reads blocks of several headers and traces in the file’s order', () => {
    const dataset = read({ blocks: 2, traces: 2, blockHeaders: 2 });
    expect(dataset.data.shape).toEqual([1, 1, 1, 4, 4]);
    expect([...dataset.data.re]).toEqual([1, 9, 17, 25].flatMap(trace));
    expect(dataset.dimensions[0]?.tag).toBe('DIM_DYN');
  });

  it('takes receivers apart, fastest in the file', () => {
    const dataset = read({ blocks: 4 }, { rcvrs: 'yny', array: 'nt', nt: [8, 8] });
    expect(dataset.dimensions.map((d) => d.tag)).toEqual(['DIM_COIL', 'DIM_DYN']);
    expect([...dataset.data.re]).toEqual([1, 17, 9, 25].flatMap(trace));
    expect(dataset.warnings.map((w) => w.code)).toContain('receiver-order-assumed');
    // Traces of one block belong to one receiver.
    const traces = read({ blocks: 2, traces: 2 }, { rcvrs: 'yy' });
    expect([...traces.data.re]).toEqual([1, 9, 17, 25].flatMap(trace));
    const odd = read({ blocks: 3 }, { rcvrs: 'yy' });
    expect(odd.data.shape).toEqual([1, 1, 1, 3, 4]);
    expect(odd.warnings[0]?.code).toBe('receivers-unclear');
  });

  it('names arrayed times, and says so of other arrays', () => {
    const times = read({ blocks: 2 }, { array: 'te', te: [0.02, 0.04] });
    expect(times.dimensions).toEqual([
      { tag: 'DIM_USER_0', info: 'Array over te', header: { EchoTime: [0.02, 0.04] } },
    ]);
    const other = read({ blocks: 2 }, { array: '(a,b)' });
    expect(other.dimensions[0]?.info).toBe('Array over (a,b)');
    expect(other.warnings[0]?.code).toBe('array-not-interpreted');
  });
});

describe('Varian geometry', () => {
  it('stands along the magnet’s axes without angles', () => {
    // vox in mm, pos in cm; VnmrJ's orientation matrix of zero angles is diag(−1, −1, 1).
    expect(read().affine).toEqual([-2, 0, 0, -1, 0, -3, 0, -5, 0, 0, 4, -2, 0, 0, 0, 1]);
  });

  it('turns by ψ, φ and θ', () => {
    const affine = read({}, { vtheta: 90 }).affine as number[];
    // θ turns axes 2 and 3 about axis 1: axis 2 points to +z, axis 3 to +y.
    const expected = [-2, 0, 0, -1, 0, 0, 4, -2, 0, 3, 0, 5, 0, 0, 0, 1];
    affine.forEach((v, i) => expect(v).toBeCloseTo(expected[i] as number, 12));
    const all = read({}, { vpsi: 20, vphi: -35, vtheta: 50 }).affine as number[];
    const columns = [0, 1, 2].map((c) => [all[c], all[4 + c], all[8 + c]] as number[]);
    const dot = (a: number[], b: number[]): number => a.reduce((s, v, i) => s + v * (b[i] as number), 0);
    expect(columns.map((c) => Math.sqrt(dot(c, c)))).toEqual([2, 3, 4].map((n) => expect.closeTo(n, 12) as number));
    expect(dot(columns[0] as number[], columns[1] as number[])).toBeCloseTo(0, 12);
    expect(dot(columns[0] as number[], columns[2] as number[])).toBeCloseTo(0, 12);
    // The centre's distance doesn't depend on the angles.
    expect(Math.hypot(all[3] as number, all[7] as number, all[11] as number)).toBeCloseTo(Math.hypot(1, 5, 2), 12);
  });

  it('is null where a voxel is not described', () => {
    const dataset = read({}, { vox2: 0 });
    expect([dataset.affine, dataset.warnings[0]?.code]).toEqual([null, 'geometry-missing']);
  });
});

describe('Varian files', () => {
  it('are told by their content', () => {
    expect(isVarianFid(varianFid())).toBe(true);
    expect(isVarianFid(new Uint8Array(64))).toBe(false);
    expect(isVarianFid(varianFid().subarray(0, 20))).toBe(false);
    expect(isProcpar(procpar())).toBe(true);
    expect(isProcpar(new TextEncoder().encode('1 2 3\n4 5 6\n'))).toBe(false);
  });

  it('are refused in words', () => {
    const fid = varianFid({ blocks: 2 });
    expect(thrown(() => readVarian(new Uint8Array(), procpar(), 'fid')).code).toBe('FILE_EMPTY');
    expect(thrown(() => readVarian(new Uint8Array(64), procpar(), 'fid')).code).toBe('FORMAT_INVALID');
    expect(thrown(() => readVarian(fid.subarray(0, fid.length - 1), procpar(), 'fid')).code).toBe('FILE_TRUNCATED');
    expect(thrown(() => read({}, { sw: 0 })).message).toContain('sw');
    expect(thrown(() => read({}, { nv: 16 })).code).toBe('UNSUPPORTED');
    expect(thrown(() => read({ status: 0x1 | 0x2 | 0x4 })).message).toContain('spectra');
    expect(thrown(() => read({ status: 0x1 })).code).toBe('FORMAT_INVALID');
  });

  it('keeps strings of several lines apart from the next parameter', () => {
    const text = 'comment 2 2 8 0 0 2 1 0 1 64\n2 "sw 1 1 1 1 1 1 1 1 1 1"\n"second"\n0 \n';
    const bytes = Uint8Array.from([...new TextEncoder().encode(text), ...procpar()]);
    expect(readVarian(varianFid(), bytes, 'fid').dwellTimeS).toBe(0.00025);
  });
});
