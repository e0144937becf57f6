// GE P-files of every header revision, made here byte by byte; affines and scales as spec2nii 0.8.15 gives them.
import { describe, expect, it } from 'vitest';
import { AppError } from '../../src/core/domain/errors.ts';
import { isPfile, readPfile } from '../../src/core/formats/ge/index.ts';
import { pfileBytes, REVISIONS, sample } from '../fixtures/pfileBytes.ts';

function thrown(run: () => unknown): AppError {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(AppError);
    return error as AppError;
  }
  throw new Error('expected an error');
}

/** The four samples of a frame. */
const frame = (coil: number, row: number): number[] => [0, 1, 2, 3].map((t) => sample(coil, row, t));
const times = (values: number[], factor: number): number[] => values.map((v) => v * factor + 0);

describe('P-file header', () => {
  it.each(REVISIONS.map((r) => r.revision))('revision %s is read as it was written', (revision) => {
    const bytes = pfileBytes({ revision, bigEndian: revision < 9 });
    expect(isPfile(bytes)).toBe(true);
    const { dataset, water } = readPfile(bytes, 'P1.7');
    expect(dataset.data.shape).toEqual([1, 1, 1, 4, 4]);
    // Row 0 is the baseline, rows 1 and 2 the water reference.
    expect([...dataset.data.re]).toEqual([3, 4, 5, 6].flatMap((row) => frame(0, row)));
    expect([...dataset.data.im]).toEqual([...dataset.data.re].map((v) => -v));
    expect([...(water?.data.re ?? [])]).toEqual([1, 2].flatMap((row) => frame(0, row)));
    expect([dataset.header['WaterSuppressed'], water?.header['WaterSuppressed']]).toEqual([true, false]);
    expect(dataset.dwellTimeS).toBeCloseTo(0.0002, 15);
    expect(dataset.spectrometerFrequencyMHz).toBe(127.75);
    expect(dataset.nucleus).toBe('1H');
    expect(dataset.acquisition).toMatchObject({
      echoTimeS: 0.035,
      repetitionTimeS: 2,
      inversionTimeS: null,
      sequence: 'probe-p',
      acquiredAt: '2005-06-16T17:51',
    });
    expect(dataset.patient).toMatchObject({ name: 'Doe^Jane', id: 'ID7', sex: 'F', birthDate: '19800102' });
    expect(dataset.header).toMatchObject({
      ProtocolName: 'My protocol',
      PatientPosition: 'HFS',
      ExcitationFlipAngle: 90,
      SpectralWidth: 5000,
    });
    expect(dataset.warnings).toEqual([]);
  });

  it('places an oblique voxel where spec2nii does', () => {
    const { dataset } = readPfile(pfileBytes({ revision: 27 }), 'P1.7');
    // spec2nii 0.8.15, `spec2nii ge` on this very file.
    const expected = [
      -18.793385429044605, 9.490705499162605, -2.380798652475489, 1.5, -6.841685765611717, -27.976429024379193,
      6.53980148135631, -2.5, 0, -5.219763229499816, -39.380282553513474, 3.5, 0, 0, 0, 1,
    ]; // prettier-ignore
    // Double precision in both; the corners are stored as float32.
    dataset.affine?.forEach((v, i) => expect(v).toBeCloseTo(expected[i] as number, 10));
    expect(dataset.affine).toHaveLength(16);
  });

  it('takes sizes up to revision 9 in image order, later ones by anatomical axis', () => {
    const sagittal = [0, 100, 100, 0, -100, 100, 0, -100, -100];
    const size = (revision: number, freqDir: number): number[] => {
      const { affine } = readPfile(pfileBytes({ revision, corners: sagittal, freqDir }), 'P1.7').dataset;
      const a = affine as number[];
      return [0, 1, 2].map((c) => Math.hypot(a[c] as number, a[4 + c] as number, a[8 + c] as number));
    };
    expect(size(9, 1)).toEqual([20, 30, 40]);
    expect(size(9, 2)).toEqual([30, 20, 40]);
    // Rows run along anterior–posterior (opuser9 = 30), columns along superior–inferior (opuser10 = 40).
    expect(size(27, 1)).toEqual([30, 40, 20]);
  });

  it('refuses revisions that are not known, and names them', () => {
    const bytes = pfileBytes({ revision: 30 });
    new DataView(bytes.buffer).setFloat32(0, 40.002, true);
    const error = thrown(() => readPfile(bytes, 'P1.7'));
    expect(error.code).toBe('UNSUPPORTED');
    expect(error.message).toContain('revision 40.002');
  });

  it('says what is wrong with a damaged file', () => {
    const bytes = pfileBytes({ revision: 16 });
    expect(thrown(() => readPfile(new Uint8Array(), 'P1.7')).code).toBe('FILE_EMPTY');
    expect(thrown(() => readPfile(new Uint8Array(50000), 'P1.7')).code).toBe('FORMAT_INVALID');
    expect(thrown(() => readPfile(bytes.subarray(0, 5000), 'P1.7')).code).toBe('FILE_TRUNCATED');
    expect(thrown(() => readPfile(bytes.subarray(0, bytes.length - 1), 'P1.7')).code).toBe('FILE_TRUNCATED');
    new DataView(bytes.buffer).setInt16(82, 3, true);
    expect(thrown(() => readPfile(bytes, 'P1.7')).code).toBe('DIMENSIONS_ABSURD');
    expect(isPfile(bytes)).toBe(false);
    expect(isPfile(new Uint8Array(60000))).toBe(false);
  });
});

describe('P-file frames', () => {
  it('reads 16-bit points, receivers apart', () => {
    const { dataset } = readPfile(pfileBytes({ revision: 24, pointSize: 2, coils: 3 }), 'P1.7');
    expect(dataset.dimensions.map((d) => d.tag)).toEqual(['DIM_COIL', 'DIM_DYN']);
    expect(dataset.data.shape).toEqual([1, 1, 1, 3, 4, 4]);
    expect([...dataset.data.re.subarray(16, 20)]).toEqual(frame(1, 3));
  });

  it('undoes the sign toggle of single excitations, and says when signs still alternate', () => {
    const bytes = pfileBytes({ revision: 24, nex: 1, navs: 1, references: 1 });
    const { dataset } = readPfile(bytes, 'P1.7');
    // The reference frame is the first of the toggled series; the first suppressed one is the second.
    expect([...dataset.data.re]).toEqual([-1, 1, -1, 1].flatMap((s, i) => times(frame(0, 2 + i), s)));
    expect(dataset.warnings.map((w) => w.code)).toEqual(['signs-alternate']);
  });

  it('keeps two-echo MEGA frames apart, in the order stored', () => {
    const bytes = pfileBytes({
      revision: 24,
      sequence: '/usr/local/gaba',
      echoes: 2,
      suppressed: 2,
      imageUser: { 19: 5, 20: -351.3125, 21: 638.75, 22: -1 },
    });
    const { dataset, water } = readPfile(bytes, 'P1.7');
    expect(dataset.data.shape).toEqual([1, 1, 1, 2, 2, 4]);
    expect(dataset.dimensions.map((d) => d.tag)).toEqual(['DIM_DYN', 'DIM_EDIT']);
    // Rows 0–4 are the first echo, 5–9 the second; two excitations a frame, so half of each frame.
    const expected = [3, 8, 4, 9].flatMap((row) => times(frame(0, row), 0.5));
    expect([...dataset.data.re]).toEqual(expected);
    expect([...(water?.data.re ?? [])]).toEqual([1, 6, 2, 7].flatMap((row) => frame(0, row)));
    expect(dataset.header['EditPulse']).toEqual({
      A: { PulseOffset: -2.75, PulseDuration: 0.016 },
      B: { PulseOffset: 5, PulseDuration: 0.016 },
    });
    expect(dataset.dimensions[1]?.header).toEqual({ EditCondition: ['A', 'B'] });
    expect(dataset.warnings.map((w) => w.code)).toEqual(['edit-order-unknown', 'frame-scale-assumed']);
  });

  it('takes frames apart that alternate between conditions in one echo', () => {
    const bytes = pfileBytes({ revision: 28.003, sequence: 'gaba', imageUser: { 19: 5 } });
    const { dataset, water } = readPfile(bytes, 'P1.7');
    expect(dataset.data.shape).toEqual([1, 1, 1, 2, 2, 4]);
    expect([...dataset.data.re]).toEqual([3, 4, 5, 6].flatMap((row) => times(frame(0, row), 0.25)));
    expect(water?.data.shape).toEqual([1, 1, 1, 2, 4]);
  });

  it('reads a file of water reference frames only as the scan itself', () => {
    const { dataset, water } = readPfile(pfileBytes({ revision: 24, suppressed: 0, references: 3 }), 'P1.7');
    expect(dataset.data.shape).toEqual([1, 1, 1, 3, 4]);
    expect(dataset.header['WaterSuppressed']).toBe(false);
    expect(water).toBeNull();
  });

  it('says so of a sequence it does not know, and refuses one that mixes scans', () => {
    const { dataset } = readPfile(pfileBytes({ revision: 24, sequence: 'mypress' }), 'P1.7');
    expect(dataset.warnings.map((w) => w.code)).toEqual(['sequence-unknown']);
    expect(thrown(() => readPfile(pfileBytes({ revision: 24, sequence: 'hbcd2' }), 'P1.7')).code).toBe('UNSUPPORTED');
  });

  it('says how many water reference frames there are where the counts disagree', () => {
    // 4 excitations of 1 a frame and 2 references make the 6 frames there are, not the 3 excitations announced.
    const single = readPfile(pfileBytes({ revision: 24, rawUser: { 4: 4, 19: 1 } }), 'P1.7');
    expect([single.dataset.data.shape[3], single.water?.data.shape[3]]).toEqual([4, 2]);
    const unclear = readPfile(pfileBytes({ revision: 24, rawUser: { 4: 100, 19: 1 } }), 'P1.7');
    expect(unclear.dataset.data.shape[3]).toBe(5);
    expect(unclear.dataset.warnings[0]?.code).toBe('reference-frames-unverified');
  });

  it('names the nucleus by frequency over field', () => {
    const bytes = pfileBytes({ revision: 24 });
    new DataView(bytes.buffer).setUint32(424, 517200000, true);
    expect(readPfile(bytes, 'P1.7').dataset.nucleus).toBe('31P');
    new DataView(bytes.buffer).setInt32(143392, 0, true);
    const unknown = readPfile(bytes, 'P1.7', { nucleus: '31P' }).dataset;
    expect([unknown.nucleus, unknown.warnings[0]?.code]).toEqual(['31P', 'nucleus-assumed']);
  });
});

describe('P-file grids', () => {
  it('transforms phase-encoding steps as spec2nii does, axes exchanged', () => {
    const bytes = pfileBytes({
      revision: 24,
      sequence: 'presscsi',
      grid: [4, 2, 1],
      coils: 2,
      nex: 1,
      freqDir: 2,
    });
    const { dataset, water } = readPfile(bytes, 'P1.7');
    expect(water).toBeNull();
    expect(dataset.data.shape).toEqual([2, 4, 1, 2, 4]);
    // spec2nii 0.8.15 on this very file: voxel [1, 2, 0] of the second receiver is −40 + 40 i throughout.
    const at = ((1 * 4 + 2) * 2 + 1) * 4;
    for (let t = 0; t < 4; t++) {
      expect(dataset.data.re[at + t]).toBeCloseTo(-40, 9);
      expect(dataset.data.im[at + t]).toBeCloseTo(40, 9);
    }
    const expected = [
      -56.380156287133815, 18.98141099832521, -2.380798652475489, 1.2179616460790932, -20.52505729683515,
      -55.95285804875839, 6.53980148135631, 91.69181572155514, 0, -10.439526458999632, -39.380282553513474,
      19.15928968849945, 0, 0, 0, 1,
    ]; // prettier-ignore
    expect(dataset.affine).toHaveLength(16);
    dataset.affine?.forEach((v, i) => expect(v).toBeCloseTo(expected[i] as number, 10));
    expect(dataset.warnings.map((w) => w.code)).toContain('geometry-unverified');
  });
});
