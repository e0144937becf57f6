// LCModel data and control files against texts written here: formats, namelists, voxels, refusals.
import { describe, expect, it } from 'vitest';
import { AppError } from '../../src/core/domain/errors.ts';
import type { MrsDataset } from '../../src/core/domain/mrsDataset.ts';
import { parseLcmodelControl } from '../../src/core/formats/lcmodelControl.ts';
import { readLcmodelRaw, writeLcmodelRaw } from '../../src/core/formats/lcmodelRaw.ts';
import type { ReadOptions } from '../../src/core/formats/readOptions.ts';
import { nextNamelist, parseFortranReal, readFortranReals, realFieldWidth } from '../../src/core/math/fortranText.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const OPTIONS: ReadOptions = { spectrometerFrequencyMHz: 123.2, dwellTimeS: 0.0005, nucleus: '1H' };
const raw = (format: string, data: string, nmid = ''): Uint8Array =>
  bytes(` $NMID ID='a', FMTDAT='${format}'\n TRAMP= 2.0, VOLUME= 8.0${nmid}\n $END\n${data}`);

function code(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(AppError);
    return (error as AppError).code;
  }
  throw new Error('expected an error');
}

describe('Fortran text', () => {
  it.each([
    ['1.5', 1.5],
    ['-.5E+01', -5],
    ['2.D-3', 0.002],
    ['1.25-101', 1.25e-101],
    ['1e3', 1000],
    ['5.', 5],
    ['****', NaN],
    ['1.2.3', NaN],
    ['', NaN],
  ])('reads %s', (text, value) => {
    expect(parseFortranReal(text)).toBe(value);
  });

  it.each([
    ['(2E15.6)', 15],
    ['(8E13.5)', 13],
    ['(2e14.5)', 14],
    ['(1P,6D14.6)', 14],
    ['(1P2ES16.8)', 16],
    ['(4F10.3)', 10],
    ['*', null],
    [null, null],
  ])('takes the field width of %s', (format, width) => {
    expect(realFieldWidth(format)).toBe(width);
  });

  it('splits numbers that run together, and keeps an overflow as a gap', () => {
    const text = '-0.12345E-03-0.23456E-03 0.34567E-03\n************ 0.10000E+01\n$NEXT';
    const { values, end } = readFortranReals(text, 0, 12, Infinity);
    expect(readFortranReals('************************', 0, 12, Infinity).values).toEqual([NaN, NaN]);
    expect(values).toEqual([-0.00012345, -0.00023456, 0.00034567, NaN, 1]);
    expect(text.slice(end)).toBe('$NEXT');
  });

  it('reads namelists of any case and order, with lists, empty values and doubled quotes', () => {
    const text = "junk, no group\n &seqpar hzpppm=1.2D2, Echot= ,\n SEQ='it''s /$END\nlong', X= 1 2,3 A(1)='b' /\nrest";
    const group = nextNamelist(text, 0);
    expect(group?.name).toBe('SEQPAR');
    expect(Object.fromEntries(group?.values ?? [])).toEqual({
      HZPPPM: ['1.2D2'],
      ECHOT: [],
      SEQ: ["it's /$ENDlong"],
      X: ['1', '2', '3'],
      'A(1)': ['b'],
    });
    expect(text.slice(group?.end)).toBe('rest');
  });
});

describe('LCModel RAW reader', () => {
  it.each([
    ['(2E13.5)', '  1.00000E+00 -2.00000E+00\n  3.00000E+00  4.00000E+00\n'],
    ['(4E12.5)', ' 1.00000E+00-2.00000E+00 3.00000E+00 4.00000E+00\n'],
    ['(4D9.2)', ' 1.00D+00-2.00D+00 3.00D+00 4.00D+00'],
  ])('reads %s', (format, data) => {
    const dataset = readLcmodelRaw(raw(format, data), 'a.RAW', OPTIONS);
    expect([...dataset.data.re]).toEqual([1, 3]);
    expect([...dataset.data.im]).toEqual([-2, 4]);
    expect(dataset.header['LCModelTramp']).toMatchObject({ Value: 2 });
    expect(dataset.header['LCModelVolume']).toMatchObject({ Value: 8 });
  });

  it('takes everything from $SEQPAR, with a string over two lines', () => {
    const text =
      " $SEQPAR\n ECHOT= 35.00\n SEQ= 'PRESS PAR 35\n'\n HZPPPM= 127.75\n NUNFIL= 2\n DELTAT= 0.0005\n $END\n" +
      " $NMID\n id='x ', fmtdat='(2E15.6)'\n volume=27.0\n tramp=1.0\n $END\n 1 2\n 3 4\n";
    const dataset = readLcmodelRaw(bytes(text), 'a.RAW');
    expect(dataset.spectrometerFrequencyMHz).toBe(127.75);
    expect(dataset.dwellTimeS).toBe(0.0005);
    expect(dataset.acquisition.echoTimeS).toBe(0.035);
    expect(dataset.acquisition.sequence).toBe('PRESS PAR 35');
  });

  it('puts voxels where the control file’s grid says, columns fastest', () => {
    const control = parseLcmodelControl(
      "$LCMODL\n nunfil=2 deltat=8e-4 hzpppm=123.23 filraw='a.met' ndcols=3 ndrows=2 ndslic=1\n$END\n$LCMODL deltat=1 $END",
      'c.control',
    );
    expect(control.deltat).toBe(8e-4);
    const data = Array.from({ length: 12 }, (_, i) => `${i} ${-i}`).join('\n');
    const dataset = readLcmodelRaw(raw('(2E15.6)', data), 'a.met', {}, control);
    expect(dataset.data.shape).toEqual([3, 2, 1, 2]);
    // Voxel (x, y) is number x + 3 y in the file, two points each.
    for (let x = 0; x < 3; x++)
      for (let y = 0; y < 2; y++) expect(dataset.data.re[(x * 2 + y) * 2]).toBe(2 * (x + 3 * y));
  });

  it('warns of numbers Fortran could not write', () => {
    const dataset = readLcmodelRaw(raw('(2E15.6)', '1 NaN\n*************** 4'), 'a', OPTIONS);
    expect(dataset.warnings.find((w) => w.code === 'non-finite-data')?.message).toContain('2 of 4');
  });

  it('conjugates data marked as Bruker’s', () => {
    expect([...readLcmodelRaw(raw('(2E15.6)', '1 2\n3 4', ', BRUKER=T'), 'a', OPTIONS).data.im]).toEqual([-2, -4]);
  });

  it('warns of a dwell time that a converter rounded, unless the exact one is given', () => {
    const text = ' $SEQPAR hzpppm= 297.2 dwellTime= 0.000083 $END\n $NMID FMTDAT=(2E15.6) $END\n 1 2\n';
    const rounded = readLcmodelRaw(bytes(text), 'a.RAW');
    expect(rounded.dwellTimeS).toBe(0.000083);
    expect(rounded.warnings.map((w) => w.code)).toContain('dwell-time-rounded');
    expect(readLcmodelRaw(bytes(text), 'a.RAW', { dwellTimeS: 8.33e-5 }).dwellTimeS).toBe(8.33e-5);
  });

  it.each<[string, Uint8Array, ReadOptions, string]>([
    ['an empty file', new Uint8Array(0), OPTIONS, 'FILE_EMPTY'],
    ['no $NMID', bytes(' $SEQPAR $END\n 1 2\n'), OPTIONS, 'FORMAT_INVALID'],
    ['no $END', bytes(' $NMID ID=1 1 2\n'), OPTIONS, 'FILE_TRUNCATED'],
    ['no data', raw('(2E15.6)', ''), OPTIONS, 'FORMAT_INVALID'],
    ['an odd count', raw('(2E15.6)', '1 2\n3'), OPTIONS, 'FILE_TRUNCATED'],
    ['words in the data', raw('(2E15.6)', '1 2\nhello\n3 4'), OPTIONS, 'FORMAT_INVALID'],
    ['no dwell time', raw('(2E15.6)', '1 2'), { spectrometerFrequencyMHz: 123 }, 'HEADER_MISSING'],
    ['no frequency', raw('(2E15.6)', '1 2'), { dwellTimeS: 1e-3 }, 'HEADER_MISSING'],
    ['fewer points than promised', raw('(2E15.6)', '1 2'), { ...OPTIONS, points: 2 }, 'FILE_TRUNCATED'],
    ['a broken last FID', raw('(2E15.6)', '1 2\n3 4\n5 6'), { ...OPTIONS, points: 2 }, 'FORMAT_INVALID'],
  ])('refuses %s', (_, file, options, expected) => {
    expect(code(() => readLcmodelRaw(file, 'a.RAW', options))).toBe(expected);
  });
});

describe('LCModel RAW writer', () => {
  const dataset: MrsDataset = {
    ...readLcmodelRaw(raw('(2E15.6)', '1 2\n3 4\n5 6\n7 8\n9 10\n11 12'), 'a', { ...OPTIONS, points: 2 }),
    data: {
      re: Float64Array.from([1e-5, -2e10, 3, 0, -1.23456789e-101, 6]),
      im: Float64Array.from([0, 1, -2, 3, 4, -5]),
      shape: [3, 1, 1, 2],
    },
    acquisition: {
      ...readLcmodelRaw(raw('(2E15.6)', '1 2'), 'a', OPTIONS).acquisition,
      echoTimeS: 0.0288,
      sequence: "it's",
    },
    patient: { name: 'Secret', id: '1', sex: null, birthDate: null, ageYears: null, weightKg: null },
  };

  it('gives back the data to its nine digits, and the header', () => {
    const text = writeLcmodelRaw(dataset);
    const back = readLcmodelRaw(bytes(text), 'b.RAW');
    expect(back.data.shape).toEqual([3, 1, 1, 2]);
    dataset.data.re.forEach((v, i) =>
      expect(Math.abs((back.data.re[i] as number) - v)).toBeLessThanOrEqual(5e-9 * Math.abs(v)),
    );
    expect([...back.data.im]).toEqual([...dataset.data.im]);
    expect(back.acquisition.echoTimeS).toBeCloseTo(0.0288, 12);
    expect(back.acquisition.sequence).toBe("it's");
    expect(back.header).toEqual(dataset.header);
    expect(text).not.toContain('Secret');
  });

  it('refuses transients that are not averaged yet', () => {
    const many: MrsDataset = {
      ...dataset,
      data: { ...dataset.data, shape: [1, 1, 1, 3, 2] },
      dimensions: [{ tag: 'DIM_DYN', info: null, header: null }],
    };
    expect(code(() => writeLcmodelRaw(many))).toBe('UNSUPPORTED');
  });
});
