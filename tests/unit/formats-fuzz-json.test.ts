// JSON in files: nested a hundred thousand levels deep, runs that a pattern would take quadratic time over, and odd values;
// refused in words, or read into a dataset that can be written, cloned for a worker and cleaned of names.
import { gzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { AppError, ReaderError } from '../../src/core/domain/errors.ts';
import { isTooDeep, MAX_JSON_DEPTH, parseBoundedJson } from '../../src/core/formats/boundedJson.ts';
import { readNiftiMrs, writeNiftiMrs } from '../../src/core/formats/niftiMrs.ts';
import { planImport } from '../../src/core/pipeline/index.ts';
import { indexValues, niftiBytes } from '../fixtures/niftiBytes.ts';
import { fuzzReader } from './formatsFuzz.ts';
import { textBytes } from './philipsFiles.ts';

/** Every reader's limit. [ms] */
const LIMIT_MS = 2000;
const LEVELS = 100_000;
const HEAD = '"SpectrometerFrequency":[123.2],"ResonantNucleus":["1H"]';
const lists = (n: number): string => '['.repeat(n) + ']'.repeat(n);
const objects = (n: number): string => '{"a":'.repeat(n) + '1' + '}'.repeat(n);

const scan = (extensionText: string): Uint8Array =>
  niftiBytes({ dims: [1, 1, 1, 8, 2], values: indexValues(16), extensionText });

/** Reads, and does with the dataset what the app does; within the time limit. @returns the refusal, null for a read */
function readThroughout(file: Uint8Array): ReaderError | null {
  const began = performance.now();
  try {
    const dataset = readNiftiMrs(file, 'a.nii');
    structuredClone(dataset);
    readNiftiMrs(writeNiftiMrs(dataset), 'b.nii');
    return null;
  } catch (error) {
    expect(error).toBeInstanceOf(ReaderError);
    return error as ReaderError;
  } finally {
    expect(performance.now() - began).toBeLessThan(LIMIT_MS);
  }
}

describe('deep JSON', () => {
  it.each([
    ['lists', `{${HEAD},"x":${lists(LEVELS)}}`],
    ['objects', `{${HEAD},"x":${objects(LEVELS)}}`],
    ['a processing step', `{${HEAD},"ProcessingApplied":[{"Method":${lists(LEVELS)}}]}`],
    ['a dimension', `{${HEAD},"dim_5":${lists(LEVELS)}}`],
    ['without its end', `{${HEAD},"x":${'['.repeat(LEVELS)}`],
    ['that begins and no more', '['.repeat(LEVELS)],
  ])('in the header extension, as %s, is refused', (_, text) => {
    const error = readThroughout(scan(text));
    expect(error?.code).toBe('FORMAT_INVALID');
    expect(error?.message).toBe('a.nii has a damaged header: its JSON nests more than 100 levels deep.');
    expect(readThroughout(gzipSync(scan(text)))?.code).toBe('FORMAT_INVALID');
  });

  it.each([
    ['details', `"ProcessingApplied":[{"Details":${JSON.stringify(objects(LEVELS))}}]`],
    ['a dimension’s header', `"dim_5":"DIM_DYN","dim_5_header":${JSON.stringify(objects(LEVELS))}`],
    ['a key', `"x":${JSON.stringify(lists(LEVELS))}`],
  ])('within a text, as %s, stays text', (_, entry) => {
    expect(readThroughout(scan(`{${HEAD},${entry}}`))).toBeNull();
  });

  it('as deep as headers are is read', () => {
    expect(readThroughout(scan(`{${HEAD},"x":${objects(MAX_JSON_DEPTH - 1)}}`))).toBeNull();
    expect(isTooDeep(lists(MAX_JSON_DEPTH))).toBe(false);
    expect(isTooDeep(lists(MAX_JSON_DEPTH + 1))).toBe(true);
    expect(isTooDeep(JSON.stringify({ text: '['.repeat(1000) + '\\"' + '{'.repeat(1000) }))).toBe(false);
    expect(() => parseBoundedJson(lists(LEVELS))).toThrow(SyntaxError);
  });

  it('in a sidecar or a truth file keeps no scan out', async () => {
    const good = scan(`{${HEAD}}`);
    const deep = (name: string, content: string) => ({ name, bytes: textBytes(content) });
    const began = performance.now();
    const plan = await planImport(
      [
        { name: 'a.nii', bytes: good },
        deep('a.json', `{"EchoTime":${lists(LEVELS)}}`),
        deep('truth.json', `{"schema":${lists(LEVELS)}}`),
        deep('other.json', '{"a":'.repeat(LEVELS)),
      ],
      { parse: (files) => Promise.resolve().then(() => readNiftiMrs(files[0]?.bytes as Uint8Array, 'a.nii')) },
    );
    expect(performance.now() - began).toBeLessThan(LIMIT_MS);
    expect(plan.studies).toHaveLength(1);
  });
});

describe('long JSON takes no quadratic time', () => {
  it.each([' ', '\t', '\0', '"', '\\"', '\\', '-', 'N', 'NaN ', 'Infinity', "'", '[', ',', '1', '"a":'])(
    'a run of %j',
    (unit) => {
      const run = unit.repeat(Math.ceil(300_000 / unit.length));
      for (const text of [`{${HEAD},${run}x`, `${run}x}`, `{${HEAD},"x":"${run}`, `{${HEAD}${run}}`]) {
        const began = performance.now();
        try {
          readNiftiMrs(scan(text), 'a.nii');
        } catch (error) {
          expect(error).toBeInstanceOf(AppError);
        }
        expect(performance.now() - began).toBeLessThan(LIMIT_MS);
      }
    },
  );
});

/** Values of every kind for every key, most of them of the wrong kind. */
const ODD = ['null', 'true', '-1', '1e999', '1e-320', '""', '"x"', '[]', '[null]', '[[1]]', '[1,"a"]', '{}', '{"Value":{}}', '{"start":1}', '[{"Time":1}]', '"{\\"a\\":1}"']; // prettier-ignore
const KEYS = ['SpectrometerFrequency', 'ResonantNucleus', 'EchoTime', 'RepetitionTime', 'dim_5', 'dim_5_info', 'dim_5_header', 'dim_6', 'SequenceName', 'PatientName', 'PatientWeight', 'ProcessingApplied', 'OriginalFile', 'ConversionMethod', 'kSpace', 'EditPulse', 'TxOffset', '__proto__', 'constructor', 'x']; // prettier-ignore

it('any value of any key is read or refused, and what is read can be written (320 pairs)', () => {
  let reads = 0;
  for (const key of KEYS) {
    for (const value of ODD) {
      const text = `{${HEAD.replace(new RegExp(`"${key}":\\[[^\\]]*\\],?`), '')},"${key}":${value}}`.replace(/^\{,|,,/, (m) => (m === '{,' ? '{' : ',')); // prettier-ignore
      if (readThroughout(scan(text)) === null) reads++;
    }
  }
  expect(reads).toBeGreaterThan(250);
});

it('2000 seeded mutations of a full header are read or refused', () => {
  const header = {
    SpectrometerFrequency: [123.2],
    ResonantNucleus: ['1H'],
    EchoTime: 0.03,
    dim_5: 'DIM_DYN',
    dim_5_header: { RepetitionTime: [2, 2], Note: { Value: { start: 1, increment: 1 }, Description: 'text' } },
    ProcessingApplied: [{ Time: '2026', Program: 'p', Method: 'm', Details: '{"a":[1,2,{"b":null}]}' }],
    PatientName: 'Test^Person',
    kSpace: [false, false, false],
  };
  const outcome = fuzzReader({
    files: [textBytes(JSON.stringify(header))],
    read: ([bytes]) => readNiftiMrs(scan(new TextDecoder('latin1').decode(bytes)), 'a.nii'),
    seed: 9,
  });
  // Most damage to JSON makes it none; the rest changes a name or a number.
  expect(outcome.reads).toBeGreaterThan(100);
  expect(outcome.codes['FORMAT_INVALID']).toBeGreaterThan(200);
});
