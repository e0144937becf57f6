// jMRUI binary files, built byte by byte from the public description: no real .mrui file was at hand. The same bytes read
// by spec2nii 0.8.15 (`spec2nii jmrui FILE.mrui`) gave the same samples and dwell time, exactly.
import { describe, expect, it } from 'vitest';
import { ReaderError } from '../../src/core/domain/errors.ts';
import { deidentify } from '../../src/core/formats/deidentify.ts';
import { isJmruiBinary, readJmruiBinary } from '../../src/core/formats/jmruiBinary.ts';
import { readJmruiText } from '../../src/core/formats/jmruiText.ts';
import { mruiBytes, mruiHeader, textBytes } from './philipsFiles.ts';

const VALUES = [1, 2, 3, 4, 5, 6, 7, 8];
const codes = (bytes: Uint8Array): string[] => readJmruiBinary(bytes, 'a.mrui').warnings.map((w) => w.code);

describe('jMRUI binary', () => {
  it('reads and conjugates several signals, with the header', () => {
    const bytes = mruiBytes(mruiHeader(2, 2), VALUES, 'Doe^Jane\n2020-01-01\n');
    expect(isJmruiBinary(bytes)).toBe(true);
    const dataset = readJmruiBinary(bytes, 'a.mrui', { echoTimeS: 0.03 });
    expect([...dataset.data.re]).toEqual([1, 3, 5, 7]);
    expect([...dataset.data.im]).toEqual([-2, -4, -6, -8]);
    expect(dataset.data.shape).toEqual([1, 1, 1, 2, 2]);
    expect(dataset.dimensions[0]?.tag).toBe('DIM_USER_0');
    expect(dataset).toMatchObject({ dwellTimeS: 0.0005, spectrometerFrequencyMHz: 127.7, nucleus: '1H' });
    expect(dataset.acquisition.echoTimeS).toBe(0.03);
    expect(readJmruiBinary(bytes, 'a', { dimensionTags: ['DIM_DYN'] }).dimensions[0]?.tag).toBe('DIM_DYN');
  });

  it('keeps the text at its end only until it is de-identified', () => {
    const dataset = readJmruiBinary(mruiBytes(mruiHeader(4, 1), VALUES, 'Doe^Jane\n'), 'a.mrui');
    expect(JSON.stringify(dataset.header)).toContain('Doe^Jane');
    expect(JSON.stringify(deidentify(dataset))).not.toContain('Doe');
  });

  it('reads as many signals as there is room for where the header has no count', () => {
    const dataset = readJmruiBinary(mruiBytes(mruiHeader(2, 0), VALUES), 'a.mrui');
    expect(dataset.data.shape).toEqual([1, 1, 1, 2, 2]);
    expect(dataset.warnings.map((w) => w.code)).toContain('signals-assumed');
  });

  it('tells the nucleus from frequency and field, and MHz from Hz', () => {
    const phosphorus = { ...mruiHeader(4, 1), 5: 51.7e6, 6: 3, 7: 0 };
    expect(readJmruiBinary(mruiBytes(phosphorus, VALUES), 'a').nucleus).toBe('31P');
    expect(codes(mruiBytes(phosphorus, VALUES))).toContain('nucleus-assumed');
    const inMHz = mruiBytes({ ...mruiHeader(4, 1), 5: 127.7 }, VALUES);
    expect(readJmruiBinary(inMHz, 'a').spectrometerFrequencyMHz).toBe(127.7);
    expect(codes(inMHz)).toContain('frequency-unit');
    // 3 T is stated for 400 MHz: kept, for the plausibility check to name.
    const odd = readJmruiBinary(mruiBytes({ ...mruiHeader(4, 1), 5: 400e6 }, VALUES), 'a');
    expect(odd.header).toMatchObject({ MagneticFieldStrength: { Value: 3 } });
  });

  it('says what it does not apply', () => {
    const dataset = readJmruiBinary(mruiBytes({ ...mruiHeader(4, 1), 3: -1.5, 4: 90 }, VALUES), 'a');
    expect(dataset.header['AcquisitionStartTime']).toBe(-0.0015);
    expect(dataset.warnings.map((w) => w.code)).toEqual(['geometry-missing', 'begin-time', 'phase-not-applied']);
  });

  it.each([
    [new Uint8Array(0), 'FILE_EMPTY'],
    [new Uint8Array(511), 'FILE_TRUNCATED'],
    [new Uint8Array(4096), 'FORMAT_UNKNOWN'],
    [mruiBytes(mruiHeader(4, 3), VALUES), 'FILE_TRUNCATED'],
    [mruiBytes(mruiHeader(2 ** 40, 1), VALUES), 'FORMAT_UNKNOWN'],
    [mruiBytes({ ...mruiHeader(4, 1), 2: NaN }, VALUES), 'FORMAT_UNKNOWN'],
  ])('is refused when damaged (%#)', (bytes, code) => {
    expect(() => readJmruiBinary(bytes, 'a.mrui')).toThrow(ReaderError);
    try {
      readJmruiBinary(bytes, 'a.mrui');
    } catch (error) {
      expect((error as ReaderError).code).toBe(code);
    }
  });

  it('agrees with the text format of the same signal', () => {
    const text = [
      'jMRUI Data Textfile',
      'PointsInDataset: 4',
      'SamplingInterval: 0.5',
      'TransmitterFrequency: 127.7',
      'MagneticField: 3',
      'TypeOfNucleus: 1',
      'BeginTime: 2',
      'Signal',
      '1 2\n3 4\n5 6\n7 8',
    ].join('\n');
    const fromText = readJmruiText(textBytes(text), 'a.txt');
    const fromBinary = readJmruiBinary(mruiBytes({ ...mruiHeader(4, 1), 3: 2 }, VALUES), 'a.mrui');
    expect(fromText.data).toEqual(fromBinary.data);
    expect(fromText.header).toEqual(fromBinary.header);
    expect(fromText.spectrometerFrequencyMHz).toBe(fromBinary.spectrometerFrequencyMHz);
    expect(fromText.warnings.map((w) => w.code)).toEqual(['geometry-missing', 'frequency-unit', 'begin-time']);
  });
});
