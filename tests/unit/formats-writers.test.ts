// Writers of LCModel's files and of CSV, and the check of NIfTI-MRS headers against the standard.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { strFromU8 } from 'fflate';
import { describe, expect, it } from 'vitest';
import { BugError } from '../../src/core/domain/errors.ts';
import type { JsonObject } from '../../src/core/domain/json.ts';
import type { MrsDataset } from '../../src/core/domain/mrsDataset.ts';
import { UNKNOWN_ACQUISITION, UNKNOWN_PATIENT } from '../../src/core/domain/mrsDataset.ts';
import { parseLcmodelControl, writeLcmodelControl } from '../../src/core/formats/lcmodelControl.ts';
import { readLcmodelRaw } from '../../src/core/formats/lcmodelRaw.ts';
import { writeNiftiMrs } from '../../src/core/formats/niftiMrs.ts';
import { NIFTI_MRS_KEYS, NIFTI_MRS_VERSION } from '../../src/core/formats/niftiMrsKeys.ts';
import { validateNiftiMrsHeader } from '../../src/core/formats/niftiMrsValidation.ts';
import { writeCsv } from '../../src/core/formats/write/csv.ts';
import { lcmodelFiles } from '../../src/core/formats/write/lcmodelFiles.ts';
import { DATA_FOLDER } from '../fixtures/realData.ts';

function scan(shape: readonly number[] = [1, 1, 1, 8], change: Partial<MrsDataset> = {}): MrsDataset {
  const count = shape.reduce((p, n) => p * n, 1);
  const re = Float64Array.from({ length: count }, (_, i) => Math.cos(i) / 3);
  const im = Float64Array.from({ length: count }, (_, i) => Math.sin(i) / 3);
  return {
    data: { re, im, shape },
    dimensions: [],
    dwellTimeS: 8.33e-5,
    spectrometerFrequencyMHz: 123.255089,
    nucleus: '1H',
    acquisition: { ...UNKNOWN_ACQUISITION, echoTimeS: 0.03 },
    patient: UNKNOWN_PATIENT,
    affine: null,
    format: 'test',
    header: {},
    provenance: [],
    warnings: [],
    ...change,
  };
}

const REQUEST = { scan: scan(), water: scan(), stem: 'case1', basisFile: '/basis/press30.basis', title: "Bob's test" };

describe('LCModel files', () => {
  it('come as RAW, H2O and a control file that names them and reads back', () => {
    const files = lcmodelFiles(REQUEST);
    expect(files.map((f) => f.path)).toEqual(['case1.RAW', 'case1.H2O', 'case1.CONTROL']);
    const text = strFromU8(files[2]?.bytes as Uint8Array);
    expect(parseLcmodelControl(text, 'case1.CONTROL')).toMatchObject({
      title: "Bob's test",
      filraw: 'case1.RAW',
      filh2o: 'case1.H2O',
      filbas: '/basis/press30.basis',
      hzpppm: 123.255089,
      deltat: 8.33e-5,
      nunfil: 8,
      echot: 30,
    });
    expect(text).toMatch(/^ \$LCMODL\n/);
    expect(text).toMatch(/\n dows=T\n/);
    expect(text).toMatch(/\n \$END\n$/);
    const read = readLcmodelRaw(files[0]?.bytes as Uint8Array, 'case1.RAW', {}, parseLcmodelControl(text, 'c'));
    read.data.re.forEach((v, i) => expect(Math.abs(v - (REQUEST.scan.data.re[i] as number))).toBeLessThan(1e-8));
  });

  it('say the grid of an MRSI scan', () => {
    const files = lcmodelFiles({ ...REQUEST, scan: scan([3, 2, 1, 8]), water: null });
    const control = strFromU8(files[1]?.bytes as Uint8Array);
    expect(parseLcmodelControl(control, 'c')).toMatchObject({ ndcols: 3, ndrows: 2, ndslic: 1, filh2o: null });
    expect(control).toMatch(/icolen=3\n irowst=1\n irowen=2/);
  });

  it('use only keys that real control files hold', () => {
    const known =
      /^(key|title|nunfil|deltat|hzpppm|echot|filbas|filraw|filh2o|dows|filps|lcoord|filcoo|ltable|filtab|lcsv|filcsv|lprint|filpri|ndcols|ndrows|ndslic|icolst|icolen|irowst|irowen|islice)=/;
    const text = writeLcmodelControl({
      title: 't', points: 8, dwellTimeS: 1e-3, spectrometerFrequencyMHz: 123, echoTimeS: 0.03, grid: [2, 2, 2],
      rawFile: 'a', waterFile: 'b', basisFile: 'c', outputStem: 'd',
    }); // prettier-ignore
    for (const line of text.trim().split('\n').slice(1, -1)) expect(line.trim()).toMatch(known);
  });

  it('need a water reference with the scan’s own points', () => {
    expect(() => lcmodelFiles({ ...REQUEST, water: scan([1, 1, 1, 16]) })).toThrow(/16 points/);
  });
});

describe('CSV', () => {
  it('holds an FID with all its digits', () => {
    const lines = writeCsv(scan(), { domain: 'time' }).trim().split('\n');
    const header = lines.filter((line) => line.startsWith('#'));
    expect(header.join('\n')).toContain('Columns: time in s');
    const rows = lines.slice(header.length + 1).map((line) => line.split(',').map(Number));
    expect(lines[header.length]).toBe('time_s,real,imaginary');
    expect(rows).toHaveLength(8);
    rows.forEach((row, i) => expect(row).toEqual([i * 8.33e-5, scan().data.re[i], scan().data.im[i]]));
  });

  it('holds a spectrum over falling ppm; a line of 100 Hz lies 100 Hz upfield of 4.65 ppm', () => {
    const points = 1000;
    const dwellTimeS = 1e-3;
    const phase = (i: number): number => 2 * Math.PI * 100 * i * dwellTimeS;
    const re = Float64Array.from({ length: points }, (_, i) => Math.cos(phase(i)));
    const im = Float64Array.from({ length: points }, (_, i) => Math.sin(phase(i)));
    const text = writeCsv(scan([1, 1, 1, points], { data: { re, im, shape: [1, 1, 1, points] }, dwellTimeS }), {
      domain: 'frequency',
    });
    const rows = text
      .trim()
      .split('\n')
      .filter((line) => !/^[#s]/.test(line))
      .map((line) => line.split(',').map(Number));
    const largest = rows.reduce((a, b) => ((b[1] as number) > (a[1] as number) ? b : a));
    expect(largest[0]).toBeCloseTo(4.65 - 100 / 123.255089, 10);
    expect(rows[0]?.[0]).toBeGreaterThan(rows[1]?.[0] as number);
  });

  it('refuses a signal that isn’t there', () => {
    expect(() => writeCsv(scan(), { domain: 'time', signal: 1 })).toThrow(/1 signals/);
  });
});

const VALID: JsonObject = { SpectrometerFrequency: [123.2], ResonantNucleus: ['1H'] };

describe('validateNiftiMrsHeader', () => {
  it('passes what the standard allows', () => {
    expect(validateNiftiMrsHeader(VALID)).toEqual([]);
    const full: JsonObject = {
      ...VALID, EchoTime: 0.03, WaterSuppressed: true, dim_5: 'DIM_COIL', dim_6: 'DIM_DYN', dim_6_info: 'b values',
      dim_6_header: { EchoTime: { start: 0.03, increment: 0.01 }, b: { Value: [1, 2, 3], Description: 'x' } }, mine: { Value: 1, Description: 'y' },
    }; // prettier-ignore
    expect(validateNiftiMrsHeader(full, [4, 3])).toEqual([]);
  });

  it.each<[string, JsonObject, readonly number[], RegExp]>([
    ['a missing frequency', { ResonantNucleus: ['1H'] }, [], /SpectrometerFrequency, which the standard requires/],
    ['a frequency outside a list', { ...VALID, SpectrometerFrequency: 123.2 }, [], /not a list of numbers/],
    ['a nucleus without mass', { ...VALID, ResonantNucleus: ['H'] }, [], /mass number/],
    ['a time as text', { ...VALID, EchoTime: '30 ms' }, [], /EchoTime is not a number/],
    ['a tag without dimension', { ...VALID, dim_5: 'DIM_DYN' }, [], /don't have/],
    ['a dimension without tag', VALID, [4], /has no tag/],
    ['an unknown tag', { ...VALID, dim_5: 'DIM_FOO' }, [4], /none that the standard defines/],
    ['too few values', { ...VALID, dim_5: 'DIM_DYN', dim_5_header: { EchoTime: [1, 2] } }, [3], /must have 3 values/],
    ['a step without text', { ...VALID, ProcessingApplied: [{ Time: 1 }] }, [], /otherwise than as a text/],
  ])('finds %s', (_, header, lengths, message) => {
    expect(validateNiftiMrsHeader(header, lengths).join(' ')).toMatch(message);
  });

  it('stops the writer where its own header would be invalid', () => {
    const wrong = scan([1, 1, 1, 8], { spectrometerFrequencyMHz: '123' as unknown as number });
    expect(() => writeNiftiMrs(wrong)).toThrow(BugError);
  });

  const definitions = join(DATA_FOLDER, 'mrs_nifti_standard/definitions.json');
  it.skipIf(!existsSync(definitions))('has the keys of the standard’s own definitions (needs shared/data)', () => {
    interface Definition { readonly type: string[]; readonly units: string | null; readonly anon: boolean } // prettier-ignore
    const standard = JSON.parse(readFileSync(definitions, 'utf8')) as {
      nifti_mrs_version: JsonObject;
      required: Record<string, Definition>;
      standard_defined: Record<string, Definition>;
    };
    const all = { ...standard.required, ...standard.standard_defined };
    expect(Object.keys(NIFTI_MRS_KEYS).sort()).toEqual(Object.keys(all).sort());
    expect(standard.nifti_mrs_version).toEqual(NIFTI_MRS_VERSION);
    for (const [key, { type, units, anon }] of Object.entries(all)) {
      const name = { array: 'object[]', bool: 'boolean' }[type.join(' ')] ?? type.join(' ');
      const short = /^array /.test(name)
        ? `${name.replace(/array /g, '').replace('bool', 'boolean')}${'[]'.repeat(type.length - 1)}`
        : name;
      expect(NIFTI_MRS_KEYS[key], key).toEqual({
        type: short,
        unit: units,
        isPrivate: anon,
        isRequired: key in standard.required,
      });
    }
  });
});
