// Numbers that run together, files of namelists with numbers behind them, and text with a header of keys.
import { describe, expect, it } from 'vitest';
import { latin1Bytes, latin1Text, readFortranReals, readNamelistData } from '../../src/core/math/fortranText.ts';
import { JMRUI_BODY, readHeadedColumns } from '../../src/core/math/headedColumns.ts';

describe('readFortranReals', () => {
  it.each<[string, number | null, number[]]>([
    ['0.12345E-02-0.12345E-01', 11, [0.0012345, -0.012345]],
    ['0.12345E-02-0.12345E-01', null, [0.0012345, -0.012345]],
    // Columns that are not where the format says: the signs tell.
    ['0.12345E-02-0.12345E-01', 13, [0.0012345, -0.012345]],
    ['-.5-.25+.125', null, [-0.5, -0.25, 0.125]],
    // Only the columns tell where one ends and the next begins.
    ['0.1234567E-020.1234567E-01', 13, [0.001234567, 0.01234567]],
    ['1.5-101 2.0', null, [1.5e-101, 2]],
    ['1.0D-02,2.0d+01', null, [0.01, 20]],
  ])('reads %s by width %s', (line, width, values) => {
    expect(readFortranReals(line, 0, width, Infinity).values).toEqual(values);
  });

  it.each<[string, number | null]>([
    ['0.1E0 0.1-0.2-3', null],
    ['1.0 -+2.0', null],
    ['1.0 ....', 8],
  ])('has no number for what is none in %s', (line, width) => {
    expect(readFortranReals(line, 0, width, Infinity).values.some(Number.isNaN)).toBe(true);
  });
});

describe('readNamelistData', () => {
  it('reads the groups before the numbers, and the numbers', () => {
    const text = "note\n $SEQPAR HZPPPM=123.2 $END\n $NMID FMTDAT='(2E6.1)' $END\n 1.0E0-2.0E0\n 3.0E0 4.0E0\n\n";
    const { groups, dataGroup, values, rest } = readNamelistData(text, 'NMID', 'FMTDAT');
    expect(groups.map((g) => g.name)).toEqual(['SEQPAR', 'NMID']);
    expect(dataGroup).toBe(groups[1]);
    expect(values).toEqual([1, -2, 3, 4]);
    expect(rest).toBe(false);
  });

  it('tells what else is there', () => {
    expect(readNamelistData(' $NMID $END\n 1 2\nend of data\n', 'NMID', 'FMTDAT').rest).toBe(true);
    expect(readNamelistData(' $SEQPAR $END\n 1 2\n', 'NMID', 'FMTDAT').dataGroup).toBeNull();
    const open = readNamelistData(' $SEQPAR HZPPPM=1', 'NMID', 'FMTDAT');
    expect([open.dataGroup, open.groups[0]?.closed]).toEqual([null, false]);
  });
});

describe('readHeadedColumns', () => {
  it('keeps the names of signals in the header, and leaves words out of the numbers', () => {
    const text = [
      'jMRUI Data Textfile',
      'PointsInDataset: 2',
      'PointsInDataset: 9',
      'SignalNames: a;b',
      'Signal',
      'sig(real) sig(imag)',
      '1 2',
      'Signal 2 out of 2',
      '3 4 5 6',
    ];
    const { values, pairs } = readHeadedColumns(text.join('\r\n'), JMRUI_BODY);
    expect([...values]).toEqual([
      ['PointsInDataset', '2'],
      ['SignalNames', 'a;b'],
    ]);
    expect(pairs).toEqual([1, 2, 3, 4]);
  });
});

describe('latin1Bytes', () => {
  it('is the counterpart of latin1Text, and has an underscore for what Latin-1 lacks', () => {
    expect(latin1Text(latin1Bytes('aé–'))).toBe('aé_');
  });
});
